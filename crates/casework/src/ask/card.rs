//! A card: one open ask with everything a person needs to decide it, put together from the journal
//! and the tool's declaration. Console, command line and JSON are views of it. A worker's own words
//! stand apart, after the facts, as text and nothing else.

use super::facts::{self, Shown};
use super::shown::clean;
use super::{About, Approved, Ask, Quorum, Shape};
use crate::case::Case;
use crate::ids::{AskId, CaseId, Digest, PersonId, RoleName, ToolName, WorkerName};
use crate::journal::{Actor, Entry, Event};
use crate::policy::Ruling;
use crate::time::Timestamp;
use crate::tool::{Effect, ToolCall};
use serde::Serialize;

pub use super::facts::{Fact, in_words};
pub use super::source::Place;

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// The case.
    pub case: CaseId,
    /// The ask.
    pub ask: AskId,
    /// What a reply must repeat.
    pub digest: Digest,
    /// Whose case it is.
    pub worker: WorkerName,
    /// What kind of decision is wanted, in a word or two.
    pub kind: &'static str,
    /// One line in the words of the effect.
    pub headline: String,
    /// The call it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<CardCall>,
    /// Who is asked.
    pub to: RoleName,
    /// By name; empty: whoever is signed in.
    pub people: Vec<PersonId>,
    /// How many must approve, who has, who may not.
    pub quorum: Quorum,
    /// Why a person is asked.
    pub because: String,
    /// The rule that asked, with its condition.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
    /// What its lapse leads to, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub on_expiry: String,
    /// How often people were reminded.
    pub reminded: u32,
    /// What it has in common with others that may be decided beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Whether it may be allowed from now on, and if not, why.
    pub grantable: Grantable,
    /// The worker's own words, when a model wrote some. Only text: no view makes more of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_says: Option<String>,
}

/// The call a card is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CardCall {
    /// The tool.
    pub tool: ToolName,
    /// How hard it is to take back; none when the tool is not known any more.
    pub effect: Option<Effect>,
    /// What takes it back.
    pub undo: Option<ToolName>,
    /// Every argument.
    pub facts: Vec<Fact>,
    /// Who changed it before, when it is a changed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_by: Option<PersonId>,
}

/// Whether what is asked may be allowed from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantable {
    /// It may.
    Yes,
    /// It may not.
    No {
        /// Why not.
        why: &'static str,
    },
}

impl Card {
    /// The card of a case's open ask; none when nothing is asked.
    pub fn of(case: &Case) -> Option<Self> {
        let (ask, call) = case.open_ask()?;
        let entries = entries(case);
        let raised = entries.iter().find(|entry| entry.seq == ask.id.0);
        // In the words of the worker or of a model only when no step of the plan wrote them.
        let led = matches!(ask.about, About::Question) && ask.step.is_none();
        let headline = match led {
            true => format!("{} has a question", case.charter().worker.name),
            false => clean(&ask.headline).text,
        };
        Some(Self {
            case: case.id(),
            ask: ask.id,
            digest: ask.digest,
            worker: case.charter().worker.name.clone(),
            kind: kind(&ask.about),
            headline,
            call: call.map(|call| card_call(case, ask, call, &entries)),
            to: ask.to.clone(),
            people: ask.people.clone(),
            quorum: ask.quorum.clone(),
            because: clean(&ask.because.replace('`', "")).text,
            rule: rule(case, ask, raised),
            raised_at: raised.map(|entry| entry.at).unwrap_or_default(),
            expires_at: ask.expires_at,
            on_expiry: ask.on_expiry.clone(),
            reminded: reminded(&entries, ask),
            shape: ask.shape.clone(),
            grantable: grantable(case, ask, call),
            worker_says: said(ask, led, &entries),
        })
    }

    /// Who has approved so far, the first who did and those after.
    pub fn approved(&self) -> &[Approved] {
        &self.quorum.approved
    }
}

