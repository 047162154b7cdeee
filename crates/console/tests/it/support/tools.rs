//! The invented office's tools, and what its judges and the other systems say.

use super::memory::{Script, Verdict};
use casework::journal::CallEnd;
use casework::judgement::{Answer, Evidence, Question};
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use casework::{Origin, PermittedCall, ToolName, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

pub const SCRIPT: Script = Script { judge, call };

pub fn tools() -> Tools {
    let all = [
        tool(
            "tickets.create",
            "Opens a ticket",
            "Open a ticket in {{ queue }}: {{ title }}",
            Effect::Write,
            &["queue", "title"],
        ),
        tool("tickets.get", "Reads a ticket", "Read ticket {{ id }}", Effect::Read, &["id"]),
        tool(
            "crm.find",
            "Finds customers by mail address",
            "Find {{ mail }}",
            Effect::Read,
            &["mail"],
        ),
        tool(
            "badges.order",
            "Orders a door badge",
            "Order a badge for {{ name }}",
            Effect::Write,
            &["name"],
        ),
        ToolSpec {
            undo: None,
            ..tool(
                "mail.reply",
                "Answers a mail",
                "Reply to {{ to }}: {{ subject }}",
                Effect::Send,
                &["!to", "subject", "text", "?urgent"],
            )
        },
        ToolSpec {
            undo: Some(ToolName::new("bank.discard")),
            ..tool(
                "bank.draft",
                "Prepares a payment for the bank's own approval",
                "Pay {{ amount }} EUR to {{ payee }}",
                Effect::Write,
                &["!payee", "!iban", "#amount", "reference"],
            )
        },
    ];
    all.into_iter().map(|spec| (spec.name.clone(), spec)).collect()
}

/// A tool; `!` marks an authority argument, `?` an optional one, `#` a number with authority.
fn tool(name: &str, about: &str, says: &str, effect: Effect, parameters: &[&str]) -> ToolSpec {
    let parameter = |written: &&str| {
        let name = written.trim_start_matches(['!', '?', '#']);
        Parameter {
            name: name.into(),
            kind: if written.starts_with('#') { Kind::Number } else { Kind::Text },
            required: !written.starts_with('?'),
            authority: written.starts_with(['!', '#']),
            about: String::new(),
        }
    };
    ToolSpec {
        name: ToolName::new(name),
        about: about.into(),
        says: says.into(),
        effect,
        parameters: parameters.iter().map(parameter).collect(),
        origins: BTreeMap::new(),
        recovery: Recovery::LookUp,
        undo: None,
        system: "invented".into(),
        guard: Default::default(),
    }
}

fn judge(question: &Question) -> Verdict {
    let sure = |answer, confidence| {
        let certificate = json!({
            "examples": 661, "labels": 4, "calibration_n": 661, "coverage": 0.71, "decided": 469,
            "errors_seen": 3, "bound": 0.0163, "wrong_at_most": 0.02, "sure": 0.9,
            "threshold": 0.941, "digest": "9f3c71d2a0b4", "date": "2026-03-02",
        });
        let evidence = Evidence {
            confidence: Some(confidence),
            certificate: Some(certificate),
            likeliest: vec![("delivery".into(), confidence), ("billing".into(), 1.0 - confidence)],
            ..Evidence::default()
        };
        Ok((answer, evidence))
    };
    match question {
        Question::Classify { text, .. } => match text.text().unwrap_or_default() {
            text if text.contains("Login again") => Err(vec![
                ("account".into(), Some(0.58)),
                ("bug".into(), Some(0.36)),
                ("billing".into(), None),
            ]),
            text if text.contains("spam") => sure(Answer::Label("unwanted".into()), 0.991),
            _ => sure(Answer::Label("delivery".into()), 0.973),
        },
        Question::Extract { text, .. } if text.text().is_some_and(|t| t.contains("2026-118")) => {
            let fields = [
                ("payee", json!("Nordlicht GmbH")),
                ("iban", json!("DE00 1234 5678 9012 3456 78")),
                ("amount", json!(1240.5)),
            ];
            let fields = fields.into_iter().map(|(name, data)| (name.to_owned(), data)).collect();
            sure(Answer::Fields(fields), 0.968)
        }
        _ => Err(Vec::new()),
    }
}

fn call(permitted: &PermittedCall) -> CallEnd {
    let found = |data: Json| CallEnd::Succeeded(Value::new(data, Origin::Record));
    match permitted.tool().as_str() {
        "tickets.create" => found(json!({ "id": "T-3041", "queue": "delivery" })),
        "tickets.get" => found(json!({ "id": "T-3041", "queue": "delivery", "status": "open" })),
        "crm.find" => found(json!([
            { "id": "C-12", "name": "Fern & Daughters", "city": "Oslo" },
            { "id": "C-77", "name": "Fernwood Catering", "city": "Bergen" },
        ])),
        "badges.order" => CallEnd::InDoubt {
            known: "the badge system closed the connection before it answered".into(),
        },
        _ => found(json!({ "message_id": "dayshift.4411@harbour.example" })),
    }
}
