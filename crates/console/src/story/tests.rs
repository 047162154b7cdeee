//! Words for shares and certificates, and the telling of what cannot be read. Whole stories are
//! told through the pages in `tests/it`.

use super::evidence::{dollars, in_full, in_one_line, share};
use super::{State, tell};
use crate::moments::Moments;
use casework::judgement::{Answer, Evidence, Judged};
use casework::{Actor, CaseId, Digest, PersonId, Timestamp};
use engine::seams::StoredJournal;
use jiff::tz::TimeZone;
use serde_json::json;

fn judged(evidence: Evidence, who: Option<&str>) -> Judged {
    Judged { answer: Answer::Label("bug".into()), evidence, who: who.map(PersonId::new) }
}

fn learned() -> Actor {
    Actor::Judge { name: "learned".into(), version: "1".into() }
}

#[test]
fn shares_are_said_with_their_base() {
    let said = [0.0, 0.02, 0.015, 0.005, 0.1].map(share);
    assert_eq!(said, ["0 in 100", "2 in 100", "1.5 in 100", "1 in 200", "10 in 100"]);
    assert_eq!((dollars(0), dollars(12_345)), ("nothing".into(), "$0.0123".into()));
}

#[test]
fn a_certificate_says_its_promise_and_its_base() {
    let certificate = json!({
        "wrong_at_most": 0.02, "sure": 0.9, "examples": 661, "calibration_n": 661,
        "decided": 469, "errors_seen": 3,
    });
    let evidence = Evidence { certificate: Some(certificate), ..Evidence::default() };
    let judged = judged(evidence, None);
    let line = in_one_line(&judged, &learned(), &str::to_owned);
    assert_eq!(line, "the learned judge: sure to 2 in 100, from 661 examples");
    let rows = in_full(&judged, &learned());
    let checked = "469 of 661 decided alone, 3 of them wrong".to_owned();
    assert!(rows.contains(&("checked on examples held out".to_owned(), checked)), "{rows:?}");
}

#[test]
fn without_a_certificate_only_the_estimate_is_said() {
    let evidence = Evidence { confidence: Some(0.934), ..Evidence::default() };
    let line = in_one_line(&judged(evidence, None), &learned(), &str::to_owned);
    assert_eq!(line, "the learned judge: 93 in 100 by its own estimate");
    let by_person =
        in_one_line(&judged(Evidence::default(), Some("mo")), &learned(), &str::to_owned);
    assert_eq!(by_person, "mo answered");
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_breaks_the_chain() {
    let lines = b"not an entry\n".to_vec();
    let journal = StoredJournal { lines, head: Digest::of(b""), count: 1 };
    let moments = Moments::new(TimeZone::UTC, Timestamp(0));
    let story = tell(CaseId(1), &journal, None, &moments);
    let [passage] = story.passages.as_slice() else { panic!("one passage, not {story:?}") };
    assert_eq!((passage.state, story.verified), (State::Bad, false));
    assert!(passage.title.starts_with("Entry 0 cannot be read"), "{}", passage.title);
    assert_eq!(story.lines.len(), 1);
}
