//! The example office, worked and shown; and the summary of what an office has done.

use super::{Failure, office_work};
use crate::cli::DemoArguments;
use crate::office;
use crate::report::{Report, table};
use crate::wiring::{self, House, Otherwise};
use casework::journal::CallEnd;
use casework::{Digest, Entry, Event, Status, Timestamp, WorkerName};
use engine::seams::CaseQuery;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub async fn demo(arguments: DemoArguments, report: &Report) -> Result<(), Failure> {
    let began = Instant::now();
    let dir = match arguments.dir {
        Some(dir) => dir,
        None => fresh_folder()?,
    };
    if !dir.join("office.toml").is_file() {
        office::copy_example(&dir).map_err(|error| Failure::Setting(error.to_string()))?;
    }
    let office = wiring::load(&dir, report)?;
    let house = wiring::open(office, Otherwise::default(), report).await?;
    if !report.json {
        report.say(&format!("{}, {} · {}", house.office.name, house.office.about, dir.display()));
    }
    office_work::until_nothing_is_due(&house, report).await?;
    let summary = Summary::of(&house, began.elapsed()).await?;
    if arguments.once || !report.json {
        report.result(&summary.json(), &summary.words());
    }
    if !arguments.once {
        office_work::serve(&house, arguments.port, report).await?;
    }
    office_work::close(house).await
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let base = std::env::temp_dir();
    for number in 1..1_000 {
        let dir = base.join(format!("dayshift-demo-{number}"));
        match std::fs::create_dir(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::file("make the folder", &dir, &error)),
        }
    }
    Err(Failure::Setting(format!("too many demonstration folders in {}", base.display())))
}

/// What an office has done.
pub struct Summary {
    workers: BTreeMap<WorkerName, BTreeMap<Status, u64>>,
    effects: u64,
    duplicate_effects: u64,
    unclaimed: u64,
    wall: Duration,
}

impl Summary {
    /// Counts it from the journals.
    pub async fn of(house: &House, wall: Duration) -> Result<Self, Failure> {
        let store = &house.engine.store;
        let mut workers: BTreeMap<WorkerName, BTreeMap<Status, u64>> = BTreeMap::new();
        for file in &house.office.workers {
            workers.entry(file.worker.name.clone()).or_default();
        }
        for count in store.counts(Timestamp(0)).await? {
            *workers.entry(count.worker).or_default().entry(count.status).or_default() +=
                count.cases;
        }
        let mut seen = BTreeMap::<Digest, u64>::new();
        let mut query = CaseQuery { limit: 1_000, ..CaseQuery::default() };
        loop {
            let rows = store.cases(query.clone()).await?;
            let Some(last) = rows.last() else { break };
            query.before = Some(last.case);
            for row in &rows {
                if let Some(journal) = store.journal(row.case).await? {
                    count_effects(house, &journal.lines, &mut seen);
                }
            }
        }
        Ok(Self {
            workers,
            effects: seen.values().sum(),
            duplicate_effects: seen.values().map(|times| times.saturating_sub(1)).sum(),
            unclaimed: u64::try_from(store.unclaimed(10_000).await?.len()).unwrap_or(0),
            wall,
        })
    }

    /// Whether a case of this status waits for a person.
    pub fn waits(status: Status) -> bool {
        matches!(status, Status::Asked | Status::HandedOver)
    }

    fn count(&self, wanted: &[Status]) -> u64 {
        let statuses = self.workers.values().flatten();
        statuses.filter(|(status, _)| wanted.contains(status)).map(|(_, cases)| cases).sum()
    }

    /// The contract's counts.
    pub fn json(&self) -> Json {
        json!({
            "ok": true,
            "cases": self.count(&Status::ALL),
            "done": self.count(&[Status::Done, Status::FinishedByPerson]),
            "set_aside": self.count(&[Status::SetAside]),
            "asked": self.count(&[Status::Asked]),
            "handed_over": self.count(&[Status::HandedOver]),
            "open": self.count(&[Status::Working, Status::Resting]),
            "cancelled": self.count(&[Status::Cancelled]),
            "failed": self.count(&[Status::Stuck]),
            "unclaimed": self.unclaimed,
            "effects": self.effects,
            "duplicate_effects": self.duplicate_effects,
            "wall_ms": u64::try_from(self.wall.as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// The table for people.
    pub fn words(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .workers
            .iter()
            .map(|(worker, counts)| {
                let count = |wanted: &[Status]| -> String {
                    let cases: u64 = wanted.iter().filter_map(|status| counts.get(status)).sum();
                    cases.to_string()
                };
                vec![
                    worker.to_string(),
                    count(&Status::ALL),
                    count(&[Status::Done, Status::FinishedByPerson]),
                    count(&[Status::SetAside]),
                    count(&[Status::Asked]),
                    count(&[Status::HandedOver]),
                    count(&[Status::Stuck]),
                ]
            })
            .collect();
        let head = ["worker", "cases", "done", "set aside", "asked", "handed over", "stuck"];
        let twice = match self.duplicate_effects {
            0 => "nothing was done twice".to_owned(),
            times => format!("{times} were done twice"),
        };
        format!("{}\n{} effects, {twice}.", table(&head, &[1, 2, 3, 4, 5, 6], &rows), self.effects)
    }
}

/// Counts calls that had an effect, by tool and arguments: the same twice is a duplicate, in one
/// case or in two.
fn count_effects(house: &House, journal: &[u8], seen: &mut BTreeMap<Digest, u64>) {
    let mut proposed = BTreeMap::new();
    for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match Entry::from_line(line).map(|entry| entry.event) {
            Ok(Event::CallProposed { call, .. }) => {
                proposed.insert(call.id, call);
            }
            Ok(Event::CallEnded { call, end: CallEnd::Succeeded(_) }) => {
                let Some(call) = proposed.get(&call) else { continue };
                let tool = house.engine.tools.get(&call.tool);
                if tool.is_some_and(|tool| tool.spec().effect.is_effect()) {
                    let shape = format!("{}\n{}", call.tool, call.arguments.data());
                    *seen.entry(Digest::of(shape.as_bytes())).or_default() += 1;
                }
            }
            _ => {}
        }
    }
}
