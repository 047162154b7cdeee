//! The order of all entries, and the checkpoints over it, as the audit trail needs them. Rows are
//! added by the writer, in the commit of the entries themselves; what they prove is said in
//! `casework::audit`.

use crate::fault;
use crate::retain::Chore;
use crate::sqlite::SqliteStore;
use casework::{CaseId, Digest, Timestamp};
use engine::seams::{StoreError, StoredJournal};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection as _, Executor as _, Row as _};

/// How many commits are read at once.
const ROWS_MAX: i64 = 4_096;

/// A signed note over the beginning of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// How many entries it covers.
    pub size: u64,
    /// When it was made.
    pub at: Timestamp,
    /// The note, with its signatures.
    pub note: String,
    /// The state of the tree there, to go on from.
    pub frontier: Vec<u8>,
}

/// The whole trail as it stood at one moment, however long reading it takes.
pub struct Trail(SqliteConnection);

impl SqliteStore {
    /// Hashes of entries in the order in which they were committed, from this number on: a part of
    /// them, empty at the end. An entry's hash is its journal's chain after it.
    ///
    /// # Errors
    /// When the store cannot be read, or a row is missing.
    pub async fn log(&self, from: u64) -> Result<Vec<Digest>, StoreError> {
        log(&mut *self.reader().await?, from).await
    }

    /// The newest checkpoint, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_checkpoint(&self) -> Result<Option<StoredCheckpoint>, StoreError> {
        let text = "SELECT size, at, note, frontier FROM checkpoint ORDER BY size DESC LIMIT 1";
        let row = sqlx::query(text).fetch_optional(&mut *self.reader().await?).await;
        let parsed = row.and_then(|row| row.as_ref().map(parse_checkpoint).transpose());
        parsed.map_err(|error| fault::sorted(&error))
    }

    /// Keeps new checkpoints, durable on return; one of the same size that stands already stays as
    /// it is.
    ///
    /// # Errors
    /// When they cannot be saved.
    pub async fn keep_checkpoints(&self, made: Vec<StoredCheckpoint>) -> Result<(), StoreError> {
        self.chore(move |reply| Chore::Checkpoints(made, reply)).await
    }

    /// The trail as it stands now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn trail(&self) -> Result<Trail, StoreError> {
        let mut connection = self.another_reader().await?;
        // The first read after it fixes the moment.
        let begun = (&mut connection).execute("BEGIN; SELECT count(*) FROM counter").await;
        begun.map_err(|error| fault::sorted(&error))?;
        Ok(Trail(connection))
    }
}

impl Trail {
    /// As [`SqliteStore::log`].
    ///
    /// # Errors
    /// When the store cannot be read, or a row is missing.
    pub async fn log(&mut self, from: u64) -> Result<Vec<Digest>, StoreError> {
        log(&mut self.0, from).await
    }

    /// All checkpoints, smallest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let text = "SELECT size, at, note, frontier FROM checkpoint ORDER BY size";
        let rows = sqlx::query(text).fetch_all(&mut self.0).await;
        let parsed = rows.and_then(|rows| rows.iter().map(parse_checkpoint).collect());
        parsed.map_err(|error| fault::sorted(&error))
    }

    /// Numbers of journals with entries, ascending; the office's own is 0.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn journals(&mut self) -> Result<Vec<CaseId>, StoreError> {
        let text = "SELECT case_no FROM case_row WHERE entries > 0 ORDER BY case_no";
        let rows = sqlx::query(text).fetch_all(&mut self.0).await;
        let number = |row: &SqliteRow| row.try_get_unchecked::<i64, _>(0);
        let numbers = rows.and_then(|rows| rows.iter().map(number).collect::<Result<Vec<_>, _>>());
        let numbers = numbers.map_err(|error| fault::sorted(&error))?;
        Ok(numbers.into_iter().map(|number| CaseId(number.unsigned_abs())).collect())
    }

    /// A journal; `None` when there is none of this number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn journal(&mut self, case: CaseId) -> Result<Option<StoredJournal>, StoreError> {
        crate::reads::journal(&mut self.0, case).await
    }
}

async fn log(connection: &mut SqliteConnection, from: u64) -> Result<Vec<Digest>, StoreError> {
    let text = "SELECT first_index, leaves FROM log WHERE first_index >= coalesce( \
                (SELECT max(first_index) FROM log WHERE first_index <= $1), $1) \
                ORDER BY first_index LIMIT $2";
    let query = sqlx::query(text).bind(from.cast_signed()).bind(ROWS_MAX);
    let rows = query.fetch_all(connection).await.map_err(|error| fault::sorted(&error))?;
    let mut hashes = Vec::new();
    let mut next = None;
    for row in &rows {
        let (first, leaves) = parse_row(row).map_err(|error| fault::sorted(&error))?;
        if next.is_some_and(|next| next != first) || (next.is_none() && first > from) {
            return Err(fault::unreadable("the log of entries: a row is missing"));
        }
        let known = casework::audit::tree::digests(&leaves)
            .ok_or_else(|| fault::unreadable("the log of entries: a row was cut"))?;
        let skip = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
        hashes.extend(known.skip(skip));
        next = Some(first + (leaves.len() / 32) as u64);
    }
    Ok(hashes)
}

fn parse_row(row: &SqliteRow) -> Result<(u64, Vec<u8>), sqlx::Error> {
    Ok((row.try_get_unchecked::<i64, _>(0)?.unsigned_abs(), row.try_get_unchecked(1)?))
}

fn parse_checkpoint(row: &SqliteRow) -> Result<StoredCheckpoint, sqlx::Error> {
    Ok(StoredCheckpoint {
        size: row.try_get_unchecked::<i64, _>(0)?.unsigned_abs(),
        at: Timestamp(row.try_get_unchecked(1)?),
        note: row.try_get_unchecked(2)?,
        frontier: row.try_get_unchecked(3)?,
    })
}

/// Keeps new checkpoints; one that stands already stays as it is.
pub(crate) async fn keep(
    connection: &mut SqliteConnection,
    checkpoints: &[StoredCheckpoint],
) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await.map_err(|error| fault::sorted(&error))?;
    for checkpoint in checkpoints {
        let text = "INSERT INTO checkpoint (size, at, note, frontier) VALUES ($1, $2, $3, $4) \
                    ON CONFLICT (size) DO NOTHING";
        let query = sqlx::query(text)
            .bind(checkpoint.size.cast_signed())
            .bind(checkpoint.at.0)
            .bind(&checkpoint.note)
            .bind(&checkpoint.frontier);
        query.execute(&mut *transaction).await.map_err(|error| fault::sorted(&error))?;
    }
    transaction.commit().await.map_err(|error| fault::sorted(&error))
}
