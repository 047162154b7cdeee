//! Who vouches for what: equality by sort and by field, own ids by kind, lists by entry, two
//! sources that agree, and each item of a list.

use super::{Voucher, vouched};
use crate::guard::{AllowList, Ownership, PARTY};
use crate::ids::Digest;
use crate::origin::{Origin, Value};
use crate::party::Party;
use crate::policy::{Circumstances, Spent};
use crate::procedure::Procedure;
use crate::tool::{Effect, Recovery, ToolSpec, Tools};
use crate::worker::{Limits, Mode, Promise, Worker};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn tool(records: &[(&str, &str)]) -> ToolSpec {
    let mut spec = ToolSpec {
        name: "desk.act".into(),
        about: String::new(),
        says: String::new(),
        effect: Effect::Write,
        parameters: Vec::new(),
        origins: BTreeMap::new(),
        recovery: Recovery::Ask,
        undo: None,
        system: "desk".into(),
        guard: Default::default(),
    };
    spec.guard.records =
        records.iter().map(|(name, kind)| ((*name).into(), (*kind).into())).collect();
    spec
}

fn worker(allow: &[&str]) -> Worker {
    let values = allow.iter().map(|entry| (*entry).to_owned()).collect();
    let list = AllowList { tool: "desk.act".into(), argument: "to".into(), values };
    let mut worker = Worker {
        name: "desk".into(),
        version: Digest::of(b"1"),
        role: String::new(),
        goal: String::new(),
        mode: Mode::Supervised,
        tools: Vec::new(),
        reviewers: BTreeMap::new(),
        promise: Promise::default(),
        limits: Limits::default(),
        triggers: Vec::new(),
        procedure: Procedure::default(),
        done: None,
        rules: Vec::new(),
        guard: Default::default(),
        constants: Value::null(),
        playbook: String::new(),
    };
    worker.guard.allow = vec![list];
    worker
}

fn ask(
    name: &str,
    value: Json,
    spec: &ToolSpec,
    scope: &BTreeMap<String, Value>,
    party: &Party,
    allow: &[&str],
) -> Option<Voucher> {
    let worker = worker(allow);
    let about = Circumstances {
        worker: &worker,
        tools: &Tools::new(),
        scope,
        party,
        planned: true,
        spent: Spent::default(),
        exceeded: None,
    };
    vouched(name, &Value::new(value, Origin::Composed), spec, &about).ok()
}

fn scope() -> BTreeMap<String, Value> {
    let record = |data| Value::new(data, Origin::Record);
    BTreeMap::from([
        ("case".to_owned(), record(json!({ "id": 7 }))),
        ("ticket".to_owned(), record(json!({ "id": 12, "title": "pay now", "state": "open" }))),
        (
            "supplier".to_owned(),
            record(json!({
                "iban": "DE89 3704 0044 0532 0130 00", "mail": "Desk@Supplier.example",
                "amount": 120.50, "site": "https://supplier.example", "number": "S-77",
            })),
        ),
        (
            "note".to_owned(),
            Value::new(json!({ "iban": "GB82WEST12345698765432" }), Origin::Outside),
        ),
    ])
}

#[test]
fn equality_vouches_for_values_of_a_kind_and_never_for_words() {
    let table = [
        ("payee", json!("de89370400440532013000"), true),
        ("payee", json!("GB82WEST12345698765432"), false),
        ("to", json!("desk@supplier.example"), true),
        ("to", json!("desk@supplier.example.fog.example"), false),
        ("url", json!("https://SUPPLIER.example/"), true),
        ("amount", json!("120.5"), true),
        ("supplier_amount", json!(120.5), true),
        ("quantity", json!(120.5), false),
        ("number", json!("s-77"), true),
        ("text", json!("pay now"), false),
        ("state", json!("open"), false),
        ("id", json!(12), false),
        ("ticket_id", json!(12), true),
        ("ticket_id", json!(7), false),
        ("case_id", json!(7), false),
    ];
    let (scope, party, spec) = (scope(), Party::default(), tool(&[]));
    for (name, value, vouches) in table {
        let found = ask(name, value.clone(), &spec, &scope, &party, &[]);
        assert_eq!(found.is_some(), vouches, "{name} {value}: {found:?}");
    }
}

