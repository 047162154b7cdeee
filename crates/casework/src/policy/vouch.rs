//! Who vouches for the value of an argument: its own origin, the author's allow-list, a record of
//! the party, an equal value that someone trusted wrote, or two sources that agree. It rules on
//! nothing.

#[cfg(test)]
mod tests;

use super::Circumstances;
use crate::guard::AllowList;
use crate::origin::canonical::{Canonical, Sort, canonical, canonical_id};
use crate::origin::{Origin, Value};
use crate::tool::ToolSpec;
use serde::Serialize;
use serde_json::Value as Json;

/// Why a value may authorise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Voucher {
    /// Whoever wrote it may.
    Origin(Origin),
    /// It stands on a list of the worker's author.
    AllowList,
    /// It is the address by which the party was verified, or an id that its own records gave.
    OwnRecord,
    /// It equals this value of the case: dotted path and origin.
    Equal(String, Origin),
    /// The party and a colleague both wrote it, here and there.
    TwoSources(String, String),
}

impl Voucher {
    /// In words, after "because".
    pub fn words(&self) -> String {
        match self {
            Self::Origin(origin) => format!("{} says so", super::describe(*origin)),
            Self::AllowList => "it is on the worker's list".into(),
            Self::OwnRecord => "it is the verified party's own".into(),
            Self::Equal(path, origin) => {
                format!("it equals `{path}`, which comes from {}", super::describe(*origin))
            }
            Self::TwoSources(one, two) => {
                format!("the party and a colleague agree on it (`{one}` and `{two}`)")
            }
        }
    }
}

/// Who vouches for this argument; its origin when nobody does. A list needs each of its items
/// vouched for.
///
/// # Errors
/// The origin of the first part that nobody vouches for.
pub fn vouched(
    name: &str,
    value: &Value,
    tool: &ToolSpec,
    about: &Circumstances<'_>,
) -> Result<Voucher, Origin> {
    let origin = value.origin();
    if origin.may_authorise() {
        return Ok(Voucher::Origin(origin));
    }
    if let Json::Array(items) = value.data() {
        let mut last = Voucher::Origin(Origin::Charter);
        for at in 0..items.len() {
            let Some(item) = value.at(&at.to_string()) else { return Err(origin) };
            last = vouched(name, &item, tool, about)?;
        }
        return Ok(last);
    }
    let lists = &about.worker.guard.allow;
    if lists.iter().any(|list| list.speaks_of(tool, name) && list.holds(value.data())) {
        return Ok(Voucher::AllowList);
    }
    let kind = tool.guard.records.get(name);
    if about.party.is_at(value.data())
        || kind.is_some_and(|kind| about.party.owns(kind, value.data()))
    {
        return Ok(Voucher::OwnRecord);
    }
    // Whoever carries out a plan chose among values that an outsider's text may have chosen.
    if origin == Origin::Outside && about.worker.procedure.led_by_model {
        return Err(origin);
    }
    Wanted::new(name, value.data(), kind.map(String::as_str)).search(about).ok_or(origin)
}

/// What is looked for among the values of a case.
struct Wanted<'a> {
    name: &'a str,
    kind: Option<&'a str>,
    shape: Option<Canonical>,
    id: Option<String>,
}

impl<'a> Wanted<'a> {
    fn new(name: &'a str, value: &Json, kind: Option<&'a str>) -> Self {
        let id = kind.and_then(|_| canonical_id(value));
        Self { name, kind, shape: canonical(value), id }
    }

    fn search(&self, about: &Circumstances<'_>) -> Option<Voucher> {
        if self.shape.is_none() && self.id.is_none() {
            return None;
        }
        let mut best: Option<(Origin, String)> = None;
        let (mut party, mut colleague) = (None, None);
        // The case's own number names nothing outside it.
        for (root, value) in about.scope.iter().filter(|(root, _)| *root != "case") {
            value.each_leaf(&mut |leaf, path, origin| {
                if origin > Origin::Colleague || !self.is(leaf, root, path) {
                    return;
                }
                let full = || if path.is_empty() { root.clone() } else { format!("{root}.{path}") };
                match origin {
                    Origin::Party => party = Some(full()),
                    Origin::Colleague => colleague = Some(full()),
                    origin if best.as_ref().is_none_or(|(known, _)| origin < *known) => {
                        best = Some((origin, full()));
                    }
                    _ => {}
                }
            });
        }
        match (best, party, colleague) {
            (Some((origin, path)), _, _) => Some(Voucher::Equal(path, origin)),
            (None, Some(one), Some(two)) => Some(Voucher::TwoSources(one, two)),
            _ => None,
        }
    }

