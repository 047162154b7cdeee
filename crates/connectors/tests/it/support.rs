//! What tests of connectors share: a permitted call made the only way there is, by driving a case,
//! and an intake over a store in memory. It holds no assertions.

use casework::case::{Lesson, Step};
use casework::condition::Condition;
use casework::policy::Ruling;
use casework::procedure::{Act, Otherwise, Procedure, StepSpec};
use casework::signal::Signal;
use casework::template::Template;
use casework::tool::ToolSpec;
use casework::worker::{Charter, Limits, Mode, Promise, Rule, Verdict, Worker};
use casework::{Actor, Case, CaseId, Digest, Event, PermittedCall, Timestamp, Value, WorkerName};
use engine::clock::Clock;
use engine::intake::Intake;
use engine::seams::{
    Addressee, Admission, Admitted, Append, CaseQuery, CaseRow, ClaimRequest, Claims, Count,
    SizeReport, Store, StoreError, StoredJournal, Work,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

static CASES: AtomicU64 = AtomicU64::new(1);

/// A permitted call with a key of its own.
pub fn permitted(spec: &ToolSpec, arguments: &serde_json::Value) -> PermittedCall {
    let case = CASES.fetch_add(1, Ordering::Relaxed);
    let worker = Arc::new(one_step_worker(spec, arguments));
    let tools = Arc::new([(spec.name.clone(), spec.clone())].into());
    let version = worker.version;
    let mut case = Case::new(CaseId(case), Charter { worker, tools });
    let opened =
        Event::CaseOpened { worker: WorkerName::new("tester"), version, nonce: "n".to_owned() };
    case.record(Timestamp(0), Actor::Engine, opened).unwrap();
    for _ in 0..5 {
        match case.next_step(Timestamp(0)) {
            Step::Record { by, event } => {
                if let Event::CallProposed { ruling: Ruling::Deny { because, .. }, .. } = &*event {
                    panic!("the call is denied: {because}");
                }
                case.record(Timestamp(0), by, *event).unwrap();
            }
            Step::Perform(call) => return call,
            other => panic!("instead of the call comes {other:?}"),
        }
    }
    panic!("the call is never reached");
}

fn one_step_worker(spec: &ToolSpec, arguments: &serde_json::Value) -> Worker {
    let with: BTreeMap<String, Template> = arguments
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), Template::Literal(value.clone())))
        .collect();
    let call = Act::Call { tool: spec.name.clone(), with };
    let step =
        StepSpec { name: "act".into(), when: None, act: call, otherwise: Otherwise::HandOver };
    let rule = Rule {
        name: "all".into(),
        tool: spec.name.clone(),
        verdict: Verdict::Allow,
        when: Some(Condition::parse("true").unwrap()),
        to: None,
    };
    Worker {
        name: WorkerName::new("tester"),
        version: Digest::of(b"tester"),
        role: "Tester".into(),
        goal: "One call".into(),
        mode: Mode::Trusted,
        tools: vec![spec.name.clone()],
        reviewers: BTreeMap::new(),
        promise: Promise::default(),
        limits: Limits::default(),
        triggers: Vec::new(),
        procedure: Procedure { steps: vec![step], ..Default::default() },
        done: None,
        rules: vec![rule],
        constants: Value::map(),
        playbook: String::new(),
        guard: Default::default(),
    }
}

/// A store in memory that can do what an intake needs and nothing else.
#[derive(Default)]
pub struct MemoryStore {
    /// Every signal taken in, in order; the same key is taken once.
    pub signals: Mutex<Vec<Signal>>,
    /// Bodies by digest.
    pub bodies: Mutex<BTreeMap<Digest, Vec<u8>>>,
    settings: Mutex<BTreeMap<String, String>>,
}

impl MemoryStore {
    /// The keys of all signals taken in, in order.
    pub fn keys(&self) -> Vec<String> {
        self.signals.lock().unwrap().iter().map(|signal| signal.key.clone()).collect()
    }
}

