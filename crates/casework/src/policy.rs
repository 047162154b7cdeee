//! The ruling on a call: allow, ask or deny. Total, deterministic, made from the declaration of the
//! tool, the worker's rules and where each argument came from. No model is consulted, and whatever
//! goes wrong while ruling denies.

mod explain;
mod limits;
mod rows;
#[cfg(test)]
mod tests;
mod vouch;

use crate::ids::{RoleName, RuleName};
use crate::origin::{Origin, Value};
use crate::party::Party;
use crate::tool::{ToolCall, Tools};
use crate::worker::{Rule, Worker};
use rows::{Look, Matter, Row};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use explain::{ArgumentSaid, Explanation, RowSaid, explain};
pub use vouch::{Voucher, vouched, written_in};

/// What is said about a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// It may run.
    Allow {
        /// Because of this.
        rule: RuleName,
    },
    /// A person decides.
    Ask {
        /// Because of this.
        rule: RuleName,
        /// Who.
        to: RoleName,
        /// In words for the card.
        because: String,
        /// How many different people must approve.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        approvals: u8,
    },
    /// It does not run.
    Deny {
        /// Because of this.
        rule: RuleName,
        /// In words.
        because: String,
    },
}

fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
fn is_one(approvals: &u8) -> bool {
    *approvals == 1
}

/// All that a ruling depends on.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The worker.
    pub worker: &'a Worker,
    /// The office's tools.
    pub tools: &'a Tools,
    /// The values of the case.
    pub scope: &'a BTreeMap<String, Value>,
    /// The party of the case and what is its own.
    pub party: &'a Party,
    /// Whether the call is a live step of the worker's plan; a worker without steps has no plan.
    pub planned: bool,
    /// What the case has used up.
    pub spent: Spent,
    /// The limit that is exceeded, if any, in words.
    pub exceeded: Option<&'a str>,
}

/// What a case has used of its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Calls started.
    pub calls: u32,
    /// Questions put to a model.
    pub thoughts: u32,
    /// Millionths of a dollar.
    pub micro_usd: u64,
    /// Sends started.
    pub sends: u32,
}

/// Rules on one call.
pub fn rule(call: &ToolCall, about: &Circumstances<'_>) -> Ruling {
    consider(call, about, &mut |_, _| {})
}

/// Looks at the rows in order and tells `seen` what each says.
fn consider(
    call: &ToolCall,
    about: &Circumstances<'_>,
    seen: &mut dyn FnMut(&Row, &Look),
) -> Ruling {
    let deny = |rule: &str, because: String| Ruling::Deny { rule: rule.into(), because };
    let Some(spec) = about.tools.get(&call.tool) else {
        return deny("unknown tool", format!("no tool is named `{}`", call.tool));
    };
    if !about.worker.tools.contains(&call.tool) {
        let because = format!("`{}` is not among this worker's tools", call.tool);
        return deny("not its tool", because);
    }
    let spoken = speak(call, about);
    let matter = Matter { call, spec, about, spoken: &spoken };
    let mut asked: Option<(String, String, u8)> = None;
    for row in &rows::ROWS {
        let look = (row.look)(&matter);
        seen(row, &look);
        match look {
            Look::Pass => {}
            Look::Deny { rule, because } => return deny(&rule, because),
            Look::Allow { rule } if asked.is_none() => {
                return Ruling::Allow { rule: rule.as_str().into() };
            }
            Look::Allow { .. } => break,
            Look::Ask { rule, because, approvals } => match &mut asked {
                None => asked = Some((rule, because, approvals)),
                // The default says only that no rule speaks: that is no reason of its own.
                Some(_) if rule.ends_with(" by default") => {}
                Some((_, reasons, most)) => {
                    reasons.push_str("; ");
                    reasons.push_str(&because);
                    *most = (*most).max(approvals);
                }
            },
        }
    }
    let Some((rule, because, approvals)) = asked else {
        return deny("no row", "no row speaks of this call".into());
    };
    let to = match &spoken {
        Spoken::Rule(Rule { to: Some(to), .. }) => to.clone(),
        _ => Worker::default_role(),
    };
    Ruling::Ask { rule: rule.as_str().into(), to, because, approvals }
}

/// What the worker's rules say: the strictest of those that match.
enum Spoken<'a> {
    Nothing,
    Rule(&'a Rule),
    /// One of them cannot be evaluated, which denies.
    Broken {
        rule: &'a str,
        why: String,
    },
}

fn speak<'a>(call: &ToolCall, about: &Circumstances<'a>) -> Spoken<'a> {
    let mut scope = None;
    let mut spoken: Option<&Rule> = None;
    for rule in about.worker.rules.iter().filter(|rule| rule.tool == call.tool) {
        let matches = match &rule.when {
            None => true,
            Some(condition) => {
                match condition.holds(scope.get_or_insert_with(|| rule_scope(call, about))) {
                    Ok(holds) => holds,
                    Err(error) => {
                        let why = format!("the rule cannot be applied: {error}");
                        return Spoken::Broken { rule: &rule.name, why };
                    }
                }
            }
        };
        if matches && spoken.is_none_or(|earlier| rule.verdict > earlier.verdict) {
            spoken = Some(rule);
        }
    }
    spoken.map_or(Spoken::Nothing, Spoken::Rule)
}

/// What rule conditions see: the case's values, `args` and `origin` (argument name to origin word).
fn rule_scope(call: &ToolCall, about: &Circumstances<'_>) -> BTreeMap<String, Value> {
    let mut scope = about.scope.clone();
    let mut origins = serde_json::Map::new();
    for name in call.arguments.keys() {
        let origin = call.arguments.at(name).map_or(Origin::Outside, |value| value.origin());
        origins.insert(name.to_owned(), origin.word().into());
    }
    scope.insert("args".into(), call.arguments.clone());
    scope.insert("origin".into(), Value::new(serde_json::Value::Object(origins), Origin::Charter));
    scope
}

fn say(rule: &Rule) -> String {
    match &rule.when {
        Some(condition) => format!("{}: {}", rule.name, condition.text()),
        None => rule.name.clone(),
    }
}

/// An origin in words for a card.
pub fn describe(origin: Origin) -> &'static str {
    match origin {
        Origin::Charter => "the job description",
        Origin::Operator => "a person of the firm",
        Origin::Record => "a record",
        Origin::Directory => "a directory",
        Origin::Party => "the verified party of this case",
        Origin::Colleague => "a colleague",
        Origin::Outside => "someone outside",
        Origin::Composed => "a model",
    }
}
