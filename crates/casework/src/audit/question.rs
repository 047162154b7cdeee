//! Answers to an auditor's questions about one call, from its journal alone: who approved it and
//! what they saw, and whose words it was made of. Reading journals and printing answers is not
//! here.

#[cfg(test)]
mod tests;

use crate::ask::{About, Ask, Reply};
use crate::case::Case;
use crate::ids::{AskId, CallId, PersonId};
use crate::journal::{CallEnd, Entry, Event};
use crate::judgement::Question;
use crate::origin::{Origin, Value};
use crate::permit::Permit;
use crate::policy::{self, Circumstances, Ruling};
use crate::procedure::{Act, StepSpec};
use crate::signal::SignalKind;
use crate::time::Timestamp;
use crate::tool::ToolCall;
use crate::worker::Charter;
use serde::Serialize;
use serde_json::Value as Json;

/// Who approved a call and what they saw.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Approvals {
    /// The exact call, each argument with its origin: what was shown and what ran.
    pub call: ToolCall,
    /// What the rules said.
    pub ruling: Ruling,
    /// What people were asked, as it was shown to them, where the journal holds it.
    pub ask: Option<Ask>,
    /// The call that a person changed into this one.
    pub changed_from: Option<CallId>,
    /// What people said, in order.
    pub replies: Vec<Said>,
    /// Why it ran; `None` when it did not.
    pub permit: Option<Permit>,
    /// How it ended; `None` when it has not.
    pub end: Option<CallEnd>,
}

/// One reply of a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// The entry.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: PersonId,
    /// What; `None` when it did not count.
    pub reply: Option<Reply>,
    /// Why it did not count.
    pub refused: Option<String>,
}

/// Words that a call was made of, or that were looked at before it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Influence {
    /// The entry that brought them in.
    pub seq: u32,
    /// How they came: a source, a tool's result.
    pub from: String,
    /// Where in that value.
    pub path: String,
    /// Who wrote them.
    pub origin: Origin,
    /// How they reached the call.
    pub how: Reach,
    /// The words, or their beginning.
    pub words: String,
}

/// How words reached a call, from nearest to farthest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// They stand in this argument.
    Argument(String),
    /// A judgement before the call was read from them.
    Judged,
    /// They were in view when a model said what comes next.
    InView,
}

/// How much of the words is shown.
const WORDS_CHARS_MAX: usize = 200;
/// Shorter words stand everywhere by chance.
const WORDS_BYTES_MIN: usize = 3;

/// Who approved this call; `None` when the journal has no such call.
pub fn approvals(journal: &[Entry], wanted: CallId) -> Option<Approvals> {
    let mut found: Option<Approvals> = None;
    let mut asks: Vec<AskId> = Vec::new();
    for entry in journal {
        match &entry.event {
            Event::CallProposed { call, ruling, ask, .. } if call.id == wanted => {
                let ask = ask.as_deref().cloned();
                let changed_from = ask.as_ref().and_then(|ask| ask.edits);
                // An approval has the number of the entry that proposed its call.
                asks.push(AskId(wanted.0));
                asks.extend(changed_from.map(|call| AskId(call.0)));
                found = Some(Approvals {
                    call: call.clone(),
                    ruling: ruling.clone(),
                    ask,
                    changed_from,
                    replies: Vec::new(),
                    permit: None,
                    end: None,
                });
            }
            Event::AskRaised(ask) => match &ask.about {
                About::InDoubt { call, .. } if *call == wanted => asks.push(ask.id),
                _ => {}
            },
            Event::CallStarted { call, permit } if *call == wanted => {
                if let Permit::ByPerson { ask, .. } = permit {
                    asks.push(*ask);
                }
                if let Some(found) = &mut found {
                    found.permit = Some(permit.clone());
                }
            }
            Event::CallEnded { call, end } if *call == wanted => {
                if let Some(found) = &mut found {
                    found.end = Some(end.clone());
                }
            }
            _ => {}
        }
    }
    let mut found = found?;
    found.replies = journal.iter().filter_map(|entry| said(entry, &asks)).collect();
    Some(found)
}

fn said(entry: &Entry, asks: &[AskId]) -> Option<Said> {
    let (ask, who, reply, refused) = match &entry.event {
        Event::AskAnswered { ask, who, reply, .. } => (ask, who, Some(reply.clone()), None),
        Event::ReplyRefused { ask, who, why } => (ask, who, None, Some(why.clone())),
        _ => return None,
    };
    let (seq, at, who) = (entry.seq, entry.at, who.clone());
    asks.contains(ask).then_some(Said { seq, at, who, reply, refused })
}

