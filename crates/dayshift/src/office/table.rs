//! The whole policy of an office as a table: worker × tool × what is ruled and by what. It shows
//! what the core would rule; it rules on nothing.

use super::{Office, tool_specs};
use casework::tool::{Effect, ToolSpec};
use casework::worker::{Mode, Rule, Verdict, Worker};
use casework::{ToolName, WorkerName};
use serde::Serialize;

/// One line of the table. The lines of a tool stand in the order in which they are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRow {
    /// Whose.
    pub worker: WorkerName,
    /// Of which tool.
    pub tool: ToolName,
    /// How hard it is to take back.
    pub effect: Effect,
    /// `allow`, `ask` or `deny`.
    pub ruling: String,
    /// When it speaks; always, where there is none.
    pub condition: Option<String>,
    /// Which rule it is, as the journal will name it.
    pub rule: String,
    /// Why it can never speak, if so.
    pub never: Option<String>,
}

/// The table of all workers.
pub fn policy_table(office: &Office) -> Vec<PolicyRow> {
    let specs = tool_specs(office);
    let mut rows = Vec::new();
    for file in &office.workers {
        let worker = &file.worker;
        for tool in &worker.tools {
            if let Some(spec) = specs.get(tool) {
                rows.extend(rows_of(worker, spec));
            }
        }
        let outside = worker.rules.iter().filter(|rule| !worker.tools.contains(&rule.tool));
        for rule in outside {
            let never = format!("`{}` is not among this worker's tools", rule.tool);
            // A rule about a tool that the office does not have is an error of the file.
            if let Some(spec) = specs.get(&rule.tool) {
                rows.push(row_of(worker, spec, rule, Some(never)));
            }
        }
    }
    rows
}

fn rows_of(worker: &Worker, spec: &ToolSpec) -> Vec<PolicyRow> {
    let mut rules: Vec<&Rule> = worker.rules.iter().filter(|rule| rule.tool == spec.name).collect();
    // Deny beats ask beats allow; among equals the first speaks.
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.verdict));
    let mut rows = Vec::new();
    let mut decided: Option<&Rule> = None;
    let mut authority = authority_row(worker, spec);
    for rule in rules {
        if rule.verdict < Verdict::Deny {
            rows.extend(authority.take().filter(|_| !always_denied(decided)));
        }
        let never = decided.map(|first| format!("`{}` always speaks before it", first.name));
        rows.push(row_of(worker, spec, rule, never));
        if rule.when.is_none() && decided.is_none() {
            decided = Some(rule);
        }
    }
    rows.extend(authority.take().filter(|_| !always_denied(decided)));
    if decided.is_none() {
        rows.push(PolicyRow {
            worker: worker.name.clone(),
            tool: spec.name.clone(),
            effect: spec.effect,
            ruling: default_ruling(spec, worker.mode).to_owned(),
            condition: None,
            rule: format!("{} by default", spec.effect.word()),
            never: None,
        });
    }
    rows
}

fn always_denied(decided: Option<&Rule>) -> bool {
    decided.is_some_and(|rule| rule.verdict == Verdict::Deny)
}

fn row_of(worker: &Worker, spec: &ToolSpec, rule: &Rule, never: Option<String>) -> PolicyRow {
    let ruling = match rule.verdict {
        Verdict::Allow => "allow",
        Verdict::Ask => "ask",
        Verdict::Deny => "deny",
    };
    PolicyRow {
        worker: worker.name.clone(),
        tool: spec.name.clone(),
        effect: spec.effect,
        ruling: ruling.to_owned(),
        condition: rule.when.as_ref().map(|when| when.text().to_owned()),
        rule: rule.name.clone(),
        never,
    }
}

/// What the core asks whatever a rule allows: an argument that says who gets what, from an
/// outsider.
fn authority_row(worker: &Worker, spec: &ToolSpec) -> Option<PolicyRow> {
    let acts = spec.effect.is_effect() || spec.effect == Effect::Fetch;
    let names: Vec<String> = spec
        .parameters
        .iter()
        .filter(|parameter| parameter.authority && acts)
        .map(|parameter| format!("`{}`", parameter.name))
        .collect();
    (!names.is_empty()).then(|| PolicyRow {
        worker: worker.name.clone(),
        tool: spec.name.clone(),
        effect: spec.effect,
        ruling: "ask".to_owned(),
        condition: Some(format!("{} from nobody trusted", names.join(" or "))),
        rule: "authority".into(),
        never: None,
    })
}

/// What holds where no rule speaks; a test compares it with what the core rules.
pub(super) fn default_ruling(spec: &ToolSpec, mode: Mode) -> &'static str {
    match spec.effect {
        Effect::Read | Effect::Fetch | Effect::Draft => "allow",
        Effect::Write if mode == Mode::Trusted && spec.undo.is_some() => "allow",
        Effect::Write | Effect::Send => "ask",
        Effect::Irreversible => "deny",
    }
}
