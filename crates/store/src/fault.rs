//! What SQLite said, sorted by who can act. Nothing is retried here.

use engine::seams::StoreError;
use sqlx::migrate::MigrateError;

/// The disk, or the size allowed to the file, is full.
pub(crate) const DISK_FULL: &str = "S001";
/// The file or its folder may not be read or written.
pub(crate) const NO_PERMISSION: &str = "S002";
/// The file is not a store, or was written by a newer program.
pub(crate) const NOT_OURS: &str = "S003";
/// The disk gave an error.
pub(crate) const DISK_ERROR: &str = "S004";
/// Another process works this office.
pub(crate) const WORKED_ELSEWHERE: &str = "S005";
/// The database refused a statement that should be right.
pub(crate) const REFUSED: &str = "S006";

/// The primary result code of SQLite, if the error came from it.
fn result_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|extended| extended & 0xff)
}

/// Whether a constraint refused it: a fence held.
pub(crate) fn is_fence(error: &sqlx::Error) -> bool {
    result_code(error) == Some(19)
}

/// Sorts an error.
pub(crate) fn sorted(error: &sqlx::Error) -> StoreError {
    let why = error.to_string();
    match result_code(error) {
        Some(5 | 6) => StoreError::Unavailable { why },
        Some(13) => StoreError::Broken { code: DISK_FULL, why },
        Some(3 | 8 | 14 | 23) => StoreError::Broken { code: NO_PERMISSION, why },
        Some(26) => StoreError::Broken { code: NOT_OURS, why },
        Some(10) => StoreError::Broken { code: DISK_ERROR, why },
        Some(11) => StoreError::Corrupt { why },
        Some(_) => StoreError::Broken { code: REFUSED, why },
        None => undriven(error, why),
    }
}

/// Sorts what went wrong while the schema was brought up to date.
pub(crate) fn sorted_migration(error: &MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => {
            match sorted(inner) {
                // A table of ours that exists already: the file belongs to another program.
                StoreError::Broken { code: REFUSED, why } => {
                    StoreError::Broken { code: NOT_OURS, why }
                }
                other => other,
            }
        }
        _ => StoreError::Broken { code: NOT_OURS, why: error.to_string() },
    }
}

/// Sorts a file error around the database.
pub(crate) fn sorted_file(attempted: &str, error: &std::io::Error) -> StoreError {
    let why = format!("{attempted}: {error}");
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Broken { code: DISK_FULL, why },
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::NotFound => {
            StoreError::Broken { code: NO_PERMISSION, why }
        }
        _ => StoreError::Broken { code: DISK_ERROR, why },
    }
}

/// Errors that SQLite itself did not give: of the pool, the connection's thread, or a row's shape.
fn undriven(error: &sqlx::Error, why: String) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::RowNotFound => StoreError::Corrupt { why },
        _ => StoreError::Unavailable { why },
    }
}

/// What is said after `close`, or when the writer has ended.
pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable { why: "the store is closed".to_owned() }
}

/// What cannot be read back.
pub(crate) fn unreadable(what: &str) -> StoreError {
    StoreError::Corrupt { why: format!("could not read back {what}") }
}
