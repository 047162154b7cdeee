//! Proving again who one is before something that cannot be taken back. What was wanted is kept in
//! the browser and sent once more after the proof, to the same address and the same checks.

use super::render;
use crate::access::{Stakes, fresh_enough};
use crate::desk::Desk;
use crate::failure::{Failure, StepUp};
use crate::guard::{From, Pairs, field, path_of_ours, set_cookie};
use crate::provider;
use crate::sessions::{Attempt, Signed};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use casework::tool::Effect;

/// What the wanted form's own fields are called here.
const KEPT: &str = "kept.";

#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUpPage<'a> {
    wanted: &'a StepUp,
    kept: Vec<(String, &'a str)>,
    provider: &'a str,
    provider_link: String,
    hint: &'a str,
}

#[derive(Template)]
#[template(path = "go_on.html")]
struct GoOnPage<'a> {
    then: &'a str,
    csrf: &'a str,
    kept: Vec<(&'a str, &'a str)>,
}

/// Asks for a proof.
pub(crate) fn form(desk: &Desk, wanted: &StepUp) -> Result<Response, Failure> {
    let kept = wanted.pairs.iter().filter(|(name, _)| name != "csrf");
    let kept = kept.map(|(name, value)| (format!("{KEPT}{name}"), value.as_str())).collect();
    let provider = desk.office.provider.as_ref().map_or("", |provider| provider.shown.as_str());
    let (provider_link, hint) =
        (provider::link(&wanted.back, true), desk.office.sign_in_hint.as_str());
    render(&StepUpPage { wanted, kept, provider, provider_link, hint })
}

/// Fails with what is wanted unless the sign-in is recent enough for these stakes.
///
/// `then` is where the form of `pairs` went; empty when it cannot be sent again. `back` is the page
/// to come back to instead.
pub(crate) fn needs_fresh(
    desk: &Desk,
    signed: &Signed,
    stakes: Stakes,
    (then, pairs): (String, &[(String, String)]),
    back: String,
) -> Result<(), Failure> {
    if fresh_enough(signed, stakes, desk.now()) {
        return Ok(());
    }
    Err(Failure::StepUp(Box::new(StepUp {
        then,
        pairs: pairs.to_vec(),
        back,
        csrf: signed.csrf.clone(),
        has_password: signed.has_password,
        note: String::new(),
    })))
}

/// The same for what owners do: who may what is as grave as what cannot be taken back.
pub(crate) fn needs_fresh_owner(
    desk: &Desk,
    signed: &Signed,
    then: String,
    pairs: &[(String, String)],
) -> Result<(), Failure> {
    let stakes = Stakes { effect: Some(Effect::Irreversible), approvals: 1 };
    needs_fresh(desk, signed, stakes, (then, pairs), "/people".into())
}

/// Takes the proof, and goes on with what was wanted.
pub(crate) async fn take(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Extension(From(from)): Extension<From>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let then = field(&pairs, "then").and_then(path_of_ours).unwrap_or_default();
    let back = field(&pairs, "back").and_then(path_of_ours).unwrap_or("/");
    let kept: Vec<(&str, &str)> = pairs
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(KEPT)?, value.as_str())))
        .collect();
    let password = field(&pairs, "password").unwrap_or_default().to_owned();
    let secret = match desk.sessions.again_by_password(&signed, password, from).await? {
        Attempt::Opened(secret) => secret,
        Attempt::TooSoon { seconds } => return Err(Failure::TooSoon { seconds }),
        Attempt::Refused => {
            let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            return Err(Failure::StepUp(Box::new(StepUp {
                then: then.to_owned(),
                pairs: kept.iter().map(own).collect(),
                back: back.to_owned(),
                csrf: signed.csrf,
                has_password: signed.has_password,
                note: "The password is not right.".into(),
            })));
        }
    };
    let mut response = match desk.sessions.signed(&secret, true).await? {
        Some(signed) if !then.is_empty() => render(&GoOnPage { then, csrf: &signed.csrf, kept })?,
        Some(_) | None => Redirect::to(back).into_response(),
    };
    set_cookie(&desk, Some(&secret), &mut response);
    Ok(response)
}
