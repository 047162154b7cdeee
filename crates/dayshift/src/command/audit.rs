//! Exports the audit trail and verifies it: an exported file offline, or an office's own store by
//! re-hashing every journal against its stored head.

use super::{Failure, store_path};
use crate::cli::AuditCommand;
use crate::report::Report;
use casework::audit::{Exporter, Verification, verify};
use casework::{CaseId, Chain, Entry};
use engine::seams::{CaseQuery, Store};
use serde_json::json;
use std::io::Write as _;
use std::path::Path;

pub async fn audit(command: AuditCommand, report: &Report) -> Result<(), Failure> {
    match command {
        AuditCommand::Export { dir, out } => export(&dir, &out, report).await,
        AuditCommand::Verify { path } if path.is_dir() => {
            let verification = verify_store(&path).await?;
            show(&verification, report)
        }
        AuditCommand::Verify { path } => {
            let bytes =
                std::fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
            show(&verify(&bytes), report)
        }
    }
}

fn show(verification: &Verification, report: &Report) -> Result<(), Failure> {
    let object = serde_json::to_value(verification).unwrap_or_default();
    match &verification.first_bad {
        None => {
            let words = format!(
                "All {} entries of {} cases are as they were written.",
                verification.entries, verification.cases
            );
            report.result(&object, &words);
            Ok(())
        }
        Some(bad) => {
            report.result(&object, &format!("Not as it was written: {bad}"));
            Err(Failure::NotReached(String::new()))
        }
    }
}

async fn export(dir: &Path, out: &Path, report: &Report) -> Result<(), Failure> {
    let store = open(dir).await?;
    let file = std::fs::File::create(out).map_err(|error| Failure::file("write", out, &error))?;
    let mut file = std::io::BufWriter::new(file);
    let mut write =
        |bytes: &[u8]| file.write_all(bytes).map_err(|error| Failure::file("write", out, &error));
    let cases = all_cases(&store).await?;
    let bar = report.progress("exporting", cases.len() as u64);
    let mut exporter = Exporter::default();
    for case in &cases {
        bar.inc(1);
        if let Some(journal) = store.journal(*case).await? {
            let lines = exporter
                .case(*case, &journal.lines, journal.head)
                .map_err(|error| Failure::NotReached(error.to_string()))?;
            write(&lines)?;
        }
    }
    write(&exporter.finish())?;
    file.flush().map_err(|error| Failure::file("write", out, &error))?;
    bar.finish_and_clear();
    let object = json!({ "ok": true, "cases": cases.len(), "file": out });
    report.result(&object, &format!("{} cases are in {}.", cases.len(), out.display()));
    Ok(())
}

async fn verify_store(dir: &Path) -> Result<Verification, Failure> {
    let store = open(dir).await?;
    let mut found = Verification { ok: true, cases: 0, entries: 0, first_bad: None };
    for case in all_cases(&store).await? {
        let Some(journal) = store.journal(case).await? else { continue };
        found.cases += 1;
        let mut chain = Chain::start(case);
        for line in journal.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Err(error) = Entry::from_line(line) {
                let bad = format!("case {case}: entry {} cannot be read: {error}", chain.length);
                found.first_bad.get_or_insert(bad);
            }
            chain.extend(line);
            found.entries += 1;
        }
        if chain.head != journal.head || chain.length != journal.count {
            let bad = format!("case {case}: its {} entries do not match its head", chain.length);
            found.first_bad.get_or_insert(bad);
        }
    }
    found.ok = found.first_bad.is_none();
    Ok(found)
}

/// The office's own journal, if it has one, and all cases of a store, oldest first.
async fn all_cases(store: &impl Store) -> Result<Vec<CaseId>, Failure> {
    let mut cases = Vec::new();
    let mut query = CaseQuery { limit: 1_000, ..CaseQuery::default() };
    loop {
        let rows = store.cases(query.clone()).await?;
        let Some(last) = rows.last() else { break };
        query.before = Some(last.case);
        cases.extend(rows.iter().map(|row| row.case));
    }
    let office = store.journal(CaseId::OFFICE).await?;
    cases.extend(office.filter(|journal| journal.count > 0).map(|_| CaseId::OFFICE));
    cases.reverse();
    Ok(cases)
}

async fn open(dir: &Path) -> Result<store::SqliteStore, Failure> {
    let path = store_path(dir);
    if !path.is_file() {
        return Err(Failure::Setting(format!("no cases yet: there is no {}", path.display())));
    }
    Ok(store::SqliteStore::open(&path, store::OpenOptions::default()).await?)
}
