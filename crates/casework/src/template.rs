//! Arguments as a worker file writes them: `"$ticket.id"` takes a value whole with its origin,
//! `"Ticket {{ ticket.id }}"` builds a text, anything else stands for itself and is the charter's.
//! It holds no logic: choices belong in `when`.

#[cfg(test)]
mod tests;

use crate::origin::canonical::Canonical;
use crate::origin::{Origin, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What stands on the right of a `with`.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// Stands for itself.
    Literal(Json),
    /// `$path`, or `$path?` where a missing value is null.
    Path {
        /// Dotted, without the `$`.
        path: String,
        /// Whether it may be missing.
        optional: bool,
    },
    /// Text with values in it.
    Text(Vec<Piece>),
    /// A list of templates.
    List(Vec<Template>),
    /// A map of templates.
    Map(BTreeMap<String, Template>),
}

/// A part of a text template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As written.
    Words(String),
    /// `{{ path }}`, or `{{ path | default words }}`.
    Hole {
        /// Dotted.
        path: String,
        /// Used when the value is missing, null or empty.
        default: Option<String>,
    },
}

/// A template could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The case has no such value.
    #[error("there is no value `{path}` in this case")]
    Missing {
        /// The path that was wanted.
        path: String,
    },
    /// `{{` without `}}`.
    #[error("a `{{{{` is never closed in `{text}`")]
    Unclosed {
        /// As written.
        text: String,
    },
}

impl Template {
    /// Reads what a file holds.
    ///
    /// # Errors
    /// `Unclosed` for a hole without an end.
    pub fn parse(written: &Json) -> Result<Self, TemplateError> {
        Ok(match written {
            Json::String(text) => Self::parse_text(text)?,
            Json::Array(items) => {
                Self::List(items.iter().map(Self::parse).collect::<Result<_, _>>()?)
            }
            Json::Object(map) => Self::Map(
                map.iter()
                    .map(|(key, item)| Ok((key.clone(), Self::parse(item)?)))
                    .collect::<Result<_, TemplateError>>()?,
            ),
            scalar => Self::Literal(scalar.clone()),
        })
    }

    /// Reads a text: `$path`, text with holes, or plain words.
    ///
    /// # Errors
    /// `Unclosed` for a hole without an end.
    pub fn parse_text(text: &str) -> Result<Self, TemplateError> {
        if let Some(path) = text.strip_prefix('$')
            && !path.is_empty()
            && path.chars().all(|c| c.is_alphanumeric() || "._-?".contains(c))
        {
            let (path, optional) = match path.strip_suffix('?') {
                Some(path) => (path, true),
                None => (path, false),
            };
            return Ok(Self::Path { path: path.to_owned(), optional });
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((words, after)) = rest.split_once("{{") {
            let Some((hole, after)) = after.split_once("}}") else {
                return Err(TemplateError::Unclosed { text: text.to_owned() });
            };
            if !words.is_empty() {
                pieces.push(Piece::Words(words.to_owned()));
            }
            let (path, default) = match hole.split_once('|') {
                Some((path, default)) => (path, Some(default.trim().to_owned())),
                None => (hole, None),
            };
            pieces.push(Piece::Hole { path: path.trim().to_owned(), default });
            rest = after;
        }
        if pieces.is_empty() {
            return Ok(Self::Literal(Json::String(text.to_owned())));
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest.to_owned()));
        }
        Ok(Self::Text(pieces))
    }

    /// Fills it from the values of a case; the result joins the origins of all it used.
    ///
    /// # Errors
    /// `Missing` when a value is not there and nothing stands in for it.
    pub fn fill(&self, scope: &BTreeMap<String, Value>) -> Result<Value, TemplateError> {
        self.fill_in(&Filling { scope, keeps: None })
    }

    /// Fills it for others to read: what an outsider or a model wrote is made harmless, but for
    /// the values that `keeps` names.
    ///
    /// # Errors
    /// `Missing` when a value is not there and nothing stands in for it.
    pub fn fill_harmless(
        &self,
        scope: &BTreeMap<String, Value>,
        keeps: &dyn Fn(&Canonical) -> bool,
    ) -> Result<Value, TemplateError> {
        self.fill_in(&Filling { scope, keeps: Some(keeps) })
    }

    fn fill_in(&self, from: &Filling<'_>) -> Result<Value, TemplateError> {
        match self {
            Self::Literal(data) => Ok(Value::new(data.clone(), Origin::Charter)),
            Self::Path { path, optional } => match from.look_up(path) {
                Some(value) => Ok(value),
                // Whoever wrote what lacks it, said so by that.
                None if *optional => Ok(Value::null().lowered_to(from.origin_of_lack(path))),
                None => Err(TemplateError::Missing { path: path.clone() }),
            },
            Self::Text(pieces) => fill_text(pieces, from),
            Self::List(items) => {
                let filled: Vec<Value> =
                    items.iter().map(|item| item.fill_in(from)).collect::<Result<_, _>>()?;
                let data: Vec<Json> = filled.iter().map(|value| value.data().clone()).collect();
                let mut list = Value::new(data, Origin::Charter);
                for (at, value) in filled.iter().enumerate() {
                    list =
                        list.except(&at.to_string(), value.origin()).readable_by(value.readers());
                }
                Ok(list)
            }
            Self::Map(map) => {
                let mut filled = Value::map();
                for (key, item) in map {
                    filled.set(key, item.fill_in(from)?);
                }
                Ok(filled)
            }
        }
    }

    /// Whether a plan leaves this argument to the model that carries it out: `$model`.
    pub fn is_left_to_model(&self) -> bool {
        matches!(self, Self::Path { path, .. } if path == LEFT_TO_MODEL)
    }

    /// The paths it uses, each with whether something stands in when there is no value.
    pub fn holes(&self) -> Vec<(&str, bool)> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Path { path, optional } => vec![(path, *optional)],
            Self::Text(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Words(_) => None,
                    Piece::Hole { path, default } => Some((path.as_str(), default.is_some())),
                })
                .collect(),
            Self::List(items) => items.iter().flat_map(Self::holes).collect(),
            Self::Map(map) => map.values().flat_map(Self::holes).collect(),
        }
    }

    /// The top-level names it uses, for a loader to check.
    pub fn names(&self) -> Vec<&str> {
        let first = |path: &str| path.split('.').next().map_or(0, str::len);
        self.holes().into_iter().filter_map(|(path, _)| path.get(..first(path))).collect()
    }
}

