//! Passwords, throttling, rotation, step-up, and what the office's journal says of them.

use crate::support::{Answer, World, person, post};
use axum::body::Body;
use axum::http::StatusCode;
use casework::office::{Change, Role};
use casework::time::MINUTE_MS;
use casework::{Entry, Event, PersonId};
use engine::seams::Person;

const PASSWORD: &str = "a sentence that is long";

/// An owner and a reviewer, both with the same password.
fn staffed() -> World {
    let world = World::new();
    let hash = console::password::hash(PASSWORD).expect("it can be hashed");
    for (who, role) in [("mo", Role::Owner), ("fi", Role::Reviewer)] {
        let password = Some(hash.clone());
        world.memory.roll.put(Person { password, ..person(who, &[role]) });
    }
    world
}

async fn attempt(world: &World, name: &str, password: &str) -> Answer {
    let form = format!("name={name}&password={}&next=/cases", password.replace(' ', "+"));
    world.send(post("/sign-in").body(Body::from(form)).expect("ok")).await
}

fn changes(world: &World) -> Vec<Change> {
    let lines = world.memory.roll.journal().lines;
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .filter_map(|line| match Entry::from_line(line).expect("an entry").event {
            Event::OfficeChanged(change) => Some(change),
            _ => None,
        })
        .collect()
}

