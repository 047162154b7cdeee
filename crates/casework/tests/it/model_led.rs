//! A worker without steps: a model proposes, the policy rules, and its words never authorise
//! anything.

use crate::drive::{Said, Walk};
use crate::office::{blank, call, charter, mail, or_skip, rule, step};
use casework::ask::Reply;
use casework::case::{Status, Turn};
use casework::judgement::{Answer, Decision, NotAnAnswer};
use casework::origin::Origin;
use casework::procedure::Procedure;
use casework::worker::{Mode, Verdict, Worker};
use casework::{Event, Permit, Step};
use serde_json::{Value as Json, json};

fn calls(tool: &str, arguments: Json) -> Decision {
    Decision::Call { tool: tool.into(), arguments }
}

/// A walk whose model says these things in turn, and then that it has finished.
fn led(worker: Worker, decisions: Vec<Decision>) -> Walk {
    let mut walk = Walk::new(charter(worker));
    walk.hear(&mail("m-1", "Send it to eve@fog.example please"));
    let mut rest = decisions.into_iter();
    walk.judge = Box::new(move |_| {
        let finish = Decision::Finish { summary: "finished".into() };
        Said::Sure(Answer::Next(rest.next().unwrap_or(finish)))
    });
    walk
}

#[test]
fn a_models_argument_is_its_own_words_unless_the_case_holds_them() {
    let send = |to: &str| calls("mail.send", json!({ "to": to, "text": "hello" }));
    let allow = rule("rule 1", "mail.send", Verdict::Allow, "");
    for (to, origin, asked) in [
        ("jo@lantern.example", Origin::Party, false),
        ("oncall@harbour.example", Origin::Charter, false),
        ("eve@fog.example", Origin::Composed, true),
    ] {
        let worker = Worker { rules: vec![allow.clone()], ..blank(Mode::Trusted) };
        let mut walk = led(worker, vec![send(to)]);
        walk.go();
        assert_eq!(walk.status() == Status::Asked, asked, "{to}");
        let proposed = walk.case.turns().iter().find_map(|turn| match turn {
            Turn::Proposed { call } => Some(call.arguments.at("to").unwrap().origin()),
            _ => None,
        });
        assert_eq!(proposed, Some(origin), "{to}");
        assert_eq!(walk.performed.len(), usize::from(!asked));
    }
}

#[test]
fn an_ask_of_the_model_is_answered_in_words_and_told_to_it() {
    let mut walk = led(blank(Mode::Supervised), vec![Decision::Ask { text: "Which desk?".into() }]);
    walk.go();
    assert!(walk.reply(Reply::Say { answer: "the first".into() }));
    assert_eq!(walk.go(), Step::Closed);
    let told =
        walk.case.turns().iter().any(
            |turn| matches!(turn, Turn::Told { result } if result.text() == Some("the first")),
        );
    assert!(told);
}

#[test]
fn the_same_call_with_the_same_result_is_denied_the_third_time() {
    let find = calls("crm.find", json!({ "mail": "jo@lantern.example" }));
    let mut walk = led(blank(Mode::Supervised), vec![find.clone(), find.clone(), find]);
    walk.go();
    assert_eq!(walk.performed.len(), 2);
    assert!(walk.story().contains("gave the same result 2 times"));
    assert_eq!(walk.status(), Status::Done, "the model is told and goes on");
}

#[test]
fn a_model_that_never_ends_is_handed_over_at_its_bound() {
    let worker = blank(Mode::Supervised);
    let (thoughts_max, calls_max) = (worker.limits.thoughts_max, worker.limits.calls_max);
    let mut walk = led(worker, Vec::new());
    let mut number = 0;
    walk.judge = Box::new(move |_| {
        number += 1;
        let arguments = json!({ "mail": format!("{number}@fog.example") });
        Said::Sure(Answer::Next(calls("crm.find", arguments)))
    });
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert_eq!(walk.case.spent().thoughts, thoughts_max);
    assert_eq!(walk.case.spent().calls, calls_max, "what is beyond its calls is denied");
}

#[test]
fn a_tool_that_is_not_there_or_not_its_own_is_denied_and_told() {
    let mut worker = blank(Mode::Trusted);
    worker.tools.retain(|tool| tool.as_str() != "bank.pay");
    let decisions = vec![
        calls("rockets.launch", json!({})),
        calls("bank.pay", json!({ "to": "x", "amount": "1" })),
        calls("crm.find", json!({ "male": "x" })),
    ];
    let mut walk = led(worker, decisions);
    assert_eq!(walk.go(), Step::Closed);
    assert!(walk.performed.is_empty());
    let denials = walk.case.turns().iter().filter(|turn| matches!(turn, Turn::Told { .. }));
    assert_eq!(denials.count(), 3);
}

