//! Conditions hold, do not hold, or have no answer: as tables. What an error means is the caller's.

use super::{Condition, ConditionError};
use crate::origin::{Origin, Value};
use serde_json::json;
use std::collections::BTreeMap;

fn holds(text: &str) -> Result<bool, ConditionError> {
    let args = json!({
        "to": "jo@lantern.example", "amount": 500, "share": 0.5, "huge": u64::MAX,
        "tags": ["a", "b"], "gone": null, "large": i64::MAX, "nested": { "x": [1] },
    });
    let scope = BTreeMap::from([
        ("args".to_owned(), Value::new(args, Origin::Outside)),
        ("queue".to_owned(), Value::new("bug", Origin::Record)),
    ]);
    Condition::parse(text)?.holds(&scope)
}

#[test]
fn conditions_hold_or_do_not() {
    let table = [
        (r#"queue == "bug""#, true),
        (r#"queue != "bug""#, false),
        (r#"queue in ["bug", "sales"]"#, true),
        ("args.amount > 499 && args.amount <= 500", true),
        ("args.share < 0.6", true),
        ("args.amount > 499.5", true),
        ("args.huge > 1.0", true),
        ("size(args.tags) == 2", true),
        ("args.gone == null", true),
        ("has(args.nothing)", false),
        ("has(args.to) && args.to.endsWith(\"@lantern.example\")", true),
        ("args.nested.x[0] == 1", true),
        (r#"args.to.matches("(?i)JO@.*")"#, true),
        ("args.tags.exists(tag, tag == \"b\")", true),
        ("true || nobody.knows", true),
    ];
    for (text, expected) in table {
        assert_eq!(holds(text), Ok(expected), "{text}");
    }
}

#[test]
fn whatever_cannot_be_evaluated_is_an_error_and_never_a_panic() {
    let failing = [
        "nobody",
        "nobody.knows == 1",
        "args.nothing == 1",
        "args.tags[7] == \"a\"",
        "args.amount < args.to",
        "args.large + 1 > 0",
        "args.large * args.large > 0",
        "1 / 0 == 1",
        "1 % 0 == 1",
        "nosuch(args.to)",
        r#"args.to.matches("(")"#,
        r#"int("x") == 1"#,
        r#"timestamp("soon") == timestamp("now")"#,
        r#"duration("soon") == duration("now")"#,
        "size(args.amount) == 1",
        "-args.to == 1",
        "args.tags.map(tag, tag + 1) == []",
    ];
    let mut odd = Vec::new();
    for text in failing {
        let said = holds(text);
        if !matches!(said, Err(ConditionError::Failed { .. })) {
            odd.push((text, said));
        }
    }
    assert_eq!(odd, []);
    for text in ["args.to", "1", "[true]", "args.gone"] {
        assert!(matches!(holds(text), Err(ConditionError::NotBoolean { .. })), "{text}");
    }
    for text in ["", "args.", "a b", "queue = \"bug\"", "((", "\"open", "1 +"] {
        assert!(matches!(holds(text), Err(ConditionError::Unreadable { .. })), "{text}");
    }
}

#[test]
fn a_condition_names_what_it_uses() {
    let condition = Condition::parse(r#"queue == "x" && args.to != origin.to"#).unwrap();
    assert_eq!(condition.names(), ["args", "origin", "queue"]);
    assert_eq!(condition.text(), r#"queue == "x" && args.to != origin.to"#);
}
