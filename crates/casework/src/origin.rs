//! Who wrote a value, and who may read it. Every value that enters a case carries this, leaf by
//! leaf, and a value made from others joins theirs. It decides nothing; `policy` reads it.

pub mod canonical;
mod leaves;
pub mod neutral;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Who wrote a value, from most to least trusted. Joining two takes the less trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The job description, its rules and its playbook.
    Charter,
    /// A signed-in person of the firm typed it into the program.
    Operator,
    /// A field that the connector declares as kept by a system of record: ids, ledger amounts,
    /// a verified sender address.
    Record,
    /// An address or payee from a curated directory.
    Directory,
    /// The authenticated counterparty of this case.
    Party,
    /// Verified internal mail or chat.
    Colleague,
    /// Everyone else, and every attachment, web page or free text. The default.
    Outside,
    /// Text that a model wrote with anything of `Colleague` or less in view.
    Composed,
}

impl Origin {
    /// The less trusted of the two.
    pub fn join(self, other: Self) -> Self {
        self.max(other)
    }

    /// Whether an authority argument may come from here without a person looking at it.
    pub fn may_authorise(self) -> bool {
        self <= Self::Directory
    }

    /// Whether someone outside the firm wrote it, or a model that may have read such a one.
    pub fn is_outsiders(self) -> bool {
        matches!(self, Self::Party | Self::Outside | Self::Composed)
    }

    /// The word used in rules, journals and on pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Charter => "charter",
            Self::Operator => "operator",
            Self::Record => "record",
            Self::Directory => "directory",
            Self::Party => "party",
            Self::Colleague => "colleague",
            Self::Outside => "outside",
            Self::Composed => "composed",
        }
    }
}

/// Who may read a value, from widest to narrowest. Joining two takes the narrower.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// Anyone.
    Public,
    /// Anyone in the firm, and the party it is about.
    #[default]
    Organisation,
    /// One team.
    Team,
    /// The parties of this case.
    CaseParties,
    /// Named people only.
    Restricted,
}

impl Readers {
    /// The words used in rules and on cards: "for … only".
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "anyone",
            Self::Organisation => "the firm and the party",
            Self::Team => "the firm",
            Self::CaseParties => "the firm and the party of this case",
            Self::Restricted => "named people",
        }
    }
}

/// Data in which each leaf knows who wrote it: one origin for the whole, and exceptions by path
/// (`customer.id`, list items by number: `lines.0.amount`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    data: Json,
    origin: Origin,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    except: BTreeMap<String, Origin>,
    #[serde(default, skip_serializing_if = "is_default")]
    readers: Readers,
    /// Parts with fewer readers than the whole, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    narrow: BTreeMap<String, Readers>,
}

fn is_default(readers: &Readers) -> bool {
    *readers == Readers::default()
}

impl Value {
    /// Data that one author wrote. What nests deeper than [`DEPTH_MAX`] is kept as its JSON text: a
    /// journal that holds it could not be read back.
    pub fn new(data: impl Into<Json>, origin: Origin) -> Self {
        Self {
            data: as_deep_as_allowed(data.into()),
            origin,
            except: BTreeMap::new(),
            readers: Readers::default(),
            narrow: BTreeMap::new(),
        }
    }

    /// Nothing, from the job description: what an absent optional value becomes.
    pub fn null() -> Self {
        Self::new(Json::Null, Origin::Charter)
    }

    /// An empty map, to be filled with [`Value::set`].
    pub fn map() -> Self {
        Self::new(Json::Object(serde_json::Map::new()), Origin::Charter)
    }

    /// The same data with another author for everything at and below `path`.
    #[must_use]
    pub fn except(mut self, path: &str, origin: Origin) -> Self {
        match path {
            "" => self.origin = origin,
            path => {
                self.except.insert(path.to_owned(), origin);
            }
        }
        self
    }

    /// The same value for these readers only.
    #[must_use]
    pub fn readable_by(mut self, readers: Readers) -> Self {
        self.readers = self.readers.max(readers);
        self
    }

    /// The same data with fewer readers for everything at and below `path`.
    #[must_use]
    pub fn narrowed(mut self, path: &str, readers: Readers) -> Self {
        if path.is_empty() {
            return self.readable_by(readers);
        }
        let known = self.narrow.entry(path.to_owned()).or_default();
        *known = (*known).max(readers);
        self
    }

    /// The data without its labels.
    pub fn data(&self) -> &Json {
        &self.data
    }

    /// Who may read all of it.
    pub fn readers(&self) -> Readers {
        self.narrow.values().copied().fold(self.readers, Readers::max)
    }

    /// The text of a text value.
    pub fn text(&self) -> Option<&str> {
        self.data.as_str()
    }

