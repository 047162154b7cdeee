//! What oversight needs to know beyond effect and origins: who may read a result, to whom its
//! records belong, whether a declaration was approved; and what a worker's author vouches for.
//! Declarations only: `policy` rules by them.

use crate::ids::ToolName;
use crate::origin::Readers;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a tool declares beyond effect, arguments and origins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolGuard {
    /// Who may read which field of the result, by dotted path; the empty path is the whole of it,
    /// `*` stands for each item of a list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub readers: BTreeMap<String, Readers>,
    /// To whom the records of the result belong; `None`: to nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<Ownership>,
    /// Arguments that are ids of records: argument name to the kind of record. Only an id that a
    /// record of the party gave under this kind counts as the party's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub records: BTreeMap<String, String>,
    /// Whether it is as a person approved it. Known at start, no part of the declaration.
    #[serde(skip)]
    pub standing: Standing,
}

impl ToolGuard {
    /// Whether nothing is declared, so that declarations from before these words keep their digest.
    pub fn is_empty(&self) -> bool {
        self.readers.is_empty() && self.ownership.is_none() && self.records.is_empty()
    }
}

/// Whose a record is, and which ids it gives to its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    /// Dotted path, within each record, of the field that names the owner.
    pub owner: String,
    /// What names the owner: [`PARTY`], or a kind of id that another record gave.
    pub by: String,
    /// Ids that a record gives: dotted path within it to the kind of id. `*` stands for each item.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gives: BTreeMap<String, String>,
}

/// The kind of name under which the verified party of a case is known: its address or sign-in.
pub const PARTY: &str = "party";

/// Whether a tool's declaration is the one a person approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    #[default]
    Approved,
    /// It changed since.
    Changed,
    /// Another declaration of the same system changed: the whole connector pauses.
    Paused,
}

/// What a worker's author adds to the rules: all of it opt-in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkerGuard {
    /// The firm's own domains: an address in one of them is internal.
    pub domains: Vec<String>,
    /// Amounts above which people are asked.
    pub caps: Vec<Cap>,
    /// Values the author vouches for.
    pub allow: Vec<AllowList>,
}

/// Amounts above which people are asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    /// Of which tool.
    pub tool: ToolName,
    /// Of which argument, a number.
    pub argument: String,
    /// Above this a person is asked.
    pub ask_above: f64,
    /// Above this two people are asked.
    pub two_people_above: Option<f64>,
}

/// Values of one argument that the author vouches for, so that they count as the job description's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowList {
    /// Of which tool.
    pub tool: ToolName,
    /// Of which argument.
    pub argument: String,
    /// Values, compared after canonicalisation. One that ends in `*` is a beginning;
    /// `*@firm.example` is every address of that domain; an URL is its origin and everything below
    /// its path.
    pub values: Vec<String>,
}
