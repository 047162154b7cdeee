//! Chores that the writer does between groups: erasing, forgetting old cases, and closing. Deciding
//! how long anything is kept is not here.

use crate::erase::{self, Ready, Removed};
use crate::fault;
use crate::log::{self, StoredCheckpoint};
use crate::writer::Reply;
use casework::office::ForgottenCase;
use casework::{CaseId, Digest, Timestamp};
use engine::seams::StoreError;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Executor as _, Row as _};

/// The most cases forgotten in one transaction, so that appends need not wait long.
pub(crate) const FORGET_MAX: i64 = 500;

/// What is done between groups.
pub(crate) enum Chore {
    /// Tell the number that changes when another process writes.
    Look(Reply<i64>),
    /// Erase a body.
    Erase(Digest, Reply<()>),
    /// Forget up to [`FORGET_MAX`] cases that closed before this; tells how many.
    Forget(Timestamp, Reply<u64>),
    /// Drop what forgotten cases leave behind and give the room back.
    Sweep(Reply<()>),
    /// Note that a pass was used.
    Seen(Digest, Timestamp, Reply<()>),
    /// Keep checkpoints.
    Checkpoints(Vec<StoredCheckpoint>, Reply<()>),
    /// Replace journals and remove what else there is of a person.
    Rewrite(Vec<Ready>, String, Reply<Removed>),
    /// Close the file.
    Close(Reply<()>),
}

impl Chore {
    /// Does it. Closing is the writer's own, as it ends the writer.
    pub(crate) async fn perform(self, connection: &mut SqliteConnection) {
        // A caller that went away needs no answer.
        match self {
            Self::Look(reply) => drop(reply.send(look(connection).await)),
            Self::Erase(digest, reply) => drop(reply.send(erase_body(connection, digest).await)),
            Self::Forget(before, reply) => drop(reply.send(forget(connection, before).await)),
            Self::Sweep(reply) => drop(reply.send(sweep(connection).await)),
            Self::Seen(hash, at, reply) => {
                drop(reply.send(crate::people::seen(connection, hash, at).await));
            }
            Self::Checkpoints(made, reply) => {
                drop(reply.send(log::keep(connection, &made).await));
            }
            Self::Rewrite(journals, address, reply) => {
                drop(reply.send(erase::rewrite(connection, &journals, &address).await));
            }
            Self::Close(reply) => drop(reply.send(Ok(()))),
        }
    }
}

async fn look(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("PRAGMA data_version").fetch_one(connection).await;
    row.and_then(|row| row.try_get_unchecked(0)).map_err(|error| fault::sorted(&error))
}

async fn erase_body(connection: &mut SqliteConnection, digest: Digest) -> Result<(), StoreError> {
    // Overwritten with zeros, not only unlinked; the log is emptied too, for it holds old pages.
    let steps = "PRAGMA secure_delete = ON; \
                 UPDATE body SET compressed = NULL WHERE digest = $1; \
                 PRAGMA secure_delete = FAST; PRAGMA wal_checkpoint(TRUNCATE);";
    let query = sqlx::query(steps).bind(digest.0.to_vec());
    query.fetch_all(connection).await.map_err(|error| fault::sorted(&error))?;
    Ok(())
}

/// The cases that [`forget`] would remove next, for the office's own journal.
pub(crate) async fn next_forgotten(
    connection: &mut SqliteConnection,
    before: Timestamp,
) -> Result<Vec<ForgottenCase>, StoreError> {
    let text = "SELECT case_no, entries, head FROM case_row WHERE closed_at < $1 \
                AND due_at IS NULL ORDER BY closed_at, case_no LIMIT $2";
    let query = sqlx::query(text).bind(before.0).bind(FORGET_MAX);
    let rows = query.fetch_all(connection).await.map_err(|error| fault::sorted(&error))?;
    let parse = |row: &SqliteRow| {
        let entries: i64 = row.try_get_unchecked(1)?;
        Ok(ForgottenCase {
            case: CaseId(row.try_get_unchecked::<i64, _>(0)?.unsigned_abs()),
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            head: Digest(crate::admit::sized(row.try_get_unchecked(2)?)?),
        })
    };
    let cases: Result<_, sqlx::Error> = rows.iter().map(parse).collect();
    cases.map_err(|error| fault::sorted(&error))
}

async fn forget(connection: &mut SqliteConnection, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query(include_str!("sql/forget.sql")).bind(before.0).bind(FORGET_MAX);
    match done.fetch_all(&mut *connection).await {
        Ok(rows) => {
            let forgotten = rows.first().map(|row| row.try_get_unchecked::<i64, _>(0));
            let forgotten = forgotten.transpose().map_err(|error| fault::sorted(&error))?;
            Ok(forgotten.unwrap_or(0).unsigned_abs())
        }
        Err(error) => {
            undo(connection).await;
            Err(fault::sorted(&error))
        }
    }
}

async fn sweep(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let swept = sqlx::query(include_str!("sql/sweep.sql")).fetch_all(&mut *connection).await;
    if let Err(error) = swept {
        undo(connection).await;
        return Err(fault::sorted(&error));
    }
    Ok(())
}

async fn undo(connection: &mut SqliteConnection) {
    // Without an open transaction there is nothing to undo, which SQLite reports as an error.
    let _ = connection.execute("ROLLBACK").await;
}
