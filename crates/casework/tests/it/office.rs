//! A support triage worker built by hand, the tools of its office, and the mails it gets. No case
//! is driven here.

use casework::condition::Condition;
use casework::guard::WorkerGuard;
use casework::origin::{Origin, Value};
use casework::procedure::{Act, Otherwise, Procedure, QuestionSpec, StepSpec};
use casework::signal::{Arrival, Signal, SignalKind};
use casework::template::Template;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use casework::worker::{Charter, Done, Limits, Mode, Promise, Rule, Trigger, Verdict, Worker};
use casework::{Digest, PersonId, RoleName, Timestamp};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The queues that support mail goes to.
pub const QUEUES: [&str; 4] = ["billing", "portal", "other", "suspicious"];

pub fn condition(text: &str) -> Condition {
    Condition::parse(text).unwrap()
}

pub fn template(written: &str) -> Template {
    Template::parse_text(written).unwrap()
}

/// Arguments as a worker file writes them.
pub fn with(written: Json) -> BTreeMap<String, Template> {
    let map = written.as_object().unwrap().clone();
    map.iter().map(|(name, item)| (name.clone(), Template::parse(item).unwrap())).collect()
}

pub fn step(name: &str, act: Act) -> StepSpec {
    StepSpec { name: name.into(), when: None, act, otherwise: Otherwise::HandOver }
}

pub fn when(text: &str, step: StepSpec) -> StepSpec {
    StepSpec { when: Some(condition(text)), ..step }
}

pub fn or_skip(step: StepSpec) -> StepSpec {
    StepSpec { otherwise: Otherwise::Skip, ..step }
}

pub fn call(tool: &str, arguments: Json) -> Act {
    Act::Call { tool: tool.into(), with: with(arguments) }
}

pub fn rule(name: &str, tool: &str, verdict: Verdict, text: &str) -> Rule {
    let when = (!text.is_empty()).then(|| condition(text));
    Rule { name: name.into(), tool: tool.into(), verdict, when, to: None }
}

/// A worker with nothing but a name, reviewers and a mode.
pub fn blank(mode: Mode) -> Worker {
    let people = vec![PersonId::new("mo"), PersonId::new("ines")];
    Worker {
        name: "support-triage".into(),
        version: Digest::of(b"support-triage, first version"),
        role: "Support triage".into(),
        goal: "Every support mail is in the right queue".into(),
        mode,
        tools: tools().into_keys().collect(),
        reviewers: BTreeMap::from([(RoleName::new("default"), people)]),
        promise: Promise { wrong_at_most: 0.02, sure: 0.90 },
        limits: Limits { calls_max: 12, replies_max: 2, ..Limits::default() },
        triggers: vec![Trigger { source: "mail:support".into(), when: None }],
        procedure: Procedure::default(),
        done: None,
        rules: Vec::new(),
        guard: WorkerGuard { domains: vec!["harbour.example".into()], ..WorkerGuard::default() },
        constants: Value::new(json!({ "oncall": "oncall@harbour.example" }), Origin::Charter),
        playbook: String::new(),
    }
}

