//! Made-up signals, claims and appends for suites and benches. They mean nothing to any worker.

use crate::seams::{Addressee, Admission, Admitted, Append, Claim, ClaimRequest, Store};
use casework::journal::Chain;
use casework::origin::{Origin, Value};
use casework::signal::{Arrival, Signal, SignalKind};
use casework::{CaseId, Digest, Progress, SourceName, Status, Timestamp, WorkerName};

/// The worker that samples are for.
pub const WORKER: &str = "triage";

/// The moment at which samples arrive; later ones are counted from here.
pub const START: Timestamp = Timestamp(1_700_000_000_000);

/// Something that arrived under this key.
pub fn arrival(key: &str) -> Signal {
    let mut fields = Value::map();
    fields.set("text", Value::new(format!("the text of {key}"), Origin::Outside));
    Signal {
        key: key.to_owned(),
        source: SourceName::new("mail:support"),
        at: START,
        kind: SignalKind::Arrived(Arrival {
            title: format!("about {key}"),
            party: Some("ada@lindqvist.example".to_owned()),
            thread: Vec::new(),
            fields,
            bodies: Vec::new(),
        }),
    }
}

/// An arrival for a worker, belonging to earlier keys.
pub fn to_worker(worker: &str, key: &str, thread: &[&str]) -> Admission {
    Admission {
        signal: arrival(key),
        to: Addressee::Worker {
            worker: WorkerName::new(worker),
            version: Digest::of(worker.as_bytes()),
            thread: thread.iter().map(|key| (*key).to_owned()).collect(),
        },
    }
}

/// A request for up to `room` cases of one worker.
pub fn room(worker: &str, room: u32, now: Timestamp) -> ClaimRequest {
    ClaimRequest {
        now,
        lease_until: now.plus_ms(60_000),
        lanes: vec![(WorkerName::new(worker), room)],
    }
}

/// Where a case with nothing special stands.
pub fn progress(status: Status, due_at: Option<Timestamp>) -> Progress {
    Progress {
        status,
        due_at,
        title: "a table, wobbling".to_owned(),
        party: Some("ada@lindqvist.example".to_owned()),
        ask: None,
        note: "as far as this".to_owned(),
        spend_micro_usd: 1_200,
    }
}

/// Lines as an entry's would be, `count` of them from `first_seq` on.
pub fn lines(first_seq: u32, count: u32) -> Vec<u8> {
    let line = |seq| format!("{{\"seq\":{seq},\"what\":\"something happened\"}}\n");
    (first_seq..first_seq + count).map(line).collect::<String>().into_bytes()
}

/// The chain's head after all these lines.
pub fn head_of(case: CaseId, journal: &[u8]) -> Digest {
    let mut chain = Chain::start(case);
    let written = journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    written.for_each(|line| chain.extend(line));
    chain.head
}

/// An append of two lines that keeps the claim and takes the whole inbox.
pub fn append(claim: &Claim, first_seq: u32) -> Append {
    let added = lines(first_seq, 2);
    let whole = [lines(0, first_seq), added.clone()].concat();
    Append {
        case: claim.case,
        lease: claim.lease,
        first_seq,
        count: 2,
        lines: added,
        head: head_of(claim.case, &whole),
        hashes: Chain::start(claim.case).hashes(&whole).split_off(first_seq as usize * 32),
        progress: progress(Status::Working, Some(START)),
        taken: claim.inbox.iter().map(|signal| signal.key.clone()).collect(),
        threads: Vec::new(),
        lessons: Vec::new(),
        release: false,
        sealed: None,
    }
}

/// The same append, giving the case back to rest until a moment.
pub fn resting(append: Append, until: Option<Timestamp>) -> Append {
    Append { progress: progress(Status::Resting, until), release: true, ..append }
}

/// The same append, closing the case: its whole journal is lines 0 to the last.
pub fn closing(append: Append) -> Append {
    let whole = lines(0, append.first_seq + append.count);
    let progress = progress(Status::Done, None);
    Append { progress, release: true, sealed: Some(whole), ..append }
}

/// Admits, and gives the case it went to.
pub async fn admitted(store: &dyn Store, admission: Admission) -> CaseId {
    match store.admit(admission).await {
        Ok(Admitted::Opened(case) | Admitted::Joined(case)) => case,
        other => panic!("the signal went to no case: {other:?}"),
    }
}

/// Claims what is due for [`WORKER`].
pub async fn claimed(store: &dyn Store, now: Timestamp) -> Vec<Claim> {
    store.claim(room(WORKER, 1_000, now)).await.expect("a claim can be made").claims
}

/// Opens a case by a signal under this key and claims it, with all others that are due.
pub async fn opened(store: &dyn Store, key: &str) -> Claim {
    let case = admitted(store, to_worker(WORKER, key, &[])).await;
    let claims = claimed(store, START).await;
    claims.into_iter().find(|claim| claim.case == case).expect("a new case is due at once")
}
