//! What others want to see: journals, rows, counts, sizes. Nothing is changed here.

use crate::admit::sized;
use crate::fault;
use crate::rows::Bound;
use crate::status::{self, CLOSED_FROM};
use casework::case::Lesson;
use casework::journal::Chain;
use casework::signal::Signal;
use casework::{CaseId, Digest, PersonId, Progress, Status, Timestamp, WorkerName};
use engine::seams::{CaseQuery, CaseRow, Count, SizeReport, StoreError, StoredJournal};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};
use std::fmt::Write as _;

/// How many rows a query without a limit gives.
const LIMIT: u32 = 100;

const CASE_COLUMNS: &str = "SELECT case_no, worker, version, opened_at, changed_at, status, \
                            due_at, title, party, note, spend_micro_usd, ask FROM case_row";

/// A case's whole journal.
pub(crate) async fn journal(
    connection: &mut SqliteConnection,
    case: CaseId,
) -> Result<Option<StoredJournal>, StoreError> {
    let query = sqlx::query(include_str!("sql/journal.sql")).bind(case.0.cast_signed());
    let row = query.fetch_optional(connection).await.map_err(|error| fault::sorted(&error))?;
    let Some(row) = row else { return Ok(None) };
    let parts = parse_journal(&row).map_err(|error| fault::sorted(&error))?;
    let (count, head, open, sealed) = parts;
    let mut lines = match sealed {
        Some((dictionary, raw_bytes, bytes)) => {
            crate::compress::expand(dictionary, raw_bytes, &bytes)?
        }
        None => Vec::new(),
    };
    lines.extend(open.unwrap_or_default());
    let head = head.unwrap_or_else(|| Chain::start(case).head);
    Ok(Some(StoredJournal { lines, head, count }))
}

type JournalParts = (u32, Option<Digest>, Option<Vec<u8>>, Option<(i64, i64, Vec<u8>)>);

fn parse_journal(row: &SqliteRow) -> Result<JournalParts, sqlx::Error> {
    let count = u32::try_from(row.try_get_unchecked::<i64, _>(0)?).unwrap_or(u32::MAX);
    let head = row.try_get_unchecked::<Option<Vec<u8>>, _>(1)?.map(sized).transpose()?.map(Digest);
    let open = row.try_get_unchecked(2)?;
    let sealed = match row.try_get_unchecked::<Option<Vec<u8>>, _>(5)? {
        Some(bytes) => Some((row.try_get_unchecked(3)?, row.try_get_unchecked(4)?, bytes)),
        None => None,
    };
    Ok((count, head, open, sealed))
}

/// One case's row.
pub(crate) async fn case(
    connection: &mut SqliteConnection,
    case: CaseId,
) -> Result<Option<CaseRow>, StoreError> {
    let text = format!("{CASE_COLUMNS} WHERE case_no = $1 AND case_no > 0");
    let query = sqlx::query(AssertSqlSafe(text)).bind(case.0.cast_signed());
    let row = query.fetch_optional(connection).await.map_err(|error| fault::sorted(&error))?;
    row.as_ref().map(parse_case).transpose().map_err(|error| fault::sorted(&error))
}

/// Rows of cases, newest first.
pub(crate) async fn cases(
    connection: &mut SqliteConnection,
    query: CaseQuery,
) -> Result<Vec<CaseRow>, StoreError> {
    let mut text = format!("{CASE_COLUMNS} WHERE case_no > 0 AND case_no < $1");
    let before = query.before.map_or(i64::MAX, |case| case.0.cast_signed());
    let numbers: Vec<i64> = query.statuses.iter().map(|status| status::number(*status)).collect();
    let worker = query.worker.map(|worker| worker.0);
    let mut bound = Bound::default().value(before).rows(&numbers).value(worker);
    if !numbers.is_empty() {
        text.push_str(" AND status IN (SELECT value FROM json_each($2))");
    }
    if query.statuses.iter().any(|status| !status.is_closed())
        && !query.statuses.iter().any(|status| status.is_closed())
    {
        // Says no more than the line above, but in words by which SQLite finds its small index.
        text.push_str(" AND status < 16");
    }
    text.push_str(" AND ($3 IS NULL OR worker = $3)");
    let words = query.words.unwrap_or_default();
    for (at, word) in words.split_whitespace().enumerate() {
        let place = 4 + at;
        // Writing to a string cannot fail.
        let _ =
            write!(text, " AND (title || ' ' || coalesce(party, '')) LIKE ${place} ESCAPE '\\'");
        bound = bound.value(format!("%{}%", escaped(word)));
    }
    let limit = if query.limit == 0 { LIMIT } else { query.limit };
    let _ = write!(text, " ORDER BY case_no DESC LIMIT {limit}");
    let rows = sqlx::query_with(AssertSqlSafe(text), bound.into_arguments());
    let rows = rows.persistent(false).fetch_all(connection).await;
    let rows = rows.map_err(|error| fault::sorted(&error))?;
    rows.iter().map(|row| parse_case(row).map_err(|error| fault::sorted(&error))).collect()
}

fn parse_case(row: &SqliteRow) -> Result<CaseRow, sqlx::Error> {
    let ask: Option<String> = row.try_get_unchecked(11)?;
    let ask = ask.map(|json| serde_json::from_str(&json)).transpose();
    let progress = Progress {
        status: standing(row, 5)?,
        due_at: row.try_get_unchecked::<Option<i64>, _>(6)?.map(Timestamp),
        title: row.try_get_unchecked(7)?,
        party: row.try_get_unchecked(8)?,
        ask: ask.map_err(|error| sqlx::Error::Decode(error.into()))?,
        note: row.try_get_unchecked(9)?,
        spend_micro_usd: row.try_get_unchecked::<i64, _>(10)?.unsigned_abs(),
    };
    Ok(CaseRow {
        case: CaseId(row.try_get_unchecked::<i64, _>(0)?.unsigned_abs()),
        worker: WorkerName::new(row.try_get_unchecked::<String, _>(1)?),
        version: Digest(sized(row.try_get_unchecked(2)?)?),
        opened_at: Timestamp(row.try_get_unchecked(3)?),
        changed_at: Timestamp(row.try_get_unchecked(4)?),
        progress,
    })
}

