//! The bench's cases, its one worker and the declarations of its tools: one support ticket that
//! takes four model calls and three tool calls.

use casework::ids::Digest;
use casework::origin::{Origin, Value};
use casework::procedure::Procedure;
use casework::signal::Arrival;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use casework::worker::{Charter, Limits, Mode, Promise, Rule, Trigger, Verdict, Worker};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The scripted model's name.
pub const MODEL: &str = "mock-1";
/// Where the cases come from.
pub const SOURCE: &str = "bench:inbox";

const SYSTEM: &str = "You are a support worker for ACME. Work the ticket to an outcome: look up \
    the customer, search the knowledge base, then update the ticket, then write the reply to the \
    customer. Use one tool at a time. Ask for nothing you can look up.";

/// Tools: name, sentence, arguments.
pub const TOOLS: [(&str, &str, &[&str]); 3] = [
    ("lookup_customer", "Look up a customer in the CRM by e-mail address.", &["case_id", "email"]),
    ("search_kb", "Search the knowledge base and return the best article.", &["case_id", "query"]),
    (
        "update_ticket",
        "Set the status of the ticket and attach a note.",
        &["case_id", "status", "note"],
    ),
];

/// The signal of one case.
pub fn arrival(number: usize) -> (String, Arrival) {
    let key = format!("case-{number:06}");
    let text = format!(
        "Ticket {key}\nFrom: customer{number}@example.com\nSubject: Charged twice for invoice \
         INV-{}\n\nHello, I was looking at my bank statement this morning and it seems that my \
         card was charged twice for the same invoice last week. I only placed one order. Could you \
         please check what happened and give me the second amount back? I would also like a \
         corrected invoice for my accounting. I have been a customer for four years and this is \
         the first time that something like this happens. Thank you, and kind regards, Jo",
        10_000 + number
    );
    let mut fields = Value::map();
    fields.set("text", Value::new(text, Origin::Outside));
    let arrival =
        Arrival { title: key.clone(), party: None, thread: Vec::new(), fields, bodies: Vec::new() };
    (key, arrival)
}

/// The worker; with `parks` the update of a ticket is asked.
pub fn charter(parks: bool) -> Charter {
    let rule = |name: &str, verdict| Rule {
        name: format!("rule: {name}"),
        tool: name.into(),
        verdict,
        when: None,
        to: None,
    };
    let verdict =
        |name: &str| if parks && name == "update_ticket" { Verdict::Ask } else { Verdict::Allow };
    let worker = Worker {
        name: "bench".into(),
        version: Digest::of(SYSTEM.as_bytes()),
        role: "Bench".into(),
        goal: "Every ticket is answered".into(),
        mode: Mode::Supervised,
        tools: TOOLS.iter().map(|(name, _, _)| (*name).into()).collect(),
        reviewers: BTreeMap::new(),
        promise: Promise::default(),
        limits: Limits::default(),
        triggers: vec![Trigger { source: SOURCE.into(), when: None }],
        procedure: Procedure::default(),
        done: None,
        rules: TOOLS.iter().map(|(name, _, _)| rule(name, verdict(name))).collect(),
        constants: Value::map(),
        playbook: SYSTEM.to_owned(),
        guard: Default::default(),
    };
    Charter { worker: Arc::new(worker), tools: Arc::new(specs()) }
}

fn specs() -> Tools {
    TOOLS.iter().map(|(name, about, names)| ((*name).into(), spec(name, about, names))).collect()
}

/// Each of the three leaves a line in the outside world, so each is a write that can be looked up.
pub fn spec(name: &str, about: &str, names: &[&str]) -> ToolSpec {
    let parameter = |name: &&str| Parameter {
        name: (*name).to_owned(),
        kind: Kind::Text,
        required: true,
        authority: false,
        about: String::new(),
    };
    ToolSpec {
        name: name.into(),
        about: about.to_owned(),
        says: format!("{name} for {{{{ case_id }}}}"),
        effect: Effect::Write,
        parameters: names.iter().map(parameter).collect(),
        origins: BTreeMap::from([(String::new(), Origin::Record)]),
        recovery: Recovery::LookUp,
        undo: None,
        system: "bench".to_owned(),
        guard: Default::default(),
    }
}
