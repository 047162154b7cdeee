//! The loop bench: the real engine, policy, journal and store under a scripted model, so that it
//! can be measured beside other runtimes by one contract. Nothing is bypassed; only the three tools
//! and the cases are the bench's own.

mod cases;
mod model_server;
mod tools;

use casework::ask::{About, Reply};
use casework::{PersonId, SourceName, Status, Timestamp};
use clap::ValueEnum;
use engine::budget::Budgets;
use engine::carry::{Engine, Tally};
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::pace::Pace;
use engine::run::{Lanes, Switches, Until, run};
use engine::seams::{CaseQuery, Store};
use judges::model::{ModelConfig, ModelJudge};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

/// What the bench does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Works all cases to their end.
    Run,
    /// Works all cases until they wait for an approval, then stays alive until stdin closes.
    Park,
    /// Approves what is parked and works it to its end.
    Approve,
    /// Starts everything, works nothing, stays alive until stdin closes.
    Idle,
}

/// What is measured, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct BenchArguments {
    /// An OpenAI-compatible endpoint up to `/v1`; without it a scripted model starts in this
    /// process
    #[arg(long)]
    base_url: Option<String>,
    /// How many cases
    #[arg(long, default_value_t = 1)]
    cases: usize,
    /// How many side by side
    #[arg(long, default_value_t = 1)]
    concurrency: u32,
    /// Where the journal is kept
    #[arg(long)]
    state: PathBuf,
    /// Where the tools leave one line per effect
    #[arg(long)]
    effects: PathBuf,
    /// Where events are written as JSON lines
    #[arg(long)]
    out: PathBuf,
    /// What to do
    #[arg(long, value_enum, default_value = "run")]
    mode: Mode,
    /// The state is that of a killed run; the same cases are offered again
    #[arg(long)]
    resume: bool,
}

/// Why the bench did not finish.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file could not be written or read.
    #[error("cannot {what}: {error}")]
    File {
        /// What was attempted.
        what: &'static str,
        /// What the system said.
        error: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] engine::seams::StoreError),
    /// The model could not be set up.
    #[error(transparent)]
    Model(#[from] judges::model::ModelError),
    /// Cases did not come to their end.
    #[error("{stuck} cases are stuck, {open} are open")]
    Unfinished {
        /// Stuck.
        stuck: u64,
        /// Open.
        open: u64,
    },
}

/// Runs the bench.
///
/// # Errors
/// When files, store or model fail, or cases do not end.
pub async fn bench(arguments: BenchArguments) -> Result<(), BenchError> {
    std::fs::create_dir_all(&arguments.state)
        .map_err(|error| BenchError::File { what: "make the state folder", error })?;
    let base_url = match &arguments.base_url {
        Some(url) => url.clone(),
        None => model_server::start()
            .await
            .map_err(|error| BenchError::File { what: "start the scripted model", error })?,
    };
    let path = arguments.state.join("dayshift.db");
    let store = Arc::new(store::SqliteStore::open(&path, store::OpenOptions::default()).await?);
    let bench = Bench::new(&arguments, base_url, Arc::clone(&store) as Arc<dyn Store>)?;
    bench.say("ready");
    match arguments.mode {
        Mode::Idle => wait_for_stdin().await,
        Mode::Run => {
            bench.work(Status::Done).await?;
            bench.say("done");
        }
        Mode::Park => {
            bench.work(Status::Asked).await?;
            bench.say("parked");
            wait_for_stdin().await;
        }
        Mode::Approve => {
            bench.approve().await?;
            bench.say("done");
        }
    }
    store.close().await?;
    Ok(())
}

struct Bench {
    arguments: BenchArguments,
    engine: Arc<Engine>,
    lanes: Lanes,
}

impl Bench {
    fn new(
        arguments: &BenchArguments,
        base_url: String,
        store: Arc<dyn Store>,
    ) -> Result<Self, BenchError> {
        let parks = matches!(arguments.mode, Mode::Park | Mode::Approve);
        let charter = cases::charter(parks);
        let clock = Clock::System;
        let worker = charter.worker.clone();
        let charters = Charters::default();
        charters.put(charter);
        let model = ModelJudge::new(ModelConfig {
            base_url,
            model: cases::MODEL.to_owned(),
            key: None,
            prompt_price: 0,
            completion_price: 0,
            workers: Vec::new(),
        })?;
        let tools = tools::tools(&arguments.effects)
            .map_err(|error| BenchError::File { what: "open the effects file", error })?;
        let engine = Engine {
            intake: Intake::new(store.clone(), vec![worker.clone()], clock.clone()),
            store,
            judges: vec![Arc::new(model)],
            tools,
            charters,
            clock,
            switches: Switches::default(),
            pace: Pace::default(),
            budgets: Budgets::new(u64::MAX, BTreeMap::new()),
            tally: Tally::default(),
            failpoint: None,
        };
        let room = arguments.concurrency.max(1);
        let lanes = Lanes { lanes: vec![(worker.name.clone(), room)], overall_max: room };
        Ok(Self { arguments: arguments.clone(), engine: Arc::new(engine), lanes })
    }