/// What templates are filled from.
struct Filling<'a> {
    scope: &'a BTreeMap<String, Value>,
    keeps: Option<&'a dyn Fn(&Canonical) -> bool>,
}

impl Filling<'_> {
    fn look_up(&self, path: &str) -> Option<Value> {
        let value = look_up(self.scope, path)?;
        Some(match self.keeps {
            Some(keeps) => value.harmless(keeps),
            None => value,
        })
    }

    /// Who wrote what does not hold this path; nobody, where there is nothing at all.
    fn origin_of_lack(&self, path: &str) -> Origin {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let held = self.scope.get(name);
        held.map_or(Origin::Charter, |value| {
            value.at(rest).map_or_else(|| value.origin(), |part| part.origin())
        })
    }
}

fn look_up(scope: &BTreeMap<String, Value>, path: &str) -> Option<Value> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = scope.get(name)?;
    value.at(rest).or_else(|| {
        // In shadow a call was not performed: what it would have given is named, so that the walk
        // goes on and shows the rest.
        let withheld = value.origin() == Origin::Charter && value.data().get(WITHHELD).is_some();
        withheld.then(|| Value::new(format!("⟨{path}⟩"), Origin::Charter))
    })
}

/// What stands in a plan for an argument that the model fills in.
pub const LEFT_TO_MODEL: &str = "model";

/// Marks the value of a call that shadow mode did not perform.
pub const WITHHELD: &str = "withheld";

fn fill_text(pieces: &[Piece], from: &Filling<'_>) -> Result<Value, TemplateError> {
    let mut text = String::new();
    let mut filled = Value::new(Json::Null, Origin::Charter);
    for piece in pieces {
        match piece {
            Piece::Words(words) => text.push_str(words),
            Piece::Hole { path, default } => {
                match (from.look_up(path).filter(|value| !value.is_empty()), default) {
                    (Some(value), _) => {
                        match value.data() {
                            Json::String(words) => text.push_str(words),
                            other => text.push_str(&other.to_string()),
                        }
                        filled = filled.lowered_to(value.origin()).readable_by(value.readers());
                    }
                    (None, Some(default)) => {
                        text.push_str(default);
                        filled = filled.lowered_to(from.origin_of_lack(path));
                    }
                    (None, None) => return Err(TemplateError::Missing { path: path.clone() }),
                }
            }
        }
    }
    let (origin, readers) = (filled.origin(), filled.readers());
    Ok(Value::new(text, origin).readable_by(readers))
}
