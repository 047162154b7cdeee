//! What lists, judges and learners see of a case: its standing, its turns, its lessons. Views only.

use super::{Case, Pending, State};
use crate::ask::{Ask, Reply};
use crate::ids::{CaseId, Digest, PersonId};
use crate::journal::{Event, Outcome};
use crate::judgement::Question;
use crate::origin::Value;
use crate::policy::Spent;
use crate::time::Timestamp;
use crate::tool::ToolCall;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a case stands, for lists and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There is something to do.
    Working,
    /// A person is asked.
    Asked,
    /// A person has it.
    HandedOver,
    /// It waits for a moment or a signal.
    Resting,
    /// It ended: the goal was reached.
    Done,
    /// It ended: nothing had to be done.
    SetAside,
    /// It ended: a person finished it.
    FinishedByPerson,
    /// It ended: a person cancelled it.
    Cancelled,
    /// It ended: a shadow walk.
    Shadowed,
    /// Its journal or a worker's fault stops it; people look at it.
    Stuck,
}

impl Status {
    /// The word in stores, JSON and pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Asked => "asked",
            Self::HandedOver => "handed over",
            Self::Resting => "resting",
            Self::Done => "done",
            Self::SetAside => "set aside",
            Self::FinishedByPerson => "finished by a person",
            Self::Cancelled => "cancelled",
            Self::Shadowed => "shadowed",
            Self::Stuck => "stuck",
        }
    }

    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Working,
        Self::Asked,
        Self::HandedOver,
        Self::Resting,
        Self::Done,
        Self::SetAside,
        Self::FinishedByPerson,
        Self::Cancelled,
        Self::Shadowed,
        Self::Stuck,
    ];

    /// The status of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether the case has ended.
    pub fn is_closed(self) -> bool {
        matches!(
            self,
            Self::Done | Self::SetAside | Self::FinishedByPerson | Self::Cancelled | Self::Shadowed
        )
    }
}

/// What a store keeps beside the journal so that lists and wake-ups need no fold. It is derived:
/// the journal alone is the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Where it stands.
    pub status: Status,
    /// When to look at it again; `None`: only a signal wakes it.
    pub due_at: Option<Timestamp>,
    /// One line: the first signal's title.
    pub title: String,
    /// Who it is about.
    pub party: Option<String>,
    /// What people are asked, if anything.
    pub ask: Option<Ask>,
    /// How it ended, or why it waits, in one line.
    pub note: String,
    /// Spend on models, in millionths of a dollar.
    pub spend_micro_usd: u64,
}

/// One turn of a case as a model sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// Something arrived.
    Heard {
        /// What was read from it.
        fields: Value,
    },
    /// A call was proposed.
    Proposed {
        /// The call.
        call: ToolCall,
    },
    /// What came of the last proposal or question.
    Told {
        /// The result, or an error.
        result: Value,
    },
    /// The case waited.
    Waited,
}

/// Lines not saved yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsaved<'a> {
    /// The number of the first of them.
    pub first_seq: u32,
    /// How many.
    pub count: u32,
    /// The lines, each ended by a line break.
    pub lines: &'a [u8],
    /// The chain's head after the last of them.
    pub head: Digest,
    /// The chain's head after each of them, 32 bytes each: the leaves of the audit log.
    pub hashes: &'a [u8],
}

/// A person's answer to a judgement: an example for the judge below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// The step the question belongs to.
    pub step: String,
    /// What was judged.
    pub text: String,
    /// The right answer.
    pub answer: String,
    /// Who said so.
    pub who: PersonId,
    /// In which case.
    pub case: CaseId,
}

impl Case {
    /// Its standing.
    pub fn progress(&self, now: Timestamp) -> Progress {
        let (status, due_at, note) = self.standing(now);
        let ask = match &self.state {
            State::Asked { ask, .. } => Some(ask.clone()),
            _ => None,
        };
        Progress {
            status,
            due_at,
            title: self.title.clone(),
            party: self.party.clone(),
            ask,
            note,
            spend_micro_usd: self.spent.micro_usd,
        }
    }

    fn standing(&self, now: Timestamp) -> (Status, Option<Timestamp>, String) {
        match &self.state {
            State::Asked { announced: false, ask, .. } => {
                (self.asked_status(), Some(now), ask.headline.clone())
            }
            State::Asked { ask, .. } => (self.asked_status(), ask.due_at(), ask.headline.clone()),
            State::Resting { until } => (Status::Resting, Some(*until), String::new()),
            State::Closed(outcome) => {
                let (status, note) = ended(outcome);
                (status, None, note)
            }
            _ => (Status::Working, Some(now), String::new()),
        }
    }

    fn asked_status(&self) -> Status {
        if self.is_handed_over() { Status::HandedOver } else { Status::Asked }
    }

    /// What a reply would teach, if it answers a judgement; asked before it is recorded.
    pub fn lesson(&self, event: &Event) -> Option<Lesson> {
        let Event::AskAnswered { who, reply: Reply::Say { answer }, .. } = event else {
            return None;
        };
        let State::Asked { pending: Pending::Judgement { step, question }, .. } = &self.state
        else {
            return None;
        };
        let Question::Classify { text, .. } = question else {
            return None;
        };
        Some(Lesson {
            step: self.step_name(*step)?,
            text: text.text()?.to_owned(),
            answer: answer.clone(),
            who: who.clone(),
            case: self.id,
        })
    }

    /// What has been said and done, for a model that is asked what comes next.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The values of the case by name.
    pub fn scope(&self) -> &BTreeMap<String, Value> {
        &self.scope
    }

    /// What it has used up.
    pub fn spent(&self) -> Spent {
        self.spent
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            State::Closed(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The open ask, if any, and the exact call it is about, if it is about one.
    pub fn open_ask(&self) -> Option<(&Ask, Option<&ToolCall>)> {
        match &self.state {
            State::Asked { ask, pending, .. } => Some((
                ask,
                match pending {
                    Pending::Approval { call, .. } | Pending::InDoubt { call, .. } => Some(call),
                    _ => None,
                },
            )),
            _ => None,
        }
    }
}

fn ended(outcome: &Outcome) -> (Status, String) {
    match outcome {
        Outcome::Done { summary } => (Status::Done, summary.clone()),
        Outcome::SetAside { why } => (Status::SetAside, why.clone()),
        Outcome::HandedOver { summary, .. } => (Status::FinishedByPerson, summary.clone()),
        Outcome::Cancelled { why, .. } => (Status::Cancelled, why.clone()),
        Outcome::WouldHaveEnded { how } => (Status::Shadowed, how.clone()),
    }
}
