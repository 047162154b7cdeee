//! One's own sign-in: what one may do, the password, signing out everywhere.

use super::sign_in::gone_on;
use super::{Shell, render};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::{From, Pairs, field};
use crate::moments::When;
use crate::sessions::{Attempt, Signed};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Form};
use casework::office::Change;
use casework::time::MINUTE_MS;
use engine::seams::Person;

/// A first password needs a link that was used no longer ago.
const FIRST_MS: u64 = 10 * MINUTE_MS;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    shell: Shell,
    roles: String,
    proof: &'static str,
    proved_at: When,
    has_password: bool,
    others: usize,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    let roll = desk.sessions.people().roll().await?;
    let now = desk.now();
    let theirs = roll.passes.iter().filter(|pass| pass.who == signed.who && !pass.is_link);
    let others = theirs.filter(|pass| now < pass.until).count().saturating_sub(1);
    render(&AccountPage {
        shell: Shell::new(&desk, &signed, "account").await?,
        roles: super::people::in_words(&signed.roles),
        proof: signed.proof.words(),
        proved_at: desk.moments().at(signed.proved_at),
        has_password: signed.has_password,
        others,
    })
}

/// Takes a new password. All sign-ins end but this one, which gets a new secret.
pub(crate) async fn password(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Extension(From(from)): Extension<From>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let sent = |name: &str| field(&pairs, name).unwrap_or_default().to_owned();
    let bad = |why: String| Failure::Bad { why };
    if sent("new") != sent("repeated") {
        return Err(bad("the new password was not repeated exactly".into()));
    }
    let hash = crate::staff::hashed(sent("new")).await.map_err(|error| bad(error.to_string()))?;
    let mut signed = signed;
    if signed.has_password {
        match desk.sessions.again_by_password(&signed, sent("current"), from).await? {
            // The secret is a new one already; it is changed once more below.
            Attempt::Opened(secret) => signed.secret = secret,
            Attempt::TooSoon { seconds } => return Err(Failure::TooSoon { seconds }),
            Attempt::Refused => return Err(bad("the current password is not right".into())),
        }
    } else if desk.now().since_ms(signed.proved_at) >= FIRST_MS {
        return Err(bad("sign in again with a new link before you set a first password".into()));
    }
    let roll = desk.sessions.people().roll().await?;
    let person = roll.person(&signed.who).cloned().ok_or(Failure::SignedOut)?;
    let person = Person { password: Some(hash), ..person };
    let change = Change::PasswordSet { who: signed.who.clone() };
    let secret = desk.sessions.rotated(&signed, vec![change], Some(person)).await?;
    Ok(gone_on(&desk, secret.as_deref(), "/account"))
}

/// Ends every sign-in of this person.
pub(crate) async fn leave_everywhere(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    desk.sessions.end(&signed, true).await?;
    Ok(gone_on(&desk, None, "/"))
}
