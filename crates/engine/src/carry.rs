//! Carries one claimed case as far as it goes: folds its journal, takes its inbox in, asks the core
//! what comes next and does that, until it rests or ends. What is allowed was decided in the core.

use crate::announce;
use crate::budget::Budgets;
use crate::charters::Charters;
use crate::clock::Clock;
use crate::intake::{Intake, nonce};
use crate::judge;
use crate::pace::Pace;
use crate::perform;
use crate::run::Switches;
use crate::seams::{Append, Claim, Judge, News, Store, StoreError, Tool};
use casework::case::{Lesson, Receipt};
use casework::grant::Grant;
use casework::journal::CallEnd;
use casework::signal::{Signal, SignalKind};
use casework::{Actor, Case, Chain, Event, Progress, Status, Step, Timestamp, ToolName};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// Called by name around every save and every call; a crash test kills the process in it.
pub type Failpoint = Arc<dyn Fn(&str) + Send + Sync>;

/// All that carrying needs.
pub struct Engine {
    /// Keeps history.
    pub store: Arc<dyn Store>,
    /// The door in, for news and the clock.
    pub intake: Intake,
    /// The ladder, cheapest rung first; a person stands at its end.
    pub judges: Vec<Arc<dyn Judge>>,
    /// What can be called.
    pub tools: BTreeMap<ToolName, Arc<dyn Tool>>,
    /// Workers by version.
    pub charters: Charters,
    /// The time.
    pub clock: Clock,
    /// Pause and stop.
    pub switches: Switches,
    /// How fast systems may be called.
    pub pace: Pace,
    /// Money for models.
    pub budgets: Budgets,
    /// How many cases came to rest or ended, for progress bars.
    pub tally: Tally,
    /// For crash tests; nothing in production.
    pub failpoint: Option<Failpoint>,
}

/// How many cases came to rest or ended since the program began. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tally(watch::Sender<Counted>);

/// What a tally counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Cases that ended.
    pub closed: u64,
    /// Times a case came to wait for a person.
    pub asked: u64,
    /// Cases that stopped by a fault.
    pub stuck: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self(watch::Sender::new(Counted::default()))
    }
}

impl Tally {
    /// The counts so far, and each change of them.
    pub fn watch(&self) -> watch::Receiver<Counted> {
        self.0.subscribe()
    }

    fn count(&self, status: Status) {
        self.0.send_modify(|counted| match status {
            Status::Asked | Status::HandedOver => counted.asked += 1,
            Status::Stuck => counted.stuck += 1,
            status if status.is_closed() => counted.closed += 1,
            _ => {}
        });
    }
}

/// Why carrying ended before the case rested.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// Paused, stopped, or an outside system is away: the case is given back, due then.
    #[error("given back")]
    Later(Option<Timestamp>),
    /// The store did not save it; nothing was performed on it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The case cannot go on by itself; it is shown to people, others go on.
    #[error("stuck: {0}")]
    Stuck(String),
}

/// A case while it is carried: what is folded, and what waits to be saved with it.
pub(crate) struct Stint {
    pub(crate) case: Case,
    lease: u64,
    taken: Vec<String>,
    pub(crate) threads: Vec<String>,
    lessons: Vec<Lesson>,
    /// Made by replies that are recorded and not saved.
    pub(crate) grants: Vec<Grant>,
    /// A call's end is recorded and not saved: nothing that costs money may begin before it is.
    owes_a_save: bool,
}

/// So many steps without resting are a fault of a job description or of ours.
const STEPS_MAX: u32 = 10_000;

