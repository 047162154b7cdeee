//! A model that carries out a plan: which step its proposal is, and what the call then holds. The
//! plan was written before the case began, so nothing that the case reads can add a step to it or
//! change what a step fixes. What a ruling says of the call is the policy's business.

use super::Case;
use crate::ids::ToolName;
use crate::journal::Event;
use crate::origin::Value;
use crate::procedure::{Act, StepSpec};
use crate::time::Timestamp;
use crate::tool::ToolCall;
use serde_json::Value as Json;

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

    /// What the step fixes, and for the rest what the model proposes; nothing when it proposes
    /// another call or another value for what is fixed.
    fn as_step(&self, step: &StepSpec, tool: &ToolName, proposed: &Json) -> Option<Value> {
        let Act::Call { tool: planned, with } = &step.act else { return None };
        let holds = || step.when.as_ref().is_none_or(|when| when.holds(&self.scope) == Ok(true));
        if planned != tool || !holds() {
            return None;
        }
        let as_written = self.fill(with).ok()?;
        let mut arguments = self.arguments(tool, with).ok()?;
        let open = self.proposed(tool, proposed);
        for name in open.keys() {
            let value = open.at(name)?;
            match as_written.at(name) {
                Some(known) if Some(known.data()) != proposed.get(name) => return None,
                Some(_) => {}
                None => arguments.set(name, value),
            }
        }
        Some(arguments)
    }
}