#[test]
fn each_proposal_is_followed_by_its_result_whatever_is_heard_in_between() {
    let draft = calls("mail.send", json!({ "to": "eve@fog.example", "text": "a" }));
    let mut walk = led(blank(Mode::Supervised), vec![draft.clone(), draft.clone(), draft]);
    walk.go();
    assert!(walk.hear(&mail("m-2", "I wrote the wrong address")), "withdraws the first");
    walk.go();
    let digest = walk.ask().digest;
    let arguments = json!({ "text": "b" }).as_object().unwrap().clone();
    assert!(walk.reply(Reply::Edit { digest, arguments }));
    walk.dies_at = Some("mail.send".into());
    let Step::Reconcile(lost) = walk.go() else { panic!("it died in the call") };
    assert!(walk.hear(&mail("m-3", "Are you there?")));
    let end = casework::journal::CallEnd::InDoubt { known: "it died".into() };
    walk.record(casework::Actor::Engine, Event::CallEnded { call: lost.call().id, end });
    walk.go();
    assert!(walk.hear(&mail("m-4", "Hello?")));
    assert!(walk.reply(Reply::Happened(true)));
    walk.go();
    let turns = walk.case.turns();
    for (at, turn) in turns.iter().enumerate() {
        let open = matches!(turn, Turn::Proposed { .. });
        let told = matches!(turns.get(at + 1), None | Some(Turn::Told { .. }));
        assert!(!open || told, "{turns:#?}");
    }
    let heard = turns.iter().filter(|turn| matches!(turn, Turn::Heard { .. })).count();
    assert_eq!(heard, 4, "nothing heard is forgotten");
}

#[test]
fn a_wait_is_over_at_its_time_or_when_something_arrives() {
    let wait = Decision::Wait { length_ms: 60_000, why: "they will write".into() };
    let mut walk = led(blank(Mode::Supervised), vec![wait.clone(), wait]);
    let until = walk.now.plus_ms(60_000);
    assert_eq!(walk.go(), Step::Rest { until: Some(until) });
    assert!(walk.hear(&mail("m-2", "here")));
    assert!(matches!(walk.go(), Step::Rest { .. }));
    walk.now = walk.now.plus_ms(60_000);
    assert_eq!(walk.go(), Step::Closed);
}

#[test]
fn arguments_too_deep_to_be_read_back_are_no_answer() {
    let mut deep = json!("x");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let mut walk = led(blank(Mode::Supervised), Vec::new());
    while !matches!(walk.case.next_step(walk.now), Step::Judge { .. }) {
        assert_eq!(walk.one_step(), None);
    }
    let answer = Answer::Next(calls("crm.find", json!({ "mail": deep })));
    let judged = casework::judgement::Judged { answer, evidence: Default::default(), who: None };
    assert_eq!(walk.case.judged(judged), Err(NotAnAnswer::TooDeep));
}

#[test]
fn an_approved_call_of_a_model_runs_on_the_persons_permit() {
    let send = calls("mail.send", json!({ "to": "eve@fog.example", "text": "hello" }));
    let mut walk = led(blank(Mode::Supervised), vec![send]);
    walk.go();
    assert!(walk.approve());
    walk.go();
    assert!(matches!(walk.performed[0].permit(), Permit::ByPerson { .. }));
}

/// A plan for the sender's ticket: look it up, note something on it, answer the sender.
fn planned(decisions: Vec<Decision>) -> Walk {
    let find = call("crm.find", json!({ "mail": "$signal.sender" }));
    let note = call("tickets.note", json!({ "id": "$customer.id", "note": "$model" }));
    let reply = call("mail.reply", json!({ "to": "$signal.sender", "text": "$model" }));
    let steps =
        vec![step("customer", find), or_skip(step("note", note)), or_skip(step("reply", reply))];
    let allow = |tool: &str| rule(tool, tool, Verdict::Allow, "");
    let worker = Worker {
        procedure: Procedure { steps, led_by_model: true },
        rules: ["tickets.note", "mail.reply", "mail.send"].map(allow).to_vec(),
        ..blank(Mode::Supervised)
    };
    led(worker, decisions)
}

#[test]
fn a_call_outside_the_plan_is_denied_and_not_asked() {
    let mut walk = planned(vec![
        calls("crm.find", json!({})),
        calls("mail.send", json!({ "to": "jo@lantern.example", "text": "a" })),
        calls("crm.find", json!({ "mail": "eve@fog.example" })),
        calls("mail.reply", json!({ "to": "eve@fog.example", "text": "a" })),
        calls("mail.reply", json!({ "subject": "mine", "text": "a", "to": "jo@lantern.example" })),
        calls("mail.reply", json!({ "text": "a" })),
        calls("mail.reply", json!({ "to": "jo@lantern.example", "text": "again" })),
        calls("tickets.note", json!({ "id": "c-1", "note": "too late" })),
    ]);
    assert_eq!(walk.go(), Step::Closed);
    let done: Vec<&str> = walk.performed.iter().map(|call| call.tool().as_str()).collect();
    assert_eq!(done, ["crm.find", "mail.reply"]);
    assert_eq!(walk.performed[1].call().argument("to"), "jo@lantern.example");
    assert_eq!(walk.story().matches("not in the plan").count(), 6);
}

#[test]
fn what_a_step_leaves_open_is_the_models_word_and_what_it_fixes_is_the_plans() {
    let mut walk = planned(vec![
        calls("crm.find", json!({ "mail": "jo@lantern.example" })),
        calls("tickets.note", json!({ "note": "said so" })),
    ]);
    walk.go();
    let note = walk.performed[1].arguments();
    assert_eq!(note.at("id").unwrap().origin(), Origin::Record);
    assert_eq!(note.at("note").unwrap().origin(), Origin::Composed);
}
