//! Shadow: the walk is shown to its end, nothing above reading runs, and nobody is asked.

use crate::drive::{Said, Walk};
use crate::office::{blank, call, charter, mail, mail_from, rule, step, template, triage};
use casework::Step;
use casework::case::Status;
use casework::journal::CallEnd;
use casework::procedure::{Act, Procedure, StepSpec};
use casework::worker::{Mode, Rule, Verdict, Worker};
use serde_json::json;

fn shadowed(steps: Vec<StepSpec>, rules: Vec<Rule>) -> Walk {
    let procedure = Procedure { steps, ..Default::default() };
    let worker = Worker { procedure, rules, ..blank(Mode::Shadow) };
    let mut walk = Walk::new(charter(worker));
    walk.hear(&mail("m-1", "My invoice is wrong"));
    walk
}

fn assert_ends_unseen(mut walk: Walk, how: &str) {
    assert_eq!(walk.go(), Step::Closed, "{}", walk.story());
    assert_eq!(walk.status(), Status::Shadowed);
    assert!(!walk.story().contains("ask_raised"), "{}", walk.story());
    let note = walk.case.progress(walk.now).note;
    assert!(note.contains(how), "{note}");
    for call in &walk.performed {
        assert_eq!(walk.case.charter().tools[call.tool()].effect.word(), "read");
    }
}

#[test]
fn triage_in_shadow_reads_and_names_what_it_would_have_got() {
    let mut walk = Walk::new(triage(Mode::Shadow));
    walk.hear(&mail("m-1", "My invoice is wrong"));
    assert_eq!(walk.go(), Step::Closed);
    assert_eq!(walk.tools_performed(), ["crm.find", "tickets.of_thread"]);
    assert_eq!(walk.status(), Status::Shadowed);
    assert!(walk.story().contains("Dear Jo Lantern, it is ticket ⟨ticket.id⟩."));
}

#[test]
fn what_would_be_asked_is_only_named() {
    let mut walk = Walk::new(triage(Mode::Shadow));
    walk.hear(&mail_from("m-1", "kim@fog.example", "passed", "Do you ship to Wick?"));
    assert_ends_unseen(walk, "ticket");
}

#[test]
fn an_unsure_judge_ends_the_walk() {
    let mut walk = Walk::new(triage(Mode::Shadow));
    walk.hear(&mail("m-1", "It does not open"));
    walk.judge = Box::new(|_| Said::Unsure);
    assert_ends_unseen(walk, "a person would be asked");
}

#[test]
fn a_step_that_asks_ends_the_walk() {
    let ask = Act::Ask { to: "default".into(), text: template("May I?"), form: Vec::new() };
    assert_ends_unseen(shadowed(vec![step("may", ask)], Vec::new()), "May I?");
}

#[test]
fn a_reading_that_a_rule_asks_about_is_not_performed() {
    let find = call("crm.find", json!({ "mail": "$signal.sender" }));
    let asked = rule("rule 1", "crm.find", Verdict::Ask, "");
    let walk = shadowed(vec![step("customer", find)], vec![asked]);
    assert!(!walk.case.charter().worker.rules.is_empty());
    assert_ends_unseen(walk, "done");
}

#[test]
fn a_reading_in_doubt_asks_nobody() {
    let find = call("crm.find", json!({ "mail": "$signal.sender" }));
    let mut walk = shadowed(vec![step("customer", find)], Vec::new());
    walk.perform = Box::new(|_| CallEnd::InDoubt { known: "no answer".into() });
    assert_ends_unseen(walk, "handed over");
}

#[test]
fn a_fetch_leaves_the_firm_and_is_not_performed() {
    let fetch = call("web.fetch", json!({ "url": "https://fog.example" }));
    let allowed = rule("rule 1", "web.fetch", Verdict::Allow, "");
    let walk = shadowed(vec![step("page", fetch)], vec![allowed]);
    assert_ends_unseen(walk, "done");
}

#[test]
fn a_step_that_ends_the_case_ends_it_as_a_shadow() {
    for aside in [true, false] {
        let finish = Act::Finish { aside, why: template("nothing to do") };
        assert_ends_unseen(shadowed(vec![step("end", finish)], Vec::new()), "nothing to do");
    }
}

#[test]
fn an_outsiders_field_called_withheld_does_not_stand_in_for_missing_values() {
    let mut steps = vec![step("page", call("crm.find", json!({ "mail": "$signal.sender" })))];
    steps.push(step("reply", call("mail.send", json!({ "to": "$page.boss", "text": "hi" }))));
    let procedure = Procedure { steps, ..Default::default() };
    let mut walk = Walk::new(charter(Worker { procedure, ..blank(Mode::Trusted) }));
    walk.hear(&mail("m-1", "hello"));
    walk.perform = Box::new(|_| {
        let data = json!({ "withheld": "crm.find" });
        CallEnd::Succeeded(casework::origin::Value::new(data, casework::Origin::Outside))
    });
    walk.go();
    assert_eq!(walk.status(), Status::HandedOver);
    assert!(walk.ask().because.contains("no value `page.boss`"));
}