impl Engine {
    /// Carries a claimed case until it rests or ends, and gives it back.
    ///
    /// # Errors
    /// Only when the store fails; whatever else goes wrong is recorded on the case.
    pub async fn carry(&self, claim: Claim) -> Result<Status, StoreError> {
        let (id, lease) = (claim.case, claim.lease);
        let result = self.carry_on(claim).await;
        self.intake.tell(News::Case(id));
        match result {
            Ok(status) => {
                self.tally.count(status);
                Ok(status)
            }
            Err((Halt::Later(due_at), Some(mut stint))) => {
                if stint.case.unsaved().count > 0 || !stint.taken.is_empty() {
                    self.save(&mut stint, false).await?;
                }
                self.store.release(id, lease, due_at.or(Some(self.clock.now()))).await?;
                Ok(Status::Working)
            }
            Err((Halt::Later(due_at), None)) => {
                self.store.release(id, lease, due_at.or(Some(self.clock.now()))).await?;
                Ok(Status::Working)
            }
            Err((Halt::Stuck(why), stint)) => {
                tracing::error!(case = %id, %why, "case is stuck");
                self.mark_stuck(id, lease, stint, why).await?;
                self.tally.count(Status::Stuck);
                Ok(Status::Stuck)
            }
            Err((Halt::Store(error), _)) => {
                if !matches!(error, StoreError::Lost { .. }) {
                    // The claim may be given back even when the append was not saved.
                    let _ = self.store.release(id, lease, Some(self.clock.now())).await;
                }
                Err(error)
            }
        }
    }

    async fn carry_on(&self, claim: Claim) -> Result<Status, (Halt, Option<Box<Stint>>)> {
        let mut stint = match self.begin(&claim) {
            Ok(stint) => Box::new(stint),
            Err(halt) => return Err((halt, None)),
        };
        let mut waiting = claim.inbox;
        if let Err(error) = self.arrange(&mut stint, &waiting).await {
            return Err((error.into(), Some(stint)));
        }
        for _ in 0..STEPS_MAX {
            // What waited for the end of a call is taken before anything else is done.
            if let Err(halt) = self.take_inbox(&mut stint, &mut waiting) {
                return Err((halt, Some(stint)));
            }
            match self.take_step(&mut stint).await {
                Ok(None) => {}
                Ok(Some(status)) => return Ok(status),
                Err(halt) => return Err((halt, Some(stint))),
            }
        }
        let halt = Halt::Stuck(format!("{STEPS_MAX} steps without rest"));
        Err((halt, Some(stint)))
    }

    fn begin(&self, claim: &Claim) -> Result<Stint, Halt> {
        let Some(charter) = self.charters.get(&claim.worker, claim.version) else {
            return Err(Halt::Stuck(format!(
                "version {} of worker {} is not at hand",
                claim.version.short(),
                claim.worker
            )));
        };
        let (worker, version) = (claim.worker.clone(), claim.version);
        let mut case = Case::replay(claim.case, charter, &claim.journal)
            .map_err(|error| Halt::Stuck(error.to_string()))?;
        if claim.journal.is_empty() {
            let opened = Event::CaseOpened { worker, version, nonce: nonce() };
            case.record(self.clock.now(), Actor::Engine, opened).map_err(out_of_turn)?;
        }
        let lease = claim.lease;
        let (taken, threads, lessons) = (Vec::new(), Vec::new(), Vec::new());
        let grants = Vec::new();
        Ok(Stint { case, lease, taken, threads, lessons, grants, owes_a_save: false })
    }

    fn take_inbox(&self, stint: &mut Stint, waiting: &mut Vec<Signal>) -> Result<(), Halt> {
        for signal in std::mem::take(waiting) {
            match stint.case.receive(&signal, self.clock.now()) {
                Receipt::Entries(entries) => {
                    for (by, event) in entries {
                        stint.lessons.extend(stint.case.lesson(&event));
                        stint.grants.extend(stint.case.grant_of(&event, self.clock.now()));
                        self.record(stint, by, event)?;
                    }
                    stint.taken.push(signal.key);
                }
                // Not taken: the store moves it to a new case of this worker.
                Receipt::TooLate if matches!(signal.kind, SignalKind::Arrived(_)) => {}
                Receipt::TooLate => stint.taken.push(signal.key),
                Receipt::Later => waiting.push(signal),
            }
        }
        Ok(())
    }

    /// One step; `Some` when the case rests or has ended and was given back.
    async fn take_step(&self, stint: &mut Stint) -> Result<Option<Status>, Halt> {
        let now = self.clock.now();
        match stint.case.next_step(now) {
            Step::Record { by, event } => {
                if self.may_record(stint, &event).await? {
                    self.record(stint, by, *event)?;
                }
            }
            Step::Judge { step, question } => {
                let (by, event) = judge::climb(self, stint, step.as_deref(), &question).await?;
                self.record(stint, by, event)?;
            }
            Step::Announce(ask) => {
                let event = announce::announce(self, &stint.case, &ask);
                self.record(stint, Actor::Engine, event)?;
            }
            Step::Perform(call) => perform::perform(self, stint, &call).await?,
            Step::Reconcile(call) => perform::reconcile(self, stint, &call).await?,
            Step::Verify(call) => perform::verify(self, stint, &call).await?,
            Step::Rest { .. } | Step::Closed => {
                let status = stint.case.progress(now).status;
                self.save(stint, true).await?;
                return Ok(Some(status));
            }
        }
        Ok(None)
    }

