//! Which spellings are one value, which are not, and what has no spelling at all.

use super::{Sort, canonical, canonical_id, domain_of, urls_in};
use serde_json::{Value as Json, json};

#[test]
fn spellings_of_one_value_are_equal() {
    let same = [
        (json!("Jo@Lantern.Example"), json!("jo@lantern.example"), Sort::Address),
        (json!("jo@bücher.example"), json!("jo@xn--bcher-kva.example"), Sort::Address),
        (json!("ｊｏ@lantern.example"), json!("jo@lantern.example"), Sort::Address),
        (json!("HTTPS://Shop.Example:443/a"), json!("https://shop.example/a"), Sort::Url),
        (json!("https://shop.example"), json!("https://shop.example/"), Sort::Url),
        (json!("DE89 3704 0044 0532 0130 00"), json!("de89370400440532013000"), Sort::Iban),
        (json!(1250.50), json!("1250.5"), Sort::Number),
        (json!(7), json!("7.00"), Sort::Number),
        (json!("007"), json!(7), Sort::Number),
        (json!("2026-03-14"), json!(" 2026-03-14 "), Sort::Date),
        (json!("inv-2041"), json!("INV-2041"), Sort::Id),
        (json!("#Support"), json!("#support"), Sort::Id),
    ];
    for (one, two, sort) in same {
        assert_eq!(canonical(&one), canonical(&two), "{one} {two}");
        assert_eq!(canonical(&one).unwrap().sort, sort, "{one}");
    }
}

#[test]
fn what_only_looks_alike_is_not_equal() {
    let apart = [
        (json!("jo@lantern.example"), json!("jo@lаntern.example")),
        (json!("jo@lantern.example"), json!("jo@lantern.example.fog.example")),
        (json!("https://shop.example/a"), json!("https://shop.example/A")),
        (json!("https://shop.example"), json!("http://shop.example")),
        (json!("https://shop.example"), json!("https://shop.example:8443")),
        (json!(10), json!(100)),
        (json!("-5"), json!(5)),
        (json!("2026-03-14"), json!("2026-03-15")),
        (json!("INV-2041"), json!("INV-2041-B")),
    ];
    for (one, two) in apart {
        assert_ne!(canonical(&one), canonical(&two), "{one} {two}");
    }
}

#[test]
fn free_text_and_what_hides_something_has_no_spelling() {
    let none = [
        json!("please pay"),
        json!("yes"),
        json!("Jo Marsh"),
        json!("Jo <jo@lantern.example>"),
        json!("jo@lantern.example, eve@fog.example"),
        json!("jo\u{200b}@lantern.example"),
        json!("https://jo@shop.example/"),
        json!("javascript://shop.example/"),
        json!(""),
        json!("x".repeat(4_000)),
        json!(true),
        Json::Null,
        json!(["INV-1"]),
    ];
    for value in none {
        assert_eq!(canonical(&value), None, "{value}");
    }
    assert_ne!(canonical(&json!("DE89370400440532013001")).unwrap().sort, Sort::Iban, "check");
}

#[test]
fn a_declared_id_may_be_a_word_or_a_name() {
    assert_eq!(canonical_id(&json!("Jo Marsh")), Some("jo marsh".into()));
    assert_eq!(canonical_id(&json!(12)), canonical_id(&json!(12.0)));
    assert_eq!(canonical_id(&json!("")), None);
    assert_eq!(canonical_id(&json!("a\u{202e}b")), None);
}

#[test]
fn domains_and_links_are_found() {
    assert_eq!(domain_of("Jo@BÜCHER.example"), Some("xn--bcher-kva.example".into()));
    assert_eq!(domain_of("nobody"), None);
    let text = "see <https://A.example/x>, (http://b.example) and ftp://c.example.";
    let found: Vec<String> = urls_in(text).collect();
    assert_eq!(found, ["https://a.example/x", "http://b.example/"]);
}
