//! What a signal does to a case: which entries it becomes. Replies are admitted or refused here,
//! the one place through which a person's word reaches a case.

use super::{Case, Pending, State};
use crate::ask::{About, Reply, ReplyRefused};
use crate::ids::{AskId, PersonId};
use crate::journal::{Actor, Event, Outcome};
use crate::judgement::{Answer, Question};
use crate::signal::{Signal, SignalKind};
use crate::time::Timestamp;

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
        if let State::Asked { ask, pending, .. } = &self.state
            && !matches!(pending, Pending::TakeOver | Pending::InDoubt { .. })
        {
            let why = "something new arrived on this case".to_owned();
            entries.push((Actor::Engine, Event::AskWithdrawn { ask: ask.id, why }));
        }
        Receipt::Entries(entries)
    }

    fn receive_reply(&self, id: AskId, who: &PersonId, reply: &Reply, now: Timestamp) -> Receipt {
        let event = match self.admit_reply(id, who, reply, now) {
            Ok(()) => Event::AskAnswered { ask: id, who: who.clone(), reply: reply.clone() },
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
        ask.admits(who, reply, now)?;
        match (pending, reply) {
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
