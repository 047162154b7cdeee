//! Approvals of one shape side by side: each with its whole body, each its own decision with its
//! own digest. Only what stands on the page can be marked; there is no button for what was not
//! seen.

use super::step_up::needs_fresh;
use super::{Shell, render};
use crate::asks::{self, Open};
use crate::card::{Card, card};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::Pairs;
use crate::reply::{fold, hand_in, stakes, still_asked};
use crate::sessions::Signed;
use askama::Template;
use axum::extract::{self, Path};
use axum::response::Response;
use axum::{Extension, Form};
use casework::ask::Reply;
use casework::{AskId, CaseId, Digest};

/// So many bodies are read on one page.
const CARDS_MAX: usize = 25;

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchPage {
    shell: Shell,
    cards: Vec<Card>,
    more: usize,
}

#[derive(Template)]
#[template(path = "batch_done.html")]
struct BatchDone {
    shell: Shell,
    approved: Vec<String>,
    refused: Vec<(String, String)>,
}

/// The asks of this one's shape that this person may answer.
pub(crate) async fn show(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path((case, ask)): Path<(u64, u32)>,
) -> Result<Response, Failure> {
    let open = asks::open(&desk, &signed.who).await?;
    let alike = alike(&open, CaseId(case), AskId(ask));
    let mut cards = Vec::new();
    for open in alike.iter().take(CARDS_MAX) {
        let (row, journal) = desk.find(open.row.case).await?;
        if let Ok(card) = card(&desk, &signed, &row, &journal) {
            cards.push(card);
        }
    }
    let more = alike.len().saturating_sub(CARDS_MAX);
    let shell = Shell::new(&desk, &signed, "needs").await?;
    render(&BatchPage { shell, cards, more })
}

/// Approves each marked one, as far as it is still what was shown.
pub(crate) async fn approve(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (mut approved, mut refused) = (Vec::new(), Vec::new());
    let marked = pairs.iter().filter(|(name, _)| name == "mark").take(CARDS_MAX);
    for (_, mark) in marked {
        let Some((case, ask, digest)) = parse(mark) else {
            return Err(Failure::Bad { why: "a mark that names no card".into() });
        };
        match one(&desk, &signed, case, ask, digest).await {
            Ok(()) => approved.push(case.to_string()),
            Err(Failure::Refused { why, .. }) => refused.push((case.to_string(), why)),
            Err(other) => return Err(other),
        }
    }
    let shell = Shell::new(&desk, &signed, "needs").await?;
    render(&BatchDone { shell, approved, refused })
}

async fn one(
    desk: &Desk,
    signed: &Signed,
    case: CaseId,
    ask: AskId,
    digest: Digest,
) -> Result<(), Failure> {
    let folded = fold(desk, case).await?;
    still_asked(desk, &folded, ask, Some(digest))?;
    let back = format!("/batch/{case}/{ask}");
    needs_fresh(desk, signed, stakes(&folded), (String::new(), &[]), back)?;
    hand_in(desk, signed, &folded, ask, Reply::Approve { digest }).await
}

/// Open asks of the same worker, step, tool and rule as this one, itself among them, that are this
/// person's to answer.
pub(crate) fn alike(open: &[Open], case: CaseId, ask: AskId) -> Vec<&Open> {
    let this = open.iter().find(|open| {
        open.row.case == case && open.ask.as_ref().is_some_and(|known| known.id == ask)
    });
    let shape = |open: &Open| {
        let ask = open.ask.as_ref()?;
        Some((open.row.worker.clone(), ask.shape.clone()?))
    };
    let Some(wanted) = this.and_then(shape) else { return Vec::new() };
    open.iter().filter(|open| open.mine && shape(open).as_ref() == Some(&wanted)).collect()
}

/// `case.ask.digest`.
fn parse(mark: &str) -> Option<(CaseId, AskId, Digest)> {
    let mut parts = mark.split('.');
    let case = CaseId(parts.next()?.parse().ok()?);
    let ask = AskId(parts.next()?.parse().ok()?);
    Some((case, ask, Digest::parse(parts.next()?)?))
}
