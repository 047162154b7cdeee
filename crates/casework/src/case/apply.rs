//! The fold: what each entry makes of a case. An entry that does not follow is refused, never ignored.

use super::{Case, OutOfTurn, Pending, State, Turn};
use crate::ask::{About, Ask, Reply};
use crate::ids::{AskId, Digest, PersonId};
use crate::journal::{CallEnd, Entry, Event, Outcome};
use crate::judgement::{Answer, Judged, Question};
use crate::origin::{Origin, Value};
use crate::permit::Permit;
use crate::policy::Ruling;
use crate::procedure::{Act, Otherwise};
use crate::signal::{Signal, SignalKind};
use crate::template::WITHHELD;
use crate::time::HOUR_MS;
use crate::tool::{Effect, ToolCall};
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

    /// The state after this entry, or nothing when it does not follow `state`. Changes to the rest of
    /// the case happen only on the way to `Some`.
    fn follow(&mut self, state: &State, entry: &Entry) -> Option<State> {
        match (state, &entry.event) {
            (State::Unopened, Event::CaseOpened { worker, version, nonce }) => {
                let known = &self.charter.worker;
                if *worker != known.name || *version != known.version {
                    return None;
                }
                self.nonce.clone_from(nonce);
                self.opened_at = entry.at;
                let own = json!({ "id": self.id.0, "worker": worker.as_str() });
                self.scope.insert("case".into(), Value::new(own, Origin::Record));
                self.scope.insert("charter".into(), known.constants.clone());
                Some(State::Ready)
            }
            (State::Unopened | State::Closed(_), _) => None,
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
            (State::Edited { ask, who, .. }, Event::CallProposed { step, call, ruling }) => {
                let permit = Permit::ByPerson { ask: *ask, who: who.clone() };
                Some(self.follow_ruling(*step, call, ruling, permit, entry))
            }
            (State::Judging { step, question }, Event::Judged(judged)) => {
                self.follow_judgement(*step, question, judged)
            }
            (State::Judging { step, question }, Event::AskRaised(ask)) => {
                let pending = match ask.about {
                    About::TakeOver { .. } => Pending::TakeOver,
                    _ => Pending::Judgement { step: *step, question: question.clone() },
                };
                Some(State::Asked { ask: ask.clone(), announced: false, pending })
            }
            (State::Unable { .. }, Event::AskRaised(ask)) => {
                let pending = Pending::TakeOver;
                Some(State::Asked { ask: ask.clone(), announced: false, pending })
            }
            (State::Asked { ask, announced, pending }, event) => {
                self.follow_ask(ask, *announced, pending, event)
            }
            (State::Permitted { step, call, permit }, event) => {
                self.follow_permit(*step, call, permit, event)
            }
            (State::Started { step, call, permit }, Event::CallEnded { call: id, end }) => {
                (call.id == *id).then(|| self.follow_end(*step, call, permit, end, entry))
            }
            (
                State::Judging { .. }
                | State::Edited { .. }
                | State::Started { .. }
                | State::Unable { .. }
                | State::Concluding(_),
                _,
            ) => None,
        }
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
            Event::CallProposed { step, call, ruling } => {
                let permit = match ruling {
                    Ruling::Allow { rule } => Permit::ByRule(rule.clone()),
                    Ruling::Ask { rule, .. } | Ruling::Deny { rule, .. } => {
                        Permit::ByRule(rule.clone())
                    }
                };
                self.position = step.unwrap_or(self.position);
                Some(self.follow_ruling(*step, call, ruling, permit, entry))
            }
            Event::AskRaised(ask) => {
                let pending = match ask.about {
                    About::TakeOver { .. } => Pending::TakeOver,
                    _ => Pending::Question { step: self.asking_step(state) },
                };
                Some(State::Asked { ask: ask.clone(), announced: false, pending })
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

    /// The step whose `ask` is being raised: the first at or after the position that asks.
    fn asking_step(&self, state: &State) -> Option<usize> {
        if matches!(state, State::Decided(_)) {
            return None;
        }
        let steps = self.charter.worker.procedure.steps.iter().enumerate();
        steps
            .skip(self.position)
            .find(|(_, step)| matches!(step.act, Act::Ask { .. }))
            .map(|(at, _)| at)
    }

    fn follow_ruling(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        ruling: &Ruling,
        permit: Permit,
        entry: &Entry,
    ) -> State {
        self.turns.push(Turn::Proposed { call: call.clone() });
        match ruling {
            Ruling::Allow { .. } => State::Permitted { step, call: call.clone(), permit },
            Ruling::Ask { .. } if self.is_withheld(call) => {
                State::Permitted { step, call: call.clone(), permit }
            }
            Ruling::Ask { to, because, .. } => {
                let ask = self.approval(call, to.clone(), because.clone(), entry);
                let pending = Pending::Approval { step, call: call.clone() };
                State::Asked { ask, announced: false, pending }
            }
            Ruling::Deny { because, .. } => self.fail(step, format!("denied: {because}")),
        }
    }

    /// The card for one exact call. Its digest binds case, tool declaration, arguments, worker version
    /// and expiry, so that whatever changes makes another card.
    fn approval(
        &self,
        call: &ToolCall,
        to: crate::ids::RoleName,
        because: String,
        entry: &Entry,
    ) -> Ask {
        let spec = self.charter.tools.get(&call.tool);
        let hours = u64::from(self.charter.worker.limits.ask_hours);
        let expires_at = entry.at.plus_ms(hours * HOUR_MS);
        let bound = json!({
            "case": self.id,
            "call": call.id,
            "tool": call.tool,
            "declaration": spec.map(crate::tool::ToolSpec::digest),
            "arguments": call.arguments.data(),
            "version": self.charter.worker.version,
            "expires_at": expires_at,
            "nonce": self.nonce,
        });
        let headline =
            spec.map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
        let about = About::Approval { call: call.id };
        let ask = self.ask(about, to, headline, because, Some(expires_at));
        Ask { digest: Digest::of_json(&bound), id: AskId(entry.seq), ..ask }
    }

    fn follow_judgement(
        &mut self,
        step: Option<usize>,
        question: &Question,
        judged: &Judged,
    ) -> Option<State> {
        question.accepts(&judged.answer).ok()?;
        self.spent.micro_usd += judged.evidence.usage.cost_micro_usd;
        if let Answer::Next(decision) = &judged.answer {
            return Some(State::Decided(decision.clone()));
        }
        self.set_slot(step, Value::new(judged.answer.data(), judged_origin(question)));
        Some(self.after(step))
    }

    fn follow_ask(
        &mut self,
        ask: &Ask,
        announced: bool,
        pending: &Pending,
        event: &Event,
    ) -> Option<State> {
        let same = |id: &AskId| *id == ask.id;
        match event {
            Event::AskAnnounced { ask: id } if same(id) && !announced => {
                Some(State::Asked { ask: ask.clone(), announced: true, pending: pending.clone() })
            }
            Event::AskAnswered { ask: id, who, reply } if same(id) => {
                self.follow_reply(ask, pending, who, reply)
            }
            Event::AskWithdrawn { ask: id, .. } if same(id) => Some(State::Ready),
            Event::AskLapsed { ask: id } if same(id) => Some(match pending {
                Pending::Approval { step, .. } | Pending::Question { step } => {
                    self.fail(*step, "nobody answered in time".into())
                }
                _ => State::Unable { why: "nobody answered in time".into() },
            }),
            _ => None,
        }
    }

    fn follow_reply(
        &mut self,
        ask: &Ask,
        pending: &Pending,
        who: &PersonId,
        reply: &Reply,
    ) -> Option<State> {
        if !ask.people.is_empty() && !ask.people.contains(who) {
            return None;
        }
        Some(match (pending, reply) {
            (Pending::Approval { step, call }, Reply::Approve { digest }) => {
                if *digest != ask.digest {
                    return None;
                }
                let permit = Permit::ByPerson { ask: ask.id, who: who.clone() };
                State::Permitted { step: *step, call: call.clone(), permit }
            }
            (Pending::Approval { step, call }, Reply::Edit { digest, arguments }) => {
                if *digest != ask.digest {
                    return None;
                }
                let call = Self::edit(call, arguments);
                State::Edited { step: *step, call, ask: ask.id, who: who.clone() }
            }
            (Pending::Approval { step, .. }, Reply::Reject { why }) => {
                self.fail(*step, format!("{who} rejected it: {why}"))
            }
            (Pending::Judgement { step, question }, Reply::Say { answer }) => {
                let answer = Self::answer_in_words(question, answer);
                question.accepts(&answer).ok()?;
                self.set_slot(*step, Value::new(answer.data(), Origin::Operator));
                self.after(*step)
            }
            (Pending::Question { step }, Reply::Say { answer }) => {
                let said = Value::new(answer.clone(), Origin::Operator);
                self.turns.push(Turn::Told { result: said.clone() });
                self.set_slot(*step, said);
                self.after(*step)
            }
            (Pending::InDoubt { step, call, .. }, Reply::Happened(true)) => {
                self.succeed(*step, call, Value::map());
                self.after(*step)
            }
            (Pending::InDoubt { step, call, permit }, Reply::Happened(false)) => {
                State::Permitted { step: *step, call: call.clone(), permit: permit.clone() }
            }
            (Pending::TakeOver, Reply::Outcome { summary }) => {
                let summary = summary.clone();
                State::Concluding(Outcome::HandedOver { who: who.clone(), summary })
            }
            _ => return None,
        })
    }

    fn follow_permit(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        permit: &Permit,
        event: &Event,
    ) -> Option<State> {
        match event {
            Event::CallStarted { call: id, permit: granted } if *id == call.id => {
                let withheld = self.is_withheld(call);
                if granted != permit || withheld {
                    return None;
                }
                self.spent.calls += 1;
                let effect = self.charter.tools.get(&call.tool).map(|spec| spec.effect);
                if effect == Some(Effect::Send) {
                    self.spent.sends += 1;
                }
                let (call, permit) = (call.clone(), permit.clone());
                Some(State::Started { step, call, permit })
            }
            Event::CallEnded { call: id, end: CallEnd::Withheld } if *id == call.id => {
                if !self.is_withheld(call) {
                    return None;
                }
                let mark = json!({ WITHHELD: call.tool.as_str() });
                self.succeed(step, call, Value::new(mark, Origin::Charter));
                Some(self.after(step))
            }
            _ => None,
        }
    }

    fn follow_end(
        &mut self,
        step: Option<usize>,
        call: &ToolCall,
        permit: &Permit,
        end: &CallEnd,
        entry: &Entry,
    ) -> State {
        match end {
            CallEnd::Succeeded(result) => {
                self.succeed(step, call, result.clone());
                self.after(step)
            }
            CallEnd::Failed { why } => self.fail(step, why.clone()),
            CallEnd::InDoubt { known } => {
                let spec = self.charter.tools.get(&call.tool);
                let says = spec
                    .map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
                let about = About::InDoubt { call: call.id, known: known.clone() };
                let role = crate::worker::Worker::default_role();
                let headline = format!("Did this happen? {says}");
                let ask = self.ask(about, role, headline, known.clone(), None);
                State::Asked {
                    ask: Ask { id: AskId(entry.seq), ..ask },
                    announced: false,
                    pending: Pending::InDoubt { step, call: call.clone(), permit: permit.clone() },
                }
            }
            CallEnd::Withheld => State::Unable { why: "a started call cannot be withheld".into() },
        }
    }

    fn succeed(&mut self, step: Option<usize>, call: &ToolCall, result: Value) {
        let shape = Self::shape(call);
        let digest = Digest::of_json(result.data());
        let times = match self.seen.get(&shape) {
            Some((known, times)) if *known == digest => times + 1,
            _ => 1,
        };
        self.seen.insert(shape, (digest, times));
        self.turns.push(Turn::Told { result: result.clone() });
        match step {
            Some(_) => self.set_slot(step, result),
            None => {
                self.scope.insert(format!("call_{}", call.id), result);
            }
        }
    }

    /// A step could not be done: its `otherwise` says what comes; a model is told and decides again.
    fn fail(&mut self, step: Option<usize>, why: String) -> State {
        let Some(at) = step else {
            let result = Value::new(json!({ "error": why }), Origin::Charter);
            self.turns.push(Turn::Told { result });
            return State::Ready;
        };
        let spec = self.charter.worker.procedure.steps.get(at);
        match spec.map(|spec| (spec.otherwise, &spec.name)) {
            Some((Otherwise::Skip, _)) => self.after(step),
            Some((Otherwise::HandOver, name)) => {
                State::Unable { why: format!("step `{name}`: {why}") }
            }
            None => State::Unable { why },
        }
    }

    fn after(&mut self, step: Option<usize>) -> State {
        if let Some(at) = step {
            self.position = at + 1;
        }
        State::Ready
    }

    fn set_slot(&mut self, step: Option<usize>, value: Value) {
        if let Some(name) = self.step_name(step) {
            self.scope.insert(name, value);
        }
    }

    fn take_in(&mut self, signal: &Signal) {
        let SignalKind::Arrived(arrival) = &signal.kind else {
            return;
        };
        if self.title.is_empty() {
            self.title.clone_from(&arrival.title);
            self.party.clone_from(&arrival.party);
            self.scope.insert("first".into(), arrival.fields.clone());
        }
        self.scope.insert("signal".into(), arrival.fields.clone());
        self.turns.push(Turn::Heard { fields: arrival.fields.clone() });
    }

    pub(super) fn edit(
        call: &ToolCall,
        changes: &serde_json::Map<String, serde_json::Value>,
    ) -> ToolCall {
        let mut arguments = call.arguments.clone();
        for (name, data) in changes {
            if call.argument(name) != data {
                arguments.set(name, Value::new(data.clone(), Origin::Operator));
            }
        }
        ToolCall { arguments, ..call.clone() }
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