#[test]
fn a_declared_id_is_equal_only_within_its_kind() {
    let spec = tool(&[("id", "ticket"), ("state", "state")]);
    let (scope, party) = (scope(), Party::default());
    assert!(ask("id", json!(12), &spec, &scope, &party, &[]).is_some());
    assert!(ask("id", json!(7), &spec, &scope, &party, &[]).is_none());
    let other = tool(&[("id", "customer")]);
    assert!(ask("id", json!(12), &other, &scope, &party, &[]).is_none());
    assert!(ask("state", json!("open"), &spec, &scope, &party, &[]).is_some(), "declared as an id");
}

#[test]
fn the_partys_own_ids_vouch_for_arguments_of_their_kind() {
    let fields = json!({ "sender": "jo@lantern.example" });
    let mut party = Party::met(&Value::new(fields, Origin::Record));
    let owned = Ownership {
        owner: "mail".into(),
        by: PARTY.into(),
        gives: BTreeMap::from([("id".into(), "customer".into())]),
    };
    let row = Value::new(json!({ "id": 5, "mail": "jo@lantern.example" }), Origin::Record);
    let _ = party.learn(row, Some(&owned), Origin::Record);
    let empty = BTreeMap::new();
    let by = |kind: &str| tool(&[("who", kind)]);
    let own = |spec: &ToolSpec, value| ask("who", value, spec, &empty, &party, &[]);
    assert_eq!(own(&by("customer"), json!(5)), Some(Voucher::OwnRecord));
    assert_eq!(own(&by("customer"), json!("5")), Some(Voucher::OwnRecord));
    assert_eq!(own(&by("customer"), json!(6)), None);
    assert_eq!(own(&by("order"), json!(5)), None);
    assert_eq!(own(&tool(&[]), json!(5)), None);
    assert_eq!(own(&tool(&[]), json!("JO@lantern.example")), Some(Voucher::OwnRecord));
}

#[test]
fn the_authors_list_vouches_by_entry() {
    let list = ["desk@bay.example", "*@lantern.example", "INV-*", "https://shop.example/api"];
    let table = [
        (json!("DESK@bay.example"), true),
        (json!("anyone@lantern.example"), true),
        (json!("anyone@sub.lantern.example"), false),
        (json!("anyone@evil-lantern.example"), false),
        (json!("inv-5"), true),
        (json!("xinv-5"), false),
        (json!("https://shop.example/api/orders?x=1"), true),
        (json!("https://shop.example/apis"), false),
        (json!("https://shop.example/api/../admin"), false),
        (json!("https://shop.example.fog.example/api"), false),
        (json!(["desk@bay.example", "x@lantern.example"]), true),
        (json!(["desk@bay.example", "eve@fog.example"]), false),
    ];
    let (empty, party, spec) = (BTreeMap::new(), Party::default(), tool(&[]));
    for (value, vouches) in table {
        let found = ask("to", value.clone(), &spec, &empty, &party, &list);
        assert_eq!(found.is_some(), vouches, "{value}");
        assert_eq!(ask("cc", value, &spec, &empty, &party, &list), None, "another argument");
    }
}

#[test]
fn two_sources_agree_only_when_one_is_a_colleague() {
    let said = |who: &[Origin]| -> BTreeMap<String, Value> {
        let one = |(at, origin): (usize, &Origin)| {
            (format!("s{at}"), Value::new(json!({ "order": "O-1" }), *origin))
        };
        who.iter().enumerate().map(one).collect()
    };
    let table: [(&[Origin], bool); 5] = [
        (&[Origin::Party, Origin::Colleague], true),
        (&[Origin::Party, Origin::Party], false),
        (&[Origin::Colleague, Origin::Colleague], false),
        (&[Origin::Outside, Origin::Outside], false),
        (&[Origin::Outside, Origin::Colleague], false),
    ];
    for (who, vouches) in table {
        let found = ask("order", json!("o-1"), &tool(&[]), &said(who), &Party::default(), &[]);
        assert_eq!(found.is_some(), vouches, "{who:?}");
    }
}
