//! The same data as the pages, as JSON for programs. Types of the core are sent as journals write
//! them; what is sent here is exact, so hidden marks in outsiders' text are kept.

use crate::asks;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::CSRF_HEADER;
use crate::pages::cases::Narrowed;
use crate::pages::changes::Part;
use crate::pages::workers::standings;
use crate::sessions::Signed;
use crate::story;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use casework::{Case, CaseId};
use serde_json::{Value, json};

/// Rows of one answer.
const ROWS: u32 = 200;

/// Who is signed in, and what their changing requests must repeat.
pub(crate) async fn me(Extension(signed): Extension<Signed>) -> Json<Value> {
    Json(json!({
        "person": signed.who,
        "roles": signed.roles,
        "proved_at": signed.proved_at,
        "csrf": signed.csrf,
        "csrf_header": CSRF_HEADER,
    }))
}

/// Everything that waits for people.
pub(crate) async fn asks(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Json<Value>, Failure> {
    let open = asks::open(&desk, &signed.who).await?;
    let one = |open: &asks::Open| {
        json!({
            "case": open.row.case,
            "worker": open.row.worker,
            "title": open.row.progress.title,
            "status": open.row.progress.status,
            "ask": open.ask,
            "yours": open.mine,
        })
    };
    Ok(Json(json!({ "asks": open.iter().map(one).collect::<Vec<_>>() })))
}

/// Cases, newest first, narrowed as the page is.
pub(crate) async fn cases(
    State(desk): State<Desk>,
    Query(narrowed): Query<Narrowed>,
) -> Result<Json<Value>, Failure> {
    let rows = desk.history.cases(narrowed.query(ROWS)).await?;
    let full = rows.len() >= ROWS as usize;
    let before = rows.iter().map(|row| row.case).min().filter(|_| full);
    Ok(Json(json!({ "cases": rows, "next_before": before })))
}

/// One case: its row, its entries, whether the chain verifies, and the exact call that is asked
/// about.
pub(crate) async fn case(
    State(desk): State<Desk>,
    Path(case): Path<u64>,
) -> Result<Json<Value>, Failure> {
    let (row, journal) = desk.find(CaseId(case)).await?;
    let charter = desk.office.charters.get(&row.worker, row.version);
    let story = story::tell(row.case, &journal, charter.as_ref(), &desk.moments());
    let folded = charter.and_then(|charter| Case::replay(row.case, charter, &journal.lines).ok());
    let asked = folded.as_ref().and_then(Case::open_ask);
    Ok(Json(json!({
        "case": row,
        "entries": story.entries,
        "head": story.head,
        "verified": story.verified,
        "ask": asked.map(|(ask, _)| ask),
        "call": asked.and_then(|(_, call)| call),
        "card": folded.as_ref().and_then(casework::ask::card::Card::of),
        "outcome": folded.as_ref().and_then(Case::outcome),
    })))
}

/// The workers with their counts of today.
pub(crate) async fn workers(State(desk): State<Desk>) -> Result<Json<Value>, Failure> {
    let all = standings(&desk).await?;
    let one = |worker: &crate::pages::workers::Standing| {
        json!({
            "name": worker.name,
            "role": worker.role,
            "goal": worker.goal,
            "mode": worker.mode,
            "at_once": worker.at_once,
            "paused": worker.paused,
            "backlog": worker.backlog,
            "waits_for_people": worker.waits,
            "resting": worker.rests,
            "stuck": worker.stuck,
            "closed_today": worker.closed,
        })
    };
    Ok(Json(json!({ "workers": all.iter().map(one).collect::<Vec<_>>() })))
}

/// The office's own journal, newest first, and whether its chain verifies.
pub(crate) async fn changes(
    State(desk): State<Desk>,
    Query(part): Query<Part>,
) -> Result<Json<Value>, Failure> {
    let read = crate::pages::changes::read(&desk, &part).await?;
    Ok(Json(json!({
        "entries": read.entries,
        "count": read.count,
        "verified": read.verified,
        "next_before": read.next_before,
    })))
}
