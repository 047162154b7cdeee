//! Every address with what it needs of whoever calls it: nothing is served that does not stand
//! here.

use crate::access::Need;
use crate::desk::Desk;
use crate::{api, assets, live, pages, provider, reply};
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};

/// One address and what it needs.
pub struct Route {
    /// The method: GET shows, POST changes.
    pub method: Method,
    /// The path, with `{names}` for its parts.
    pub path: &'static str,
    /// What it needs.
    pub needs: Need,
    pub(crate) handler: MethodRouter<Desk>,
}

/// All of them.
pub fn routes() -> Vec<Route> {
    let mut all = vec![
        changes("/cases/{case}/cancel", Need::Decide, pages::case::cancel),
        changes("/cases/{case}/asks/{ask}/reply", Need::Decide, reply::by_form),
        changes("/batch", Need::Decide, pages::batch::approve),
        changes("/workers/{worker}/pause", Need::Pause, pages::workers::pause),
        changes("/workers/{worker}/resume", Need::Resume, pages::workers::resume),
        changes("/stop", Need::Pause, pages::workers::stop_all),
        changes("/api/cases/{case}/asks/{ask}/reply", Need::Decide, reply::by_json),
        shows("/assets/{name}", Need::Nothing, assets::serve),
    ];
    all.extend(shown());
    all.extend(of_people());
    all
}

fn shown() -> Vec<Route> {
    vec![
        shows("/", Need::Look, pages::needs::home),
        shows("/asks/{case}/{ask}", Need::Look, pages::needs::one),
        shows("/batch/{case}/{ask}", Need::Look, pages::batch::show),
        shows("/cases", Need::Look, pages::cases::list),
        shows("/cases/{case}", Need::Look, pages::case::show),
        shows("/unclaimed", Need::Look, pages::cases::unclaimed),
        shows("/workers", Need::Look, pages::workers::list),
        shows("/workers/{worker}", Need::Look, pages::workers::show),
        shows("/stop", Need::Pause, pages::workers::confirm_stop),
        shows("/settings", Need::Look, pages::settings::show),
        shows("/events", Need::Look, live::events),
        shows("/api/asks", Need::Look, api::asks),
        shows("/api/cases", Need::Look, api::cases),
        shows("/api/cases/{case}", Need::Look, api::case),
        shows("/api/workers", Need::Look, api::workers),
    ]
}

fn of_people() -> Vec<Route> {
    vec![
        shows("/sign-in", Need::Nothing, pages::sign_in::show),
        changes("/sign-in", Need::Nothing, pages::sign_in::take),
        shows("/sign-in/firm", Need::Nothing, provider::leave),
        shows("/sign-in/back", Need::Nothing, provider::come_back),
        changes("/sign-out", Need::SignIn, pages::sign_in::leave),
        changes("/step-up", Need::SignIn, pages::step_up::take),
        shows("/account", Need::SignIn, pages::account::show),
        changes("/account/password", Need::SignIn, pages::account::password),
        changes("/account/sign-out-everywhere", Need::SignIn, pages::account::leave_everywhere),
        shows("/people", Need::Govern, pages::people::show),
        changes("/people", Need::Govern, pages::people::add),
        changes("/people/{who}/roles", Need::Govern, pages::people::roles),
        changes("/people/{who}/link", Need::Govern, pages::people::link),
        changes("/people/{who}/sign-out", Need::Govern, pages::people::sign_out),
        changes("/people/{who}/remove", Need::Govern, pages::people::remove),
        shows("/changes", Need::Audit, pages::changes::show),
        shows("/api/changes", Need::Audit, api::changes),
        shows("/api/me", Need::SignIn, api::me),
    ]
}

fn shows<H, T>(path: &'static str, needs: Need, handler: H) -> Route
where
    H: Handler<T, Desk>,
    T: 'static,
{
    Route { method: Method::GET, path, needs, handler: get(handler) }
}

fn changes<H, T>(path: &'static str, needs: Need, handler: H) -> Route
where
    H: Handler<T, Desk>,
    T: 'static,
{
    Route { method: Method::POST, path, needs, handler: post(handler) }
}
