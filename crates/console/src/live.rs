//! One stream per open page that says which cases changed and how many asks wait. It gathers what
//! happens within a moment, so a busy office does not flood its readers; pages fetch the rest.

use crate::asks;
use crate::desk::Desk;
use crate::sessions::Signed;
use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use casework::CaseId;
use engine::seams::News;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// What happens within this time is told together.
const GATHERED: Duration = Duration::from_millis(400);
/// More changed cases than this are told as "many".
const CASES_MAX: usize = 100;

/// What a page learns.
#[derive(Debug, Default, Serialize)]
struct Changed {
    /// These cases.
    cases: BTreeSet<CaseId>,
    /// More than can be named.
    many: bool,
    /// Workers or sources changed.
    office: bool,
    /// How many asks wait for this person.
    needs_you: usize,
}

/// The stream. It ends when the session does.
pub(crate) async fn events(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let news = desk.intake.news();
    let stream = unfold((desk, signed, news), |(desk, signed, mut news)| async move {
        let mut changed = gather(&mut news).await?;
        let signed = desk.sessions.signed(&signed.secret, false).await.ok()??;
        changed.needs_you = asks::count_mine(&desk, &signed.who).await.ok()?;
        let event = Event::default().event("changed").json_data(&changed);
        Some((event, (desk, signed, news)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// Waits for news, then for what else comes within the moment; none when no more can come.
async fn gather(news: &mut Receiver<News>) -> Option<Changed> {
    let mut changed = Changed::default();
    take_in(&mut changed, news.recv().await)?;
    let end = Instant::now() + GATHERED;
    while let Ok(next) = tokio::time::timeout_at(end, news.recv()).await {
        take_in(&mut changed, next)?;
    }
    Some(changed)
}

fn take_in(changed: &mut Changed, next: Result<News, RecvError>) -> Option<()> {
    match next {
        Ok(News::Case(case)) if changed.cases.len() < CASES_MAX => {
            changed.cases.insert(case);
        }
        Ok(News::Case(_)) | Err(RecvError::Lagged(_)) => changed.many = true,
        Ok(News::Office) => changed.office = true,
        Err(RecvError::Closed) => return None,
    }
    Some(())
}
