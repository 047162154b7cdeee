//! Who carries which case. One process works an office at a time and holds its claims in memory; a
//! crash therefore frees them, and a claim costs no write. Journals are read here, not understood.

use crate::admit::sized;
use crate::fault;
use crate::reads;
use crate::rows::Bound;
use crate::status;
use casework::{CaseId, Digest, Status, Timestamp, WorkerName};
use engine::seams::{Claim, ClaimRequest, Claims, StoreError};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// One claim.
#[derive(Clone, Copy, Debug)]
struct Held {
    lease: u64,
    until: Timestamp,
    standing: Status,
    /// How many entries are saved.
    entries: u32,
    /// The highest number of an arrival that was handed out with it.
    seen: i64,
}

/// The claims of this process, and the lock that makes it the only one with claims.
pub(crate) struct Leases {
    held: Mutex<HashMap<CaseId, Held>>,
    given: AtomicU64,
    lock_path: PathBuf,
    lock: Mutex<Option<File>>,
    changes: watch::Sender<u64>,
}

impl Leases {
    /// No claims yet on the office in this file.
    pub(crate) fn of(path: &Path) -> Self {
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        Self {
            held: Mutex::default(),
            given: AtomicU64::new(0),
            lock_path: lock_path.into(),
            lock: Mutex::new(None),
            changes: watch::Sender::new(0),
        }
    }

    /// What the case's standing and its number of entries were when last saved, if this claim on it
    /// still holds.
    pub(crate) fn saved(&self, case: CaseId, lease: u64) -> Option<(Status, u32)> {
        let held = self.held();
        let ours = held.get(&case).filter(|held| held.lease == lease);
        ours.map(|held| (held.standing, held.entries))
    }

    /// The highest number of an arrival handed out with this claim, if it still holds.
    pub(crate) fn seen(&self, case: CaseId, lease: u64) -> Option<i64> {
        self.held().get(&case).filter(|held| held.lease == lease).map(|held| held.seen)
    }

    /// Notes what was saved.
    pub(crate) fn moved(&self, case: CaseId, lease: u64, standing: Status, entries: u32) {
        if let Some(held) = self.held().get_mut(&case).filter(|held| held.lease == lease) {
            held.standing = standing;
            held.entries = entries;
        }
    }

    /// Prolongs a claim; false when it no longer holds.
    pub(crate) fn renew(&self, case: CaseId, lease: u64, until: Timestamp) -> bool {
        match self.held().get_mut(&case).filter(|held| held.lease == lease) {
            Some(held) => held.until = until,
            None => return false,
        }
        true
    }

    /// Ends a claim; false when it no longer held.
    pub(crate) fn end(&self, case: CaseId, lease: u64) -> bool {
        let mut held = self.held();
        let ours = held.get(&case).is_some_and(|held| held.lease == lease);
        ours && held.remove(&case).is_some()
    }

    /// Tells waiters that something may have become due.
    pub(crate) fn tell(&self) {
        self.changes.send_modify(|change| *change = change.wrapping_add(1));
    }

