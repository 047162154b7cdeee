//! The fold of asks: what an announcement, a reply, a reminder, a lapse and a withdrawal make of a
//! case. Whether a reply is admitted is said in `receive`; here one that does not bind to the ask,
//! or is by a person whose word does not count, does not follow.

use super::{Case, Pending, State, Step};
use crate::ask::{Approved, Ask, Lapse, Reply, form};
use crate::ids::{AskId, PersonId};
use crate::journal::{CallEnd, Entry, Event, Outcome};
use crate::origin::{Origin, Value};
use crate::permit::Permit;
use crate::time::Timestamp;
use crate::tool::ToolCall;
use serde_json::json;

/// A reply that was recorded.
struct Replied<'a> {
    who: &'a PersonId,
    stands_in_for: Option<&'a PersonId>,
    reply: &'a Reply,
    at: Timestamp,
}

impl Case {
    /// What comes next while people are asked: a new card when what they see is no longer what
    /// would run, the lapse, a reminder, or rest.
    pub(super) fn wait_for_people(&self, ask: &Ask, pending: &Pending, now: Timestamp) -> Step {
        if let Pending::Approval { step, call } = pending
            && !self.is_bound(*step, call, ask)
        {
            let why = "what was shown is no longer what would be done".to_owned();
            return self.note(Event::AskWithdrawn { ask: ask.id, why });
        }
        if ask.expires_at.is_some_and(|end| now >= end) {
            return self.note(Event::AskLapsed { ask: ask.id });
        }
        match ask.reminders {
            Some(reminders) if now >= reminders.at => {
                let worker = &self.charter.worker;
                let next_at = self.arranged().next_reminder(worker, reminders, now);
                self.note(Event::AskReminded { ask: ask.id, next_at })
            }
            _ => Step::Rest { until: ask.due_at() },
        }
    }

    /// The last look before something runs: what was approved must be what runs, and its time must
    /// not be over.
    pub(super) fn perform(
        &self,
        step: Option<usize>,
        call: &ToolCall,
        permit: &Permit,
        approved: Option<&Ask>,
        now: Timestamp,
    ) -> Step {
        if self.is_shadow() && !self.only_looks(call) {
            return self.note(Event::CallEnded { call: call.id, end: CallEnd::Withheld });
        }
        let over = approved.and_then(|ask| self.overtaken(step, call, ask, now));
        over.unwrap_or_else(|| Step::Perform(self.mint(call, permit)))
    }

    /// What to record when an approval no longer counts: what was shown has changed, or its time is
    /// over.
    pub(super) fn overtaken(
        &self,
        step: Option<usize>,
        call: &ToolCall,
        ask: &Ask,
        now: Timestamp,
    ) -> Option<Step> {
        if !self.is_bound(step, call, ask) {
            let why = "what was approved is no longer what would be done".to_owned();
            return Some(self.note(Event::AskWithdrawn { ask: ask.id, why }));
        }
        let over = ask.expires_at.is_some_and(|end| now >= end);
        over.then(|| self.note(Event::AskLapsed { ask: ask.id }))
    }

