//! The world around the loop: scripted tools and judges with a memory of what really happened
//! outside, a worker, an office, and ways to be a person. It asserts only what must hold at each
//! single call.

use crate::memory_store::MemoryStore;
use casework::condition::Condition;
use casework::journal::Entry;
use casework::judgement::{Answer, Evidence};
use casework::origin::{Origin, Value};
use casework::procedure::{Act, Otherwise, Procedure, QuestionSpec, StepSpec};
use casework::signal::Arrival;
use casework::template::Template;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use casework::worker::{Charter, Limits, Mode, Promise, Rule, Trigger, Verdict as Says, Worker};
use casework::{CaseId, Digest, Event, PermittedCall, RoleName, Timestamp, ToolName, WorkerName};
use engine::budget::Budgets;
use engine::carry::Engine;
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::pace::{Pace, Rate};
use engine::run::{Lanes, Switches, Until, run};
use engine::seams::{
    Admitted, Asked, Judge, JudgeError, LookUp, Store, Tool, ToolError, ToolResult, Verdict, Work,
};
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a tool does at its next call. The world outside remembers whether it really happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Works,
    Rejects,
    IsAway,
    IsAwayFor(u64),
    IsBroken,
    HappensInDoubt,
    FailsInDoubt,
    HappensAndHangs,
    Hangs,
    Panics,
}

/// Chooses what a call does.
pub type Choosing = Box<dyn FnMut(&PermittedCall) -> Next + Send>;

/// The world outside: what happened, how often, and what happens next.
#[derive(Default)]
pub struct Outside {
    /// How often each key took effect, by the other side's own count.
    pub happened: Mutex<BTreeMap<Digest, (CaseId, ToolName, u32)>>,
    /// Scripted calls of a tool, then what `otherwise` says.
    pub script: Mutex<BTreeMap<String, VecDeque<Next>>>,
    /// When there is no script.
    pub otherwise: Mutex<Option<Choosing>>,
    /// When each call began.
    pub calls: Mutex<Vec<(Timestamp, CaseId, ToolName)>>,
}

impl Outside {
    fn next(&self, call: &PermittedCall) -> Next {
        let mut script = self.script.lock().unwrap();
        if let Some(next) =
            script.get_mut(call.tool().as_str()).and_then(|scripted| scripted.pop_front())
        {
            return next;
        }
        let mut otherwise = self.otherwise.lock().unwrap();
        otherwise.as_mut().map_or(Next::Works, |next| next(call))
    }

    pub fn knows(&self, key: Digest) -> bool {
        self.happened.lock().unwrap().contains_key(&key)
    }

    pub fn script(&self, tool: &str, next: &[Next]) {
        self.script.lock().unwrap().insert(tool.to_owned(), next.iter().copied().collect());
    }

    pub fn count(&self, tool: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|(_, _, name)| name.as_str() == tool).count()
    }

    fn take_effect(&self, call: &PermittedCall, recovery: Recovery) {
        let mut happened = self.happened.lock().unwrap();
        let known = happened.entry(call.key()).or_insert((call.case(), call.tool().clone(), 0));
        // The other side of a repeatable tool keeps the first and ignores the second.
        if known.2 == 0 || recovery != Recovery::Repeat {
            known.2 += 1;
        }
    }
}

struct ScriptedTool {
    spec: ToolSpec,
    outside: Arc<Outside>,
    store: Arc<MemoryStore>,
    clock: Clock,
}

impl ScriptedTool {
    async fn perform(&self, call: &PermittedCall) -> Result<ToolResult, ToolError> {
        self.assert_started(call);
        let at = self.clock.now();
        self.outside.calls.lock().unwrap().push((at, call.case(), call.tool().clone()));
        let next = self.outside.next(call);
        tokio::task::yield_now().await;
        let recovery = self.spec.recovery;
        if matches!(next, Next::Works | Next::HappensInDoubt | Next::HappensAndHangs) {
            self.outside.take_effect(call, recovery);
        }
        tokio::task::yield_now().await;
        let why = "the other side is away".to_owned();
        match next {
            Next::Works => {
                let data = json!({ "id": format!("r-{}", call.case()) });
                Ok(ToolResult { data, threads: Vec::new() })
            }
            Next::Rejects => Err(ToolError::Rejected { message: "no".into() }),
            Next::IsAway => Err(ToolError::Unavailable { why, retry_after_ms: None }),
            Next::IsAwayFor(ms) => Err(ToolError::Unavailable { why, retry_after_ms: Some(ms) }),
            Next::IsBroken => Err(ToolError::Broken { code: "T001", why }),
            Next::HappensInDoubt | Next::FailsInDoubt => {
                Err(ToolError::InDoubt { known: "the line broke".into() })
            }
            Next::HappensAndHangs | Next::Hangs => std::future::pending().await,
            Next::Panics => panic!("this tool panics, as the test wants"),
        }
    }