fn standing(row: &SqliteRow, column: usize) -> Result<Status, sqlx::Error> {
    let number: i64 = row.try_get_unchecked(column)?;
    status::standing(number).ok_or_else(|| sqlx::Error::Decode("an unknown standing".into()))
}

/// A word as `LIKE` takes it literally.
fn escaped(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// How many cases stand where: open ones, and those closed since.
pub(crate) async fn counts(
    connection: &mut SqliteConnection,
    since: Timestamp,
) -> Result<Vec<Count>, StoreError> {
    let rows = sqlx::query(include_str!("sql/counts.sql")).bind(since.0).fetch_all(connection);
    let rows = rows.await.map_err(|error| fault::sorted(&error))?;
    let parse = |row: &SqliteRow| {
        Ok(Count {
            worker: WorkerName::new(row.try_get_unchecked::<String, _>(0)?),
            status: standing(row, 1)?,
            cases: row.try_get_unchecked::<i64, _>(2)?.unsigned_abs(),
        })
    };
    let counts: Result<Vec<_>, sqlx::Error> = rows.iter().map(parse).collect();
    counts.map_err(|error| fault::sorted(&error))
}

/// Bytes by digest.
pub(crate) async fn body(
    connection: &mut SqliteConnection,
    digest: Digest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let text = "SELECT raw_bytes, compressed FROM body WHERE digest = $1 AND compressed NOT NULL";
    let row = sqlx::query(text).bind(digest.0.to_vec()).fetch_optional(connection).await;
    let Some(row) = row.map_err(|error| fault::sorted(&error))? else { return Ok(None) };
    let parse = || Ok((row.try_get_unchecked(0)?, row.try_get_unchecked::<Vec<u8>, _>(1)?));
    let (raw_bytes, bytes) = parse().map_err(|error: sqlx::Error| fault::sorted(&error))?;
    let raw = crate::compress::expand(crate::compress::PLAIN, raw_bytes, &bytes)?;
    if Digest::of(&raw) == digest {
        Ok(Some(raw))
    } else {
        Err(fault::unreadable("a body: it has another digest"))
    }
}

/// A named value.
pub(crate) async fn setting(
    connection: &mut SqliteConnection,
    name: String,
) -> Result<Option<String>, StoreError> {
    let query = sqlx::query("SELECT value FROM setting WHERE name = $1").bind(name);
    let row = query.fetch_optional(connection).await.map_err(|error| fault::sorted(&error))?;
    let value = row.map(|row| row.try_get_unchecked::<Option<String>, _>(0)).transpose();
    Ok(value.map_err(|error| fault::sorted(&error))?.flatten())
}

/// What people's answers taught this worker, oldest first.
pub(crate) async fn lessons(
    connection: &mut SqliteConnection,
    worker: WorkerName,
) -> Result<Vec<Lesson>, StoreError> {
    let text = "SELECT step, text, answer, who, case_no FROM lesson WHERE worker = $1 \
                ORDER BY lesson_no";
    let rows = sqlx::query(text).bind(worker.0).fetch_all(connection).await;
    let parse = |row: &SqliteRow| {
        Ok(Lesson {
            step: row.try_get_unchecked(0)?,
            text: row.try_get_unchecked(1)?,
            answer: row.try_get_unchecked(2)?,
            who: PersonId::new(row.try_get_unchecked::<String, _>(3)?),
            case: CaseId(row.try_get_unchecked::<i64, _>(4)?.unsigned_abs()),
        })
    };
    let lessons = rows.and_then(|rows| rows.iter().map(parse).collect::<Result<Vec<_>, _>>());
    lessons.map_err(|error| fault::sorted(&error))
}

/// Signals nobody's trigger took, newest first.
pub(crate) async fn unclaimed(
    connection: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<Signal>, StoreError> {
    let text = "SELECT signal FROM unclaimed ORDER BY arrival_no DESC LIMIT $1";
    let rows = sqlx::query(text).bind(i64::from(limit)).fetch_all(connection).await;
    let rows = rows.map_err(|error| fault::sorted(&error))?;
    let parse = |row: &SqliteRow| {
        let json: String = row.try_get_unchecked(0).map_err(|error| fault::sorted(&error))?;
        serde_json::from_str(&json).map_err(|_| fault::unreadable("an unclaimed signal"))
    };
    rows.iter().map(parse).collect()
}

/// What takes how much room inside the file; the file's own length is the caller's to find.
pub(crate) async fn size(connection: &mut SqliteConnection) -> Result<SizeReport, StoreError> {
    let row = sqlx::query(include_str!("sql/size.sql")).fetch_one(connection).await;
    let row = row.map_err(|error| fault::sorted(&error))?;
    let at = |column: usize| row.try_get_unchecked::<i64, _>(column).map(i64::unsigned_abs);
    let parse = || {
        Ok(SizeReport {
            cases: at(0)?,
            open_journal_bytes: at(1)?,
            sealed_journal_bytes: at(2)?,
            body_bytes: at(3)?,
            file_bytes: 0,
            free_bytes: at(4)?,
        })
    };
    parse().map_err(|error: sqlx::Error| fault::sorted(&error))
}

const _: () = assert!(CLOSED_FROM == 16, "the texts above and the indexes say 16");
