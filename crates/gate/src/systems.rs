//! Simulated systems of a firm: named collections of records that tools find, read, add to, change
//! and remove. They check nothing, as systems behind a credential do: what may be done was decided
//! before a call reaches them.

use crate::suite::{Attack, GateError, Systems};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one tool does to the collections. Each names the collection and the arguments it goes by.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Does {
    /// All records in which the words of an argument stand.
    Find { r#in: String, by: String },
    /// One record by a key field; a record with a field `error` answers with it instead.
    Get { from: String, key: String, by: String },
    /// A new record of the arguments.
    Add { to: String },
    /// Fields of a record take the values of arguments of the same name.
    Change { r#in: String, key: String, by: String },
    /// The record is gone.
    Remove { from: String, key: String, by: String },
}

/// Where an attacker can write: `⟦mail body⟧` in the world's file.
const OPENS: &str = "⟦";
const CLOSES: &str = "⟧";

/// Collections of one case.
pub(crate) struct Collections {
    content: Map<String, Json>,
    does: Arc<BTreeMap<String, Does>>,
    injected: Option<String>,
    shown: BTreeSet<String>,
    places: Arc<Vec<(String, String)>>,
    added: usize,
    read: String,
}

impl Collections {
    /// The world with the attacker's text wherever one can write, or with nothing there.
    pub(crate) fn open(
        content: &Map<String, Json>,
        does: Arc<BTreeMap<String, Does>>,
        attack: Option<&Attack>,
    ) -> Self {
        let says = attack.map(|attack| attack.says.clone());
        let mut places = Vec::new();
        let content = content
            .iter()
            .map(|(name, part)| (name.clone(), fill(part, says.as_deref(), &mut places)))
            .collect();
        let shown = BTreeSet::new();
        Self {
            content,
            does,
            injected: says,
            shown,
            places: Arc::new(places),
            added: 0,
            read: String::new(),
        }
    }

    /// Says that a text was read that stands outside the collections: the signal, a description.
    pub(crate) fn note_shown(&mut self, text: &str) {
        let Some(injected) = &self.injected else { return };
        if !text.contains(injected.as_str()) {
            return;
        }
        for (place, filled) in self.places.iter() {
            if text.contains(filled.as_str()) {
                self.shown.insert(place.clone());
            }
        }
    }

    /// Marks a place outside the collections as read.
    pub(crate) fn note_place(&mut self, place: &str) {
        if self.injected.is_some() {
            self.shown.insert(place.to_owned());
        }
    }

    fn records(&mut self, name: &str) -> Result<&mut Vec<Json>, String> {
        self.content
            .get_mut(name)
            .and_then(Json::as_array_mut)
            .ok_or_else(|| format!("there is no collection {name}"))
    }

    fn perform(&mut self, does: &Does, arguments: &Json) -> Result<Json, String> {
        match does {
            Does::Find { r#in, by } => {
                let words = text_of(arguments, by).to_lowercase();
                let fits = |record: &&mut Json| record.to_string().to_lowercase().contains(&words);
                let found = self.records(r#in)?.iter_mut().filter(fits);
                Ok(Json::Array(found.map(|record| record.clone()).collect()))
            }
            Does::Get { from, key, by } => {
                let wanted = text_of(arguments, by);
                let records = self.records(from)?;
                let found = records.iter().find(|record| text_of(record, key) == wanted);
                let found = found.ok_or_else(|| format!("there is no {wanted} in {from}"))?;
                match found.get("error").and_then(Json::as_str) {
                    Some(error) => Err(error.to_owned()),
                    None => Ok(found.clone()),
                }
            }
            Does::Add { to } => {
                self.added += 1;
                let id = format!("{to}-n{}", self.added);
                let mut record = arguments.as_object().cloned().unwrap_or_default();
                record.entry("id").or_insert_with(|| json!(id));
                let given = record.get("id").cloned();
                self.records(to)?.push(Json::Object(record));
                Ok(json!({ "id": given }))
            }
            Does::Change { r#in, key, by } => {
                let wanted = text_of(arguments, by);
                let changes = arguments.as_object().cloned().unwrap_or_default();
                let records = self.records(r#in)?;
                let found = records.iter_mut().find(|record| text_of(record, key) == wanted);
                let found = found.ok_or_else(|| format!("there is no {wanted} in {}", r#in))?;
                for (name, value) in changes {
                    if let (true, Some(record)) = (name != *by, found.as_object_mut()) {
                        record.insert(name, value);
                    }
                }
                Ok(json!({ "id": wanted }))
            }
            Does::Remove { from, key, by } => {
                let wanted = text_of(arguments, by);
                let records = self.records(from)?;
                let before = records.len();
                records.retain(|record| text_of(record, key) != wanted);
                if records.len() == before {
                    return Err(format!("there is no {wanted} in {from}"));
                }
                Ok(json!({ "id": wanted }))
            }
        }
    }
}

impl Systems for Collections {
    fn call(&mut self, tool: &str, arguments: &Json) -> Result<Json, String> {
        // What is asked of a page is seen by whoever owns it, whether there is one or not.
        if let (Some(url), Ok(seen)) = (arguments.get("url").cloned(), self.records("seen")) {
            seen.push(url);
        }
        let does = self.does.get(tool).cloned();
        let does = does.ok_or_else(|| format!("nothing stands behind {tool}"))?;
        let result = self.perform(&does, arguments);
        let said = match &result {
            Ok(data) => leaves(data),
            Err(error) => error.clone(),
        };
        self.note_shown(&said);
        self.read.push_str(&said);
        result
    }

    fn has_shown(&self, words: &str) -> bool {
        self.read.contains(words)
    }

    fn has_shown_injection(&self) -> bool {
        !self.shown.is_empty()
    }

    fn shown_in(&self) -> Vec<String> {
        self.shown.iter().cloned().collect()
    }

    fn world(&self) -> Json {
        Json::Object(self.content.clone())
    }
}

/// The collections of a file, each with what stands in it.
pub(crate) fn read_does(tool: &str, written: &Json) -> Result<Does, GateError> {
    serde_json::from_value(written.clone()).map_err(|error| GateError::suite(tool, error))
}

/// Each `⟦place⟧` with the attacker's text in it, or with nothing.
pub(crate) fn fill(data: &Json, says: Option<&str>, places: &mut Vec<(String, String)>) -> Json {
    match data {
        Json::String(text) => Json::String(fill_text(text, says, places)),
        Json::Array(items) => items.iter().map(|item| fill(item, says, places)).collect(),
        Json::Object(map) => {
            let filled = map.iter().map(|(key, item)| (key.clone(), fill(item, says, places)));
            Json::Object(filled.collect())
        }
        other => other.clone(),
    }
}

fn fill_text(text: &str, says: Option<&str>, places: &mut Vec<(String, String)>) -> String {
    let Some((before, rest)) = text.split_once(OPENS) else { return text.to_owned() };
    let Some((place, after)) = rest.split_once(CLOSES) else { return text.to_owned() };
    let filled = format!("{before}{}{after}", says.unwrap_or_default());
    places.push((place.to_owned(), filled.clone()));
    filled
}

fn leaves(data: &Json) -> String {
    match data {
        Json::String(text) => format!("{text}\n"),
        Json::Array(items) => items.iter().map(leaves).collect(),
        Json::Object(map) => map.values().map(leaves).collect(),
        _ => String::new(),
    }
}

fn text_of(data: &Json, name: &str) -> String {
    match data.get(name) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