    /// Whatever is called was started, with its permit, in the journal as saved.
    fn assert_started(&self, call: &PermittedCall) {
        let lines = self.store.lines(call.case());
        let started = entries(&lines).into_iter().any(|entry| {
            matches!(entry.event, Event::CallStarted { call: id, permit }
                if id == call.call().id && permit == *call.permit())
        });
        assert!(started, "{} is called before its start is saved", call.tool());
    }
}

impl Tool for ScriptedTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>> {
        Box::pin(self.perform(call))
    }

    fn look_up<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<LookUp, ToolError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let result = ToolResult { data: json!({ "id": "found" }), threads: Vec::new() };
            Ok(if self.outside.knows(call.key()) {
                LookUp::Happened(result)
            } else {
                LookUp::Never
            })
        })
    }
}

type Judging = dyn FnMut() -> Result<Verdict, JudgeError> + Send;

/// A judge that says what it is told to say.
pub struct ScriptedJudge {
    pub worst_micro_usd: u64,
    pub says: Mutex<Box<Judging>>,
}

impl Judge for ScriptedJudge {
    fn name(&self) -> &str {
        "scripted"
    }

    fn cost_at_most_micro_usd(&self, _asked: &Asked<'_>) -> u64 {
        self.worst_micro_usd
    }

    fn judge<'a>(&'a self, _asked: Asked<'a>) -> Work<'a, Result<Verdict, JudgeError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            (self.says.lock().unwrap())()
        })
    }
}

pub fn sure(label: &str, cost_micro_usd: u64) -> Verdict {
    let mut evidence = Evidence::default();
    evidence.usage.cost_micro_usd = cost_micro_usd;
    Verdict::Sure { answer: Answer::Label(label.into()), evidence, version: "1".into() }
}

pub fn judge(
    worst_micro_usd: u64,
    says: impl FnMut() -> Result<Verdict, JudgeError> + Send + 'static,
) -> Arc<ScriptedJudge> {
    Arc::new(ScriptedJudge { worst_micro_usd, says: Mutex::new(Box::new(says)) })
}

/// All that outlives a process, and what a new process is made of.
pub struct Office {
    pub store: Arc<MemoryStore>,
    pub outside: Arc<Outside>,
    pub clock: Clock,
    pub charter: Charter,
    pub judges: Vec<Arc<ScriptedJudge>>,
    pub rates: BTreeMap<String, Rate>,
    pub budget_micro_usd: u64,
}

impl Office {
    pub fn new() -> Self {
        Self {
            store: Arc::new(MemoryStore::default()),
            outside: Arc::new(Outside::default()),
            clock: Clock::stepped(Timestamp(1_000_000)),
            charter: charter(),
            judges: vec![judge(0, || Ok(sure("sales", 0)))],
            rates: BTreeMap::new(),
            budget_micro_usd: u64::MAX,
        }
    }

    /// A new process on the same store.
    pub fn engine(&self) -> Arc<Engine> {
        self.store.forget_claims();
        let store: Arc<dyn Store> = self.store.clone();
        let workers = vec![self.charter.worker.clone()];
        let charters = Charters::default();
        charters.put(self.charter.clone());
        let tools = self.charter.tools.values().map(|spec| {
            let (outside, store) = (self.outside.clone(), self.store.clone());
            let (spec, clock) = (spec.clone(), self.clock.clone());
            let name = spec.name.clone();
            (name, Arc::new(ScriptedTool { spec, outside, store, clock }) as Arc<dyn Tool>)
        });
        Arc::new(Engine {
            store: store.clone(),
            intake: Intake::new(store, workers, self.clock.clone()),
            judges: self.judges.iter().map(|judge| judge.clone() as Arc<dyn Judge>).collect(),
            tools: tools.collect(),
            charters,
            clock: self.clock.clone(),
            switches: Switches::default(),
            pace: Pace::new(self.rates.clone()),
            budgets: Budgets::new(self.budget_micro_usd, BTreeMap::new()),
            tally: Default::default(),
            failpoint: None,
        })
    }