    /// Offers all cases while they are worked, until each has come to `end`.
    async fn work(&self, end: Status) -> Result<(), BenchError> {
        let before = self.count(&|status| status == end || status.is_closed()).await;
        let offering = self.offer();
        let loops = run(self.engine.clone(), self.lanes.clone(), Until::Stopped);
        let working = async {
            self.until_all(before).await;
            self.engine.switches.stop();
        };
        let (offered, ran, ()) = tokio::join!(offering, loops, working);
        offered?;
        ran?;
        self.check(end).await
    }

    /// Hands the cases in as an inbox would, a little ahead of the work.
    async fn offer(&self) -> Result<(), BenchError> {
        let source = SourceName::new(cases::SOURCE);
        let ahead = usize::try_from(self.arguments.concurrency).unwrap_or(1).max(4);
        let mut counted = self.engine.tally.watch();
        let mut offered = 0;
        while offered < self.arguments.cases {
            let upto = (offered + ahead).min(self.arguments.cases);
            let batch = (offered..upto).map(|number| {
                let (key, arrival) = cases::arrival(number);
                self.engine.intake.arrived(&source, key, arrival)
            });
            for admitted in futures_util::future::join_all(batch).await {
                admitted?;
            }
            offered = upto;
            // A resumed state holds ended cases already: they need not be waited for.
            let wanted = u64::try_from(offered.saturating_sub(2 * ahead)).unwrap_or(0);
            if !self.arguments.resume {
                let enough = |counted: &engine::carry::Counted| {
                    counted.closed + counted.asked + counted.stuck >= wanted
                };
                // The tally lives as long as the engine, so this cannot fail.
                let _ = counted.wait_for(enough).await;
            }
        }
        Ok(())
    }

    async fn until_all(&self, before: u64) {
        let wanted = u64::try_from(self.arguments.cases).unwrap_or(u64::MAX);
        let mut counted = self.engine.tally.watch();
        let enough = |counted: &engine::carry::Counted| {
            before + counted.closed + counted.asked + counted.stuck >= wanted
        };
        // As above.
        let _ = counted.wait_for(enough).await;
    }

    async fn count(&self, wanted: &dyn Fn(Status) -> bool) -> u64 {
        let counts = self.engine.store.counts(Timestamp(0)).await.unwrap_or_default();
        counts.iter().filter(|count| wanted(count.status)).map(|count| count.cases).sum()
    }

    async fn check(&self, end: Status) -> Result<(), BenchError> {
        let open = self.count(&|status| status != end && !status.is_closed()).await;
        let stuck = self.count(&|status| status == Status::Stuck).await;
        if open > 0 { Err(BenchError::Unfinished { stuck, open }) } else { Ok(()) }
    }

    /// Approves everything that is parked, as a person would: each exact call by its digest.
    async fn approve(&self) -> Result<(), BenchError> {
        let before = self.count(&|status| status.is_closed()).await;
        let loops = run(self.engine.clone(), self.lanes.clone(), Until::Stopped);
        let approving = async {
            let approved = self.approve_all().await;
            if approved.is_ok() {
                self.until_all(before).await;
            }
            self.engine.switches.stop();
            approved
        };
        let (ran, approved) = tokio::join!(loops, approving);
        ran?;
        approved?;
        self.check(Status::Done).await
    }

    async fn approve_all(&self) -> Result<(), BenchError> {
        let mut query =
            CaseQuery { statuses: vec![Status::Asked], limit: 256, ..CaseQuery::default() };
        loop {
            let rows = self.engine.store.cases(query.clone()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            query.before = Some(last.case);
            let replies = rows.iter().filter_map(|row| {
                let ask = row.progress.ask.as_ref()?;
                matches!(ask.about, About::Approval { .. }).then(|| {
                    let reply = Reply::Approve { digest: ask.digest };
                    self.engine.intake.replied(row.case, ask.id, PersonId::new("bench"), reply)
                })
            });
            for admitted in futures_util::future::join_all(replies).await {
                admitted?;
            }
        }
    }

    fn say(&self, event: &str) {
        let line = format!("{{\"ev\":\"{event}\",\"t\":{:.6}}}\n", monotonic_seconds());
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&self.arguments.out);
        if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
            tracing::error!(%error, "cannot write the event `{event}`");
        }
    }
}

/// Seconds of the machine's monotonic clock, which other processes read too.
fn monotonic_seconds() -> f64 {
    // `/proc/uptime` has hundredths only; the clock itself comes without unsafe code from rustix.
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u32::try_from(time.tv_sec).map_or(0.0, f64::from);
    let nanos = u32::try_from(time.tv_nsec).map_or(0.0, f64::from);
    seconds + nanos / 1e9
}

async fn wait_for_stdin() {
    // The thread may outlive the wait; the process ends with it.
    let waited = tokio::task::spawn_blocking(|| {
        let mut sink = Vec::new();
        std::io::stdin().read_to_end(&mut sink)
    });
    if let Err(error) = waited.await {
        tracing::error!(%error, "cannot wait for stdin");
    }
}
