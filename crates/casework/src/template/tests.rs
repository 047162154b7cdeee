//! What templates read, fill and refuse, as tables. No case is driven.

use super::{Template, TemplateError};
use crate::origin::{Origin, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn scope() -> BTreeMap<String, Value> {
    let signal =
        json!({ "from": "jo@lantern.example", "text": "{{ charter.secret }}", "none": "" });
    let signal = Value::new(signal, Origin::Outside).except("from", Origin::Party);
    let ticket = Value::new(json!({ "id": 7, "tags": ["a", "b"], "gone": null }), Origin::Record);
    BTreeMap::from([
        ("signal".to_owned(), signal),
        ("ticket".to_owned(), ticket),
        ("charter".to_owned(), Value::new(json!({ "secret": "x" }), Origin::Charter)),
    ])
}

fn fill(written: Json) -> Result<(Json, Origin), TemplateError> {
    let filled = Template::parse(&written)?.fill(&scope())?;
    Ok((filled.data().clone(), filled.origin()))
}

#[test]
fn templates_fill_with_the_origins_of_all_they_use() {
    let table = [
        (json!("plain"), json!("plain"), Origin::Charter),
        (json!(5), json!(5), Origin::Charter),
        (json!("$ticket.id"), json!(7), Origin::Record),
        (json!("$ticket.tags"), json!(["a", "b"]), Origin::Record),
        (json!("$ticket.gone"), Json::Null, Origin::Record),
        (json!("$signal.from"), json!("jo@lantern.example"), Origin::Party),
        (json!("$ticket.nothing?"), Json::Null, Origin::Record),
        (json!("$nobody?"), Json::Null, Origin::Charter),
        (json!("$"), json!("$"), Origin::Charter),
        (json!("costs $5"), json!("costs $5"), Origin::Charter),
        (json!("Ticket {{ ticket.id }}!"), json!("Ticket 7!"), Origin::Record),
        (json!("{{ticket.tags}}"), json!(r#"["a","b"]"#), Origin::Record),
        (json!("{{ ticket.id }}{{ signal.from }}"), json!("7jo@lantern.example"), Origin::Party),
        (json!("{{ signal.none | you }}"), json!("you"), Origin::Outside),
        (json!("{{ nobody.here | }}"), json!(""), Origin::Charter),
        (json!("}} {"), json!("}} {"), Origin::Charter),
        (json!(["$ticket.id", "x"]), json!([7, "x"]), Origin::Record),
        (json!({ "to": "$signal.from" }), json!({ "to": "jo@lantern.example" }), Origin::Party),
    ];
    for (written, data, origin) in table {
        assert_eq!(fill(written.clone()), Ok((data, origin)), "{written}");
    }
}

#[test]
fn a_hole_in_a_value_is_words_and_is_never_filled() {
    let (data, origin) = fill(json!("He says: {{ signal.text }}")).unwrap();
    assert_eq!((data, origin), (json!("He says: {{ charter.secret }}"), Origin::Outside));
}

#[test]
fn parts_of_a_filled_map_keep_their_own_origins() {
    let written = json!({ "to": "$signal.from", "list": ["$ticket.id", "$signal.text"], "n": 1 });
    let filled = Template::parse(&written).unwrap().fill(&scope()).unwrap();
    let table = [
        ("to", Origin::Party),
        ("list.0", Origin::Record),
        ("list.1", Origin::Outside),
        ("list", Origin::Outside),
        ("n", Origin::Charter),
    ];
    for (path, origin) in table {
        assert_eq!(filled.at(path).unwrap().origin(), origin, "{path}");
    }
    let whole = Template::parse(&json!("$signal")).unwrap().fill(&scope()).unwrap();
    assert_eq!(whole.at("from").unwrap().origin(), Origin::Party);
    assert_eq!(whole.origin(), Origin::Outside);
}

#[test]
fn what_is_missing_or_never_closed_is_said() {
    for path in ["nobody", "ticket.nothing", "ticket.id.deeper"] {
        let missing = TemplateError::Missing { path: path.to_owned() };
        assert_eq!(fill(json!(format!("${path}"))), Err(missing.clone()));
        assert_eq!(fill(json!(format!("x {{{{ {path} }}}}"))), Err(missing));
    }
    let empty = TemplateError::Missing { path: "signal.none".into() };
    assert_eq!(fill(json!("Dear {{ signal.none }}")), Err(empty), "an empty word is no word");
    let error = fill(json!("Ticket {{ ticket.id")).unwrap_err();
    assert_eq!(error.to_string(), "a `{{` is never closed in `Ticket {{ ticket.id`");
}

#[test]
fn a_template_names_what_it_uses() {
    let written = json!({ "a": "$ticket.id", "b": ["{{ signal.text }} {{ queue | x }}", 5] });
    assert_eq!(Template::parse(&written).unwrap().names(), ["ticket", "signal", "queue"]);
}
