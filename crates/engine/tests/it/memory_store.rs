//! A store in memory that keeps the store's promises and yields before and after each commit, so
//! that a process can die on either side of it. What it holds outlives the engines that use it.

use casework::case::Lesson;
use casework::signal::{Signal, SignalKind};
use casework::{CaseId, Chain, Digest, Progress, Status, Timestamp, WorkerName};
use engine::seams::{
    Addressee, Admission, Admitted, Append, CaseQuery, CaseRow, Claim, ClaimRequest, Claims, Count,
    SizeReport, Store, StoreError, StoredJournal, Work,
};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The store.
#[derive(Default)]
pub struct MemoryStore {
    held: Mutex<Held>,
    /// Every so many appends one is refused as unavailable; 0: none.
    pub refuse_each: AtomicU64,
    appends: AtomicU64,
}

#[derive(Default)]
struct Held {
    cases: BTreeMap<CaseId, Kept>,
    keys: BTreeMap<String, Option<CaseId>>,
    threads: BTreeMap<String, CaseId>,
    unclaimed: Vec<Signal>,
    settings: BTreeMap<String, String>,
    lessons: Vec<Lesson>,
    arrivals: u64,
    leases: u64,
}

struct Kept {
    row: CaseRow,
    due_at: Option<Timestamp>,
    lines: Vec<u8>,
    count: u32,
    head: Digest,
    inbox: Vec<(u64, Signal)>,
    lease: Option<(u64, Timestamp)>,
    shown: u64,
}

impl MemoryStore {
    /// Another process takes over: nobody holds a claim.
    pub fn forget_claims(&self) {
        self.held.lock().unwrap().cases.values_mut().for_each(|kept| kept.lease = None);
    }

    /// The saved lines of a case.
    pub fn lines(&self, case: CaseId) -> Vec<u8> {
        self.held.lock().unwrap().cases[&case].lines.clone()
    }

    /// The saved head of a case.
    pub fn head(&self, case: CaseId) -> Digest {
        self.held.lock().unwrap().cases[&case].head
    }

    /// All rows with what is left in their inboxes.
    pub fn rows(&self) -> Vec<(CaseRow, usize)> {
        let held = self.held.lock().unwrap();
        held.cases.values().map(|kept| (kept.row.clone(), kept.inbox.len())).collect()
    }

    /// When a case is due.
    pub fn due_at(&self, case: CaseId) -> Option<Timestamp> {
        self.held.lock().unwrap().cases[&case].due_at
    }

    fn take_in(&self, admission: Admission) -> Admitted {
        let mut held = self.held.lock().unwrap();
        let Admission { signal, to } = admission;
        if let Some(known) = held.keys.get(&signal.key) {
            return Admitted::Duplicate(*known);
        }
        let (case, opened) = match to {
            Addressee::Nobody => {
                held.keys.insert(signal.key.clone(), None);
                held.unclaimed.push(signal);
                return Admitted::Unclaimed;
            }
            Addressee::Case(case) => (case, false),
            Addressee::Worker { worker, version, thread } => {
                let known = thread.iter().find_map(|key| held.threads.get(key)).copied();
                let open = |case: &CaseId| !held.cases[case].row.progress.status.is_closed();
                match known.filter(open) {
                    Some(case) => (case, false),
                    None => (held.open(worker, version, signal.at), true),
                }
            }
        };
        held.keys.insert(signal.key.clone(), Some(case));
        held.threads.insert(signal.key.clone(), case);
        held.put(case, signal);
        if opened { Admitted::Opened(case) } else { Admitted::Joined(case) }
    }