    /// What waiters watch: a number that changes.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Makes this process the one that works the office.
    pub(crate) fn own(&self) -> Result<(), StoreError> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            return Ok(());
        }
        let opened = File::options().create(true).truncate(false).write(true).open(&self.lock_path);
        let file = opened.map_err(|error| {
            fault::sorted_file(&format!("open {}", self.lock_path.display()), &error)
        })?;
        match file.try_lock() {
            Ok(()) => *lock = Some(file),
            Err(TryLockError::WouldBlock) => {
                let why = "another process works this office".to_owned();
                return Err(StoreError::Broken { code: fault::WORKED_ELSEWHERE, why });
            }
            Err(TryLockError::Error(error)) => {
                return Err(fault::sorted_file("lock the office", &error));
            }
        }
        Ok(())
    }

    /// Lets another process work the office.
    pub(crate) fn disown(&self) {
        self.held().clear();
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Cases that may not be handed out.
    fn taken(&self, now: Timestamp) -> Vec<u64> {
        let held = self.held();
        held.iter().filter(|(_, held)| held.until > now).map(|(case, _)| case.0).collect()
    }

    fn hold(&self, due: &Due, until: Timestamp) -> u64 {
        let lease = self.given.fetch_add(1, Ordering::Relaxed) + 1;
        let Due { standing, entries, seen, .. } = *due;
        self.held().insert(due.claim.case, Held { lease, until, standing, entries, seen });
        lease
    }

    fn held(&self) -> MutexGuard<'_, HashMap<CaseId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Claims what is due. The caller makes sure that only one claim is on its way: between reading
/// which cases are taken and taking more, no other may come.
pub(crate) async fn claim(
    leases: &Leases,
    connection: &mut SqliteConnection,
    request: &ClaimRequest,
) -> Result<Claims, StoreError> {
    leases.own()?;
    let lanes: Vec<_> = request.lanes.iter().filter(|(_, room)| *room > 0).collect();
    let taken = leases.taken(request.now);
    let mut bound = Bound::default().value(request.now.0).rows(&taken);
    for (worker, room) in &lanes {
        bound = bound.value(worker.as_str().to_owned()).value(i64::from(*room));
    }
    let mut claims = Claims::default();
    if !lanes.is_empty() {
        let query = sqlx::query_with(AssertSqlSafe(due_text(lanes.len())), bound.into_arguments());
        let rows = query.fetch_all(&mut *connection).await;
        let rows = rows.map_err(|error| fault::sorted(&error))?;
        let mut due = Vec::with_capacity(rows.len());
        for row in &rows {
            due.push(read_due(connection, row).await?);
        }
        for mut due in due {
            due.claim.lease = leases.hold(&due, request.lease_until);
            claims.claims.push(due.claim);
        }
    }
    if claims.claims.is_empty() {
        claims.next_due = next_due(connection, request).await?;
    }
    Ok(claims)
}

/// A due case, as read and not yet held.
struct Due {
    claim: Claim,
    standing: Status,
    entries: u32,
    seen: i64,
}

async fn read_due(connection: &mut SqliteConnection, row: &SqliteRow) -> Result<Due, StoreError> {
    let (mut due, closed) = parse_due(row).map_err(|error| fault::sorted(&error))?;
    if closed {
        let journal = reads::journal(connection, due.claim.case).await?;
        due.claim.journal = journal.map(|journal| journal.lines).unwrap_or_default();
    }
    Ok(due)
}

fn parse_due(row: &SqliteRow) -> Result<(Due, bool), sqlx::Error> {
    let standing = status::standing(row.try_get_unchecked(3)?)
        .ok_or_else(|| sqlx::Error::Decode("an unknown standing".into()))?;
    let inbox: Option<String> = row.try_get_unchecked(5)?;
    let signals = inbox.as_deref().unwrap_or_default().lines().map(serde_json::from_str);
    let claim = Claim {
        case: CaseId(row.try_get_unchecked::<i64, _>(0)?.unsigned_abs()),
        worker: WorkerName::new(row.try_get_unchecked::<String, _>(1)?),
        version: Digest(sized(row.try_get_unchecked(2)?)?),
        lease: 0,
        journal: row.try_get_unchecked::<Option<Vec<u8>>, _>(4)?.unwrap_or_default(),
        inbox: signals
            .collect::<Result<_, _>>()
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
    };
    let seen = row.try_get_unchecked::<Option<i64>, _>(6)?.unwrap_or(0);
    let entries = u32::try_from(row.try_get_unchecked::<i64, _>(7)?).unwrap_or(u32::MAX);
    Ok((Due { claim, standing, entries, seen }, standing.is_closed()))
}

/// One subselect per lane, so that a lane with much to do cannot hide another.
fn due_text(lanes: usize) -> String {
    let mut text = String::from(include_str!("sql/due.sql"));
    for lane in 0..lanes {
        let (worker, room) = (3 + lane * 2, 4 + lane * 2);
        let union = if lane == 0 { "" } else { "UNION ALL\n" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{union}SELECT * FROM (SELECT {lane} AS lane, case_no, due_at FROM case_row \
             WHERE worker = ${worker} AND due_at <= $1 \
             AND case_no NOT IN (SELECT value FROM json_each($2)) \
             ORDER BY due_at, case_no LIMIT ${room})"
        );
    }
    text.push_str(") AS d JOIN case_row AS c ON c.case_no = d.case_no\n");
    text.push_str("ORDER BY d.lane, d.due_at, d.case_no");
    text
}

async fn next_due(
    connection: &mut SqliteConnection,
    request: &ClaimRequest,
) -> Result<Option<Timestamp>, StoreError> {
    let workers: Vec<&str> = request.lanes.iter().map(|(worker, _)| worker.as_str()).collect();
    let bound = Bound::default().value(request.now.0).rows(&workers);
    let text = "SELECT min((SELECT min(due_at) FROM case_row \
                WHERE worker = w.value AND due_at > $1)) FROM json_each($2) AS w";
    let row = sqlx::query_with(text, bound.into_arguments()).fetch_one(connection).await;
    let next: Result<Option<i64>, _> = row.and_then(|row| row.try_get_unchecked(0));
    Ok(next.map_err(|error| fault::sorted(&error))?.map(Timestamp))
}
