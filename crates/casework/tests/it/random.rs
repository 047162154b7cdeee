//! Random but valid workers, random moves of the world, and dice for what judges and tools say. It
//! checks nothing; `properties` does.

use crate::drive::Said;
use crate::office::{self, call, condition, rule, template};
use casework::PermittedCall;
use casework::journal::CallEnd;
use casework::judgement::{Answer, Decision, Question};
use casework::origin::{Origin, Value};
use casework::procedure::{Act, Otherwise, Procedure, QuestionSpec, StepSpec};
use casework::worker::{Charter, Limits, Mode, Rule, Verdict, Worker};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use serde_json::{Value as Json, json};

/// One move of the world.
#[derive(Clone, Debug)]
pub enum Move {
    /// So many steps of the loop.
    Steps(u8),
    /// On until it rests.
    Go,
    /// A mail by a customer, a stranger or a forger.
    Mail(u8),
    /// A reply to the newest ask, or an old one, by this person.
    Reply { who: &'static str, asks_back: u8, kind: u8 },
    /// A person ends the case.
    Cancel,
    /// Time passes.
    Hours(u8),
    /// The process dies and another one goes on.
    Reopen,
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = prop_oneof![4 => Just("mo"), 2 => Just("ines"), 1 => Just("eve")];
    let one = prop_oneof![
        8 => (1u8..6).prop_map(Move::Steps),
        14 => Just(Move::Go),
        5 => any::<u8>().prop_map(Move::Mail),
        24 => (who, prop_oneof![4 => Just(0u8), 1 => 1u8..4], any::<u8>())
            .prop_map(|(who, asks_back, kind)| Move::Reply { who, asks_back, kind }),
        1 => Just(Move::Cancel),
        4 => prop_oneof![Just(1u8), Just(73)].prop_map(Move::Hours),
        4 => Just(Move::Reopen),
    ];
    proptest::collection::vec(one, 1..32)
}

pub fn charter() -> impl Strategy<Value = Charter> {
    let mode =
        prop_oneof![3 => Just(Mode::Supervised), 1 => Just(Mode::Shadow), 2 => Just(Mode::Trusted)];
    let steps = proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 0..9);
    let rules = proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 0..5);
    (mode, steps, rules, 1u32..9).prop_map(|(mode, steps, rules, calls_max)| {
        let steps: Vec<StepSpec> =
            steps.iter().enumerate().map(|(at, of)| one_step(at, *of)).collect();
        let worker = Worker {
            procedure: Procedure { steps, ..Default::default() },
            rules: rules.iter().enumerate().map(|(at, of)| one_rule(at, *of)).collect(),
            limits: Limits { calls_max, thoughts_max: 6, ..Limits::default() },
            ..office::blank(mode)
        };
        office::charter(worker)
    })
}

const CONDITIONS: [&str; 5] = [
    r#"signal.sender_check == "passed""#,
    "size(signal.text) > 4",
    "step_0 != null",
    r#"signal.text.contains("2")"#,
    "nobody.knows",
];

fn one_step(at: usize, (act, condition_at, otherwise): (u8, u8, u8)) -> StepSpec {
    let classify = QuestionSpec::Classify {
        text: template("{{ signal.text }}"),
        into: office::QUEUES.map(str::to_owned).to_vec(),
    };
    let act = match act % 16 {
        0 | 1 => Act::Judge(classify),
        2 => call("crm.find", json!({ "mail": "$signal.sender" })),
        3 => call(
            "tickets.create",
            json!({ "title": "$signal.subject", "queue": "q", "note": "$signal.text" }),
        ),
        4 | 5 => call("mail.reply", json!({ "to": "$signal.sender", "text": "{{ signal.text }}" })),
        6 => call("mail.send", json!({ "to": "$charter.oncall", "text": "hello" })),
        7 => call("mail.send", json!({ "to": "$signal.text", "text": "hello" })),
        8 => call("tickets.note", json!({ "id": "$step_0.id", "note": "n" })),
        9 => call("bank.pay", json!({ "to": "$signal.sender", "amount": "5" })),
        10 => call("web.fetch", json!({ "url": "https://fog.example" })),
        11 => Act::Ask {
            to: "default".into(),
            text: template("Which, {{ signal.sender }}?"),
            form: Vec::new(),
        },
        12 => Act::Wait { length_ms: 3_600_000 },
        13 => Act::Again { to: at / 2, at_most: u32::from(condition_at % 4) },
        14 if condition_at < 60 => Act::HandOver { why: template("too hard") },
        15 if condition_at < 60 => {
            Act::Finish { aside: condition_at % 2 == 0, why: template("enough") }
        }
        _ => call("crm.find", json!({ "mail": "$charter.oncall" })),
    };
    let text = CONDITIONS.get(usize::from(condition_at) % 24);
    StepSpec {
        name: format!("step_{at}"),
        when: text.map(|text| condition(text)),
        act,
        otherwise: if otherwise % 2 == 0 { Otherwise::Skip } else { Otherwise::HandOver },
    }
}

fn one_rule(at: usize, (tool, verdict, when): (u8, u8, u8)) -> Rule {
    let names: Vec<String> = office::tools().into_keys().map(|name| name.to_string()).collect();
    let verdict = match verdict % 5 {
        0 => Verdict::Deny,
        1 => Verdict::Ask,
        _ => Verdict::Allow,
    };
    let text = CONDITIONS.get(usize::from(when) % 12).copied().unwrap_or_default();
    rule(&format!("rule {at}"), &names[usize::from(tool) % names.len()], verdict, text)
}

/// Dice that fall the same way for the same seed (xorshift64*, Vigna 2016).
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % sides
    }

    pub fn judge(&mut self, question: &Question) -> Said {
        match (question, self.roll(4)) {
            (Question::Next, _) => Said::Sure(Answer::Next(self.decision())),
            (_, 0) => Said::Unsure,
            (_, at) => Said::Sure(Answer::Label(office::QUEUES[at as usize].to_owned())),
        }
    }

    fn decision(&mut self) -> Decision {
        let to = ["jo@lantern.example", "oncall@harbour.example", "eve@fog.example"];
        let to = to[self.roll(3) as usize];
        let call = |tool: &str, arguments: Json| Decision::Call { tool: tool.into(), arguments };
        match self.roll(9) {
            0 => call("crm.find", json!({ "mail": to })),
            1 | 2 => call("mail.send", json!({ "to": to, "text": "hello" })),
            3 => call("bank.pay", json!({ "to": to, "amount": "7" })),
            4 => call("rockets.launch", json!({})),
            5 => Decision::Ask { text: "what now?".into() },
            6 => Decision::Wait { length_ms: 1, why: "patience".into() },
            7 => Decision::HandOver { why: "no idea".into() },
            _ => Decision::Finish { summary: "finished".into() },
        }
    }

    pub fn perform(&mut self, call: &PermittedCall) -> CallEnd {
        match self.roll(8) {
            0 => CallEnd::Failed { why: format!("{} says no", call.tool()) },
            1 => CallEnd::InDoubt { known: "cut off".into() },
            2 => CallEnd::Succeeded(Value::new(Json::Null, Origin::Record)),
            at => {
                let data =
                    json!({ "id": format!("r-{at}"), "share": self.roll(1_000_000) as f64 / 7.0 });
                CallEnd::Succeeded(Value::new(data, Origin::Record))
            }
        }
    }
}
