//! The party of a case and what is its own: the verified address it wrote from, and the ids that
//! its own records gave (the closure of ownership). It reads nothing; the fold tells it what was
//! read.

#[cfg(test)]
mod tests;

use crate::guard::{Ownership, PARTY};
use crate::origin::canonical::canonical_id;
use crate::origin::{Origin, Readers, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The counterparty of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    written: bool,
    own: BTreeMap<String, BTreeSet<String>>,
    recognised: bool,
}

/// Ids that are kept of one party at most: what a list of its records gives, with a bound.
const OWN_MAX: usize = 4_096;

impl Party {
    /// Learns who wrote the first thing that arrived: `party`, or else `sender`. Its address is its
    /// own only when the connector vouches for it; without one there is no party to protect others
    /// from (a schedule, a folder of the firm).
    pub fn met(fields: &Value) -> Self {
        let named = ["party", "sender"].into_iter().find_map(|name| fields.at(name));
        let Some(named) = named.filter(|value| !value.is_empty()) else { return Self::default() };
        let mut party = Self { written: true, ..Self::default() };
        if named.origin() <= Origin::Party {
            party.gain(PARTY, named.data());
        }
        party
    }

    /// Whether someone wrote the first thing that arrived.
    pub fn is_there(&self) -> bool {
        self.written
    }

    /// Whether a connector vouches for who that is.
    pub fn is_verified(&self) -> bool {
        self.own.contains_key(PARTY)
    }

    /// Whether a record of the firm holds this verified address: its words are then the party's and
    /// not just anyone's.
    pub fn is_recognised(&self) -> bool {
        self.recognised
    }

    /// Whether a value is the party's own under this kind of name.
    pub fn owns(&self, kind: &str, value: &Json) -> bool {
        let known = self.own.get(kind);
        known.is_some_and(|known| canonical_id(value).is_some_and(|id| known.contains(&id)))
    }

    /// Whether this is the address it was verified by.
    pub fn is_at(&self, address: &Json) -> bool {
        self.owns(PARTY, address)
    }

    /// Takes in what a reading tool gave. Records of the party keep the origins declared for them,
    /// their ids become its own, and only it and the firm may read them; records of anyone else, in
    /// a case that a party began, are worth no more than an outsider's word. What has no declared
    /// owner is worth no more than what it was `chosen` by.
    #[must_use]
    pub fn learn(&mut self, result: Value, owned: Option<&Ownership>, chosen: Origin) -> Value {
        let Some(owned) = owned.filter(|_| self.written) else { return result.lowered_to(chosen) };
        let count = match result.data() {
            Json::Array(items) => items.len(),
            Json::Null => return result.lowered_to(chosen),
            _ => return self.learn_record(result, "", owned),
        };
        (0..count).fold(result, |result, at| self.learn_record(result, &at.to_string(), owned))
    }

    fn learn_record(&mut self, result: Value, at: &str, owned: &Ownership) -> Value {
        let within = |path: &str| match at {
            "" => path.to_owned(),
            at => format!("{at}.{path}"),
        };
        let named = result.at(&within(&owned.owner));
        // An owner that an outsider could have written owns nothing.
        let is_own = named.is_some_and(|named| {
            named.origin().may_authorise() && self.owns(&owned.by, named.data())
        });
        if !is_own {
            return result.lowered_at(at, Origin::Outside).narrowed(at, Readers::Team);
        }
        self.recognised |= owned.by == PARTY;
        for (path, kind) in &owned.gives {
            for path in result.matching(&within(path)) {
                let id = result.at(&path).filter(|id| id.origin().may_authorise());
                if let Some(id) = id {
                    self.gain(kind, id.data());
                }
            }
        }
        result.narrowed(at, Readers::CaseParties)
    }

    fn gain(&mut self, kind: &str, value: &Json) {
        if let Some(id) = canonical_id(value) {
            let known = self.own.entry(kind.to_owned()).or_default();
            if known.len() < OWN_MAX {
                known.insert(id);
            }
        }
    }

    /// The words of a recognised party: what it wrote itself, not what it attached or quoted.
    #[must_use]
    pub fn speaks(&self, fields: Value) -> Value {
        let sender = ["party", "sender"].into_iter().find_map(|name| fields.at(name));
        let is_it = sender
            .is_some_and(|sender| sender.origin() <= Origin::Party && self.is_at(sender.data()));
        if !self.recognised || !is_it {
            return fields;
        }
        ["subject", "text"].into_iter().fold(fields, |fields, name| {
            let wrote = fields.at(name).is_some_and(|words| words.origin() == Origin::Outside);
            if wrote { fields.except(name, Origin::Party) } else { fields }
        })
    }
}
