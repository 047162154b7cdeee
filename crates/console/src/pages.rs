//! The pages: what each shows is gathered here, how it looks is in the templates. A page changes
//! nothing by being looked at.

pub(crate) mod account;
pub(crate) mod batch;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod changes;
pub(crate) mod needs;
pub(crate) mod people;
mod plot;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod step_up;
pub(crate) mod workers;

use crate::access::Need;
use crate::asks;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::sessions::Signed;
use crate::story::State;
use crate::text::clean;
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use casework::Status;

/// What surrounds every page.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    pub(crate) office: String,
    pub(crate) person: String,
    pub(crate) csrf: String,
    pub(crate) here: &'static str,
    pub(crate) needs: usize,
    /// Whether this person may see the office's journal, say who may what, and stop the workers.
    pub(crate) audits: bool,
    pub(crate) governs: bool,
    pub(crate) pauses: bool,
}

impl Shell {
    pub(crate) async fn new(
        desk: &Desk,
        signed: &Signed,
        here: &'static str,
    ) -> Result<Self, Failure> {
        let needs = asks::count_mine(desk, &signed.who).await?;
        Ok(Self::with_count(desk, signed, here, needs))
    }

    pub(crate) fn with_count(
        desk: &Desk,
        signed: &Signed,
        here: &'static str,
        needs: usize,
    ) -> Self {
        Self {
            office: desk.office.name.clone(),
            person: desk.name_of(&signed.who),
            csrf: signed.csrf.clone(),
            here,
            needs,
            audits: signed.may(Need::Audit),
            governs: signed.may(Need::Govern),
            pauses: signed.may(Need::Pause),
        }
    }

    /// `page` for the link to the page that is shown, for screen readers and the stylesheet.
    pub(crate) fn current(&self, page: &str) -> &'static str {
        if self.here == page { "page" } else { "false" }
    }
}

/// Writes a page. Marks that turn or hide letters leave here, whatever value they came with: no
/// template can forget it.
pub(crate) fn render(page: &impl Template) -> Result<Response, Failure> {
    Ok(Html(clean(&page.render()?).text).into_response())
}

/// The shape and class of a standing.
pub(crate) fn standing(status: Status) -> State {
    match status {
        Status::Asked | Status::HandedOver => State::Waits,
        Status::Done | Status::FinishedByPerson => State::Good,
        Status::Stuck => State::Bad,
        Status::Working
        | Status::Resting
        | Status::SetAside
        | Status::Cancelled
        | Status::Shadowed => State::Plain,
    }
}

/// `1 case`, `2 cases`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
