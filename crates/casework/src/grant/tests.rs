//! What a grant covers, when it stops, and that nothing is rounded into a limit.

use super::{Allowance, Bound, Grant, GrantId, Revoked, Standing, Sum, Used, in_words, micro};
use crate::ask::Shape;
use crate::ids::{AskId, CallId, CaseId};
use crate::origin::{Origin, Value};
use crate::time::Timestamp;
use crate::tool::{Effect, ToolCall, ToolSpec};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn spec(effect: Effect) -> ToolSpec {
    let parameter = |name: &str, authority: bool| {
        let kind = "text";
        json!({ "name": name, "kind": kind, "authority": authority })
    };
    let declared = json!({
        "name": "bank.draft", "about": "", "says": "Pay", "effect": effect,
        "parameters": [
            parameter("payee", true), parameter("amount", true), parameter("text", false),
        ],
        "recovery": "repeat", "system": "bank",
    });
    serde_json::from_value(declared).unwrap()
}

fn shape() -> Shape {
    Shape { step: Some(1), tool: "bank.draft".into(), rule: "rule 2".into() }
}

fn grant() -> Grant {
    let bounds = BTreeMap::from([
        ("payee".to_owned(), Bound::Equal(json!("Nordlicht"))),
        ("amount".to_owned(), Bound::AtMost { micro: 500_000_000 }),
    ]);
    let sum = Some(Sum { argument: "amount".into(), micro_max: 900_000_000 });
    Grant {
        id: GrantId { case: CaseId(12), ask: AskId(7) },
        worker: "invoices".into(),
        shape: shape(),
        declaration: spec(Effect::Write).digest(),
        allowance: Allowance { bounds, times_max: 3, sum, until: Timestamp(1_000) },
        who: "fi".into(),
        at: Timestamp(0),
        used: Used::default(),
        revoked: None,
    }
}

fn call(arguments: Json, origin: Origin) -> ToolCall {
    let arguments = Value::new(arguments, origin);
    ToolCall { id: CallId(3), tool: "bank.draft".into(), arguments }
}

fn pay(amount: &str) -> ToolCall {
    call(json!({ "payee": "Nordlicht", "amount": amount, "text": "x" }), Origin::Outside)
}

fn covers(grant: &Grant, call: &ToolCall) -> bool {
    let spec = spec(Effect::Write);
    grant.covers(&"invoices".into(), &shape(), &spec, call, Timestamp(10)).is_some()
}

#[test]
fn a_grant_covers_what_is_within_its_bounds_and_nothing_else() {
    assert!(covers(&grant(), &pay("500")));
    assert!(!covers(&grant(), &pay("500.01")));
    assert!(!covers(&grant(), &pay("-1")));
    assert!(!covers(&grant(), &pay("5e2")));
    let other = call(json!({ "payee": "Südlicht", "amount": "5" }), Origin::Outside);
    assert!(!covers(&grant(), &other));
    assert!(!covers(&grant(), &call(json!({ "amount": "5" }), Origin::Outside)), "no payee");
}

#[test]
fn an_authority_argument_without_a_bound_must_have_a_trusted_origin() {
    let mut open = grant();
    open.allowance.bounds.remove("payee");
    let to = |origin| call(json!({ "payee": "Anyone", "amount": "5" }), origin);
    assert!(!covers(&open, &to(Origin::Outside)));
    assert!(!covers(&open, &to(Origin::Composed)));
    assert!(covers(&open, &to(Origin::Directory)));
}

#[test]
fn another_worker_step_rule_or_declaration_is_not_covered() {
    let (now, spec) = (Timestamp(10), spec(Effect::Write));
    let covers = |worker: &str, shape: &Shape, spec: &ToolSpec| {
        grant().covers(&worker.into(), shape, spec, &pay("5"), now).is_some()
    };
    assert!(covers("invoices", &shape(), &spec));
    assert!(!covers("leads", &shape(), &spec));
    assert!(!covers("invoices", &Shape { step: None, ..shape() }, &spec));
    assert!(!covers("invoices", &Shape { rule: "authority".into(), ..shape() }, &spec));
    assert!(!covers("invoices", &shape(), &ToolSpec { about: "new words".into(), ..spec }));
}

#[test]
fn a_grant_that_is_used_up_expired_or_revoked_stops_at_once() {
    let mut used = grant();
    let draw = |grant: &Grant, amount: &str| {
        let spec = spec(Effect::Write);
        grant.covers(&"invoices".into(), &shape(), &spec, &pay(amount), Timestamp(10))
    };
    assert!(used.take(&draw(&grant(), "500").unwrap(), Timestamp(10)));
    assert_eq!(draw(&used, "400.01"), None, "the sum would be exceeded");
    let stale = draw(&grant(), "500").unwrap();
    assert!(!used.take(&stale, Timestamp(10)), "two that were covered at once");
    assert!(used.take(&draw(&used, "400").unwrap(), Timestamp(10)));
    assert_eq!((used.used.times, used.used.micro), (2, 900_000_000));
    assert_eq!(used.standing(Timestamp(10)), Standing::UsedUp);
    assert_eq!(grant().standing(Timestamp(1_000)), Standing::Expired);
    let revoked = Revoked { who: "fi".into(), at: Timestamp(4), why: "enough".into() };
    let revoked = Grant { revoked: Some(revoked), ..grant() };
    assert_eq!(revoked.standing(Timestamp(10)), Standing::Revoked);
    assert!(!covers(&revoked, &pay("5")));
}

#[test]
fn what_cannot_be_taken_back_or_has_no_bounds_is_not_granted() {
    let now = Timestamp(10);
    let allowance = grant().allowance;
    assert_eq!(allowance.fits(&spec(Effect::Write), now), Ok(()));
    assert!(allowance.fits(&spec(Effect::Irreversible), now).is_err());
    for wrong in [
        Allowance { times_max: 0, ..allowance.clone() },
        Allowance { times_max: u32::MAX, ..allowance.clone() },
        Allowance { until: now, ..allowance.clone() },
        Allowance { until: Timestamp(i64::MAX), ..allowance.clone() },
        Allowance { bounds: BTreeMap::from([("to".into(), Bound::Trusted)]), ..allowance },
    ] {
        assert!(wrong.fits(&spec(Effect::Write), now).is_err(), "{wrong:?}");
    }
}

#[test]
fn numbers_are_read_exactly_or_not_at_all() {
    let exact = [(json!("1240.50"), 1_240_500_000), (json!(7), 7_000_000), (json!(0.1), 100_000)];
    for (data, expected) in exact {
        assert_eq!(micro(&data), Some(expected), "{data}");
    }
    for data in [json!("1,5"), json!("1e3"), json!("0.1234567"), json!(""), json!(-1), json!(null)]
    {
        assert_eq!(micro(&data), None, "{data}");
    }
    assert_eq!(micro(&json!(1e20)), None);
    assert_eq!(in_words(1_240_500_000), "1240.5");
    assert_eq!(GrantId::parse("12.7"), Some(grant().id));
}
