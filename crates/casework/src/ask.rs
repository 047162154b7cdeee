//! What a person is asked and what they may reply. One stored object; console and command line are
//! views of it. Whether a reply counts is checked here and nowhere else.

#[cfg(test)]
mod tests;

use crate::ids::{AskId, CallId, Digest, PersonId, RoleName};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One question to people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// Its number in the case.
    pub id: AskId,
    /// What it is about.
    pub about: About,
    /// Who may answer.
    pub to: RoleName,
    /// The people who hold that role; nobody else's reply counts. Empty: any signed-in operator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
    /// One line in the words of the effect.
    pub headline: String,
    /// Why a person is asked: the rule, or why no judge was sure.
    pub because: String,
    /// When it lapses; `None` waits for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What happens when it lapses, in words for the card.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_expiry: String,
    /// The step whose value the answer becomes, for an ask of the procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What a reply must repeat: it binds the reply to exactly what was shown.
    pub digest: Digest,
}

/// What an ask is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// May this call run?
    Approval {
        /// The call.
        call: CallId,
    },
    /// A judgement no judge was sure of.
    Judgement {
        /// Buttons: the likeliest answers first, with probabilities where known.
        options: Vec<(String, Option<f64>)>,
    },
    /// A call whose end is unknown: did it happen?
    InDoubt {
        /// The call.
        call: CallId,
        /// What is known.
        known: String,
    },
    /// The case needs a person to finish it in their own tools and record the outcome.
    TakeOver {
        /// Why.
        why: String,
    },
    /// A question of the procedure or of a model, answered in words.
    Question,
}

/// What a person replies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Run exactly what was shown.
    Approve {
        /// The ask's digest.
        digest: Digest,
    },
    /// Run it with these arguments instead; the tool stays.
    Edit {
        /// The ask's digest.
        digest: Digest,
        /// The arguments that change.
        arguments: serde_json::Map<String, Json>,
    },
    /// Do not run it.
    Reject {
        /// Why; the worker sees it.
        why: String,
    },
    /// The answer to a judgement or a question.
    Say {
        /// A label or words.
        answer: String,
    },
    /// It did happen, or it did not.
    Happened(bool),
    /// A person finished the case.
    Outcome {
        /// What they did.
        summary: String,
    },
}

/// Why a reply does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyRefused {
    /// The ask is not open: answered, lapsed or withdrawn already.
    #[error("ask {ask} is not open")]
    NotOpen {
        /// The ask.
        ask: AskId,
    },
    /// The person does not hold the role.
    #[error("{who} may not answer this; it asks {to}")]
    NotYours {
        /// The person.
        who: PersonId,
        /// The role.
        to: RoleName,
    },
    /// Something other than what is asked was approved.
    #[error("the reply is to something other than what is asked now; look at it again")]
    Changed,
    /// It lapsed before the reply came.
    #[error("the ask lapsed before the reply")]
    Lapsed,
    /// A reply of a kind this ask does not take.
    #[error("this ask cannot be answered that way")]
    WrongKind,
    /// The answer is not one of those asked for.
    #[error("{why}")]
    NotAnAnswer {
        /// What does not fit.
        why: String,
    },
}

impl Ask {
    /// Whether a reply by this person, now, counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn admits(
        &self,
        who: &PersonId,
        reply: &Reply,
        now: Timestamp,
    ) -> Result<(), ReplyRefused> {
        if !self.people.is_empty() && !self.people.contains(who) {
            return Err(ReplyRefused::NotYours { who: who.clone(), to: self.to.clone() });
        }
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(ReplyRefused::Lapsed);
        }
        match (&self.about, reply) {
            (About::Approval { .. }, Reply::Approve { digest } | Reply::Edit { digest, .. }) => {
                if *digest == self.digest {
                    Ok(())
                } else {
                    Err(ReplyRefused::Changed)
                }
            }
            (About::Approval { .. }, Reply::Reject { .. })
            | (About::Judgement { .. } | About::Question, Reply::Say { .. })
            | (About::InDoubt { .. }, Reply::Happened(_))
            | (About::TakeOver { .. }, Reply::Outcome { .. }) => Ok(()),
            _ => Err(ReplyRefused::WrongKind),
        }
    }
}
