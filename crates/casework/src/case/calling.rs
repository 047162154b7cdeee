//! The fold of calls: what a ruling, a start and an end make of a case. It decides no ruling
//! itself.

use super::{Case, Pending, Ruled, State, Turn};
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
use serde_json::json;

impl Case {
    pub(super) fn follow_ruling(&mut self, ruled: Ruled<'_>, entry: &Entry) -> State {
        let Ruled { step, call, ruling, ask, permit } = ruled;
        self.turn_proposed(Turn::Proposed { call: call.clone() });
        let approved = ask.cloned().map(Box::new);
        let call = call.clone();
        match ruling {
            Ruling::Allow { .. } if self.only_looks(&call) => {
                State::Permitted { step, call, permit, approved }
            }
            Ruling::Allow { .. } | Ruling::Ask { .. } if self.is_shadow() => {
                State::Withheld { step, call }
            }
            Ruling::Allow { .. } => State::Permitted { step, call, permit, approved },
            Ruling::Ask { to, because, .. } => {
                let ask = match ask {
                    Some(ask) => ask.clone(),
                    None => self.first_approval(step, &call, to.clone(), because.clone(), entry),
                };
                let pending = Pending::Approval { step, call };
                State::Asked { ask, announced: false, pending }
            }
            Ruling::Deny { because, .. } => self.fail(step, format!("denied: {because}")),
        }
    }

    /// Whether an ask stored with a proposal is about that proposal and none other.
    pub(super) fn is_about(ask: Option<&Ask>, call: &ToolCall, entry: &Entry) -> bool {
        let about = About::Approval { call: call.id };
        ask.is_none_or(|ask| ask.about == about && ask.id == AskId(entry.seq))
    }

    /// The ask of a journal from before asks were stored whole, made again from its entry.
    fn first_approval(
        &self,
        step: Option<usize>,
        call: &ToolCall,
        to: RoleName,
        because: String,
        entry: &Entry,
    ) -> Ask {
        let spec = self.charter.tools.get(&call.tool);
        let hours = u64::from(self.charter.worker.limits.ask_hours);
        let headline =
            spec.map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
        let about = About::Approval { call: call.id };
        let ask = self.ask(about, to, headline, because);
        let on_expiry = "it is not done, and the case goes on as its job description says".into();
        let expires_at = Some(entry.at.plus_ms(hours * HOUR_MS));
        let ask = Ask { id: AskId(entry.seq), expires_at, on_expiry, ..ask };
        Ask { digest: self.bound(step, call, &ask).first_digest(), ..ask }
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

    /// What was approved may no longer run: facts changed, time ran out, or this is shadow.
    pub(super) fn follow_approved(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        approved: Option<&Ask>,
        event: &Event,
    ) -> Option<State> {
        let same = |id: &AskId| approved.is_some_and(|ask| ask.id == *id);
        match event {
            Event::AskWithdrawn { ask, why } if same(ask) => {
                let result = json!({ "error": format!("it was not done: {why}") });
                self.turn_told(Value::new(result, Origin::Charter));
                Some(State::Ready)
            }
            Event::AskLapsed { ask } if same(ask) => {
                Some(self.fail(step, "its approval ran out before it could be done".into()))
            }
            Event::CallEnded { call: id, end: CallEnd::Withheld }
                if *id == call.id && self.is_shadow() =>
            {
                Some(self.withhold(step, call))
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

    pub(super) fn succeed(&mut self, step: Option<usize>, call: &ToolCall, result: Value) {
        let result = self.learn(call, result);
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
