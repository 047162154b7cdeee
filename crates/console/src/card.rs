//! One open ask as a card: the facts first, rendered from the exact call, then who asks and why,
//! then the forms that fit. It is built from a fold of the journal, never from a model's words
//! about it.

use crate::asks::{is_asked, kind};
use crate::desk::Desk;
use crate::marks::{Fact, arguments, in_words, mark};
use crate::moments::When;
use crate::sessions::Signed;
use crate::story::{self, Letter, Story};
use crate::text::{clean, one_line};
use casework::ask::{About, Ask};
use casework::judgement::Question;
use casework::tool::{Kind, ToolCall, ToolSpec};
use casework::worker::Charter;
use casework::{Case, Event};
use engine::seams::{CaseRow, StoredJournal};
use serde_json::Value as Json;

/// A card.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) case: String,
    pub(crate) ask: String,
    pub(crate) digest: String,
    pub(crate) worker: String,
    pub(crate) headline: String,
    pub(crate) kind: &'static str,
    pub(crate) asked_at: When,
    pub(crate) to: String,
    pub(crate) because: String,
    pub(crate) rule: String,
    pub(crate) expires: String,
    pub(crate) consequence: String,
    pub(crate) call: Option<Called>,
    /// What is judged, when a judgement is asked for.
    pub(crate) judged: Option<Fact>,
    pub(crate) form: Form,
    /// Why this person cannot answer; empty when they can.
    pub(crate) not_yours: String,
    pub(crate) letters: Vec<(String, When, Letter)>,
}

/// The call a card is about.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(crate) tool: String,
    pub(crate) effect: String,
    pub(crate) undo: String,
    pub(crate) facts: Vec<Fact>,
}

impl Card {
    /// Where its forms go.
    pub(crate) fn action(&self) -> String {
        format!("/cases/{}/asks/{}/reply", self.case, self.ask)
    }

    /// Enough of the digest for a person to compare.
    pub(crate) fn short_digest(&self) -> String {
        self.digest.chars().take(12).collect()
    }

    /// The input's name for an argument, and for a field that is read from a text.
    pub(crate) fn argument(&self, field: &Field) -> String {
        format!("arg.{}", field.name)
    }

    pub(crate) fn extracted(&self, field: &Field) -> String {
        format!("field.{}", field.name)
    }
}

/// How a card is answered.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Approval(Vec<Field>),
    Choice(Vec<Choice>),
    Fields(Vec<Field>),
    Words(String),
    Doubt,
    Outcome,
}

/// A button.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) answer: String,
    pub(crate) likely: String,
}

/// One input of a form.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) value: String,
    pub(crate) input: &'static str,
    pub(crate) required: bool,
}

/// Why there is no card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoCard {
    /// The case asks nothing now.
    NotAsked,
    /// The files of the version it keeps are not known here.
    NoCharter,
    /// Its journal cannot be folded.
    Unreadable(String),
}

/// The card of a case's open ask.
pub(crate) fn card(
    desk: &Desk,
    signed: &Signed,
    row: &CaseRow,
    journal: &StoredJournal,
) -> Result<Card, NoCard> {
    let charter = desk.office.charters.get(&row.worker, row.version).ok_or(NoCard::NoCharter)?;
    let case = Case::replay(row.case, charter.clone(), &journal.lines)
        .map_err(|error| NoCard::Unreadable(error.to_string()))?;
    let (ask, call) = case.open_ask().ok_or(NoCard::NotAsked)?;
    let moments = desk.moments();
    let story = story::tell(row.case, journal, Some(&charter), &moments);
    let question = pending_question(&story);
    let called = call.map(|call| called(call, charter.tools.get(&call.tool)));
    let not_yours = if is_asked(ask, &signed.who) {
        String::new()
    } else {
        let names: Vec<String> = ask.people.iter().map(|who| desk.name_of(who)).collect();
        format!(
            "This asks {}; you are signed in as {}.",
            names.join(" or "),
            desk.name_of(&signed.who)
        )
    };
    Ok(Card {
        case: row.case.to_string(),
        ask: ask.id.to_string(),
        digest: ask.digest.to_string(),
        worker: row.worker.to_string(),
        headline: clean(&ask.headline).text,
        kind: kind(&ask.about),
        asked_at: asked_at(&story, ask).map(|at| moments.at(at)).unwrap_or_default(),
        to: asked_people(desk, ask),
        because: clean(&ask.because.replace('`', "")).text,
        rule: rule(&story, ask, &charter),
        expires: ask.expires_at.map_or_else(
            || "it waits until someone answers".into(),
            |at| format!("{}, in {}", moments.at(at).words, moments.ahead(at)),
        ),
        consequence: ask.on_expiry.clone(),
        judged: judged_text(&ask.about, question),
        form: form(ask, call, question, &charter),
        call: called,
        not_yours,
        letters: letters(story),
    })
}

