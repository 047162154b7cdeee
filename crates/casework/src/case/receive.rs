//! What a signal does to a case: which entries it becomes. Replies are admitted or refused here,
//! the one place through which a person's word reaches a case.

use super::{Case, Pending, State};
use crate::ask::{About, Reply, ReplyRefused, form};
use crate::grant::{Allowance, Grant, GrantId, Used};
use crate::ids::{AskId, PersonId};
use crate::journal::{Actor, Event, Outcome};
use crate::judgement::{Answer, Question};
use crate::signal::{Signal, SignalKind};
use crate::time::Timestamp;
use crate::tool::ToolCall;

/// What to record for a signal.
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// These, in order.
    Entries(Vec<(Actor, Event)>),
    /// A call is under way; keep the signal until its end is known.
    Later,
    /// The case has ended, the signal changes nothing in it.
    TooLate,
}

impl Case {
    /// What to record for a signal that reached this case.
    pub fn receive(&self, signal: &Signal, now: Timestamp) -> Receipt {
        match (&self.state, &signal.kind) {
            (State::Closed(_), _) => Receipt::TooLate,
            (_, SignalKind::Arrived(_)) => self.receive_arrival(signal),
            (State::Started { .. }, _) => Receipt::Later,
            (_, SignalKind::Answered { ask, who, reply }) => {
                self.receive_reply(*ask, who, reply, now)
            }
            (_, SignalKind::Cancelled { who, why }) => {
                let outcome = Outcome::Cancelled { who: who.clone(), why: why.clone() };
                let entry = (Actor::Person(who.clone()), Event::CaseClosed(outcome));
                Receipt::Entries(vec![entry])
            }
        }
    }

    fn receive_arrival(&self, signal: &Signal) -> Receipt {
        let received = Event::SignalReceived(signal.clone());
        let mut entries = vec![(Actor::Source(signal.source.clone()), received)];
        if let Some(ask) = self.ask_on_old_facts() {
            let why = "something new arrived on this case".to_owned();
            entries.push((Actor::Engine, Event::AskWithdrawn { ask, why }));
        }
        Receipt::Entries(entries)
    }

    /// The ask that new facts overtake: an open one, and one that was approved and has not run yet.
    fn ask_on_old_facts(&self) -> Option<AskId> {
        match &self.state {
            State::Asked { ask, pending, .. } | State::Lapsed { ask, pending } => {
                let stands = matches!(pending, Pending::TakeOver | Pending::InDoubt { .. });
                (!stands).then_some(ask.id)
            }
            State::Edited { ask, .. } => Some(ask.id),
            State::Permitted { approved: Some(ask), .. } => Some(ask.id),
            _ => None,
        }
    }

    fn receive_reply(&self, id: AskId, who: &PersonId, reply: &Reply, now: Timestamp) -> Receipt {
        let event = match self.admit_reply(id, who, reply, now) {
            Ok(()) => {
                let stands_in_for = self.stands_in_for(who, now);
                Event::AskAnswered {
                    ask: id,
                    who: who.clone(),
                    reply: reply.clone(),
                    stands_in_for,
                }
            }
            Err(refused) => {
                let why = refused.to_string();
                Event::ReplyRefused { ask: id, who: who.clone(), why }
            }
        };
        Receipt::Entries(vec![(Actor::Person(who.clone()), event)])
    }

