//! The form of a question: named fields with types, and whether what a person filled in fits. What
//! is done with the answer is the case's.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name in the answer.
    pub name: String,
    /// What is meant by it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Its type.
    pub kind: FieldKind,
    /// Whether an answer without it is refused.
    #[serde(default)]
    pub required: bool,
}

/// The type of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Words.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day, `2026-03-10`.
    Date,
    /// One of these.
    OneOf(Vec<String>),
}

/// An answer that does not fit its form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Nobody asked for it.
    #[error("the form has no field `{name}`")]
    Unknown {
        /// The field.
        name: String,
    },
    /// A required field is missing or empty.
    #[error("`{name}` is missing")]
    Missing {
        /// The field.
        name: String,
    },
    /// Something else than was asked for.
    #[error("`{name}` must be {kind}")]
    WrongType {
        /// The field.
        name: String,
        /// What it must be.
        kind: String,
    },
}

/// Checks an answer against a form: every field of it, and no other.
///
/// # Errors
/// The first thing that does not fit.
pub fn accepts(form: &[Field], answer: &Map<String, Json>) -> Result<(), FormError> {
    if let Some(name) = answer.keys().find(|name| !form.iter().any(|field| field.name == **name)) {
        return Err(FormError::Unknown { name: name.clone() });
    }
    for field in form {
        let name = || field.name.clone();
        match answer.get(&field.name) {
            None | Some(Json::Null) if field.required => {
                return Err(FormError::Missing { name: name() });
            }
            None | Some(Json::Null) => {}
            Some(Json::String(text)) if text.trim().is_empty() && field.required => {
                return Err(FormError::Missing { name: name() });
            }
            Some(value) if field.kind.fits(value) => {}
            Some(_) => {
                return Err(FormError::WrongType { name: name(), kind: field.kind.words() });
            }
        }
    }
    Ok(())
}

/// An answer with every field in it: those left out are null, so that a later step may name them.
pub fn completed(form: &[Field], answer: &Map<String, Json>) -> Json {
    let filled = |field: &Field| {
        let value = answer.get(&field.name).cloned().unwrap_or(Json::Null);
        (field.name.clone(), value)
    };
    Json::Object(form.iter().map(filled).collect())
}

impl FieldKind {
    /// What must be typed, in words for a person.
    pub fn words(&self) -> String {
        match self {
            Self::Text => "words".into(),
            Self::Integer => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Boolean => "yes or no".into(),
            Self::Date => "a day, as 2026-03-10".into(),
            Self::OneOf(choices) => format!("one of {}", choices.join(", ")),
        }
    }

    /// What a person typed, as a value of this type; none when it is not one.
    pub fn read(&self, typed: &str) -> Option<Json> {
        let typed = typed.trim();
        let value = match self {
            Self::Text | Self::Date | Self::OneOf(_) => Json::from(typed),
            Self::Integer => Json::from(typed.parse::<i64>().ok()?),
            Self::Number => {
                let whole = typed.parse::<i64>().ok().map(Json::from);
                let number = || typed.parse::<f64>().ok().filter(|n| n.is_finite()).map(Json::from);
                whole.or_else(number)?
            }
            Self::Boolean => match typed.to_lowercase().as_str() {
                "yes" | "true" => true.into(),
                "no" | "false" => false.into(),
                _ => return None,
            },
        };
        self.fits(&value).then_some(value)
    }

    fn fits(&self, value: &Json) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Date => value.as_str().is_some_and(is_day),
            Self::OneOf(choices) => {
                value.as_str().is_some_and(|text| choices.iter().any(|choice| choice == text))
            }
        }
    }
}

/// Whether a text is a day of the Gregorian calendar, `2026-02-28`.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let digits =
        |part: &str, length| (part.len() == length).then(|| part.parse::<u32>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::{Field, FieldKind, FormError, accepts, completed};
    use serde_json::json;

    fn form() -> Vec<Field> {
        let field = |name: &str, kind, required| Field {
            name: name.into(),
            about: String::new(),
            kind,
            required,
        };
        vec![
            field("desk", FieldKind::Integer, true),
            field("from", FieldKind::Date, false),
            field("floor", FieldKind::OneOf(vec!["first".into(), "second".into()]), false),
        ]
    }

    fn said(answer: serde_json::Value) -> Result<(), FormError> {
        accepts(&form(), answer.as_object().unwrap())
    }

    #[test]
    fn an_answer_has_the_types_of_its_form_and_no_other_field() {
        assert_eq!(said(json!({ "desk": 4, "from": "2028-02-29", "floor": "first" })), Ok(()));
        assert_eq!(said(json!({ "desk": 4, "from": null })), Ok(()));
        for (answer, why) in [
            (json!({}), "`desk` is missing"),
            (json!({ "desk": "4" }), "`desk` must be a whole number"),
            (json!({ "desk": 4, "from": "2026-02-29" }), "`from` must be a day, as 2026-03-10"),
            (json!({ "desk": 4, "floor": "third" }), "`floor` must be one of first, second"),
            (json!({ "desk": 4, "to": "mo" }), "the form has no field `to`"),
        ] {
            assert_eq!(said(answer).unwrap_err().to_string(), why);
        }
    }

    #[test]
    fn what_is_typed_becomes_a_value_of_its_type_or_nothing() {
        assert_eq!(FieldKind::Integer.read(" 4 "), Some(json!(4)));
        assert_eq!(FieldKind::Number.read("4.5"), Some(json!(4.5)));
        assert_eq!(FieldKind::Boolean.read("Yes"), Some(json!(true)));
        assert_eq!(FieldKind::Number.read("inf"), None);
        assert_eq!(FieldKind::Date.read("tomorrow"), None);
    }

    #[test]
    fn fields_left_out_are_there_as_null() {
        let answer = json!({ "desk": 4 });
        let whole = completed(&form(), answer.as_object().unwrap());
        assert_eq!(whole, json!({ "desk": 4, "from": null, "floor": null }));
    }
}
