//! Puts journals whose words were taken out in the place of the old ones, and removes what else of
//! them the file holds. Which words go, and that it is recorded, is the caller's; what is left of
//! old pages is overwritten.

use crate::compress::{self, Compressed};
use crate::fault;
use crate::retain::Chore;
use crate::sqlite::SqliteStore;
use casework::signal::{Signal, SignalKind};
use casework::{CaseId, Digest};
use engine::seams::StoreError;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Executor as _, Row as _};

/// A journal to be put in the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// Of which case; it must have ended.
    pub case: CaseId,
    /// The head of its journal, which stays.
    pub head: Digest,
    /// All its lines.
    pub lines: Vec<u8>,
    /// Whether the whole case is the person's: its originals and what it taught go too.
    pub own: bool,
}

/// What was removed beside journals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Original mails and documents.
    pub bodies: u64,
    /// Signals that nobody's trigger took.
    pub unclaimed: u64,
    /// What people's answers taught.
    pub lessons: u64,
}

/// A journal, ready to be saved.
pub(crate) type Ready = (CaseId, Digest, Compressed, bool);

impl SqliteStore {
    /// Replaces journals of ended cases, and removes originals, lessons and unclaimed signals of
    /// whoever writes under this address. One transaction; after it the file is written anew, so
    /// that no old page is left in it.
    ///
    /// # Errors
    /// When a case has not ended or goes on meanwhile (`Lost`): nothing is changed then.
    pub async fn rewrite(
        &self,
        journals: Vec<Rewritten>,
        address: &str,
    ) -> Result<Removed, StoreError> {
        let ready: Result<Vec<Ready>, StoreError> = journals
            .into_iter()
            .map(|one| Ok((one.case, one.head, compress::journal(&one.lines)?, one.own)))
            .collect();
        let (ready, address) = (ready?, address.to_lowercase());
        self.chore(move |reply| Chore::Rewrite(ready, address, reply)).await
    }
}

/// Does it between groups.
pub(crate) async fn rewrite(
    connection: &mut SqliteConnection,
    journals: &[Ready],
    address: &str,
) -> Result<Removed, StoreError> {
    let sorted = |error| fault::sorted(&error);
    let begin = "PRAGMA secure_delete = ON; BEGIN IMMEDIATE";
    connection.execute(begin).await.map_err(sorted)?;
    let removed = match within(connection, journals, address).await {
        Ok(removed) => removed,
        Err(error) => {
            // What made it fail may have ended the transaction already.
            let _ = connection.execute("ROLLBACK; PRAGMA secure_delete = FAST").await;
            return Err(error);
        }
    };
    // Pages given free earlier may hold the same words: the whole file is written anew.
    let end = "COMMIT; VACUUM; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA secure_delete = FAST";
    connection.execute(end).await.map_err(sorted)?;
    Ok(removed)
}

async fn within(
    connection: &mut SqliteConnection,
    journals: &[Ready],
    address: &str,
) -> Result<Removed, StoreError> {
    let sorted = |error| fault::sorted(&error);
    let mut removed = Removed::default();
    for (case, head, whole, own) in journals {
        let number = case.0.cast_signed();
        let text = "UPDATE sealed SET dictionary = $3, raw_bytes = $4, compressed = $5 \
                    WHERE case_no = $1 AND EXISTS (SELECT 1 FROM case_row AS c \
                    WHERE c.case_no = $1 AND c.head = $2 AND c.status >= 16)";
        let query = sqlx::query(text)
            .bind(number)
            .bind(head.0.to_vec())
            .bind(whole.dictionary)
            .bind(i64::try_from(whole.raw_bytes).unwrap_or(i64::MAX))
            .bind(&whole.bytes);
        let done = query.execute(&mut *connection).await.map_err(sorted)?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Lost { case: *case });
        }
        let row = "UPDATE case_row SET title = '[erased]', party = NULL, note = '[erased]', \
                   ask = NULL WHERE case_no = $1 AND ($2 OR \
                   instr(lower(title || ' ' || coalesce(party, '') || ' ' || note), $3) > 0)";
        let query = sqlx::query(row).bind(number).bind(*own).bind(address);
        query.execute(&mut *connection).await.map_err(sorted)?;
        let lessons =
            "DELETE FROM lesson WHERE case_no = $1 AND ($2 OR instr(lower(text), $3) > 0)";
        let query = sqlx::query(lessons).bind(number).bind(*own).bind(address);
        removed.lessons += query.execute(&mut *connection).await.map_err(sorted)?.rows_affected();
        if *own {
            let bodies = "UPDATE body SET compressed = NULL WHERE compressed NOT NULL \
                          AND digest IN (SELECT digest FROM case_body WHERE case_no = $1)";
            let done = sqlx::query(bodies).bind(number).execute(&mut *connection).await;
            removed.bodies += done.map_err(sorted)?.rows_affected();
        }
    }
    unclaimed(connection, address, &mut removed).await?;
    Ok(removed)
}

/// Signals that no case took go as a whole, with their originals.
async fn unclaimed(
    connection: &mut SqliteConnection,
    address: &str,
    removed: &mut Removed,
) -> Result<(), StoreError> {
    let sorted = |error| fault::sorted(&error);
    let gone = "DELETE FROM unclaimed WHERE instr(lower(signal), $1) > 0 RETURNING signal";
    let rows = sqlx::query(gone).bind(address).fetch_all(&mut *connection).await.map_err(sorted)?;
    let read = |row: &SqliteRow| {
        let json: String = row.try_get_unchecked(0).ok()?;
        serde_json::from_str::<Signal>(&json).ok()
    };
    removed.unclaimed += rows.len() as u64;
    for signal in rows.iter().filter_map(read) {
        let SignalKind::Arrived(arrival) = signal.kind else { continue };
        for digest in arrival.bodies {
            let text = "UPDATE body SET compressed = NULL WHERE digest = $1";
            let query = sqlx::query(text).bind(digest.0.to_vec());
            removed.bodies +=
                query.execute(&mut *connection).await.map_err(sorted)?.rows_affected();
        }
    }
    Ok(())
}
