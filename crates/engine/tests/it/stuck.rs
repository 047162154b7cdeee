//! Cases that cannot go on, and signals that come at the wrong moment: others go on, and nothing
//! that was heard is lost.

use crate::world::{Next, Office, entries, judge, mail, run_until_idle, sure};
use casework::ask::Reply;
use casework::case::Status;
use casework::{CaseId, Event, PersonId};
use engine::seams::{ClaimRequest, Store as _};

fn heard(office: &Office, case: CaseId) -> Vec<String> {
    let received =
        entries(&office.store.lines(case)).into_iter().filter_map(|entry| match entry.event {
            Event::SignalReceived(signal) => Some(signal.key),
            _ => None,
        });
    received.collect()
}

#[tokio::test(start_paused = true)]
async fn a_case_that_panics_is_stuck_once_and_the_others_go_on() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    for number in 0..6 {
        mail(&engine, &format!("m-{number}"), &format!("t-{number}")).await;
    }
    *office.outside.otherwise.lock().unwrap() =
        Some(Box::new(|call| if call.case() == CaseId(3) { Next::Panics } else { Next::Works }));
    run_until_idle(&engine, 2).await;
    run_until_idle(&engine, 2).await;
    for (row, _) in office.store.rows() {
        let expected = if row.case == CaseId(3) { Status::Stuck } else { Status::Asked };
        assert_eq!(row.progress.status, expected, "case {}", row.case);
    }
    let panicked =
        office.outside.calls.lock().unwrap().iter().filter(|call| call.1 == CaseId(3)).count();
    assert_eq!(panicked, 1, "it is not tried again and again");

    // A person had it mended; the next mail wakes it, and the first one is still there.
    *office.outside.otherwise.lock().unwrap() = None;
    assert_eq!(mail(&engine, "m-9", "m-2").await, CaseId(3));
    run_until_idle(&engine, 2).await;
    time.abort();
    assert_eq!(heard(&office, CaseId(3)), ["m-2", "m-9"]);
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_panics_before_anything_is_saved_loses_no_mail_and_does_not_spin() {
    let mut office = Office::new();
    let mut asked = 0;
    office.judges = vec![judge(0, move || {
        asked += 1;
        assert!(asked > 1, "this judge panics once, as the test wants");
        Ok(sure("sales", 0))
    })];
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    run_until_idle(&engine, 2).await;
    assert_eq!(office.store.rows()[0].0.progress.status, Status::Stuck);
    assert_eq!(office.store.due_at(case), None, "only a new signal wakes it");
    time.abort();
}

#[tokio::test(start_paused = true)]
async fn a_case_whose_worker_is_not_at_hand_keeps_its_signals_until_it_is() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    let bare = engine::carry::Engine {
        store: engine.store.clone(),
        intake: engine.intake.clone(),
        judges: Vec::new(),
        tools: Default::default(),
        charters: Default::default(),
        clock: engine.clock.clone(),
        switches: Default::default(),
        pace: Default::default(),
        budgets: engine.budgets.clone(),
        tally: Default::default(),
        failpoint: None,
    };
    run_until_idle(&std::sync::Arc::new(bare), 2).await;
    assert_eq!(office.store.rows()[0].0.progress.status, Status::Stuck);
    assert_eq!(mail(&engine, "m-1", "m-0").await, case);
    run_until_idle(&engine, 2).await;
    time.abort();
    assert_eq!(heard(&office, case), ["m-0", "m-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_is_gone_leaves_in_the_journal_what_came_before() {
    let office = Office::new();
    let time = office.let_time_pass();
    let mut engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    std::sync::Arc::get_mut(&mut engine).unwrap().tools.remove(&"mail.reply".into());
    std::sync::Arc::get_mut(&mut engine).unwrap().tools.remove(&"crm.find".into());
    run_until_idle(&engine, 2).await;
    let (row, left) = office.store.rows().remove(0);
    assert_eq!((row.progress.status, left), (Status::Stuck, 0));
    assert!(row.progress.note.contains("crm.find"), "{}", row.progress.note);
    assert_eq!(heard(&office, case), ["m-0"]);
    assert_eq!(office.store.head(case), {
        let replayed =
            casework::Case::replay(case, office.charter.clone(), &office.store.lines(case));
        replayed.unwrap().chain().head
    });
    let engine = office.engine();
    mail(&engine, "m-1", "m-0").await;
    run_until_idle(&engine, 2).await;
    time.abort();
    assert_eq!(office.store.rows()[0].0.progress.status, Status::Asked);
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_comes_with_a_cancellation_gets_a_case_of_its_own() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    run_until_idle(&engine, 2).await;
    engine.intake.cancelled(case, PersonId::new("mo"), "a duplicate".into()).await.unwrap();
    assert_eq!(mail(&engine, "m-1", "m-0").await, case, "the case is still open");
    run_until_idle(&engine, 2).await;
    time.abort();
    let rows = office.store.rows();
    assert_eq!(rows[0].0.progress.status, Status::Cancelled);
    assert_eq!(rows.len(), 2, "the mail is not lost with the case");
    assert_eq!(heard(&office, CaseId(2)), ["m-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_wish_to_cancel_counts_as_soon_as_the_call_under_way_has_ended() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    // The process dies while it creates the ticket.
    office.outside.script("tickets.create", &[Next::HappensAndHangs]);
    let now = engine.clock.now();
    let lanes = vec![(crate::world::worker_name(), 1)];
    let request = ClaimRequest { now, lease_until: now.plus_ms(900_000), lanes };
    let claim = office.store.claim(request).await.unwrap().claims.remove(0);
    let carried = engine.carry(claim);
    let killed = tokio::time::timeout(std::time::Duration::from_secs(5), carried).await;
    assert!(killed.is_err(), "the call hangs");

    let engine = office.engine();
    engine.intake.cancelled(case, PersonId::new("mo"), "a duplicate".into()).await.unwrap();
    run_until_idle(&engine, 2).await;
    time.abort();
    let (row, left) = office.store.rows().remove(0);
    assert_eq!((row.progress.status, left), (Status::Cancelled, 0));
    assert_eq!(office.outside.count("mail.reply"), 0);
    assert_eq!(office.outside.count("tickets.create"), 2, "repeated with its key, to know its end");
    assert!(office.outside.happened.lock().unwrap().values().all(|(_, _, times)| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_an_ask_that_is_no_longer_open_is_written_down_and_changes_nothing() {
    let office = Office::new();
    let time = office.let_time_pass();
    let engine = office.engine();
    let case = mail(&engine, "m-0", "t-0").await;
    run_until_idle(&engine, 2).await;
    let ask = office.store.rows()[0].0.progress.ask.clone().unwrap();
    let approve = Reply::Approve { digest: ask.digest };
    for who in ["eve", "mo", "mo"] {
        engine.intake.replied(case, ask.id, who.into(), approve.clone()).await.unwrap();
    }
    run_until_idle(&engine, 2).await;
    time.abort();
    let story = String::from_utf8(office.store.lines(case)).unwrap();
    assert_eq!(story.matches("reply_refused").count(), 2);
    assert_eq!(office.outside.count("mail.reply"), 1);
    assert_eq!(office.store.rows()[0].0.progress.status, Status::Done);
}
