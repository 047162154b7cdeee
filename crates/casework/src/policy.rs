//! The ruling on a call: allow, ask or deny. Total, deterministic, made from the declaration of the
//! tool, the worker's rules and where each argument came from. No model is consulted, and whatever
//! goes wrong while ruling denies.

#[cfg(test)]
mod tests;

use crate::ids::{RoleName, RuleName};
use crate::origin::{Origin, Value};
use crate::tool::{Effect, ToolCall, ToolSpec, Tools};
use crate::worker::{Mode, Rule, Verdict, Worker};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    let deny = |rule: &str, because: String| Ruling::Deny { rule: rule.into(), because };
    let Some(spec) = about.tools.get(&call.tool) else {
        return deny("unknown tool", format!("no tool is named `{}`", call.tool));
    };
    if !about.worker.tools.contains(&call.tool) {
        let because = format!("`{}` is not among this worker's tools", call.tool);
        return deny("not its tool", because);
    }
    if let Err(error) = spec.accepts(call.arguments.data()) {
        return deny("arguments", error.to_string());
    }
    if let Some(limit) = about.exceeded.map(str::to_owned).or_else(|| over_limit(spec, about)) {
        return deny("limit", limit);
    }
    if !about.planned {
        return deny("not in the plan", "the worker's steps do not hold this call".into());
    }
    weigh(call, spec, about)
}

/// The rulings that depend on rules and origins: the strictest of all that speak.
fn weigh(call: &ToolCall, spec: &ToolSpec, about: &Circumstances<'_>) -> Ruling {
    let mut scope = None;
    let mut spoken: Option<&Rule> = None;
    for rule in about.worker.rules.iter().filter(|rule| rule.tool == call.tool) {
        let matches = match &rule.when {
            None => true,
            Some(condition) => {
                match condition.holds(scope.get_or_insert_with(|| rule_scope(call, about))) {
                    Ok(holds) => holds,
                    Err(error) => {
                        return Ruling::Deny {
                            rule: rule.name.as_str().into(),
                            because: format!("the rule cannot be applied: {error}"),
                        };
                    }
                }
            }
        };
        if matches && spoken.is_none_or(|earlier| rule.verdict > earlier.verdict) {
            spoken = Some(rule);
        }
    }
    let asked = |rule: &str, because: String| Ruling::Ask {
        rule: rule.into(),
        to: spoken.and_then(|rule| rule.to.clone()).unwrap_or_else(Worker::default_role),
        because,
        approvals: 1,
    };
    if let Some(rule) = spoken.filter(|rule| rule.verdict == Verdict::Deny) {
        return Ruling::Deny { rule: rule.name.as_str().into(), because: say(rule) };
    }
    if let Some(because) = untrusted_authority(call, spec) {
        return asked("authority", because);
    }
    match spoken.map(|rule| (rule, rule.verdict)) {
        Some((rule, Verdict::Allow)) => Ruling::Allow { rule: rule.name.as_str().into() },
        Some((rule, _)) => asked(rule.name.as_str(), say(rule)),
        None => by_default(spec, about.worker.mode, &asked),
    }
}

/// What holds where no rule speaks.
fn by_default(spec: &ToolSpec, mode: Mode, asked: &dyn Fn(&str, String) -> Ruling) -> Ruling {
    let unruled = || format!("no rule of this worker speaks of `{}`", spec.name);
    let rule = format!("{} by default", spec.effect.word());
    match spec.effect {
        Effect::Read | Effect::Draft => Ruling::Allow { rule: rule.as_str().into() },
        Effect::Write if mode == Mode::Trusted && spec.undo.is_some() => {
            Ruling::Allow { rule: rule.as_str().into() }
        }
        Effect::Fetch | Effect::Write | Effect::Send => asked(&rule, unruled()),
        Effect::Irreversible => Ruling::Deny { rule: rule.as_str().into(), because: unruled() },
    }
}

/// The first authority argument that nobody trusted vouches for, in words; none when all are fine.
fn untrusted_authority(call: &ToolCall, spec: &ToolSpec) -> Option<String> {
    if !spec.effect.is_effect() && spec.effect != Effect::Fetch {
        return None;
    }
    let untrusted = |name: &str| {
        let value = call.arguments.at(name)?;
        let origin = value.origin();
        (!value.is_empty() && !origin.may_authorise() && origin != Origin::Party)
            .then(|| format!("`{name}` comes from {}", describe(origin)))
    };
    spec.parameters.iter().filter(|p| p.authority).find_map(|p| untrusted(&p.name))
}

fn over_limit(spec: &ToolSpec, about: &Circumstances<'_>) -> Option<String> {
    let limits = &about.worker.limits;
    if about.spent.calls >= limits.calls_max {
        return Some(format!("the case has made its {} calls", limits.calls_max));
    }
    if spec.effect == Effect::Send && about.spent.sends >= limits.replies_max {
        return Some(format!("the case has sent its {} messages", limits.replies_max));
    }
    if about.spent.micro_usd > limits.spend_micro_usd_max {
        return Some("the case has spent its budget".into());
    }
    None
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
