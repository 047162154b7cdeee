//! A journal as a worker with four model judgements and three calls leaves it, with words of its
//! own in every case. It uses the core's own types, so it is as long as a real one.

use casework::journal::{Actor, CallEnd, Entry, Event, Outcome};
use casework::judgement::{Answer, Decision, Evidence, Judged, Question, Usage};
use casework::origin::{Origin, Value};
use casework::policy::Ruling;
use casework::signal::{Arrival, Signal, SignalKind};
use casework::tool::ToolCall;
use casework::{CallId, Digest, Permit, RuleName, SourceName, Timestamp, ToolName};
use engine::seams::Claim;
use serde_json::json;

/// How many appends a case takes.
pub const APPENDS: u64 = 8;

const AT: Timestamp = Timestamp(1_760_000_000_000);

const WORDS: [&str; 24] = [
    "walnut",
    "parcel",
    "refund",
    "invoice",
    "scratch",
    "courier",
    "Thursday",
    "missing",
    "drawer",
    "portal",
    "password",
    "quote",
    "lift",
    "terrace",
    "warranty",
    "hinge",
    "colour",
    "statement",
    "reminder",
    "oak",
    "broken",
    "assembly",
    "Bristol",
    "Lyon",
];

/// The mail that opens case `number`.
pub fn signal(number: u64) -> Signal {
    let digest = Digest::of(&number.to_le_bytes()).to_string();
    let party = format!("{}@{}.example", word(number, 1), word(number, 2));
    let text: Vec<String> = (0..60).map(|at| word(number, 100 + at)).collect();
    let subject = format!("{} and {}", word(number, 3), word(number, 4));
    let fields = json!({
        "from": party, "subject": subject, "text": text.join(" "), "verified": true,
        "message_id": format!("<{}@mail.example>", &digest[..24]),
    });
    Signal {
        key: format!("<{}@mail.example>", &digest[..24]),
        source: SourceName::new("mail:support"),
        at: AT,
        kind: SignalKind::Arrived(Arrival {
            title: subject,
            party: Some(party),
            thread: Vec::new(),
            fields: Value::new(fields, Origin::Outside).except("from", Origin::Party),
            bodies: vec![Digest::of(digest.as_bytes())],
        }),
    }
}

/// The journal of a claimed case in the pieces in which the engine appends it.
pub fn pieces(claim: &Claim) -> Vec<Vec<u8>> {
    let number = claim.case.0;
    let digest = Digest::of(&number.to_le_bytes()).to_string();
    let opened = Event::CaseOpened {
        worker: claim.worker.clone(),
        version: claim.version,
        nonce: digest[..16].to_owned(),
    };
    let heard = Event::SignalReceived(claim.inbox[0].clone());
    let mut events = vec![vec![opened, heard, ask_next()]];
    for turn in 0..3_u32 {
        let tool = ["crm.find", "tickets.create", "mail.draft"][turn as usize];
        let call = call(number, turn, tool);
        let rule = RuleName::new("worker rule 2: this tool is allowed");
        events.push(vec![
            judged(Decision::Call {
                tool: ToolName::new(tool),
                arguments: call.arguments.data().clone(),
            }),
            Event::CallProposed {
                step: None,
                call: call.clone(),
                ruling: Ruling::Allow { rule: rule.clone() },
                ask: None,
                drawn: None,
            },
            Event::CallStarted { call: call.id, permit: Permit::ByRule(rule) },
        ]);
        let found = json!({"id": format!("T-{number}-{turn}"), "state": word(number, 40 + turn),
            "note": format!("{} {}", word(number, 50 + turn), word(number, 60 + turn))});
        let end = CallEnd::Succeeded(Value::new(found, Origin::Record));
        events.push(vec![Event::CallEnded { call: call.id, end }, ask_next()]);
    }
    let summary = format!("{} handled: ticket T-{number}-1", word(number, 5));
    events.push(vec![
        judged(Decision::Finish { summary: summary.clone() }),
        Event::CaseClosed(Outcome::Done { summary }),
    ]);
    let mut seq = 0;
    events.into_iter().map(|piece| lines(piece, &mut seq)).collect()
}

fn lines(events: Vec<Event>, seq: &mut u32) -> Vec<u8> {
    let mut lines = Vec::new();
    for event in events {
        let by = match &event {
            Event::Judged(_) => {
                Actor::Judge { name: "model".to_owned(), version: "small-2026".to_owned() }
            }
            _ => Actor::Engine,
        };
        let at = Timestamp(AT.0 + i64::from(*seq) * 137);
        let entry = Entry { seq: *seq, at, by, event };
        lines.extend(entry.to_line().expect("an entry is JSON"));
        lines.push(b'\n');
        *seq += 1;
    }
    lines
}

fn ask_next() -> Event {
    Event::QuestionRaised { step: None, question: Question::Next }
}

fn judged(decision: Decision) -> Event {
    let usage = Usage { prompt_tokens: 1_431, completion_tokens: 87, cost_micro_usd: 412 };
    let evidence = Evidence { usage, ..Evidence::default() };
    Event::Judged(Judged { answer: Answer::Next(decision), evidence, who: None })
}

fn call(number: u64, turn: u32, tool: &str) -> ToolCall {
    let text: Vec<String> = (0..20).map(|at| word(number, 200 + turn * 30 + at)).collect();
    let arguments = json!({"party": format!("{}@{}.example", word(number, 1), word(number, 2)),
        "title": word(number, 70 + turn), "text": text.join(" ")});
    let arguments = Value::new(arguments, Origin::Composed).except("party", Origin::Party);
    ToolCall { id: CallId(turn), tool: ToolName::new(tool), arguments }
}

/// A word that looks chosen at random, with a number now and then, the same for the same place.
fn word(number: u64, place: u32) -> String {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(place % 61);
    let mixed = (mixed ^ u64::from(place)).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 33;
    let known = WORDS[usize::try_from(mixed % 24).expect("a small number")];
    if mixed.is_multiple_of(5) { format!("{known}{}", mixed % 977) } else { known.to_owned() }
}