fn cookie(answer: &Answer) -> String {
    answer.cookie.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_name_or_a_mail_address_and_the_password_sign_in_and_go_on_where_one_was() {
    let world = staffed();
    for name in ["mo", "MO", "mo%40harbour.example"] {
        let answer = attempt(&world, name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}: {}", answer.body);
        assert_eq!(answer.location, "/cases");
        assert!(answer.cookie.contains("HttpOnly") && answer.cookie.contains("SameSite=Lax"));
    }
    let form = format!("name=mo&password={}&next=//evil.example", PASSWORD.replace(' ', "+"));
    let answer = world.send(post("/sign-in").body(Body::from(form)).expect("ok")).await;
    assert_eq!(answer.location, "/", "nobody is sent to another site");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_in_the_same_words() {
    let world = staffed();
    let wrong = attempt(&world, "mo", "another sentence that is long").await;
    let unknown = attempt(&world, "nobody", PASSWORD).await;
    let nothing = attempt(&world, "", "").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    for answer in [&unknown, &nothing] {
        assert_eq!((answer.status, &answer.body), (wrong.status, &wrong.body));
        assert!(answer.cookie.is_empty());
    }
    assert!(wrong.body.contains("Name or password is not right."), "{}", wrong.body);
    let expected = [
        Change::SignInFailed { who: Some(PersonId::new("mo")), count: 1 },
        Change::SignInFailed { who: None, count: 1 },
        Change::SignInFailed { who: None, count: 1 },
    ];
    assert_eq!(changes(&world), expected);
}

#[tokio::test]
async fn many_failures_wait_and_are_counted_and_the_right_password_waits_too() {
    let world = staffed();
    for _ in 0..4 {
        assert_eq!(attempt(&world, "mo", "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let early = attempt(&world, "mo", PASSWORD).await;
    assert_eq!(early.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(early.body.contains("try again in 1 seconds"), "{}", early.body);
    // By the address a person is the same person.
    let by_mail = attempt(&world, "mo%40harbour.example", PASSWORD).await;
    assert_eq!(by_mail.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(attempt(&world, "fi", PASSWORD).await.status, StatusCode::SEE_OTHER);
    world.clock.step_ms(1_000);
    assert_eq!(attempt(&world, "mo", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let told = changes(&world);
    let counts = told.iter().filter_map(|change| match change {
        Change::SignInFailed { count, .. } => Some(*count),
        _ => None,
    });
    assert_eq!(counts.collect::<Vec<_>>(), [1, 2, 4]);
    assert!(matches!(told.last(), Some(Change::SignedIn { failed_before: 4, .. })), "{told:?}");
}

#[tokio::test]
async fn a_step_up_changes_the_secret_keeps_the_end_and_sends_on_what_was_wanted() {
    let world = staffed();
    let browser = world.sign_in("mo").await;
    world.clock.step_ms(6 * MINUTE_MS);
    let wanted = [("who", "jo"), ("role", "reviewer"), ("name", "Jo \"quoted\" & co")];
    let asked = browser.post("/people", &wanted).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.body.contains("Confirm that it is you"), "{}", asked.body);
    let kept = "name=\"kept.name\" value=\"Jo &#34;quoted&#34; &#38; co\"";
    assert!(asked.body.contains(kept), "{}", asked.body);
    let back = [("then", "/people"), ("back", "/people"), ("kept.who", "jo")];
    let back: Vec<_> = back.into_iter().chain([("kept.role", "reviewer")]).collect();
    let wrong: Vec<_> = back.iter().copied().chain([("password", "wrong")]).collect();
    let wrong = browser.post("/step-up", &wrong).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("not right") && wrong.body.contains("kept.who"));
    let right: Vec<_> = back.iter().copied().chain([("password", PASSWORD)]).collect();
    let right = browser.post("/step-up", &right).await;
    assert_eq!(right.status, StatusCode::OK, "{}", right.body);
    assert!(right.body.contains("action=\"/people\"") && right.body.contains("value=\"jo\""));
    assert_ne!(cookie(&right), browser.cookie(), "a new secret");
    assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED, "the old one is dead");
    let fresh = world.browser(&cookie(&right)).await;
    let added = fresh.post("/people", &[("who", "jo"), ("role", "reviewer")]).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert!(added.body.contains("/?key="), "a link is made for them");
    assert!(!changes(&world).iter().any(|change| format!("{change:?}").contains(PASSWORD)));
}

#[tokio::test]
async fn other_roles_end_the_sign_ins_of_that_person_and_the_last_owner_stays() {
    let world = staffed();
    let (mo, fi) = (world.sign_in("mo").await, world.sign_in("fi").await);
    assert_eq!(fi.get("/changes").await.status, StatusCode::FORBIDDEN);
    let set = mo.post("/people/fi/roles", &[("role", "auditor"), ("role", "reviewer")]).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.body);
    assert_eq!(fi.get("/").await.status, StatusCode::UNAUTHORIZED);
    let fi = world.sign_in("fi").await;
    assert_eq!(fi.get("/changes").await.status, StatusCode::OK);
    for path in ["/people/mo/remove", "/people/mo/roles"] {
        let refused = mo.post(path, &[("role", "reviewer")]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(refused.body.contains("last owner"), "{}", refused.body);
    }
    assert_eq!(mo.post("/people/fi/remove", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(fi.get("/").await.status, StatusCode::UNAUTHORIZED);
    let page = mo.get("/changes").await.body;
    for words in
        ["is now reviewer, auditor, and was reviewer", "was removed", "entries are as they"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn a_password_is_set_by_whoever_knows_the_old_one_and_ends_all_other_sign_ins() {
    let world = staffed();
    let (one, other) = (world.sign_in("mo").await, world.sign_in("mo").await);
    let new = "quite another sentence";
    let set = async |current: &str, new: &str, repeated: &str| {
        let fields = [("current", current), ("new", new), ("repeated", repeated)];
        one.post("/account/password", &fields).await
    };
    assert_eq!(set("wrong", new, new).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(set(PASSWORD, new, "something else").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(set(PASSWORD, "short", "short").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(one.get("/account").await.status, StatusCode::OK, "refusals end nothing");
    let done = set(PASSWORD, new, new).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    for browser in [&one, &other] {
        assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED);
    }
    let here = world.browser(&cookie(&done)).await;
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    assert_eq!(attempt(&world, "mo", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(attempt(&world, "mo", new).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_sign_in_of_that_person_alone() {
    let world = staffed();
    let (one, other) = (world.sign_in("mo").await, world.sign_in("mo").await);
    let fi = world.sign_in("fi").await;
    let left = one.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    for browser in [&one, &other] {
        assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(fi.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn pausing_and_letting_go_on_are_recorded_with_who_did_it() {
    let world = staffed();
    let mo = world.sign_in("mo").await;
    mo.post("/workers/support-triage/pause", &[]).await;
    mo.post("/workers/support-triage/resume", &[]).await;
    let told = changes(&world);
    let [.., paused, resumed] = told.as_slice() else { panic!("{told:?}") };
    assert!(matches!(paused, Change::Paused { worker } if worker.as_str() == "support-triage"));
    assert!(matches!(resumed, Change::Resumed { .. }));
    let page = mo.get("/changes").await.body;
    assert!(page.contains("support-triage goes on") && page.contains("by Mo Lindqvist"), "{page}");
}
