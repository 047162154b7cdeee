//! The walk of support triage where people change their minds, calls get lost and time passes.

use crate::drive::Walk;
use crate::office::{mail, mail_from, triage};
use casework::ask::{About, Reply, ReplyRefused};
use casework::case::Status;
use casework::journal::{CallEnd, Outcome};
use casework::time::{DAY_MS, HOUR_MS};
use casework::worker::Mode;
use casework::{Actor, Event, PersonId, Step};
use serde_json::json;

fn stranger() -> Walk {
    let mut walk = Walk::new(triage(Mode::Supervised));
    walk.hear(&mail_from("m-1", "kim@fog.example", "passed", "Do you ship to Wick?"));
    walk.go();
    walk
}

fn customer() -> Walk {
    let mut walk = Walk::new(triage(Mode::Supervised));
    walk.hear(&mail("m-1", "My invoice is wrong"));
    walk
}

#[test]
fn new_mail_withdraws_the_ask_and_an_old_approval_is_refused() {
    let mut walk = stranger();
    let old = walk.ask();
    assert!(walk.hear(&mail_from("m-2", "kim@fog.example", "passed", "Forget it")));
    walk.go();
    let new = walk.ask();
    assert_ne!((old.id, old.digest), (new.id, new.digest));
    let approve = Reply::Approve { digest: old.digest };
    assert!(!walk.reply_to(old.id, "mo", approve.clone()));
    assert!(!walk.reply_to(new.id, "mo", approve), "the old card's digest does not fit the new");
    assert!(!walk.tools_performed().contains(&"tickets.create"));
    assert!(walk.approve());
    walk.go();
    let note = walk.performed.last().unwrap().arguments().data()["note"].clone();
    assert_eq!(note, "Forget it", "the new mail is what was asked about");
}

#[test]
fn nobody_but_the_reviewers_may_answer() {
    let mut walk = stranger();
    let ask = walk.ask();
    let approve = Reply::Approve { digest: ask.digest };
    let eve = PersonId::new("eve");
    let refused = walk.case.admit_reply(ask.id, &eve, &approve, walk.now).unwrap_err();
    assert!(matches!(refused, ReplyRefused::NotYours { .. }));
    assert!(!walk.reply_to(ask.id, "eve", approve.clone()));
    // Nor does the fold take it, should a store be made to hold it.
    let answered =
        Event::AskAnswered { ask: ask.id, who: eve.clone(), reply: approve, stands_in_for: None };
    assert!(walk.case.record(walk.now, Actor::Person(eve), answered).is_err());
    assert_eq!(walk.status(), Status::Asked);
}

#[test]
fn an_ask_lapses_and_a_late_approval_is_refused() {
    let mut walk = stranger();
    let ask = walk.ask();
    walk.now = walk.now.plus_ms(72 * HOUR_MS);
    assert!(!walk.reply_to(ask.id, "mo", Reply::Approve { digest: ask.digest }), "too late");
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert!(!walk.reply_to(ask.id, "mo", Reply::Approve { digest: ask.digest }));
    assert!(!walk.tools_performed().contains(&"tickets.create"));
}

#[test]
fn a_call_whose_end_is_unknown_is_asked_about_and_it_did_happen() {
    let mut walk = customer();
    walk.perform = Box::new(|call| match call.tool().as_str() {
        "mail.reply" => CallEnd::InDoubt { known: "the line broke".into() },
        _ => CallEnd::Succeeded(crate::drive::office_answer(call)),
    });
    walk.go();
    let ask = walk.ask();
    assert!(matches!(&ask.about, About::InDoubt { known, .. } if known == "the line broke"));
    assert_eq!(ask.expires_at, None, "only a person can say");
    assert_eq!(ask.headline, "Did this happen? mail.reply for jo@lantern.example");
    assert!(walk.hear(&mail("m-2", "Hello?")), "news do not withdraw it");
    assert_eq!(walk.ask(), ask);
    assert!(walk.reply(Reply::Happened(true)));
    assert_eq!(walk.go(), Step::Closed);
    let sent = walk.tools_performed().iter().filter(|tool| **tool == "mail.reply").count();
    assert_eq!(sent, 1);
}