    /// Whether there is nothing here: null, or an empty text.
    pub fn is_empty(&self) -> bool {
        match &self.data {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The origin of the whole: the least trusted of its leaves.
    pub fn origin(&self) -> Origin {
        if self.except.is_empty() {
            return self.origin;
        }
        let mut joined = None;
        self.visit(&self.data, &mut String::new(), &mut |origin| {
            joined = Some(joined.map_or(origin, |known: Origin| known.join(origin)));
        });
        joined.unwrap_or(self.origin)
    }

    /// The part at a dotted path, with its labels; `None` when there is no such part.
    pub fn at(&self, path: &str) -> Option<Value> {
        let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
        if keys.is_empty() {
            return Some(self.clone());
        }
        let path = keys.join(".");
        let mut data = &self.data;
        for key in keys {
            data = match data {
                Json::Object(map) => map.get(key)?,
                Json::Array(items) => items.get(key.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        let inside = format!("{path}.");
        let except = self.except.iter().filter_map(|(at, origin)| {
            at.strip_prefix(&inside).map(|rest| (rest.to_owned(), *origin))
        });
        let mut readers = self.readers;
        let mut narrow = BTreeMap::new();
        for (at, fewer) in &self.narrow {
            match at.strip_prefix(&inside) {
                Some(rest) => {
                    narrow.insert(rest.to_owned(), *fewer);
                }
                None if *at == path || path.starts_with(&format!("{at}.")) => {
                    readers = readers.max(*fewer);
                }
                None => {}
            }
        }
        let (data, origin) = (data.clone(), self.label(&path));
        Some(Self { data, origin, except: except.collect(), readers, narrow })
    }

    /// Puts a labelled value under a key of a map; on anything that is not a map it does nothing.
    pub fn set(&mut self, key: &str, value: Value) {
        let Json::Object(map) = &mut self.data else {
            return;
        };
        map.insert(key.to_owned(), value.data);
        let key = path_part(key);
        let inside = format!("{key}.");
        self.except.retain(|at, _| *at != key && !at.starts_with(&inside));
        self.except.insert(key.clone().into_owned(), value.origin);
        for (at, origin) in value.except {
            self.except.insert(format!("{inside}{at}"), origin);
        }
        self.narrow.retain(|at, _| *at != key && !at.starts_with(&inside));
        for (at, readers) in value.narrow {
            self.narrow.insert(format!("{inside}{at}"), readers);
        }
        if value.readers > self.readers {
            self.narrow.insert(key.into_owned(), value.readers);
        }
    }

    /// The keys of a map, none of anything else.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.data.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str))
    }

    /// The same data, trusted no more than `origin`: what a branch on a low value does to all that
    /// is decided in it.
    #[must_use]
    pub fn lowered_to(mut self, origin: Origin) -> Self {
        self.origin = self.origin.join(origin);
        for label in self.except.values_mut() {
            *label = label.join(origin);
        }
        self
    }

    /// The same data, where what is at and below `path` is trusted no more than `origin`.
    #[must_use]
    pub fn lowered_at(mut self, path: &str, origin: Origin) -> Self {
        if path.is_empty() {
            return self.lowered_to(origin);
        }
        let inside = format!("{path}.");
        let label = self.label(path).join(origin);
        for (at, below) in &mut self.except {
            if at.starts_with(&inside) {
                *below = below.join(origin);
            }
        }
        self.except.insert(path.to_owned(), label);
        self
    }

    fn label(&self, path: &str) -> Origin {
        let mut path = path;
        loop {
            if let Some(origin) = self.except.get(path) {
                return *origin;
            }
            match path.rfind('.') {
                Some(at) => path = path.get(..at).unwrap_or_default(),
                None => return self.origin,
            }
        }
    }

    fn visit(&self, data: &Json, path: &mut String, seen: &mut impl FnMut(Origin)) {
        self.visit_leaves(data, path, &mut |_, path| seen(self.label(path)));
    }

    fn visit_leaves(&self, data: &Json, path: &mut String, seen: &mut dyn FnMut(&Json, &str)) {
        let length = path.len();
        let mut below = |key: &str, item: &Json, path: &mut String| {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&path_part(key));
            self.visit_leaves(item, path, seen);
            path.truncate(length);
        };
        match data {
            Json::Object(map) if !map.is_empty() => {
                map.iter().for_each(|(key, item)| below(key, item, path));
            }
            Json::Array(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(at, item)| below(&at.to_string(), item, path));
            }
            leaf => seen(leaf, path),
        }
    }
}

/// How deep data may nest: the journal's reader takes 128 levels, an entry's own stand around it.
pub const DEPTH_MAX: usize = 64;

/// Whether data nests no deeper than allowed.
pub(crate) fn nests_within(data: &Json, levels: usize) -> bool {
    match data {
        Json::Array(items) => levels > 0 && items.iter().all(|item| nests_within(item, levels - 1)),
        Json::Object(map) => levels > 0 && map.values().all(|item| nests_within(item, levels - 1)),
        _ => true,
    }
}

fn as_deep_as_allowed(data: Json) -> Json {
    if nests_within(&data, DEPTH_MAX) { data } else { Json::String(data.to_string()) }
}

/// A key as a part of a path. A key that holds a dot, or is empty, would otherwise read as the path
/// of another field and take that field's label: keys may be an outsider's words.
fn path_part(key: &str) -> Cow<'_, str> {
    match key {
        "" => Cow::Borrowed("\u{1}"),
        key if key.contains('.') => Cow::Owned(key.replace('.', "\u{1}")),
        key => Cow::Borrowed(key),
    }
}
