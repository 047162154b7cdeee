//! A model that carries out a plan: which step its proposal is, and what the call then holds. The
//! plan was written before the case began, so nothing that the case reads can add a step to it or
//! change what a step fixes. What a ruling says of the call is the policy's business.

use super::Case;
use crate::ids::ToolName;
use crate::journal::Event;
use crate::origin::{Origin, Value};
use crate::procedure::{Act, StepSpec};
use crate::time::Timestamp;
use crate::tool::ToolCall;
use serde_json::Value as Json;
use std::collections::BTreeMap;

impl Case {
    /// A model's proposal as an entry: the first step left of the plan that it fits, or a call
    /// outside of the plan, which the policy denies. A worker without steps has no plan.
    pub(super) fn propose_led(&self, tool: &ToolName, proposed: &Json, now: Timestamp) -> Event {
        let steps = &self.charter.worker.procedure.steps;
        let step = self.live_step(tool, proposed);
        let planned = steps.is_empty() || step.is_some();
        let (step, arguments) = match step {
            Some((at, arguments)) => (Some(at), arguments),
            None => (None, self.proposed(tool, proposed)),
        };
        let call = ToolCall { id: self.next_call_id(), tool: tool.clone(), arguments };
        let ruling = self.rule(&call, planned);
        self.proposal(step, call, ruling, now)
    }

    fn live_step(&self, tool: &ToolName, proposed: &Json) -> Option<(usize, Value)> {
        let steps = self.charter.worker.procedure.steps.iter().enumerate().skip(self.position);
        steps.into_iter().find_map(|(at, step)| Some((at, self.as_step(step, tool, proposed)?)))
    }

    /// What the step fixes, and what the model proposes for the arguments that the step leaves to
    /// it; nothing when it proposes another call, another value for what is fixed, or an argument
    /// that the step does not name.
    fn as_step(&self, step: &StepSpec, tool: &ToolName, proposed: &Json) -> Option<Value> {
        let Act::Call { tool: planned, with } = &step.act else { return None };
        let holds = || step.when.as_ref().is_none_or(|when| when.holds(&self.scope) == Ok(true));
        if planned != tool || !holds() {
            return None;
        }
        let (open, fixed): (BTreeMap<_, _>, BTreeMap<_, _>) =
            with.clone().into_iter().partition(|(_, template)| template.is_left_to_model());
        let as_written = self.fill(&fixed).ok()?;
        let mut arguments = self.arguments(tool, &fixed).ok()?;
        let words = self.proposed(tool, proposed);
        for name in words.keys() {
            match (open.contains_key(name), as_written.at(name)) {
                (true, _) => arguments.set(name, self.as_chosen(tool, name, words.at(name)?)),
                (false, Some(known)) if Some(known.data()) == proposed.get(name) => {}
                (false, _) => return None,
            }
        }
        Some(arguments)
    }

    /// A value that a model chose among records is no better than the text that may have chosen
    /// it, although each of them is to be trusted. It counts where there was nothing to choose, or
    /// where the choice was among values of the job description or of a person of the firm.
    fn as_chosen(&self, tool: &ToolName, name: &str, value: Value) -> Value {
        let spec = self.charter.tools.get(tool);
        let is_authority =
            spec.is_none_or(|spec| spec.parameters.iter().any(|p| p.authority && p.name == name));
        if !is_authority || value.origin() <= Origin::Operator {
            return value;
        }
        let forced = |wanted: &Json| self.scope.values().any(|held| is_the_only_one(held, wanted));
        let all_forced = match value.data() {
            Json::Array(items) => items.iter().all(forced),
            one => forced(one),
        };
        if all_forced || value.origin() > Origin::Outside {
            return value;
        }
        value.lowered_to(Origin::Outside)
    }
}

/// Whether `wanted` is the only value at its place in a result, counting the items of a list as one
/// place, and was not written by somebody outside.
fn is_the_only_one(held: &Value, wanted: &Json) -> bool {
    let mut places: BTreeMap<String, Vec<(String, &Json)>> = BTreeMap::new();
    leaves(held.data(), String::new(), String::new(), &mut places);
    places.values().any(|at_place| match at_place.as_slice() {
        [(path, only)] => {
            *only == wanted && held.at(path).is_some_and(|leaf| leaf.origin().may_authorise())
        }
        _ => false,
    })
}

fn leaves<'v>(
    data: &'v Json,
    path: String,
    place: String,
    seen: &mut BTreeMap<String, Vec<(String, &'v Json)>>,
) {
    let join = |before: &str, key: &str| match before {
        "" => key.to_owned(),
        before => format!("{before}.{key}"),
    };
    match data {
        Json::Object(map) => {
            for (key, item) in map {
                leaves(item, join(&path, key), join(&place, key), seen);
            }
        }
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, join(&path, &at.to_string()), join(&place, "*"), seen);
            }
        }
        leaf => seen.entry(place).or_default().push((path, leaf)),
    }
}
