//! Changes: the office's own journal in words, newest first, and whether its chain holds. It shows
//! what was recorded; nothing is recorded here.

use super::{Shell, render};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::moments::When;
use crate::sessions::Signed;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use casework::office::Change;
use casework::{Actor, CaseId, Chain, Digest, Entry, Event, PersonId};
use serde::Deserialize;

/// So many on a page.
const ROWS: usize = 100;

/// Which part of it is wanted.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Part {
    /// Entries below this number.
    before: Option<u32>,
}

/// The office's journal, or a part of it.
pub(crate) struct Read {
    /// Newest first.
    pub(crate) entries: Vec<Entry>,
    /// How many there are in all.
    pub(crate) count: u32,
    /// Whether the lines are those that were hashed.
    pub(crate) verified: bool,
    /// The number below which the next part begins.
    pub(crate) next_before: Option<u32>,
}

struct Row {
    at: When,
    by: String,
    words: String,
    diff: String,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    shell: Shell,
    rows: Vec<Row>,
    count: u32,
    verified: bool,
    next_before: Option<u32>,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let read = read(&desk, &part).await?;
    let moments = desk.moments();
    let row = |entry: &Entry| {
        let (words, diff) = match &entry.event {
            Event::OfficeChanged(change) => told(&desk, change),
            _ => ("something that belongs into a case".into(), String::new()),
        };
        Row { at: moments.at(entry.at), by: by(&desk, &entry.by), words, diff }
    };
    render(&ChangesPage {
        shell: Shell::new(&desk, &signed, "changes").await?,
        rows: read.entries.iter().map(row).collect(),
        count: read.count,
        verified: read.verified,
        next_before: read.next_before,
    })
}

/// Reads a part and checks the whole.
pub(crate) async fn read(desk: &Desk, part: &Part) -> Result<Read, Failure> {
    let mut chain = Chain::start(CaseId::OFFICE);
    let Some(journal) = desk.history.journal(CaseId::OFFICE).await? else {
        let none = Read { entries: Vec::new(), count: 0, verified: true, next_before: None };
        return Ok(none);
    };
    let mut entries = Vec::new();
    let mut readable = true;
    for line in journal.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        chain.extend(line);
        match Entry::from_line(line) {
            Ok(entry) => entries.push(entry),
            Err(_) => readable = false,
        }
    }
    let whole = (chain.head, chain.length) == (journal.head, journal.count);
    entries.retain(|entry| part.before.is_none_or(|before| entry.seq < before));
    entries.reverse();
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let next_before = entries.last().map(|entry| entry.seq).filter(|_| more);
    Ok(Read { entries, count: journal.count, verified: whole && readable, next_before })
}

fn by(desk: &Desk, by: &Actor) -> String {
    match by {
        Actor::Engine => "the program".into(),
        Actor::Source(name) => format!("the {name}"),
        Actor::Judge { name, .. } => name.clone(),
        Actor::Person(who) => desk.name_of(who),
    }
}

/// One change in words, and what differs where files changed.
fn told(desk: &Desk, change: &Change) -> (String, String) {
    match change {
        Change::WorkerChanged { diff, .. } | Change::OfficeFileChanged { diff, .. } => {
            (of_files(change), diff.clone())
        }
        Change::SecretMoved { .. }
        | Change::Paused { .. }
        | Change::Resumed { .. }
        | Change::Stopped
        | Change::Erased { .. }
        | Change::Forgotten { .. } => (of_files(change), String::new()),
        _ => (of_people(desk, change), String::new()),
    }
}

fn of_people(desk: &Desk, change: &Change) -> String {
    let name = |who: &PersonId| desk.name_of(who);
    let roles = super::people::in_words;
    match change {
        Change::SignedIn { who, proof, failed_before: 0 } => {
            format!("{} signed in with {}", name(who), proof.words())
        }
        Change::SignedIn { who, proof, failed_before } => {
            let failed = super::counted(u64::from(*failed_before), "attempt", "attempts");
            let proof = proof.words();
            format!("{} signed in with {proof}, after {failed} that failed", name(who))
        }
        Change::SignInFailed { who, count } => {
            let whose = who.as_ref().map_or("a name nobody has".into(), name);
            match count {
                1 => format!("a sign-in as {whose} failed"),
                _ => format!("sign-ins as {whose} failed {count} times in a row so far"),
            }
        }
        Change::SteppedUp { who, proof } => {
            format!("{} proved again who they are, with {}", name(who), proof.words())
        }
        Change::SignedOut { who, everywhere: false } => format!("{} signed out", name(who)),
        Change::SignedOut { who, everywhere: true } => {
            format!("{} was signed out everywhere", name(who))
        }
        Change::LinkMade { who } => format!("a one-time link was made for {}", name(who)),
        Change::PersonAdded { who, roles: held } => {
            format!("{} ({who}) was added as {}", name(who), roles(held))
        }
        Change::PersonRemoved { who } => format!("{} ({who}) was removed", name(who)),
        Change::RolesChanged { who, from, to } => {
            format!("{} is now {}, and was {}", name(who), roles(to), roles(from))
        }
        Change::PasswordSet { who } => format!("{} has a new password", name(who)),
        _ => String::new(),
    }
}

fn of_files(change: &Change) -> String {
    let version = |digest: &Digest| digest.short();
    match change {
        Change::WorkerChanged { worker, from, to, .. } => match (from, to) {
            (Some(from), Some(to)) => {
                let (from, to) = (version(from), version(to));
                format!("the files of {worker} changed: version {to}, before {from}")
            }
            (None, Some(to)) => format!("{worker} is new: version {}", version(to)),
            (Some(_) | None, None) => format!("{worker} is gone"),
        },
        Change::OfficeFileChanged { from, .. } => match from {
            Some(_) => "the office file changed".into(),
            None => "the office began".into(),
        },
        Change::SecretMoved { what, from, to } => {
            let place = |place: &Option<String>| place.clone().unwrap_or("nowhere".into());
            format!("{what} now comes from {}, before from {}", place(to), place(from))
        }
        Change::Paused { worker } => format!("{worker} was paused"),
        Change::Resumed { worker } => format!("{worker} goes on"),
        Change::Stopped => "everything was stopped".into(),
        Change::Erased { why, entries } => {
            let count = super::counted(entries.len() as u64, "entry", "entries");
            format!("a person’s words were taken out of {count}: {why}")
        }
        Change::Forgotten { cases } => {
            let count = super::counted(cases.len() as u64, "ended case", "ended cases");
            format!("{count} were removed, their time being over")
        }
        _ => String::new(),
    }
}
