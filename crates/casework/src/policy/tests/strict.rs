//! The rows that no allow rule overrides: changed tools, readers, fetching, outsider text, caps and
//! what cannot be taken back; and that nothing that would be denied is asked.

use super::{call, jo, ruled, ruled_for, says, tools, word, worker};
use crate::guard::{AllowList, Cap, Standing};
use crate::ids::CallId;
use crate::origin::{Origin, Readers, Value};
use crate::party::Party;
use crate::policy::{Circumstances, Ruling, Spent, explain, rule};
use crate::tool::{Effect, Kind, Parameter, ToolCall, Tools};
use crate::worker::{Mode, Verdict, Worker};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn allowing() -> Worker {
    worker(Mode::Trusted, vec![says(Verdict::Allow, "")])
}

fn with(effect: Effect, change: impl FnOnce(&mut crate::tool::ToolSpec)) -> Tools {
    let mut all = tools(effect, false);
    change(all.values_mut().next().unwrap());
    all
}

fn asked_by(ruling: &Ruling) -> Option<(String, u8)> {
    match ruling {
        Ruling::Ask { rule, approvals, .. } => Some((rule.to_string(), *approvals)),
        _ => None,
    }
}

#[test]
fn a_changed_declaration_denies_and_pauses_its_whole_system() {
    for standing in [Standing::Changed, Standing::Paused] {
        let tools = with(Effect::Read, |spec| spec.guard.standing = standing);
        let ruling = ruled(&call(Origin::Charter), &allowing(), &tools);
        assert!(
            matches!(ruling, Ruling::Deny { rule, .. } if rule.as_str() == "changed tool"),
            "{standing:?}"
        );
    }
}

#[test]
fn what_is_read_must_be_for_this_case() {
    let table = [
        (Readers::Public, "allow", "allow"),
        (Readers::Team, "allow", "allow"),
        (Readers::CaseParties, "ask", "allow"),
        (Readers::Restricted, "ask", "ask"),
    ];
    let fields = Value::new(json!({ "sender": "eve@fog.example" }), Origin::Outside);
    let unverified = Party::met(&fields);
    for (readers, for_unverified, for_verified) in table {
        let narrow = |spec: &mut crate::tool::ToolSpec| {
            spec.guard.readers.insert("salary".into(), readers);
        };
        let tools = with(Effect::Read, narrow);
        let call = call(Origin::Charter);
        let ruling = ruled_for(&unverified, &call, &allowing(), &tools);
        assert_eq!(word(&ruling), for_unverified, "{readers:?}");
        assert_eq!(word(&ruled_for(&jo(), &call, &allowing(), &tools)), for_verified);
    }
}

fn sent(text: Value, to: &str) -> ToolCall {
    let mut call = call(Origin::Charter);
    call.arguments.set("to", Value::new(to, Origin::Charter));
    call.arguments.set("text", text);
    call
}

#[test]
fn what_is_sent_must_be_for_who_gets_it() {
    let (inside, party, outside) = ("mo@lantern.example", "jo@bay.example", "eve@fog.example");
    let table = [
        (Readers::Public, "allow", "allow", "allow"),
        (Readers::Organisation, "allow", "allow", "allow"),
        (Readers::Team, "allow", "ask", "ask"),
        (Readers::CaseParties, "allow", "allow", "ask"),
        (Readers::Restricted, "ask", "ask", "ask"),
    ];
    let met = Value::new(json!({ "sender": party }), Origin::Record);
    for (readers, to_inside, to_party, to_outside) in table {
        for (to, expected) in [(inside, to_inside), (party, to_party), (outside, to_outside)] {
            let text = Value::new("figures", Origin::Record).readable_by(readers);
            let ruling = ruled_for(
                &Party::met(&met),
                &sent(text, to),
                &allowing(),
                &tools(Effect::Send, false),
            );
            assert_eq!(word(&ruling), expected, "{readers:?} to {to}");
        }
    }
}

#[test]
fn outsiders_words_go_to_outsiders_only_by_a_person() {
    let met = Value::new(json!({ "sender": "jo@bay.example" }), Origin::Record);
    for origin in [Origin::Party, Origin::Outside, Origin::Composed] {
        for (to, expected) in [
            ("mo@lantern.example", "allow"),
            ("jo@bay.example", "allow"),
            ("eve@fog.example", "ask"),
            ("mo@sub.lantern.example", "ask"),
            ("mo@lantern.example.fog.example", "ask"),
        ] {
            let call = sent(Value::new("hello", origin), to);
            let tools = tools(Effect::Send, false);
            let ruling = ruled_for(&Party::met(&met), &call, &allowing(), &tools);
            assert_eq!(word(&ruling), expected, "{origin:?} to {to}");
        }
    }
    let record = sent(Value::new("hello", Origin::Record), "eve@fog.example");
    assert_eq!(word(&ruled(&record, &allowing(), &tools(Effect::Send, false))), "allow");
}

fn fetch(url: Value, scope: BTreeMap<String, Value>, allow: &[&str]) -> Ruling {
    let mut worker = allowing();
    let values = allow.iter().map(|entry| (*entry).to_owned()).collect();
    worker.guard.allow = vec![AllowList { tool: "desk.act".into(), argument: "to".into(), values }];
    let mut call = ToolCall { id: CallId(1), tool: "desk.act".into(), arguments: Value::map() };
    call.arguments.set("to", url);
    rule(
        &call,
        &Circumstances {
            worker: &worker,
            tools: &tools(Effect::Fetch, false),
            scope: &scope,
            party: &Party::default(),
            planned: true,
            spent: Spent::default(),
            exceeded: None,
        },
    )
}

