//! Which arguments fit a declaration, what a card says, and who wrote a result. No call is
//! performed.

use super::{ArgumentError, Effect, Kind, Parameter, Recovery, ToolSpec};
use crate::origin::{Origin, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn parameter(name: &str, kind: Kind, required: bool) -> Parameter {
    Parameter { name: name.into(), kind, required, authority: false, about: String::new() }
}

fn spec() -> ToolSpec {
    ToolSpec {
        name: "mail.send".into(),
        about: "sends a mail".into(),
        says: "Send to {{ to }}: {{ subject | no subject }}".into(),
        effect: Effect::Send,
        parameters: vec![
            parameter("to", Kind::Text, true),
            parameter("subject", Kind::Text, false),
            parameter("copies", Kind::Integer, false),
            parameter("amount", Kind::Number, false),
            parameter("urgent", Kind::Boolean, false),
            parameter("also", Kind::Texts, false),
        ],
        origins: BTreeMap::from([("id".into(), Origin::Record), ("who.0".into(), Origin::Party)]),
        recovery: Recovery::LookUp,
        undo: None,
        system: "mail".into(),
        guard: Default::default(),
    }
}

#[test]
fn arguments_must_fit_the_declaration() {
    let fits = [
        json!({ "to": "x" }),
        json!({ "to": "", "subject": null, "copies": -3, "amount": 1, "urgent": false }),
        json!({ "to": "x", "amount": 0.5, "also": [] }),
        json!({ "to": "x", "also": ["a", "b"], "copies": u64::MAX }),
    ];
    for arguments in fits {
        assert_eq!(spec().accepts(&arguments), Ok(()), "{arguments}");
    }
    let wrong = |name: &str, kind| ArgumentError::WrongType {
        tool: "mail.send".into(),
        name: name.into(),
        kind,
    };
    let missing = ArgumentError::Missing { tool: "mail.send".into(), name: "to".into() };
    let unknown = ArgumentError::Unknown { tool: "mail.send".into(), name: "bcc".into() };
    let table = [
        (json!({}), missing.clone()),
        (json!({ "to": null }), missing),
        (json!({ "to": "x", "bcc": "y" }), unknown),
        (json!({ "to": 5 }), wrong("to", Kind::Text)),
        (json!({ "to": ["x"] }), wrong("to", Kind::Text)),
        (json!({ "to": "x", "copies": 1.5 }), wrong("copies", Kind::Integer)),
        (json!({ "to": "x", "copies": "1" }), wrong("copies", Kind::Integer)),
        (json!({ "to": "x", "amount": "1" }), wrong("amount", Kind::Number)),
        (json!({ "to": "x", "urgent": "yes" }), wrong("urgent", Kind::Boolean)),
        (json!({ "to": "x", "also": ["a", 1] }), wrong("also", Kind::Texts)),
        (json!(["x"]), ArgumentError::NotAMap { tool: "mail.send".into() }),
        (Json::Null, ArgumentError::NotAMap { tool: "mail.send".into() }),
    ];
    for (arguments, error) in table {
        assert_eq!(spec().accepts(&arguments), Err(error), "{arguments}");
    }
}

#[test]
fn a_card_says_the_effect_with_its_arguments_or_else_the_tools_name() {
    let says = |arguments: Json| spec().headline(&Value::new(arguments, Origin::Outside));
    assert_eq!(says(json!({ "to": "jo", "subject": "hi" })), "Send to jo: hi");
    assert_eq!(says(json!({ "to": "{{ subject }}" })), "Send to {{ subject }}: no subject");
    assert_eq!(says(json!({})), "mail.send");
}

#[test]
fn fields_of_a_result_are_outside_unless_declared() {
    let result = spec().label(json!({ "id": 5, "text": "x", "who": ["a", "b"] }));
    let table = [
        ("id", Origin::Record),
        ("text", Origin::Outside),
        ("who.0", Origin::Party),
        ("who.1", Origin::Outside),
    ];
    for (path, origin) in table {
        assert_eq!(result.at(path).unwrap().origin(), origin, "{path}");
    }
    let mut whole = spec();
    whole.origins.insert(String::new(), Origin::Directory);
    assert_eq!(whole.label(json!({ "text": "x" })).origin(), Origin::Directory);
}

#[test]
fn any_change_of_a_declaration_changes_its_digest() {
    let changes: [fn(&mut ToolSpec); 5] = [
        |spec| spec.effect = Effect::Irreversible,
        |spec| spec.says.push('!'),
        |spec| spec.parameters[0].authority = true,
        |spec| spec.recovery = Recovery::Repeat,
        |spec| spec.undo = Some("mail.recall".into()),
    ];
    for change in changes {
        let mut changed = spec();
        change(&mut changed);
        assert_ne!(changed.digest(), spec().digest());
    }
    assert_eq!(spec().digest(), spec().digest());
}

#[test]
fn only_reading_and_fetching_change_nothing() {
    let all = [
        (Effect::Read, false),
        (Effect::Fetch, false),
        (Effect::Draft, true),
        (Effect::Write, true),
        (Effect::Send, true),
        (Effect::Irreversible, true),
    ];
    for (effect, changes) in all {
        assert_eq!(effect.is_effect(), changes, "{}", effect.word());
    }
}