fn called(call: &ToolCall, spec: Option<&ToolSpec>) -> Called {
    let undo = match spec.and_then(|spec| spec.undo.as_ref()) {
        Some(tool) => format!("yes, by {tool}"),
        None => "no".into(),
    };
    Called {
        tool: call.tool.to_string(),
        effect: spec.map(|spec| spec.effect.word().to_owned()).unwrap_or_default(),
        undo,
        facts: arguments(&call.arguments, spec),
    }
}

fn form(
    ask: &Ask,
    call: Option<&ToolCall>,
    question: Option<&Question>,
    charter: &Charter,
) -> Form {
    match &ask.about {
        About::Approval { .. } => {
            let spec = call.and_then(|call| charter.tools.get(&call.tool));
            Form::Approval(
                call.zip(spec).map(|(call, spec)| fields(call, spec)).unwrap_or_default(),
            )
        }
        About::InDoubt { .. } => Form::Doubt,
        About::TakeOver { .. } => Form::Outcome,
        About::Question => Form::Words(String::new()),
        About::Judgement { options } => match question {
            Some(Question::Classify { into, .. }) => Form::Choice(labels(options, into)),
            Some(Question::Match { candidates, .. }) => Form::Choice(records(candidates.data())),
            Some(Question::Extract { fields, .. }) => {
                Form::Fields(fields.iter().map(|(name, about)| words_field(name, about)).collect())
            }
            _ => Form::Words(options.first().map(|(text, _)| text.clone()).unwrap_or_default()),
        },
    }
}

/// The likeliest labels first, with their probability; then the others as the worker's file lists
/// them.
fn labels(options: &[(String, Option<f64>)], into: &[String]) -> Vec<Choice> {
    let known = options.iter().filter(|(label, _)| into.contains(label));
    let likely = |probability: Option<f64>| {
        probability.map(|p| format!("{:.0} in 100", p * 100.0)).unwrap_or_default()
    };
    let first = known.map(|(label, probability)| (label, likely(*probability)));
    let rest = into
        .iter()
        .filter(|label| !options.iter().any(|(known, _)| known == *label))
        .map(|label| (label, String::new()));
    let choice = |(label, likely): (&String, String)| Choice {
        label: label.clone(),
        answer: label.clone(),
        likely,
    };
    first.chain(rest).map(choice).collect()
}

/// A button per candidate; what it sends is the candidate's id as JSON, so `7` and `"7"` stay
/// apart.
fn records(candidates: &Json) -> Vec<Choice> {
    let mut choices: Vec<Choice> = candidates
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let id = one.get("id")?;
            let name = ["name", "title", "label"]
                .iter()
                .find_map(|key| one.get(*key))
                .map(|name| format!(" · {}", in_words(name)))
                .unwrap_or_default();
            let label = clean(&format!("{}{name}", in_words(id))).text;
            Some(Choice { label, answer: id.to_string(), likely: String::new() })
        })
        .collect();
    let none =
        Choice { label: "none of them".into(), answer: String::new(), likely: String::new() };
    choices.push(none);
    choices
}

