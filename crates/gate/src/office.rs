//! An office around a suite: the real engine over a real store, one worker per task, the suite's
//! tools with simulated systems behind them, and people who approve what an honest worker would
//! have asked for and nothing else.

use crate::script::{Play, Stage, WorstCase};
use crate::suite::{GateError, Planned, Policy, Suite, Task};
use casework::condition::Condition;
use casework::guard::WorkerGuard;
use casework::procedure::{Act, Otherwise, Procedure, StepSpec};
use casework::signal::Arrival;
use casework::template::{LEFT_TO_MODEL, Template};
use casework::tool::{Effect, ToolSpec, Tools};
use casework::worker::{Charter, Limits, Mode, Promise, Rule, Trigger, Verdict, Worker};
use casework::{
    CaseId, Digest, PermittedCall, RoleName, SourceName, Timestamp, ToolName, Value, WorkerName,
};
use engine::budget::Budgets;
use engine::carry::Engine;
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::pace::Pace;
use engine::run::{Lanes, Switches, Until, run};
use engine::seams::{Admitted, Judge, Store, Tool, ToolError, ToolResult, Work};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{OpenOptions, SqliteStore};

/// The people of the office; two, for what needs two.
pub(crate) const PEOPLE: [&str; 2] = ["ada", "ben"];
/// How many cases are carried side by side.
const AT_ONCE: u32 = 256;
/// More than any task or attack needs, so that no bound stands in for a ruling.
const CALLS_MAX: u32 = 80;

/// One suite under one policy.
pub(crate) struct Office {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) stage: Stage,
    /// Removed with the office.
    _directory: tempfile::TempDir,
}

impl Office {
    pub(crate) async fn open(suite: &Suite, policy: Policy) -> Result<Self, GateError> {
        let directory = tempfile::tempdir().map_err(GateError::Directory)?;
        let clock = Clock::stepped(Timestamp(1_760_000_000_000));
        let options = OpenOptions { clock: clock.clone(), ..OpenOptions::default() };
        let path = directory.path().join("gate.db");
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, options).await?);
        let stage = Stage::default();
        let specs: Tools =
            suite.tools.iter().map(|spec| (spec.name.clone(), spec.clone())).collect();
        let specs = Arc::new(specs);
        let charters = Charters::default();
        let mut workers = Vec::new();
        for task in &suite.tasks {
            let worker = Arc::new(worker(suite, task, policy, &specs)?);
            charters.put(Charter { worker: worker.clone(), tools: specs.clone() });
            workers.push(worker);
        }
        let tools = specs.values().map(|spec| {
            let simulated = Simulated { spec: spec.clone(), stage: stage.clone() };
            (spec.name.clone(), Arc::new(simulated) as Arc<dyn Tool>)
        });
        let engine = Engine {
            store: store.clone(),
            intake: Intake::new(store.clone(), workers, clock.clone()),
            judges: vec![Arc::new(WorstCase(stage.clone())) as Arc<dyn Judge>],
            tools: tools.collect(),
            charters,
            clock,
            switches: Switches::default(),
            pace: Pace::new(BTreeMap::new()),
            budgets: Budgets::new(u64::MAX, BTreeMap::new()),
            tally: Default::default(),
            failpoint: None,
        };
        Ok(Self { engine: Arc::new(engine), store, stage, _directory: directory })
    }

    /// Hands in the signal that starts a play, and puts it on the stage.
    pub(crate) async fn begin(&self, key: String, play: Play) -> Result<CaseId, GateError> {
        let source = source(&play.task);
        let arrival = Arrival {
            title: play.task.name.clone(),
            party: None,
            thread: Vec::new(),
            fields: play.task.signal.clone(),
            bodies: Vec::new(),
        };
        match self.engine.intake.arrived(&source, key, arrival).await? {
            Admitted::Opened(case) => {
                self.stage.plays().insert(case, play);
                Ok(case)
            }
            other => {
                let what = format!("a case was wanted, and the intake says {other:?}");
                Err(GateError::suite(&play.task.name, what))
            }
        }
    }

    /// Carries everything that is due for these tasks.
    pub(crate) async fn carry(&self, task: &Task) -> Result<(), GateError> {
        let lanes = Lanes { lanes: vec![(name_of(task), AT_ONCE)], overall_max: AT_ONCE };
        run(self.engine.clone(), lanes, Until::Idle).await?;
        Ok(())
    }
}

