//! The fold: what each entry makes of a case. An entry that does not follow is refused, never
//! ignored. Calls are folded in `calling`, asks in `asking`.

use super::{Case, OutOfTurn, Pending, Ruled, State, Turn};
use crate::ask::{About, Ask};
use crate::ids::PersonId;
use crate::journal::{CallEnd, Entry, Event};
use crate::judgement::{Answer, Judged, Question};
use crate::origin::{Origin, Value};
use crate::party::Party;
use crate::permit::Permit;
use crate::policy::Ruling;
use crate::procedure::Act;
use crate::signal::{Signal, SignalKind};
use serde_json::json;

impl Case {
    /// Folds one entry in; on an error the case is unchanged.
    pub(super) fn apply(&mut self, entry: &Entry) -> Result<(), OutOfTurn> {
        let state = std::mem::replace(&mut self.state, State::Unopened);
        match self.follow(&state, entry) {
            Some(next) => {
                self.state = next;
                Ok(())
            }
            None => {
                self.state = state;
                Err(self.out_of_turn(&entry.event))
            }
        }
    }

    /// The state after this entry, or nothing when it does not follow `state`. Changes to the rest
    /// of the case happen only on the way to `Some`.
    fn follow(&mut self, state: &State, entry: &Entry) -> Option<State> {
        match (state, &entry.event) {
            (State::Unopened, Event::CaseOpened { worker, version, nonce }) => {
                let known = &self.charter.worker;
                let same = *worker == known.name && *version == known.version;
                same.then(|| self.begin(nonce, entry))
            }
            (State::Unopened | State::Closed(_), _) | (_, Event::OfficeChanged(_)) => None,
            // What is under way has an end to be told first.
            (State::Started { .. }, Event::CaseClosed(_)) => None,
            (_, Event::SignalReceived(signal)) => {
                self.take_in(signal);
                Some(match state {
                    State::Resting { .. } => State::Ready,
                    other => other.clone(),
                })
            }
            (_, Event::ReplyRefused { .. }) => Some(state.clone()),
            (_, Event::CaseClosed(outcome)) => Some(State::Closed(outcome.clone())),
            (State::Ready | State::Resting { .. } | State::Decided(_), event) => {
                self.follow_decision(state, event, entry)
            }
            (State::Edited { step, ask, approved, .. }, event) => {
                self.follow_edited(*step, ask, &approved.who, event, entry)
            }
            (State::Judging { step, question }, Event::Judged(judged)) => {
                self.follow_judgement(*step, question, judged)
            }
            (State::Judging { step, question }, Event::AskRaised(ask)) => {
                let pending = match ask.about {
                    About::TakeOver { .. } => Pending::TakeOver,
                    _ => Pending::Judgement { step: *step, question: question.clone() },
                };
                Some(State::Asked { ask: ask.as_ref().clone(), announced: false, pending })
            }
            (State::Unable { .. }, Event::AskRaised(ask)) => {
                let pending = Pending::TakeOver;
                Some(State::Asked { ask: ask.as_ref().clone(), announced: false, pending })
            }
            (State::Asked { ask, announced, pending }, event) => {
                self.follow_ask(ask, *announced, pending, event, entry)
            }
            (State::Lapsed { ask, pending }, event) => {
                self.follow_lapsed(ask, pending, event, entry)
            }
            (State::Permitted { step, call, permit, .. }, event @ Event::CallStarted { .. }) => {
                self.follow_permit(*step, call, permit, event)
            }
            (State::Permitted { step, call, approved, .. }, event) => {
                self.follow_approved(*step, call, approved.as_deref(), event)
            }
            (State::Withheld { step, call }, Event::CallEnded { call: id, end }) => {
                let same = call.id == *id && *end == CallEnd::Withheld;
                same.then(|| self.withhold(*step, call))
            }
            (State::Started { step, call, permit }, Event::CallEnded { call: id, end }) => {
                let same = call.id == *id;
                same.then(|| self.follow_end(*step, call, permit, end, entry)).flatten()
            }
            (
                State::Judging { .. }
                | State::Withheld { .. }
                | State::Started { .. }
                | State::Unable { .. }
                | State::Concluding(_),
                _,
            ) => None,
        }
    }

    /// What a person edited is ruled on again; then it is theirs to have run.
    fn follow_edited(
        &mut self,
        step: Option<usize>,
        edited: &Ask,
        who: &PersonId,
        event: &Event,
        entry: &Entry,
    ) -> Option<State> {
        match event {
            Event::CallProposed { step, call, ruling, ask, drawn: None } => {
                let ask = ask.as_deref();
                if !Self::is_about(ask, call, entry) {
                    return None;
                }
                let permit =
                    Permit::ByPerson { ask: edited.id, who: who.clone(), with: Vec::new() };
                Some(self.follow_ruling(Ruled { step: *step, call, ruling, ask, permit }, entry))
            }
            Event::AskWithdrawn { ask: id, .. } if edited.id == *id => Some(State::Ready),
            Event::AskLapsed { ask: id } if edited.id == *id => {
                Some(self.fail(step, "its approval ran out before it could be done".into()))
            }
            _ => None,
        }
    }