#[test]
fn only_what_someone_of_the_firm_wrote_out_is_fetched() {
    let url = "https://supplier.example/prices";
    let said = |origin| {
        let text = format!("please look at <{url}>.");
        BTreeMap::from([("signal".to_owned(), Value::new(json!({ "text": text }), origin))])
    };
    let nothing = BTreeMap::new;
    type Fetch = (Origin, BTreeMap<String, Value>, &'static [&'static str], &'static str);
    let table: [Fetch; 9] = [
        (Origin::Charter, nothing(), &[], "allow"),
        (Origin::Colleague, nothing(), &[], "allow"),
        (Origin::Outside, nothing(), &[], "ask"),
        (Origin::Composed, nothing(), &[], "deny"),
        (Origin::Composed, said(Origin::Colleague), &[], "allow"),
        (Origin::Composed, said(Origin::Outside), &[], "deny"),
        (Origin::Outside, nothing(), &["https://supplier.example/"], "allow"),
        (Origin::Composed, nothing(), &["https://supplier.example"], "allow"),
        (Origin::Composed, nothing(), &["https://supplier.example/price"], "deny"),
    ];
    for (origin, scope, allow, expected) in table {
        let ruling = fetch(Value::new(url, origin), scope, allow);
        assert_eq!(word(&ruling), expected, "{origin:?} {allow:?}");
    }
}

fn paying(amount: Json, cap: Option<(f64, Option<f64>)>, effect: Effect) -> Ruling {
    let mut worker = allowing();
    worker.guard.caps = cap
        .map(|(ask_above, two_people_above)| Cap {
            tool: "desk.act".into(),
            argument: "amount".into(),
            ask_above,
            two_people_above,
        })
        .into_iter()
        .collect();
    let parameter = Parameter {
        name: "amount".into(),
        kind: Kind::Number,
        required: false,
        authority: true,
        about: String::new(),
    };
    let tools = with(effect, |spec| spec.parameters.push(parameter));
    let mut call = call(Origin::Charter);
    if !amount.is_null() {
        call.arguments.set("amount", Value::new(amount, Origin::Charter));
    }
    ruled(&call, &worker, &tools)
}

#[test]
fn amounts_above_a_cap_are_asked_and_above_the_second_by_two() {
    let cap = Some((100.0, Some(1_000.0)));
    for effect in [Effect::Write, Effect::Irreversible] {
        for (amount, asked) in [
            (json!(99), None),
            (json!(100), None),
            (json!(100.01), Some(("cap".to_owned(), 1))),
            (json!(1_000), Some(("cap".to_owned(), 1))),
            (json!(1_001), Some(("cap".to_owned(), 2))),
            (json!(u64::MAX), Some(("cap".to_owned(), 2))),
        ] {
            let ruling = paying(amount.clone(), cap, effect);
            assert_eq!(asked_by(&ruling), asked, "{amount} {effect:?}: {ruling:?}");
        }
        assert_eq!(word(&paying(Json::Null, cap, effect)), "deny", "no amount to hold it against");
    }
}

#[test]
fn what_cannot_be_taken_back_is_asked_whatever_a_rule_allows() {
    let ruling = paying(json!(1), None, Effect::Irreversible);
    assert_eq!(asked_by(&ruling), Some(("irreversible".to_owned(), 1)));
    let unruled = worker(Mode::Trusted, Vec::new());
    let ruling = ruled(&call(Origin::Charter), &unruled, &tools(Effect::Irreversible, true));
    assert_eq!(word(&ruling), "deny", "no rule speaks of it: nobody is even asked");
}

#[test]
fn all_reasons_are_named_and_the_most_approvals_asked() {
    let mut worker = allowing();
    let (tool, argument) = ("desk.act".into(), "amount".into());
    worker.guard.caps = vec![Cap { tool, argument, ask_above: 1.0, two_people_above: Some(10.0) }];
    let parameter = Parameter {
        name: "amount".into(),
        kind: Kind::Number,
        required: false,
        authority: true,
        about: String::new(),
    };
    let tools = with(Effect::Send, |spec| spec.parameters.push(parameter));
    let mut call = sent(Value::new("hello", Origin::Outside), "eve@fog.example");
    call.arguments.set("amount", Value::new(50, Origin::Outside));
    let Ruling::Ask { rule, because, approvals, .. } = ruled(&call, &worker, &tools) else {
        panic!("asked")
    };
    assert_eq!((rule.as_str(), approvals), ("authority", 2));
    for part in ["`amount` comes from", "goes to eve@fog.example", "more than 10"] {
        assert!(because.contains(part), "{because}");
    }
    worker.rules.push(says(Verdict::Deny, r#"args.text == "hello""#));
    assert_eq!(word(&ruled(&call, &worker, &tools)), "deny", "nobody is asked what is denied");
}

#[test]
fn an_explanation_is_the_ruling_with_its_rows_and_what_would_change_it() {
    let scope = BTreeMap::new();
    let (worker, tools, party) = (allowing(), tools(Effect::Send, false), Party::default());
    let about = Circumstances {
        worker: &worker,
        tools: &tools,
        scope: &scope,
        party: &party,
        planned: true,
        spent: Spent::default(),
        exceeded: None,
    };
    let call = call(Origin::Outside);
    let told = explain(&call, &about);
    assert_eq!(told.ruling, rule(&call, &about));
    let asks: Vec<&str> = told
        .rows
        .iter()
        .filter(|row| row.says == "asks")
        .filter_map(|row| row.rule.as_deref())
        .collect();
    assert_eq!(asks, ["authority"]);
    assert_eq!(told.arguments[0].vouched, None);
    assert!(told.would_change[0].contains("`to`"), "{:?}", told.would_change);
    assert!(told.would_change.last().unwrap().contains("approval of the role `default`"));
}
