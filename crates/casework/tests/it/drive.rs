//! Drives a case as the engine does, with scripted judges and tools, and checks at every entry what
//! must hold at every entry: the journal so far replays to the same next step.

use casework::ask::{Ask, Reply};
use casework::case::{OutOfTurn, Receipt, Status};
use casework::journal::CallEnd;
use casework::judgement::{Answer, Evidence, Judged, Question};
use casework::origin::{Origin, Value};
use casework::signal::{Signal, SignalKind};
use casework::worker::Charter;
use casework::{
    Actor, AskId, Case, CaseId, Event, PermittedCall, PersonId, Step, Timestamp, ToolName,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What a judge says in a test.
#[derive(Clone)]
pub enum Said {
    Sure(Answer),
    Unsure,
}

type Judging = Box<dyn FnMut(&Question) -> Said>;
type Performing = Box<dyn FnMut(&PermittedCall) -> CallEnd>;

/// A case with the world around it.
pub struct Walk {
    pub case: Case,
    pub now: Timestamp,
    /// Every call that was performed, in order.
    pub performed: Vec<PermittedCall>,
    pub judge: Judging,
    pub perform: Performing,
    /// What the post-condition reads.
    pub found: Json,
    /// Stop as if the process died between `CallStarted` and its end.
    pub dies_at: Option<ToolName>,
    /// Replay the journal after each entry; long random walks replay parts of it at their end.
    pub checks: bool,
}

impl Walk {
    /// An opened case without signals; tools answer with what the office holds.
    pub fn new(charter: Charter) -> Self {
        let mut case = Case::new(CaseId(7), charter.clone());
        let worker = charter.worker;
        let (worker, version) = (worker.name.clone(), worker.version);
        let opened = Event::CaseOpened { worker, version, nonce: "0123456789abcdef".into() };
        case.record(Timestamp(0), Actor::Engine, opened).unwrap();
        Self {
            case,
            now: Timestamp(1_000),
            performed: Vec::new(),
            judge: Box::new(|_| Said::Sure(Answer::Label("billing".into()))),
            perform: Box::new(|call| CallEnd::Succeeded(office_answer(call))),
            found: json!({ "queue": "billing", "status": "open" }),
            dies_at: None,
            checks: true,
        }
    }

    /// The same case in another process: all that is known is the journal.
    pub fn reopened(self) -> Self {
        let case = self.replayed();
        Self { case, ..self }
    }

    pub fn replayed(&self) -> Case {
        Case::replay(self.case.id(), self.case.charter().clone(), self.case.journal()).unwrap()
    }

    pub fn record(&mut self, by: Actor, event: Event) {
        self.try_record(by, event).unwrap();
    }

    pub fn try_record(&mut self, by: Actor, event: Event) -> Result<(), OutOfTurn> {
        self.case.record(self.now, by, event)?;
        if self.checks {
            assert_same(&self.case, &self.replayed(), self.now);
        }
        Ok(())
    }

    /// Hands a signal in; true when the case took it.
    pub fn hear(&mut self, signal: &Signal) -> bool {
        let Receipt::Entries(entries) = self.case.receive(signal, self.now) else { return false };
        for (by, event) in entries {
            self.record(by, event);
        }
        true
    }

    /// A person replies to an ask; true when the reply counted.
    pub fn reply_to(&mut self, ask: AskId, who: &str, reply: Reply) -> bool {
        let admitted = self.case.admit_reply(ask, &PersonId::new(who), &reply, self.now).is_ok();
        let kind = SignalKind::Answered { ask, who: PersonId::new(who), reply };
        self.hear(&person_signal(kind));
        admitted
    }

    /// Mo replies to the open ask.
    pub fn reply(&mut self, reply: Reply) -> bool {
        let ask = self.ask().id;
        self.reply_to(ask, "mo", reply)
    }

    pub fn approve(&mut self) -> bool {
        let digest = self.ask().digest;
        self.reply(Reply::Approve { digest })
    }

    pub fn cancel(&mut self) -> bool {
        let (who, why) = (PersonId::new("mo"), "a duplicate".to_owned());
        self.hear(&person_signal(SignalKind::Cancelled { who, why }))
    }

    pub fn ask(&self) -> Ask {
        self.case.open_ask().expect("an ask is open").0.clone()
    }

    /// Goes on until the case rests, ends or the process dies; the last step.
    pub fn go(&mut self) -> Step {
        for _ in 0..1_000 {
            if let Some(last) = self.one_step() {
                return last;
            }
        }
        panic!("the case neither rests nor ends: {}", self.story());
    }

    /// Takes one step; `Some` when there is nothing more to do now.
    pub fn one_step(&mut self) -> Option<Step> {
        match self.case.next_step(self.now) {
            Step::Record { by, event } => self.record(by, *event),
            Step::Judge { question, .. } => self.answer(&question),
            Step::Announce(ask) => self.record(Actor::Engine, Event::AskAnnounced { ask: ask.id }),
            Step::Perform(call) => {
                let (id, permit) = (call.call().id, call.permit().clone());
                self.record(Actor::Engine, Event::CallStarted { call: id, permit });
                if self.dies_at.as_ref() == Some(call.tool()) {
                    self.dies_at = None;
                    return Some(Step::Reconcile(call));
                }
                let end = (self.perform)(&call);
                self.performed.push(call);
                self.record(Actor::Engine, Event::CallEnded { call: id, end });
            }
            Step::Verify(_) => {
                let found = Value::new(self.found.clone(), Origin::Record);
                let event = self.case.check(found);
                self.record(Actor::Engine, event);
            }
            last @ (Step::Reconcile(_) | Step::Rest { .. } | Step::Closed) => return Some(last),
        }
        None
    }

    fn answer(&mut self, question: &Question) {
        let (by, event) = match (self.judge)(question) {
            Said::Sure(answer) => {
                let judged = Judged { answer, evidence: Evidence::default(), who: None };
                let by = Actor::Judge { name: "scripted".into(), version: "1".into() };
                (by, self.case.judged(judged).unwrap())
            }
            Said::Unsure => {
                let options = vec![("portal".to_owned(), Some(0.6)), ("billing".into(), None)];
                (Actor::Engine, self.case.unjudged(options, "not sure".into(), self.now))
            }
        };
        self.record(by, event);
    }

    pub fn status(&self) -> Status {
        self.case.progress(self.now).status
    }

    /// The tools that were performed, in order.
    pub fn tools_performed(&self) -> Vec<&str> {
        self.performed.iter().map(|call| call.tool().as_str()).collect()
    }

    pub fn story(&self) -> String {
        String::from_utf8_lossy(self.case.journal()).into_owned()
    }
}

/// What a person does enters like any other signal.
pub fn person_signal(kind: SignalKind) -> Signal {
    Signal { key: "by hand".into(), source: "people".into(), at: Timestamp(1_000), kind }
}

/// Two cases are the same when nothing that is asked of them tells them apart.
pub fn assert_same(live: &Case, replayed: &Case, now: Timestamp) {
    assert_eq!(live.next_step(now), replayed.next_step(now));
    assert_eq!(live.progress(now), replayed.progress(now));
    assert_eq!(live.chain(), replayed.chain());
    assert_eq!(live.turns(), replayed.turns());
    assert_eq!(live.scope(), replayed.scope());
    assert_eq!(live.spent(), replayed.spent());
}

/// What the tools of the office answer.
pub fn office_answer(call: &PermittedCall) -> Value {
    let customers = BTreeMap::from([("jo@lantern.example", ("c-1", "Jo Lantern"))]);
    let data = match call.tool().as_str() {
        "crm.find" => {
            let mail = call.arguments().data()["mail"].as_str().unwrap_or_default().to_owned();
            let found = customers.get(mail.as_str());
            found.map_or(Json::Null, |(id, name)| json!({ "id": id, "contact": name }))
        }
        "tickets.of_thread" => Json::Null,
        "tickets.create" => json!({ "id": "t-1", "url": "https://tickets.example/t-1" }),
        _ => json!({ "ok": true }),
    };
    Value::new(data, Origin::Record)
}
