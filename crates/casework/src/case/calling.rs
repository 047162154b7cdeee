//! The fold of calls: what a ruling, a start and an end make of a case. It decides no ruling
//! itself.

use super::{Case, Pending, State, Turn};
use crate::ask::{About, Ask};
use crate::ids::{AskId, Digest, RoleName};
use crate::journal::{CallEnd, Entry, Event};
use crate::origin::{Origin, Value};
use crate::permit::Permit;
use crate::policy::Ruling;
use crate::procedure::Otherwise;
use crate::template::WITHHELD;
use crate::time::HOUR_MS;
use crate::tool::{Effect, ToolCall};
use crate::worker::Worker;
use serde_json::json;

impl Case {
    pub(super) fn follow_ruling(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        ruling: &Ruling,
        permit: Permit,
        entry: &Entry,
    ) -> State {
        self.turn_proposed(Turn::Proposed { call: call.clone() });
        match ruling {
            Ruling::Allow { .. } if self.only_looks(call) => {
                State::Permitted { step, call: call.clone(), permit }
            }
            Ruling::Allow { .. } | Ruling::Ask { .. } if self.is_shadow() => {
                State::Withheld { step, call: call.clone() }
            }
            Ruling::Allow { .. } => State::Permitted { step, call: call.clone(), permit },
            Ruling::Ask { to, because, .. } => {
                let ask = self.approval(call, to.clone(), because.clone(), entry);
                let pending = Pending::Approval { step, call: call.clone() };
                State::Asked { ask, announced: false, pending }
            }
            Ruling::Deny { because, .. } => self.fail(step, format!("denied: {because}")),
        }
    }

    /// The card for one exact call. Its digest binds case, tool declaration, arguments, worker
    /// version and expiry, so that whatever changes makes another card.
    pub(super) fn approval(
        &self,
        call: &ToolCall,
        to: RoleName,
        because: String,
        entry: &Entry,
    ) -> Ask {
        let spec = self.charter.tools.get(&call.tool);
        let hours = u64::from(self.charter.worker.limits.ask_hours);
        let expires_at = entry.at.plus_ms(hours * HOUR_MS);
        let bound = json!({
            "case": self.id,
            "call": call.id,
            "tool": call.tool,
            "declaration": spec.map(crate::tool::ToolSpec::digest),
            "arguments": call.arguments.data(),
            "version": self.charter.worker.version,
            "expires_at": expires_at,
            "nonce": self.nonce,
        });
        let headline =
            spec.map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
        let about = About::Approval { call: call.id };
        let ask = self.ask(about, to, headline, because, Some(expires_at));
        Ask { digest: Digest::of_json(&bound), id: AskId(entry.seq), ..ask }
    }

    pub(super) fn follow_permit(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        permit: &Permit,
        event: &Event,
    ) -> Option<State> {
        match event {
            Event::CallStarted { call: id, permit: granted } if *id == call.id => {
                if granted != permit {
                    return None;
                }
                self.spent.calls += 1;
                let effect = self.charter.tools.get(&call.tool).map(|spec| spec.effect);
                if effect == Some(Effect::Send) {
                    self.spent.sends += 1;
                }
                let (call, permit) = (call.clone(), permit.clone());
                Some(State::Started { step, call, permit })
            }
            _ => None,
        }
    }

    /// Shadow: the call did not run; its result is marked, so that the walk goes on.
    pub(super) fn withhold(&mut self, step: Option<usize>, call: &ToolCall) -> State {
        let mark = json!({ WITHHELD: call.tool.as_str() });
        self.succeed(step, call, Value::new(mark, Origin::Charter));
        self.after(step)
    }

    pub(super) fn follow_end(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        permit: &Permit,
        end: &CallEnd,
        entry: &Entry,
    ) -> Option<State> {
        Some(match end {
            CallEnd::Succeeded(result) => {
                self.succeed(step, call, result.clone());
                self.after(step)
            }
            CallEnd::Failed { why } => self.fail(step, why.clone()),
            // In shadow nobody is asked; only what looks was started, so nothing can have happened.
            CallEnd::InDoubt { known } if self.is_shadow() => self.fail(step, known.clone()),
            CallEnd::InDoubt { known } => {
                let ask = Ask { id: AskId(entry.seq), ..self.doubt(call, known) };
                let pending = Pending::InDoubt { step, call: call.clone(), permit: permit.clone() };
                State::Asked { ask, announced: false, pending }
            }
            CallEnd::Withheld => return None,
        })
    }

    /// The card for a call whose end nobody knows. It has no expiry: only a person can say.
    fn doubt(&self, call: &ToolCall, known: &str) -> Ask {
        let spec = self.charter.tools.get(&call.tool);
        let says =
            spec.map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
        let about = About::InDoubt { call: call.id, known: known.to_owned() };
        let headline = format!("Did this happen? {says}");
        self.ask(about, Worker::default_role(), headline, known.to_owned(), None)
    }

    pub(super) fn succeed(&mut self, step: Option<usize>, call: &ToolCall, result: Value) {
        let shape = Self::shape(call);
        let digest = Digest::of_json(result.data());
        let times = match self.seen.get(&shape) {
            Some((known, times)) if *known == digest => times + 1,
            _ => 1,
        };
        self.seen.insert(shape, (digest, times));
        self.turn_told(result.clone());
        match step {
            Some(_) => self.set_slot(step, result),
            None => {
                self.scope.insert(format!("call_{}", call.id), result);
            }
        }
    }

    /// A step could not be done: its `otherwise` says what comes; a model is told and decides
    /// again.
    pub(super) fn fail(&mut self, step: Option<usize>, why: String) -> State {
        self.turn_told(Value::new(json!({ "error": why }), Origin::Outside));
        let Some(at) = step else { return State::Ready };
        let spec = self.charter.worker.procedure.steps.get(at);
        match spec.map(|spec| (spec.otherwise, &spec.name)) {
            Some((Otherwise::Skip, _)) => self.after(step),
            Some((Otherwise::HandOver, name)) => {
                State::Unable { why: format!("step `{name}`: {why}") }
            }
            None => State::Unable { why },
        }
    }

    pub(super) fn edit(
        call: &ToolCall,
        changes: &serde_json::Map<String, serde_json::Value>,
    ) -> ToolCall {
        let mut arguments = call.arguments.clone();
        for (name, data) in changes {
            if call.argument(name) != data {
                arguments.set(name, Value::new(data.clone(), Origin::Operator));
            }
        }
        ToolCall { arguments, ..call.clone() }
    }
}
