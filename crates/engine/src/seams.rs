//! The seams: what the loop needs from the outside, and nothing more. Stores keep, judges answer,
//! tools act on a permit, sources hear. None of them decides what is allowed.

use casework::journal::Event;
use casework::judgement::{Answer, Evidence, Question};
use casework::signal::Signal;
use casework::tool::{ToolSpec, Tools};
use casework::worker::Worker;
use casework::{
    Case, CaseId, Digest, PermittedCall, Progress, SourceName, Status, Timestamp, WorkerName,
};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;

/// A piece of asynchronous work behind a seam.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// ---------------------------------------------------------------------------------------- store

/// Keeps history; does not interpret it. What it needs to know of a case it reads from `Progress`.
pub trait Store: Send + Sync + 'static {
    /// Takes a signal in, once, and makes its case due. One transaction.
    fn admit(&self, admission: Admission) -> Work<'_, Result<Admitted, StoreError>>;

    /// Claims due cases, lane by lane, for this process.
    fn claim(&self, request: ClaimRequest) -> Work<'_, Result<Claims, StoreError>>;

    /// Appends entries and what is derived from them. One transaction, durable on return; many cases'
    /// appends may share it.
    fn append(&self, append: Append) -> Work<'_, Result<(), StoreError>>;

    /// Prolongs a lease.
    fn renew(&self, case: CaseId, lease: u64, until: Timestamp)
    -> Work<'_, Result<(), StoreError>>;

    /// Gives a claimed case back unchanged, due at `due_at`, or at once when a signal came in that the
    /// claim did not show; with `None` only such a signal wakes it.
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
    /// To the open case of this worker that already holds one of these thread keys (a signal's key or a
    /// sent message's), else to a new case.
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
    /// Where the case stands now.
    pub progress: Progress,
    /// Keys of inbox signals that these entries hold.
    pub taken: Vec<String>,
    /// Further keys under which later signals find this case.
    pub threads: Vec<String>,
    /// What a person's answer taught.
    pub lessons: Vec<casework::case::Lesson>,
    /// Whether the claim ends with this append. The store then makes the case due at
    /// `progress.due_at`, or at once when its inbox holds a signal that was not taken. When the case
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

// --------------------------------------------------------------------------------------- judges

/// Answers questions; holds no tool and no store.
pub trait Judge: Send + Sync {
    /// Its name, for the journal: `learned`, `model`.
    fn name(&self) -> &str;

    /// Whether asking leaves the process: what is owed to the journal is saved first.
    fn is_remote(&self) -> bool {
        false
    }

    /// The most that an answer can cost, in millionths of a dollar: reserved before it is asked.
    fn cost_at_most_micro_usd(&self, _asked: &Asked<'_>) -> u64 {
        0
    }

    /// Answers, or says why not.
    fn judge<'a>(&'a self, asked: Asked<'a>) -> Work<'a, Result<Verdict, JudgeError>>;
}

/// A question in its case.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Whose question.
    pub worker: &'a Worker,
    /// What there is to call.
    pub tools: &'a Tools,
    /// The step it is for; none for `next`.
    pub step: Option<&'a str>,
    /// The question.
    pub question: &'a Question,
    /// The case so far.
    pub case: &'a Case,
    /// Now.
    pub now: Timestamp,
}

/// What a judge says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It can promise the worker's error rate.
    Sure {
        /// The answer.
        answer: Answer,
        /// How it was come by.
        evidence: Evidence,
        /// Of which version of the judge.
        version: String,
    },
    /// It cannot; what it thinks likeliest, for the person who will be asked.
    Unsure {
        /// With probabilities.
        options: Vec<(String, Option<f64>)>,
        /// Why not.
        why: String,
    },
    /// Not a question for it.
    Pass,
}

/// Why a judge could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// For now.
    #[error("the judge is unavailable: {why}")]
    Unavailable {
        /// What it said.
        why: String,
        /// When it says to come back.
        retry_after_ms: Option<u64>,
    },
    /// Its answer was not an answer; asking again may help once.
    #[error("the judge gave no answer: {why}")]
    Malformed {
        /// What was wrong with it.
        why: String,
    },
    /// The operator has to act.
    #[error("the judge is broken ({code}): {why}")]
    Broken {
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
}

