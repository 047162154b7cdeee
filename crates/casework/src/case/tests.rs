//! Small turns of the fold that no whole walk shows: steps that ask, loops and their bounds,
//! journals that do not fold.

use super::{Case, CorruptJournal, Status, Step};
use crate::ask::Reply;
use crate::condition::Condition;
use crate::ids::{CaseId, Digest};
use crate::journal::{Actor, CallEnd, Event};
use crate::origin::{Origin, Value};
use crate::procedure::{Act, Otherwise, Procedure, StepSpec};
use crate::signal::{Arrival, Signal, SignalKind};
use crate::template::Template;
use crate::time::Timestamp;
use crate::tool::{Effect, Recovery, ToolSpec, Tools};
use crate::worker::{Charter, Limits, Mode, Promise, Worker};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

fn step(name: &str, when: &str, act: Act) -> StepSpec {
    let when = (!when.is_empty()).then(|| Condition::parse(when).unwrap());
    StepSpec { name: name.into(), when, act, otherwise: Otherwise::HandOver }
}

fn asks(text: &str) -> Act {
    Act::Ask { to: "default".into(), text: Template::parse_text(text).unwrap(), form: Vec::new() }
}

fn polls() -> Act {
    Act::Call { tool: "desk.look".into(), with: BTreeMap::new() }
}

fn opened(steps: Vec<StepSpec>) -> Case {
    let look = ToolSpec {
        name: "desk.look".into(),
        about: String::new(),
        says: String::new(),
        effect: Effect::Read,
        parameters: Vec::new(),
        origins: BTreeMap::new(),
        recovery: Recovery::Repeat,
        undo: None,
        system: "desk".into(),
        guard: Default::default(),
    };
    let worker = Worker {
        name: "desk".into(),
        version: Digest::of(b"1"),
        role: String::new(),
        goal: String::new(),
        mode: Mode::Supervised,
        tools: vec![look.name.clone()],
        reviewers: BTreeMap::new(),
        promise: Promise::default(),
        limits: Limits::default(),
        triggers: Vec::new(),
        procedure: Procedure { steps, ..Default::default() },
        done: None,
        rules: Vec::new(),
        constants: Value::null(),
        playbook: String::new(),
        guard: Default::default(),
    };
    let tools = Arc::new(Tools::from([(look.name.clone(), look)]));
    let mut case = Case::new(CaseId(1), Charter { worker: Arc::new(worker), tools });
    let (worker, version) = ("desk".into(), Digest::of(b"1"));
    let event = Event::CaseOpened { worker, version, nonce: "n".into() };
    case.record(Timestamp(0), Actor::Engine, event).unwrap();
    case
}

/// Goes on until something other than recording is next; performs by looking and finding nothing
/// new.
fn go(case: &mut Case, now: Timestamp) -> Step {
    for _ in 0..500 {
        let (by, event) = match case.next_step(now) {
            Step::Record { by, event } => (by, *event),
            Step::Announce(ask) => (Actor::Engine, Event::AskAnnounced { ask: ask.id }),
            Step::Perform(call) => {
                let (id, permit) = (call.call().id, call.permit().clone());
                case.record(now, Actor::Engine, Event::CallStarted { call: id, permit }).unwrap();
                let end = CallEnd::Succeeded(Value::new(json!("open"), Origin::Record));
                (Actor::Engine, Event::CallEnded { call: id, end })
            }
            other => return other,
        };
        case.record(now, by, event).unwrap();
    }
    panic!("it never rests");
}

fn answer(case: &mut Case, words: &str) {
    let ask = case.open_ask().unwrap().0.id;
    let reply = Reply::Say { answer: words.into() };
    let event = Event::AskAnswered { ask, who: "mo".into(), reply, stands_in_for: None };
    case.record(Timestamp(0), Actor::Person("mo".into()), event).unwrap();
}

