//! Text by outsiders is text: it is escaped, hidden marks are taken out, nothing in it is a link.

use crate::support::office::mail;
use crate::support::{NOW, World};
use casework::signal::{Signal, SignalKind};
use casework::{CaseId, SourceName};
use serde_json::json;

const NASTY: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> \
                     https://evil.example/\u{202E}x\u{200B}";

/// The same text in every place where an outsider can put one.
fn nasty_cases(world: &World) -> Vec<CaseId> {
    let more = json!({
        "from": NASTY, "to": NASTY, "automatic": NASTY, "doubts": [NASTY], "warnings": [NASTY],
        "full_text": format!("{NASTY}\n> {NASTY}"), "row": { NASTY: NASTY },
        "attachments": [{ "name": NASTY, "media_type": NASTY, "size_bytes": 1 }],
    });
    let text = format!("{NASTY} 2026-118");
    let arrival = |text: &str| mail(NASTY, NASTY, text, more.clone());
    let staff = &world.staff;
    vec![
        world.memory.open(&staff.support, "mail:support", arrival(&text)),
        world.memory.open(&staff.support, "mail:support", arrival("Login again")),
        world.memory.open(&staff.invoices, "mail:invoices", arrival(&text)),
        world.memory.open(&staff.invoices, "mail:invoices", arrival(NASTY)),
        world.memory.open(&staff.leads, "mail:sales", arrival(NASTY)),
        world.memory.open(&staff.leads, "mail:sales", arrival("takeover")),
        world.memory.open(&staff.onboarding, "mail:people", arrival("badge")),
        world.memory.open(&staff.onboarding, "mail:people", arrival(NASTY)),
    ]
}

#[tokio::test]
async fn text_by_outsiders_never_becomes_markup() {
    let world = World::new();
    let cases = nasty_cases(&world);
    let browser = world.sign_in("mo").await;
    world.memory.leave_unclaimed(Signal {
        key: NASTY.into(),
        source: SourceName::new(NASTY),
        at: NOW,
        kind: SignalKind::Arrived(mail(NASTY, NASTY, NASTY, json!({ "from": NASTY }))),
    });
    let mut paths = vec!["/".to_owned(), "/cases".to_owned(), "/unclaimed".to_owned()];
    for case in &cases {
        paths.push(format!("/cases/{case}"));
        paths.push(format!("/asks/{case}/{}", world.memory.ask(*case).id));
    }
    let words = "/cases?words=%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27&status=%22%3E%3Cb%3E";
    paths.push(words.to_owned());
    for path in paths {
        let page = browser.get(&path).await.body;
        assert!(page.contains("&#60;script&#62;"), "{path} shows it");
        assert!(!page.contains("<script>"), "{path}");
        assert!(!page.contains("<img"), "{path}");
        assert!(!page.contains("href=\"https:"), "{path} holds a link to elsewhere");
        assert!(!page.contains(['\u{202E}', '\u{200B}']), "{path} holds hidden marks");
    }
}

#[tokio::test]
async fn hidden_marks_are_counted_where_they_were() {
    let world = World::new();
    let case = nasty_cases(&world)[0];
    let browser = world.sign_in("mo").await;
    let page = browser.get(&format!("/asks/{case}/{}", world.memory.ask(case).id)).await.body;
    assert!(page.contains("hidden characters that are not shown here"), "{page}");
}

#[tokio::test]
async fn programs_get_the_exact_text() {
    let world = World::new();
    let case = nasty_cases(&world)[0];
    let browser = world.sign_in("mo").await;
    let body = browser.get(&format!("/api/cases/{case}")).await.body;
    let data: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(data["case"]["progress"]["title"], NASTY);
    assert_eq!(data["verified"], true);
}

#[tokio::test]
async fn a_form_that_is_nonsense_is_answered_in_words() {
    let world = World::new();
    let cases = world.one_of_each();
    let browser = world.sign_in("mo").await;
    for kind in ["", "approve_all", "edit", "outcome", "happened"] {
        let answer = browser.reply(cases[1], &[("kind", kind)]).await;
        assert!(answer.status.is_client_error(), "`{kind}` gave {}", answer.status);
    }
    for path in ["/cases/x", "/asks/1/x", "/cases/99999", "/workers/nobody", "/assets/secret"] {
        let answer = browser.get(path).await;
        assert!(answer.status.is_client_error(), "{path} gave {}", answer.status);
        assert!(answer.body.contains("<h1>"), "{path}: {}", answer.body);
    }
    assert_eq!(world.memory.admitted(), 0);
}
