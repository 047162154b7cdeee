//! Where a value on a card was read: the entries of the case's journal that hold it. Found by
//! looking for the same value, so it also works for journals that never kept track; it labels
//! nothing.

use crate::journal::{CallEnd, Entry, Event};
use crate::origin::Value;
use crate::signal::SignalKind;
use serde::Serialize;
use serde_json::Value as Json;

/// So many places of one value are named, the latest first.
const PLACES_MAX: usize = 3;
/// Shorter texts stand everywhere by chance.
const PART_LETTERS_MIN: usize = 4;

/// A place in the journal that holds a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The entry.
    pub entry: u32,
    /// The field in it, dotted: `signal.sender`.
    pub field: String,
    /// Whether it is the whole value, not a part of it.
    pub whole: bool,
}

/// The places of a leaf in the entries before `before`: those that equal it, else those whose text
/// stands in it.
pub fn places(entries: &[Entry], leaf: &Json, before: u32) -> Vec<Place> {
    if leaf.is_null() || leaf.is_boolean() || leaf.as_str().is_some_and(str::is_empty) {
        return Vec::new();
    }
    let earlier = || entries.iter().rev().filter(|entry| entry.seq < before);
    let mut equal = Vec::new();
    for entry in earlier() {
        visit(entry, &mut |field, data| {
            if data == leaf {
                let field = field.to_owned();
                equal.push(Place { entry: entry.seq, field, whole: true });
            }
        });
    }
    if equal.is_empty()
        && let Some(text) = leaf.as_str()
    {
        for entry in earlier() {
            visit(entry, &mut |field, data| {
                let part = data.as_str().map(str::trim).unwrap_or_default();
                if part.chars().count() >= PART_LETTERS_MIN && text.contains(part) {
                    let field = field.to_owned();
                    equal.push(Place { entry: entry.seq, field, whole: false });
                }
            });
        }
    }
    equal.truncate(PLACES_MAX);
    equal
}

fn visit(entry: &Entry, seen: &mut dyn FnMut(&str, &Json)) {
    match &entry.event {
        Event::SignalReceived(signal) => {
            if let SignalKind::Arrived(arrival) = &signal.kind {
                leaves("signal", arrival.fields.data(), seen);
            }
        }
        Event::CallEnded { end: CallEnd::Succeeded(result), .. } => value("result", result, seen),
        Event::Judged(judged) => leaves("answer", &judged.answer.data(), seen),
        Event::AskAnswered { reply, .. } => match reply {
            crate::ask::Reply::Say { answer } => seen("reply", &answer.as_str().into()),
            crate::ask::Reply::Fill { fields } => {
                fields.iter().for_each(|(name, data)| leaves(&format!("reply.{name}"), data, seen));
            }
            crate::ask::Reply::Edit { arguments, .. } => arguments
                .iter()
                .for_each(|(name, data)| leaves(&format!("reply.{name}"), data, seen)),
            _ => {}
        },
        _ => {}
    }
}

fn value(path: &str, value: &Value, seen: &mut dyn FnMut(&str, &Json)) {
    leaves(path, value.data(), seen);
}

fn leaves(path: &str, data: &Json, seen: &mut dyn FnMut(&str, &Json)) {
    match data {
        Json::Object(map) => {
            map.iter().for_each(|(key, item)| leaves(&format!("{path}.{key}"), item, seen));
        }
        Json::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| leaves(&format!("{path}.{}", at + 1), item, seen)),
        Json::Null => {}
        leaf => seen(path, leaf),
    }
}
