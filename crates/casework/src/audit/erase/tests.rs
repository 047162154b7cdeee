//! What goes, what stays, and that the chain does not notice.

use super::*;
use crate::ids::{PersonId, SourceName};
use crate::journal::{Actor, Event};
use crate::judgement::{Answer, Evidence, Judged, Question};
use crate::origin::{Origin, Value};
use crate::signal::{Arrival, Signal, SignalKind};
use crate::time::Timestamp;
use serde_json::json;

const JO: &str = "jo@customer.example";

fn journal(sender: &str, text: &str) -> Vec<u8> {
    let fields = json!({ "sender": sender, "subject": "My lamp", "text": text, "count": 3 });
    let fields = Value::new(fields, Origin::Outside).except("sender", Origin::Record);
    let arrival = Arrival {
        title: "My lamp".into(),
        party: Some(sender.into()),
        thread: vec!["<before@customer.example>".into()],
        fields: fields.clone(),
        bodies: vec![Digest::of(b"the mail")],
    };
    let signal = Signal {
        key: "<now@customer.example>".into(),
        source: SourceName::new("mail:desk"),
        at: Timestamp(1),
        kind: SignalKind::Arrived(arrival),
    };
    let question =
        Question::Classify { text: fields.at("text").unwrap(), into: vec!["billing".into()] };
    let judged = Judged {
        answer: Answer::Label("billing".into()),
        evidence: Evidence { passed_by: vec!["My lamp is odd".into()], ..Evidence::default() },
        who: None,
    };
    let by = |event| (Actor::Source(SourceName::new("mail:desk")), event);
    let ask = crate::ids::AskId(1);
    let (who, why) = (PersonId::new("ines"), format!("{sender} has the wrong number"));
    let events = [
        by(Event::SignalReceived(signal)),
        by(Event::QuestionRaised { step: Some(0), question }),
        by(Event::Judged(judged)),
        (Actor::Person(who.clone()), Event::ReplyRefused { ask, who, why }),
        by(Event::AskAnnounced { ask }),
    ];
    let mut lines = Vec::new();
    for (seq, (by, event)) in (0..).zip(events) {
        let entry = Entry { seq, at: Timestamp(5), by, event };
        lines.extend(entry.to_line().unwrap());
        lines.push(b'\n');
    }
    lines
}

fn head(journal: &[u8]) -> Digest {
    let mut chain = Chain::start(CaseId(4));
    lines(journal).for_each(|line| chain.extend(line));
    chain.head
}

fn text(journal: &[u8]) -> String {
    String::from_utf8(journal.to_vec()).unwrap()
}

#[test]
fn all_that_a_person_wrote_goes_from_their_own_case_and_the_chain_stays() {
    let before = journal(JO, "The lamp 4711 flickers");
    assert_eq!(concern(&before, "JO@customer.example"), Concern::Own);
    let after = erase(CaseId(4), &before, JO).unwrap().unwrap();
    let left = text(&after.lines);
    for gone in ["jo@", "lamp", "Lamp", "4711", "flickers", "customer.example"] {
        assert!(!left.contains(gone), "{gone} in {left}");
    }
    for stays in ["billing", "mail:desk", "ines", &Digest::of(b"the mail").to_string()] {
        assert!(left.contains(stays), "{stays} in {left}");
    }
    assert_eq!(head(&after.lines), head(&before));
    let seqs: Vec<u32> = after.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [0, 1, 2, 3], "the last names nobody");
    for (entry, line) in after.entries.iter().zip(lines(&after.lines)) {
        assert_eq!(entry.now, Digest::of(line));
        assert!(Entry::from_line(line).is_ok());
    }
}

#[test]
fn where_a_person_is_only_named_the_texts_that_name_them_go() {
    let before = journal("kim@other.example", "Please ask Jo@Customer.example about it");
    assert_eq!(concern(&before, JO), Concern::Named);
    let after = erase(CaseId(4), &before, JO).unwrap().unwrap();
    let left = text(&after.lines);
    assert!(!left.to_lowercase().contains(JO), "{left}");
    assert!(left.contains("kim@other.example") && left.contains("My lamp"), "{left}");
    assert_eq!(head(&after.lines), head(&before));
}

#[test]
fn what_holds_nothing_of_a_person_is_left_alone_and_twice_changes_nothing_more() {
    let before = journal("kim@other.example", "The lamp flickers");
    assert_eq!(erase(CaseId(4), &before, JO), Ok(None));
    assert_eq!(erase(CaseId(4), &before, ""), Ok(None));
    let once = erase(CaseId(4), &before, "kim@other.example").unwrap().unwrap();
    assert_eq!(erase(CaseId(4), &once.lines, "kim@other.example"), Ok(None));
}

#[test]
fn a_second_erasure_keeps_the_head_that_the_first_one_named() {
    let before = journal("kim@other.example", "Please ask jo@customer.example about it");
    let once = erase(CaseId(4), &before, JO).unwrap().unwrap();
    let twice = erase(CaseId(4), &once.lines, "kim@other.example").unwrap().unwrap();
    assert_eq!(head(&twice.lines), head(&before));
    assert!(!text(&twice.lines).contains("kim@"));
}

#[test]
fn words_that_are_also_words_of_the_format_do_not_break_an_entry() {
    let before = journal(JO, "ines");
    let after = erase(CaseId(4), &before, JO).unwrap().unwrap();
    assert!(lines(&after.lines).all(|line| Entry::from_line(line).is_ok()));
    let before = journal(JO, "classify");
    let after = erase(CaseId(4), &before, JO).unwrap().unwrap();
    assert_eq!(head(&after.lines), head(&before));
}
