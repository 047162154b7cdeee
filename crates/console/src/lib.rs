//! The console: pages and a JSON API on which people see what the workers do and answer what they
//! are asked. It shows; every change enters by [`engine::intake::Intake`] like any other signal,
//! and it rules on nothing: whether a reply counts, the case says.

mod access;
mod api;
mod asks;
mod assets;
mod card;
mod desk;
mod door;
mod failure;
mod granting;
mod guard;
mod live;
mod marks;
mod moments;
mod pages;
pub mod password;
mod provider;
mod reply;
mod routes;
mod sessions;
pub mod staff;
mod story;
mod text;
mod throttle;

pub use access::Need;
pub use desk::{Desk, Lane, Office, Workers};
pub use door::{Door, Line, Tls, TlsError};
pub use guard::Peer;
pub use provider::FirmSignIn;
pub use routes::{Route, routes};
pub use sessions::{NoRandomness, Sessions, SignInError};

use axum::Router;
use axum::handler::Handler as _;
use axum::middleware::{from_fn, from_fn_with_state};
use engine::run::Stop;
use std::time::Duration;

/// How long open pages may finish after a stop was given; their live streams never end by
/// themselves.
const STOPPING: Duration = Duration::from_secs(2);

/// All pages, the JSON API and the live stream over one desk.
pub fn router(desk: Desk) -> Router {
    let gate = |needs| {
        let gate = guard::Gate { desk: desk.clone(), needs };
        from_fn_with_state(gate, guard::admit)
    };
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler.layer(gate(route.needs)));
    }
    router
        .fallback(failure::no_such_page.layer(gate(Need::SignIn)))
        .layer(from_fn_with_state(desk.clone(), guard::comes_from_us))
        .layer(from_fn_with_state(desk.clone(), failure::in_plain_words))
        .layer(from_fn(guard::headers))
        .with_state(desk)
}

/// Serves a router until `stop` is given; open requests then have two seconds to finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(door: Door, router: Router, stop: Stop) -> std::io::Result<()> {
    let (mut asked, mut waited) = (stop.clone(), stop);
    let service = router.into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(door, service)
        .with_graceful_shutdown(async move { asked.given().await })
        .into_future();
    let patience = async move {
        waited.given().await;
        tokio::time::sleep(STOPPING).await;
    };
    tokio::select! {
        ended = serving => ended,
        () = patience => Ok(()),
    }
}