    /// Whether a reply counts, now. Views call this to say so at once; the case checks it again
    /// when the reply reaches it.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn admit_reply(
        &self,
        id: AskId,
        who: &PersonId,
        reply: &Reply,
        now: Timestamp,
    ) -> Result<(), ReplyRefused> {
        let State::Asked { ask, pending, .. } = &self.state else {
            return Err(ReplyRefused::NotOpen { ask: id });
        };
        if ask.id != id {
            return Err(ReplyRefused::NotOpen { ask: id });
        }
        let stands_in_for = self.stands_in_for(who, now);
        ask.admits(who, stands_in_for.as_ref(), reply, now)?;
        match (pending, reply) {
            (Pending::Approval { .. }, Reply::Approve { .. } | Reply::Edit { .. })
                if self.is_shadow() =>
            {
                Err(ReplyRefused::WrongKind)
            }
            (Pending::Approval { step, call }, Reply::Approve { .. } | Reply::Grant { .. })
                if !self.is_bound(*step, call, ask) =>
            {
                Err(ReplyRefused::Changed)
            }
            (Pending::Approval { call, .. }, Reply::Grant { allowance, .. }) => {
                self.may_grant(call, allowance, stands_in_for.as_ref(), now)
            }
            (Pending::Question { .. }, Reply::Fill { fields }) => form::accepts(&ask.form, fields)
                .map_err(|error| ReplyRefused::NotAnAnswer { why: error.to_string() }),
            (Pending::Judgement { question, .. }, Reply::Say { answer }) => {
                let answer = Self::answer_in_words(question, answer);
                question
                    .accepts(&answer)
                    .map_err(|error| ReplyRefused::NotAnAnswer { why: error.to_string() })
            }
            (Pending::Approval { call, .. }, Reply::Edit { arguments, .. }) => {
                let edited = Self::edit(call, arguments);
                let spec = self.charter.tools.get(&call.tool);
                spec.map_or(Ok(()), |spec| spec.accepts(edited.arguments.data()))
                    .map_err(|error| ReplyRefused::NotAnAnswer { why: error.to_string() })
            }
            _ => Ok(()),
        }
    }

    /// In whose place a person answers what is open now.
    fn stands_in_for(&self, who: &PersonId, now: Timestamp) -> Option<PersonId> {
        let State::Asked { ask, .. } = &self.state else { return None };
        self.arranged().stands_in_for(who, ask, now).cloned()
    }

    fn may_grant(
        &self,
        call: &ToolCall,
        allowance: &Allowance,
        stands_in_for: Option<&PersonId>,
        now: Timestamp,
    ) -> Result<(), ReplyRefused> {
        let refused = |why: String| Err(ReplyRefused::NotGrantable { why });
        if self.is_shadow() {
            return Err(ReplyRefused::WrongKind);
        }
        if stands_in_for.is_some() {
            return refused("who stands in for another approves one at a time".into());
        }
        match self.charter.tools.get(&call.tool) {
            Some(spec) => allowance.fits(spec, now).or_else(refused),
            None => refused("the tool is not known any more".into()),
        }
    }

    /// The grant that a reply makes, once it is recorded; asked before it is.
    pub fn grant_of(&self, event: &Event, at: Timestamp) -> Option<Grant> {
        let Event::AskAnswered { ask: id, who, reply: Reply::Grant { allowance, .. }, .. } = event
        else {
            return None;
        };
        let State::Asked { ask, pending: Pending::Approval { call, .. }, .. } = &self.state else {
            return None;
        };
        Some(Grant {
            id: GrantId { case: self.id, ask: *id },
            worker: self.charter.worker.name.clone(),
            shape: ask.shape.clone()?,
            declaration: self.charter.tools.get(&call.tool)?.digest(),
            allowance: allowance.clone(),
            who: who.clone(),
            at,
            used: Used::default(),
            revoked: None,
        })
    }

    pub(super) fn answer_in_words(question: &Question, words: &str) -> Answer {
        match question {
            Question::Classify { .. } => Answer::Label(words.to_owned()),
            Question::Match { .. } if words.is_empty() => Answer::Record(None),
            Question::Match { .. } => Answer::Record(Some(
                serde_json::from_str(words).unwrap_or_else(|_| words.to_owned().into()),
            )),
            Question::Extract { .. } => {
                Answer::Fields(serde_json::from_str(words).unwrap_or_default())
            }
            Question::Answer { .. } | Question::Write { .. } | Question::Next => {
                Answer::Text(words.to_owned())
            }
        }
    }

    /// Whether the open ask, if any, is about taking the case over.
    pub fn is_handed_over(&self) -> bool {
        let State::Asked { ask, .. } = &self.state else { return false };
        matches!(ask.about, About::TakeOver { .. })
    }
}
