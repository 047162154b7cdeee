//! Writes the trail as it stands at one moment, journal after journal, so that a large office needs
//! no large memory. Format and check are `casework::audit`'s.

use crate::command::Failure;
use casework::audit::note::Note;
use casework::audit::{ExportError, Exporter};
use casework::{CaseId, Digest};
use engine::seams::StoredJournal;
use store::{StoredCheckpoint, Trail};

/// Takes bytes of an export.
pub type Write<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Failure>;

/// Writes all of it. The inner error says what in the store is not as it was committed; what came
/// before it is written.
pub async fn write_whole(
    trail: &mut Trail,
    key: &str,
    write: Write<'_>,
) -> Result<Result<u64, ExportError>, Failure> {
    let log = whole_log(trail).await?;
    let notes: Vec<String> = trail.checkpoints().await?.into_iter().map(|one| one.note).collect();
    let mut out = Vec::new();
    let mut exporter = match Exporter::begin(key, &log, true, &mut out) {
        Ok(exporter) => exporter,
        Err(error) => return Ok(Err(error)),
    };
    let cases = trail.journals().await?;
    let mut count = 0;
    for case in cases {
        let Some(journal) = trail.journal(case).await? else { continue };
        let exported = exporter.journal(case, &journal.lines, Some(journal.head), &mut out);
        write(&out)?;
        out.clear();
        if let Err(error) = exported {
            return Ok(Err(error));
        }
        count += 1;
    }
    exporter.finish(&notes, &mut out);
    write(&out)?;
    Ok(Ok(count))
}

/// Writes these journals, each entry with its proof against the newest checkpoint.
pub async fn write_part(
    trail: &mut Trail,
    key: &str,
    cases: &[CaseId],
    write: Write<'_>,
) -> Result<Result<u64, ExportError>, Failure> {
    let (log, newest) = signed_log(trail).await?;
    let mut out = Vec::new();
    let mut exporter = match Exporter::begin(key, &log, false, &mut out) {
        Ok(exporter) => exporter,
        Err(error) => return Ok(Err(error)),
    };
    let journals = with_erasures(trail, cases).await?;
    let count = journals.len() as u64;
    for (case, journal) in journals {
        let exported = exporter.journal(case, &journal.lines, Some(journal.head), &mut out);
        write(&out)?;
        out.clear();
        if let Err(error) = exported {
            return Ok(Err(error));
        }
    }
    exporter.finish(&[newest.note], &mut out);
    write(&out)?;
    Ok(Ok(count))
}

/// The journals of these cases; before them the office's own, where words were erased from one: it
/// says so.
pub async fn with_erasures(
    trail: &mut Trail,
    cases: &[CaseId],
) -> Result<Vec<(CaseId, StoredJournal)>, Failure> {
    let mut journals = Vec::new();
    let mut erased = false;
    for case in cases.iter().filter(|case| **case != CaseId::OFFICE) {
        let journal = trail.journal(*case).await?;
        let none = || Failure::Use(format!("there is no case {case}"));
        let journal = journal.filter(|journal| journal.count > 0).ok_or_else(none)?;
        erased |=
            lines(&journal.lines).any(|line| casework::journal::replaced_line(line).is_some());
        journals.push((*case, journal));
    }
    if (erased || cases.contains(&CaseId::OFFICE))
        && let Some(office) = trail.journal(CaseId::OFFICE).await?
    {
        journals.insert(0, (CaseId::OFFICE, office));
    }
    Ok(journals)
}

/// The log up to its newest checkpoint, and that.
pub async fn signed_log(trail: &mut Trail) -> Result<(Vec<Digest>, StoredCheckpoint), Failure> {
    let mut log = whole_log(trail).await?;
    let newest = trail.checkpoints().await?.pop();
    let newest = newest.ok_or_else(|| Failure::NotReached("there are no entries yet".into()))?;
    let size = Note::parse(&newest.note).map_or(0, |note| note.checkpoint.size);
    log.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    Ok((log, newest))
}

async fn whole_log(trail: &mut Trail) -> Result<Vec<Digest>, Failure> {
    let mut log = Vec::new();
    loop {
        let part = trail.log(log.len() as u64).await?;
        if part.is_empty() {
            return Ok(log);
        }
        log.extend(part);
    }
}

/// Cases whose journals name this person: an address, a name, somebody of the firm. Letters count
/// the same large and small.
pub async fn concerning(trail: &mut Trail, person: &str) -> Result<Vec<CaseId>, Failure> {
    let mut found = Vec::new();
    for case in trail.journals().await? {
        let Some(journal) = trail.journal(case).await? else { continue };
        if case != CaseId::OFFICE && lines(&journal.lines).any(|line| names(line, person)) {
            found.push(case);
        }
    }
    Ok(found)
}

/// Whether a line names this person.
pub fn names(line: &[u8], person: &str) -> bool {
    let person = person.to_lowercase();
    !person.is_empty() && String::from_utf8_lossy(line).to_lowercase().contains(&person)
}

/// The lines of a journal, without their breaks.
pub fn lines(journal: &[u8]) -> impl Iterator<Item = &[u8]> {
    journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}
