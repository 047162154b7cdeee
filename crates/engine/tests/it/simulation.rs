//! Seeded simulations: mails and replies arrive while processes die at any await, tools fail in
//! every way and the store refuses saves. A seed that fails, fails for ever. At the end the world
//! heals, and nothing may be lost, doubled, or unexplained.

use crate::memory_store::MemoryStore;
use crate::world::{Next, Office, entries, judge, mail, sure, worker_name};
use casework::ask::{About, Ask, Reply};
use casework::case::Status;
use casework::journal::CallEnd;
use casework::tool::Recovery;
use casework::{AskId, Case, CaseId, Event, Timestamp};
use engine::carry::Engine;
use engine::seams::{ClaimRequest, JudgeError, Store, Verdict};
use futures_util::FutureExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

/// Dice that fall the same way for the same seed (xorshift64*, Vigna 2016).
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % sides
    }
}

/// A future that is dropped after so many polls: a process that dies at that await.
struct DiesAfter<F> {
    inner: Option<Pin<Box<F>>>,
    polls_left: u64,
}

impl<F: Future> Future for DiesAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls_left == 0 {
            self.inner = None;
            return Poll::Ready(None);
        }
        self.polls_left -= 1;
        match &mut self.inner {
            Some(inner) => inner.as_mut().poll(context).map(Some),
            None => Poll::Ready(None),
        }
    }
}

struct Simulation {
    office: Office,
    dice: Arc<Mutex<Dice>>,
    heard: Vec<String>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let dice = Arc::new(Mutex::new(Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)));
        let mut office = Office::new();
        let judging = dice.clone();
        office.judges = vec![judge(0, move || match judging.lock().unwrap().roll(8) {
            0 => Err(JudgeError::Unavailable { why: "away".into(), retry_after_ms: None }),
            1 => Err(JudgeError::Malformed { why: "what?".into() }),
            2 => Ok(Verdict::Unsure { options: Vec::new(), why: "who knows".into() }),
            3 => Err(JudgeError::Unavailable { why: "busy".into(), retry_after_ms: Some(20_000) }),
            4 => Ok(sure("no label", 0)),
            _ => Ok(sure("sales", 0)),
        })];
        let acting = dice.clone();
        *office.outside.otherwise.lock().unwrap() =
            Some(Box::new(move |_| match acting.lock().unwrap().roll(16) {
                0 => Next::Rejects,
                1 => Next::IsAway,
                2 => Next::IsAwayFor(30_000),
                3 => Next::IsBroken,
                4 => Next::HappensInDoubt,
                5 => Next::FailsInDoubt,
                6 => Next::HappensAndHangs,
                7 => Next::Hangs,
                _ => Next::Works,
            }));
        Self { office, dice, heard: Vec::new() }
    }

    fn roll(&self, sides: u64) -> u64 {
        self.dice.lock().unwrap().roll(sides)
    }

    /// One process: it carries what is due until it dies, or until nothing is due.
    async fn live(&self, mut polls: impl FnMut() -> u64) {
        let engine = self.office.engine();
        for _ in 0..40 {
            let now = engine.clock.now();
            let lease_until = now.plus_ms(900_000);
            let request = ClaimRequest { now, lease_until, lanes: vec![(worker_name(), 1)] };
            let claims = self.office.store.claim(request).await.unwrap().claims;
            let Some(claim) = claims.into_iter().next() else { return };
            let carried = AssertUnwindSafe(engine.carry(claim)).catch_unwind();
            let dies = DiesAfter { inner: Some(Box::pin(carried)), polls_left: polls() };
            match dies.await {
                None | Some(Ok(Err(_))) => return,
                Some(Ok(Ok(status))) => assert_ne!(status, Status::Stuck),
                Some(Err(_)) => panic!("carrying panicked"),
            }
        }
    }

    async fn something_happens(&mut self, engine: &Engine) {
        match self.roll(6) {
            0 | 1 => {
                let number = self.heard.len();
                let thread = format!("t-{}", self.roll(4));
                let key = format!("m-{number}");
                mail(engine, &key, &thread).await;
                self.heard.push(key);
            }
            2..=4 => self.people_reply(engine, 4).await,
            _ => self.office.clock.step_ms(self.roll(120_000)),
        }
    }

    /// People reply to what is open, now and then wrongly; they tell the truth about what happened.
    async fn people_reply(&self, engine: &Engine, mood: u64) {
        for (row, _) in self.office.store.rows() {
            let Some(ask) = &row.progress.ask else { continue };
            let roll = if mood == 0 { 1 } else { self.roll(mood * 4) };
            let (who, why) = ("mo".into(), "a duplicate".to_owned());
            if roll == 0 {
                engine.intake.cancelled(row.case, who, why).await.unwrap();
            } else if roll < 8 {
                let reply = self.honest_reply(row.case, ask, roll);
                engine.intake.replied(row.case, ask.id, who, reply).await.unwrap();
            }
        }
    }

    fn honest_reply(&self, case: CaseId, ask: &Ask, roll: u64) -> Reply {
        match &ask.about {
            About::Approval { .. } if roll == 2 => Reply::Reject { why: "not now".into() },
            About::Approval { .. } if roll == 3 => {
                let to = serde_json::json!({ "to": "kim@lantern.example" });
                let arguments = to.as_object().unwrap().clone();
                Reply::Edit { digest: ask.digest, arguments }
            }
            About::Approval { .. } => Reply::Approve { digest: ask.digest },
            About::Judgement { .. } | About::Question => Reply::Say { answer: "other".into() },
            About::InDoubt { call, .. } => {
                let permitted = self.permitted(case, *call);
                Reply::Happened(self.office.outside.knows(permitted))
            }
            About::TakeOver { .. } => Reply::Outcome { summary: "done by hand".into() },
        }
    }

    /// The key of a call: what the other side would be asked for.
    fn permitted(&self, case: CaseId, call: casework::CallId) -> casework::Digest {
        let lines = self.office.store.lines(case);
        let mut at = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            at.extend_from_slice(line);
            let folded = Case::replay(case, self.office.charter.clone(), &at).unwrap();
            if let casework::Step::Reconcile(permitted) = folded.next_step(Timestamp(0))
                && permitted.call().id == call
            {
                return permitted.key();
            }
        }
        panic!("call {call} of case {case} was never started")
    }

    async fn heal(&mut self) {
        *self.office.outside.otherwise.lock().unwrap() = None;
        self.office.judges = vec![judge(0, || Ok(sure("sales", 0)))];
        self.office.store.refuse_each.store(0, Ordering::SeqCst);
        for _ in 0..60 {
            self.live(|| u64::MAX).await;
            let engine = self.office.engine();
            self.people_reply(&engine, 0).await;
            self.office.clock.step_ms(61_000);
        }
    }

    fn assert_whole(&self, seed: u64) {
        let store: &MemoryStore = &self.office.store;
        let mut received = BTreeMap::<String, u32>::new();
        for (row, left) in store.rows() {
            let lines = store.lines(row.case);
            assert!(row.progress.status.is_closed(), "seed {seed}: {row:?}");
            assert_eq!(left, 0, "seed {seed}: signals were left in {}", row.case);
            let case = Case::replay(row.case, self.office.charter.clone(), &lines).unwrap();
            assert_eq!(case.chain().head, store.head(row.case), "seed {seed}");
            let mut asked = BTreeSet::<AskId>::new();
            for entry in entries(&lines) {
                match entry.event {
                    Event::SignalReceived(signal) => *received.entry(signal.key).or_default() += 1,
                    Event::CallEnded { end: CallEnd::InDoubt { .. }, .. } => {
                        asked.insert(AskId(entry.seq));
                    }
                    Event::AskAnswered { ask, .. } => {
                        asked.remove(&ask);
                    }
                    _ => {}
                }
            }
            let cancelled = row.progress.status == Status::Cancelled;
            assert!(asked.is_empty() || cancelled, "seed {seed}: in doubt and nobody was asked");
        }
        let once = self.heard.iter().map(|key| (key.clone(), 1)).collect();
        assert_eq!(received, once, "seed {seed}: each mail is in one journal, once");
        let happened = self.office.outside.happened.lock().unwrap();
        let mut per_step = BTreeMap::new();
        for (case, tool, times) in happened.values() {
            assert_eq!(*times, 1, "seed {seed}: {tool} took effect twice in case {case}");
            *per_step.entry((case, tool)).or_insert(0) += 1;
        }
        let recovery = |tool| self.office.charter.tools[tool].recovery;
        for ((case, tool), times) in per_step {
            let reading = recovery(tool) == Recovery::Repeat && tool.as_str() == "crm.find";
            assert!(times == 1 || reading, "seed {seed}: {tool} {times} times in case {case}");
        }
    }
}

