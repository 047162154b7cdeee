//! What each role may: every route there is, asked by nobody and by each role.

use crate::support::{Browser, World, person, post};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use casework::office::Role;
use console::{Need, routes};

/// A route with its parts filled in.
fn filled(path: &str) -> String {
    let parts = [("{case}", "1"), ("{ask}", "7"), ("{worker}", "support-triage")];
    let parts = parts.into_iter().chain([("{who}", "nobody"), ("{name}", "console.css")]);
    parts.fold(path.to_owned(), |path, (part, value)| path.replace(part, value))
}

/// The status, and whether it was the role that was missing.
async fn asked(browser: &Browser<'_>, method: &Method, path: &str) -> (StatusCode, bool) {
    if *method == Method::GET {
        let status = browser.status(path).await;
        return (status, status == StatusCode::FORBIDDEN);
    }
    let answer = browser.post(path, &[]).await;
    let of_role = ["Your role does not allow this", "\"reason\":\"role\""];
    let refused = of_role.iter().any(|words| answer.body.contains(words));
    assert!(!refused || answer.status == StatusCode::FORBIDDEN);
    (answer.status, refused)
}

#[tokio::test]
async fn without_a_sign_in_every_route_is_refused_but_those_that_lead_to_one() {
    let world = World::new();
    world.one_of_each();
    let mut open = Vec::new();
    for route in routes() {
        let path = filled(route.path);
        let request = match route.method {
            Method::GET => Request::get(&path).header(header::HOST, "127.0.0.1:7300"),
            _ => post(&path),
        };
        let answer = world.send(request.body(Body::empty()).expect("ok")).await;
        if route.needs == Need::Nothing {
            open.push((route.method, route.path));
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {path}", route.method);
        }
    }
    open.sort_by_key(|(_, path)| *path);
    let expected = [
        (Method::GET, "/assets/{name}"),
        (Method::GET, "/sign-in"),
        (Method::POST, "/sign-in"),
        (Method::GET, "/sign-in/back"),
        (Method::GET, "/sign-in/firm"),
    ];
    assert_eq!(open, expected);
    assert_eq!(world.memory.admitted(), 0);
}

#[tokio::test]
async fn each_role_reaches_what_it_may_and_nothing_else() {
    for role in Role::ALL {
        let world = World::new();
        world.one_of_each();
        world.memory.roll.put(person("owner-of-all", &[Role::Owner]));
        world.memory.roll.put(person("pat", &[role]));
        for route in routes().into_iter().filter(|route| route.path != "/sign-in/back") {
            let path = filled(route.path);
            // A sign-in for each, because some of them end it.
            let browser = world.sign_in("pat").await;
            let (status, refused) = asked(&browser, &route.method, &path).await;
            let wanted = route.needs.roles();
            let may = wanted.is_empty() || wanted.contains(&role);
            assert_eq!(refused, !may, "{role}: {} {path} gave {status}", route.method);
            let known = status != StatusCode::UNAUTHORIZED || route.needs == Need::Nothing;
            assert!(known, "{role}: {} {path}", route.method);
        }
    }
}

#[tokio::test]
async fn what_nobody_without_a_role_may_do_is_not_offered() {
    let world = World::new();
    world.memory.roll.put(person("owner-of-all", &[Role::Owner]));
    world.memory.roll.put(person("pat", &[Role::Auditor]));
    world.memory.roll.put(person("rae", &[Role::Reviewer]));
    let case = world.one_of_each()[0];
    let ask = world.memory.ask(case).id;
    let pat = world.sign_in("pat").await;
    let page = pat.get("/cases").await.body;
    assert!(page.contains("href=\"/changes\"") && !page.contains("href=\"/people\""));
    assert!(!page.contains("href=\"/stop\""));
    let rae = world.sign_in("rae").await;
    let page = rae.get("/cases").await.body;
    assert!(!page.contains("href=\"/changes\"") && page.contains("href=\"/stop\""));
    let answer = pat.reply(case, &[("kind", "approve")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "ask {ask}");
    assert!(answer.body.contains("reviewer or operator or owner"), "{}", answer.body);
}