    pub(crate) fn record(&self, stint: &mut Stint, by: Actor, event: Event) -> Result<(), Halt> {
        stint.owes_a_save |= matches!(
            event,
            Event::CallEnded { end: CallEnd::Succeeded(_) | CallEnd::InDoubt { .. }, .. }
        );
        stint.case.record(self.clock.now(), by, event).map_err(out_of_turn)
    }

    /// Saves what is not saved yet, durable on return; `release` gives the case back with it.
    pub(crate) async fn save(&self, stint: &mut Stint, release: bool) -> Result<(), StoreError> {
        let mut append = self.owed(stint);
        let closed = append.progress.status.is_closed();
        append.sealed = (release && closed).then(|| stint.case.journal().to_vec());
        append.release = release;
        self.reach("save:before");
        self.store.append(append).await?;
        self.reach("save:after");
        stint.case.mark_saved();
        stint.owes_a_save = false;
        self.keep_grants(stint).await
    }

    /// What is not saved yet.
    fn owed(&self, stint: &mut Stint) -> Append {
        let unsaved = stint.case.unsaved();
        Append {
            case: stint.case.id(),
            lease: stint.lease,
            first_seq: unsaved.first_seq,
            count: unsaved.count,
            lines: unsaved.lines.to_vec(),
            head: unsaved.head,
            hashes: unsaved.hashes.to_vec(),
            progress: stint.case.progress(self.clock.now()),
            taken: std::mem::take(&mut stint.taken),
            threads: std::mem::take(&mut stint.threads),
            lessons: std::mem::take(&mut stint.lessons),
            release: false,
            sealed: None,
        }
    }

    pub(crate) async fn save_what_is_owed(&self, stint: &mut Stint) -> Result<(), Halt> {
        if stint.owes_a_save {
            self.save(stint, false).await?;
        }
        Ok(())
    }

    pub(crate) fn reach(&self, failpoint: &str) {
        if let Some(hook) = &self.failpoint {
            hook(failpoint);
        }
    }

    /// A carrier panicked: the case is shown as stuck, others go on.
    pub(crate) async fn give_up(
        &self,
        case: casework::CaseId,
        lease: u64,
    ) -> Result<(), StoreError> {
        tracing::error!(%case, "carrying panicked");
        let why = "the program failed while carrying this case; see the log".to_owned();
        self.mark_stuck(case, lease, None, why).await
    }

    /// Shows the case as stuck, with what was recorded before it was. Signals it never took stay in
    /// its inbox, and only a newer one wakes it: what cannot be carried must not come back at once
    /// for ever.
    async fn mark_stuck(
        &self,
        case: casework::CaseId,
        lease: u64,
        stint: Option<Box<Stint>>,
        why: String,
    ) -> Result<(), StoreError> {
        let stuck =
            |progress| Progress { status: Status::Stuck, due_at: None, note: why, ..progress };
        let append = match stint {
            Some(mut stint) => {
                let progress = stuck(stint.case.progress(self.clock.now()));
                Append { progress, ..self.owed(&mut stint) }
            }
            None => {
                let Some(row) = self.store.case(case).await? else { return Ok(()) };
                let stored = self.store.journal(case).await?;
                let (first_seq, head) =
                    stored.map_or((0, Chain::start(case).head), |known| (known.count, known.head));
                Append {
                    case,
                    lease,
                    first_seq,
                    count: 0,
                    lines: Vec::new(),
                    head,
                    hashes: Vec::new(),
                    progress: stuck(row.progress),
                    taken: Vec::new(),
                    threads: Vec::new(),
                    lessons: Vec::new(),
                    release: false,
                    sealed: None,
                }
            }
        };
        self.store.append(append).await?;
        self.store.release(case, lease, None).await
    }
}

fn out_of_turn(error: casework::case::OutOfTurn) -> Halt {
    Halt::Stuck(error.to_string())
}
