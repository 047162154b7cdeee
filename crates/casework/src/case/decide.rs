//! What a case does next when nothing is pending: walks the procedure, or turns a model's decision
//! into a proposal with its ruling. Each result is an entry to record; nothing is changed here.

use super::{Case, Step};
use crate::ask::About;
use crate::ids::Digest;
use crate::journal::{Event, Outcome};
use crate::judgement::{Decision, Question};
use crate::origin::Value;
use crate::permit::Permit;
use crate::procedure::{Act, QuestionSpec, StepSpec};
use crate::template::{Template, TemplateError};
use crate::time::{DAY_MS, Timestamp};
use crate::tool::ToolCall;
use crate::worker::Worker;
use std::collections::BTreeMap;

impl Case {
    pub(super) fn decide(&self, now: Timestamp) -> Step {
        let worker = &self.charter.worker;
        if now.since_ms(self.opened_at) > u64::from(worker.limits.open_days_max) * DAY_MS {
            return self.hand_over(&format!(
                "the case is open for more than {} days",
                worker.limits.open_days_max
            ));
        }
        if worker.procedure.steps.is_empty() || worker.procedure.led_by_model {
            return self.think();
        }
        let mut at = self.position;
        while let Some(step) = worker.procedure.steps.get(at) {
            match step.when.as_ref().map(|condition| condition.holds(&self.scope)) {
                None | Some(Ok(true)) => {}
                Some(Ok(false)) => {
                    at += 1;
                    continue;
                }
                Some(Err(error)) => {
                    return self.hand_over(&format!("step `{}`: {error}", step.name));
                }
            }
            if let Act::Again { at_most, .. } = step.act
                && self.again.get(&at).copied().unwrap_or(0) >= at_most
            {
                at += 1;
                continue;
            }
            return match self.act(at, step, now) {
                Ok(event) => self.note(event),
                Err(error) => self.hand_over(&format!("step `{}`: {error}", step.name)),
            };
        }
        self.conclude()
    }

    fn act(&self, at: usize, step: &StepSpec, now: Timestamp) -> Result<Event, TemplateError> {
        Ok(match &step.act {
            Act::Judge(spec) => {
                Event::QuestionRaised { step: Some(at), question: self.question(spec)? }
            }
            Act::Call { tool, with } => {
                let (id, tool) = (self.next_call_id(), tool.clone());
                let arguments = self.arguments(&tool, with)?;
                let call = ToolCall { id, tool, arguments };
                let ruling = self.rule(&call, true);
                self.proposal(Some(at), call, ruling, now)
            }
            Act::Ask { to, text, form } => {
                let headline = self.words(text)?;
                let (to, why) = (to.clone(), String::new());
                match self.ask_event(About::Question, Some(at), to, headline, why, now) {
                    Event::AskRaised(mut ask) => {
                        ask.form.clone_from(form);
                        Event::AskRaised(ask)
                    }
                    event => event,
                }
            }
            Act::Wait { length_ms } => Event::RestChosen {
                step: Some(at),
                until: now.plus_ms(*length_ms),
                why: format!("step `{}`", step.name),
            },
            Act::Again { .. } => Event::RestChosen {
                step: Some(at),
                until: now,
                why: format!("step `{}` goes back", step.name),
            },
            Act::Finish { aside: true, why } => {
                self.ending(Outcome::SetAside { why: self.words(why)? })
            }
            Act::Finish { aside: false, why } => {
                self.ending(Outcome::Done { summary: self.words(why)? })
            }
            Act::HandOver { why } => self.hand_over_event(&self.words(why)?),
        })
    }

    fn question(&self, spec: &QuestionSpec) -> Result<Question, TemplateError> {
        let fill = |template: &Template| template.fill(&self.scope);
        Ok(match spec {
            QuestionSpec::Classify { text, into } => {
                Question::Classify { text: fill(text)?, into: into.clone() }
            }
            QuestionSpec::Extract { text, fields } => {
                Question::Extract { text: fill(text)?, fields: fields.clone() }
            }
            QuestionSpec::Match { subject, candidates } => {
                Question::Match { subject: fill(subject)?, candidates: fill(candidates)? }
            }
            QuestionSpec::Answer { text } => Question::Answer { text: fill(text)? },
            QuestionSpec::Write { brief } => Question::Write { brief: fill(brief)? },
        })
    }