    pub(super) fn follow_ask(
        &mut self,
        ask: &Ask,
        announced: bool,
        pending: &Pending,
        event: &Event,
        entry: &Entry,
    ) -> Option<State> {
        let same = |id: &AskId| *id == ask.id;
        match event {
            Event::AskAnnounced { ask: id } if same(id) && !announced => {
                Some(State::Asked { ask: ask.clone(), announced: true, pending: pending.clone() })
            }
            Event::AskAnswered { ask: id, who, reply, stands_in_for } if same(id) => {
                let stands_in_for = stands_in_for.as_ref();
                let replied = Replied { who, stands_in_for, reply, at: entry.at };
                ask.admits_person(who, stands_in_for).ok()?;
                ask.binds(reply).ok()?;
                self.follow_reply(ask, pending, &replied)
            }
            Event::AskReminded { ask: id, next_at } if same(id) => {
                let mut reminders = ask.reminders?;
                reminders.left = reminders.left.checked_sub(1)?;
                let reminders = next_at
                    .filter(|_| reminders.left > 0)
                    .map(|at| crate::ask::Reminders { at, ..reminders });
                let ask = Ask { reminders, ..ask.clone() };
                Some(State::Asked { ask, announced, pending: pending.clone() })
            }
            Event::AskWithdrawn { ask: id, why } if same(id) => {
                if let Pending::Approval { .. } = pending {
                    let result = json!({ "error": format!("it was not done: {why}") });
                    self.turn_told(Value::new(result, Origin::Charter));
                }
                Some(State::Ready)
            }
            Event::AskLapsed { ask: id } if same(id) => Some(match (&ask.lapse, pending) {
                (Lapse::Escalate { .. }, _) => {
                    State::Lapsed { ask: ask.clone(), pending: pending.clone() }
                }
                (_, Pending::Approval { step, .. } | Pending::Question { step }) => {
                    self.fail(*step, "nobody answered in time".into())
                }
                _ => State::Unable { why: "nobody answered in time".into() },
            }),
            _ => None,
        }
    }

    fn follow_reply(&mut self, ask: &Ask, pending: &Pending, by: &Replied<'_>) -> Option<State> {
        let who = by.who;
        Some(match (pending, by.reply) {
            (Pending::Approval { step, call }, Reply::Approve { .. } | Reply::Grant { .. }) => {
                return Self::follow_approval(*step, call, ask, by);
            }
            (Pending::Approval { step, call }, Reply::Edit { arguments, .. }) => {
                ask.admits_approval(who, by.stands_in_for).ok()?;
                let (from, edited) = (call.clone(), Self::edit(call, arguments));
                let result = json!({ "error": format!("{who} has other arguments for it") });
                self.turn_told(Value::new(result, Origin::Operator));
                State::Edited {
                    step: *step,
                    call: edited,
                    from,
                    ask: Box::new(ask.clone()),
                    approved: by.approved(),
                }
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
                self.told_by_person(*step, answer.clone().into())
            }
            (Pending::Question { step }, Reply::Fill { fields }) => {
                form::accepts(&ask.form, fields).ok()?;
                self.told_by_person(*step, form::completed(&ask.form, fields))
            }
            (Pending::InDoubt { step, call, .. }, Reply::Happened(true)) => {
                self.succeed(*step, call, Value::map());
                self.after(*step)
            }
            (Pending::InDoubt { step, call, permit }, Reply::Happened(false)) => {
                let (call, permit) = (call.clone(), permit.clone());
                State::Permitted { step: *step, call, permit, approved: None }
            }
            (Pending::TakeOver, Reply::Outcome { summary }) => {
                let summary = summary.clone();
                State::Concluding(Outcome::HandedOver { who: who.clone(), summary })
            }
            _ => return None,
        })
    }

    /// One approval more: the last of those that are needed permits the call.
    fn follow_approval(
        step: Option<usize>,
        call: &ToolCall,
        ask: &Ask,
        by: &Replied<'_>,
    ) -> Option<State> {
        ask.admits_approval(by.who, by.stands_in_for).ok()?;
        let mut ask = ask.clone();
        let with = ask.quorum.approved.iter().map(|earlier| earlier.who.clone()).collect();
        let enough = ask.quorum.take(by.approved());
        let call = call.clone();
        Some(if enough {
            let permit = Permit::ByPerson { ask: ask.id, who: by.who.clone(), with };
            State::Permitted { step, call, permit, approved: Some(Box::new(ask)) }
        } else {
            let pending = Pending::Approval { step, call };
            State::Asked { ask, announced: true, pending }
        })
    }

    fn told_by_person(&mut self, step: Option<usize>, said: serde_json::Value) -> State {
        let said = Value::new(said, Origin::Operator);
        self.turn_told(said.clone());
        self.set_slot(step, said);
        self.after(step)
    }
}

impl Replied<'_> {
    fn approved(&self) -> Approved {
        let (who, stands_in_for) = (self.who.clone(), self.stands_in_for.cloned());
        Approved { who, stands_in_for, at: self.at }
    }
}
