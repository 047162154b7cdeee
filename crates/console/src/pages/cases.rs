//! Cases: all of them, newest first, narrowed by standing, worker and words; and the signals that
//! no worker's trigger took.

use super::{Shell, render, standing};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::moments::When;
use crate::sessions::Signed;
use crate::story::{Letter, State};
use crate::text::one_line;
use askama::Template;
use axum::Extension;
use axum::extract::{self, Query};
use axum::response::Response;
use casework::signal::SignalKind;
use casework::{CaseId, Status, WorkerName};
use engine::seams::{CaseQuery, CaseRow};
use serde::Deserialize;

/// Rows on a page.
const PAGE: u32 = 50;
/// Unclaimed signals on their page.
const UNCLAIMED_MAX: u32 = 100;

/// What the address narrows the list to.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Narrowed {
    /// A standing's word; `open` for all that have not ended.
    #[serde(default)]
    status: String,
    #[serde(default)]
    worker: String,
    #[serde(default)]
    words: String,
    before: Option<u64>,
}

impl Narrowed {
    /// The same as the store understands it.
    pub(crate) fn query(&self, limit: u32) -> CaseQuery {
        let statuses = match self.status.as_str() {
            "open" => Status::ALL.into_iter().filter(|status| !status.is_closed()).collect(),
            word => Status::parse(word).into_iter().collect(),
        };
        let named = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        CaseQuery {
            statuses,
            worker: named(&self.worker).map(WorkerName),
            words: named(&self.words),
            before: self.before.map(CaseId),
            limit,
        }
    }

    fn is_narrow(&self) -> bool {
        !(self.status.is_empty() && self.worker.is_empty() && self.words.is_empty())
    }

    /// The address of the page that begins below a case.
    fn further(&self, before: CaseId) -> String {
        format!(
            "/cases?status={}&worker={}&words={}&before={before}",
            in_address(&self.status),
            in_address(&self.worker),
            in_address(&self.words)
        )
    }
}

/// One row.
pub(crate) struct Row {
    case: String,
    title: String,
    party: String,
    worker: String,
    state: State,
    status: &'static str,
    note: String,
    changed: When,
}

struct Choice {
    word: String,
    selected: bool,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage {
    shell: Shell,
    rows: Vec<Row>,
    statuses: Vec<Choice>,
    workers: Vec<Choice>,
    words: String,
    narrow: bool,
    /// Whether this is not the first page.
    later: bool,
    further: Option<String>,
    unclaimed: usize,
}

struct Unclaimed {
    title: String,
    source: String,
    at: When,
    letter: Option<Letter>,
}

#[derive(Template)]
#[template(path = "unclaimed.html")]
struct UnclaimedPage {
    shell: Shell,
    signals: Vec<Unclaimed>,
}

/// The list.
pub(crate) async fn list(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Query(narrowed): Query<Narrowed>,
) -> Result<Response, Failure> {
    let rows = desk.history.cases(narrowed.query(PAGE)).await?;
    let full = rows.len() >= PAGE as usize;
    let further = rows.iter().map(|row| row.case).min().filter(|_| full);
    let option =
        |word: &str, chosen: &str| Choice { word: word.to_owned(), selected: word == chosen };
    let lanes = desk.office.workers.lanes();
    render(&CasesPage {
        shell: Shell::new(&desk, &signed, "cases").await?,
        rows: rows.iter().map(|row| line(&desk, row)).collect(),
        statuses: std::iter::once("open")
            .chain(Status::ALL.into_iter().map(Status::word))
            .map(|word| option(word, &narrowed.status))
            .collect(),
        workers: lanes
            .iter()
            .map(|lane| option(lane.charter.worker.name.as_str(), &narrowed.worker))
            .collect(),
        words: narrowed.words.clone(),
        narrow: narrowed.is_narrow(),
        later: narrowed.before.is_some(),
        further: further.map(|case| narrowed.further(case)),
        unclaimed: desk.history.unclaimed(UNCLAIMED_MAX).await?.len(),
    })
}

/// Signals that concern no worker.
pub(crate) async fn unclaimed(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    let moments = desk.moments();
    let signals = desk.history.unclaimed(UNCLAIMED_MAX).await?.into_iter().map(|signal| {
        let (title, letter) = match &signal.kind {
            SignalKind::Arrived(arrival) => {
                (one_line(&arrival.title, 160), Some(crate::story::letter(arrival)))
            }
            SignalKind::Answered { .. } => ("a reply to an ask".into(), None),
            SignalKind::Cancelled { .. } => ("a wish to end a case".into(), None),
        };
        Unclaimed { title, source: signal.source.to_string(), at: moments.at(signal.at), letter }
    });
    let signals = signals.collect();
    render(&UnclaimedPage { shell: Shell::new(&desk, &signed, "cases").await?, signals })
}

fn line(desk: &Desk, row: &CaseRow) -> Row {
    let progress = &row.progress;
    let title = if progress.title.is_empty() { "(without a title)" } else { &progress.title };
    Row {
        case: row.case.to_string(),
        title: one_line(title, 160),
        party: one_line(progress.party.as_deref().unwrap_or_default(), 60),
        worker: row.worker.to_string(),
        state: standing(progress.status),
        status: progress.status.word(),
        note: one_line(&progress.note, 160),
        changed: desk.moments().at(row.changed_at),
    }
}

/// A word as part of an address.
fn in_address(word: &str) -> String {
    let mut text = String::new();
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
