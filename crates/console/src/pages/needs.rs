//! Needs you: what waits for the person who is signed in, the most pressing first, with one ask
//! open beside the list.

use super::batch::alike;
use super::{Shell, render};
use crate::asks::{self, ASKS_MAX, Open};
use crate::card::{Card, Form, NoCard, card};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::sessions::Signed;
use crate::story::State;
use crate::text::one_line;
use askama::Template;
use axum::Extension;
use axum::extract::{self, Path};
use axum::response::Response;
use casework::{AskId, CaseId};

/// One line of the list.
#[derive(Clone, Debug)]
struct Item {
    href: String,
    state: State,
    headline: String,
    /// Said only where the headline does not.
    kind: &'static str,
    worker: String,
    age: String,
    by: String,
    mine: bool,
    current: &'static str,
}

#[derive(Template)]
#[template(path = "needs.html")]
struct NeedsPage {
    shell: Shell,
    mine: Vec<Item>,
    others: Vec<Item>,
    more: bool,
    /// Whether one ask was opened by address: then a phone shows it instead of the list.
    opened: bool,
    detail: Detail,
    next: String,
}

enum Detail {
    Card(Box<Card>),
    Stuck { case: String, title: String, note: String },
    Gone { case: String, why: String },
    Nothing,
}

/// The list, with its first ask open.
pub(crate) async fn home(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    let open = asks::open(&desk, &signed.who).await?;
    let first = open.first().map(|open| open.row.case);
    page(&desk, &signed, open, first, None).await
}

/// The list, with one ask open.
pub(crate) async fn one(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path((case, ask)): Path<(u64, u32)>,
) -> Result<Response, Failure> {
    let open = asks::open(&desk, &signed.who).await?;
    page(&desk, &signed, open, Some(CaseId(case)), Some(AskId(ask))).await
}

async fn page(
    desk: &Desk,
    signed: &Signed,
    open: Vec<Open>,
    case: Option<CaseId>,
    ask: Option<AskId>,
) -> Result<Response, Failure> {
    let detail = match case {
        Some(case) => detail(desk, signed, &open, case, ask).await?,
        None => Detail::Nothing,
    };
    let items: Vec<Item> = open.iter().map(|open| item(desk, open, case)).collect();
    let at = items.iter().position(|item| item.current == "true");
    let after = at.and_then(|at| items.get(at + 1)).filter(|item| item.mine);
    let next = after.map_or_else(|| "/".to_owned(), |item| item.href.clone());
    let (mine, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.mine);
    render(&NeedsPage {
        shell: Shell::with_count(desk, signed, "needs", mine.len()),
        more: open.len() >= ASKS_MAX,
        mine,
        others,
        opened: ask.is_some(),
        detail,
        next,
    })
}

async fn detail(
    desk: &Desk,
    signed: &Signed,
    open: &[Open],
    case: CaseId,
    ask: Option<AskId>,
) -> Result<Detail, Failure> {
    let (row, journal) = desk.find(case).await?;
    let gone = |why: &str| Detail::Gone { case: case.to_string(), why: why.into() };
    let waits = open.iter().find(|open| open.row.case == case);
    if waits.is_some_and(|open| open.ask.is_none()) {
        let (title, note) = (one_line(&row.progress.title, 160), row.progress.note.clone());
        return Ok(Detail::Stuck { case: case.to_string(), title, note });
    }
    if let Some(ask) = ask
        && desk.handed_in.holds(case, ask, desk.now())
    {
        return Ok(gone("Your reply was handed in; the case goes on."));
    }
    Ok(match card(desk, signed, &row, &journal) {
        Ok(mut card) if ask.is_none_or(|ask| ask.to_string() == card.ask) => {
            let id = waits.and_then(|open| open.ask.as_ref()).map(|ask| ask.id);
            card.alike = id.map_or(0, |id| alike(open, case, id).len());
            Detail::Card(Box::new(card))
        }
        Ok(_) | Err(NoCard::NotAsked) => {
            gone("This was answered, lapsed or withdrawn; nothing waits here any more.")
        }
        Err(NoCard::NoCharter) => {
            gone("The files of the worker's version that this case keeps are not here.")
        }
        Err(NoCard::Unreadable(why)) => gone(&format!("Its journal cannot be read back: {why}.")),
    })
}

fn item(desk: &Desk, open: &Open, case: Option<CaseId>) -> Item {
    let moments = desk.moments();
    let progress = &open.row.progress;
    let (href, headline, kind) = match &open.ask {
        Some(ask) => {
            (format!("/asks/{}/{}", open.row.case, ask.id), one_line(&ask.headline, 160), "")
        }
        None => {
            (format!("/asks/{}/0", open.row.case), one_line(&progress.title, 160), "needs repair")
        }
    };
    let expires = open.ask.as_ref().and_then(|ask| ask.expires_at);
    Item {
        href,
        state: if open.ask.is_some() { State::Waits } else { State::Bad },
        headline,
        kind,
        worker: open.row.worker.to_string(),
        age: moments.ago(open.row.opened_at),
        by: expires.map(|at| format!("by {}", moments.limit(at))).unwrap_or_default(),
        mine: open.mine,
        current: if case == Some(open.row.case) { "true" } else { "false" },
    }
}
