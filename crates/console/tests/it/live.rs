//! The live stream, and serving until told to stop.

use crate::support::World;
use axum::body::Body;
use axum::http::{Request, header};
use console::Door;
use engine::run::Stop;
use engine::seams::News;
use futures_util::StreamExt as _;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower::ServiceExt as _;

const BOUND: Duration = Duration::from_secs(20);

fn listening(cookie: &str) -> Request<Body> {
    let request = Request::get("/events").header(header::HOST, "localhost");
    request.header(header::COOKIE, cookie).body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn a_page_hears_which_cases_changed_and_how_many_asks_wait() {
    let world = World::new();
    let cases = world.one_of_each();
    let browser = world.sign_in("mo").await;
    let request = listening(browser.cookie());
    let response = world.router.clone().oneshot(request).await.expect("the router answers");
    let mut stream = response.into_body().into_data_stream();
    world.intake.tell(News::Case(cases[3]));
    world.intake.tell(News::Case(cases[1]));
    world.intake.tell(News::Office);
    let told = timeout(BOUND, stream.next()).await.expect("in time").expect("told").expect("bytes");
    let told = String::from_utf8_lossy(&told).into_owned();
    let data = "{\"cases\":[2,4],\"many\":false,\"office\":true,\"needs_you\":6}";
    assert!(told.contains("event: changed") && told.contains(data), "{told}");
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let world = World::new();
    let browser = world.sign_in("mo").await;
    let request = listening(browser.cookie());
    let response = world.router.clone().oneshot(request).await.expect("the router answers");
    let mut stream = response.into_body().into_data_stream();
    browser.post("/sign-out", &[]).await;
    world.intake.tell(News::Office);
    let told = timeout(BOUND, stream.next()).await.expect("in time");
    assert!(told.is_none(), "nothing is told after signing out");
}

#[tokio::test]
async fn serving_ends_when_told_to_stop() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (stop, stopped) = Stop::new();
    let serving =
        tokio::spawn(console::serve(Door::new(listener, None), world.router.clone(), stopped));
    stop.send_replace(true);
    let ended = timeout(BOUND, serving).await.expect("in time").expect("no panic");
    assert!(ended.is_ok(), "{ended:?}");
}
