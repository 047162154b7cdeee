//! Digests: one text form, and one digest for equal JSON however it was built.

use super::Digest;
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use serde_json::{Map, Value as Json, json};

#[test]
fn equal_json_has_one_digest_whatever_order_it_was_built_in() {
    let mut one = Map::new();
    one.insert("b".into(), json!([1, { "y": 1, "x": 2 }]));
    one.insert("a".into(), json!("ä\n"));
    let mut other = Map::new();
    other.insert("a".into(), json!("ä\n"));
    other.insert("b".into(), json!([1, { "x": 2, "y": 1 }]));
    assert_eq!(Digest::of_json(&Json::Object(one)), Digest::of_json(&Json::Object(other)));
    // SHA-256 of `{"a":[1,"x"],"b":null}`, so that the form itself cannot change unseen.
    let known = "854ef06dc57f5dfe";
    assert_eq!(
        Digest::of_json(&json!({ "b": null, "a": [1, "x"] })).to_string().get(..16),
        Some(known)
    );
    for (one, other) in [
        (json!({ "a": 1 }), json!({ "a": "1" })),
        (json!(["a", "b"]), json!(["a,b"])),
        (json!({ "a": null }), json!({})),
        (json!([[]]), json!([])),
    ] {
        assert_ne!(Digest::of_json(&one), Digest::of_json(&other), "{one} {other}");
    }
}

#[test]
fn only_sixty_four_hexadecimal_digits_are_a_digest() {
    let digest = Digest::of(b"x");
    assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
    assert_eq!(digest.to_string().len(), 64);
    let plus = "+f".repeat(32);
    let long = "ab".repeat(33);
    let wide = "é".repeat(32);
    for text in ["", "ab", plus.as_str(), long.as_str(), wide.as_str(), &" a".repeat(32)] {
        assert_eq!(Digest::parse(text), None, "{text}");
    }
    assert!(serde_json::from_str::<Digest>("\"ab\"").is_err());
}

proptest! {
    #[test]
    fn numbers_and_texts_have_the_same_digest_after_the_journal(
        share in any::<f64>().prop_filter("JSON has no other numbers", |share| share.is_finite()),
        text in any::<String>(), whole in any::<i64>(),
    ) {
        let value = json!({ "share": share, "text": text, "whole": whole });
        let back: Json = serde_json::from_str(&value.to_string()).unwrap();
        prop_assert_eq!(Digest::of_json(&back), Digest::of_json(&value));
    }
}
