//! The short form in which the gate's tools are declared. It says the same as a connector's author
//! says in Rust, and nothing is inferred: an undeclared field of a result is an outsider's.

use crate::suite::GateError;
use casework::guard::{Ownership, ToolGuard};
use casework::origin::{Origin, Readers};
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// How many items of a list get labels of their own.
const ITEMS_MAX: usize = 64;

/// One tool as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declared {
    pub(crate) name: String,
    effect: Effect,
    #[serde(default)]
    about: String,
    /// `!to?:texts`: an argument of authority, which may be missing, a list of texts.
    #[serde(default)]
    with: Vec<String>,
    /// Field of the result to its author; `*` is each item of a list.
    #[serde(default)]
    origins: BTreeMap<String, Origin>,
    #[serde(default)]
    readers: BTreeMap<String, Readers>,
    #[serde(default)]
    ownership: Option<Ownership>,
    #[serde(default)]
    records: BTreeMap<String, String>,
    #[serde(default)]
    undo: Option<String>,
    /// What the simulated system does; nothing for recorded ones.
    #[serde(default)]
    pub(crate) does: Option<Json>,
}

impl Declared {
    /// The declaration as the core knows it.
    pub(crate) fn spec(&self) -> Result<ToolSpec, GateError> {
        let parameters: Vec<Parameter> = self
            .with
            .iter()
            .map(|written| parameter(&self.name, written))
            .collect::<Result<_, _>>()?;
        let says = parameters.first().map_or(self.name.clone(), |first| {
            format!("{} {{{{ {} | – }}}}", self.name, first.name)
        });
        let mut origins = BTreeMap::new();
        for (path, origin) in &self.origins {
            for path in each_item(path) {
                origins.insert(path, *origin);
            }
        }
        let guard = ToolGuard {
            readers: self.readers.clone(),
            ownership: self.ownership.clone(),
            records: self.records.clone(),
            ..ToolGuard::default()
        };
        Ok(ToolSpec {
            name: self.name.as_str().into(),
            about: self.about.clone(),
            says,
            effect: self.effect,
            parameters,
            origins,
            recovery: Recovery::Repeat,
            undo: self.undo.as_deref().map(Into::into),
            system: self.name.split(['.', '_']).next().unwrap_or("system").to_owned(),
            guard,
        })
    }
}

fn parameter(tool: &str, written: &str) -> Result<Parameter, GateError> {
    let (name, kind) = written.split_once(':').unwrap_or((written, "text"));
    let (name, required) = match name.strip_suffix('?') {
        Some(name) => (name, false),
        None => (name, true),
    };
    let (name, authority) = match name.strip_prefix('!') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let kind = match kind.trim() {
        "text" => Kind::Text,
        "texts" => Kind::Texts,
        "number" => Kind::Number,
        "integer" => Kind::Integer,
        "boolean" => Kind::Boolean,
        other => {
            return Err(GateError::suite(tool, format!("`{other}` is no kind of argument")));
        }
    };
    Ok(Parameter { name: name.trim().to_owned(), kind, required, authority, about: String::new() })
}

/// `*.id` as `0.id`, `1.id` and so on: labels are kept by number.
fn each_item(path: &str) -> Vec<String> {
    if !path.split('.').any(|part| part == "*") {
        return vec![path.to_owned()];
    }
    let numbered = |at: usize| {
        let number = at.to_string();
        let parts: Vec<&str> =
            path.split('.').map(|part| if part == "*" { number.as_str() } else { part }).collect();
        parts.join(".")
    };
    (0..ITEMS_MAX).map(numbered).collect()
}

/// A tool that nobody declared: it cannot be taken back, each argument is one of authority, and an
/// outsider wrote what it gives.
pub(crate) fn undeclared(name: &str, arguments: &Map<String, Json>) -> ToolSpec {
    let parameters = arguments.iter().map(|(name, value)| {
        let kind = match value {
            Json::Number(_) => Kind::Number,
            Json::Bool(_) => Kind::Boolean,
            Json::Array(_) => Kind::Texts,
            _ => Kind::Text,
        };
        Parameter {
            name: name.clone(),
            kind,
            required: false,
            authority: true,
            about: String::new(),
        }
    });
    ToolSpec {
        name: name.into(),
        about: String::new(),
        says: name.to_owned(),
        effect: Effect::Irreversible,
        parameters: parameters.collect(),
        origins: BTreeMap::new(),
        recovery: Recovery::Ask,
        undo: None,
        system: name.to_owned(),
        guard: ToolGuard::default(),
    }
}
