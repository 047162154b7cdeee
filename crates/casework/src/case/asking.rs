//! The fold of asks: what an announcement, a reply, a lapse and a withdrawal make of a case.
//! Whether a reply is admitted is said in `receive`; here one that does not bind to the ask does
//! not follow.

use super::{Case, Pending, State};
use crate::ask::{Ask, Reply};
use crate::ids::{AskId, PersonId};
use crate::journal::{Event, Outcome};
use crate::origin::{Origin, Value};
use crate::permit::Permit;
use serde_json::json;

impl Case {
    pub(super) fn follow_ask(
        &mut self,
        ask: &Ask,
        announced: bool,
        pending: &Pending,
        event: &Event,
    ) -> Option<State> {
        let same = |id: &AskId| *id == ask.id;
        match event {
            Event::AskAnnounced { ask: id } if same(id) && !announced => {
                Some(State::Asked { ask: ask.clone(), announced: true, pending: pending.clone() })
            }
            Event::AskAnswered { ask: id, who, reply } if same(id) => {
                self.follow_reply(ask, pending, who, reply)
            }
            Event::AskWithdrawn { ask: id, why } if same(id) => {
                if let Pending::Approval { .. } = pending {
                    let result = json!({ "error": format!("it was not done: {why}") });
                    self.turn_told(Value::new(result, Origin::Charter));
                }
                Some(State::Ready)
            }
            Event::AskLapsed { ask: id } if same(id) => Some(match pending {
                Pending::Approval { step, .. } | Pending::Question { step } => {
                    self.fail(*step, "nobody answered in time".into())
                }
                _ => State::Unable { why: "nobody answered in time".into() },
            }),
            _ => None,
        }
    }

    pub(super) fn follow_reply(
        &mut self,
        ask: &Ask,
        pending: &Pending,
        who: &PersonId,
        reply: &Reply,
    ) -> Option<State> {
        if !ask.people.is_empty() && !ask.people.contains(who) {
            return None;
        }
        Some(match (pending, reply) {
            (Pending::Approval { step, call }, Reply::Approve { digest }) => {
                if *digest != ask.digest {
                    return None;
                }
                let permit = Permit::ByPerson { ask: ask.id, who: who.clone() };
                State::Permitted { step: *step, call: call.clone(), permit }
            }
            (Pending::Approval { step, call }, Reply::Edit { digest, arguments }) => {
                if *digest != ask.digest {
                    return None;
                }
                let call = Self::edit(call, arguments);
                let result = json!({ "error": format!("{who} has other arguments for it") });
                self.turn_told(Value::new(result, Origin::Operator));
                State::Edited { step: *step, call, ask: ask.id, who: who.clone() }
            }
            (Pending::Approval { step, .. }, Reply::Reject { why }) => {
                self.fail(*step, format!("{who} rejected it: {why}"))
            }
            (Pending::Judgement { step, question }, Reply::Say { answer }) => {
                let answer = Self::answer_in_words(question, answer);
                question.accepts(&answer).ok()?;
                self.set_slot(*step, Value::new(answer.data(), Origin::Operator));
                self.after(*step)
            }
            (Pending::Question { step }, Reply::Say { answer }) => {
                let said = Value::new(answer.clone(), Origin::Operator);
                self.turn_told(said.clone());
                self.set_slot(*step, said);
                self.after(*step)
            }
            (Pending::InDoubt { step, call, .. }, Reply::Happened(true)) => {
                self.succeed(*step, call, Value::map());
                self.after(*step)
            }
            (Pending::InDoubt { step, call, permit }, Reply::Happened(false)) => {
                State::Permitted { step: *step, call: call.clone(), permit: permit.clone() }
            }
            (Pending::TakeOver, Reply::Outcome { summary }) => {
                let summary = summary.clone();
                State::Concluding(Outcome::HandedOver { who: who.clone(), summary })
            }
            _ => return None,
        })
    }
}
