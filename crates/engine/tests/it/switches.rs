//! Stop, pause, pace and budget: what the loop must not do, however much there is to do.

use crate::world::{Next, Office, judge, mail, run_until_idle, sure, worker_name};
use casework::case::Status;
use casework::journal::CallEnd;
use casework::{CaseId, Event};
use engine::pace::Rate;
use engine::run::{Lanes, Until, run};
use engine::seams::{JudgeError, Verdict};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn statuses(office: &Office) -> Vec<Status> {
    office.store.rows().iter().map(|(row, _)| row.progress.status).collect()
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_a_stop() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    mail(&engine, "m-0", "t-0").await;
    let switches = engine.switches.clone();
    *office.outside.otherwise.lock().unwrap() = Some(Box::new(move |call| {
        if call.tool().as_str() == "tickets.create" {
            switches.stop();
            return Next::IsAway;
        }
        Next::Works
    }));
    run_until_idle(&engine, 4).await;
    time.abort();
    assert_eq!(office.outside.count("tickets.create"), 1, "it is not tried again");
    assert_eq!(office.outside.count("mail.reply"), 0);
    let (row, _) = office.store.rows().remove(0);
    assert_eq!(row.progress.status, Status::Working, "it goes on after the next start");
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_a_back_off_ends_the_back_off_without_another_attempt() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    mail(&engine, "m-0", "t-0").await;
    office.outside.script("tickets.create", &[Next::IsAway; 4]);
    let lanes = Lanes { lanes: vec![(worker_name(), 4)], overall_max: 4 };
    let running = tokio::spawn(run(engine.clone(), lanes, Until::Stopped));
    while office.outside.count("tickets.create") == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    engine.switches.stop();
    running.await.unwrap().unwrap();
    time.abort();
    assert_eq!(office.outside.count("tickets.create"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_paused_worker_does_nothing_and_goes_on_when_resumed() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    engine.switches.pause(&worker_name(), true);
    run_until_idle(&engine, 4).await;
    assert!(office.outside.calls.lock().unwrap().is_empty());
    assert!(office.store.lines(case).is_empty(), "not even the first entry is written");
    engine.switches.pause(&worker_name(), false);
    run_until_idle(&engine, 4).await;
    time.abort();
    assert_eq!(statuses(&office), [Status::Asked]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_in_the_middle_of_a_case_stops_before_its_next_call() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    mail(&engine, "m-0", "t-0").await;
    let switches = engine.switches.clone();
    *office.outside.otherwise.lock().unwrap() = Some(Box::new(move |call| {
        if call.tool().as_str() == "crm.find" {
            switches.pause(&worker_name(), true);
        }
        Next::Works
    }));
    run_until_idle(&engine, 4).await;
    assert_eq!(office.outside.calls.lock().unwrap().len(), 1);
    *office.outside.otherwise.lock().unwrap() = None;
    engine.switches.pause(&worker_name(), false);
    run_until_idle(&engine, 4).await;
    time.abort();
    assert_eq!(office.outside.count("crm.find"), 1, "what was done is not done again");
    assert_eq!(statuses(&office), [Status::Asked]);
}

#[tokio::test(start_paused = true)]
async fn every_call_and_every_new_attempt_keeps_the_pace_of_its_system() {
    let mut office = Office::new();
    office.rates.insert("tickets".into(), Rate { per_minute: 60 });
    let time = office.let_time_pass();
    let engine = office.engine();
    for number in 0..40 {
        mail(&engine, &format!("m-{number}"), &format!("t-{number}")).await;
    }
    office.outside.script("tickets.create", &[Next::IsAway; 30]);
    for _ in 0..20 {
        run_until_idle(&engine, 8).await;
        office.clock.step_ms(5_000);
    }
    time.abort();
    let calls = office.outside.calls.lock().unwrap();
    let at: Vec<i64> = calls
        .iter()
        .filter(|(_, _, tool)| tool.as_str() == "tickets.create")
        .map(|(at, ..)| at.0)
        .collect();
    assert_eq!(at.len(), 70, "forty that worked and thirty that did not");
    for (first, start) in at.iter().enumerate() {
        let within = at[first..].iter().take_while(|later| **later < start + 10_000).count();
        assert!(within <= 15 + 10, "{within} calls in ten seconds");
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_that_asks_to_be_left_alone_is_for_all_cases() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    for number in 0..5 {
        mail(&engine, &format!("m-{number}"), &format!("t-{number}")).await;
    }
    office.outside.script("tickets.create", &[Next::IsAwayFor(600_000)]);
    let before = office.clock.now();
    run_until_idle(&engine, 1).await;
    assert_eq!(office.outside.count("tickets.create"), 1);
    let due: Vec<_> = (1..=5).map(|case| office.store.due_at(CaseId(case)).unwrap()).collect();
    assert!(due.iter().all(|at| at.since_ms(before) >= 600_000), "{due:?}");
    office.clock.step_ms(601_000);
    run_until_idle(&engine, 4).await;
    time.abort();
    assert_eq!(statuses(&office), [Status::Asked; 5]);
}

#[tokio::test(start_paused = true)]
async fn no_budget_is_overshot_however_many_cases_race_for_it() {
    let mut office = Office::new();
    office.budget_micro_usd = 1_000;
    let spent = Arc::new(AtomicU64::new(0));
    let (counted, mut turn) = (spent.clone(), 0);
    // Nonsense costs as much as sense; it costs no more than the worst case.
    office.judges = vec![judge(70, move || {
        turn += 1;
        match turn % 4 {
            0 => {
                counted.fetch_add(70, Ordering::SeqCst);
                Err(JudgeError::Malformed { why: "what?".into() })
            }
            1 => {
                counted.fetch_add(70, Ordering::SeqCst);
                Ok(Verdict::Unsure { options: Vec::new(), why: "who knows".into() })
            }
            2 => Err(JudgeError::Unavailable { why: "away".into(), retry_after_ms: None }),
            _ => {
                counted.fetch_add(40, Ordering::SeqCst);
                Ok(sure("sales", 40))
            }
        }
    })];
    let time = office.let_time_pass();
    let engine = office.engine();
    for number in 0..64 {
        mail(&engine, &format!("m-{number}"), &format!("t-{number}")).await;
    }
    run_until_idle(&engine, 16).await;
    time.abort();
    let spent = spent.load(Ordering::SeqCst);
    assert!((800..=1_000).contains(&spent), "{spent} were spent of 1000");
    assert_eq!(engine.budgets.spent_today(), spent, "what was spent is what is known");
    assert_eq!(statuses(&office), [Status::Asked; 64], "the rest is asked");
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_is_in_doubt_and_a_reading_is_tried_again() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    office.outside.script("crm.find", &[Next::Hangs, Next::FailsInDoubt]);
    office.outside.script("tickets.create", &[Next::HappensAndHangs]);
    run_until_idle(&engine, 4).await;
    time.abort();
    assert_eq!(office.outside.count("crm.find"), 3);
    assert_eq!(office.outside.count("tickets.create"), 1, "never again on a guess");
    let doubts = crate::world::entries(&office.store.lines(case)).into_iter().filter(|entry| {
        matches!(entry.event, Event::CallEnded { end: CallEnd::InDoubt { .. }, .. })
    });
    assert_eq!(doubts.count(), 1);
    assert_eq!(statuses(&office), [Status::Asked]);
}
