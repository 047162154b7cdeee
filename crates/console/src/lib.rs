//! The console: pages and a JSON API on which people see what the workers do and answer what they
//! are asked. It shows; every change enters by [`engine::intake::Intake`] like any other signal,
//! and it rules on nothing: whether a reply counts, the case says.

mod api;
mod asks;
mod assets;
mod card;
mod desk;
mod failure;
mod guard;
mod live;
mod marks;
mod moments;
mod pages;
mod reply;
mod sessions;
mod story;
mod text;

pub use desk::{Desk, Lane, Office, Workers};
pub use sessions::{NoRandomness, Sessions};

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use engine::run::Stop;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long open pages may finish after a stop was given; their live streams never end by
/// themselves.
const STOPPING: Duration = Duration::from_secs(2);

/// All pages, the JSON API and the live stream over one desk.
pub fn router(desk: Desk) -> Router {
    Router::new()
        .route("/", get(pages::needs::home))
        .route("/asks/{case}/{ask}", get(pages::needs::one))
        .route("/cases", get(pages::cases::list))
        .route("/cases/{case}", get(pages::case::show))
        .route("/cases/{case}/cancel", post(pages::case::cancel))
        .route("/cases/{case}/asks/{ask}/reply", post(reply::by_form))
        .route("/unclaimed", get(pages::cases::unclaimed))
        .route("/workers", get(pages::workers::list))
        .route("/workers/{worker}", get(pages::workers::show))
        .route("/workers/{worker}/pause", post(pages::workers::pause))
        .route("/workers/{worker}/resume", post(pages::workers::resume))
        .route("/stop", get(pages::workers::confirm_stop).post(pages::workers::stop_all))
        .route("/settings", get(pages::settings::show))
        .route("/sign-in", post(pages::sign_in::redeem))
        .route("/sign-out", post(pages::sign_in::leave))
        .route("/events", get(live::events))
        .route("/api/me", get(api::me))
        .route("/api/asks", get(api::asks))
        .route("/api/cases", get(api::cases))
        .route("/api/cases/{case}", get(api::case))
        .route("/api/cases/{case}/asks/{ask}/reply", post(reply::by_json))
        .route("/api/workers", get(api::workers))
        .route("/assets/{name}", get(assets::serve))
        .fallback(failure::no_such_page)
        .layer(from_fn_with_state(desk.clone(), guard::admit))
        .layer(from_fn_with_state(desk.clone(), failure::in_plain_words))
        .layer(from_fn(guard::headers))
        .with_state(desk)
}

/// Serves a router until `stop` is given; open requests then have two seconds to finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router, stop: Stop) -> std::io::Result<()> {
    let (mut asked, mut waited) = (stop.clone(), stop);
    let serving = axum::serve(listener, router)
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