    pub(super) fn fill(&self, with: &BTreeMap<String, Template>) -> Result<Value, TemplateError> {
        let mut arguments = Value::map();
        for (name, template) in with {
            arguments.set(name, template.fill(&self.scope)?);
        }
        Ok(arguments)
    }

    fn words(&self, template: &Template) -> Result<String, TemplateError> {
        let filled = template.fill(&self.scope)?;
        Ok(filled.text().map_or_else(|| filled.data().to_string(), str::to_owned))
    }

    /// Steps are over: check the post-condition, then close.
    fn conclude(&self) -> Step {
        let done = self.charter.worker.done.as_ref();
        let Some(done) = done.filter(|done| done.when.is_some() && !self.is_shadow()) else {
            return self.close_done();
        };
        match (self.checked, &done.read) {
            (Some(true), _) => self.close_done(),
            (Some(false), _) => self.hand_over("the post-condition does not hold"),
            (None, None) => self.note(self.check(Value::null())),
            (None, Some((tool, with))) => match self.fill(with) {
                Ok(arguments) => {
                    let call = ToolCall { id: self.next_call_id(), tool: tool.clone(), arguments };
                    // A permit without a ruling: only for what cannot change anything.
                    if !self.only_looks(&call) {
                        return self
                            .hand_over(&format!("the post-condition: {tool} does not only read"));
                    }
                    let permit = Permit::ByRule("post-condition".into());
                    Step::Verify(self.mint(&call, &permit))
                }
                Err(error) => self.hand_over(&format!("the post-condition: {error}")),
            },
        }
    }

    /// What to record about the post-condition, given what was read back.
    pub fn check(&self, found: Value) -> Event {
        let condition = self.charter.worker.done.as_ref().and_then(|done| done.when.as_ref());
        let mut scope = self.scope.clone();
        scope.insert("found".into(), found.clone());
        let held = condition.is_none_or(|condition| condition.holds(&scope).unwrap_or(false));
        Event::OutcomeChecked { held, found }
    }

    fn close_done(&self) -> Step {
        let said = self.charter.worker.done.as_ref().and_then(|done| done.say.as_ref());
        let summary = said.and_then(|say| self.words(say).ok()).unwrap_or_else(|| "done".into());
        self.note(self.ending(Outcome::Done { summary }))
    }

    /// The end of a case by itself; in shadow it says where the walk ended.
    fn ending(&self, outcome: Outcome) -> Event {
        Event::CaseClosed(match outcome {
            Outcome::Done { summary } if self.is_shadow() => {
                Outcome::WouldHaveEnded { how: summary }
            }
            Outcome::SetAside { why } if self.is_shadow() => {
                Outcome::WouldHaveEnded { how: format!("set aside: {why}") }
            }
            outcome => outcome,
        })
    }

    fn think(&self) -> Step {
        let limit = self.charter.worker.limits.thoughts_max;
        if self.spent.thoughts >= limit {
            return self.hand_over(&format!("after {limit} decisions there is no outcome"));
        }
        self.note(Event::QuestionRaised { step: None, question: Question::Next })
    }

    /// Turns a model's decision into an entry. Its words never become more than a proposal.
    pub(super) fn carry_out(&self, decision: &Decision, now: Timestamp) -> Step {
        self.note(match decision {
            Decision::Call { tool, arguments } => self.propose_led(tool, arguments, now),
            Decision::Ask { text } => {
                let role = Worker::default_role();
                let why = "the worker asks".to_owned();
                self.ask_event(About::Question, None, role, text.clone(), why, now)
            }
            Decision::Wait { length_ms, why } => Event::RestChosen {
                step: None,
                until: now.plus_ms((*length_ms).clamp(1_000, 90 * DAY_MS)),
                why: why.clone(),
            },
            Decision::Finish { summary } => match &self.charter.worker.done {
                Some(done) if done.when.is_some() && self.checked != Some(true) => {
                    return self.conclude();
                }
                _ => self.ending(Outcome::Done { summary: summary.clone() }),
            },
            Decision::HandOver { why } => self.hand_over_event(why),
        })
    }

    /// Tool and arguments without the call's number: the same twice is a repetition.
    pub(super) fn shape(call: &ToolCall) -> Digest {
        let mut text = format!("{}\n", call.tool).into_bytes();
        // Writing JSON to memory cannot fail.
        let _ = serde_json::to_writer(&mut text, call.arguments.data());
        Digest::of(&text)
    }
}
