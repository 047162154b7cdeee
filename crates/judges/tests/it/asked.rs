//! A case of a worker without steps, up to its questions. No judge is asked here.

use casework::journal::CallEnd;
use casework::judgement::{Answer, Decision, Judged, Question};
use casework::origin::{Origin, Value};
use casework::policy::Ruling;
use casework::procedure::Procedure;
use casework::signal::{Arrival, Signal, SignalKind};
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use casework::worker::{Charter, Limits, Mode, Promise, Worker};
use casework::{Actor, Case, CaseId, Digest, Event, Step, Timestamp};
use engine::seams::{Asked, Judge, JudgeError, Verdict};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn parameter(name: &str, kind: Kind, required: bool, about: &str) -> Parameter {
    Parameter { name: name.into(), kind, required, authority: false, about: about.into() }
}

fn tool(name: &str, about: &str, parameters: Vec<Parameter>) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        about: about.into(),
        says: String::new(),
        effect: Effect::Read,
        parameters,
        origins: BTreeMap::new(),
        recovery: Recovery::Repeat,
        undo: None,
        system: "desk".into(),
        guard: Default::default(),
    }
}

pub fn worker() -> Worker {
    Worker {
        name: "desk".into(),
        version: Digest::of(b"1"),
        role: "Front desk".into(),
        goal: "nobody waits".into(),
        mode: Mode::Supervised,
        tools: vec!["crm.find".into(), "crm.list".into()],
        reviewers: BTreeMap::new(),
        promise: Promise { wrong_at_most: 0.05, sure: 0.90 },
        limits: Limits::default(),
        triggers: Vec::new(),
        procedure: Procedure::default(),
        done: None,
        rules: Vec::new(),
        constants: Value::null(),
        playbook: String::new(),
        guard: Default::default(),
    }
}

/// A case that was told something by a customer.
pub fn opened() -> Case {
    let tools: Tools = [
        tool(
            "crm.find",
            "finds a customer",
            vec![
                parameter("mail", Kind::Text, true, "the address"),
                parameter("exact", Kind::Boolean, false, ""),
            ],
        ),
        tool("crm.list", "lists customers", vec![parameter("tags", Kind::Texts, false, "")]),
        tool("bank.pay", "is not this worker's", Vec::new()),
    ]
    .into_iter()
    .map(|spec| (spec.name.clone(), spec))
    .collect();
    let charter = Charter { worker: Arc::new(worker()), tools: Arc::new(tools) };
    let mut case = Case::new(CaseId(1), charter);
    let (worker, version) = ("desk".into(), Digest::of(b"1"));
    record(&mut case, Event::CaseOpened { worker, version, nonce: "n".into() });
    let fields = json!({ "from": "jo@lantern.example", "subject": "Hello", "text": "Who am I?" });
    let arrival = Arrival {
        title: "Hello".into(),
        party: None,
        thread: Vec::new(),
        fields: Value::new(fields, Origin::Outside),
        bodies: Vec::new(),
    };
    let kind = SignalKind::Arrived(arrival);
    let signal = Signal { key: "m".into(), source: "mail:x".into(), at: Timestamp(0), kind };
    record(&mut case, Event::SignalReceived(signal));
    raise(&mut case);
    case
}

fn record(case: &mut Case, event: Event) {
    case.record(Timestamp(0), Actor::Engine, event).unwrap();
}

/// Goes on to the next question.
fn raise(case: &mut Case) {
    while let Step::Record { by, event } = case.next_step(Timestamp(0)) {
        case.record(Timestamp(0), by, *event).unwrap();
    }
    assert!(matches!(case.next_step(Timestamp(0)), Step::Judge { question: Question::Next, .. }));
}

/// A call that was proposed, performed and told, and the question after it.
pub fn call(case: &mut Case, tool: &str, arguments: Json, result: Json) {
    let answer = Answer::Next(Decision::Call { tool: tool.into(), arguments });
    let judged = Judged { answer, evidence: Default::default(), who: None };
    record(case, Event::Judged(judged));
    while let Step::Record { by, event } = case.next_step(Timestamp(0)) {
        if let Event::CallProposed { ruling, .. } = &*event {
            assert!(matches!(ruling, Ruling::Allow { .. }), "{ruling:?}");
        }
        case.record(Timestamp(0), by, *event).unwrap();
    }
    let Step::Perform(permitted) = case.next_step(Timestamp(0)) else { panic!("not permitted") };
    let (id, permit) = (permitted.call().id, permitted.permit().clone());
    record(case, Event::CallStarted { call: id, permit });
    let end = CallEnd::Succeeded(Value::new(result, Origin::Record));
    record(case, Event::CallEnded { call: id, end });
    raise(case);
}

/// Puts a question of a case to a judge.
pub async fn ask(
    judge: &dyn Judge,
    case: &Case,
    step: Option<&str>,
    question: &Question,
) -> Result<Verdict, JudgeError> {
    judge.judge(asking(case, step, question)).await
}

pub fn asking<'a>(case: &'a Case, step: Option<&'a str>, question: &'a Question) -> Asked<'a> {
    let charter = case.charter();
    let (worker, tools) = (&*charter.worker, &*charter.tools);
    Asked { worker, tools, step, question, case, now: Timestamp(0) }
}
