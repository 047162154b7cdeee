//! `audit prove`: the journal of one case up to an effect, each entry with its proof, and the
//! newest checkpoint, in one file that `audit verify` checks.

use super::{Signed, trail};
use crate::command::Failure;
use crate::report::Report;
use casework::audit::Exporter;
use casework::{CallId, CaseId, Digest, Entry, Event};
use serde_json::json;
use std::path::Path;
use store::Trail;

pub async fn prove(
    effect: &str,
    office: &Path,
    out: Option<&Path>,
    report: &Report,
) -> Result<(), Failure> {
    let signed = Signed::open(office).await?;
    let mut trail = signed.trail().await?;
    let (case, call) = find(&mut trail, effect).await?;
    let (log, newest) = trail::signed_log(&mut trail).await?;
    let mut bytes = Vec::new();
    let failed = |error: casework::audit::ExportError| Failure::NotReached(error.to_string());
    let key = signed.key().to_string();
    let mut exporter = Exporter::begin(&key, &log, false, &mut bytes).map_err(failed)?;
    let mut entries = 0;
    for (number, journal) in trail::with_erasures(&mut trail, &[case]).await? {
        let (lines, head) = match number == case {
            true => (up_to_the_end_of(case, call, &journal.lines)?, None),
            false => (journal.lines.as_slice(), Some(journal.head)),
        };
        entries += trail::lines(lines).count();
        exporter.journal(number, lines, head, &mut bytes).map_err(failed)?;
    }
    exporter.finish(&[newest.note], &mut bytes);
    drop(trail);
    signed.close().await?;
    match out {
        Some(path) => {
            std::fs::write(path, &bytes).map_err(|error| Failure::file("write", path, &error))?;
            let object = json!({ "ok": true, "case": case, "call": call, "entries": entries,
                "checkpoint": newest.size, "file": path, "key": key });
            let words = format!(
                "{}: call {call} of case {case}, proven against the checkpoint of {} entries.",
                path.display(),
                newest.size
            );
            report.result(&object, &words);
        }
        None => report.raw(&bytes),
    }
    Ok(())
}

/// The case and call of `12/7`, or of an idempotency key.
async fn find(trail: &mut Trail, effect: &str) -> Result<(CaseId, CallId), Failure> {
    if let Some((case, call)) = effect.split_once('/')
        && let (Ok(case), Ok(call)) = (case.parse(), call.parse())
    {
        return Ok((CaseId(case), CallId(call)));
    }
    let wanted = Digest::parse(effect).ok_or_else(|| {
        Failure::Use(format!("`{effect}` is neither CASE/CALL nor an idempotency key"))
    })?;
    for case in trail.journals().await? {
        let Some(journal) = trail.journal(case).await? else { continue };
        if let Some(call) = call_of_key(case, &journal.lines, wanted) {
            return Ok((case, call));
        }
    }
    Err(Failure::NotReached(format!("no call here has the key {effect}")))
}

fn call_of_key(case: CaseId, journal: &[u8], wanted: Digest) -> Option<CallId> {
    let mut nonce = String::new();
    for entry in trail::lines(journal).filter_map(|line| Entry::from_line(line).ok()) {
        match entry.event {
            Event::CaseOpened { nonce: made, .. } => nonce = made,
            Event::CallProposed { call, .. }
                if casework::permit::idempotency_key(&nonce, case, call.id) == wanted =>
            {
                return Some(call.id);
            }
            _ => {}
        }
    }
    None
}

/// The journal's lines up to the one that says how the call ended.
fn up_to_the_end_of(case: CaseId, call: CallId, journal: &[u8]) -> Result<&[u8], Failure> {
    let (mut end, mut proposed) = (0, false);
    for line in journal.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        let Ok(entry) = Entry::from_line(line.trim_ascii_end()) else { continue };
        match entry.event {
            Event::CallProposed { call: found, .. } => proposed |= found.id == call,
            Event::CallEnded { call: found, .. } if found == call => {
                return Ok(journal.get(..end).unwrap_or(journal));
            }
            _ => {}
        }
    }
    match proposed {
        true => Err(Failure::NotReached(format!("call {call} of case {case} has not ended"))),
        false => Err(Failure::Use(format!("case {case} has no call {call}"))),
    }
}
