//! Which reply an ask admits, from whom and when: the whole table.

use super::{About, Ask, Reply, ReplyRefused};
use crate::ids::{AskId, CallId, Digest, PersonId};
use crate::time::Timestamp;

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

fn replies(digest: Digest) -> [Reply; 6] {
    [
        Reply::Approve { digest },
        Reply::Edit { digest, arguments: serde_json::Map::new() },
        Reply::Reject { why: String::new() },
        Reply::Say { answer: String::new() },
        Reply::Happened(true),
        Reply::Outcome { summary: String::new() },
    ]
}

#[test]
fn each_ask_takes_its_own_kinds_of_reply_and_no_other() {
    let takes: [&[usize]; 5] = [&[0, 1, 2], &[3], &[4], &[5], &[3]];
    let mo = PersonId::new("mo");
    for (about, takes) in abouts().into_iter().zip(takes) {
        for (at, reply) in replies(Digest::of(b"card")).iter().enumerate() {
            let admitted = ask(about.clone()).admits(&mo, reply, Timestamp(99));
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
        assert_eq!(approval.admits(&mo, reply, Timestamp(0)), Err(ReplyRefused::Changed));
    }
    let approve = Reply::Approve { digest: approval.digest };
    assert_eq!(approval.admits(&mo, &approve, Timestamp(99)), Ok(()));
    assert_eq!(approval.admits(&mo, &approve, Timestamp(100)), Err(ReplyRefused::Lapsed));
    let refused = approval.admits(&eve, &approve, Timestamp(0)).unwrap_err();
    assert_eq!(refused.to_string(), "eve may not answer this; it asks default");
    let open = Ask { people: Vec::new(), expires_at: None, ..approval };
    assert_eq!(open.admits(&eve, &approve, Timestamp(i64::MAX)), Ok(()));
}
