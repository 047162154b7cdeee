//! An office in which people approve, and a witness that keeps its own record of what was shown to
//! whom and what they said. Nothing here asks the case whether something may run.

use crate::approvals_moves::{Config, Move};
use crate::office::{self, call, mail, mail_from, rule, step};
use casework::ask::arrangements::{Arrangements, AtLapse, Away, Terms};
use casework::ask::{Ask, Reply};
use casework::case::Receipt;
use casework::grant::{Allowance, Bound, Grant};
use casework::journal::CallEnd;
use casework::origin::{Origin, Value};
use casework::procedure::{Act, Otherwise, Procedure, StepSpec};
use casework::signal::{Signal, SignalKind};
use casework::time::HOUR_MS;
use casework::tool::ToolCall;
use casework::worker::{Charter, Limits, Mode, Verdict, Worker};
use casework::{
    Actor, AskId, CallId, Case, CaseId, Digest, Entry, Event, PersonId, RoleName, Step, Timestamp,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a person said and when: the witness's own record.
pub struct Said {
    pub ask: AskId,
    pub who: &'static str,
    /// In whose place, as the witness's own list of absences has it.
    pub seats: Vec<&'static str>,
    pub reply: Reply,
    pub at: Timestamp,
    /// Whether the journal holds it as an answer.
    pub counted: bool,
}

/// A card as it was shown.
pub struct Shown {
    pub ask: Ask,
    pub call: ToolCall,
    pub declaration: Digest,
}

pub struct World {
    pub config: Config,
    pub case: Case,
    pub now: Timestamp,
    gone: Option<Away>,
    pub grants: Vec<Grant>,
    pub uses: BTreeMap<String, u32>,
    declared: u32,
    pub mails: u32,
    pub requesters: BTreeSet<&'static str>,
    pub shown: BTreeMap<AskId, Shown>,
    pub said: Vec<Said>,
    started: BTreeSet<CallId>,
    ended: BTreeSet<CallId>,
    dies: bool,
}

fn charter(config: &Config, declared: u32) -> Charter {
    let pay = |name: &str, amount: &str| StepSpec {
        otherwise: Otherwise::Skip,
        ..step(name, call("bank.pay", json!({ "to": "$signal.sender", "amount": amount })))
    };
    let worker = Worker {
        mode: config.mode,
        reviewers: BTreeMap::from([
            (RoleName::new("default"), vec!["mo".into(), "ines".into()]),
            (RoleName::new("boss"), vec!["lea".into(), "mo".into()]),
        ]),
        procedure: Procedure {
            steps: vec![
                pay("one", "5"),
                pay("two", "9"),
                step("again", Act::Again { to: 0, at_most: 3 }),
            ],
            ..Procedure::default()
        },
        limits: Limits { ask_hours: 24, ..Limits::default() },
        rules: vec![rule("payments", "bank.pay", Verdict::Ask, "")],
        ..office::blank(config.mode)
    };
    let mut charter = office::charter(worker);
    let tools = Arc::make_mut(&mut charter.tools);
    let spec = tools.get_mut(&"bank.pay".into()).unwrap();
    spec.effect = casework::tool::Effect::Write;
    spec.about = format!("declared {declared} times");
    charter
}

impl World {
    pub fn new(config: &Config) -> Self {
        let charter = charter(config, 0);
        let mut case = Case::new(CaseId(7), charter.clone());
        let (worker, version) = (charter.worker.name.clone(), charter.worker.version);
        let opened = Event::CaseOpened { worker, version, nonce: "0123456789abcdef".into() };
        let now = Timestamp(0).plus_ms(1_000 * HOUR_MS);
        case.record(now, Actor::Engine, opened).unwrap();
        let mut world = Self {
            config: config.clone(),
            case,
            now,
            gone: None,
            grants: Vec::new(),
            uses: BTreeMap::new(),
            declared: 0,
            mails: 0,
            requesters: BTreeSet::new(),
            shown: BTreeMap::new(),
            said: Vec::new(),
            started: BTreeSet::new(),
            ended: BTreeSet::new(),
            dies: false,
        };
        world.arrange();
        world.mail(false);
        world
    }

    pub fn performed(&self) -> usize {
        self.started.len()
    }

    pub fn story(&self) -> String {
        String::from_utf8_lossy(self.case.journal()).into_owned()
    }

    /// The most reminders that one ask got.
    pub fn most_reminders(&self) -> usize {
        let mut counts: BTreeMap<AskId, usize> = BTreeMap::new();
        for entry in self.entries() {
            if let Event::AskReminded { ask, .. } = entry.event {
                *counts.entry(ask).or_default() += 1;
            }
        }
        counts.into_values().max().unwrap_or(0)
    }

    fn arrange(&mut self) {
        let lapse = match self.config.lapse {
            0 => AtLapse::Deny,
            1 => AtLapse::Escalate("boss".into()),
            _ => AtLapse::Remind,
        };
        let terms = Terms {
            lapse,
            remind_every_ms: 8 * HOUR_MS,
            reminders_max: self.config.reminders_max,
            needed: BTreeMap::from([("default".into(), self.config.needed)]),
            ..Terms::default()
        };
        self.case.arrange(Arc::new(Arrangements {
            terms: BTreeMap::from([("support-triage".into(), terms)]),
            away: self.gone.iter().cloned().collect(),
            addresses: BTreeMap::from([("ines@harbour.example".into(), "ines".into())]),
            requester_may_approve: self.config.requester_may_approve,
            grants: self.grants.clone(),
            ..Arrangements::default()
        }));
    }

    pub fn act(&mut self, one: &Move) {
        match one {
            Move::Steps(count) => {
                for _ in 0..*count {
                    if !self.step() {
                        break;
                    }
                }
            }
            Move::Mail { colleague } => self.mail(*colleague),
            Move::Reply { who, back, kind, wrong_digest, twice } => {
                for _ in 0..=u8::from(*twice) {
                    self.reply(who, *back, *kind, *wrong_digest);
                }
            }
            Move::Hours(hours) => self.now = self.now.plus_ms(u64::from(*hours) * HOUR_MS),
            Move::ClockBack(hours) => {
                self.now = Timestamp(self.now.0 - i64::from(*hours) * 3_600_000);
            }
            Move::Reopen => self.reopen(),
            Move::Redeclare => {
                self.declared += 1;
                let charter = charter(&self.config, self.declared);
                self.case = Case::replay(CaseId(7), charter, self.case.journal()).unwrap();
                self.arrange();
            }
            Move::DieInCall => self.dies = true,
            Move::Away { gone } => {
                self.gone = gone.then(|| Away {
                    person: "ines".into(),
                    deputy: "dan".into(),
                    from: self.now,
                    until: self.now.plus_ms(20 * HOUR_MS),
                });
                self.arrange();
            }
            Move::RunOutGrants => {
                for grant in &mut self.grants {
                    grant.allowance.until = self.now;
                }
                self.arrange();
            }
        }
        self.look();
    }

    fn reopen(&mut self) {
        let charter = self.case.charter().clone();
        self.case = Case::replay(CaseId(7), charter, self.case.journal()).unwrap();
        self.arrange();
    }

    fn record(&mut self, by: Actor, event: Event) {
        self.case.record(self.now, by, event).unwrap();
        self.look();
    }

    /// Notes what people are shown now.
    fn look(&mut self) {
        if let Some((ask, Some(call))) = self.case.open_ask() {
            assert_ne!(self.config.mode, Mode::Shadow, "nobody is asked in shadow");
            let declaration = self.case.charter().tools[&call.tool].digest();
            let shown = Shown { ask: ask.clone(), call: call.clone(), declaration };
            self.shown.entry(ask.id).or_insert(shown);
        }
    }

    fn mail(&mut self, colleague: bool) {
        self.mails += 1;
        let key = format!("m-{}", self.mails);
        let signal = match colleague {
            true => mail_from(&key, "ines@harbour.example", "passed", "please"),
            false => mail(&key, "please"),
        };
        if self.hear(&signal) == "heard" && colleague {
            self.requesters.insert("ines");
        }
    }

    /// What became of a signal.
    fn hear(&mut self, signal: &Signal) -> &'static str {
        let Receipt::Entries(entries) = self.case.receive(signal, self.now) else { return "late" };
        let mut heard = "heard";
        for (by, event) in entries {
            if matches!(event, Event::AskAnswered { .. }) {
                heard = "answered";
            }
            if let Some(grant) = self.case.grant_of(&event, self.now) {
                self.grants.push(grant);
                self.arrange();
            }
            self.record(by, event);
        }
        heard
    }

    fn reply(&mut self, who: &'static str, back: u8, kind: u8, wrong_digest: bool) {
        let Some((id, shown)) = self.shown.iter().rev().nth(usize::from(back)) else { return };
        let (id, real) = (*id, shown.ask.digest);
        let digest = if wrong_digest { Digest::of(b"something else") } else { real };
        let arguments = json!({ "amount": "6" }).as_object().unwrap().clone();
        let reply = match kind {
            0..=6 => Reply::Approve { digest },
            7 | 8 => Reply::Edit { digest, arguments },
            9 => Reply::Reject { why: "no".into() },
            _ => Reply::Grant { digest, allowance: self.allowance() },
        };
        let stood_in = self
            .gone
            .as_ref()
            .is_some_and(|away| who == "dan" && away.from <= self.now && self.now < away.until);
        let seats = if stood_in { vec!["ines"] } else { vec![who] };
        let kind = SignalKind::Answered { ask: id, who: PersonId::new(who), reply: reply.clone() };
        let (key, source) = ("by hand".to_owned(), "people".into());
        let counted = self.hear(&Signal { key, source, at: self.now, kind }) == "answered";
        self.said.push(Said { ask: id, who, seats, reply, at: self.now, counted });
    }

    fn allowance(&self) -> Allowance {
        let most = Bound::AtMost { micro: 7_000_000 };
        Allowance {
            bounds: BTreeMap::from([("amount".to_owned(), most)]),
            times_max: 1,
            sum: None,
            until: self.now.plus_ms(30 * HOUR_MS),
        }
    }

    pub fn entries(&self) -> Vec<Entry> {
        let lines = self.case.journal().split(|byte| *byte == b'\n');
        lines.filter(|line| !line.is_empty()).map(|line| Entry::from_line(line).unwrap()).collect()
    }

    /// One step as the loop takes it; false when nothing is to be done now.
    fn step(&mut self) -> bool {
        match self.case.next_step(self.now) {
            Step::Record { by, event } => {
                if let Event::CallProposed { drawn: Some(draw), .. } = &*event {
                    let now = self.now;
                    let found = self.grants.iter_mut().find(|grant| grant.id == draw.grant);
                    assert!(found.unwrap().take(draw, now), "a grant that stands and has room");
                    self.arrange();
                }
                self.record(by, *event);
            }
            Step::Announce(ask) => self.record(Actor::Engine, Event::AskAnnounced { ask: ask.id }),
            Step::Perform(call) => {
                self.witness(&call);
                let (id, permit) = (call.call().id, call.permit().clone());
                self.record(Actor::Engine, Event::CallStarted { call: id, permit });
                assert!(self.started.insert(id), "call {id} starts twice");
                if std::mem::take(&mut self.dies) {
                    self.reopen();
                } else {
                    self.end(id);
                }
            }
            // It did happen; looking it up tells so. It is never made again.
            Step::Reconcile(call) => self.end(call.call().id),
            Step::Judge { .. } | Step::Verify(_) => unreachable!("nothing is judged here"),
            Step::Rest { .. } | Step::Closed => return false,
        }
        true
    }

    fn end(&mut self, call: CallId) {
        assert!(self.ended.insert(call), "call {call} ends twice");
        let done = CallEnd::Succeeded(Value::new(json!({ "ok": true }), Origin::Record));
        self.record(Actor::Engine, Event::CallEnded { call, end: done });
    }
}