    /// Whether a leaf is the same value. Numbers are too few to be equal by more than chance, so
    /// theirs must also be the same field; a bare `id` must be of the declared kind.
    fn is(&self, leaf: &Json, root: &str, path: &str) -> bool {
        if let (Some(wanted), Some(found)) = (&self.shape, canonical(leaf))
            && *wanted == found
        {
            return found.sort != Sort::Number || self.is_field(root, path);
        }
        let same = self.id.is_some() && canonical_id(leaf) == self.id;
        same && self.is_field(root, path)
    }

    fn is_field(&self, root: &str, path: &str) -> bool {
        let mut names = path.rsplit('.').filter(|part| part.parse::<usize>().is_err());
        let last = names.next().filter(|last| !last.is_empty());
        let (holder, field) = match last {
            Some(last) => (names.next().unwrap_or(root), last),
            None => ("", root),
        };
        let whole = |holder: &str| format!("{holder}_{field}");
        if self.name == "id" || field == "id" {
            let kind = self.kind.unwrap_or_default();
            return !kind.is_empty() && (holder == kind || field == format!("{kind}_id"))
                || self.name == whole(holder);
        }
        self.name == field || self.name == whole(holder)
    }
}

impl AllowList {
    fn speaks_of(&self, tool: &ToolSpec, argument: &str) -> bool {
        self.tool == tool.name && self.argument == argument
    }

    /// Whether a value stands on the list.
    pub fn holds(&self, value: &Json) -> bool {
        let text = canonical(value);
        self.values.iter().any(|entry| match (&text, entry.strip_prefix("*@")) {
            (Some(Canonical { sort: Sort::Address, text }), Some(domain)) => {
                let domain = crate::origin::canonical::canonical_domain(domain);
                domain.is_some_and(|domain| text.ends_with(&format!("@{domain}")))
            }
            (Some(Canonical { sort: Sort::Url, text }), _) => {
                match canonical(&Json::String(entry.clone())) {
                    Some(Canonical { sort: Sort::Url, text: entry }) => below(text, &entry),
                    _ => false,
                }
            }
            _ => match entry.strip_suffix('*') {
                Some(start) => {
                    let start = start.to_lowercase();
                    !start.is_empty()
                        && canonical_id(value).is_some_and(|id| id.starts_with(&start))
                }
                None => {
                    let entry = Json::String(entry.clone());
                    text.is_some() && text == canonical(&entry)
                        || canonical_id(value).is_some()
                            && canonical_id(value) == canonical_id(&entry)
                }
            },
        })
    }
}

/// Whether one URL is another, or below it: the boundary is a `/`, so that `…/a` is no start of
/// `…/ab`.
fn below(url: &str, entry: &str) -> bool {
    let start = entry.trim_end_matches('/');
    url.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Where a web address stands, as it is, in a text of the case that was written by `worst` or
/// someone more trusted; the most trusted place.
pub fn written_in(url: &str, about: &Circumstances<'_>, worst: Origin) -> Option<(String, Origin)> {
    let wanted = canonical(&Json::String(url.to_owned())).filter(|it| it.sort == Sort::Url)?;
    let mut best: Option<(String, Origin)> = None;
    for (root, value) in about.scope {
        value.each_leaf(&mut |leaf, path, origin| {
            let Some(text) = leaf.as_str() else { return };
            let better = best.as_ref().is_none_or(|(_, known)| origin < *known);
            if origin <= worst
                && better
                && crate::origin::canonical::urls_in(text).any(|found| found == wanted.text)
            {
                best = Some((format!("{root}.{path}"), origin));
            }
        });
    }
    best
}