    /// Lets the clock of the office go with the runtime's, which jumps from timer to timer.
    pub fn let_time_pass(&self) -> tokio::task::JoinHandle<()> {
        let clock = self.clock.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                clock.step_ms(50);
            }
        })
    }
}

/// Carries until nothing is due.
pub async fn run_until_idle(engine: &Arc<Engine>, at_once: u32) {
    let lanes = Lanes { lanes: vec![(worker_name(), at_once)], overall_max: at_once };
    run(engine.clone(), lanes, Until::Idle).await.unwrap();
}

/// A mail on a thread.
pub async fn mail(engine: &Engine, key: &str, thread: &str) -> CaseId {
    let fields = json!({ "from": "jo@lantern.example", "text": format!("about {key}") });
    let arrival = Arrival {
        title: key.to_owned(),
        party: None,
        thread: vec![thread.to_owned()],
        fields: Value::new(fields, Origin::Outside).except("from", Origin::Record),
        bodies: Vec::new(),
    };
    match engine.intake.arrived(&"mail:desk".into(), key.to_owned(), arrival).await.unwrap() {
        Admitted::Opened(case) | Admitted::Joined(case) => case,
        other => panic!("{other:?}"),
    }
}

pub fn entries(lines: &[u8]) -> Vec<Entry> {
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| Entry::from_line(line).unwrap()).collect()
}

pub fn worker_name() -> WorkerName {
    WorkerName::new("desk")
}

fn tool(name: &str, effect: Effect, recovery: Recovery) -> ToolSpec {
    let to = Parameter {
        name: "to".into(),
        kind: Kind::Text,
        required: true,
        authority: true,
        about: String::new(),
    };
    ToolSpec {
        name: name.into(),
        about: String::new(),
        says: format!("{name} {{{{ to }}}}"),
        effect,
        parameters: vec![to],
        origins: BTreeMap::from([(String::new(), Origin::Record)]),
        recovery,
        undo: None,
        system: name.split('.').next().unwrap().to_owned(),
        guard: Default::default(),
    }
}

/// One step of each kind of tool: a read, a repeatable write, a send that can be looked up and one
/// that only a person can tell of; the last but one is asked.
fn charter() -> Charter {
    let all = [
        tool("crm.find", Effect::Read, Recovery::Repeat),
        tool("tickets.create", Effect::Write, Recovery::Repeat),
        tool("mail.reply", Effect::Send, Recovery::LookUp),
        tool("chat.post", Effect::Send, Recovery::Ask),
    ];
    let tools: Tools = all.into_iter().map(|spec| (spec.name.clone(), spec)).collect();
    let step = |name: &str, act| {
        let otherwise = Otherwise::Skip;
        StepSpec { name: name.into(), when: None, act, otherwise }
    };
    let to = Template::parse_text("$signal.from").unwrap();
    let call = |tool: &str| {
        let with = BTreeMap::from([("to".to_owned(), to.clone())]);
        Act::Call { tool: tool.into(), with }
    };
    let text = Template::parse_text("{{ signal.text }}").unwrap();
    let classify = QuestionSpec::Classify { text, into: vec!["sales".into(), "other".into()] };
    let rule = |tool: &str| Rule {
        name: format!("rule for {tool}"),
        tool: tool.into(),
        verdict: Says::Allow,
        when: Some(Condition::parse("args.to == signal.from").unwrap()),
        to: None,
    };
    let worker = Worker {
        name: worker_name(),
        version: Digest::of(b"desk 1"),
        role: String::new(),
        goal: String::new(),
        mode: Mode::Supervised,
        tools: tools.keys().cloned().collect(),
        reviewers: BTreeMap::from([(RoleName::new("default"), vec!["mo".into()])]),
        promise: Promise::default(),
        limits: Limits::default(),
        triggers: vec![Trigger { source: "mail:desk".into(), when: None }],
        procedure: Procedure {
            steps: vec![
                step("queue", Act::Judge(classify)),
                step("customer", call("crm.find")),
                step("ticket", call("tickets.create")),
                step("reply", call("mail.reply")),
                step("post", call("chat.post")),
            ],
            ..Default::default()
        },
        done: None,
        rules: vec![rule("tickets.create"), rule("chat.post")],
        constants: Value::null(),
        playbook: String::new(),
        guard: Default::default(),
    };
    Charter { worker: Arc::new(worker), tools: Arc::new(tools) }
}
