//! The arguments of a call as rows of a card: every value whole, with who wrote it, where it was
//! read and what it was before a person changed it. Nothing is left out and nothing is made up.

use super::shown::clean;
use super::source::{Place, places};
use crate::journal::Entry;
use crate::origin::{Origin, Value};
use crate::tool::{ToolCall, ToolSpec};
use serde::Serialize;
use serde_json::Value as Json;

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// The argument, with the path inside it: `lines.1.amount`.
    pub name: String,
    /// What its tool says of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The value, without marks that hide or turn letters.
    pub value: String,
    /// What is odd about it; empty when nothing is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether it says who gets, which record, how much or where.
    pub authority: bool,
    /// Who wrote it.
    pub origin: Origin,
    /// Where it was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// What stood there before a person changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// What rows are made from.
pub(super) struct Shown<'a> {
    pub(super) call: &'a ToolCall,
    pub(super) spec: Option<&'a ToolSpec>,
    /// The call that a person changed into this one.
    pub(super) before: Option<&'a ToolCall>,
    pub(super) entries: &'a [Entry],
}

/// All arguments, in the order in which the tool declares them, then any it does not know.
pub(super) fn facts(shown: &Shown<'_>) -> Vec<Fact> {
    let arguments = &shown.call.arguments;
    let declared = shown.spec.map(|spec| spec.parameters.as_slice()).unwrap_or_default();
    let mut facts = Vec::new();
    for parameter in declared {
        let earlier = shown.before.and_then(|before| before.arguments.at(&parameter.name));
        let Some(part) = arguments.at(&parameter.name).or_else(|| earlier.map(|_| Value::null()))
        else {
            continue;
        };
        let from = facts.len();
        collect(&parameter.name, &part, shown, &mut facts);
        for fact in facts.iter_mut().skip(from) {
            fact.about.clone_from(&parameter.about);
            fact.authority = parameter.authority;
            if parameter.authority {
                warn_of_foreign_letters(fact);
            }
        }
    }
    for name in arguments.keys().filter(|name| !declared.iter().any(|p| p.name == **name)) {
        if let Some(part) = arguments.at(name) {
            collect(name, &part, shown, &mut facts);
        }
    }
    facts
}

/// Data in words.
pub fn in_words(data: &Json) -> String {
    match data {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(true) => "yes".into(),
        Json::Bool(false) => "no".into(),
        other => other.to_string(),
    }
}

fn collect(name: &str, value: &Value, shown: &Shown<'_>, facts: &mut Vec<Fact>) {
    match value.data() {
        Json::Object(map) if !map.is_empty() => {
            for key in map.keys() {
                // A key that itself holds a dot has no path of its own; the whole then says it.
                let part = value.at(key).unwrap_or_else(|| {
                    let data = map.get(key).cloned().unwrap_or(Json::Null);
                    Value::new(data, value.origin())
                });
                collect(&format!("{name}.{key}"), &part, shown, facts);
            }
        }
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for at in 0..items.len() {
                if let Some(part) = value.at(&at.to_string()) {
                    collect(&format!("{name}.{}", at + 1), &part, shown, facts);
                }
            }
        }
        Json::Array(items) => {
            let lines: Vec<String> = items.iter().map(in_words).collect();
            facts.push(fact(name, &lines.join("\n"), value, shown));
        }
        leaf => facts.push(fact(name, &in_words(leaf), value, shown)),
    }
}

fn fact(name: &str, words: &str, value: &Value, shown: &Shown<'_>) -> Fact {
    let cleaned = clean(words);
    let top = name.split('.').next().unwrap_or(name);
    let was = shown.before.and_then(|before| {
        let data = before.argument(top);
        let changed = data != shown.call.argument(top) && name == top;
        changed.then(|| clean(&in_words(data)).text)
    });
    Fact {
        name: name.to_owned(),
        about: String::new(),
        note: cleaned.note(),
        value: cleaned.text,
        authority: false,
        origin: value.origin(),
        places: places(shown.entries, value.data(), shown.call.id.0),
        was,
    }
}

/// Letters of another script can look like those of a known address.
fn warn_of_foreign_letters(fact: &mut Fact) {
    let looks_like_address = fact.value.contains('@') && !fact.value.contains(' ');
    if looks_like_address && !fact.value.is_ascii() {
        let joint = if fact.note.is_empty() { "" } else { "; " };
        fact.note = format!("{}{joint}holds letters outside a to z", fact.note);
    }
}
