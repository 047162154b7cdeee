//! Puts an office together: store, sources, tools, judges, workers. The one place where all names
//! meet; it holds no rule.

pub mod arranging;
pub mod checkpoints;
mod front;
mod learning;

use crate::command::Failure;
use crate::office::{self, Office};
use crate::report::Report;
use casework::worker::{Charter, Mode, Worker};
use casework::{Timestamp, WorkerName};
use engine::budget::Budgets;
use engine::carry::{Engine, Failpoint, Tally};
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::pace::Pace;
use engine::run::{Lanes, Switches};
use engine::seams::{Judge, Source, Store, Tool};
use judges::learned::LearnedJudge;
use judges::model::{ModelConfig, ModelJudge};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use front::{address, sessions};
pub use learning::Learning;

/// Cases of one worker carried side by side, and of all workers.
const LANE_CASES: u32 = 8;
/// See [`LANE_CASES`].
const ALL_CASES: u32 = 32;

/// An office, ready to work.
pub struct House {
    /// What its files say.
    pub office: Office,
    /// Its history.
    pub store: Arc<store::SqliteStore>,
    /// Its loop.
    pub engine: Arc<Engine>,
    /// What it hears with.
    pub sources: Vec<Arc<dyn Source>>,
    /// How much at once.
    pub lanes: Lanes,
    /// What its learned judge learns from.
    pub learning: Learning,
    /// Signs what it did; a shadow walk is not signed.
    pub checkpoints: Option<tokio::sync::Mutex<checkpoints::Checkpoints>>,
}

/// How an office is opened otherwise than its files say.
#[derive(Clone, Debug, Default)]
pub struct Otherwise {
    /// All workers in this mode.
    pub mode: Option<Mode>,
    /// The journal here.
    pub store: Option<PathBuf>,
}

/// Reads an office's files; what is wrong with them is printed with its place.
pub fn load(dir: &Path, report: &Report) -> Result<Office, Failure> {
    match office::load(dir) {
        Ok(office) => Ok(office),
        Err(problems) => {
            let errors = problems.iter().filter(|p| p.severity == office::Severity::Error).count();
            report.problems(&problems);
            let words = if errors == 1 { "1 problem".into() } else { format!("{errors} problems") };
            Err(Failure::Setting(format!("{words} in {}", dir.display())))
        }
    }
}

/// Opens an office: its store, its connections, its judges.
pub async fn open(
    mut office: Office,
    otherwise: Otherwise,
    report: &Report,
) -> Result<House, Failure> {
    if let Some(mode) = otherwise.mode {
        office.workers.iter_mut().for_each(|file| file.worker.mode = mode);
    }
    let clock = Clock::System;
    let path = otherwise.store.unwrap_or_else(|| crate::command::store_path(&office.dir));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::file("make the folder", folder, &error))?;
    }
    let store = Arc::new(store::SqliteStore::open(&path, store_options()).await?);
    let shared: Arc<dyn Store> = Arc::clone(&store) as Arc<dyn Store>;
    let failpoint = failpoint();
    let connected = office::connect(&office, clock.clone(), failpoint.clone()).await;
    let connected = connected.map_err(|problems| {
        report.problems(&problems);
        Failure::Setting(format!("cannot connect {}", office.name))
    })?;
    let specs = connected.tools.iter().map(|tool| (tool.spec().name.clone(), tool.spec().clone()));
    let specs = Arc::new(specs.collect());
    let charters = Charters::default();
    let mut workers = Vec::new();
    for file in &office.workers {
        let worker = Arc::new(file.worker.clone());
        charters.put(Charter { worker: worker.clone(), tools: Arc::clone(&specs) });
        workers.push(worker);
    }
    let mut signing = None;
    // A shadow walk leaves no trace in the office.
    if otherwise.mode != Some(Mode::Shadow) {
        signing = checkpoints::open_unless_broken(&store, &path, &office.name, &clock).await;
        versions::keep_and_recall(&office, &shared, &charters, &specs).await?;
        noticed::record(&office, &store, clock.now()).await?;
    }
    let learned = Arc::new(LearnedJudge::default());
    let learning = Learning::new(&office, Arc::clone(&learned));
    learning.learn_all(&shared, clock.now(), report).await?;
    let mut judges: Vec<Arc<dyn Judge>> = vec![learned];
    judges.extend(models(&office)?);
    let engine = Engine {
        intake: Intake::new(Arc::clone(&shared), workers.clone(), clock.clone()),
        store: shared,
        judges,
        tools: by_name(connected.tools),
        charters,
        clock,
        switches: Switches::default(),
        pace: Pace::default(),
        budgets: Budgets::new(u64::MAX, BTreeMap::new()),
        tally: Tally::default(),
        failpoint,
    };
    let people = Arc::clone(&store) as Arc<dyn engine::seams::People>;
    let now = engine.clock.now();
    arranging::arrange(&office, engine.intake.arranged(), people, now).await?;
    recall_pauses(&engine, &workers).await?;
    Ok(House {
        lanes: lanes(&workers),
        engine: Arc::new(engine),
        sources: connected.sources,
        checkpoints: signing.map(tokio::sync::Mutex::new),
        store,
        learning,
        office,
    })
}

