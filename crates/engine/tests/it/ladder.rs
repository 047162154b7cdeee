//! The ladder of judges: who answers, who is passed by, and when a person stands at its end.

use crate::world::{Office, ScriptedJudge, entries, judge, mail, run_until_idle, sure};
use casework::ask::About;
use casework::case::Status;
use casework::{Actor, Event};
use engine::seams::{JudgeError, Verdict};
use std::sync::Arc;

fn unavailable(retry_after_ms: Option<u64>) -> JudgeError {
    JudgeError::Unavailable { why: "away".into(), retry_after_ms }
}

fn unsure(label: &str) -> Verdict {
    Verdict::Unsure { options: vec![(label.into(), Some(0.6))], why: "sure only to 60".into() }
}

async fn judged_by(judges: Vec<Arc<ScriptedJudge>>) -> Office {
    let office = Office { judges, ..Office::new() };
    let time = office.let_time_pass();
    let engine = office.engine();
    mail(&engine, "m-0", "t-0").await;
    run_until_idle(&engine, 1).await;
    time.abort();
    office
}

/// Judges, why nobody of them answered, and the buttons then.
type Row = (Vec<Arc<ScriptedJudge>>, &'static str, [&'static str; 2]);

/// Why people were asked for the label, and the buttons they see; none when a judge answered.
fn asked(office: &Office) -> Option<(String, Vec<String>)> {
    let ask = office.store.rows()[0].0.progress.ask.clone()?;
    match ask.about {
        About::Judgement { options } => {
            Some((ask.because, options.into_iter().map(|(label, _)| label).collect()))
        }
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_sure_judge_answers_and_says_who_was_passed_by() {
    let judges = vec![
        judge(0, || Ok(Verdict::Pass)),
        judge(0, || Ok(unsure("other"))),
        judge(0, || Ok(sure("sales", 0))),
        judge(0, || panic!("nobody asks the fourth")),
    ];
    let office = judged_by(judges).await;
    assert_eq!(asked(&office), None);
    let entries = entries(&office.store.lines(casework::CaseId(1)));
    let judged = entries.iter().find_map(|entry| match &entry.event {
        Event::Judged(judged) => Some((&entry.by, judged)),
        _ => None,
    });
    let (by, judged) = judged.unwrap();
    assert!(matches!(by, Actor::Judge { version, .. } if version == "1"));
    assert_eq!(judged.evidence.passed_by, ["scripted: sure only to 60"]);
}

#[tokio::test(start_paused = true)]
async fn when_nobody_is_sure_a_person_is_asked_with_the_likeliest_first() {
    let table: [Row; 6] = [
        (vec![], "no judge of this office", ["sales", "other"]),
        (vec![judge(0, || Ok(unsure("other")))], "sure only to 60", ["other", "sales"]),
        (vec![judge(0, || Ok(sure("plumbing", 0)))], "is not one of: sales", ["sales", "other"]),
        (
            vec![judge(0, || Err(JudgeError::Malformed { why: "what?".into() }))],
            "no usable answer: what?",
            ["sales", "other"],
        ),
        (vec![judge(0, || Err(unavailable(None)))], "unavailable after 5", ["sales", "other"]),
        (
            vec![judge(0, || Err(JudgeError::Broken { code: "J001", why: "401".into() }))],
            "broken (J001): 401",
            ["sales", "other"],
        ),
    ];
    for (judges, why, options) in table {
        let office = judged_by(judges).await;
        let (because, buttons) = asked(&office).expect(why);
        assert!(because.contains(why), "{because}");
        assert_eq!(buttons, options);
    }
}

#[tokio::test(start_paused = true)]
async fn a_confidence_that_is_no_number_never_reaches_the_journal() {
    let not_a_number = || {
        let Verdict::Sure { answer, mut evidence, version } = sure("sales", 0) else { panic!() };
        evidence.likeliest = vec![("sales".into(), f64::NAN)];
        Ok(Verdict::Sure { answer, evidence, version })
    };
    let office = judged_by(vec![judge(0, not_a_number)]).await;
    let (because, _) = asked(&office).unwrap();
    assert!(because.contains("no number"), "{because}");
    let lines = office.store.lines(casework::CaseId(1));
    casework::Case::replay(casework::CaseId(1), office.charter.clone(), &lines).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_is_away_for_a_moment_is_asked_again() {
    let mut turn = 0;
    let away_twice = move || {
        turn += 1;
        if turn < 3 { Err(unavailable(None)) } else { Ok(sure("sales", 0)) }
    };
    let office = judged_by(vec![judge(0, away_twice)]).await;
    assert_eq!(asked(&office), None);
}

#[tokio::test(start_paused = true)]
async fn a_judge_that_asks_for_patience_does_not_hold_the_lane() {
    let mut turn = 0;
    let busy_once = move || {
        turn += 1;
        if turn == 1 { Err(unavailable(Some(3_600_000))) } else { Ok(sure("sales", 0)) }
    };
    let office = Office { judges: vec![judge(0, busy_once)], ..Office::new() };
    let time = office.let_time_pass();
    let engine = office.engine();
    let before = office.clock.now();
    for number in 0..3 {
        mail(&engine, &format!("m-{number}"), &format!("t-{number}")).await;
    }
    run_until_idle(&engine, 1).await;
    assert!(office.clock.now().since_ms(before) < 60_000, "nobody waited an hour");
    let statuses =
        || -> Vec<_> { office.store.rows().iter().map(|(row, _)| row.progress.status).collect() };
    assert_eq!(statuses(), [Status::Working, Status::Asked, Status::Asked]);
    office.clock.step_ms(3_600_000);
    run_until_idle(&engine, 1).await;
    time.abort();
    assert_eq!(statuses(), [Status::Asked; 3]);
}