async fn simulate(seed: u64) -> usize {
    let mut simulation = Simulation::new(seed);
    simulation.office.store.refuse_each.store(seed % 3 * 7, Ordering::SeqCst);
    let time = simulation.office.let_time_pass();
    for _ in 0..30 {
        let engine = simulation.office.engine();
        simulation.something_happens(&engine).await;
        drop(engine);
        let dice = simulation.dice.clone();
        let polls = move || {
            let mut dice = dice.lock().unwrap();
            if dice.roll(3) == 0 { u64::MAX } else { dice.roll(60) }
        };
        simulation.live(polls).await;
    }
    simulation.heal().await;
    time.abort();
    simulation.assert_whole(seed);
    simulation.office.outside.happened.lock().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn whatever_dies_and_fails_nothing_is_lost_or_done_twice() {
    let mut effects = 0;
    for seed in 1..=60 {
        effects += simulate(seed).await;
    }
    assert!(effects > 300, "only {effects} effects: the simulation does too little");
}

/// The same case killed at its first await, at its second, and so on until it needs no more.
#[tokio::test(start_paused = true)]
async fn a_case_killed_at_every_await_ends_as_one_that_was_not() {
    let mut died = 0;
    for polls in 1.. {
        let mut simulation = Simulation::new(7);
        simulation.office.judges = vec![judge(0, || Ok(sure("sales", 0)))];
        *simulation.office.outside.otherwise.lock().unwrap() = None;
        let time = simulation.office.let_time_pass();
        let engine = simulation.office.engine();
        mail(&engine, "m-0", "t-0").await;
        simulation.heard.push("m-0".into());
        simulation.live(|| polls).await;
        let status = simulation.office.store.rows()[0].0.progress.status;
        simulation.heal().await;
        time.abort();
        simulation.assert_whole(polls);
        let happened = simulation.office.outside.happened.lock().unwrap().len();
        assert_eq!(happened, 4, "killed after {polls} polls: each tool, once");
        if status == Status::Asked {
            break;
        }
        died += 1;
    }
    assert!(died >= 8, "it died at only {died} awaits");
}
