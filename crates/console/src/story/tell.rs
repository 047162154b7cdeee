//! The telling: each entry opens a passage or adds a note to the passage it belongs to. Calls and
//! asks are followed by their numbers, so that a ruling, a reply and a result stand beside each
//! other.

use super::evidence;
use super::letter::letter;
use super::said::{in_place_of, said};
use super::{Note, Passage, State};
use crate::marks;
use crate::moments::Moments;
use crate::text::one_line;
use casework::ask::{About, Ask, Reply};
use casework::journal::{CallEnd, Outcome};
use casework::judgement::{Answer, Decision, Judged, Question};
use casework::policy::Ruling;
use casework::signal::{Signal, SignalKind};
use casework::tool::ToolCall;
use casework::worker::Charter;
use casework::{AskId, CallId, Entry, Event, Origin, Permit, PersonId, RoleName, RuleName};
use std::collections::BTreeMap;

/// Gathers passages.
pub(super) struct Teller<'a> {
    charter: Option<&'a Charter>,
    moments: &'a Moments,
    pub(super) passages: Vec<Passage>,
    calls: BTreeMap<CallId, usize>,
    asks: BTreeMap<AskId, usize>,
    /// The judgement that is being made.
    judging: Option<(usize, Origin)>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(charter: Option<&'a Charter>, moments: &'a Moments) -> Self {
        Self {
            charter,
            moments,
            passages: Vec::new(),
            calls: BTreeMap::new(),
            asks: BTreeMap::new(),
            judging: None,
        }
    }

    pub(super) fn unreadable(&mut self, seq: u32, why: &str) {
        let title = format!("Entry {seq} cannot be read: {why}");
        self.passages.push(Passage {
            seq,
            kind: "broken",
            state: State::Bad,
            title,
            ..Passage::default()
        });
    }

    pub(super) fn hear(&mut self, entry: &Entry) {
        match &entry.event {
            // The office's own journal has a page of its own.
            Event::CaseOpened { .. } | Event::AskAnnounced { .. } | Event::OfficeChanged(_) => {}
            Event::SignalReceived(signal) => self.signal(entry, signal),
            Event::QuestionRaised { step, question } => self.question(entry, *step, question),
            Event::Judged(judged) => self.judged(entry, judged),
            Event::CallProposed { call, ruling, .. } => self.proposed(entry, call, ruling),
            Event::AskRaised(ask) => self.asked(entry, ask),
            Event::AskAnswered { ask, who, reply, stands_in_for } => {
                let said = said(&in_place_of(who, stands_in_for.as_ref()), reply);
                self.replied(entry, *ask, said, reply);
            }
            Event::ReplyRefused { ask, who, why } => {
                self.note_on(
                    entry,
                    self.asks.get(ask).copied(),
                    format!("{who} replied; it did not count: {why}"),
                );
            }
            Event::AskReminded { ask, .. } => {
                self.note_on(entry, self.asks.get(ask).copied(), "people were reminded".into());
            }
            Event::AskLapsed { ask } => {
                self.close(entry, *ask, State::Bad, "nobody answered in time".into());
            }
            Event::AskWithdrawn { ask, why } => {
                self.close(entry, *ask, State::Plain, format!("the ask was withdrawn: {why}"));
            }
            Event::CallStarted { call, permit } => self.started(entry, *call, permit),
            Event::CallEnded { call, end } => self.ended(entry, *call, end),
            Event::OutcomeChecked { held, found } => self.checked(entry, *held, found),
            Event::RestChosen { until, why, .. } => {
                let passage =
                    self.open(entry, "rested", format!("Until {}", self.moments.at(*until).words));
                passage.notes.push(Note { text: why.clone(), ..Note::default() });
            }
            Event::CaseClosed(outcome) => self.closed(entry, outcome),
        }
    }

    fn signal(&mut self, entry: &Entry, signal: &Signal) {
        let SignalKind::Arrived(arrival) = &signal.kind else { return };
        let title = if arrival.title.is_empty() { "(without a title)" } else { &arrival.title };
        let title = one_line(title, 200);
        let passage = self.open(entry, "came in", title);
        passage.letter = Some(letter(arrival));
        passage.under = format!("heard by {}", signal.source);
        passage.why = vec![("key".into(), signal.key.clone())];
    }

    fn question(&mut self, entry: &Entry, step: Option<usize>, question: &Question) {
        let name = self.step_name(step);
        let under = match question {
            Question::Classify { into, .. } => format!("one of {}", into.join(", ")),
            Question::Extract { fields, .. } => {
                format!("read {}", fields.keys().cloned().collect::<Vec<_>>().join(", "))
            }
            Question::Match { .. } => "which record is meant".into(),
            Question::Answer { text } => one_line(text.text().unwrap_or_default(), 160),
            Question::Write { .. } => "write a text".into(),
            Question::Next => "what comes next".into(),
        };
        let origin = match question {
            Question::Classify { text, .. } | Question::Extract { text, .. } => text.origin(),
            Question::Match { subject, candidates } => subject.origin().join(candidates.origin()),
            Question::Answer { .. } | Question::Write { .. } | Question::Next => Origin::Composed,
        };
        let title = if name.is_empty() { question.word().to_owned() } else { name };
        let passage = self.open(entry, "judging", title);
        passage.under = under;
        self.judging = Some((self.passages.len() - 1, origin));
    }

    fn judged(&mut self, entry: &Entry, judged: &Judged) {
        let text = evidence::in_one_line(judged, &entry.by, &str::to_owned);
        let rows = evidence::in_full(judged, &entry.by);
        let (at, origin) = self.judging.take().unzip();
        self.note_on(entry, at, text);
        let Some(passage) = at.and_then(|at| self.passages.get_mut(at)) else { return };
        passage.kind = "judged";
        answer_into(passage, &judged.answer, origin.unwrap_or(Origin::Composed));
        passage.why.extend(rows);
    }

    fn proposed(&mut self, entry: &Entry, call: &ToolCall, ruling: &Ruling) {
        let spec = self.charter.and_then(|charter| charter.tools.get(&call.tool));
        let title =
            spec.map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
        let title = one_line(&title, 200);
        let facts = marks::arguments(&call.arguments, spec);
        let effect = spec.map(|spec| format!(" · {}", spec.effect.word())).unwrap_or_default();
        let (kind, state, text, rule) = match ruling {
            Ruling::Allow { rule } => {
                ("allowed", State::Plain, format!("allowed by “{rule}”"), rule)
            }
            Ruling::Ask { rule, to, because, .. } => {
                ("asked", State::Waits, format!("asks {}, because {because}", self.whom(to)), rule)
            }
            Ruling::Deny { rule, because } => {
                ("denied", State::Bad, format!("denied, because {because}"), rule)
            }
        };
        let why = self.rule_rows(rule);
        let asks = matches!(ruling, Ruling::Ask { .. });
        let passage = self.open(entry, kind, title);
        passage.state = state;
        passage.under = format!("{}{effect}", call.tool);
        passage.facts = facts;
        passage.why = why;
        let at = self.passages.len() - 1;
        self.note_on(entry, Some(at), text);
        self.calls.insert(call.id, at);
        if asks {
            self.asks.insert(AskId(entry.seq), at);
        }
    }

    fn asked(&mut self, entry: &Entry, ask: &Ask) {
        if let (About::Judgement { .. }, Some((at, _))) = (&ask.about, self.judging) {
            self.judging = None;
            self.asks.insert(ask.id, at);
            if let Some(passage) = self.passages.get_mut(at) {
                passage.state = State::Waits;
                passage.kind = "asked";
            }
            self.note_on(entry, Some(at), format!("asks {}: {}", self.whom(&ask.to), ask.because));
            return;
        }
        let kind =
            if matches!(ask.about, About::TakeOver { .. }) { "handed over" } else { "asked" };
        let passage = self.open(entry, kind, one_line(&ask.headline, 300));
        passage.state = State::Waits;
        let because =
            if ask.because.is_empty() { String::new() } else { format!(": {}", ask.because) };
        let text = format!("asks {}{because}", self.whom(&ask.to));
        let at = self.passages.len() - 1;
        self.note_on(entry, Some(at), text);
        self.asks.insert(ask.id, at);
    }

    fn replied(&mut self, entry: &Entry, ask: AskId, said: String, reply: &Reply) {
        let state = if matches!(reply, Reply::Reject { .. }) { State::Bad } else { State::Good };
        self.close(entry, ask, state, said);
        let Some(passage) = self.asks.get(&ask).and_then(|at| self.passages.get_mut(*at)) else {
            return;
        };
        match reply {
            Reply::Say { answer } if passage.letter.is_none() => {
                passage.title = format!("{}: {}", passage.title, one_line(answer, 120));
                passage.kind = "judged";
            }
            Reply::Edit { .. } => passage.kind = "edited",
            Reply::Reject { .. } => passage.kind = "rejected",
            Reply::Approve { .. } | Reply::Grant { .. } => passage.kind = "approved",
            Reply::Fill { .. } => passage.kind = "answered",
            Reply::Say { .. } | Reply::Happened(_) | Reply::Outcome { .. } => {}
        }
    }

    fn started(&mut self, entry: &Entry, call: CallId, permit: &Permit) {
        let Some(passage) = self.calls.get(&call).and_then(|at| self.passages.get_mut(*at)) else {
            return;
        };
        passage.kind = "started";
        let text = match permit {
            Permit::ByRule(rule) => format!("{rule}, at entry {}", entry.seq),
            Permit::ByPerson { who, ask, with } => {
                let earlier: String = with.iter().map(|who| format!("{who} and ")).collect();
                format!("{earlier}{who}, in reply to ask {ask}")
            }
        };
        passage.why.push(("permitted by".into(), text));
    }

    fn ended(&mut self, entry: &Entry, call: CallId, end: &CallEnd) {
        let at = self.calls.get(&call).copied();
        let (kind, state, text) = match end {
            CallEnd::Succeeded(_) => ("done", State::Good, "it happened".into()),
            CallEnd::Failed { why } => ("failed", State::Bad, format!("it did not happen: {why}")),
            CallEnd::InDoubt { known } => {
                ("in doubt", State::Waits, format!("nobody knows whether it happened: {known}"))
            }
            CallEnd::Withheld => ("withheld", State::Plain, "shadow: it would have run".into()),
        };
        self.note_on(entry, at, text);
        let Some(at) = at else { return };
        let Some(passage) = self.passages.get_mut(at) else { return };
        (passage.kind, passage.state) = (kind, state);
        if let CallEnd::Succeeded(found) = end {
            passage.proof = marks::facts(found);
        }
        self.asks.insert(AskId(entry.seq), at);
    }

    fn checked(&mut self, entry: &Entry, held: bool, found: &casework::Value) {
        let title = if held { "Read back: it is so" } else { "Read back: it is not so" };
        let done = self.charter.and_then(|charter| charter.worker.done.as_ref());
        let condition = done.and_then(|done| done.when.as_ref()).map(|when| when.text().to_owned());
        let source = done.and_then(|done| done.read.as_ref()).map(|(tool, _)| tool.to_string());
        let proof = marks::facts(found);
        let passage = self.open(entry, "checked", title.into());
        passage.state = if held { State::Good } else { State::Bad };
        passage.proof = proof;
        passage.under = source.unwrap_or_default();
        passage.why.extend(condition.map(|text| ("done when".to_owned(), text)));
    }

    fn closed(&mut self, entry: &Entry, outcome: &Outcome) {
        let (title, state, by) = match outcome {
            Outcome::Done { summary } => (format!("Done: {summary}"), State::Good, None),
            Outcome::SetAside { why } => (format!("Set aside: {why}"), State::Plain, None),
            Outcome::HandedOver { who, summary } => {
                (format!("Finished by {who}: {summary}"), State::Good, Some(who))
            }
            Outcome::Cancelled { who, why } => {
                (format!("Cancelled by {who}: {why}"), State::Plain, Some(who))
            }
            Outcome::WouldHaveEnded { how } => {
                (format!("Shadow: it would have ended here: {how}"), State::Plain, None)
            }
        };
        let verified = self.passages.iter().rev().find(|passage| passage.kind == "checked");
        let text = match (by, verified.map(|passage| passage.state)) {
            (Some(who), _) => format!("on the word of {who}"),
            (None, Some(State::Good)) => "verified by what was read back".to_owned(),
            (None, _) if matches!(outcome, Outcome::SetAside { .. }) => {
                "nothing had to be done".to_owned()
            }
            (None, _) => "no post-condition was read back".to_owned(),
        };
        let passage = self.open(entry, "ended", title);
        passage.state = state;
        passage.notes.push(Note { text, ..Note::default() });
    }

    fn close(&mut self, entry: &Entry, ask: AskId, state: State, text: String) {
        let at = self.asks.get(&ask).copied();
        if let Some(passage) = at.and_then(|at| self.passages.get_mut(at)) {
            passage.state = state;
        }
        self.note_on(entry, at, text);
    }

    fn open(&mut self, entry: &Entry, kind: &'static str, title: String) -> &mut Passage {
        let at = self.moments.at(entry.at);
        let passage = Passage { seq: entry.seq, at, kind, title, ..Passage::default() };
        self.passages.push(passage);
        let last = self.passages.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "it was pushed two lines above")]
        &mut self.passages[last]
    }

    fn note_on(&mut self, entry: &Entry, at: Option<usize>, text: String) {
        let note = Note { at: self.moments.at(entry.at), text };
        match at.and_then(|at| self.passages.get_mut(at)) {
            Some(passage) => passage.notes.push(note),
            None => self.open(entry, "noted", String::new()).notes.push(note),
        }
    }

    fn step_name(&self, step: Option<usize>) -> String {
        let steps = self.charter.map(|charter| &charter.worker.procedure.steps);
        steps.and_then(|steps| steps.get(step?)).map(|step| step.name.clone()).unwrap_or_default()
    }

    /// Who a role is: its people where the worker's files name them.
    fn whom(&self, role: &RoleName) -> String {
        let people = self.charter.map(|charter| charter.worker.people(role)).unwrap_or_default();
        if people.is_empty() {
            return role.to_string();
        }
        people.iter().map(PersonId::as_str).collect::<Vec<_>>().join(" or ")
    }

    fn rule_rows(&self, rule: &RuleName) -> Vec<(String, String)> {
        let mut rows = vec![("rule".to_owned(), rule.to_string())];
        let rules = self.charter.map(|charter| charter.worker.rules.as_slice()).unwrap_or_default();
        let known = rules.iter().find(|known| known.name == rule.as_str());
        if let Some(when) = known.and_then(|known| known.when.as_ref()) {
            rows.push(("when".into(), when.text().to_owned()));
        }
        rows
    }
}

fn answer_into(passage: &mut Passage, answer: &Answer, origin: Origin) {
    let words = match answer {
        Answer::Label(label) => label.clone(),
        Answer::Record(Some(id)) => marks::in_words(id),
        Answer::Record(None) => "none of them".into(),
        Answer::Fields(_) => String::new(),
        Answer::Text(text) => one_line(text, 160),
        Answer::Next(decision) => {
            passage.title = in_words(decision);
            return;
        }
    };
    if let Answer::Fields(_) | Answer::Text(_) = answer {
        passage.facts = marks::facts(&casework::Value::new(answer.data(), origin));
    }
    if !words.is_empty() {
        passage.title = format!("{}: {words}", passage.title);
    }
}

fn in_words(decision: &Decision) -> String {
    match decision {
        Decision::Call { tool, .. } => format!("Next: {tool}"),
        Decision::Ask { text } => format!("Next: ask “{}”", one_line(text, 120)),
        Decision::Wait { why, .. } => format!("Next: wait, {why}"),
        Decision::Finish { summary } => format!("Next: finish, {}", one_line(summary, 120)),
        Decision::HandOver { why } => format!("Next: hand over, {why}"),
    }
}
