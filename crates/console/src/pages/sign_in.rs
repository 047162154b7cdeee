//! Signing in with a one-time link and signing out. A GET of the link only offers to sign in: mail
//! scanners and chat previews open links too, and must not use them up.

use super::render;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::{Pairs, field, with_cookie};
use crate::sessions::Signed;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Form};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    office: &'a str,
    key: &'a str,
}

/// The page behind a link; its script presses the button at once.
pub(crate) fn offer(desk: &Desk, key: &str) -> Result<Response, Failure> {
    render(&SignInPage { office: &desk.office.name, key })
}

/// Exchanges a key for a session.
pub(crate) async fn redeem(
    State(desk): State<Desk>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let key = field(&pairs, "key").unwrap_or_default();
    let secret =
        desk.sessions.redeem(key).map_err(|error| Failure::Bad { why: error.to_string() })?;
    let secret = secret.ok_or(Failure::SignedOut)?;
    with_cookie(&desk, Some(&secret))
}

/// Ends the session.
pub(crate) async fn leave(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    desk.sessions.end(&signed.secret);
    with_cookie(&desk, None)
}
