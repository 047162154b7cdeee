//! What comes in: a mail, a file, a moment on the schedule, and also a person's answer. Everything
//! a case ever learns from outside enters as one of these. It does not say what is done with it.

use crate::ask::Reply;
use crate::ids::{AskId, Digest, PersonId, SourceName};
use crate::origin::Value;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The same thing heard twice has the same key, and is taken once: a Message-ID, a file's
    /// digest.
    pub key: String,
    /// Who heard it.
    pub source: SourceName,
    /// When it was heard.
    pub at: Timestamp,
    /// What it is.
    pub kind: SignalKind,
}

/// What a signal is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Something arrived at a source.
    Arrived(Arrival),
    /// A person answered an ask.
    Answered {
        /// Which one.
        ask: AskId,
        /// Who.
        who: PersonId,
        /// What they said.
        reply: Reply,
    },
    /// A person ended the case.
    Cancelled {
        /// Who.
        who: PersonId,
        /// Why.
        why: String,
    },
}

/// Something that arrived at a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// One line for lists: the subject.
    pub title: String,
    /// Who it is from, for lists; authority never comes from here but from labelled fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// Keys of earlier things it belongs to: References, In-Reply-To. Nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thread: Vec<String>,
    /// What was read from it, each field with its origin: `signal.…` in worker files.
    pub fields: Value,
    /// The original bytes, kept beside the journal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<Digest>,
}