/// One input per argument that the tool declares: names and the tool itself cannot change.
fn fields(call: &ToolCall, spec: &ToolSpec) -> Vec<Field> {
    spec.parameters
        .iter()
        .map(|parameter| {
            let data = call.argument(&parameter.name);
            let value = editable(data);
            let input = match parameter.kind {
                Kind::Boolean => "boolean",
                Kind::Texts => "long",
                Kind::Integer | Kind::Number => "number",
                Kind::Text if value.contains('\n') || value.chars().count() > 60 => "long",
                Kind::Text => "short",
            };
            Field {
                name: parameter.name.clone(),
                about: parameter.about.clone(),
                value,
                input,
                required: parameter.required,
            }
        })
        .collect()
}

/// An argument as it stands in the edit form; lists are one item a line.
pub(crate) fn editable(data: &Json) -> String {
    let text = match data {
        Json::Null => String::new(),
        Json::Bool(flag) => flag.to_string(),
        Json::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join("\n"),
        other => in_words(other),
    };
    clean(&text).text.replace("\r\n", "\n")
}

fn words_field(name: &str, about: &str) -> Field {
    let (name, about) = (name.to_owned(), about.to_owned());
    Field { name, about, value: String::new(), input: "short", required: false }
}

/// The question that the ask holds up: the last one that was raised.
fn pending_question(story: &Story) -> Option<&Question> {
    story.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::QuestionRaised { question, .. } => Some(question),
        _ => None,
    })
}

fn judged_text(about: &About, question: Option<&Question>) -> Option<Fact> {
    let About::Judgement { .. } = about else { return None };
    let (name, value) = match question? {
        Question::Classify { text, .. }
        | Question::Extract { text, .. }
        | Question::Answer { text } => ("the text", text),
        Question::Match { subject, .. } => ("looked for", subject),
        Question::Write { brief } => ("to write", brief),
        Question::Next => return None,
    };
    let shown = clean(&in_words(value.data()));
    Some(Fact {
        name: name.into(),
        about: String::new(),
        note: shown.note(),
        value: shown.text,
        long: true,
        mark: mark(value.origin()),
    })
}

fn asked_at(story: &Story, ask: &Ask) -> Option<casework::Timestamp> {
    story.entries.iter().find(|entry| entry.seq == ask.id.0).map(|entry| entry.at)
}

fn asked_people(desk: &Desk, ask: &Ask) -> String {
    let names: Vec<String> = ask.people.iter().map(|who| desk.name_of(who)).collect();
    let role = match ask.to == casework::worker::Worker::default_role() {
        true => String::new(),
        false => format!(" ({})", ask.to),
    };
    match names.is_empty() {
        true => format!("whoever is signed in{role}"),
        false => format!("{}{role}", names.join(" or ")),
    }
}

/// The rule that asked, with its condition as the worker's file has it.
fn rule(story: &Story, ask: &Ask, charter: &Charter) -> String {
    let proposed = story.entries.iter().find(|entry| entry.seq == ask.id.0);
    let Some(Event::CallProposed { ruling: casework::policy::Ruling::Ask { rule, .. }, .. }) =
        proposed.map(|entry| &entry.event)
    else {
        return String::new();
    };
    let known = charter.worker.rules.iter().find(|known| known.name == rule.as_str());
    let words = match known.and_then(|known| known.when.as_ref()) {
        Some(when) => format!("{rule}: {}", when.text()),
        None if rule.as_str() == "authority" => {
            "authority: an outsider's word may not say who gets what".into()
        }
        None => rule.to_string(),
    };
    // A rule that gives itself as its reason is said once.
    if words == ask.because { String::new() } else { words }
}

/// What came in, newest first: the evidence beside the decision.
fn letters(story: Story) -> Vec<(String, When, Letter)> {
    let heard = story.passages.into_iter().rev();
    heard
        .filter_map(|passage| Some((one_line(&passage.title, 160), passage.at, passage.letter?)))
        .collect()
}