/// Support triage, as the example office describes it.
pub fn triage(mode: Mode) -> Charter {
    let done = Done {
        read: Some(("tickets.get".into(), with(json!({ "id": "$ticket.id" })))),
        when: Some(condition(r#"found.queue == queue && found.status == "open""#)),
        say: Some(template("ticket {{ ticket.id }} in {{ queue }}")),
    };
    let worker = Worker {
        procedure: Procedure { steps: triage_steps(), ..Default::default() },
        done: Some(done),
        rules: triage_rules(),
        ..blank(mode)
    };
    charter(worker)
}

pub fn charter(worker: Worker) -> Charter {
    Charter { worker: Arc::new(worker), tools: Arc::new(tools()) }
}

fn triage_steps() -> Vec<StepSpec> {
    let aside = |why: &str| Act::Finish { aside: true, why: template(why) };
    let classify = QuestionSpec::Classify {
        text: template("{{ signal.subject }}\n{{ signal.text }}"),
        into: QUEUES.map(str::to_owned).to_vec(),
    };
    let spoofed = Act::HandOver { why: template("the sender may not be who it says") };
    let doubtful = r#"signal.sender_check == "failed" || size(signal.doubts) > 0"#;
    let mut steps = vec![
        when(r#"signal.automatic != """#, step("automatic", aside("{{ signal.automatic }}"))),
        when(doubtful, step("spoofed", spoofed)),
        step("queue", Act::Judge(classify)),
        when(r#"queue == "suspicious""#, step("unwanted", aside("suspicious mail"))),
        step("customer", call("crm.find", json!({ "mail": "$signal.sender" }))),
        step("known", call("tickets.of_thread", json!({ "thread": "$signal.thread" }))),
    ];
    steps.extend(writing_steps());
    steps
}

fn writing_steps() -> Vec<StepSpec> {
    let wrote = "{{ signal.sender }} wrote again: {{ signal.text }}";
    let note = call("tickets.note", json!({ "id": "$known.id", "note": wrote }));
    let added = Act::Finish { aside: false, why: template("added to ticket {{ known.id }}") };
    let ticket = json!({
        "customer": "$customer.id?", "queue": "$queue", "title": "$signal.subject",
        "thread": "$signal.thread", "note": "$signal.text",
    });
    let urgent = r#"queue == "portal" && customer != null
        && signal.text.matches("(?i)down|outage")"#;
    let alarm = json!({ "to": "$charter.oncall", "text": "Urgent: ticket {{ ticket.id }}" });
    let dear = "Dear {{ customer.contact | customer }}, it is ticket {{ ticket.id }}.";
    let subject = "Re: {{ signal.subject | your mail }}";
    let reply = json!({ "to": "$signal.sender", "subject": subject, "text": dear });
    vec![
        when("known != null", step("note", note)),
        when("known != null", step("added", added)),
        step("ticket", call("tickets.create", ticket)),
        or_skip(when(urgent, step("alarm", call("mail.send", alarm)))),
        or_skip(when(
            r#"customer != null && queue != "other""#,
            step("reply", call("mail.reply", reply)),
        )),
    ]
}

fn triage_rules() -> Vec<Rule> {
    let checked = r#"signal.sender_check == "passed""#;
    let known = format!("customer != null && {checked}");
    vec![
        rule("rule 1", "tickets.create", Verdict::Allow, &known),
        rule("rule 2", "tickets.note", Verdict::Allow, checked),
        rule("rule 3", "mail.send", Verdict::Allow, "args.to == charter.oncall"),
        rule(
            "rule 4",
            "mail.reply",
            Verdict::Allow,
            &format!("{known} && args.to == signal.sender"),
        ),
        rule("rule 5", "mail.reply", Verdict::Deny, "args.to != signal.sender"),
    ]
}

fn parameter(written: &str) -> Parameter {
    let authority = written.starts_with('!');
    let name = written.trim_start_matches('!').trim_end_matches('?');
    Parameter {
        name: name.to_owned(),
        kind: Kind::Text,
        required: !written.ends_with('?'),
        authority,
        about: String::new(),
    }
}

/// A tool; `!` before an argument makes it one of authority, `?` after it optional.
pub fn tool(name: &str, effect: Effect, recovery: Recovery, parameters: &[&str]) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        about: format!("does {name}"),
        says: format!("{name} for {{{{ {} }}}}", parameter(parameters[0]).name),
        effect,
        parameters: parameters.iter().map(|written| parameter(written)).collect(),
        origins: BTreeMap::from([(String::new(), Origin::Record)]),
        recovery,
        undo: None,
        system: name.split('.').next().unwrap().to_owned(),
        guard: Default::default(),
    }
}

/// The tools of the office.
pub fn tools() -> Tools {
    let all = [
        tool("crm.find", Effect::Read, Recovery::Repeat, &["mail"]),
        tool("web.fetch", Effect::Fetch, Recovery::Repeat, &["url"]),
        tool("tickets.of_thread", Effect::Read, Recovery::Repeat, &["thread?"]),
        tool("tickets.get", Effect::Read, Recovery::Repeat, &["id"]),
        tool(
            "tickets.create",
            Effect::Write,
            Recovery::Repeat,
            &["title", "customer?", "queue", "thread?", "note"],
        ),
        tool("tickets.note", Effect::Write, Recovery::LookUp, &["!id", "note"]),
        tool("mail.reply", Effect::Send, Recovery::LookUp, &["!to", "subject?", "text"]),
        tool("mail.send", Effect::Send, Recovery::Ask, &["!to", "text"]),
        tool("mail.draft", Effect::Draft, Recovery::Repeat, &["!to", "text"]),
        tool("bank.pay", Effect::Irreversible, Recovery::LookUp, &["!to", "amount"]),
    ];
    all.into_iter().map(|spec| (spec.name.clone(), spec)).collect()
}

/// A mail by a verified customer, with these words.
pub fn mail(key: &str, text: &str) -> Signal {
    mail_from(key, "jo@lantern.example", "passed", text)
}

/// A mail; `check` is `passed`, `failed` or `none`.
pub fn mail_from(key: &str, sender: &str, check: &str, text: &str) -> Signal {
    let address = if check == "passed" { Origin::Party } else { Origin::Outside };
    let fields = json!({
        "sender": sender, "sender_check": check, "doubts": [], "automatic": "",
        "subject": format!("About {key}"), "text": text, "thread": key,
    });
    let fields = Value::new(fields, Origin::Outside)
        .except("sender", address)
        .except("sender_check", Origin::Record)
        .except("thread", Origin::Record);
    let arrival = Arrival {
        title: format!("About {key}"),
        party: Some(sender.to_owned()),
        thread: vec![key.to_owned()],
        fields,
        bodies: Vec::new(),
    };
    Signal {
        key: key.to_owned(),
        source: "mail:support".into(),
        at: Timestamp(1_000),
        kind: SignalKind::Arrived(arrival),
    }
}
