//! Conditions: one readable line of CEL in a worker file, for `when`, `[done]` and rules.
//! It wraps the CEL crate so that nothing else knows it, and it knows no case: names are handed in.

#[cfg(test)]
mod tests;

use crate::origin::Value;
use cel::objects::Value as Cel;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A condition that parsed.
#[derive(Clone)]
pub struct Condition {
    text: Arc<str>,
    program: Arc<cel::Program>,
    names: Arc<[String]>,
    reads: Arc<[String]>,
}

/// Why a condition has no answer. Every caller takes the safe side: a step is not taken, a rule
/// denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// It is not CEL.
    #[error("cannot read the condition `{text}`: {why}")]
    Unreadable {
        /// As written.
        text: String,
        /// What the parser said.
        why: String,
    },
    /// It failed on these values, for instance because a name has no value yet.
    #[error("cannot evaluate `{text}`: {why}")]
    Failed {
        /// As written.
        text: String,
        /// What the evaluator said.
        why: String,
    },
    /// It is neither true nor false.
    #[error("`{text}` gives {got}, not true or false")]
    NotBoolean {
        /// As written.
        text: String,
        /// What it gave.
        got: String,
    },
}

impl Condition {
    /// Parses a condition.
    ///
    /// # Errors
    /// `Unreadable` when it is not CEL.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let program = cel::Program::compile(text).map_err(|errors| ConditionError::Unreadable {
            text: text.to_owned(),
            why: errors.to_string().lines().next().unwrap_or_default().to_owned(),
        })?;
        let references = program.references();
        let mut names: Vec<String> =
            references.variables().iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        let reads = paths(text, &names);
        Ok(Self {
            text: text.into(),
            program: Arc::new(program),
            names: names.into(),
            reads: reads.into(),
        })
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The top-level names it uses, sorted: a loader checks them against what will be there.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The values it reads by dotted path, as exactly as its text says: `signal.sender_check`.
    pub fn reads(&self) -> &[String] {
        &self.reads
    }

    /// Whether it holds for these values.
    ///
    /// # Errors
    /// `Failed` when a name is missing or types do not fit, `NotBoolean` when it gives another
    /// type.
    pub fn holds(&self, scope: &BTreeMap<String, Value>) -> Result<bool, ConditionError> {
        let mut context = cel::Context::default();
        for name in self.names.iter() {
            if let Some(value) = scope.get(name) {
                context.add_variable_from_value(name.as_str(), to_cel(value.data()));
            }
        }
        match self.program.execute(&context) {
            Ok(Cel::Bool(answer)) => Ok(answer),
            Ok(other) => Err(ConditionError::NotBoolean {
                text: self.text.to_string(),
                got: format!("{:?}", other.type_of()).to_lowercase(),
            }),
            Err(error) => {
                Err(ConditionError::Failed { text: self.text.to_string(), why: error.to_string() })
            }
        }
    }
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Condition({})", self.text)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// JSON numbers become CEL integers where they are whole: `amount > 500` then compares like with
/// like.
fn to_cel(value: &Json) -> Cel {
    match value {
        Json::Null => Cel::Null,
        Json::Bool(flag) => Cel::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Cel::Int(whole),
            None => Cel::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Cel::from(text.as_str()),
        Json::Array(items) => Cel::from(items.iter().map(to_cel).collect::<Vec<_>>()),
        Json::Object(map) => {
            let map: HashMap<String, Cel> =
                map.iter().map(|(key, item)| (key.clone(), to_cel(item))).collect();
            Cel::from(map)
        }
    }
}

/// The dotted paths in a condition that begin with one of its names. A name that is indexed or
/// called upon otherwise stands for the whole value.
fn paths(text: &str, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut quoted: Option<char> = None;
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let inside = quoted.is_some();
        match quoted {
            Some(quote) if c == quote && before != '\\' => quoted = None,
            None if c == '"' || c == '\'' => quoted = Some(c),
            _ => {}
        }
        if !inside && (is_part(c) || c == '.') {
            word.push(c);
        } else {
            // A method is no field: `signal.text.matches(`.
            if c == '(' {
                word.truncate(word.rfind('.').unwrap_or(0));
            }
            let root = word.split('.').next().unwrap_or_default();
            if names.iter().any(|name| name == root) && !found.contains(&word) {
                found.push(word.clone());
            }
            word.clear();
        }
        before = c;
    }
    // What the text does not show is read whole.
    for name in names {
        let shown = |path: &String| path.split('.').next() == Some(name);
        if !found.iter().any(shown) {
            found.push(name.clone());
        }
    }
    found
}
