//! The ruling as tables: rules against each other, defaults by effect and mode, authority by
//! origin, limits, and that whatever goes wrong denies.

mod strict;

use super::{Circumstances, Ruling, Spent, rule};
use crate::condition::Condition;
use crate::guard::WorkerGuard;
use crate::ids::{CallId, Digest};
use crate::origin::{Origin, Value};
use crate::party::Party;
use crate::procedure::Procedure;
use crate::tool::{Effect, Kind, Parameter, Recovery, ToolCall, ToolSpec, Tools};
use crate::worker::{Limits, Mode, Promise, Rule, Verdict, Worker};
use std::collections::BTreeMap;

fn tools(effect: Effect, undo: bool) -> Tools {
    let parameter = |name: &str, authority| Parameter {
        name: name.into(),
        kind: Kind::Text,
        required: false,
        authority,
        about: String::new(),
    };
    let spec = ToolSpec {
        name: "desk.act".into(),
        about: String::new(),
        says: String::new(),
        effect,
        parameters: vec![parameter("to", true), parameter("text", false)],
        origins: BTreeMap::new(),
        recovery: Recovery::Ask,
        undo: undo.then(|| "desk.undo".into()),
        system: "desk".into(),
        guard: Default::default(),
    };
    Tools::from([(spec.name.clone(), spec)])
}

fn worker(mode: Mode, rules: Vec<Rule>) -> Worker {
    Worker {
        name: "desk".into(),
        version: Digest::of(b"1"),
        role: String::new(),
        goal: String::new(),
        mode,
        tools: vec!["desk.act".into()],
        reviewers: BTreeMap::new(),
        promise: Promise::default(),
        limits: Limits::default(),
        triggers: Vec::new(),
        procedure: Procedure::default(),
        done: None,
        rules,
        constants: Value::null(),
        playbook: String::new(),
        guard: WorkerGuard { domains: vec!["lantern.example".into()], ..WorkerGuard::default() },
    }
}

fn says(verdict: Verdict, text: &str) -> Rule {
    let when = (!text.is_empty()).then(|| Condition::parse(text).unwrap());
    let name = format!("{verdict:?} {text}");
    Rule { name, tool: "desk.act".into(), verdict, when, to: None }
}

fn call(to: Origin) -> ToolCall {
    let mut arguments = Value::map();
    arguments.set("to", Value::new("jo@lantern.example", to));
    arguments.set("text", Value::new("hello", Origin::Outside));
    ToolCall { id: CallId(1), tool: "desk.act".into(), arguments }
}

/// The verified writer of the first thing that arrived.
fn jo() -> Party {
    let fields = serde_json::json!({ "sender": "jo@lantern.example" });
    Party::met(&Value::new(fields, Origin::Record))
}

fn ruled(call: &ToolCall, worker: &Worker, tools: &Tools) -> Ruling {
    ruled_for(&Party::default(), call, worker, tools)
}

fn ruled_for(party: &Party, call: &ToolCall, worker: &Worker, tools: &Tools) -> Ruling {
    let scope = BTreeMap::new();
    let spent = Spent::default();
    rule(
        call,
        &Circumstances {
            worker,
            tools,
            scope: &scope,
            party,
            planned: true,
            spent,
            exceeded: None,
        },
    )
}

fn word(ruling: &Ruling) -> &'static str {
    match ruling {
        Ruling::Allow { .. } => "allow",
        Ruling::Ask { .. } => "ask",
        Ruling::Deny { .. } => "deny",
    }
}

#[test]
fn deny_beats_ask_beats_allow_in_whatever_order_they_stand() {
    let verdicts = [Verdict::Allow, Verdict::Ask, Verdict::Deny];
    let mut orders = 0;
    for one in verdicts {
        for two in verdicts {
            for three in verdicts {
                let rules = [one, two, three].map(|verdict| says(verdict, "")).to_vec();
                let ruling = ruled(
                    &call(Origin::Charter),
                    &worker(Mode::Trusted, rules),
                    &tools(Effect::Write, true),
                );
                let strictest = [one, two, three].into_iter().max().unwrap();
                assert_eq!(word(&ruling), format!("{strictest:?}").to_lowercase());
                orders += 1;
            }
        }
    }
    assert_eq!(orders, 27);
}

#[test]
fn without_a_rule_effect_and_mode_decide() {
    // Effect, supervised, trusted, trusted where it can be taken back.
    let table = [
        (Effect::Read, "allow", "allow", "allow"),
        (Effect::Fetch, "ask", "ask", "ask"),
        (Effect::Draft, "allow", "allow", "allow"),
        (Effect::Write, "ask", "ask", "allow"),
        (Effect::Send, "ask", "ask", "ask"),
        (Effect::Irreversible, "deny", "deny", "deny"),
    ];
    for (effect, supervised, trusted, with_undo) in table {
        let says = |mode, undo| {
            word(&ruled(&call(Origin::Charter), &worker(mode, Vec::new()), &tools(effect, undo)))
        };
        assert_eq!(says(Mode::Supervised, false), supervised, "{effect:?}");
        assert_eq!(says(Mode::Supervised, true), supervised, "{effect:?}");
        assert_eq!(says(Mode::Trusted, false), trusted, "{effect:?}");
        assert_eq!(says(Mode::Trusted, true), with_undo, "{effect:?}");
    }
}

