//! Keeps the files of every worker version that cases began with, and brings old versions back for
//! the cases that still go by them: an edited job description never changes a case under way.

use crate::command::Failure;
use crate::office::{self, Office};
use casework::tool::Tools;
use casework::worker::{Charter, Worker};
use casework::{Digest, Status, WorkerName};
use engine::charters::Charters;
use engine::seams::{CaseQuery, Store};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes today's versions beside the journal and reads those that open cases need.
pub async fn keep_and_recall(
    office: &Office,
    store: &Arc<dyn Store>,
    charters: &Charters,
    specs: &Arc<Tools>,
) -> Result<(), Failure> {
    for file in &office.workers {
        let folder = folder(&office.dir, &file.worker.version.to_string(), &file.worker.name.0);
        for (path, bytes) in &file.files {
            let Some(name) = path.file_name() else { continue };
            let kept = folder.join(name);
            if std::fs::read(&kept).ok().as_ref() != Some(bytes) {
                keep(&folder, &kept, bytes)
                    .map_err(|error| Failure::file("keep", &kept, &error))?;
            }
        }
    }
    for (worker, version) in needed(store).await? {
        if charters.get(&worker, version).is_some() {
            continue;
        }
        match recall(office, &worker, version) {
            Some(old) => {
                charters.put(Charter { worker: Arc::new(old), tools: Arc::clone(specs) });
            }
            // Its cases will be shown as stuck, with this reason.
            None => tracing::warn!(%worker, %version, "an old version cannot be read back"),
        }
    }
    Ok(())
}

/// Writes a copy so that it is there whole or not at all: half of one, left by a power cut, would
/// be of no version.
pub(super) fn keep(folder: &Path, kept: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::create_dir_all(folder)?;
    let being_written = kept.with_extension("tmp");
    let mut file = std::fs::File::create(&being_written)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&being_written, kept)?;
    // Without this the rename itself may be forgotten.
    std::fs::File::open(folder)?.sync_all()
}

/// A version of a worker that was kept; `None` when it is gone or was changed.
pub fn recall(office: &Office, worker: &WorkerName, version: Digest) -> Option<Worker> {
    let folder = folder(&office.dir, &version.to_string(), &worker.0);
    let file = office::read_worker(office, &folder)?;
    (file.worker.version == version).then_some(file.worker)
}

pub(super) fn folder(office: &Path, version: &str, worker: &str) -> PathBuf {
    let short: String = version.chars().take(16).collect();
    office.join("state").join("versions").join(short).join(worker)
}

/// The versions that open cases go by.
async fn needed(
    store: &Arc<dyn Store>,
) -> Result<BTreeSet<(casework::WorkerName, casework::Digest)>, Failure> {
    let statuses = Status::ALL.into_iter().filter(|status| !status.is_closed()).collect();
    let mut query = CaseQuery { statuses, limit: 1_000, ..CaseQuery::default() };
    let mut needed = BTreeSet::new();
    loop {
        let rows = store.cases(query.clone()).await?;
        let Some(last) = rows.last() else { return Ok(needed) };
        query.before = Some(last.case);
        needed.extend(rows.iter().map(|row| (row.worker.clone(), row.version)));
    }
}
