//! What a tool declares about itself, and a call of it. The declaration is its author's, pinned by
//! digest; no model adds to it. Performing a call is the engine's and the connector's work.

#[cfg(test)]
mod tests;

use crate::guard::ToolGuard;
use crate::ids::{CallId, Digest, ToolName};
use crate::origin::{Origin, Value};
use crate::template::Template;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How hard a thing is to take back, from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Looks at something inside the firm.
    Read,
    /// A read that leaves the firm: a URL, a name look-up.
    Fetch,
    /// Prepares something that nobody else sees yet.
    Draft,
    /// Changes a record of the firm.
    Write,
    /// Reaches a person or another firm.
    Send,
    /// Cannot be taken back: money, deletion.
    Irreversible,
}

impl Effect {
    /// The word used in files, journals and on pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Fetch => "fetch",
            Self::Draft => "draft",
            Self::Write => "write",
            Self::Send => "send",
            Self::Irreversible => "irreversible",
        }
    }

    /// Whether performing it changes anything for anyone.
    pub fn is_effect(self) -> bool {
        self >= Self::Draft
    }
}

/// The type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list of texts.
    Texts,
    /// A name that only programs read: a Message-ID. Nobody is shown it as text, so it is never
    /// rewritten to be harmless for readers; its form is for the tool to check.
    Identifier,
}

/// One argument of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name in a call.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Whether a call without it is refused.
    #[serde(default)]
    pub required: bool,
    /// Whether it says who gets, which record, how much, where: what may come only from a trusted
    /// origin or from a person who saw exactly that value.
    #[serde(default)]
    pub authority: bool,
    /// For people and models.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// What happens to a call of this tool whose end is unknown after a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// It is made again with the same key: the other side keeps the first and ignores the second.
    Repeat,
    /// The other side is asked whether it happened.
    LookUp,
    /// A person is asked whether it happened.
    Ask,
}

/// What a tool's author declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// `connector.verb`.
    pub name: ToolName,
    /// One sentence for people and models.
    pub about: String,
    /// The effect in one line for a card, with arguments in it: `Reply to {{ to }}`.
    pub says: String,
    /// How hard it is to take back.
    pub effect: Effect,
    /// Its arguments.
    pub parameters: Vec<Parameter>,
    /// Who wrote which field of the result, by dotted path; undeclared fields are `Outside`.
    /// The empty path stands for the whole result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub origins: BTreeMap<String, Origin>,
    /// What is done with a call whose end is unknown.
    pub recovery: Recovery,
    /// The tool that takes this one back, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<ToolName>,
    /// The system it talks to: calls of one system share its rate limit and its pauses.
    pub system: String,
    /// Readers, ownership, standing.
    #[serde(default, skip_serializing_if = "ToolGuard::is_empty")]
    pub guard: ToolGuard,
}

/// Arguments that do not fit a tool's declaration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// The tool has no argument of this name.
    #[error("`{tool}` has no argument `{name}`")]
    Unknown {
        /// The tool.
        tool: ToolName,
        /// The argument.
        name: String,
    },
    /// A required argument is missing or null.
    #[error("`{tool}` needs the argument `{name}`")]
    Missing {
        /// The tool.
        tool: ToolName,
        /// The argument.
        name: String,
    },
    /// The argument has another type.
    #[error("the argument `{name}` of `{tool}` must be {kind:?}")]
    WrongType {
        /// The tool.
        tool: ToolName,
        /// The argument.
        name: String,
        /// What it must be.
        kind: Kind,
    },
    /// Arguments that are not a map at all.
    #[error("the arguments of `{tool}` are not a map")]
    NotAMap {
        /// The tool.
        tool: ToolName,
    },
}

impl ToolSpec {
    /// The digest of the whole declaration: an approval is bound to it.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&serde_json::to_value(self).unwrap_or(Json::Null))
    }

    /// Gives each field of a result the origin and the readers this tool declares for it; `*` in a
    /// path stands for each item.
    pub fn label(&self, result: Json) -> Value {
        let whole = self.origins.get("").copied().unwrap_or(Origin::Outside);
        let mut value = Value::new(result, whole);
        for (path, origin) in self.origins.iter().filter(|(path, _)| !path.is_empty()) {
            let paths = value.matching(path);
            value = paths.iter().fold(value, |value, path| value.except(path, *origin));
        }
        for (path, readers) in &self.guard.readers {
            let paths = value.matching(path);
            value = paths.iter().fold(value, |value, path| value.narrowed(path, *readers));
        }
        value
    }

    /// Checks names and types of arguments.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn accepts(&self, arguments: &Json) -> Result<(), ArgumentError> {
        let tool = || self.name.clone();
        let Some(map) = arguments.as_object() else {
            return Err(ArgumentError::NotAMap { tool: tool() });
        };
        if let Some(name) =
            map.keys().find(|name| !self.parameters.iter().any(|p| p.name == **name))
        {
            return Err(ArgumentError::Unknown { tool: tool(), name: name.clone() });
        }
        for parameter in &self.parameters {
            let name = parameter.name.clone();
            match map.get(&parameter.name) {
                None | Some(Json::Null) if parameter.required => {
                    return Err(ArgumentError::Missing { tool: tool(), name });
                }
                None | Some(Json::Null) => {}
                Some(value) if parameter.kind.fits(value) => {}
                Some(_) => {
                    let kind = parameter.kind;
                    return Err(ArgumentError::WrongType { tool: tool(), name, kind });
                }
            }
        }
        Ok(())
    }
}

impl ToolSpec {
    /// The effect of this call in one line for a card.
    pub fn headline(&self, arguments: &Value) -> String {
        let scope = arguments
            .keys()
            .filter_map(|name| Some((name.to_owned(), arguments.at(name)?)))
            .collect();
        Template::parse_text(&self.says)
            .and_then(|template| template.fill(&scope))
            .ok()
            .and_then(|filled| filled.text().map(str::to_owned))
            .unwrap_or_else(|| self.name.to_string())
    }
}

impl Kind {
    /// Whether a value is of this type.
    pub fn fits(self, value: &Json) -> bool {
        match self {
            Self::Text | Self::Identifier => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Json::is_string)),
        }
    }
}

/// The tools of an office, by name.
pub type Tools = BTreeMap<ToolName, ToolSpec>;

/// One exact call. What a person approves and what runs are this, byte for byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Its number in the case.
    pub id: CallId,
    /// The tool.
    pub tool: ToolName,
    /// A map, each leaf with its origin.
    pub arguments: Value,
}

impl ToolCall {
    /// An argument without its label; null when absent.
    pub fn argument(&self, name: &str) -> &Json {
        self.arguments.data().get(name).unwrap_or(&Json::Null)
    }
}