#[test]
fn a_call_that_did_not_happen_runs_again_with_the_same_key() {
    let mut walk = customer();
    let mut first = true;
    walk.perform = Box::new(move |call| match call.tool().as_str() {
        "mail.reply" if std::mem::take(&mut first) => CallEnd::InDoubt { known: "cut".into() },
        _ => CallEnd::Succeeded(crate::drive::office_answer(call)),
    });
    walk.go();
    assert!(walk.reply(Reply::Happened(false)));
    assert_eq!(walk.go(), Step::Closed);
    let keys: Vec<_> = walk
        .performed
        .iter()
        .filter(|call| call.tool().as_str() == "mail.reply")
        .map(|call| call.key())
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn a_call_under_way_when_the_process_died_is_reconciled_and_never_just_repeated() {
    let mut walk = customer();
    walk.dies_at = Some("mail.reply".into());
    let Step::Reconcile(lost) = walk.go() else { panic!("it died in the call") };
    let mut walk = walk.reopened();
    assert_eq!(walk.case.next_step(walk.now), Step::Reconcile(lost.clone()));
    assert!(!walk.cancel(), "a wish to end it waits for the call's end");
    let closed = Event::CaseClosed(Outcome::Done { summary: "done".into() });
    assert!(walk.case.record(walk.now, Actor::Engine, closed).is_err());
    let end = CallEnd::Failed { why: "it never went out".into() };
    walk.record(Actor::Engine, Event::CallEnded { call: lost.call().id, end });
    assert_eq!(walk.go(), Step::Closed, "the step may be skipped");
    assert_eq!(walk.status(), Status::Done);
}

#[test]
fn a_post_condition_that_fails_is_handed_over_and_its_outcome_recorded() {
    let mut walk = customer();
    walk.found = json!({ "queue": "sales", "status": "open" });
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert!(walk.ask().because.contains("post-condition"));
    assert!(!walk.approve(), "a case taken over is not approved");
    assert!(walk.reply(Reply::Outcome { summary: "moved it by hand".into() }));
    assert_eq!(walk.go(), Step::Closed);
    let (who, summary) = (PersonId::new("mo"), "moved it by hand".to_owned());
    assert_eq!(walk.case.outcome(), Some(&Outcome::HandedOver { who, summary }));
}

#[test]
fn a_post_condition_that_cannot_be_read_does_not_hold() {
    let mut walk = customer();
    walk.found = json!(null);
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
}

#[test]
fn a_post_condition_by_a_tool_that_writes_is_never_performed() {
    let mut worker = (*triage(Mode::Supervised).worker).clone();
    let done = worker.done.as_mut().unwrap();
    done.read = Some(("tickets.note".into(), done.read.take().unwrap().1));
    let mut walk = Walk::new(crate::office::charter(worker));
    walk.hear(&mail("m-1", "My invoice is wrong"));
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
}

#[test]
fn a_cancelled_case_is_over_whatever_it_waited_for() {
    let mut walk = stranger();
    let ask = walk.ask();
    assert!(walk.cancel());
    assert_eq!(walk.go(), Step::Closed);
    assert_eq!(walk.status(), Status::Cancelled);
    assert!(!walk.reply_to(ask.id, "mo", Reply::Approve { digest: ask.digest }));
    assert!(!walk.hear(&mail("m-2", "Hello?")), "the store opens another case for it");
    assert!(!walk.tools_performed().contains(&"tickets.create"));
}

#[test]
fn a_case_that_is_open_too_long_is_handed_over() {
    let mut walk = customer();
    walk.now = walk.now.plus_ms(14 * DAY_MS + 1);
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert!(walk.performed.is_empty());
}

#[test]
fn an_entry_out_of_turn_is_refused_and_leaves_the_case_unchanged() {
    let mut walk = stranger();
    let before = walk.story();
    let ask = walk.ask();
    let call = casework::CallId(ask.id.0);
    let permit = casework::Permit::ByPerson { ask: ask.id, who: "mo".into(), with: Vec::new() };
    let wrong = Reply::Approve { digest: casework::Digest::of(b"another card") };
    let events = [
        Event::CallStarted { call, permit },
        Event::CallEnded { call, end: CallEnd::Withheld },
        Event::AskAnnounced { ask: ask.id },
        Event::AskLapsed { ask: casework::AskId(0) },
        Event::AskAnswered { ask: ask.id, who: "mo".into(), reply: wrong, stands_in_for: None },
        Event::AskAnswered {
            ask: ask.id,
            who: "mo".into(),
            reply: Reply::Happened(true),
            stands_in_for: None,
        },
        Event::RestChosen { step: None, until: walk.now, why: String::new() },
    ];
    for event in events {
        let replayed = walk.replayed();
        let error = walk.case.record(walk.now, Actor::Engine, event).unwrap_err();
        assert_eq!(error.state, "Asked", "{error}");
        crate::drive::assert_same(&walk.case, &replayed, walk.now);
    }
    assert_eq!(walk.story(), before);
}
