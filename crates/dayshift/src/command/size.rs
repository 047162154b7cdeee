//! Says what takes how much room, and forgets old cases when asked.

use super::{Failure, store_path};
use crate::report::{Report, table};
use casework::time::DAY_MS;
use engine::clock::Clock;
use engine::seams::Store;
use serde_json::json;
use std::path::Path;

pub async fn size(
    dir: &Path,
    forget_after_days: Option<u32>,
    report: &Report,
) -> Result<(), Failure> {
    let path = store_path(dir);
    if !path.is_file() {
        return Err(Failure::Setting(format!("no cases yet: there is no {}", path.display())));
    }
    let store = store::SqliteStore::open(&path, store::OpenOptions::default()).await?;
    let mut forgotten = 0;
    if let Some(days) = forget_after_days {
        let back_ms = i64::try_from(u64::from(days) * DAY_MS).unwrap_or(i64::MAX);
        let before = casework::Timestamp(Clock::System.now().0.saturating_sub(back_ms));
        forgotten = store.retain_after(before).await?;
    }
    let size = store.size().await?;
    let row = |what: &str, bytes: u64| vec![what.to_owned(), kilobytes(bytes)];
    let rows = [
        row("journals of open cases", size.open_journal_bytes),
        row("journals of ended cases", size.sealed_journal_bytes),
        row("mails and documents", size.body_bytes),
        row("could be given back", size.free_bytes),
        row("files on disk", size.file_bytes),
    ];
    let words = format!(
        "{}\n{} cases; {forgotten} forgotten now.",
        table(&["what", "KB"], &[1], &rows),
        size.cases
    );
    let object = json!({ "ok": true, "size": size, "forgotten": forgotten });
    report.result(&object, &words);
    store.close().await?;
    Ok(())
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1_000.0)
}
