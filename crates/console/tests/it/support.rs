//! A desk over an invented office, and a browser for it.

pub mod memory;
pub mod office;
mod probe;
pub mod roll;
pub mod tools;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use casework::office::Role;
use casework::{Actor, CaseId, PersonId, Timestamp};
use console::{Desk, Lane, Office, Sessions, Workers};
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::run::Switches;
use engine::seams::{Person, Store};
use jiff::tz::TimeZone;
use memory::Memory;
use office::Staff;
use std::sync::Arc;
use tower::ServiceExt as _;

/// 10 March 2026, 09:30 UTC.
pub const NOW: Timestamp = Timestamp(1_773_135_000_000);

/// A desk, its store and its clock.
pub struct World {
    pub memory: Arc<Memory>,
    pub staff: Staff,
    pub clock: Clock,
    pub sessions: Sessions,
    pub switches: Switches,
    pub intake: Intake,
    pub router: Router,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub cookie: String,
    pub body: String,
}

/// A signed-in browser.
pub struct Browser<'a> {
    world: &'a World,
    cookie: String,
    csrf: String,
}

impl World {
    pub fn new() -> Self {
        Self::over(false)
    }

    /// A world whose replies move their cases on.
    pub fn that_carries() -> Self {
        Self::over(true)
    }

    fn over(carries: bool) -> Self {
        let clock = Clock::stepped(NOW);
        let memory = Arc::new(Memory::new(clock.clone(), tools::SCRIPT, carries));
        let staff = office::staff();
        let all = [&staff.support, &staff.invoices, &staff.onboarding, &staff.leads];
        let store: Arc<dyn Store> = Arc::clone(&memory) as Arc<dyn Store>;
        let taking = all.iter().map(|charter| Arc::clone(&charter.worker)).collect();
        let intake = Intake::new(Arc::clone(&store), taking, clock.clone());
        let (charters, workers) = (Charters::default(), Workers::default());
        all.iter().for_each(|charter| charters.put((*charter).clone()));
        let lane =
            |charter: &&casework::worker::Charter| Lane { charter: (*charter).clone(), at_once: 4 };
        workers.replace(all.iter().map(lane).collect());
        let people = Arc::new(memory.roll.clone());
        let sessions = Sessions::new(clock.clone(), people, "tests", false);
        let switches = Switches::default();
        let office = Office {
            name: "Harbour & Pine".into(),
            people: [(PersonId::new("mo"), "Mo Lindqvist".into())].into(),
            zone: TimeZone::UTC,
            sign_in_hint: "Start it again to get a link.".into(),
            hosts: vec!["desk.harbour.example".into()],
            behind_tls: false,
            proxies: Vec::new(),
            provider: None,
            workers,
            charters,
            switches: switches.clone(),
        };
        let desk = Desk::new(store, intake.clone(), office, sessions.clone(), clock.clone());
        let router = console::router(desk);
        Self { memory, staff, clock, sessions, switches, intake, router }
    }

    pub fn one_of_each(&self) -> Vec<CaseId> {
        office::one_of_each(&self.memory, &self.staff)
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let text = |name| {
            let value = parts.headers.get(name);
            value.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (location, cookie) = (text(header::LOCATION), text(header::SET_COOKIE));
        let bytes = to_bytes(body, 10_000_000).await.expect("a body");
        let body = String::from_utf8(bytes.to_vec()).expect("text");
        Answer { status: parts.status, location, cookie, body }
    }

    pub async fn sign_in(&self, who: &str) -> Browser<'_> {
        let link = self.sessions.new_link(PersonId::new(who), Actor::Engine).await;
        let key = link.expect("random bytes");
        let form = format!("key={key}");
        let answer = self.send(post("/sign-in").body(Body::from(form)).expect("ok")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        self.browser(answer.cookie.split(';').next().unwrap_or_default()).await
    }

    /// A browser that holds this cookie.
    pub async fn browser(&self, cookie: &str) -> Browser<'_> {
        let cookie = cookie.to_owned();
        let mut browser = Browser { world: self, cookie, csrf: String::new() };
        let me: serde_json::Value =
            serde_json::from_str(&browser.get("/api/me").await.body).expect("JSON");
        browser.csrf = me.get("csrf").and_then(|csrf| csrf.as_str()).expect("a token").to_owned();
        browser
    }
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:7300");
        let request = request.header(header::COOKIE, &self.cookie).body(Body::empty());
        self.world.send(request.expect("a request")).await
    }

    /// The status of a page, without its body: a live stream has no end.
    pub async fn status(&self, path: &str) -> StatusCode {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:7300");
        let request = request.header(header::COOKIE, &self.cookie).body(Body::empty());
        let answer = self.world.router.clone().oneshot(request.expect("a request")).await;
        answer.expect("the router answers").status()
    }

    /// Posts a form with the session's token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from("http://127.0.0.1:7300", &self.csrf, path, fields).await
    }

    /// Posts a form from some page, with some token.
    pub async fn post_from(
        &self,
        origin: &str,
        csrf: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let token = [("csrf", csrf)];
        let all = fields.iter().chain(&token);
        let form: Vec<String> =
            all.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = post(path).header(header::COOKIE, &self.cookie);
        let request = request.header(header::ORIGIN, origin).body(Body::from(form.join("&")));
        self.world.send(request.expect("a request")).await
    }

    /// Posts JSON with the session's token in its header.
    pub async fn post_json(&self, path: &str, body: &serde_json::Value) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, "127.0.0.1:7300")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-dayshift-csrf", &self.csrf)
            .body(Body::from(body.to_string()));
        self.world.send(request.expect("a request")).await
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Replies to a case's open ask as its page would.
    pub async fn reply(&self, case: CaseId, fields: &[(&str, &str)]) -> Answer {
        let ask = self.world.memory.ask(case);
        let digest = ask.digest.to_string();
        let mut all = vec![("digest", digest.as_str())];
        all.extend(fields);
        self.post(&format!("/cases/{case}/asks/{}/reply", ask.id), &all).await
    }
}

/// A form's request without a session.
pub fn post(path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "127.0.0.1:7300")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Somebody without a password.
pub fn person(who: &str, roles: &[Role]) -> Person {
    Person {
        who: PersonId::new(who),
        name: who.to_owned(),
        mail: format!("{who}@harbour.example"),
        roles: roles.iter().copied().collect(),
        password: None,
        added_at: NOW,
    }
}
