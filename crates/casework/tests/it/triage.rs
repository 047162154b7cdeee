//! The whole walk of support triage where people and the world do as they should.

use crate::drive::{Said, Walk};
use crate::office::{mail, mail_from, triage};
use casework::ask::{About, Reply};
use casework::case::Status;
use casework::journal::Outcome;
use casework::judgement::Answer;
use casework::origin::Origin;
use casework::worker::Mode;
use casework::{Permit, Step};
use serde_json::json;

fn opened(signal: &casework::signal::Signal) -> Walk {
    let mut walk = Walk::new(triage(Mode::Supervised));
    assert!(walk.hear(signal));
    walk
}

fn say(walk: &mut Walk, label: &str) {
    let answer = Answer::Label(label.to_owned());
    walk.judge = Box::new(move |_| Said::Sure(answer.clone()));
    walk.found = json!({ "queue": label, "status": "open" });
}

/// A stranger's mail, up to the approval of its ticket.
fn stranger() -> Walk {
    let mut walk = opened(&mail_from("m-1", "kim@fog.example", "passed", "Do you ship to Wick?"));
    walk.go();
    walk
}

#[test]
fn a_known_customers_mail_is_done_alone() {
    let mut walk = opened(&mail("m-1", "My invoice is wrong"));
    assert_eq!(walk.go(), Step::Closed);
    let performed = ["crm.find", "tickets.of_thread", "tickets.create", "mail.reply"];
    assert_eq!(walk.tools_performed(), performed);
    let outcome = Outcome::Done { summary: "ticket t-1 in billing".into() };
    assert_eq!(walk.case.outcome(), Some(&outcome));
    let reply = &walk.performed[3];
    assert_eq!(reply.permit(), &Permit::ByRule("rule 4".into()));
    let text = "Dear Jo Lantern, it is ticket t-1.";
    assert_eq!(reply.arguments().data()["text"], text);
    assert_eq!(reply.arguments().at("to").unwrap().origin(), Origin::Party);
}

#[test]
fn an_outage_alarms_those_on_call_and_nobody_else() {
    let mut walk = opened(&mail("m-1", "The portal is DOWN again"));
    say(&mut walk, "portal");
    walk.go();
    let alarm = walk.performed.iter().find(|call| call.tool().as_str() == "mail.send").unwrap();
    assert_eq!(alarm.arguments().data()["to"], "oncall@harbour.example");
    assert_eq!(walk.status(), Status::Done);
}

#[test]
fn automatic_mail_gets_no_answer() {
    let mut signal = mail("m-1", "I am away");
    let casework::signal::SignalKind::Arrived(arrival) = &mut signal.kind else { panic!() };
    let note = casework::origin::Value::new("vacation reply", Origin::Record);
    arrival.fields.set("automatic", note);
    let mut walk = opened(&signal);
    assert_eq!(walk.go(), Step::Closed);
    assert_eq!(walk.status(), Status::SetAside);
    assert!(walk.performed.is_empty());
}

#[test]
fn suspicious_mail_is_set_aside_without_a_call() {
    let mut walk = opened(&mail("m-1", "You won"));
    say(&mut walk, "suspicious");
    walk.go();
    assert_eq!(walk.status(), Status::SetAside);
    assert!(walk.performed.is_empty());
}

#[test]
fn a_spoofed_sender_is_handed_over_before_anything_is_called() {
    let mut walk = opened(&mail_from("m-1", "jo@lantern.example", "failed", "Pay this"));
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert!(walk.performed.is_empty());
}

#[test]
fn an_unsure_judge_asks_and_the_answer_goes_on_and_teaches() {
    let mut walk = opened(&mail("m-1", "It does not open"));
    walk.judge = Box::new(|_| Said::Unsure);
    walk.found = json!({ "queue": "portal", "status": "open" });
    assert!(matches!(walk.go(), Step::Rest { until: Some(_) }));
    let ask = walk.ask();
    assert!(matches!(&ask.about, About::Judgement { options } if options[0].0 == "portal"));
    assert!(!walk.reply(Reply::Say { answer: "plumbing".into() }), "not a label");
    assert_eq!(walk.ask(), ask, "a refused reply changes nothing");

    let reply = Reply::Say { answer: "portal".into() };
    let (id, who) = (ask.id, "mo".into());
    let event =
        casework::Event::AskAnswered { ask: id, who, reply: reply.clone(), stands_in_for: None };
    let lesson = walk.case.lesson(&event).unwrap();
    assert_eq!((lesson.step.as_str(), lesson.answer.as_str()), ("queue", "portal"));
    assert_eq!(lesson.text, "About m-1\nIt does not open");

    assert!(walk.reply(reply));
    assert_eq!(walk.go(), Step::Closed);
    assert_eq!(walk.status(), Status::Done);
    assert_eq!(walk.case.scope()["queue"].origin(), Origin::Operator);
}

