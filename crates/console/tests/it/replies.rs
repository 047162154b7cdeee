//! What a reply must repeat, and what is handed in for each kind of ask.

use crate::support::World;
use crate::support::office::mail;
use axum::http::StatusCode;
use casework::Digest;
use casework::ask::Reply;
use casework::time::DAY_MS;
use serde_json::json;

fn only_reply(world: &World) -> Reply {
    let mut replies = world.memory.replies();
    assert_eq!(replies.len(), 1, "{replies:?}");
    replies.remove(0).1
}

#[tokio::test]
async fn approving_hands_in_the_digest_that_was_shown() {
    let world = World::new();
    let case = world.one_of_each()[0];
    let browser = world.sign_in("mo").await;
    let digest = world.memory.ask(case).digest;
    let answer = browser.reply(case, &[("kind", "approve")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(world.memory.replies(), [("mo".to_owned(), Reply::Approve { digest })]);
    assert!(answer.location.starts_with("/asks/2/"), "goes on to {}", answer.location);
}

#[tokio::test]
async fn a_reply_to_something_else_than_what_was_shown_is_refused() {
    let world = World::new();
    let cases = world.one_of_each();
    let browser = world.sign_in("mo").await;
    for case in &cases[..7] {
        let path = format!("/cases/{case}/asks/{}/reply", world.memory.ask(*case).id);
        let old = Digest::of(b"what was shown before").to_string();
        for fields in [vec![("kind", "approve")], vec![("kind", "approve"), ("digest", &old)]] {
            let answer = browser.post(&path, &fields).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "case {case}");
            assert!(answer.body.contains("look at it again"), "{}", answer.body);
        }
    }
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn a_person_who_is_not_asked_is_told_at_once() {
    let world = World::new();
    let case = world.one_of_each()[9];
    let browser = world.sign_in("mo").await;
    let answer = browser.reply(case, &[("kind", "approve")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("may not answer this"), "{}", answer.body);
    let page = browser.get(&format!("/asks/{case}/{}", world.memory.ask(case).id)).await.body;
    assert!(
        page.contains("you are signed in as Mo Lindqvist") && !page.contains("value=\"approve\"")
    );
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn editing_hands_in_only_what_changed_with_its_type() {
    let world = World::new();
    let case = world.one_of_each()[9];
    let browser = world.sign_in("fi").await;
    let digest = world.memory.ask(case).digest;
    let same =
        [("arg.payee", "Nordlicht GmbH"), ("arg.reference", "Invoice 2026-118 from Nordlicht")];
    let mut fields = vec![("kind", "edit"), ("arg.iban", "DE11 0000"), ("arg.amount", "1240")];
    fields.extend(same);
    fields.push(("arg.tool", "bank.pay"));
    let answer = browser.reply(case, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let arguments = json!({ "iban": "DE11 0000", "amount": 1240 });
    let arguments = arguments.as_object().expect("a map").clone();
    assert_eq!(only_reply(&world), Reply::Edit { digest, arguments });
}

#[tokio::test]
async fn an_edit_that_does_not_fit_the_tool_is_refused() {
    let world = World::new();
    let case = world.one_of_each()[9];
    let browser = world.sign_in("fi").await;
    for (name, value, status) in [
        ("arg.amount", "a lot", StatusCode::BAD_REQUEST),
        ("arg.amount", "inf", StatusCode::BAD_REQUEST),
        ("arg.amount", "", StatusCode::BAD_REQUEST),
    ] {
        let answer = browser.reply(case, &[("kind", "edit"), (name, value)]).await;
        assert_eq!(answer.status, status, "{name}={value}: {}", answer.body);
    }
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn each_kind_of_ask_takes_its_own_reply() {
    let world = World::new();
    let cases = world.one_of_each();
    let mo = world.sign_in("mo").await;
    let fi = world.sign_in("fi").await;
    mo.reply(cases[0], &[("kind", "reject"), ("why", "she already has one")]).await;
    mo.reply(cases[1], &[("kind", "say"), ("answer", "bug")]).await;
    fi.reply(cases[2], &[("kind", "fields"), ("field.iban", "DE11"), ("field.payee", "")]).await;
    mo.reply(cases[3], &[("kind", "say"), ("answer", "\"C-77\"")]).await;
    mo.reply(cases[4], &[("kind", "words"), ("answer", "desk 4")]).await;
    mo.reply(cases[5], &[("kind", "not_happened")]).await;
    mo.reply(cases[6], &[("kind", "outcome"), ("summary", "called them")]).await;
    let said = |answer: &str| Reply::Say { answer: answer.into() };
    let replies: Vec<Reply> = world.memory.replies().into_iter().map(|(_, reply)| reply).collect();
    assert_eq!(
        replies,
        [
            Reply::Reject { why: "she already has one".into() },
            said("bug"),
            said("{\"iban\":\"DE11\"}"),
            said("\"C-77\""),
            said("desk 4"),
            Reply::Happened(false),
            Reply::Outcome { summary: "called them".into() },
        ]
    );
}

#[tokio::test]
async fn an_answer_outside_the_labels_is_refused_with_the_labels() {
    let world = World::new();
    let case = world.one_of_each()[1];
    let browser = world.sign_in("mo").await;
    let answer = browser.reply(case, &[("kind", "say"), ("answer", "elsewhere")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("is not one of: delivery, billing"), "{}", answer.body);
}

#[tokio::test]
async fn a_second_reply_while_the_first_is_under_way_is_refused() {
    let world = World::new();
    let case = world.one_of_each()[0];
    let browser = world.sign_in("mo").await;
    assert_eq!(browser.reply(case, &[("kind", "approve")]).await.status, StatusCode::SEE_OTHER);
    let second = browser.reply(case, &[("kind", "approve")]).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(!browser.get("/").await.body.contains("/asks/1/"), "it no longer waits");
    assert_eq!(world.memory.replies().len(), 1);
}

#[tokio::test]
async fn what_lapsed_or_was_withdrawn_is_refused() {
    let world = World::new();
    let cases = world.one_of_each();
    let browser = world.sign_in("mo").await;
    let ask = world.memory.ask(cases[0]);
    let digest = ask.digest.to_string();
    world
        .memory
        .arrive(cases[0], mail("Forget it", "maren.holt@lindenhof.example", "no", json!({})));
    let path = format!("/cases/{}/asks/{}/reply", cases[0], ask.id);
    let answer = browser.post(&path, &[("kind", "approve"), ("digest", &digest)]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("is not open"), "{}", answer.body);

    let browser = {
        world.clock.step_ms(4 * DAY_MS);
        world.sign_in("mo").await
    };
    let answer = browser.reply(cases[1], &[("kind", "say"), ("answer", "bug")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("lapsed"), "{}", answer.body);
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn programs_reply_under_the_same_checks() {
    let world = World::new();
    let case = world.one_of_each()[0];
    let browser = world.sign_in("mo").await;
    let ask = world.memory.ask(case);
    let path = format!("/api/cases/{case}/asks/{}/reply", ask.id);
    let wrong =
        json!({ "digest": Digest::of(b"x"), "reply": { "approve": { "digest": ask.digest } } });
    assert_eq!(browser.post_json(&path, &wrong).await.status, StatusCode::CONFLICT);
    let right = json!({ "digest": ask.digest, "reply": { "approve": { "digest": ask.digest } } });
    let answer = browser.post_json(&path, &right).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(only_reply(&world), Reply::Approve { digest: ask.digest });
}

#[tokio::test]
async fn a_case_that_was_approved_shows_who_approved_and_what_came_back() {
    let world = World::that_carries();
    let case = world.one_of_each()[0];
    let browser = world.sign_in("mo").await;
    browser.reply(case, &[("kind", "approve")]).await;
    let page = browser.get(&format!("/cases/{case}")).await.body;
    for words in [
        "mo approved exactly this",
        "it happened",
        "dayshift.4411@harbour.example",
        "Read back: it is so",
        "verified by what was read back",
        "sure to 2 in 100, from 661 examples",
        "verified: hashed again",
    ] {
        assert!(page.contains(words), "`{words}` is not in {page}");
    }
}