    fn hand_out(&self, request: &ClaimRequest) -> Claims {
        let mut held = self.held.lock().unwrap();
        let mut claims = Claims::default();
        for (worker, room) in &request.lanes {
            let mut left = *room;
            let Held { cases, leases, .. } = &mut *held;
            for (case, kept) in cases.iter_mut().filter(|(_, kept)| kept.row.worker == *worker) {
                let free = kept.lease.is_none_or(|(_, until)| until <= request.now);
                let Some(due_at) = kept.due_at.filter(|_| free) else { continue };
                if due_at > request.now || left == 0 {
                    claims.next_due = Some(claims.next_due.map_or(due_at, |at| at.min(due_at)));
                    continue;
                }
                left -= 1;
                *leases += 1;
                kept.lease = Some((*leases, request.lease_until));
                kept.shown =
                    kept.inbox.iter().map(|(number, _)| *number).max().unwrap_or(kept.shown);
                claims.claims.push(Claim {
                    case: *case,
                    worker: kept.row.worker.clone(),
                    version: kept.row.version,
                    lease: *leases,
                    journal: kept.lines.clone(),
                    inbox: kept.inbox.iter().map(|(_, signal)| signal.clone()).collect(),
                });
            }
        }
        claims
    }

    fn commit(&self, append: Append) -> Result<(), StoreError> {
        let number = self.appends.fetch_add(1, Ordering::SeqCst);
        let each = self.refuse_each.load(Ordering::SeqCst);
        if each > 0 && number % each == each - 1 {
            return Err(StoreError::Unavailable { why: "busy".into() });
        }
        let mut held = self.held.lock().unwrap();
        let case = append.case;
        let kept = held.mine(case, append.lease)?;
        if kept.count != append.first_seq {
            return Err(StoreError::Lost { case });
        }
        kept.lines.extend_from_slice(&append.lines);
        kept.count += append.count;
        kept.head = append.head;
        kept.inbox.retain(|(_, signal)| !append.taken.contains(&signal.key));
        let closed = append.progress.status.is_closed();
        let waiting = kept.inbox.first().map(|(_, signal)| signal.at);
        if append.release {
            kept.lease = None;
            kept.due_at = waiting.or(append.progress.due_at).filter(|_| !closed);
        }
        if let (true, Some(sealed)) = (closed, &append.sealed) {
            assert_eq!(sealed, &kept.lines, "what is sealed is what was saved");
        }
        kept.row.progress = append.progress;
        let (worker, version) = (kept.row.worker.clone(), kept.row.version);
        let left = if closed { std::mem::take(&mut kept.inbox) } else { Vec::new() };
        held.threads.extend(append.threads.into_iter().map(|key| (key, case)));
        held.lessons.extend(append.lessons);
        let left = left.into_iter().filter(|(_, one)| matches!(one.kind, SignalKind::Arrived(_)));
        let mut next = None;
        for (_, signal) in left {
            let opened = *next.get_or_insert_with(|| held.open(worker.clone(), version, signal.at));
            held.keys.insert(signal.key.clone(), Some(opened));
            held.threads.insert(signal.key.clone(), opened);
            held.put(opened, signal);
        }
        Ok(())
    }
}

impl Held {
    fn open(&mut self, worker: WorkerName, version: Digest, at: Timestamp) -> CaseId {
        let case = CaseId(self.cases.len() as u64 + 1);
        let progress = Progress {
            status: Status::Working,
            due_at: Some(at),
            title: String::new(),
            party: None,
            ask: None,
            note: String::new(),
            spend_micro_usd: 0,
        };
        let row = CaseRow { case, worker, version, opened_at: at, changed_at: at, progress };
        let (lines, inbox) = (Vec::new(), Vec::new());
        let head = Chain::start(case).head;
        let (due_at, count, lease, shown) = (Some(at), 0, None, 0);
        self.cases.insert(case, Kept { row, due_at, lines, count, head, inbox, lease, shown });
        case
    }

    fn put(&mut self, case: CaseId, signal: Signal) {
        self.arrivals += 1;
        let number = self.arrivals;
        let kept = self.cases.get_mut(&case).unwrap();
        kept.due_at = Some(signal.at);
        kept.inbox.push((number, signal));
    }

    fn mine(&mut self, case: CaseId, lease: u64) -> Result<&mut Kept, StoreError> {
        let kept =
            self.cases.get_mut(&case).filter(|kept| kept.lease.is_some_and(|(at, _)| at == lease));
        kept.ok_or(StoreError::Lost { case })
    }
}

/// Something that happens at once, with a moment to die before and after it.
fn soon<'a, T: Send + 'a>(act: impl FnOnce() -> T + Send + 'a) -> Work<'a, T> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        let result = act();
        tokio::task::yield_now().await;
        result
    })
}