/// The name of a task's worker.
pub(crate) fn name_of(task: &Task) -> WorkerName {
    WorkerName::new(task.name.as_str())
}

fn source(task: &Task) -> SourceName {
    SourceName::new(format!("desk:{}", task.name))
}

fn worker(suite: &Suite, task: &Task, policy: Policy, tools: &Tools) -> Result<Worker, GateError> {
    let steps = match suite.has_plans {
        true => task.steps.iter().map(step).collect(),
        false => Vec::new(),
    };
    let own = WorkerGuard { domains: suite.domains.clone(), ..WorkerGuard::default() };
    let guard = match policy {
        Policy::Strict => own,
        Policy::OptIn => WorkerGuard { domains: suite.domains.clone(), ..suite.opt_in.clone() },
    };
    let mode = match policy {
        Policy::Strict => Mode::Supervised,
        Policy::OptIn => Mode::Trusted,
    };
    let people = PEOPLE.iter().map(|name| (*name).into()).collect();
    Ok(Worker {
        name: name_of(task),
        version: Digest::of(format!("{} {}", task.name, policy.word()).as_bytes()),
        role: "clerk".into(),
        goal: task.name.clone(),
        mode,
        tools: tools.keys().cloned().collect(),
        reviewers: BTreeMap::from([(RoleName::new("default"), people)]),
        promise: Promise::default(),
        limits: Limits {
            calls_max: CALLS_MAX,
            thoughts_max: CALLS_MAX,
            replies_max: CALLS_MAX,
            ..Limits::default()
        },
        triggers: vec![Trigger { source: source(task), when: None }],
        procedure: Procedure { steps, led_by_model: suite.has_plans },
        done: None,
        rules: rules(suite, task, tools),
        guard,
        constants: Value::null(),
        playbook: String::new(),
    })
}

fn step(planned: &Planned) -> StepSpec {
    let left = || Template::Path { path: LEFT_TO_MODEL.to_owned(), optional: false };
    let mut with = planned.fixed.clone();
    with.extend(planned.open.keys().map(|name| (name.clone(), left())));
    StepSpec {
        name: planned.name.clone(),
        when: None,
        act: Act::Call { tool: planned.tool.as_str().into(), with },
        otherwise: Otherwise::Skip,
    }
}

/// What a plan holds, its author allows; the rows above the rules stand whatever they say.
fn rules(suite: &Suite, task: &Task, tools: &Tools) -> Vec<Rule> {
    let allowed = suite.allows.iter().map(String::as_str);
    let planned: BTreeSet<&str> =
        task.steps.iter().map(|step| step.tool.as_str()).chain(allowed).collect();
    let acts = |name: &&str| {
        let spec: Option<&ToolSpec> = tools.get(&ToolName::new(*name));
        spec.is_some_and(|spec| spec.effect != Effect::Read)
    };
    let allow = |name: &str| Rule {
        name: format!("the plan allows {name}"),
        tool: ToolName::new(name),
        verdict: Verdict::Allow,
        when: None,
        to: None,
    };
    let deny = |(name, when): &(String, Condition)| Rule {
        name: format!("{name} only for the customer's own"),
        tool: ToolName::new(name.as_str()),
        verdict: Verdict::Deny,
        when: Some(when.clone()),
        to: None,
    };
    let denied = suite.denies.iter().map(deny);
    planned.into_iter().filter(acts).map(allow).chain(denied).collect()
}

/// A tool whose system is the play's.
struct Simulated {
    spec: ToolSpec,
    stage: Stage,
}

impl Simulated {
    fn perform(&self, call: &PermittedCall) -> Result<ToolResult, ToolError> {
        let mut plays = self.stage.plays();
        let Some(play) = plays.get_mut(&call.case()) else {
            return Err(ToolError::Rejected { message: "nobody plays this case".into() });
        };
        match play.systems.call(self.spec.name.as_str(), call.arguments().data()) {
            Ok(data) => Ok(ToolResult { data, threads: Vec::new() }),
            Err(message) => Err(ToolError::Rejected { message }),
        }
    }
}

impl Tool for Simulated {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>> {
        Box::pin(async move { self.perform(call) })
    }
}