/// Whose words from outside the firm's own records influenced this call, nearest first; `None` when
/// the journal has no such call.
pub fn influences(journal: &[Entry], wanted: CallId) -> Option<Vec<Influence>> {
    let is_it = |entry: &&Entry| match &entry.event {
        Event::CallProposed { call, .. } => call.id == wanted,
        _ => false,
    };
    let at = journal.iter().position(|entry| is_it(&entry))?;
    let (before, rest) = journal.split_at_checked(at)?;
    let Some(Event::CallProposed { call, .. }) = rest.first().map(|entry| &entry.event) else {
        return None;
    };
    let view = View::of(before, call);
    let mut found = Vec::new();
    for entry in before {
        for (from, value) in brought_in(entry) {
            let mut path = String::new();
            visit(value.data(), &mut path, &mut |path, words| {
                let origin = value.at(path).map_or(Origin::Outside, |leaf| leaf.origin());
                // Colleagues and everyone farther: what may inform and not authorise.
                if let Some(how) = view.reach(words).filter(|_| origin >= Origin::Party) {
                    let (path, words) = (path.to_owned(), short(words));
                    found.push(Influence {
                        seq: entry.seq,
                        from: from.clone(),
                        path,
                        origin,
                        how,
                        words,
                    });
                }
            });
        }
    }
    found.sort_by(|a, b| (&a.how, a.seq).cmp(&(&b.how, b.seq)));
    Some(found)
}

/// What the rules of another version of a worker say of a call, in a case as it stood before it.
/// Its plan is taken to hold the call when any step calls that tool; standstills are not looked
/// for.
pub fn ruling_under(before: &Case, call: &ToolCall, charter: &Charter) -> Ruling {
    let steps = &charter.worker.procedure.steps;
    let calls_it =
        |step: &StepSpec| matches!(&step.act, Act::Call { tool, .. } if *tool == call.tool);
    let circumstances = Circumstances {
        worker: &charter.worker,
        tools: &charter.tools,
        scope: before.scope(),
        party: before.counterparty(),
        planned: steps.is_empty() || steps.iter().any(calls_it),
        spent: before.spent(),
        exceeded: None,
    };
    policy::rule(call, &circumstances)
}

/// What reached a call, by which way.
struct View {
    arguments: Vec<(String, String)>,
    judged: Vec<String>,
    by_model: bool,
}

impl View {
    fn of(before: &[Entry], call: &ToolCall) -> Self {
        let mut arguments = Vec::new();
        visit(call.arguments.data(), &mut String::new(), &mut |path, words| {
            arguments.push((path.to_owned(), words.to_owned()));
        });
        let (mut judged, mut by_model) = (Vec::new(), false);
        for entry in before {
            let Event::QuestionRaised { question, .. } = &entry.event else { continue };
            let read: Vec<&Value> = match question {
                Question::Next => {
                    by_model = true;
                    Vec::new()
                }
                Question::Match { subject, candidates } => vec![subject, candidates],
                Question::Write { brief } => vec![brief],
                Question::Classify { text, .. }
                | Question::Extract { text, .. }
                | Question::Answer { text } => vec![text],
            };
            for value in read {
                visit(value.data(), &mut String::new(), &mut |_, words| {
                    judged.push(words.to_owned());
                });
            }
        }
        Self { arguments, judged, by_model }
    }

    fn reach(&self, words: &str) -> Option<Reach> {
        if words.len() < WORDS_BYTES_MIN {
            return None;
        }
        let touches = |other: &String| {
            other.contains(words)
                || (other.len() >= WORDS_BYTES_MIN && words.contains(other.as_str()))
        };
        let argument = self.arguments.iter().find(|(_, value)| touches(value));
        argument
            .map(|(name, _)| Reach::Argument(name.clone()))
            .or_else(|| self.judged.iter().any(touches).then_some(Reach::Judged))
            .or_else(|| self.by_model.then_some(Reach::InView))
    }
}

/// Values that an entry brought into the case, and how they came.
fn brought_in(entry: &Entry) -> Vec<(String, &Value)> {
    match &entry.event {
        Event::SignalReceived(signal) => match &signal.kind {
            SignalKind::Arrived(arrival) => vec![(signal.source.to_string(), &arrival.fields)],
            SignalKind::Answered { .. } | SignalKind::Cancelled { .. } => Vec::new(),
        },
        Event::CallEnded { call, end: CallEnd::Succeeded(value) } => {
            vec![(format!("the result of call {call}"), value)]
        }
        _ => Vec::new(),
    }
}

/// All texts and numbers below, with their dotted paths.
fn visit(json: &Json, path: &mut String, seen: &mut dyn FnMut(&str, &str)) {
    let length = path.len();
    let mut below = |key: &str, item: &Json| {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
        visit(item, path, seen);
        path.truncate(length);
    };
    match json {
        Json::Object(map) => map.iter().for_each(|(key, item)| below(key, item)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| below(&at.to_string(), item));
        }
        Json::String(words) => seen(path, words),
        Json::Number(number) => seen(path, &number.to_string()),
        Json::Null | Json::Bool(_) => {}
    }
}

fn short(words: &str) -> String {
    words.chars().take(WORDS_CHARS_MAX).collect()
}