// ---------------------------------------------------------------------------------------- tools

/// Acts, on a permit only.
pub trait Tool: Send + Sync {
    /// What its author declares.
    fn spec(&self) -> &ToolSpec;

    /// Performs exactly this call.
    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>>;

    /// Whether this call happened, for tools whose recovery is `LookUp`.
    fn look_up<'a>(&'a self, _call: &'a PermittedCall) -> Work<'a, Result<LookUp, ToolError>> {
        Box::pin(async { Ok(LookUp::Unknown { known: "this tool cannot look it up".into() }) })
    }
}

/// What a call gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolResult {
    /// Data; its fields get the origins that the tool declares.
    pub data: serde_json::Value,
    /// Keys under which answers to it will be found: the Message-ID of what was sent.
    pub threads: Vec<String>,
}

/// What the other side knows of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum LookUp {
    /// It happened, with this result.
    Happened(ToolResult),
    /// It did not.
    Never,
    /// It cannot tell.
    Unknown {
        /// What it does know.
        known: String,
    },
}

/// Why a call gave nothing, sorted by who can act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// The other side refused it; it did not happen, and repeating it will not help.
    #[error("{message}")]
    Rejected {
        /// What it said.
        message: String,
    },
    /// It did not happen for now; the same call with the same key may be tried again.
    #[error("unavailable: {why}")]
    Unavailable {
        /// What it said.
        why: String,
        /// When it says to come back.
        retry_after_ms: Option<u64>,
    },
    /// Nobody knows whether it happened.
    #[error("in doubt: {known}")]
    InDoubt {
        /// What is known.
        known: String,
    },
    /// The operator has to act; the connector pauses. It did not happen.
    #[error("broken ({code}): {why}")]
    Broken {
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
}

// -------------------------------------------------------------------------------------- sources

/// Hears something and hands it in; moves its own bookmark only after it is admitted.
pub trait Source: Send + Sync {
    /// Its name.
    fn name(&self) -> &SourceName;

    /// Hears until stopped; reconnects by itself. An error is for the operator.
    fn listen<'a>(
        &'a self,
        intake: &'a crate::intake::Intake,
        stop: crate::run::Stop,
    ) -> Work<'a, Result<(), SourceError>>;

    /// Takes in everything that is there now, once.
    fn drain<'a>(
        &'a self,
        intake: &'a crate::intake::Intake,
    ) -> Work<'a, Result<Drained, SourceError>>;

    /// Whether it could hear now: for `doctor`. Changes nothing.
    fn probe<'a>(&'a self) -> Work<'a, Result<(), SourceError>>;
}

/// What one pass of a source found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drained {
    /// Things seen.
    pub seen: u64,
    /// Of these, new.
    pub admitted: u64,
    /// Of these, taken before.
    pub duplicates: u64,
    /// Things that could not be read at all; each is kept and shown as a case or an unclaimed signal.
    pub unreadable: u64,
}

/// Why a source does not hear.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// For now.
    #[error("{source_name} cannot be heard: {why}")]
    Unavailable {
        /// Which.
        source_name: SourceName,
        /// What it said.
        why: String,
    },
    /// The operator has to act: a wrong password, a missing folder.
    #[error("{source_name} is broken ({code}): {why}")]
    Broken {
        /// Which.
        source_name: SourceName,
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
    /// The signal could not be saved.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Something that views want to show at once.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A case changed.
    Case(CaseId),
    /// A worker was paused or resumed, a source's health changed.
    Office,
}

/// Whether an event is an effect that reached the outside, for counts.
pub fn is_effect(event: &Event, tools: &Tools, tool: Option<&casework::ToolName>) -> bool {
    matches!(event, Event::CallEnded { end: casework::journal::CallEnd::Succeeded(_), .. })
        && tool.and_then(|name| tools.get(name)).is_some_and(|spec| spec.effect.is_effect())
}
