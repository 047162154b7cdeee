//! Signing in, by name and password or by a one-time link, and signing out. A GET of a link only
//! offers to sign in: mail scanners and chat previews open links too, and must not use them up.

use super::render;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::{From, Pairs, field, path_of_ours, set_cookie};
use crate::provider;
use crate::sessions::{Attempt, Signed};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    office: &'a str,
    key: &'a str,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    office: &'a str,
    next: &'a str,
    note: &'a str,
    provider: &'a str,
    provider_link: String,
    hint: &'a str,
}

/// The page behind a link; its script presses the button at once.
pub(crate) fn offer(desk: &Desk, key: &str) -> Result<Response, Failure> {
    render(&LinkPage { office: &desk.office.name, key })
}

/// The page with the form. After it, the browser goes on to `next`.
pub(crate) fn form(desk: &Desk, next: &str, note: &str) -> Result<Response, Failure> {
    let provider = desk.office.provider.as_ref().map_or("", |provider| provider.shown.as_str());
    let (office, hint) = (desk.office.name.as_str(), desk.office.sign_in_hint.as_str());
    let next = path_of_ours(next).unwrap_or("/");
    let provider_link = provider::link(next, false);
    render(&SignInPage { office, next, note, provider, provider_link, hint })
}

/// The same, asked for.
pub(crate) async fn show(
    State(desk): State<Desk>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    form(&desk, query.get("next").map_or("/", String::as_str), "")
}

/// Exchanges a key, or a name and a password, for a sign-in.
pub(crate) async fn take(
    State(desk): State<Desk>,
    Extension(From(from)): Extension<From>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let next = field(&pairs, "next").and_then(path_of_ours).unwrap_or("/").to_owned();
    let attempt = match field(&pairs, "key") {
        Some(key) => desk.sessions.redeem(key, &desk.office.people).await?,
        None => {
            let name = field(&pairs, "name").unwrap_or_default();
            let password = field(&pairs, "password").unwrap_or_default().to_owned();
            desk.sessions.by_password(name, password, from).await?
        }
    };
    match attempt {
        Attempt::Opened(secret) => Ok(gone_on(&desk, Some(&secret), &next)),
        Attempt::Refused if field(&pairs, "key").is_some() => {
            let note =
                "This link was used already or is too old. Each works once, for ten minutes.";
            Err(Failure::SignInRefused { next, note })
        }
        Attempt::Refused => {
            Err(Failure::SignInRefused { next, note: "Name or password is not right." })
        }
        Attempt::TooSoon { seconds } => Err(Failure::TooSoon { seconds }),
    }
}

/// Ends the sign-in.
pub(crate) async fn leave(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    desk.sessions.end(&signed, false).await?;
    Ok(gone_on(&desk, None, "/"))
}

/// Goes on to a page with a new cookie, or none.
pub(crate) fn gone_on(desk: &Desk, secret: Option<&str>, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    set_cookie(desk, secret, &mut response);
    response
}
