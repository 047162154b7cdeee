//! Who wrote what, leaf by leaf: parts, joins, odd keys, depth. It rules on nothing.

use super::{DEPTH_MAX, Origin, Readers, Value};
use serde_json::json;

const ORIGINS: [Origin; 8] = [
    Origin::Charter,
    Origin::Operator,
    Origin::Record,
    Origin::Directory,
    Origin::Party,
    Origin::Colleague,
    Origin::Outside,
    Origin::Composed,
];

fn customer() -> Value {
    let data = json!({
        "id": "c-1",
        "note": "call me",
        "lines": [{ "amount": 5, "text": "five" }, { "amount": 6, "text": "six" }],
    });
    Value::new(data, Origin::Outside)
        .except("id", Origin::Record)
        .except("lines", Origin::Colleague)
        .except("lines.0.amount", Origin::Directory)
}

#[test]
fn joining_takes_the_less_trusted_and_only_four_may_authorise() {
    for (at, one) in ORIGINS.into_iter().enumerate() {
        for (other_at, other) in ORIGINS.into_iter().enumerate() {
            assert_eq!(one.join(other), ORIGINS[at.max(other_at)]);
        }
        assert_eq!(one.may_authorise(), at < 4, "{}", one.word());
    }
}

#[test]
fn the_longest_label_on_the_way_to_a_part_is_its_origin() {
    let table = [
        ("id", Origin::Record),
        ("note", Origin::Outside),
        ("lines", Origin::Colleague),
        ("lines.0.amount", Origin::Directory),
        ("lines.0.text", Origin::Colleague),
        ("lines.0", Origin::Colleague),
        ("lines.1.amount", Origin::Colleague),
        ("", Origin::Outside),
        (".id.", Origin::Record),
        ("lines..0.amount", Origin::Directory),
    ];
    for (path, origin) in table {
        assert_eq!(customer().at(path).unwrap().origin(), origin, "{path}");
    }
    for path in ["none", "id.id", "lines.7", "lines.x", "lines.-1"] {
        assert_eq!(customer().at(path), None, "{path}");
    }
}

#[test]
fn the_whole_keeps_its_labels() {
    let mut map = Value::map();
    map.set("to", Value::new("eve@fog.example", Origin::Outside));
    assert_eq!(map.origin(), Origin::Outside);
    assert_eq!(map.at("").unwrap(), map);
    let mut outer = Value::map();
    outer.set("inner", map.at("").unwrap());
    assert_eq!(outer.at("inner.to").unwrap().origin(), Origin::Outside);
    assert_eq!(outer.at("inner").unwrap().origin(), Origin::Outside);
}

#[test]
fn setting_a_key_again_forgets_the_labels_of_what_stood_there() {
    let mut map = Value::map();
    map.set("a", customer());
    map.set("a", Value::new("plain", Origin::Party));
    assert_eq!(map.at("a").unwrap().origin(), Origin::Party);
    assert_eq!(map.data(), &json!({ "a": "plain" }));
    let mut text = Value::new("text", Origin::Record);
    text.set("a", customer());
    assert_eq!(text, Value::new("text", Origin::Record), "what is no map stays");
}

#[test]
fn a_key_with_a_dot_or_without_a_letter_takes_no_other_fields_label() {
    let labelled = |data| Value::new(data, Origin::Outside).except("customer.id", Origin::Record);
    let honest = labelled(json!({ "customer": { "id": "c-1" } }));
    assert_eq!(honest.origin_of_leaf(&json!("c-1")), Some(Origin::Record));
    for disguised in [
        json!({ "customer.id": "evil" }),
        json!({ "": { "customer": { "id": "evil" } } }),
        json!({ "": { "customer.id": "evil" } }),
        json!({ "customer": { "id.x": "evil", "": { "id": "evil" } } }),
    ] {
        let value = labelled(disguised.clone());
        assert_eq!(value.origin_of_leaf(&json!("evil")), Some(Origin::Outside), "{disguised}");
        assert_eq!(value.origin(), Origin::Outside, "{disguised}");
    }
    let mut map = Value::map();
    map.set("a.b", Value::new("evil", Origin::Outside));
    assert_eq!(map.origin(), Origin::Outside);
}

#[test]
fn the_best_origin_of_equal_leaves_counts() {
    let data = json!({ "typed": "7", "kept": "7", "other": 7 });
    let value = Value::new(data, Origin::Outside).except("kept", Origin::Record);
    assert_eq!(value.origin_of_leaf(&json!("7")), Some(Origin::Record));
    assert_eq!(value.origin_of_leaf(&json!(7)), Some(Origin::Outside));
    assert_eq!(value.origin_of_leaf(&json!("8")), None);
}

#[test]
fn lowering_lowers_every_leaf_and_raises_none() {
    let lowered = customer().lowered_to(Origin::Colleague);
    for (path, origin) in [
        ("id", Origin::Colleague),
        ("note", Origin::Outside),
        ("lines.0.amount", Origin::Colleague),
    ] {
        assert_eq!(lowered.at(path).unwrap().origin(), origin, "{path}");
    }
}

#[test]
fn a_narrower_circle_of_readers_is_kept_in_whatever_holds_the_value() {
    let mut map = Value::map();
    map.set("salary", Value::new(5, Origin::Record).readable_by(Readers::Restricted));
    assert_eq!(map.readers(), Readers::Restricted);
    assert_eq!(map.clone().readable_by(Readers::Team).readers(), Readers::Restricted);
    assert_eq!(map.at("salary").unwrap().readers(), Readers::Restricted);
}

#[test]
fn labels_are_kept_when_written_and_read_back() {
    let mut value = customer().readable_by(Readers::Team);
    value.set("share", Value::new(0.1 + 0.2, Origin::Record));
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
}

#[test]
fn what_nests_too_deep_is_kept_as_text() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    assert!(Value::new(nested(DEPTH_MAX), Origin::Outside).data().is_array());
    let deep = Value::new(nested(DEPTH_MAX + 1), Origin::Outside);
    assert!(deep.text().unwrap().starts_with("[[["), "nothing of it is lost");
}
