//! What changed in the office's files since the program last worked by them: recorded in the
//! office's journal, with the lines that differ. Which rules hold is not decided here.

use crate::command::Failure;
use crate::office::{self, Office, WorkerFile};
use casework::office::Change;
use casework::{Actor, CaseId, Digest, Entry, Event, Timestamp, WorkerName};
use engine::seams::{AmendError, Amendment, People as _, Roll, Store as _};
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A longer difference is cut: what it was stands in the kept files.
const DIFF_BYTES_MAX: usize = 64 << 10;

/// What the journal says was worked by last.
#[derive(Default)]
struct Known {
    office: Option<Digest>,
    workers: BTreeMap<WorkerName, Digest>,
    secrets: BTreeMap<String, String>,
}

/// Records what is different from what was worked by last, and keeps the office file for the next
/// time. Before that, versions of workers must have been kept.
pub async fn record(
    office: &Office,
    store: &store::SqliteStore,
    at: Timestamp,
) -> Result<(), Failure> {
    let known = known(store).await?;
    let mut changes = Vec::new();
    let path = office.dir.join("office.toml");
    let text = std::fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
    let digest = Digest::of(&text);
    let kept = office.dir.join("state").join("versions").join("office.toml");
    if known.office != Some(digest) {
        let before = std::fs::read(&kept).ok();
        let diff = before.map(|before| diff("office.toml", &before, &text)).unwrap_or_default();
        changes.push(Change::OfficeFileChanged { from: known.office, to: digest, diff });
    }
    changes.extend(of_workers(office, &known));
    changes.extend(of_secrets(office, &known));
    if changes.is_empty() {
        return Ok(());
    }
    let amendment = Amendment::of(changes);
    let decide = Box::new(move |_: &Roll| Ok(amendment.clone()));
    store.amend(Actor::Engine, at, decide).await.map_err(|error| match error {
        AmendError::Store(error) => error.into(),
        AmendError::Refused { why } => Failure::Outside(why.into()),
    })?;
    super::versions::keep(&office.dir.join("state").join("versions"), &kept, &text)
        .map_err(|error| Failure::file("keep", &kept, &error))
}

async fn known(store: &store::SqliteStore) -> Result<Known, Failure> {
    let mut known = Known::default();
    let Some(journal) = store.journal(CaseId::OFFICE).await? else { return Ok(known) };
    for line in journal.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Ok(Entry { event: Event::OfficeChanged(change), .. }) = Entry::from_line(line) else {
            continue;
        };
        match change {
            Change::OfficeFileChanged { to, .. } => known.office = Some(to),
            Change::WorkerChanged { worker, to: Some(to), .. } => {
                known.workers.insert(worker, to);
            }
            Change::WorkerChanged { worker, to: None, .. } => {
                known.workers.remove(&worker);
            }
            Change::SecretMoved { what, to: Some(to), .. } => {
                known.secrets.insert(what, to);
            }
            Change::SecretMoved { what, to: None, .. } => {
                known.secrets.remove(&what);
            }
            _ => {}
        }
    }
    Ok(known)
}

fn of_workers(office: &Office, known: &Known) -> Vec<Change> {
    let mut changes = Vec::new();
    for file in &office.workers {
        let (worker, to) = (file.worker.name.clone(), file.worker.version);
        let from = known.workers.get(&worker).copied();
        if from != Some(to) {
            let diff = from.map(|from| worker_diff(office, file, from)).unwrap_or_default();
            changes.push(Change::WorkerChanged { worker, from, to: Some(to), diff });
        }
    }
    let there: BTreeSet<_> = office.workers.iter().map(|file| &file.worker.name).collect();
    let gone = known.workers.iter().filter(|(name, _)| !there.contains(name));
    changes.extend(gone.map(|(worker, from)| Change::WorkerChanged {
        worker: worker.clone(),
        from: Some(*from),
        to: None,
        diff: String::new(),
    }));
    changes
}

fn of_secrets(office: &Office, known: &Known) -> Vec<Change> {
    let now = office::secrets(office);
    let all: BTreeSet<&String> = now.keys().chain(known.secrets.keys()).collect();
    let moved = all.into_iter().filter(|what| now.get(*what) != known.secrets.get(*what));
    moved
        .map(|what| Change::SecretMoved {
            what: what.clone(),
            from: known.secrets.get(what).cloned(),
            to: now.get(what).cloned(),
        })
        .collect()
}

/// What differs between the kept files of a version and today's; empty when they were not kept.
fn worker_diff(office: &Office, file: &WorkerFile, from: Digest) -> String {
    let name = &file.worker.name;
    let folder = super::versions::folder(&office.dir, &from.to_string(), &name.0);
    let Ok(kept) = std::fs::read_dir(&folder) else { return String::new() };
    let kept = kept.filter_map(|entry| Some(entry.ok()?.path()));
    let named = |path: &Path| path.file_name().map(PathBuf::from);
    let mut pairs: BTreeMap<PathBuf, (Vec<u8>, Vec<u8>)> = BTreeMap::new();
    for path in kept {
        if let (Some(name), Ok(bytes)) = (named(&path), std::fs::read(&path)) {
            pairs.entry(name).or_default().0 = bytes;
        }
    }
    for (path, bytes) in &file.files {
        if let Some(name) = named(path) {
            pairs.entry(name).or_default().1.clone_from(bytes);
        }
    }
    let differ = pairs.iter().filter(|(_, (before, after))| before != after);
    let diffs =
        differ.map(|(path, (before, after))| diff(&path.display().to_string(), before, after));
    cut(diffs.collect::<Vec<_>>().join("\n"))
}

fn diff(name: &str, before: &[u8], after: &[u8]) -> String {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
    cut(diff.unified_diff().context_radius(1).header(name, name).to_string())
}

fn cut(mut text: String) -> String {
    if text.len() > DIFF_BYTES_MAX {
        let end = (0..=DIFF_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push_str("\n… and more; the kept files hold all of it");
    }
    text
}
