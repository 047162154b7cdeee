//! Which records are the party's own, what their ids are worth, and that ids of one kind vouch for
//! no other kind.

use super::Party;
use crate::guard::{Ownership, PARTY};
use crate::origin::{Origin, Readers, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn from(sender: &str, origin: Origin) -> Party {
    Party::met(
        &Value::new(json!({ "sender": sender, "text": "hi" }), Origin::Outside)
            .except("sender", origin),
    )
}

fn owned(owner: &str, by: &str, gives: &[(&str, &str)]) -> Ownership {
    let gives: BTreeMap<String, String> =
        gives.iter().map(|(path, kind)| ((*path).into(), (*kind).into())).collect();
    Ownership { owner: owner.into(), by: by.into(), gives }
}

fn record(data: Json) -> Value {
    Value::new(data, Origin::Record)
}

#[test]
fn ownership_closes_over_records_of_records() {
    let mut party = from("Jo@Lantern.example", Origin::Record);
    let customers = owned("mail", PARTY, &[("id", "customer")]);
    let orders = owned("customer_id", "customer", &[("id", "order"), ("lines.*.sku", "item")]);
    let customer = record(json!({ "id": 5, "mail": "jo@lantern.example" }));
    let customer = party.learn(customer, Some(&customers), Origin::Outside);
    assert_eq!(customer.origin(), Origin::Record, "its own, whoever chose it");
    assert_eq!(customer.readers(), Readers::CaseParties);
    let rows = json!([
        { "id": "O-1", "customer_id": 5, "lines": [{ "sku": "A" }, { "sku": "B" }] },
        { "id": "O-2", "customer_id": 6, "lines": [{ "sku": "C" }] },
    ]);
    let rows = party.learn(record(rows), Some(&orders), Origin::Record);
    assert_eq!(rows.at("0.id").unwrap().origin(), Origin::Record);
    assert_eq!(rows.at("1.id").unwrap().origin(), Origin::Outside);
    assert_eq!(rows.at("1.lines.0.sku").unwrap().origin(), Origin::Outside);
    assert_eq!(rows.at("1").unwrap().readers(), Readers::Team);
    for (kind, id, own) in [
        ("order", json!("o-1"), true),
        ("order", json!("O-2"), false),
        ("item", json!("A"), true),
        ("item", json!("C"), false),
        ("customer", json!(5), true),
        ("order", json!(5), false),
    ] {
        assert_eq!(party.owns(kind, &id), own, "{kind} {id}");
    }
}

#[test]
fn an_unverified_party_owns_nothing_and_a_case_without_one_has_no_strangers() {
    let customers = owned("mail", PARTY, &[("id", "customer")]);
    let customer = || record(json!({ "id": 5, "mail": "jo@lantern.example" }));
    let mut unverified = from("jo@lantern.example", Origin::Outside);
    assert!(unverified.is_there() && !unverified.is_verified());
    let read = unverified.learn(customer(), Some(&customers), Origin::Charter);
    assert_eq!(read.origin(), Origin::Outside);
    assert!(!unverified.owns("customer", &json!(5)));
    let mut nobody = Party::met(&Value::new(json!({ "at": 1 }), Origin::Record));
    assert_eq!(
        nobody.learn(customer(), Some(&customers), Origin::Charter).origin(),
        Origin::Record
    );
    let chosen = nobody.learn(customer(), Some(&customers), Origin::Colleague);
    assert_eq!(chosen.origin(), Origin::Colleague, "no better than what chose it");
}

#[test]
fn an_owner_written_by_an_outsider_owns_nothing() {
    let mut party = from("jo@lantern.example", Origin::Record);
    let customers = owned("mail", PARTY, &[("id", "customer")]);
    let claimed =
        record(json!({ "id": 9, "mail": "jo@lantern.example" })).except("mail", Origin::Outside);
    assert_eq!(party.learn(claimed, Some(&customers), Origin::Record).origin(), Origin::Outside);
    assert!(!party.owns("customer", &json!(9)));
}

#[test]
fn words_are_the_partys_once_a_record_knows_its_address() {
    let fields = || {
        Value::new(json!({ "sender": "jo@lantern.example", "text": "hi" }), Origin::Outside)
            .except("sender", Origin::Record)
    };
    let mut party = Party::met(&fields());
    assert_eq!(party.speaks(fields()).at("text").unwrap().origin(), Origin::Outside);
    let customers = owned("mail", PARTY, &[]);
    let record = record(json!({ "mail": "jo@lantern.example" }));
    let _ = party.learn(record, Some(&customers), Origin::Record);
    assert_eq!(party.speaks(fields()).at("text").unwrap().origin(), Origin::Party);
    let spoofed = fields().except("sender", Origin::Outside);
    assert_eq!(party.speaks(spoofed).at("text").unwrap().origin(), Origin::Outside);
}
