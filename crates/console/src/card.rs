//! One open ask as a card: the facts first, rendered from the exact call, then who asks and why,
//! then the forms that fit. It is built from a fold of the journal, never from a model's words
//! about it.

mod answering;

use crate::asks::why_not;
use crate::desk::Desk;
use crate::marks::{Fact, in_words, mark};
use crate::moments::When;
use crate::sessions::Signed;
use crate::story::{self, Letter, Story};
use crate::text::{clean, one_line};
use casework::ask::card::{self as core, Card as Core, Grantable};
use casework::ask::{About, Ask};
use casework::judgement::Question;
use casework::{Case, Event};
use engine::seams::{CaseRow, StoredJournal};

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
    /// Who has approved so far, where more than one must.
    pub(crate) approvals: String,
    /// A model's own words, apart from the facts.
    pub(crate) worker_says: String,
    /// Which bounds a grant may have; empty when it cannot be granted.
    pub(crate) grant: Vec<GrantBound>,
    /// Whether something like it may be allowed from now on.
    pub(crate) grantable: bool,
    /// How many others are of the same shape.
    pub(crate) alike: usize,
}

/// An argument of authority on the form of a grant.
#[derive(Clone, Debug)]
pub(crate) struct GrantBound {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether it is a number, so that it may have an upper limit.
    pub(crate) number: bool,
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

pub(crate) use answering::editable;

/// How a card is answered.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Approval(Vec<Field>),
    Choice(Vec<Choice>),
    Fields(Vec<Field>),
    Asked(Vec<Field>),
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
    let mut case = Case::replay(row.case, charter.clone(), &journal.lines)
        .map_err(|error| NoCard::Unreadable(error.to_string()))?;
    let arranged = desk.intake.arranged().now();
    case.arrange(arranged.clone());
    let (ask, call) = case.open_ask().ok_or(NoCard::NotAsked)?;
    let shown = Core::of(&case).ok_or(NoCard::NotAsked)?;
    let moments = desk.moments();
    let story = story::tell(row.case, journal, Some(&charter), &moments);
    let question = pending_question(&story);
    let called = shown.call.as_ref().map(|call| called(call, &story, row));
    let grantable = shown.grantable == Grantable::Yes;
    let grant = shown.call.as_ref().filter(|_| grantable).map(bounds).unwrap_or_default();
    let not_yours = match why_not(ask, &signed.who, &arranged, desk.now()) {
        None => String::new(),
        Some(casework::ask::ReplyRefused::NotYours { .. }) => {
            let names: Vec<String> = ask.people.iter().map(|who| desk.name_of(who)).collect();
            let you = desk.name_of(&signed.who);
            format!("This asks {}; you are signed in as {you}.", names.join(" or "))
        }
        Some(refused) => format!("You cannot approve this: {refused}."),
    };
    Ok(Card {
        case: row.case.to_string(),
        ask: ask.id.to_string(),
        digest: ask.digest.to_string(),
        worker: row.worker.to_string(),
        headline: shown.headline.clone(),
        kind: shown.kind,
        asked_at: asked_at(&story, ask).map(|at| moments.at(at)).unwrap_or_default(),
        to: asked_people(desk, ask),
        because: shown.because.clone(),
        rule: shown.rule.clone(),
        approvals: approvals(desk, &shown),
        worker_says: shown.worker_says.clone().unwrap_or_default(),
        grant,
        grantable,
        alike: 0,
        expires: ask.expires_at.map_or_else(
            || "it waits until someone answers".into(),
            |at| format!("{}, in {}", moments.at(at).words, moments.ahead(at)),
        ),
        consequence: ask.on_expiry.clone(),
        judged: judged_text(&ask.about, question),
        form: answering::form(ask, call, question, &charter),
        call: called,
        not_yours,
        letters: letters(story),
    })
}

fn called(call: &core::CardCall, story: &Story, row: &CaseRow) -> Called {
    let undo = match &call.undo {
        Some(tool) => format!("yes, by {tool}"),
        None => "no".into(),
    };
    let place = |place: &core::Place| {
        let href = format!("/cases/{}#entry-{}", row.case, passage_of(story, place.entry));
        let part = if place.whole { "" } else { "with " };
        (href, format!("{part}{}", place.field))
    };
    let fact = |fact: &core::Fact| Fact {
        name: fact.name.clone(),
        about: fact.about.clone(),
        long: fact.value.contains('\n') || fact.value.chars().count() > 90,
        value: fact.value.clone(),
        mark: mark(fact.origin),
        note: fact.note.clone(),
        places: fact.places.iter().map(place).collect(),
        was: fact.was.clone().unwrap_or_default(),
    };
    Called {
        tool: call.tool.to_string(),
        effect: call.effect.map(|effect| effect.word().to_owned()).unwrap_or_default(),
        undo,
        facts: call.facts.iter().map(fact).collect(),
    }
}

/// The passage of the story that tells an entry.
fn passage_of(story: &Story, seq: u32) -> u32 {
    let earlier = || story.entries.iter().rev().skip_while(|entry| entry.seq > seq);
    match earlier().next().map(|entry| &entry.event) {
        Some(Event::CallEnded { call, .. }) => call.0,
        Some(Event::AskAnswered { ask, .. }) => ask.0,
        Some(Event::Judged(_)) => earlier()
            .find(|entry| matches!(entry.event, Event::QuestionRaised { .. }))
            .map_or(seq, |entry| entry.seq),
        _ => seq,
    }
}

/// Who has approved so far; empty where one is enough.
fn approvals(desk: &Desk, shown: &Core) -> String {
    if shown.quorum.needed < 2 {
        return String::new();
    }
    let moments = desk.moments();
    let one = |one: &casework::ask::Approved| {
        let place =
            one.stands_in_for.as_ref().map(|absent| format!(" for {}", desk.name_of(absent)));
        let (who, at) = (desk.name_of(&one.who), moments.at(one.at).words);
        format!("{who}{} at {at}", place.unwrap_or_default())
    };
    let names: Vec<String> = shown.approved().iter().map(one).collect();
    let edited = shown.call.as_ref().and_then(|call| call.edited_by.as_ref());
    let edited = edited.map(|who| format!("; changed by {}", desk.name_of(who)));
    let so_far = if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") };
    let count = format!("{} of {} people", names.len(), shown.quorum.needed);
    format!("{count}: {so_far}{}", edited.unwrap_or_default())
}

/// The arguments that a grant must bound: those of authority.
fn bounds(call: &core::CardCall) -> Vec<GrantBound> {
    let of_authority = call.facts.iter().filter(|fact| fact.authority && !fact.value.is_empty());
    of_authority
        .map(|fact| GrantBound {
            name: fact.name.clone(),
            value: one_line(&fact.value, 80),
            number: casework::grant::micro(&fact.value.as_str().into()).is_some(),
        })
        .collect()
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
        places: Vec::new(),
        was: String::new(),
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

/// What came in, newest first: the evidence beside the decision.
fn letters(story: Story) -> Vec<(String, When, Letter)> {
    let heard = story.passages.into_iter().rev();
    heard
        .filter_map(|passage| Some((one_line(&passage.title, 160), passage.at, passage.letter?)))
        .collect()
}