    /// An ask that ran out is put to others, or withdrawn.
    fn follow_lapsed(
        &mut self,
        ask: &Ask,
        pending: &Pending,
        event: &Event,
        entry: &Entry,
    ) -> Option<State> {
        match event {
            Event::AskRaised(next) => {
                let same = ask.about == next.about;
                let (ask, pending) = (next.as_ref().clone(), pending.clone());
                same.then_some(State::Asked { ask, announced: false, pending })
            }
            Event::AskWithdrawn { .. } => self.follow_ask(ask, true, pending, event, entry),
            _ => None,
        }
    }

    fn begin(&mut self, nonce: &str, entry: &Entry) -> State {
        let known = &self.charter.worker;
        nonce.clone_into(&mut self.nonce);
        self.opened_at = entry.at;
        let own = json!({ "id": self.id.0, "worker": known.name.as_str() });
        self.scope.insert("case".into(), Value::new(own, Origin::Record));
        self.scope.insert("charter".into(), known.constants.clone());
        State::Ready
    }

    fn follow_decision(&mut self, state: &State, event: &Event, entry: &Entry) -> Option<State> {
        match event {
            Event::QuestionRaised { step, question } => {
                self.position = step.unwrap_or(self.position);
                if matches!(question, Question::Next) {
                    self.spent.thoughts += 1;
                }
                Some(State::Judging { step: *step, question: question.clone() })
            }
            Event::CallProposed { step, call, ruling, ask, .. } => {
                let permit = match ruling {
                    Ruling::Allow { rule } => Permit::ByRule(rule.clone()),
                    Ruling::Ask { rule, .. } | Ruling::Deny { rule, .. } => {
                        Permit::ByRule(rule.clone())
                    }
                };
                let ask = ask.as_deref();
                if !Self::is_about(ask, call, entry) {
                    return None;
                }
                self.position = step.unwrap_or(self.position);
                Some(self.follow_ruling(Ruled { step: *step, call, ruling, ask, permit }, entry))
            }
            Event::AskRaised(ask) => {
                let pending = match ask.about {
                    About::TakeOver { .. } => Pending::TakeOver,
                    _ => Pending::Question { step: ask.step },
                };
                Some(State::Asked { ask: ask.as_ref().clone(), announced: false, pending })
            }
            Event::RestChosen { step, until, .. } => {
                let act = step.and_then(|at| self.charter.worker.procedure.steps.get(at));
                match (step, act.map(|spec| &spec.act)) {
                    (Some(at), Some(Act::Again { to, .. })) => {
                        *self.again.entry(*at).or_default() += 1;
                        self.position = *to;
                    }
                    (Some(at), _) => self.position = at + 1,
                    (None, _) => self.turns.push(Turn::Waited),
                }
                Some(State::Resting { until: *until })
            }
            Event::OutcomeChecked { held, found } => {
                self.checked = Some(*held);
                self.scope.insert("found".into(), found.clone());
                Some(match state {
                    State::Decided(decision) => State::Decided(decision.clone()),
                    _ => State::Ready,
                })
            }
            _ => None,
        }
    }

    fn follow_judgement(
        &mut self,
        step: Option<usize>,
        question: &Question,
        judged: &Judged,
    ) -> Option<State> {
        question.accepts(&judged.answer).ok()?;
        let cost = judged.evidence.usage.cost_micro_usd;
        self.spent.micro_usd = self.spent.micro_usd.saturating_add(cost);
        if let Answer::Next(decision) = &judged.answer {
            return Some(State::Decided(decision.clone()));
        }
        self.set_slot(step, Value::new(judged.answer.data(), judged_origin(question)));
        Some(self.after(step))
    }

    pub(super) fn after(&mut self, step: Option<usize>) -> State {
        if let Some(at) = step {
            self.position = at + 1;
        }
        State::Ready
    }

    pub(super) fn set_slot(&mut self, step: Option<usize>, value: Value) {
        if let Some(name) = self.step_name(step) {
            self.scope.insert(name, value);
        }
    }

    fn take_in(&mut self, signal: &Signal) {
        let SignalKind::Arrived(arrival) = &signal.kind else {
            return;
        };
        if !self.scope.contains_key("first") {
            self.title.clone_from(&arrival.title);
            self.party.clone_from(&arrival.party);
            self.counterparty = Party::met(&arrival.fields);
            self.scope.insert("first".into(), arrival.fields.clone());
        }
        let fields = self.counterparty.speaks(arrival.fields.clone());
        self.scope.insert("signal".into(), fields);
        let heard = Turn::Heard { fields: arrival.fields.clone() };
        match self.awaits_result {
            true => self.heard_meanwhile.push(heard),
            false => self.turns.push(heard),
        }
    }

    /// A call was proposed: what is heard before its result is told is told after it, because a
    /// model must see each proposal followed by its result.
    pub(super) fn turn_proposed(&mut self, turn: Turn) {
        self.turns.push(turn);
        self.awaits_result = true;
    }

    /// What came of the last proposal or question.
    pub(super) fn turn_told(&mut self, result: Value) {
        self.turns.push(Turn::Told { result });
        self.turns.append(&mut self.heard_meanwhile);
        self.awaits_result = false;
    }
}

/// An answer is worth no more than what it was read from.
fn judged_origin(question: &Question) -> Origin {
    match question {
        Question::Classify { text, .. } | Question::Extract { text, .. } => text.origin(),
        Question::Match { subject, candidates } => subject.origin().join(candidates.origin()),
        Question::Answer { .. } | Question::Write { .. } | Question::Next => Origin::Composed,
    }
}