#[test]
fn an_authority_argument_is_asked_unless_someone_trusted_wrote_it() {
    let table = [
        (Origin::Charter, "allow"),
        (Origin::Operator, "allow"),
        (Origin::Record, "allow"),
        (Origin::Directory, "allow"),
        (Origin::Party, "ask"),
        (Origin::Colleague, "ask"),
        (Origin::Outside, "ask"),
        (Origin::Composed, "ask"),
    ];
    let worker = worker(Mode::Trusted, vec![says(Verdict::Allow, "")]);
    for (origin, expected) in table {
        for effect in [Effect::Draft, Effect::Write, Effect::Send] {
            let ruling = ruled(&call(origin), &worker, &tools(effect, true));
            assert_eq!(word(&ruling), expected, "{origin:?} {effect:?}");
        }
        let own = ruled_for(&jo(), &call(origin), &worker, &tools(Effect::Send, true));
        assert_eq!(word(&own), "allow", "its own address: {origin:?}");
        let reading = ruled(&call(origin), &worker, &tools(Effect::Read, false));
        assert_eq!(word(&reading), "allow", "looking inside the firm needs no authority");
    }
}

#[test]
fn one_untrusted_word_in_an_authority_argument_is_enough_to_ask() {
    let mut mixed = call(Origin::Charter);
    let to = Value::new("jo@lantern.example", Origin::Charter).lowered_to(Origin::Outside);
    mixed.arguments.set("to", to);
    let worker = worker(Mode::Trusted, vec![says(Verdict::Allow, "")]);
    let ruling = ruled(&mixed, &worker, &tools(Effect::Send, false));
    let because = "`to` comes from someone outside".to_owned();
    let (rule, to) = ("authority".into(), "default".into());
    assert_eq!(ruling, Ruling::Ask { rule, to, because, approvals: 1 });
    mixed.arguments.set("to", Value::new("", Origin::Outside));
    assert_eq!(word(&ruled(&mixed, &worker, &tools(Effect::Write, false))), "allow", "absent");
}

#[test]
fn a_rule_that_cannot_be_evaluated_denies_whatever_the_others_say() {
    for broken in ["nobody.knows", "args.to > 5", "args.nothing == 1", "args.to", "1 / 0 == 1"] {
        for (first, last) in [(broken, ""), ("", broken)] {
            for verdict in [Verdict::Allow, Verdict::Ask, Verdict::Deny] {
                let rules = vec![says(verdict, first), says(verdict, last)];
                let ruling = ruled(
                    &call(Origin::Charter),
                    &worker(Mode::Trusted, rules),
                    &tools(Effect::Read, true),
                );
                assert_eq!(word(&ruling), "deny", "{broken}");
            }
        }
    }
}

#[test]
fn rules_see_arguments_and_their_origins() {
    let table = [
        (r#"args.to.endsWith("@lantern.example")"#, "allow"),
        (r#"args.to.endsWith("@fog.example")"#, "ask"),
        (r#"origin.to == "party""#, "allow"),
        (r#"origin.to == "charter""#, "ask"),
        (r#"origin.text == "outside" && args.text == "hello""#, "allow"),
    ];
    for (text, expected) in table {
        let rules = vec![says(Verdict::Allow, text)];
        let worker = worker(Mode::Trusted, rules);
        let ruling = ruled_for(&jo(), &call(Origin::Party), &worker, &tools(Effect::Send, false));
        assert_eq!(word(&ruling), expected, "{text}");
    }
}

#[test]
fn a_rule_names_who_is_asked() {
    let ask = Rule { to: Some("money".into()), ..says(Verdict::Ask, "") };
    let worker = worker(Mode::Trusted, vec![ask]);
    let ruling = ruled(&call(Origin::Charter), &worker, &tools(Effect::Read, false));
    assert!(matches!(ruling, Ruling::Ask { to, .. } if to.as_str() == "money"));
}

#[test]
fn what_is_unknown_unfit_unplanned_or_over_a_limit_is_denied_before_any_rule() {
    let worker = worker(Mode::Trusted, vec![says(Verdict::Allow, "")]);
    let (good, all) = (call(Origin::Charter), tools(Effect::Send, false));
    let denied = |call: &ToolCall, tools: &Tools, planned, spent, exceeded| {
        let (scope, party) = (BTreeMap::new(), &Party::default());
        let scope = &scope;
        let about =
            Circumstances { worker: &worker, tools, scope, party, planned, spent, exceeded };
        match rule(call, &about) {
            Ruling::Deny { rule, .. } => rule.to_string(),
            other => word(&other).to_owned(),
        }
    };
    let none = Spent::default();
    let limits = worker.limits;
    assert_eq!(denied(&good, &all, true, none, None), "allow");
    assert_eq!(denied(&good, &Tools::new(), true, none, None), "unknown tool");
    assert_eq!(denied(&good, &all, false, none, None), "not in the plan");
    assert_eq!(denied(&good, &all, true, none, Some("enough")), "limit");
    let mut odd = good.clone();
    odd.arguments.set("bcc", Value::null());
    assert_eq!(denied(&odd, &all, true, none, None), "arguments");
    let table = [
        (Spent { calls: limits.calls_max, ..none }, "limit"),
        (Spent { calls: limits.calls_max - 1, ..none }, "allow"),
        (Spent { sends: limits.replies_max, ..none }, "limit"),
        (Spent { sends: limits.replies_max - 1, ..none }, "allow"),
        (Spent { micro_usd: limits.spend_micro_usd_max + 1, ..none }, "limit"),
        (Spent { micro_usd: limits.spend_micro_usd_max, ..none }, "allow"),
        (Spent { thoughts: u32::MAX, ..none }, "allow"),
    ];
    for (spent, expected) in table {
        assert_eq!(denied(&good, &all, true, spent, None), expected, "{spent:?}");
    }
    let mut other = worker.clone();
    other.tools.clear();
    let ruling = ruled(&good, &other, &all);
    assert!(matches!(ruling, Ruling::Deny { rule, .. } if rule.as_str() == "not its tool"));
}
