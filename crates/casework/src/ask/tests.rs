//! Which reply an ask admits, from whom and when: the whole table.

use super::{About, Approved, Ask, Lapse, Quorum, Reply, ReplyRefused};
use crate::grant::Allowance;
use crate::ids::{AskId, CallId, Digest, PersonId};
use crate::time::Timestamp;
use std::collections::BTreeMap;

fn ask(about: About) -> Ask {
    Ask {
        id: AskId(3),
        about,
        to: "default".into(),
        people: vec!["mo".into()],
        headline: "May it?".into(),
        because: "rule 1".into(),
        expires_at: Some(Timestamp(100)),
        on_expiry: String::new(),
        step: None,
        digest: Digest::of(b"card"),
        quorum: Quorum::default(),
        lapse: Lapse::Deny,
        reminders: None,
        shape: None,
        edits: None,
        form: Vec::new(),
    }
}

fn abouts() -> [About; 5] {
    let call = CallId(2);
    [
        About::Approval { call },
        About::Judgement { options: Vec::new() },
        About::InDoubt { call, known: String::new() },
        About::TakeOver { why: String::new() },
        About::Question,
    ]
}

fn allowance() -> Allowance {
    Allowance { bounds: BTreeMap::new(), times_max: 1, sum: None, until: Timestamp(1_000) }
}

fn replies(digest: Digest) -> [Reply; 8] {
    [
        Reply::Approve { digest },
        Reply::Edit { digest, arguments: serde_json::Map::new() },
        Reply::Reject { why: String::new() },
        Reply::Say { answer: String::new() },
        Reply::Happened(true),
        Reply::Outcome { summary: String::new() },
        Reply::Grant { digest, allowance: allowance() },
        Reply::Fill { fields: serde_json::Map::new() },
    ]
}

#[test]
fn each_ask_takes_its_own_kinds_of_reply_and_no_other() {
    let takes: [&[usize]; 5] = [&[0, 1, 2, 6], &[3], &[4], &[5], &[3]];
    let mo = PersonId::new("mo");
    for (about, takes) in abouts().into_iter().zip(takes) {
        for (at, reply) in replies(Digest::of(b"card")).iter().enumerate() {
            let admitted = ask(about.clone()).admits(&mo, None, reply, Timestamp(99));
            let expected = if takes.contains(&at) { Ok(()) } else { Err(ReplyRefused::WrongKind) };
            assert_eq!(admitted, expected, "{about:?} {reply:?}");
        }
    }
}

#[test]
fn an_approval_of_another_card_a_late_one_and_a_strangers_are_refused() {
    let (mo, eve) = (PersonId::new("mo"), PersonId::new("eve"));
    let approval = ask(abouts()[0].clone());
    for reply in &replies(Digest::of(b"another card"))[..2] {
        assert_eq!(approval.admits(&mo, None, reply, Timestamp(0)), Err(ReplyRefused::Changed));
    }
    let approve = Reply::Approve { digest: approval.digest };
    assert_eq!(approval.admits(&mo, None, &approve, Timestamp(99)), Ok(()));
    assert_eq!(approval.admits(&mo, None, &approve, Timestamp(100)), Err(ReplyRefused::Lapsed));
    let refused = approval.admits(&eve, None, &approve, Timestamp(0)).unwrap_err();
    assert_eq!(refused.to_string(), "eve may not answer this; it asks default");
    let open = Ask { people: Vec::new(), expires_at: None, ..approval };
    assert_eq!(open.admits(&eve, None, &approve, Timestamp(i64::MAX)), Ok(()));
}

fn approved(who: &str, stands_in_for: Option<&str>) -> Approved {
    Approved { who: who.into(), stands_in_for: stands_in_for.map(Into::into), at: Timestamp(5) }
}

/// May this person, in this place, approve now?
fn may(ask: &Ask, who: &str, stands_in_for: Option<&str>) -> Result<(), ReplyRefused> {
    let absent = stands_in_for.map(PersonId::new);
    let approve = Reply::Approve { digest: ask.digest };
    ask.admits(&who.into(), absent.as_ref(), &approve, Timestamp(9))
}

#[test]
fn where_two_are_needed_one_person_counts_once_in_whatever_seat() {
    let quorum = Quorum { needed: 2, approved: vec![approved("mo", None)], not_by: Vec::new() };
    let people = vec!["mo".into(), "ines".into()];
    let ask = Ask { quorum, people, ..ask(abouts()[0].clone()) };
    let refused = Err(ReplyRefused::Already { who: "mo".into() });
    assert_eq!(may(&ask, "mo", None), refused);
    assert_eq!(may(&ask, "mo", Some("ines")), refused, "as a deputy of the second");
    let seat = may(&ask, "paul", Some("mo"));
    assert_eq!(seat, Err(ReplyRefused::Already { who: "paul".into() }), "in the seat of the first");
    assert_eq!(may(&ask, "ines", None), Ok(()));
    assert_eq!(may(&ask, "paul", Some("ines")), Ok(()));
}

#[test]
fn a_seat_that_a_deputy_filled_is_filled_for_whom_it_belongs_to() {
    let quorum =
        Quorum { needed: 2, approved: vec![approved("paul", Some("mo"))], not_by: Vec::new() };
    let ask = Ask { quorum, people: vec!["mo".into(), "paul".into()], ..ask(abouts()[0].clone()) };
    assert!(may(&ask, "mo", None).is_err());
    assert!(may(&ask, "paul", None).is_err());
}

#[test]
fn who_asked_for_the_work_rejects_but_does_not_approve_it_nor_does_a_deputy_in_their_place() {
    let quorum = Quorum { not_by: vec!["mo".into()], ..Quorum::default() };
    let ask = Ask { quorum, people: vec!["mo".into(), "ines".into()], ..ask(abouts()[0].clone()) };
    let refused = Err(ReplyRefused::Requester { who: "mo".into() });
    assert_eq!(may(&ask, "mo", None), refused);
    assert_eq!(may(&ask, "mo", Some("ines")), refused);
    assert_eq!(may(&ask, "ines", None), Ok(()));
    let reject = Reply::Reject { why: "no".into() };
    assert_eq!(ask.admits(&"mo".into(), None, &reject, Timestamp(9)), Ok(()));
}

#[test]
fn what_needs_two_people_is_never_granted_away() {
    let quorum = Quorum { needed: 2, ..Quorum::default() };
    let ask = Ask { quorum, ..ask(abouts()[0].clone()) };
    let grant = Reply::Grant { digest: ask.digest, allowance: allowance() };
    let refused = ask.admits(&"mo".into(), None, &grant, Timestamp(9)).unwrap_err();
    assert!(matches!(refused, ReplyRefused::NotGrantable { .. }), "{refused}");
}
