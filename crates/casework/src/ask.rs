//! What a person is asked and what they may reply. One stored object; console and command line are
//! views of it: [`card::Card`] is what they show. Whether a reply counts is said in `admit`.

mod admit;
pub mod arrangements;
pub(crate) mod bound;
pub mod card;
mod facts;
pub mod form;
pub mod shown;
mod source;
#[cfg(test)]
mod tests;
pub mod working;

pub use source::{Place, places};

use crate::grant::Allowance;
use crate::ids::{AskId, CallId, Digest, PersonId, RoleName, RuleName, ToolName};
use crate::time::Timestamp;
use form::Field;
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
    /// How many must approve, who has, and who may not.
    #[serde(default, skip_serializing_if = "Quorum::is_plain")]
    pub quorum: Quorum,
    /// What its lapse leads to.
    #[serde(default, skip_serializing_if = "Lapse::is_deny")]
    pub lapse: Lapse,
    /// When people are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminders: Option<Reminders>,
    /// For an approval: what it has in common with others that may be decided beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// The call that a person changed into this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edits: Option<CallId>,
    /// For a question: the fields of its answer; without any it is answered in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<Field>,
}

/// How many different people must approve, and who may not be among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// So many; at least one.
    pub needed: u8,
    /// Who has approved so far, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved: Vec<Approved>,
    /// Who asked for it in the first place, where the office does not let them approve it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_by: Vec<PersonId>,
}

impl Default for Quorum {
    fn default() -> Self {
        Self { needed: 1, approved: Vec::new(), not_by: Vec::new() }
    }
}

impl Quorum {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether one more approval is enough.
    pub fn lacks_one(&self) -> bool {
        self.approved.len() + 1 >= usize::from(self.needed)
    }
}

/// One approval of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// By whom.
    pub who: PersonId,
    /// In whose place, when a deputy did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// What happens when nobody answers in time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// It is not done.
    #[default]
    Deny,
    /// These are asked, once more for as long; after that it is not done.
    Escalate {
        /// The role.
        to: RoleName,
        /// Who holds it.
        people: Vec<PersonId>,
        /// For how long they are asked.
        length_ms: u64,
    },
    /// People are reminded, and it stays open.
    Remind,
}

impl Lapse {
    fn is_deny(&self) -> bool {
        *self == Self::Deny
    }
}

/// Reminders that are still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    /// When the next one is due.
    pub at: Timestamp,
    /// How many there may still be.
    pub left: u8,
}

/// What approvals have in common that may be decided side by side: the worker's step, the tool and
/// the rule that asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shape {
    /// The step; none when a model proposed the call.
    pub step: Option<usize>,
    /// The tool.
    pub tool: ToolName,
    /// The rule.
    pub rule: RuleName,
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
    /// Run exactly what was shown, and from now on what is like it without asking.
    Grant {
        /// The ask's digest.
        digest: Digest,
        /// What is allowed from now on.
        allowance: Allowance,
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
    /// The answer to a question that has a form: a value for each field.
    Fill {
        /// By the names of the form.
        fields: serde_json::Map<String, Json>,
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
    /// They approved it already; another person must.
    #[error("{who} has approved this already; it needs another person")]
    Already {
        /// The person.
        who: PersonId,
    },
    /// The work was asked for by them, and the office wants somebody else to approve it.
    #[error("{who} asked for this; somebody else must approve it")]
    Requester {
        /// The person.
        who: PersonId,
    },
    /// This cannot be allowed once for all.
    #[error("this cannot be allowed from now on: {why}")]
    NotGrantable {
        /// Why not.
        why: String,
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