impl House {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }
}

fn by_name(tools: Vec<Arc<dyn Tool>>) -> BTreeMap<casework::ToolName, Arc<dyn Tool>> {
    tools.into_iter().map(|tool| (tool.spec().name.clone(), tool)).collect()
}

fn lanes(workers: &[Arc<Worker>]) -> Lanes {
    let lanes = workers.iter().map(|worker| (worker.name.clone(), LANE_CASES)).collect();
    Lanes { lanes, overall_max: ALL_CASES }
}

/// The models workers may ask: each answers for the workers that name it, the first also for those
/// that name none.
fn models(office: &Office) -> Result<Vec<Arc<dyn Judge>>, Failure> {
    let mut judges: Vec<Arc<dyn Judge>> = Vec::new();
    for (at, (name, model)) in office.models.iter().enumerate() {
        let chosen = |file: &&office::WorkerFile| match &file.model {
            Some(wanted) => wanted == name,
            None => at == 0,
        };
        let workers: Vec<WorkerName> =
            office.workers.iter().filter(chosen).map(|file| file.worker.name.clone()).collect();
        if workers.is_empty() {
            continue;
        }
        let key = model.key.as_ref().map(office::SecretRef::fetch).transpose();
        let key = key.map_err(|error| Failure::Setting(format!("model `{name}`: {error}")))?;
        let config = ModelConfig {
            base_url: model.base_url.clone(),
            model: model.model.clone(),
            key: key.map(|secret| secret.expose().to_owned()),
            prompt_price: micro_usd(model.price_prompt_per_million_usd),
            completion_price: micro_usd(model.price_completion_per_million_usd),
            workers,
        };
        let judge = ModelJudge::new(config)
            .map_err(|error| Failure::Setting(format!("model `{name}`: {error}")))?;
        judges.push(Arc::new(judge));
    }
    Ok(judges)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "prices are checked to be small and not negative where the office file is read"
)]
fn micro_usd(dollars: f64) -> u64 {
    (dollars * 1e6).round() as u64
}

/// Keeps what is paused beside the journal, whenever it changed.
pub async fn keep_pauses(house: &House) {
    let mut known = std::collections::BTreeMap::new();
    loop {
        for (worker, _) in &house.lanes.lanes {
            let paused = house.engine.switches.is_paused(worker);
            if known.get(worker) == Some(&paused) {
                continue;
            }
            let value = paused.then(|| "paused".to_owned());
            match house.engine.store.set_setting(pause_setting(worker), value).await {
                Ok(()) => {
                    known.insert(worker.clone(), paused);
                }
                Err(error) => tracing::warn!(%worker, %error, "cannot keep that it is paused"),
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

/// Paused workers stay paused over a restart.
async fn recall_pauses(engine: &Engine, workers: &[Arc<Worker>]) -> Result<(), Failure> {
    for worker in workers {
        if engine.store.setting(pause_setting(&worker.name)).await?.is_some() {
            engine.switches.pause(&worker.name, true);
        }
    }
    Ok(())
}

/// The setting that keeps a worker paused.
fn pause_setting(worker: &WorkerName) -> String {
    format!("pause:{worker}")
}

mod noticed;
pub mod versions;

/// For crash tests: `DAYSHIFT_FAILPOINT=name@count` ends the process, as a power cut would, at the
/// count-th time that point is reached.
fn failpoint() -> Option<Failpoint> {
    #[expect(clippy::disallowed_methods, reason = "a crash test reaches the process no other way")]
    let wanted = std::env::var("DAYSHIFT_FAILPOINT").ok()?;
    let (name, count) = wanted.rsplit_once('@')?;
    let (name, count) = (name.to_owned(), count.parse::<u64>().ok()?);
    let reached = std::sync::atomic::AtomicU64::new(0);
    Some(Arc::new(move |point: &str| {
        if point == name && reached.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == count {
            // Nothing is flushed, no destructor runs, nobody in the process hears of it.
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::KILL,
            );
        }
    }))
}

fn store_options() -> store::OpenOptions {
    store::OpenOptions::default()
}