#[test]
fn a_strangers_ticket_is_asked_and_approved() {
    let mut walk = stranger();
    let (ask, call) = walk.case.open_ask().unwrap();
    assert_eq!(ask.headline, "tickets.create for About m-1");
    let shown = call.unwrap().clone();
    assert_eq!(walk.tools_performed(), ["crm.find", "tickets.of_thread"]);
    assert!(walk.approve());
    assert_eq!(walk.go(), Step::Closed);
    let performed = walk.performed.last().unwrap();
    assert_eq!(performed.call(), &shown, "what was approved is what ran");
    assert!(matches!(performed.permit(), Permit::ByPerson { who, .. } if who.as_str() == "mo"));
    assert_eq!(walk.status(), Status::Done, "a stranger gets no reply by rule");
}

#[test]
fn an_edit_runs_with_the_persons_words_and_not_with_the_first_ones() {
    let mut walk = stranger();
    let digest = walk.ask().digest;
    let edit = json!({ "title": "Shipping to Wick", "queue": "other" });
    let arguments = edit.as_object().unwrap().clone();
    assert!(walk.reply(Reply::Edit { digest, arguments }));
    walk.go();
    let created: Vec<_> =
        walk.performed.iter().filter(|call| call.tool().as_str() == "tickets.create").collect();
    assert_eq!(created.len(), 1);
    let arguments = created[0].arguments();
    assert_eq!(arguments.data()["title"], "Shipping to Wick");
    assert_eq!(arguments.at("title").unwrap().origin(), Origin::Operator);
    assert_eq!(arguments.data()["note"], "Do you ship to Wick?", "what was left stays");
    assert_eq!(arguments.at("note").unwrap().origin(), Origin::Outside);
    assert!(matches!(created[0].permit(), Permit::ByPerson { .. }));
}

#[test]
fn an_edit_cannot_reach_past_a_denying_rule() {
    // The customer is known but no rule allows the reply: a person decides.
    let mut worker = (*triage(Mode::Supervised).worker).clone();
    worker.rules.retain(|rule| rule.name != "rule 4");
    let mut walk = Walk::new(crate::office::charter(worker));
    walk.hear(&mail("m-1", "Hello"));
    walk.go();
    let digest = walk.ask().digest;
    let edit = json!({ "to": "eve@fog.example" });
    assert!(walk.reply(Reply::Edit { digest, arguments: edit.as_object().unwrap().clone() }));
    walk.go();
    assert!(!walk.tools_performed().contains(&"mail.reply"));
    assert_eq!(walk.status(), Status::Done, "the step is skipped as its author said");
}

#[test]
fn an_edit_that_is_no_call_of_this_tool_is_refused() {
    let mut walk = stranger();
    let digest = walk.ask().digest;
    for edit in
        [json!({ "title": 5 }), json!({ "bcc": "eve@fog.example" }), json!({ "title": null })]
    {
        let arguments = edit.as_object().unwrap().clone();
        assert!(!walk.reply(Reply::Edit { digest, arguments }), "{edit}");
    }
    assert!(walk.story().contains("reply_refused"));
    assert_eq!(walk.status(), Status::Asked);
}

#[test]
fn a_rejected_step_is_handed_over_or_skipped_as_its_author_said() {
    let mut walk = stranger();
    assert!(walk.reply(Reply::Reject { why: "spam".into() }));
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert!(walk.ask().because.contains("mo rejected it: spam"));
    assert!(walk.reply(Reply::Outcome { summary: "told them no".into() }));
    assert_eq!(walk.go(), Step::Closed);
    assert_eq!(walk.status(), Status::FinishedByPerson);
    assert!(!walk.tools_performed().contains(&"tickets.create"));
}

#[test]
fn a_second_mail_on_a_known_ticket_is_added_to_it() {
    let mut walk = opened(&mail("m-1", "And another thing"));
    walk.perform = Box::new(|call| {
        let data = match call.tool().as_str() {
            "tickets.of_thread" => json!({ "id": "t-9" }),
            _ => json!({ "id": "c-1" }),
        };
        casework::journal::CallEnd::Succeeded(casework::origin::Value::new(data, Origin::Record))
    });
    walk.go();
    assert_eq!(walk.tools_performed().last(), Some(&"tickets.note"));
    let outcome = Outcome::Done { summary: "added to ticket t-9".into() };
    assert_eq!(walk.case.outcome(), Some(&outcome));
}
