//! A store in memory that carries its cases itself, with scripted judges and tools: the fold and
//! the policy are the real ones. It has no lanes, leases or retention.

use casework::case::{Lesson, Receipt};
use casework::journal::CallEnd;
use casework::judgement::{Answer, Evidence, Judged, Question};
use casework::signal::{Arrival, Signal, SignalKind};
use casework::worker::Charter;
use casework::{
    Actor, Case, CaseId, Digest, Event, PermittedCall, SourceName, Status, Step, Timestamp, Value,
    WorkerName,
};
use engine::clock::Clock;
use engine::seams::{
    Addressee, Admission, Admitted, Append, CaseQuery, CaseRow, ClaimRequest, Claims, Count,
    SizeReport, Store, StoreError, StoredJournal, Work,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a scripted judge says: an answer with its evidence, or the likeliest ones.
pub type Verdict = Result<(Answer, Evidence), Vec<(String, Option<f64>)>>;

/// Judges and tools of the invented office.
#[derive(Clone, Copy)]
pub struct Script {
    pub judge: fn(&Question) -> Verdict,
    pub call: fn(&PermittedCall) -> CallEnd,
}

pub struct Memory {
    pub clock: Clock,
    pub roll: super::roll::Kept,
    script: Script,
    /// Whether a reply moves its case on; otherwise it is only kept.
    carries: bool,
    state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    pub cases: BTreeMap<CaseId, Kept>,
    pub admitted: Vec<Signal>,
    unclaimed: Vec<Signal>,
}

pub struct Kept {
    pub case: Case,
    opened_at: Timestamp,
    changed_at: Timestamp,
    stuck: Option<String>,
    pub head: Option<Digest>,
}

impl Memory {
    pub fn new(clock: Clock, script: Script, carries: bool) -> Self {
        let (roll, state) = (super::roll::Kept::default(), Mutex::default());
        Self { clock, roll, script, carries, state }
    }

    /// Opens a case with an arrival and carries it as far as it goes.
    pub fn open(&self, charter: &Charter, source: &str, arrival: Arrival) -> CaseId {
        let now = self.clock.now();
        let mut state = self.state();
        let id = CaseId(state.cases.len() as u64 + 1);
        let mut case = Case::new(id, charter.clone());
        let (worker, version) = (charter.worker.name.clone(), charter.worker.version);
        let opened = Event::CaseOpened { worker, version, nonce: "0011223344556677".into() };
        case.record(now, Actor::Engine, opened).expect("a case opens");
        let signal = Signal {
            key: format!("mail:{id}@example"),
            source: SourceName::new(source),
            at: now,
            kind: SignalKind::Arrived(arrival),
        };
        let mut kept = Kept { case, opened_at: now, changed_at: now, stuck: None, head: None };
        self.take(&mut kept, &signal);
        state.cases.insert(id, kept);
        id
    }

    pub fn leave_unclaimed(&self, signal: Signal) {
        self.state().unclaimed.push(signal);
    }

    /// Makes a case stand as stuck, as the loop does after a fault.
    pub fn strand(&self, case: CaseId, why: &str) {
        if let Some(kept) = self.state().cases.get_mut(&case) {
            kept.stuck = Some(why.to_owned());
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn take(&self, kept: &mut Kept, signal: &Signal) {
        let now = self.clock.now();
        if let Receipt::Entries(entries) = kept.case.receive(signal, now) {
            for (by, event) in entries {
                kept.case.record(now, by, event).expect("what a signal becomes follows");
            }
        }
        self.carry(&mut kept.case);
        kept.changed_at = now;
    }

    fn carry(&self, case: &mut Case) {
        let now = self.clock.now();
        let record = |case: &mut Case, by: Actor, event: Event| {
            case.record(now, by, event).expect("what the case says next follows");
        };
        loop {
            match case.next_step(now) {
                Step::Record { by, event } => record(case, by, *event),
                Step::Judge { question, .. } => match (self.script.judge)(&question) {
                    Ok((answer, evidence)) => {
                        let by = Actor::Judge { name: "learned".into(), version: "1".into() };
                        let judged = Judged { answer, evidence, who: None };
                        record(case, by, Event::Judged(judged));
                    }
                    Err(options) => {
                        let because = "the learned judge is not sure enough".to_owned();
                        let event = case.unjudged(options, because, now);
                        record(case, Actor::Engine, event);
                    }
                },
                Step::Announce(ask) => {
                    record(case, Actor::Engine, Event::AskAnnounced { ask: ask.id });
                }
                Step::Perform(permitted) | Step::Reconcile(permitted) => {
                    let (call, permit) = (permitted.call().id, permitted.permit().clone());
                    record(case, Actor::Engine, Event::CallStarted { call, permit });
                    let end = (self.script.call)(&permitted);
                    record(case, Actor::Engine, Event::CallEnded { call, end });
                }
                Step::Verify(permitted) => {
                    let found = match (self.script.call)(&permitted) {
                        CallEnd::Succeeded(found) => found,
                        CallEnd::Failed { .. } | CallEnd::InDoubt { .. } | CallEnd::Withheld => {
                            Value::null()
                        }
                    };
                    let event = case.check(found);
                    record(case, Actor::Engine, event);
                }
                Step::Rest { .. } | Step::Closed => return,
            }
        }
    }

    fn row(&self, id: CaseId, kept: &Kept) -> CaseRow {
        let worker = &kept.case.charter().worker;
        let mut progress = kept.case.progress(self.clock.now());
        if let Some(why) = &kept.stuck {
            progress.status = Status::Stuck;
            progress.note.clone_from(why);
        }
        CaseRow {
            case: id,
            worker: worker.name.clone(),
            version: worker.version,
            opened_at: kept.opened_at,
            changed_at: kept.changed_at,
            progress,
        }
    }
}

fn done<'a, T: Send + 'a>(value: T) -> Work<'a, Result<T, StoreError>> {
    Box::pin(async move { Ok(value) })
}

fn not_here<'a, T: Send + 'a>() -> Work<'a, Result<T, StoreError>> {
    Box::pin(async { Err(StoreError::Unavailable { why: "not kept in memory".into() }) })
}

impl Store for Memory {
    fn admit(&self, admission: Admission) -> Work<'_, Result<Admitted, StoreError>> {
        let mut state = self.state();
        state.admitted.push(admission.signal.clone());
        let admitted = match admission.to {
            Addressee::Case(case) => {
                if let Some(kept) = state.cases.get_mut(&case).filter(|_| self.carries) {
                    self.take(kept, &admission.signal);
                }
                Admitted::Joined(case)
            }
            Addressee::Worker { .. } | Addressee::Nobody => {
                state.unclaimed.push(admission.signal);
                Admitted::Unclaimed
            }
        };
        done(admitted)
    }

    fn claim(&self, _request: ClaimRequest) -> Work<'_, Result<Claims, StoreError>> {
        not_here()
    }

    fn append(&self, _append: Append) -> Work<'_, Result<(), StoreError>> {
        not_here()
    }

    fn renew(&self, _: CaseId, _: u64, _: Timestamp) -> Work<'_, Result<(), StoreError>> {
        not_here()
    }

    fn release(&self, _: CaseId, _: u64, _: Option<Timestamp>) -> Work<'_, Result<(), StoreError>> {
        not_here()
    }

    fn changed(&self) -> Work<'_, ()> {
        Box::pin(std::future::pending())
    }

    fn journal(&self, case: CaseId) -> Work<'_, Result<Option<StoredJournal>, StoreError>> {
        if case == CaseId::OFFICE {
            return done(Some(self.roll.journal()));
        }
        let state = self.state();
        done(state.cases.get(&case).map(|kept| StoredJournal {
            lines: kept.case.journal().to_vec(),
            head: kept.head.unwrap_or(kept.case.chain().head),
            count: kept.case.chain().length,
        }))
    }

    fn case(&self, case: CaseId) -> Work<'_, Result<Option<CaseRow>, StoreError>> {
        let state = self.state();
        done(state.cases.get(&case).map(|kept| self.row(case, kept)))
    }

    fn cases(&self, query: CaseQuery) -> Work<'_, Result<Vec<CaseRow>, StoreError>> {
        let limit = if query.limit == 0 { 100 } else { query.limit as usize };
        let words = query.words.map(|words| words.to_lowercase());
        let wanted = |row: &CaseRow| {
            let text = format!("{} {:?}", row.progress.title, row.progress.party).to_lowercase();
            (query.statuses.is_empty() || query.statuses.contains(&row.progress.status))
                && query.worker.as_ref().is_none_or(|worker| *worker == row.worker)
                && words.as_ref().is_none_or(|words| text.contains(words.as_str()))
                && query.before.is_none_or(|before| row.case < before)
        };
        let state = self.state();
        let rows = state.cases.iter().rev().map(|(id, kept)| self.row(*id, kept));
        done(rows.filter(wanted).take(limit).collect())
    }

    fn counts(&self, since: Timestamp) -> Work<'_, Result<Vec<Count>, StoreError>> {
        let mut counts: BTreeMap<(WorkerName, Status), u64> = BTreeMap::new();
        for (id, kept) in &self.state().cases {
            let row = self.row(*id, kept);
            if !row.progress.status.is_closed() || row.changed_at >= since {
                *counts.entry((row.worker, row.progress.status)).or_default() += 1;
            }
        }
        let count = |((worker, status), cases)| Count { worker, status, cases };
        done(counts.into_iter().map(count).collect())
    }

    fn put_body(&self, bytes: Vec<u8>) -> Work<'_, Result<Digest, StoreError>> {
        done(Digest::of(&bytes))
    }

    fn body(&self, _: Digest) -> Work<'_, Result<Option<Vec<u8>>, StoreError>> {
        done(None)
    }

    fn erase_body(&self, _: Digest) -> Work<'_, Result<(), StoreError>> {
        not_here()
    }

    fn setting(&self, _: String) -> Work<'_, Result<Option<String>, StoreError>> {
        done(None)
    }

    fn set_setting(&self, _: String, _: Option<String>) -> Work<'_, Result<(), StoreError>> {
        not_here()
    }

    fn lessons(&self, _: WorkerName) -> Work<'_, Result<Vec<Lesson>, StoreError>> {
        done(Vec::new())
    }

    fn unclaimed(&self, limit: u32) -> Work<'_, Result<Vec<Signal>, StoreError>> {
        done(self.state().unclaimed.iter().rev().take(limit as usize).cloned().collect())
    }

    fn size(&self) -> Work<'_, Result<SizeReport, StoreError>> {
        let cases = self.state().cases.len() as u64;
        let lines = |kept: &Kept| kept.case.journal().len() as u64;
        let open_journal_bytes = self.state().cases.values().map(lines).sum();
        done(SizeReport { cases, open_journal_bytes, ..SizeReport::default() })
    }

    fn retain_after(&self, _: Timestamp) -> Work<'_, Result<u64, StoreError>> {
        not_here()
    }
}
