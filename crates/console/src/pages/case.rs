//! One case as a story, with its raw journal folded beneath, and the wish to end it.

use super::{Shell, render, standing};
use crate::card::{Card, card};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::{Pairs, field};
use crate::moments::When;
use crate::sessions::Signed;
use crate::story::{self, State, Story, dollars};
use crate::text::one_line;
use askama::Template;
use axum::extract::{self, Path};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form as PostedForm};
use casework::{CaseId, Event};

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    shell: Shell,
    case: String,
    title: String,
    party: String,
    worker: String,
    version: String,
    state: State,
    status: &'static str,
    closed: bool,
    note: String,
    opened: When,
    changed: When,
    cost: String,
    story: Story,
    card: Option<Box<Card>>,
}

/// The story.
pub(crate) async fn show(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(case): Path<u64>,
) -> Result<Response, Failure> {
    let (row, journal) = desk.find(CaseId(case)).await?;
    let moments = desk.moments();
    let charter = desk.office.charters.get(&row.worker, row.version);
    let story = story::tell(row.case, &journal, charter.as_ref(), &moments);
    let progress = &row.progress;
    let answered =
        progress.ask.as_ref().is_some_and(|ask| desk.handed_in.holds(row.case, ask.id, desk.now()));
    let card = card(&desk, &signed, &row, &journal).ok().filter(|_| !answered);
    let title = if progress.title.is_empty() { "(without a title)" } else { &progress.title };
    render(&CasePage {
        shell: Shell::new(&desk, &signed, "cases").await?,
        case: row.case.to_string(),
        title: one_line(title, 200),
        party: one_line(progress.party.as_deref().unwrap_or_default(), 120),
        worker: row.worker.to_string(),
        version: row.version.short(),
        state: standing(progress.status),
        status: progress.status.word(),
        closed: progress.status.is_closed(),
        note: progress.note.clone(),
        opened: moments.at(row.opened_at),
        changed: moments.at(row.changed_at),
        cost: cost(&story, progress.spend_micro_usd),
        story,
        card: card.map(Box::new),
    })
}

/// Takes in a person's wish to end a case.
pub(crate) async fn cancel(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(case): Path<u64>,
    PostedForm(pairs): PostedForm<Pairs>,
) -> Result<Response, Failure> {
    let (row, _) = desk.find(CaseId(case)).await?;
    if row.progress.status.is_closed() {
        let why = "the case has ended already".into();
        return Err(Failure::Refused { why, case: row.case });
    }
    let why = field(&pairs, "why").unwrap_or_default().trim().to_owned();
    if why.is_empty() {
        return Err(Failure::Bad { why: "say why the case is ended".into() });
    }
    desk.intake.cancelled(row.case, signed.who, why).await?;
    Ok(Redirect::to(&format!("/cases/{case}")).into_response())
}

/// What the case cost, with the number of calls it made.
fn cost(story: &Story, micro_usd: u64) -> String {
    let count = |wanted: fn(&Event) -> bool| {
        story.entries.iter().filter(|entry| wanted(&entry.event)).count() as u64
    };
    let calls = count(|event| matches!(event, Event::CallStarted { .. }));
    let judged = count(|event| matches!(event, Event::Judged(_)));
    format!(
        "{} for {} and {}",
        dollars(micro_usd),
        super::counted(judged, "judgement", "judgements"),
        super::counted(calls, "call", "calls")
    )
}
