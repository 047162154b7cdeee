//! One walk of a case with made-up tools, in two worlds that differ only in what outsiders wrote,
//! and what must hold of what ran in it unasked.

use crate::case::{Case, Step};
use crate::guard::{Cap, WorkerGuard};
use crate::ids::{CaseId, Digest, ToolName};
use crate::journal::{Actor, CallEnd, Event};
use crate::origin::{Origin, Value};
use crate::permit::Permit;
use crate::procedure::{Act, Otherwise, Procedure, StepSpec};
use crate::signal::{Arrival, Signal, SignalKind};
use crate::template::Template;
use crate::time::Timestamp;
use crate::tool::{ToolCall, Tools};
use crate::worker::{Charter, Limits, Mode, Promise, Rule, Verdict, Worker};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The firm's domain in every trial.
pub(super) const INSIDE: &str = "inside.example";
/// The verified party of those trials that have one.
pub(super) const PARTY_ADDRESS: &str = "jo@bay.example";

/// What a program would act on, if it were sent on as it is.
pub(super) const BAITS: [&str; 3] = ["https://low.example/x", "low@fog.example", "+49 40 1234567"];

/// A call of a step, and what its tool gives in each of the two worlds.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) step: &'static str,
    pub(super) tool: ToolName,
    pub(super) with: BTreeMap<String, Json>,
    pub(super) gives: [Json; 2],
}

/// What must hold of the calls that ran unasked.
#[derive(Clone, Debug)]
pub(super) enum Must {
    /// The same authority arguments in both worlds.
    Same,
    /// The last call never ran.
    NeverRun,
    /// This argument of the last call holds nothing to press, call or pay.
    BeHarmless(String),
}

/// One generated walk.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) steps: Vec<Made>,
    /// What arrives, in each world; `text` is an outsider's.
    pub(super) heard: [Json; 2],
    pub(super) rules: bool,
    pub(super) mode: Mode,
    pub(super) replies_max: u32,
    /// An argument of the last call under a cap of its author, so that it may run unasked.
    pub(super) capped: Option<String>,
    pub(super) must: Must,
}

impl Scenario {
    /// What went wrong, if something did: the world is as `truth` declares, the core goes by
    /// `declared`.
    pub(super) fn fault(&self, truth: &Tools, declared: &Tools) -> Option<String> {
        let last = self.steps.last()?;
        let [one, two] = [0, 1].map(|world| self.walk(declared, world));
        let ran = |calls: &[ToolCall]| calls.iter().find(|call| call.tool == last.tool).cloned();
        let (one, two) = (ran(&one), ran(&two));
        let bad = match &self.must {
            Must::NeverRun => one.is_some() || two.is_some(),
            Must::Same => match (one, two) {
                (Some(one), Some(two)) => truth.get(&last.tool).is_some_and(|spec| {
                    let mut decisive = spec.parameters.iter().filter(|it| it.authority);
                    decisive.any(|it| one.argument(&it.name) != two.argument(&it.name))
                }),
                _ => false,
            },
            Must::BeHarmless(name) => one.is_some_and(|call| {
                let text = call.argument(name).as_str().unwrap_or_default();
                BAITS.iter().any(|bait| text.contains(bait))
            }),
        };
        bad.then(|| self.name.clone())
    }

    /// The calls that ran without a person.
    fn walk(&self, declared: &Tools, world: usize) -> Vec<ToolCall> {
        let tools = Arc::new(declared.clone());
        let worker = Arc::new(self.worker(declared));
        let mut case = Case::new(CaseId(1), Charter { worker: Arc::clone(&worker), tools });
        let (name, version) = (worker.name.clone(), worker.version);
        let opened = Event::CaseOpened { worker: name, version, nonce: "trial".into() };
        let mut next = Some((Actor::Engine, opened));
        let mut heard = Some(self.heard(world));
        let mut ran = Vec::new();
        // A walk of a few steps ends long before this.
        for _ in 0..200 {
            let Some((by, event)) = next.take().or_else(|| heard.take()) else {
                match case.next_step(Timestamp(2)) {
                    Step::Record { by, event } => next = Some((by, *event)),
                    Step::Perform(call) => {
                        let (id, permit) = (call.call().id, call.permit().clone());
                        if let Permit::ByRule(_) = permit {
                            ran.push(call.call().clone());
                        }
                        let started = Event::CallStarted { call: id, permit };
                        if case.record(Timestamp(2), Actor::Engine, started).is_err() {
                            return ran;
                        }
                        let end = CallEnd::Succeeded(self.result(declared, call.call(), world));
                        next = Some((Actor::Engine, Event::CallEnded { call: id, end }));
                    }
                    _ => return ran,
                }
                continue;
            };
            if case.record(Timestamp(1), by, event).is_err() {
                return ran;
            }
        }
        ran
    }

    fn result(&self, declared: &Tools, call: &ToolCall, world: usize) -> Value {
        let made = self.steps.iter().find(|made| made.tool == call.tool);
        let data = made.and_then(|made| made.gives.get(world)).cloned().unwrap_or_default();
        let spec = declared.get(&call.tool);
        spec.map_or_else(Value::null, |spec| spec.label(data))
    }

    fn heard(&self, world: usize) -> (Actor, Event) {
        let data = self.heard.get(world).cloned().unwrap_or_default();
        let fields = Value::new(data, Origin::Outside).except("sender", Origin::Record);
        let (title, party) = ("trial".to_owned(), None);
        let arrival = Arrival { title, party, thread: Vec::new(), fields, bodies: Vec::new() };
        let kind = SignalKind::Arrived(arrival);
        let source: crate::SourceName = "mail:trial".into();
        let key = "trial".to_owned();
        let signal = Signal { key, source: source.clone(), at: Timestamp(1), kind };
        (Actor::Source(source), Event::SignalReceived(signal))
    }

    fn worker(&self, declared: &Tools) -> Worker {
        let step = |made: &Made| StepSpec {
            name: made.step.to_owned(),
            when: None,
            act: Act::Call {
                tool: made.tool.clone(),
                with: made
                    .with
                    .iter()
                    .filter_map(|(name, written)| {
                        Some((name.clone(), Template::parse(written).ok()?))
                    })
                    .collect(),
            },
            otherwise: Otherwise::HandOver,
        };
        let allow = |tool: &ToolName| Rule {
            name: "all".into(),
            tool: tool.clone(),
            verdict: Verdict::Allow,
            when: None,
            to: None,
        };
        let last = self.steps.last().map(|made| &made.tool);
        let cap = |argument: &String| {
            let (tool, argument) = (last?.clone(), argument.clone());
            Some(Cap { tool, argument, ask_above: 1e12, two_people_above: None })
        };
        // What comes before the last call is allowed, so that the walk reaches it.
        let ruled = declared.keys().filter(|tool| self.rules || Some(*tool) != last);
        Worker {
            name: "trial".into(),
            version: Digest::of(b"trial"),
            role: String::new(),
            goal: String::new(),
            mode: self.mode,
            tools: declared.keys().cloned().collect(),
            reviewers: BTreeMap::new(),
            promise: Promise::default(),
            limits: Limits { replies_max: self.replies_max, ..Limits::default() },
            triggers: Vec::new(),
            procedure: Procedure {
                steps: self.steps.iter().map(step).collect(),
                ..Procedure::default()
            },
            done: None,
            rules: ruled.map(allow).collect(),
            guard: WorkerGuard {
                domains: vec![INSIDE.into()],
                caps: self.capped.iter().filter_map(cap).collect(),
                allow: Vec::new(),
            },
            constants: Value::map(),
            playbook: String::new(),
        }
    }
}