/// What kind of decision an ask wants, in a word or two.
pub fn kind(about: &About) -> &'static str {
    match about {
        About::Approval { .. } => "approval",
        About::Judgement { .. } => "judgement",
        About::InDoubt { .. } => "in doubt",
        About::TakeOver { .. } => "take over",
        About::Question => "question",
    }
}

fn entries(case: &Case) -> Vec<Entry> {
    let lines = case.journal().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.filter_map(|line| Entry::from_line(line).ok()).collect()
}

fn card_call(case: &Case, ask: &Ask, call: &ToolCall, entries: &[Entry]) -> CardCall {
    let spec = case.charter().tools.get(&call.tool);
    let before = ask.edits.and_then(|id| {
        entries.iter().find_map(|entry| match &entry.event {
            Event::CallProposed { call, .. } if call.id == id => Some(call),
            _ => None,
        })
    });
    let edited_by = ask.edits.and_then(|_| {
        entries.iter().rev().find_map(|entry| match &entry.event {
            Event::AskAnswered { who, reply: super::Reply::Edit { .. }, .. } => Some(who.clone()),
            _ => None,
        })
    });
    CardCall {
        tool: call.tool.clone(),
        effect: spec.map(|spec| spec.effect),
        undo: spec.and_then(|spec| spec.undo.clone()),
        facts: facts::facts(&Shown { call, spec, before, entries }),
        edited_by,
    }
}

/// The rule that asked, with its condition as the worker's file has it; empty when it says no more
/// than the reason does.
fn rule(case: &Case, ask: &Ask, raised: Option<&Entry>) -> String {
    let known = match (&ask.shape, raised.map(|entry| &entry.event)) {
        (Some(shape), _) => shape.rule.clone(),
        (None, Some(Event::CallProposed { ruling: Ruling::Ask { rule, .. }, .. })) => rule.clone(),
        _ => return String::new(),
    };
    let rules = &case.charter().worker.rules;
    let written = rules.iter().find(|rule| rule.name == known.as_str());
    let words = match written.and_then(|rule| rule.when.as_ref()) {
        Some(when) => format!("{known}: {}", when.text()),
        None if known.as_str() == "authority" => {
            "authority: an outsider's word may not say who gets what".into()
        }
        None => known.to_string(),
    };
    if words == ask.because { String::new() } else { words }
}

fn reminded(entries: &[Entry], ask: &Ask) -> u32 {
    let reminders = entries.iter().filter(
        |entry| matches!(&entry.event, Event::AskReminded { ask: id, .. } if *id == ask.id),
    );
    u32::try_from(reminders.count()).unwrap_or(u32::MAX)
}

fn grantable(case: &Case, ask: &Ask, call: Option<&ToolCall>) -> Grantable {
    let no = |why| Grantable::No { why };
    let (About::Approval { .. }, Some(call)) = (&ask.about, call) else {
        return no("only what is approved can be allowed from now on");
    };
    let effect = case.charter().tools.get(&call.tool).map(|spec| spec.effect);
    match effect {
        Some(Effect::Irreversible) => no("it cannot be taken back"),
        None => no("the tool is not known any more"),
        _ if ask.quorum.needed > 1 => no("it needs two people each time"),
        _ if ask.shape.is_none() => no("it was raised by an earlier version of the program"),
        _ => Grantable::Yes,
    }
}

/// What a model wrote to the people it asks, stripped of marks.
fn said(ask: &Ask, led: bool, entries: &[Entry]) -> Option<String> {
    let by_model = entries.iter().rev().find_map(|entry| match (&entry.by, &entry.event) {
        (Actor::Judge { .. }, Event::Judged(judged)) => Some(judged.answer.data().is_null()),
        _ => None,
    });
    match &ask.about {
        About::Question if led => Some(clean(&ask.headline).text),
        About::TakeOver { why } if by_model == Some(true) => Some(clean(why).text),
        _ => None,
    }
}
