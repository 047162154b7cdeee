//! An invented office: its workers and what comes in. Every name is made up.

use super::memory::Memory;
use super::tools::tools;
use casework::condition::Condition;
use casework::procedure::{Act, Otherwise, Procedure, QuestionSpec, StepSpec};
use casework::signal::Arrival;
use casework::template::Template;
use casework::worker::{
    Charter, Done, Limits, Mode, Promise, Rule, Trigger, Verdict as Says, Worker,
};
use casework::{Digest, Origin, PersonId, RoleName, SourceName, ToolName, Value, WorkerName};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The workers, in the order of the office.
pub struct Staff {
    pub support: Charter,
    pub invoices: Charter,
    pub onboarding: Charter,
    pub leads: Charter,
}

pub fn staff() -> Staff {
    let tools = Arc::new(tools());
    let of = |worker: Worker| Charter { worker: Arc::new(worker), tools: Arc::clone(&tools) };
    Staff {
        support: of(support()),
        invoices: of(invoices()),
        onboarding: of(onboarding()),
        leads: of(leads()),
    }
}

/// A mail from outside, with these fields on top of the usual ones.
pub fn mail(subject: &str, sender: &str, text: &str, more: Json) -> Arrival {
    let mut fields = json!({
        "subject": subject, "sender": sender, "from": sender, "text": text, "full_text": text,
        "sender_check": "passed", "to": "desk@harbour.example", "automatic": "",
        "attachments": [], "doubts": [], "warnings": [], "thread": "t-1", "message_id": "m-1",
    });
    if let (Some(fields), Json::Object(more)) = (fields.as_object_mut(), more) {
        fields.extend(more);
    }
    Arrival {
        title: subject.to_owned(),
        party: Some(sender.to_owned()),
        thread: Vec::new(),
        fields: Value::new(fields, Origin::Outside)
            .except("sender", Origin::Party)
            .except("sender_check", Origin::Record),
        bodies: Vec::new(),
    }
}

/// One case of each kind: approval, judgement, extraction, match, question, in doubt, taken over,
/// done, set aside. Returned in this order.
pub fn one_of_each(memory: &Memory, staff: &Staff) -> Vec<casework::CaseId> {
    let open = |charter: &Charter, source: &str, arrival| memory.open(charter, source, arrival);
    let plain = |subject: &str, sender: &str, text: &str| mail(subject, sender, text, json!({}));
    vec![
        open(&staff.support, "mail:support", delivery()),
        open(
            &staff.support,
            "mail:support",
            plain(
                "Login again",
                "jo@linden.example",
                "It happened again after lunch. Same as on Tuesday, and my colleague sees it too.",
            ),
        ),
        open(
            &staff.invoices,
            "mail:invoices",
            plain("Scan 0042", "scan@nordlicht.example", "unreadable"),
        ),
        open(
            &staff.leads,
            "mail:sales",
            plain(
                "Forty chairs",
                "cleo@fern.example",
                "Could you quote forty oak chairs for our new canteen?",
            ),
        ),
        open(
            &staff.onboarding,
            "mail:people",
            plain("New colleague in June", "hr@harbour.example", "Ada starts on 1 June."),
        ),
        open(
            &staff.onboarding,
            "mail:people",
            plain("Badge for Ben", "hr@harbour.example", "badge Ben, please"),
        ),
        open(
            &staff.leads,
            "mail:sales",
            plain("Partnership", "ceo@unknown.example", "takeover of your shop"),
        ),
        open(
            &staff.support,
            "mail:support",
            plain("Where is the sofa?", "ida@brook.example", "closed: where is it?"),
        ),
        open(&staff.support, "mail:support", plain("You have won", "win@prize.example", "spam")),
        open(&staff.invoices, "mail:invoices", invoice()),
    ]
}

fn delivery() -> Arrival {
    let text = "Hello,\n\nthe oak table HP-24900 arrived with a scratch on the top. \
                Can you send someone, \
                or replace it? Photos are attached.\n\nRegards\nMaren Holt";
    let quoted = "On 2 March the Harbour desk wrote:\n> Your table is on its way and will \
                  arrive on Friday.\n> Kind regards";
    mail(
        "Scratch on table HP-24900",
        "maren.holt@lindenhof.example",
        text,
        json!({
            "full_text": format!("{text}\n\n{quoted}"),
            "attachments": [
                { "name": "table-top.jpg", "media_type": "image/jpeg", "size_bytes": 482_133 },
                { "name": "edge.jpg", "media_type": "image/jpeg", "size_bytes": 391_020 },
            ],
        }),
    )
}

fn invoice() -> Arrival {
    mail(
        "Invoice 2026-118 from Nordlicht",
        "billing@nordlicht.example",
        "Dear colleagues,\n\nplease find invoice 2026-118 over 1,240.00 EUR. \
         Our bank account has changed, \
         kindly use the new one from now on.\n\nNordlicht GmbH",
        json!({
            "attachments": [{
                "name": "invoice-2026-118.pdf", "media_type": "application/pdf",
                "size_bytes": 88_400,
            }],
            "doubts": ["asks to pay to another account than the vendor record holds"],
        }),
    )
}

