//! The store's seam and what goes through it. A store keeps history; it does not interpret it.

use super::Work;
use casework::signal::Signal;
use casework::{CaseId, Digest, Progress, Status, Timestamp, WorkerName};
use serde::{Deserialize, Serialize};

/// Keeps history; does not interpret it. What it needs to know of a case it reads from `Progress`.
pub trait Store: Send + Sync + 'static {
    /// Takes a signal in, once, and makes its case due. One transaction.
    fn admit(&self, admission: Admission) -> Work<'_, Result<Admitted, StoreError>>;

    /// Claims due cases, lane by lane, for this process.
    fn claim(&self, request: ClaimRequest) -> Work<'_, Result<Claims, StoreError>>;

    /// Appends entries and what is derived from them. One transaction, durable on return; many
    /// cases' appends may share it.
    fn append(&self, append: Append) -> Work<'_, Result<(), StoreError>>;

    /// Prolongs a lease.
    fn renew(&self, case: CaseId, lease: u64, until: Timestamp)
    -> Work<'_, Result<(), StoreError>>;

    /// Gives a claimed case back unchanged, due at `due_at`, or at once when a signal came in that
    /// the claim did not show; with `None` only such a signal wakes it.
    fn release(
        &self,
        case: CaseId,
        lease: u64,
        due_at: Option<Timestamp>,
    ) -> Work<'_, Result<(), StoreError>>;

    /// Resolves when something may have become due: a hint, polling is the truth.
    fn changed(&self) -> Work<'_, ()>;

    /// A case's whole journal, as lines; `None` when there is no such case.
    fn journal(&self, case: CaseId) -> Work<'_, Result<Option<StoredJournal>, StoreError>>;

    /// One case's row.
    fn case(&self, case: CaseId) -> Work<'_, Result<Option<CaseRow>, StoreError>>;

    /// Rows of cases, newest first.
    fn cases(&self, query: CaseQuery) -> Work<'_, Result<Vec<CaseRow>, StoreError>>;

    /// How many cases stand where, per worker; closed ones since a moment.
    fn counts(&self, since: Timestamp) -> Work<'_, Result<Vec<Count>, StoreError>>;

    /// Keeps bytes under their digest, compressed.
    fn put_body(&self, bytes: Vec<u8>) -> Work<'_, Result<Digest, StoreError>>;

    /// Bytes by digest; `None` when unknown or erased.
    fn body(&self, digest: Digest) -> Work<'_, Result<Option<Vec<u8>>, StoreError>>;

    /// Erases bytes; the journal still verifies.
    fn erase_body(&self, digest: Digest) -> Work<'_, Result<(), StoreError>>;

    /// A small named value: a source's bookmark, a worker's pause.
    fn setting(&self, name: String) -> Work<'_, Result<Option<String>, StoreError>>;

    /// Sets it; `None` removes it.
    fn set_setting(&self, name: String, value: Option<String>) -> Work<'_, Result<(), StoreError>>;

    /// What people's answers taught, oldest first.
    fn lessons(
        &self,
        worker: WorkerName,
    ) -> Work<'_, Result<Vec<casework::case::Lesson>, StoreError>>;

    /// Signals nobody's trigger took, newest first.
    fn unclaimed(&self, limit: u32) -> Work<'_, Result<Vec<Signal>, StoreError>>;

    /// What takes how much room.
    fn size(&self) -> Work<'_, Result<SizeReport, StoreError>>;

    /// Removes journals and bodies of cases closed before a moment; returns how many cases. Keys of
    /// signals stay, so that nothing old is taken in again.
    fn retain_after(&self, before: Timestamp) -> Work<'_, Result<u64, StoreError>>;
}

/// A signal on its way in.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// The signal.
    pub signal: Signal,
    /// To which case.
    pub to: Addressee,
}

/// Where a signal goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Addressee {
    /// To the open case of this worker that already holds one of these thread keys (a signal's key
    /// or a sent message's), else to a new case.
    Worker {
        /// The worker.
        worker: WorkerName,
        /// The version of its files a new case would keep.
        version: Digest,
        /// Nearest first.
        thread: Vec<String>,
    },
    /// To this case, open or not.
    Case(CaseId),
    /// To nobody: kept and shown.
    Nobody,
}

/// What became of an admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It opened this case.
    Opened(CaseId),
    /// It went to this case.
    Joined(CaseId),
    /// It was taken before; the case it went to, if any.
    Duplicate(Option<CaseId>),
    /// Nobody's; it is kept and shown.
    Unclaimed,
}

