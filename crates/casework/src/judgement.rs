//! Typed questions and their typed answers: every "it depends" of a worker is one of these. An
//! answer is checked against its question here; who answers, and how sure they are, is the ladder's
//! work.

#[cfg(test)]
mod tests;

use crate::ids::{PersonId, ToolName};
use crate::origin::{DEPTH_MAX, Value, nests_within};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Which of these labels fits the text?
    Classify {
        /// What is judged, with its origin.
        text: Value,
        /// The labels to choose from.
        into: Vec<String>,
    },
    /// What are these fields in the text?
    Extract {
        /// What is read.
        text: Value,
        /// Field name to what is meant by it.
        fields: BTreeMap<String, String>,
    },
    /// Which of these candidates is the one meant, if any?
    Match {
        /// What is looked for.
        subject: Value,
        /// Candidate records, each with an `id`.
        candidates: Value,
    },
    /// What is the answer, from the firm's own documents?
    Answer {
        /// The question asked.
        text: Value,
    },
    /// Write this text.
    Write {
        /// What it must say and to whom.
        brief: Value,
    },
    /// What comes next in this case? Asked for a worker without steps.
    Next,
}

impl Question {
    /// The word used in files, journals and on pages.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Classify { .. } => "classify",
            Self::Extract { .. } => "extract",
            Self::Match { .. } => "match",
            Self::Answer { .. } => "answer",
            Self::Write { .. } => "write",
            Self::Next => "next",
        }
    }

    /// Whether an answer is of the asked type, and within what was asked.
    ///
    /// # Errors
    /// What does not fit, in words for whoever answered.
    pub fn accepts(&self, answer: &Answer) -> Result<(), NotAnAnswer> {
        if !answer.can_be_kept() {
            return Err(NotAnAnswer::TooDeep);
        }
        let fits = match (self, answer) {
            (Self::Classify { into, .. }, Answer::Label(label)) => {
                if !into.contains(label) {
                    return Err(NotAnAnswer::UnknownLabel {
                        label: label.clone(),
                        into: into.join(", "),
                    });
                }
                true
            }
            (Self::Extract { fields, .. }, Answer::Fields(found)) => {
                found.keys().all(|name| fields.contains_key(name))
            }
            (Self::Match { candidates, .. }, Answer::Record(id)) => match id {
                None => true,
                Some(id) => candidates.data().as_array().is_some_and(|all| {
                    all.iter().any(|one| one.get("id").is_some_and(|known| known == id))
                }),
            },
            (Self::Answer { .. } | Self::Write { .. }, Answer::Text(_))
            | (Self::Next, Answer::Next(_)) => true,
            _ => false,
        };
        if fits { Ok(()) } else { Err(NotAnAnswer::WrongType { question: self.word() }) }
    }
}

/// An answer that does not fit its question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnswer {
    /// A label outside the list.
    #[error("`{label}` is not one of: {into}")]
    UnknownLabel {
        /// What was given.
        label: String,
        /// What was asked for.
        into: String,
    },
    /// Data nested so deep that the journal could not be read back.
    #[error("the answer nests too deep")]
    TooDeep,
    /// A chance or a confidence that is not a number.
    #[error("the answer comes with a confidence that is no number")]
    NotANumber,
    /// An answer of another type, or with fields nobody asked for.
    #[error("this does not answer a `{question}` question")]
    WrongType {
        /// The question's word.
        question: &'static str,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To `Classify`.
    Label(String),
    /// To `Extract`.
    Fields(BTreeMap<String, Json>),
    /// To `Match`: the candidate's id, or none of them.
    Record(Option<Json>),
    /// To `Answer` and `Write`.
    Text(String),
    /// To `Next`.
    Next(Decision),
}

impl Answer {
    /// The answer as data, for a slot of the case.
    pub fn data(&self) -> Json {
        match self {
            Self::Label(text) | Self::Text(text) => Json::String(text.clone()),
            Self::Fields(fields) => Json::Object(fields.clone().into_iter().collect()),
            Self::Record(id) => id.clone().unwrap_or(Json::Null),
            Self::Next(_) => Json::Null,
        }
    }

    fn can_be_kept(&self) -> bool {
        let within = |data: &Json| nests_within(data, DEPTH_MAX);
        match self {
            Self::Fields(fields) => fields.values().all(within),
            Self::Record(Some(id)) => within(id),
            Self::Next(Decision::Call { arguments, .. }) => within(arguments),
            Self::Label(_) | Self::Text(_) | Self::Record(None) | Self::Next(_) => true,
        }
    }
}

/// All that a model may say when asked what comes next. A proposal, never a permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Call a tool. The arguments are the model's words: of origin `Composed` until proven equal to
    /// something better.
    Call {
        /// The tool.
        tool: ToolName,
        /// A map.
        arguments: Json,
    },
    /// Ask a person.
    Ask {
        /// The question.
        text: String,
    },
    /// Wait.
    Wait {
        /// For how long.
        length_ms: u64,
        /// Why.
        why: String,
    },
    /// The work is done.
    Finish {
        /// What to tell, checked against the journal.
        summary: String,
    },
    /// A person should take over.
    HandOver {
        /// Why.
        why: String,
    },
}

/// How an answer was come by: kept in the journal with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// How sure the judge was, 0 to 1, when it can say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The certificate it acted on: n, bound, date, digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Json>,
    /// The other likely answers with their probabilities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub likeliest: Vec<(String, f64)>,
    /// Why judges on lower rungs did not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_by: Vec<String>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

/// What a model call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub completion_tokens: u64,
    /// Cost in millionths of a dollar.
    pub cost_micro_usd: u64,
}

impl Evidence {
    /// Whether JSON can hold its numbers: what is not a number would be written as null, and a
    /// journal with it could not be read back.
    pub(crate) fn is_finite(&self) -> bool {
        self.confidence.is_none_or(f64::is_finite)
            && self.likeliest.iter().all(|(_, chance)| chance.is_finite())
    }
}

impl Usage {
    /// Whether nothing was used.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What a judge, or a person in its place, said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The answer.
    pub answer: Answer,
    /// How it was come by.
    #[serde(default)]
    pub evidence: Evidence,
    /// The person, when a person answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<PersonId>,
}