fn support() -> Worker {
    let classify = QuestionSpec::Classify {
        text: text("{{ signal.subject }}\n{{ signal.text }}"),
        into: ["delivery", "billing", "account", "bug", "unwanted"].map(str::to_owned).to_vec(),
    };
    let steps = vec![
        step("queue", None, Act::Judge(classify)),
        step("unwanted", Some("queue == \"unwanted\""), finish(true, "unwanted mail")),
        step(
            "ticket",
            None,
            make("tickets.create", &[("queue", "$queue"), ("title", "$signal.subject")]),
        ),
        step(
            "closed",
            Some("signal.text.startsWith(\"closed\")"),
            finish(false, "ticket {{ ticket.id }} in {{ queue }}"),
        ),
        step(
            "reply",
            None,
            make(
                "mail.reply",
                &[
                    ("to", "$signal.sender"),
                    ("subject", "Re: {{ signal.subject }}"),
                    (
                        "text",
                        "Dear customer,\n\nthank you for your mail. \
                         It has reached the right desk as ticket {{ ticket.id }}; a \
                         colleague will write to you by tomorrow.\n\n\
                         Kind regards\nHarbour & Pine\n\n> {{ signal.text }}",
                    ),
                    ("urgent", "$signal.automatic?"),
                ],
            ),
        ),
    ];
    let done = Done {
        read: Some((
            ToolName::new("tickets.get"),
            BTreeMap::from([("id".into(), text("$ticket.id"))]),
        )),
        when: Some(when("found.queue == queue && found.status == \"open\"")),
        say: Some(text("ticket {{ ticket.id }} in {{ queue }}, the customer has an answer")),
    };
    let rules = vec![
        rule("tickets", "tickets.create", Says::Allow, "signal.sender_check == \"passed\""),
        rule("first-reply", "mail.reply", Says::Ask, "args.to == signal.sender"),
    ];
    Worker {
        rules,
        done: Some(done),
        playbook: "Read the whole mail before you sort it. \
                   A scratch is a delivery matter for fourteen days."
            .into(),
        ..worker(
            "support-triage",
            "Support triage",
            "Every support mail is in the right queue within five minutes; nothing urgent \
             waits unseen",
            "mail:support",
            steps,
        )
    }
}

fn invoices() -> Worker {
    let fields = [
        ("payee", "who is paid"),
        ("iban", "the account to pay to"),
        ("amount", "the total, in EUR"),
    ];
    let fields = fields.map(|(name, about)| (name.to_owned(), about.to_owned()));
    let extract = QuestionSpec::Extract { text: text("{{ signal.text }}"), fields: fields.into() };
    let pay = make(
        "bank.draft",
        &[
            ("payee", "$invoice.payee"),
            ("iban", "$invoice.iban"),
            ("amount", "$invoice.amount"),
            ("reference", "$signal.subject"),
        ],
    );
    let steps = vec![step("invoice", None, Act::Judge(extract)), step("payment", None, pay)];
    Worker {
        reviewers: BTreeMap::from([(RoleName::new("default"), vec![PersonId::new("fi")])]),
        ..worker(
            "invoices",
            "Invoices",
            "Every invoice is checked against its order and paid on its due day, never twice",
            "mail:invoices",
            steps,
        )
    }
}

fn onboarding() -> Worker {
    let steps = vec![
        step(
            "badge",
            Some("signal.text.startsWith(\"badge\")"),
            make("badges.order", &[("name", "$signal.subject")]),
        ),
        step(
            "desk",
            None,
            Act::Ask {
                to: RoleName::new("default"),
                text: text("Which desk does the new colleague get? “{{ signal.subject }}”"),
                form: Vec::new(),
            },
        ),
    ];
    let rules = vec![rule("badges", "badges.order", Says::Allow, "true")];
    Worker {
        rules,
        ..worker(
            "onboarding",
            "Onboarding",
            "A new colleague has everything on the first morning",
            "mail:people",
            steps,
        )
    }
}

fn leads() -> Worker {
    let found =
        QuestionSpec::Match { subject: text("{{ signal.sender }}"), candidates: text("$known") };
    let steps = vec![
        step(
            "big",
            Some("signal.text.startsWith(\"takeover\")"),
            Act::HandOver { why: text("this is for the owners, not for a worker") },
        ),
        step("known", None, make("crm.find", &[("mail", "$signal.sender")])),
        step("customer", None, Act::Judge(found)),
    ];
    worker(
        "leads",
        "Leads",
        "Every enquiry has a named customer and a first answer the same day",
        "mail:sales",
        steps,
    )
}

fn worker(name: &str, role: &str, goal: &str, source: &str, steps: Vec<StepSpec>) -> Worker {
    Worker {
        name: WorkerName::new(name),
        version: Digest::of(name.as_bytes()),
        role: role.into(),
        goal: goal.into(),
        mode: Mode::Supervised,
        tools: tools().into_keys().collect(),
        reviewers: BTreeMap::from([(RoleName::new("default"), vec![PersonId::new("mo")])]),
        promise: Promise { wrong_at_most: 0.02, sure: 0.9 },
        limits: Limits::default(),
        triggers: vec![Trigger { source: SourceName::new(source), when: None }],
        procedure: Procedure { steps, ..Default::default() },
        done: None,
        rules: Vec::new(),
        constants: Value::map(),
        playbook: String::new(),
        guard: Default::default(),
    }
}

fn step(name: &str, condition: Option<&str>, act: Act) -> StepSpec {
    StepSpec { name: name.into(), when: condition.map(when), act, otherwise: Otherwise::HandOver }
}

fn make(tool: &str, with: &[(&str, &str)]) -> Act {
    let with = with.iter().map(|(name, written)| ((*name).to_owned(), text(written))).collect();
    Act::Call { tool: ToolName::new(tool), with }
}

fn finish(aside: bool, why: &str) -> Act {
    Act::Finish { aside, why: text(why) }
}

fn rule(name: &str, tool: &str, verdict: Says, condition: &str) -> Rule {
    Rule {
        name: name.into(),
        tool: ToolName::new(tool),
        verdict,
        when: Some(when(condition)),
        to: None,
    }
}

fn text(written: &str) -> Template {
    Template::parse_text(written).expect("a template of ours parses")
}

fn when(condition: &str) -> Condition {
    Condition::parse(condition).expect("a condition of ours parses")
}