#[test]
fn the_answer_goes_to_the_step_that_asked_and_not_to_one_that_was_passed_over() {
    let mut case = opened(vec![
        step("first", "1 == 2", asks("never asked")),
        step("second", "", asks("Which desk?")),
        step("third", r#"second == "left""#, asks("Which drawer?")),
    ]);
    go(&mut case, Timestamp(0));
    assert_eq!(case.open_ask().unwrap().0.headline, "Which desk?");
    answer(&mut case, "left");
    assert_eq!(case.scope()["second"].text(), Some("left"));
    assert!(!case.scope().contains_key("first"));
    go(&mut case, Timestamp(0));
    assert_eq!(case.open_ask().unwrap().0.headline, "Which drawer?");
    answer(&mut case, "top");
    assert_eq!(go(&mut case, Timestamp(0)), Step::Closed);
}

#[test]
fn polling_goes_on_for_as_often_as_its_loop_may_and_then_stops() {
    for at_most in [0, 1, 9] {
        let again = Act::Again { to: 0, at_most };
        let mut case = opened(vec![step("look", "", polls()), step("again", "", again)]);
        assert_eq!(go(&mut case, Timestamp(0)), Step::Closed);
        assert_eq!(case.spent().calls, at_most + 1, "the same result each time is no standstill");
        assert_eq!(case.progress(Timestamp(0)).status, Status::Done);
    }
}

#[test]
fn loops_in_loops_end() {
    let again = |to, at_most| Act::Again { to, at_most };
    let wait = Act::Wait { length_ms: 10 };
    let mut case = opened(vec![
        step("wait", "", wait),
        step("inner", "", again(0, 3)),
        step("outer", "", again(0, 3)),
        step("itself", "", again(3, 3)),
    ]);
    let mut now = Timestamp(0);
    let mut rests = 0;
    while let Step::Rest { until } = go(&mut case, now) {
        now = until.unwrap();
        rests += 1;
    }
    assert_eq!(rests, 7, "once, and once more for each time round");
    assert!(case.outcome().is_some());
}

#[test]
fn a_mail_without_a_subject_stays_the_first_one() {
    let mut case = opened(vec![step("wait", "", Act::Wait { length_ms: 10 })]);
    for (key, title, text) in [("a", "", "first"), ("b", "Re:", "second")] {
        let fields = Value::new(json!({ "text": text }), Origin::Outside);
        let (title, party) = (title.to_owned(), None);
        let arrival = Arrival { title, party, thread: Vec::new(), fields, bodies: Vec::new() };
        let kind = SignalKind::Arrived(arrival);
        let source: crate::SourceName = "mail:x".into();
        let signal = Signal { key: key.into(), source: source.clone(), at: Timestamp(0), kind };
        case.record(Timestamp(0), Actor::Source(source), Event::SignalReceived(signal)).unwrap();
    }
    assert_eq!(case.scope()["first"].at("text").unwrap().text(), Some("first"));
    assert_eq!(case.scope()["signal"].at("text").unwrap().text(), Some("second"));
}

#[test]
fn a_journal_that_does_not_fold_says_where() {
    let mut case = opened(vec![step("wait", "", Act::Wait { length_ms: 10 })]);
    go(&mut case, Timestamp(0));
    let journal = case.journal().to_vec();
    let lines: Vec<&[u8]> = journal.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 2);
    let replay = |bytes: &[u8]| {
        Case::replay(CaseId(1), case.charter().clone(), bytes).map(|case| case.chain())
    };
    assert_eq!(replay(&journal), Ok(case.chain()));
    let (case_id, wanted) = (CaseId(1), 0);
    let gap = CorruptJournal::Gap { case: case_id, wanted, found: 1 };
    assert_eq!(replay(lines[1]), Err(gap));
    let doubled = [lines[0], lines[0]].concat();
    assert!(matches!(replay(&doubled), Err(CorruptJournal::Gap { wanted: 1, found: 0, .. })));
    let cut = &journal[..journal.len() - 5];
    assert!(matches!(replay(cut), Err(CorruptJournal::Unreadable { seq: 1, .. })));
    assert!(matches!(replay(b"\xff\n"), Err(CorruptJournal::Unreadable { seq: 0, .. })));
    let other = String::from_utf8(journal.clone()).unwrap().replace("\"desk\"", "\"other\"");
    assert!(matches!(replay(other.as_bytes()), Err(CorruptJournal::OutOfTurn(_))));
}

#[test]
fn only_unsaved_lines_are_handed_out() {
    let mut case = opened(vec![step("wait", "", Act::Wait { length_ms: 10 })]);
    assert_eq!((case.unsaved().first_seq, case.unsaved().count), (0, 1));
    case.mark_saved();
    assert_eq!((case.unsaved().count, case.unsaved().lines), (0, &b""[..]));
    go(&mut case, Timestamp(0));
    let unsaved = case.unsaved();
    assert_eq!((unsaved.first_seq, unsaved.count, unsaved.head), (1, 1, case.chain().head));
    assert!(case.journal().ends_with(unsaved.lines));
}

#[test]
fn every_standing_has_a_word_of_its_own() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.word()), Some(status));
    }
    assert_eq!(Status::parse("asleep"), None);
    assert_eq!(Status::ALL.iter().filter(|status| status.is_closed()).count(), 5);
}
