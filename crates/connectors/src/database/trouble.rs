//! What SQLite says, sorted by who can act. It decides nothing about what happens then.

use engine::seams::ToolError;
use std::path::Path;

/// Primary result codes, see <https://www.sqlite.org/rescode.html>.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const INTERRUPT: i32 = 9;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const TOOBIG: i32 = 18;
const CONSTRAINT: i32 = 19;
const MISMATCH: i32 = 20;
const NOTADB: i32 = 26;
/// Extended codes: another program's write was broken off, and only a connection that can write may
/// take it back.
const READONLY_RECOVERY: i32 = 264;
const READONLY_ROLLBACK: i32 = 776;

/// The file is not there or cannot be opened.
pub(super) const MISSING: &str = "D001";
/// The file cannot be written.
const NOT_WRITABLE: &str = "D002";
/// The file is not an SQLite database, or a damaged one.
const NOT_A_DATABASE: &str = "D003";
/// The schema cannot be loaded into a new file.
pub(super) const BAD_SCHEMA: &str = "D004";
/// The disk is full.
const DISK_FULL: &str = "D005";
/// A statement does not fit the database, or writes where it is declared to read.
const UNFIT_STATEMENT: &str = "D006";

/// What a failed statement means for the call. Everything here happened before the commit, or the
/// marker tells on the next attempt, so nothing is ever in doubt.
pub(super) fn sort(error: &sqlx::Error, path: &Path, reads: bool) -> ToolError {
    let shown = path.display();
    let why = match error {
        sqlx::Error::Database(said) => said.message().to_owned(),
        other => other.to_string(),
    };
    let broken = |code, why: String| ToolError::Broken { code, why: format!("{shown}: {why}") };
    let rejected = |message: String| ToolError::Rejected { message };
    if is_broken_off(error) {
        let why = format!("{shown}: a write that was broken off is not taken back yet");
        return ToolError::Unavailable { why, retry_after_ms: None };
    }
    match primary_code(error) {
        Some(BUSY | LOCKED) | None => {
            ToolError::Unavailable { why: format!("{shown}: {why}"), retry_after_ms: None }
        }
        Some(READONLY) if reads => {
            broken(UNFIT_STATEMENT, "a statement declared as `read` tries to write".into())
        }
        Some(READONLY) => broken(NOT_WRITABLE, why),
        Some(CANTOPEN) => broken(MISSING, why),
        Some(NOTADB | CORRUPT) => broken(NOT_A_DATABASE, why),
        Some(FULL) => broken(DISK_FULL, why),
        Some(INTERRUPT) => rejected("the statement took too long and was stopped".into()),
        Some(CONSTRAINT | MISMATCH | TOOBIG) => rejected(why),
        Some(1) if why.starts_with("no such ") || why.contains("syntax error") => {
            broken(UNFIT_STATEMENT, why)
        }
        // Left are faults of the moment (memory, disk) and of the data (`malformed JSON`).
        Some(1) => rejected(why),
        Some(_) => ToolError::Unavailable { why: format!("{shown}: {why}"), retry_after_ms: None },
    }
}

/// The low byte of SQLite's extended result code; `None` when it was not SQLite that failed.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    extended_code(error).map(|code| code & 0xff)
}

/// Whether a program ended within a write, so that a connection that cannot write can read nothing.
pub(super) fn is_broken_off(error: &sqlx::Error) -> bool {
    matches!(extended_code(error), Some(READONLY_RECOVERY | READONLY_ROLLBACK))
}

fn extended_code(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(said) = error else { return None };
    said.code()?.parse::<i32>().ok()
}