/// An intake without workers over a fresh store, and that store.
pub fn intake(clock: Clock) -> (Intake, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::default());
    (Intake::new(Arc::clone(&store) as Arc<dyn Store>, Vec::new(), clock), store)
}

fn no<T: Send>(_: T) -> Work<'static, Result<T, StoreError>> {
    Box::pin(async { Err(StoreError::Unavailable { why: "not in this store".into() }) })
}

impl Store for MemoryStore {
    fn admit(&self, admission: Admission) -> Work<'_, Result<Admitted, StoreError>> {
        let mut signals = self.signals.lock().unwrap();
        let known = signals.iter().any(|signal| signal.key == admission.signal.key);
        let admitted = match admission.to {
            _ if known => Admitted::Duplicate(None),
            Addressee::Nobody => Admitted::Unclaimed,
            Addressee::Case(case) => Admitted::Joined(case),
            Addressee::Worker { .. } => Admitted::Opened(CaseId(signals.len() as u64 + 1)),
        };
        if !known {
            signals.push(admission.signal);
        }
        Box::pin(async move { Ok(admitted) })
    }

    fn put_body(&self, bytes: Vec<u8>) -> Work<'_, Result<Digest, StoreError>> {
        let digest = Digest::of(&bytes);
        self.bodies.lock().unwrap().insert(digest, bytes);
        Box::pin(async move { Ok(digest) })
    }

    fn body(&self, digest: Digest) -> Work<'_, Result<Option<Vec<u8>>, StoreError>> {
        let body = self.bodies.lock().unwrap().get(&digest).cloned();
        Box::pin(async move { Ok(body) })
    }

    fn setting(&self, name: String) -> Work<'_, Result<Option<String>, StoreError>> {
        let value = self.settings.lock().unwrap().get(&name).cloned();
        Box::pin(async move { Ok(value) })
    }

    fn set_setting(&self, name: String, value: Option<String>) -> Work<'_, Result<(), StoreError>> {
        let mut settings = self.settings.lock().unwrap();
        match value {
            Some(value) => settings.insert(name, value),
            None => settings.remove(&name),
        };
        Box::pin(async { Ok(()) })
    }

    fn claim(&self, _: ClaimRequest) -> Work<'_, Result<Claims, StoreError>> {
        no(Claims::default())
    }
    fn append(&self, _: Append) -> Work<'_, Result<(), StoreError>> {
        no(())
    }
    fn renew(&self, _: CaseId, _: u64, _: Timestamp) -> Work<'_, Result<(), StoreError>> {
        no(())
    }
    fn release(&self, _: CaseId, _: u64, _: Option<Timestamp>) -> Work<'_, Result<(), StoreError>> {
        no(())
    }
    fn changed(&self) -> Work<'_, ()> {
        Box::pin(std::future::pending())
    }
    fn journal(&self, _: CaseId) -> Work<'_, Result<Option<StoredJournal>, StoreError>> {
        no(None)
    }
    fn case(&self, _: CaseId) -> Work<'_, Result<Option<CaseRow>, StoreError>> {
        no(None)
    }
    fn cases(&self, _: CaseQuery) -> Work<'_, Result<Vec<CaseRow>, StoreError>> {
        no(Vec::new())
    }
    fn counts(&self, _: Timestamp) -> Work<'_, Result<Vec<Count>, StoreError>> {
        no(Vec::new())
    }
    fn erase_body(&self, _: Digest) -> Work<'_, Result<(), StoreError>> {
        no(())
    }
    fn lessons(&self, _: WorkerName) -> Work<'_, Result<Vec<Lesson>, StoreError>> {
        no(Vec::new())
    }
    fn unclaimed(&self, _: u32) -> Work<'_, Result<Vec<Signal>, StoreError>> {
        no(Vec::new())
    }
    fn size(&self) -> Work<'_, Result<SizeReport, StoreError>> {
        no(SizeReport::default())
    }
    fn retain_after(&self, _: Timestamp) -> Work<'_, Result<u64, StoreError>> {
        no(0)
    }
}