/// Which cases are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimRequest {
    /// Now.
    pub now: Timestamp,
    /// Until when the claims hold.
    pub lease_until: Timestamp,
    /// Room per lane, in order of turn.
    pub lanes: Vec<(WorkerName, u32)>,
}

/// Claimed cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// These.
    pub claims: Vec<Claim>,
    /// When the next one of these lanes becomes due, if none is now.
    pub next_due: Option<Timestamp>,
}

/// One claimed case.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The case.
    pub case: CaseId,
    /// Its worker.
    pub worker: WorkerName,
    /// The version of the worker's files it keeps.
    pub version: Digest,
    /// The claim's number; an append under another one is refused.
    pub lease: u64,
    /// Its journal so far, as lines.
    pub journal: Vec<u8>,
    /// Signals that its journal does not hold yet, oldest first.
    pub inbox: Vec<Signal>,
}

/// Entries to save, with what is derived from them. `count` 0 with no lines saves a standing alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// The case.
    pub case: CaseId,
    /// The claim under which it is carried.
    pub lease: u64,
    /// The number of the first entry; fencing: the same number twice is refused.
    pub first_seq: u32,
    /// How many entries.
    pub count: u32,
    /// The lines, each ended by a line break.
    pub lines: Vec<u8>,
    /// The chain's head after them.
    pub head: Digest,
    /// The chain's head after each of them, 32 bytes each: what the audit log keeps.
    pub hashes: Vec<u8>,
    /// Where the case stands now.
    pub progress: Progress,
    /// Keys of inbox signals that these entries hold.
    pub taken: Vec<String>,
    /// Further keys under which later signals find this case.
    pub threads: Vec<String>,
    /// What a person's answer taught.
    pub lessons: Vec<casework::case::Lesson>,
    /// Whether the claim ends with this append. The store then makes the case due at
    /// `progress.due_at`, or at once when its inbox holds a signal that was not taken. When the
    /// case
    /// has closed with untaken arrivals, the store moves these to a new case of the same worker.
    pub release: bool,
    /// The whole journal of a case that closed: the store keeps it compressed, in one piece.
    pub sealed: Option<Vec<u8>>,
}

/// A journal as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredJournal {
    /// The lines.
    pub lines: Vec<u8>,
    /// The chain's head over all of them.
    pub head: Digest,
    /// How many.
    pub count: u32,
}

/// What lists show of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The case.
    pub case: CaseId,
    /// Its worker.
    pub worker: WorkerName,
    /// The version of the worker's files.
    pub version: Digest,
    /// When its first signal came in.
    pub opened_at: Timestamp,
    /// When anything was last saved.
    pub changed_at: Timestamp,
    /// Where it stands.
    pub progress: Progress,
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseQuery {
    /// Of these standings; empty: all.
    pub statuses: Vec<Status>,
    /// Of this worker.
    pub worker: Option<WorkerName>,
    /// Title or party holds these words.
    pub words: Option<String>,
    /// Below this number, for paging.
    pub before: Option<CaseId>,
    /// At most so many; 0 means 100.
    pub limit: u32,
}

/// A count of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Whose.
    pub worker: WorkerName,
    /// Where they stand.
    pub status: Status,
    /// How many.
    pub cases: u64,
}

/// What takes how much room, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeReport {
    /// Cases in all.
    pub cases: u64,
    /// Journals of open cases.
    pub open_journal_bytes: u64,
    /// Compressed journals of closed cases.
    pub sealed_journal_bytes: u64,
    /// Compressed bodies.
    pub body_bytes: u64,
    /// The files on disk.
    pub file_bytes: u64,
    /// Pages that could be given back.
    pub free_bytes: u64,
}

/// Why a store could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process carries the case now, or these entries stand already.
    #[error("case {case} is no longer ours")]
    Lost {
        /// The case.
        case: CaseId,
    },
    /// The database is busy or out of reach for now; nothing was saved.
    #[error("the store is unavailable: {why}")]
    Unavailable {
        /// What it said.
        why: String,
    },
    /// The operator has to act: disk full, no permission, not a database of ours.
    #[error("the store is broken ({code}): {why}")]
    Broken {
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
    /// What is stored cannot be read back.
    #[error("the store holds something unreadable: {why}")]
    Corrupt {
        /// What.
        why: String,
    },
}
