//! Who is let in: sessions, links, tokens, origins and hosts.

use crate::support::{World, post};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use casework::time::{HOUR_MS, MINUTE_MS};
use casework::{Actor, PersonId};

/// Every address that shows something.
const SHOWN: [&str; 23] = [
    "/",
    "/asks/1/7",
    "/cases",
    "/cases/1",
    "/cases?status=done",
    "/unclaimed",
    "/workers",
    "/workers/support-triage",
    "/stop",
    "/settings",
    "/account",
    "/people",
    "/changes",
    "/api/changes",
    "/events",
    "/api/me",
    "/api/asks",
    "/api/cases",
    "/api/cases/1",
    "/api/workers",
    "/nothing/here",
    "/?key=wrong&x=1",
    "/api/nothing",
];

/// Every address that changes something.
const CHANGING: [&str; 13] = [
    "/cases/1/asks/7/reply",
    "/cases/1/cancel",
    "/workers/support-triage/pause",
    "/workers/support-triage/resume",
    "/stop",
    "/sign-out",
    "/step-up",
    "/account/password",
    "/account/sign-out-everywhere",
    "/people",
    "/people/mo/roles",
    "/people/mo/remove",
    "/api/cases/1/asks/7/reply",
];

#[tokio::test]
async fn nothing_is_shown_without_a_session() {
    let world = World::new();
    world.one_of_each();
    for path in SHOWN.into_iter().filter(|path| !path.contains("key")) {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:7300");
        let answer = world.send(request.body(Body::empty()).expect("ok")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(answer.body.contains("Start it again to get a link."), "{path}: {}", answer.body);
        assert!(!answer.body.contains("maren"), "{path}");
    }
}

#[tokio::test]
async fn nothing_changes_without_a_session() {
    let world = World::new();
    world.one_of_each();
    for path in CHANGING {
        let answer = world.send(post(path).body(Body::from("kind=approve")).expect("ok")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = World::new();
    world.one_of_each();
    let browser = world.sign_in("mo").await;
    let before = browser.get("/api/cases").await.body;
    for path in SHOWN.into_iter().chain(CHANGING).filter(|path| *path != "/events") {
        browser.get(path).await;
    }
    assert_eq!(world.memory.admitted(), 0);
    assert_eq!(browser.get("/api/cases").await.body, before);
    assert!(!world.switches.is_stopping());
    assert!(!world.switches.is_paused(&world.staff.support.worker.name));
}

#[tokio::test]
async fn a_change_without_the_token_of_the_session_is_refused() {
    let world = World::new();
    world.one_of_each();
    let browser = world.sign_in("mo").await;
    let other = world.sign_in("mo").await;
    for path in CHANGING {
        for token in ["", "00", other.csrf()] {
            let from = "http://127.0.0.1:7300";
            let answer = browser.post_from(from, token, path, &[("kind", "approve")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with `{token}`");
        }
    }
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn a_change_from_another_site_is_refused_even_with_the_token() {
    let world = World::new();
    world.one_of_each();
    let browser = world.sign_in("mo").await;
    for origin in ["http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1"] {
        for path in CHANGING {
            let answer = browser.post_from(origin, browser.csrf(), path, &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} from {origin}");
        }
    }
    for site in ["cross-site", "same-site", "none"] {
        let request = post("/sign-in").header("sec-fetch-site", site);
        let answer = world.send(request.body(Body::from("key=1")).expect("ok")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{site}");
    }
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn a_host_name_that_is_not_ours_is_refused() {
    let world = World::new();
    let browser = world.sign_in("mo").await;
    let get = |host: &str| {
        let request = Request::get("/").header(header::HOST, host);
        request.header(header::COOKIE, browser.cookie()).body(Body::empty()).expect("ok")
    };
    for host in ["rebound.example", "127.0.0.1.evil.example:7300", "", "localhost.evil.example"] {
        assert_eq!(world.send(get(host)).await.status, StatusCode::FORBIDDEN, "`{host}`");
    }
    for host in ["localhost:7300", "127.0.0.1", "[::1]:7300", "desk.harbour.example"] {
        assert_eq!(world.send(get(host)).await.status, StatusCode::OK, "`{host}`");
    }
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let world = World::new();
    let link = world.sessions.new_link(PersonId::new("mo"), Actor::Engine).await;
    let key = link.expect("random bytes");
    let open = || {
        let request = Request::get(format!("/?key={key}")).header(header::HOST, "localhost");
        request.body(Body::empty()).expect("ok")
    };
    // Opening it, as a mail scanner would, uses nothing up.
    for _ in 0..3 {
        let answer = world.send(open()).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.cookie.is_empty() && answer.body.contains("Sign in"));
    }
    let redeem = || post("/sign-in").body(Body::from(format!("key={key}"))).expect("ok");
    let first = world.send(redeem()).await;
    assert_eq!((first.status, first.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert!(first.cookie.contains("HttpOnly") && first.cookie.contains("SameSite=Lax"));
    let second = world.send(redeem()).await;
    assert_eq!(second.status, StatusCode::UNAUTHORIZED);
    assert!(second.cookie.is_empty());
}

#[tokio::test]
async fn links_and_sessions_end() {
    let world = World::new();
    let link = world.sessions.new_link(PersonId::new("mo"), Actor::Engine).await;
    let key = link.expect("random bytes");
    world.clock.step_ms(11 * MINUTE_MS);
    let late = post("/sign-in").body(Body::from(format!("key={key}"))).expect("ok");
    assert_eq!(world.send(late).await.status, StatusCode::UNAUTHORIZED);

    let browser = world.sign_in("mo").await;
    for _ in 0..13 {
        world.clock.step_ms(55 * MINUTE_MS);
        assert_eq!(browser.get("/").await.status, StatusCode::OK, "it is used");
    }
    world.clock.step_ms(10 * MINUTE_MS);
    assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED, "it lasts twelve hours");

    let browser = world.sign_in("mo").await;
    world.clock.step_ms(HOUR_MS);
    assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED, "nobody used it");

    let browser = world.sign_in("mo").await;
    assert_eq!(browser.post("/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_answer_forbids_foreign_content() {
    let world = World::new();
    for path in ["/", "/assets/console.css", "/nothing", "/api/asks"] {
        let request = Request::builder().method(Method::GET).uri(path);
        let request = request.header(header::HOST, "localhost").body(Body::empty()).expect("ok");
        let response = tower::ServiceExt::oneshot(world.router.clone(), request).await.expect("ok");
        let policy = response.headers().get(header::CONTENT_SECURITY_POLICY);
        let policy = policy.and_then(|policy| policy.to_str().ok()).unwrap_or_default();
        assert!(policy.contains("default-src 'self'"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
    }
}
