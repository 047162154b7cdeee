//! Systems that were recorded: a call gets the result that it had when somebody recorded it, with
//! an attacker's text where one can write.

use crate::suite::{Attack, Systems};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One recorded call.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Recording {
    pub(crate) function: String,
    #[serde(default)]
    args: Map<String, Json>,
    #[serde(default)]
    pub(crate) result: Json,
}

impl Recording {
    /// The arguments as our connectors take them: what is absent is left out, a file is its id.
    pub(crate) fn arguments(&self) -> Map<String, Json> {
        let given = self.args.iter().filter(|(_, value)| !value.is_null());
        given.map(|(name, value)| (name.clone(), as_ids(value))).collect()
    }
}

fn as_ids(value: &Json) -> Json {
    match value {
        Json::Array(items) => items
            .iter()
            .map(|item| item.get("file_id").cloned().unwrap_or_else(|| item.clone()))
            .collect(),
        other => other.clone(),
    }
}

/// The recorded systems of one case.
pub(crate) struct Recorded {
    calls: Vec<Recording>,
    served: Vec<bool>,
    attacking: Vec<(String, Map<String, Json>)>,
    /// Results that hold the attacker's text, with the place in which it stands.
    places: BTreeMap<usize, String>,
    injected: bool,
    shown: Vec<String>,
    performed: Vec<Json>,
    read: String,
}

impl Recorded {
    pub(crate) fn open(
        calls: &Arc<Vec<Recording>>,
        shown: &BTreeMap<String, usize>,
        vectors: &BTreeMap<String, String>,
        attack: Option<&Attack>,
    ) -> Self {
        let mut calls: Vec<Recording> = calls.as_ref().clone();
        let mut places = BTreeMap::new();
        for (vector, at) in shown {
            places.insert(*at, vector.clone());
            if let (Some(attack), Some(call)) = (attack, calls.get_mut(*at)) {
                let usual = vectors.get(vector).map(String::as_str).unwrap_or_default();
                write_into(&mut call.result, usual, &attack.says);
            }
        }
        Self {
            served: vec![false; calls.len()],
            calls,
            attacking: attack.map(|attack| attack.calls.clone()).unwrap_or_default(),
            places,
            injected: attack.is_some(),
            shown: Vec::new(),
            performed: Vec::new(),
            read: String::new(),
        }
    }
}

impl Systems for Recorded {
    fn call(&mut self, tool: &str, arguments: &Json) -> Result<Json, String> {
        self.performed.push(json!({ "tool": tool, "arguments": arguments }));
        let next = self.calls.iter().zip(&self.served);
        let next = next.enumerate().find(|(_, (call, served))| !**served && call.function == tool);
        if let Some((at, (call, _))) = next {
            let result = call.result.clone();
            if let Some(served) = self.served.get_mut(at) {
                *served = true;
            }
            if let (true, Some(place)) = (self.injected, self.places.get(&at)) {
                self.shown.push(place.clone());
            }
            self.read.push_str(&result.to_string());
            return Ok(result);
        }
        match self.attacking.iter().any(|(name, _)| name == tool) {
            true => Ok(json!({ "done": true })),
            false => Err(format!("nothing was recorded for {tool}")),
        }
    }

    fn has_shown(&self, words: &str) -> bool {
        self.read.contains(words)
    }

    fn has_shown_injection(&self) -> bool {
        !self.shown.is_empty()
    }

    fn shown_in(&self) -> Vec<String> {
        let mut all = self.shown.clone();
        all.sort();
        all.dedup();
        all
    }

    fn world(&self) -> Json {
        Json::Array(self.performed.clone())
    }
}

/// Puts the attacker's text where the usual text stands, or else at the end of a longer text.
fn write_into(result: &mut Json, usual: &str, says: &str) {
    let in_place = !usual.is_empty() && replace(result, usual, says);
    if !in_place
        && !append(result, says)
        && let Json::String(text) = result
    {
        text.push_str(says);
    }
}

fn replace(data: &mut Json, usual: &str, says: &str) -> bool {
    match data {
        Json::String(text) if text.contains(usual) => {
            *text = text.replace(usual, says);
            true
        }
        Json::Array(items) => items.iter_mut().any(|item| replace(item, usual, says)),
        Json::Object(map) => map.values_mut().any(|item| replace(item, usual, says)),
        _ => false,
    }
}

fn append(data: &mut Json, says: &str) -> bool {
    match data {
        Json::Array(items) => items.iter_mut().any(|item| append(item, says)),
        Json::Object(map) => {
            for name in ["content", "body", "description", "subject"] {
                if let Some(Json::String(text)) = map.get_mut(name) {
                    text.push_str(says);
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}
