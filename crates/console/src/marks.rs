//! Values as rows for a page, each with the mark of who wrote it. Nothing is left out of a call's
//! arguments: what a person approves, they see whole.

use crate::text::clean;
use casework::policy::describe;
use casework::tool::ToolSpec;
use casework::{Origin, Value};
use serde_json::Value as Json;

/// Who wrote a value, as a shape and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) sign: &'static str,
    pub(crate) class: &'static str,
    pub(crate) words: String,
}

/// One value with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) value: String,
    pub(crate) long: bool,
    pub(crate) mark: Mark,
    /// What is odd about it; empty when nothing is.
    pub(crate) note: String,
    /// Where it was read: an address and its words.
    pub(crate) places: Vec<(String, String)>,
    /// What stood there before a person changed it; empty when nobody did.
    pub(crate) was: String,
}

/// The mark of an origin: ◆ for those whose word may say who gets what, ▲ for all others.
pub(crate) fn mark(origin: Origin) -> Mark {
    let trusted = origin.may_authorise() || origin == Origin::Party;
    let (sign, class) = if trusted { ("◆", "trusted") } else { ("▲", "outsider") };
    let words = match origin {
        Origin::Outside => "an outsider wrote this".into(),
        Origin::Composed => "a model wrote this".into(),
        Origin::Colleague => "a colleague wrote this".into(),
        Origin::Charter | Origin::Operator | Origin::Record | Origin::Directory | Origin::Party => {
            format!("from {}", describe(origin))
        }
    };
    Mark { sign, class, words }
}

/// The arguments of a call in the order their tool declares them, then any it does not know.
pub(crate) fn arguments(value: &Value, spec: Option<&ToolSpec>) -> Vec<Fact> {
    let declared = spec.map(|spec| spec.parameters.as_slice()).unwrap_or_default();
    let mut facts = Vec::new();
    for parameter in declared {
        if let Some(part) = value.at(&parameter.name) {
            let from = facts.len();
            collect(&parameter.name, &part, &mut facts);
            for fact in facts.iter_mut().skip(from) {
                fact.about.clone_from(&parameter.about);
                if parameter.authority {
                    warn_of_foreign_letters(fact);
                }
            }
        }
    }
    for name in value.keys().filter(|name| !declared.iter().any(|known| known.name == **name)) {
        if let Some(part) = value.at(name) {
            collect(name, &part, &mut facts);
        }
    }
    facts
}

/// A value flattened to rows by dotted path; empty leaves are left out, as they say nothing.
pub(crate) fn facts(value: &Value) -> Vec<Fact> {
    let mut facts = Vec::new();
    collect("", value, &mut facts);
    facts.retain(|fact| !fact.value.is_empty());
    facts
}

/// Data in words.
pub(crate) fn in_words(data: &Json) -> String {
    match data {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(true) => "yes".into(),
        Json::Bool(false) => "no".into(),
        other => other.to_string(),
    }
}

fn collect(name: &str, value: &Value, facts: &mut Vec<Fact>) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value.data() {
        Json::Object(map) if !map.is_empty() => {
            for key in map.keys() {
                // A key that itself holds a dot has no path of its own; the whole then says it.
                let part = value.at(key).unwrap_or_else(|| {
                    let data = map.get(key).cloned().unwrap_or(Json::Null);
                    Value::new(data, value.origin())
                });
                collect(&below(key), &part, facts);
            }
        }
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for at in 0..items.len() {
                if let Some(part) = value.at(&at.to_string()) {
                    collect(&below(&(at + 1).to_string()), &part, facts);
                }
            }
        }
        Json::Array(items) => {
            let lines: Vec<String> = items.iter().map(in_words).collect();
            facts.push(fact(name, &lines.join("\n"), value.origin()));
        }
        leaf => facts.push(fact(name, &in_words(leaf), value.origin())),
    }
}

fn fact(name: &str, value: &str, origin: Origin) -> Fact {
    let shown = clean(value);
    Fact {
        name: if name.is_empty() { "value".into() } else { name.to_owned() },
        about: String::new(),
        long: shown.text.contains('\n') || shown.text.chars().count() > 90,
        note: shown.note(),
        value: shown.text,
        mark: mark(origin),
        places: Vec::new(),
        was: String::new(),
    }
}

/// Letters of another script can look like those of a known address.
fn warn_of_foreign_letters(fact: &mut Fact) {
    let looks_like_address = fact.value.contains('@') && !fact.value.contains(' ');
    if looks_like_address && !fact.value.is_ascii() {
        let note = "holds letters outside a to z";
        let joint = if fact.note.is_empty() { "" } else { "; " };
        fact.note = format!("{}{joint}{note}", fact.note);
    }
}

#[cfg(test)]
mod tests {
    use super::{arguments, facts, mark};
    use casework::{Origin, Value};
    use serde_json::json;

    #[test]
    fn every_leaf_of_a_value_is_shown_with_its_own_mark() {
        let data = json!({ "payee": { "iban": "XX00", "name": "Nord" }, "lines": ["a", "b"] });
        let value = Value::new(data, Origin::Outside).except("payee.name", Origin::Record);
        let rows: Vec<_> =
            facts(&value).into_iter().map(|fact| (fact.name, fact.value, fact.mark.sign)).collect();
        let row = |name: &str, text: &str, sign| (name.to_owned(), text.to_owned(), sign);
        assert_eq!(
            rows,
            [
                row("lines", "a\nb", "▲"),
                row("payee.iban", "XX00", "▲"),
                row("payee.name", "Nord", "◆"),
            ]
        );
    }

    #[test]
    fn arguments_without_a_declaration_are_still_shown() {
        let value = Value::new(json!({ "extra": true, "empty": "" }), Origin::Composed);
        let names: Vec<_> = arguments(&value, None).into_iter().map(|fact| fact.name).collect();
        assert_eq!(names, ["empty", "extra"]);
    }

    #[test]
    fn only_those_who_may_say_who_gets_what_are_marked_trusted() {
        let trusted = [Origin::Charter, Origin::Operator, Origin::Record, Origin::Directory];
        assert!(trusted.into_iter().chain([Origin::Party]).all(|o| mark(o).sign == "◆"));
        let others = [Origin::Colleague, Origin::Outside, Origin::Composed];
        assert!(others.into_iter().all(|o| mark(o).sign == "▲"));
    }
}