impl Store for MemoryStore {
    fn admit(&self, admission: Admission) -> Work<'_, Result<Admitted, StoreError>> {
        soon(move || Ok(self.take_in(admission)))
    }

    fn claim(&self, request: ClaimRequest) -> Work<'_, Result<Claims, StoreError>> {
        soon(move || Ok(self.hand_out(&request)))
    }

    fn append(&self, append: Append) -> Work<'_, Result<(), StoreError>> {
        soon(move || self.commit(append))
    }

    fn renew(
        &self,
        case: CaseId,
        lease: u64,
        until: Timestamp,
    ) -> Work<'_, Result<(), StoreError>> {
        soon(move || {
            self.held.lock().unwrap().mine(case, lease)?.lease = Some((lease, until));
            Ok(())
        })
    }

    fn release(
        &self,
        case: CaseId,
        lease: u64,
        due_at: Option<Timestamp>,
    ) -> Work<'_, Result<(), StoreError>> {
        soon(move || {
            let mut held = self.held.lock().unwrap();
            let kept = held.mine(case, lease)?;
            let newer = kept.inbox.iter().find(|(number, _)| *number > kept.shown);
            kept.due_at = newer.map(|(_, signal)| signal.at).or(due_at);
            kept.lease = None;
            Ok(())
        })
    }

    fn changed(&self) -> Work<'_, ()> {
        Box::pin(std::future::pending())
    }

    fn journal(&self, case: CaseId) -> Work<'_, Result<Option<StoredJournal>, StoreError>> {
        soon(move || {
            let held = self.held.lock().unwrap();
            Ok(held.cases.get(&case).map(|kept| {
                let (lines, head, count) = (kept.lines.clone(), kept.head, kept.count);
                StoredJournal { lines, head, count }
            }))
        })
    }

    fn case(&self, case: CaseId) -> Work<'_, Result<Option<CaseRow>, StoreError>> {
        let held = self.held.lock().unwrap();
        let row = held.cases.get(&case).map(|kept| kept.row.clone());
        soon(move || Ok(row))
    }

    fn cases(&self, _query: CaseQuery) -> Work<'_, Result<Vec<CaseRow>, StoreError>> {
        let rows = self.rows().into_iter().map(|(row, _)| row).collect();
        soon(move || Ok(rows))
    }

    fn counts(&self, _since: Timestamp) -> Work<'_, Result<Vec<Count>, StoreError>> {
        soon(|| Ok(Vec::new()))
    }

    fn put_body(&self, bytes: Vec<u8>) -> Work<'_, Result<Digest, StoreError>> {
        soon(move || Ok(Digest::of(&bytes)))
    }

    fn body(&self, _digest: Digest) -> Work<'_, Result<Option<Vec<u8>>, StoreError>> {
        soon(|| Ok(None))
    }

    fn erase_body(&self, _digest: Digest) -> Work<'_, Result<(), StoreError>> {
        soon(|| Ok(()))
    }

    fn setting(&self, name: String) -> Work<'_, Result<Option<String>, StoreError>> {
        soon(move || Ok(self.held.lock().unwrap().settings.get(&name).cloned()))
    }

    fn set_setting(&self, name: String, value: Option<String>) -> Work<'_, Result<(), StoreError>> {
        soon(move || {
            let settings = &mut self.held.lock().unwrap().settings;
            match value {
                Some(value) => settings.insert(name, value),
                None => settings.remove(&name),
            };
            Ok(())
        })
    }

    fn lessons(&self, _worker: WorkerName) -> Work<'_, Result<Vec<Lesson>, StoreError>> {
        soon(|| Ok(self.held.lock().unwrap().lessons.clone()))
    }

    fn unclaimed(&self, _limit: u32) -> Work<'_, Result<Vec<Signal>, StoreError>> {
        soon(|| Ok(self.held.lock().unwrap().unclaimed.clone()))
    }

    fn size(&self) -> Work<'_, Result<SizeReport, StoreError>> {
        soon(|| Ok(SizeReport::default()))
    }

    fn retain_after(&self, _before: Timestamp) -> Work<'_, Result<u64, StoreError>> {
        soon(|| Ok(0))
    }
}
