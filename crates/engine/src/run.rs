//! The supervised loop: claims due cases lane by lane, carries them side by side, and goes on when
//! one of them fails. It holds the switches that pause a worker and stop everything.

use crate::carry::Engine;
use crate::seams::{ClaimRequest, Claims, StoreError};
use casework::{Timestamp, WorkerName};
use futures_util::FutureExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Tells sources and carriers to stop; no new effect begins after it was given.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A stop, and the handle that gives it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether it was given.
    pub fn is_given(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is given.
    pub async fn given(&mut self) {
        // A dropped handle means that whoever could stop us is gone: the same as being stopped.
        let _ = self.0.wait_for(|given| *given).await;
    }
}

/// Pause and stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Switches {
    paused: Arc<RwLock<BTreeSet<WorkerName>>>,
    stop: watch::Sender<bool>,
}

impl Default for Switches {
    fn default() -> Self {
        Self { paused: Arc::default(), stop: Stop::new().0 }
    }
}

impl Switches {
    /// Pauses a worker or lets it go on. Paused: its cases stay where they are.
    pub fn pause(&self, worker: &WorkerName, paused: bool) {
        if let Ok(mut known) = self.paused.write() {
            match paused {
                true => known.insert(worker.clone()),
                false => known.remove(worker),
            };
        }
    }

    /// Whether a worker is paused.
    pub fn is_paused(&self, worker: &WorkerName) -> bool {
        self.paused.read().is_ok_and(|known| known.contains(worker))
    }

    /// Stops everything: no new effect begins.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether everything stops.
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// A stop for sources and servers.
    pub fn stopped(&self) -> Stop {
        Stop(self.stop.subscribe())
    }

    /// Whether this worker may begin nothing now.
    pub fn holds_back(&self, worker: &WorkerName) -> bool {
        self.is_stopping() || self.is_paused(worker)
    }

    /// Waits, or less when everything stops.
    pub async fn wait_ms(&self, length_ms: u64) {
        if length_ms == 0 {
            return;
        }
        let mut stop = self.stopped();
        // Either way there is nothing left to wait for.
        let _ = tokio::time::timeout(Duration::from_millis(length_ms), stop.given()).await;
    }
}

/// How many cases are carried side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// Per worker, in order of turn.
    pub lanes: Vec<(WorkerName, u32)>,
    /// In all.
    pub overall_max: u32,
}

/// When the loop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When it is stopped.
    Stopped,
    /// When nothing is due.
    Idle,
}

/// How long a claim holds.
const LEASE_MS: u64 = 15 * 60_000;
/// The longest the loop sleeps without looking at the store: hints may be lost, polling is the
/// truth.
const LOOK_MS_MAX: u64 = 1_000;
/// The store is looked at again after it failed.
const STORE_AWAY_MS: u64 = 500;

struct Loop {
    engine: Arc<Engine>,
    lanes: Lanes,
    under_way: BTreeMap<WorkerName, u32>,
    carriers: JoinSet<Carried>,
}

/// Whose case was carried, and whether it could be saved.
type Carried = (WorkerName, Result<(), StoreError>);

/// Carries cases until told to stop, or until nothing is due.
///
/// # Errors
/// When the store is broken: nothing can go on then.
pub async fn run(engine: Arc<Engine>, lanes: Lanes, until: Until) -> Result<(), StoreError> {
    let mut this = Loop { engine, lanes, under_way: BTreeMap::new(), carriers: JoinSet::new() };
    let mut stop = this.engine.switches.stopped();
    loop {
        if stop.is_given() {
            break;
        }
        let claims = match this.claim().await {
            Ok(claims) => claims,
            Err(StoreError::Broken { code, why }) => {
                return Err(StoreError::Broken { code, why });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot claim");
                this.engine.switches.wait_ms(STORE_AWAY_MS).await;
                continue;
            }
        };
        let next_due = claims.next_due;
        let claimed = !claims.claims.is_empty();
        this.start(claims);
        if !claimed && this.carriers.is_empty() && until == Until::Idle {
            let now = this.engine.clock.now();
            if next_due.is_none_or(|due| due > now) {
                return Ok(());
            }
        }
        this.wait(next_due, &mut stop).await;
    }
    while this.carriers.join_next().await.is_some() {}
    Ok(())
}

impl Loop {
    async fn claim(&self) -> Result<Claims, StoreError> {
        let now = self.engine.clock.now();
        let all: u32 = self.under_way.values().sum();
        let mut left = self.lanes.overall_max.saturating_sub(all);
        let mut lanes = Vec::with_capacity(self.lanes.lanes.len());
        for (worker, max) in &self.lanes.lanes {
            let busy = self.under_way.get(worker).copied().unwrap_or(0);
            let room = max.saturating_sub(busy).min(left);
            if room > 0 && !self.engine.switches.is_paused(worker) {
                left -= room;
                lanes.push((worker.clone(), room));
            }
        }
        if lanes.is_empty() {
            return Ok(Claims::default());
        }
        let lease_until = now.plus_ms(LEASE_MS);
        self.engine.store.claim(ClaimRequest { now, lease_until, lanes }).await
    }

    fn start(&mut self, claims: Claims) {
        for claim in claims.claims {
            *self.under_way.entry(claim.worker.clone()).or_default() += 1;
            let (engine, worker) = (self.engine.clone(), claim.worker.clone());
            let (case, lease) = (claim.case, claim.lease);
            self.carriers.spawn(async move {
                // A panic in one case must not take the lane with it.
                let carried = AssertUnwindSafe(engine.carry(claim)).catch_unwind().await;
                let result = match carried {
                    Ok(result) => result.map(|_| ()),
                    Err(_) => engine.give_up(case, lease).await,
                };
                (worker, result)
            });
        }
    }

    async fn wait(&mut self, next_due: Option<Timestamp>, stop: &mut Stop) {
        let now = self.engine.clock.now();
        let wait_ms = next_due.map_or(LOOK_MS_MAX, |due| due.since_ms(now).min(LOOK_MS_MAX));
        let store = self.engine.store.clone();
        let busy = !self.carriers.is_empty();
        tokio::select! {
            biased;
            ended = self.carriers.join_next(), if busy => {
                self.ended(ended);
                while let Some(ended) = self.carriers.try_join_next() {
                    self.ended(Some(ended));
                }
            }
            () = store.changed() => {}
            () = stop.given() => {}
            () = tokio::time::sleep(Duration::from_millis(wait_ms.max(1))) => {}
        }
    }

    fn ended(&mut self, ended: Option<Result<Carried, tokio::task::JoinError>>) {
        if let Some(Ok((worker, result))) = ended {
            if let Some(count) = self.under_way.get_mut(&worker) {
                *count = count.saturating_sub(1);
            }
            if let Err(error) = result {
                tracing::warn!(%worker, %error, "a case was not saved");
            }
        }
    }
}
