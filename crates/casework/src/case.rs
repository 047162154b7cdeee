//! A case: the fold of its journal. It says what comes next and mints permits; it performs nothing,
//! reads no clock and keeps no state that the journal does not hold.
//!
//! `case/apply.rs` folds entries (`case/calling.rs` and `case/asking.rs` those of calls and asks),
//! `case/decide.rs` walks the procedure, `case/ruling.rs` makes and rules on calls,
//! `case/receive.rs` turns signals into entries, `case/view.rs` is what lists and judges see.

mod apply;
mod asking;
mod calling;
mod decide;
mod plan;
mod raise;
mod receive;
mod ruling;
mod state;
#[cfg(test)]
mod tests;
mod view;

use crate::ask::Ask;
use crate::ask::arrangements::Arrangements;
use crate::ids::{AskId, CallId, CaseId, Digest};
use crate::journal::{Actor, CallEnd, Chain, Entry, Event};
use crate::judgement::{Judged, Question};
use crate::origin::Value;
use crate::party::Party;
use crate::permit::{Permit, PermittedCall};
use crate::policy::Spent;
use crate::time::Timestamp;
use crate::tool::{Effect, ToolCall};
use crate::worker::{Charter, Mode};
use std::collections::BTreeMap;
use std::sync::Arc;

use state::{Pending, Ruled, State};

pub use receive::Receipt;
pub use view::{Lesson, Progress, Status, Turn, Unsaved};

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    id: CaseId,
    charter: Charter,
    nonce: String,
    opened_at: Timestamp,
    chain: Chain,
    lines: Vec<u8>,
    hashes: Vec<u8>,
    saved: Saved,
    state: State,
    position: usize,
    scope: BTreeMap<String, Value>,
    counterparty: Party,
    again: BTreeMap<usize, u32>,
    spent: Spent,
    seen: BTreeMap<Digest, (Digest, u32)>,
    turns: Vec<Turn>,
    heard_meanwhile: Vec<Turn>,
    awaits_result: bool,
    checked: Option<bool>,
    title: String,
    party: Option<String>,
    arrangements: Option<Arc<Arrangements>>,
}

#[derive(Clone, Copy, Debug)]
struct Saved {
    bytes: usize,
    entries: u32,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing to perform: this is what happened; record it and go on.
    Record {
        /// Who.
        by: Actor,
        /// What.
        event: Box<Event>,
    },
    /// Put this to the ladder of judges.
    Judge {
        /// The step's name; none for `next`.
        step: Option<String>,
        /// The question.
        question: Question,
    },
    /// Make this ask visible.
    Announce(Box<Ask>),
    /// Save `CallStarted`, then perform this.
    Perform(PermittedCall),
    /// It was started before and its end is unknown: find out, never repeat on a guess.
    Reconcile(PermittedCall),
    /// Read this back, then record what [`Case::check`] says of it.
    Verify(PermittedCall),
    /// Nothing until then, or until a signal.
    Rest {
        /// `None`: only a signal wakes it.
        until: Option<Timestamp>,
    },
    /// The case has ended.
    Closed,
}

/// An event that does not follow the state. Never ignored: the case stops and is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("case {case}: `{event}` does not follow `{state}` at entry {seq}")]
pub struct OutOfTurn {
    /// The case.
    pub case: CaseId,
    /// The entry.
    pub seq: u32,
    /// The event's name.
    pub event: String,
    /// The state's name.
    pub state: String,
}

/// A journal that cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptJournal {
    /// A line that is not an entry.
    #[error("case {case}: entry {seq} cannot be read: {why}")]
    Unreadable {
        /// The case.
        case: CaseId,
        /// Which entry.
        seq: u32,
        /// What the reader said.
        why: String,
    },
    /// An entry is missing or doubled.
    #[error("case {case}: entry {found} stands where entry {wanted} should")]
    Gap {
        /// The case.
        case: CaseId,
        /// The expected number.
        wanted: u32,
        /// The number found.
        found: u32,
    },
    /// An entry that does not follow.
    #[error(transparent)]
    OutOfTurn(#[from] OutOfTurn),
}

impl Case {
    /// A case without entries; the first to record is `CaseOpened`.
    pub fn new(id: CaseId, charter: Charter) -> Self {
        Self {
            id,
            charter,
            nonce: String::new(),
            opened_at: Timestamp::default(),
            chain: Chain::start(id),
            lines: Vec::new(),
            hashes: Vec::new(),
            saved: Saved { bytes: 0, entries: 0 },
            state: State::Unopened,
            position: 0,
            scope: BTreeMap::new(),
            counterparty: Party::default(),
            again: BTreeMap::new(),
            spent: Spent::default(),
            seen: BTreeMap::new(),
            turns: Vec::new(),
            heard_meanwhile: Vec::new(),
            awaits_result: false,
            checked: None,
            title: String::new(),
            party: None,
            arrangements: None,
        }
    }

    /// Folds a stored journal: lines, each ended by a line break.
    ///
    /// # Errors
    /// When a line cannot be read, is missing, or does not follow.
    pub fn replay(id: CaseId, charter: Charter, journal: &[u8]) -> Result<Self, CorruptJournal> {
        let mut case = Self::new(id, charter);
        for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let wanted = case.chain.length;
            let entry = Entry::from_line(line).map_err(|error| CorruptJournal::Unreadable {
                case: id,
                seq: wanted,
                why: error.to_string(),
            })?;
            if entry.seq != wanted {
                return Err(CorruptJournal::Gap { case: id, wanted, found: entry.seq });
            }
            case.apply(&entry)?;
            case.keep(line);
        }
        case.mark_saved();
        Ok(case)
    }

    /// Adds an entry: folds it and keeps its line until it is saved.
    ///
    /// # Errors
    /// `OutOfTurn` when it does not follow; the case is then as before.
    pub fn record(&mut self, at: Timestamp, by: Actor, event: Event) -> Result<(), OutOfTurn> {
        let entry = Entry { seq: self.chain.length, at, by, event };
        let line = entry.to_line().map_err(|_| self.out_of_turn(&entry.event))?;
        self.apply(&entry)?;
        self.keep(&line);
        Ok(())
    }

    /// What comes next: a pure function of the journal, the charter and the moment.
    pub fn next_step(&self, now: Timestamp) -> Step {
        match &self.state {
            State::Unopened => Step::Rest { until: None },
            State::Ready => self.decide(now),
            State::Judging { step, question } => {
                Step::Judge { step: self.step_name(*step), question: question.clone() }
            }
            State::Decided(decision) => self.carry_out(decision, now),
            State::Edited { step, call, from, ask, approved } => {
                let editor = raise::Editor { from, approved: approved.clone() };
                let over = self.overtaken(*step, from, ask, now);
                over.unwrap_or_else(|| self.propose_edited(*step, call, &editor, now))
            }
            State::Asked { ask, announced: false, .. } => Step::Announce(Box::new(ask.clone())),
            State::Asked { ask, pending, .. } => self.wait_for_people(ask, pending, now),
            State::Lapsed { ask, pending } => self.escalate(ask, pending, now),
            State::Withheld { call, .. } => {
                self.note(Event::CallEnded { call: call.id, end: CallEnd::Withheld })
            }
            State::Permitted { step, call, permit, approved } => {
                self.perform(*step, call, permit, approved.as_deref(), now)
            }
            State::Started { call, permit, .. } => Step::Reconcile(self.mint(call, permit)),
            State::Resting { until } if now >= *until => self.decide(now),
            State::Resting { until } => Step::Rest { until: Some(*until) },
            State::Unable { why } => self.hand_over(why),
            State::Concluding(outcome) => self.note(Event::CaseClosed(outcome.clone())),
            State::Closed(_) => Step::Closed,
        }
    }

    /// What to record when a judge answered.
    ///
    /// # Errors
    /// When the answer does not fit the question, or nothing is being judged.
    pub fn judged(&self, judged: Judged) -> Result<Event, crate::judgement::NotAnAnswer> {
        match &self.state {
            State::Judging { question, .. } => {
                question.accepts(&judged.answer)?;
                if !judged.evidence.is_finite() {
                    return Err(crate::judgement::NotAnAnswer::NotANumber);
                }
                Ok(Event::Judged(judged))
            }
            _ => Err(crate::judgement::NotAnAnswer::WrongType { question: "no" }),
        }
    }

    /// The journal's lines that are not saved yet.
    pub fn unsaved(&self) -> Unsaved<'_> {
        Unsaved {
            first_seq: self.saved.entries,
            count: self.chain.length - self.saved.entries,
            lines: self.lines.get(self.saved.bytes..).unwrap_or_default(),
            head: self.chain.head,
            hashes: &self.hashes,
        }
    }

    /// Says that all lines so far are saved.
    pub fn mark_saved(&mut self) {
        self.saved = Saved { bytes: self.lines.len(), entries: self.chain.length };
        self.hashes.clear();
    }

    /// The whole journal as lines.
    pub fn journal(&self) -> &[u8] {
        &self.lines
    }

    /// Its number.
    pub fn id(&self) -> CaseId {
        self.id
    }

    /// The worker and tools it goes by.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The chain over all lines so far.
    pub fn chain(&self) -> Chain {
        self.chain
    }

    fn keep(&mut self, line: &[u8]) {
        self.chain.extend(line);
        self.hashes.extend_from_slice(&self.chain.head.0);
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
    }

    fn mint(&self, call: &ToolCall, permit: &Permit) -> PermittedCall {
        PermittedCall::mint(self.id, call.clone(), permit.clone(), &self.nonce)
    }

    /// In shadow nothing runs but what only looks, and nobody is asked.
    fn is_shadow(&self) -> bool {
        self.charter.worker.mode == Mode::Shadow
    }

    fn only_looks(&self, call: &ToolCall) -> bool {
        self.charter.tools.get(&call.tool).is_some_and(|spec| spec.effect == Effect::Read)
    }

    fn note(&self, event: Event) -> Step {
        Step::Record { by: Actor::Engine, event: Box::new(event) }
    }

    fn next_call_id(&self) -> CallId {
        CallId(self.chain.length)
    }

    fn next_ask_id(&self) -> AskId {
        AskId(self.chain.length)
    }

    fn step_name(&self, step: Option<usize>) -> Option<String> {
        let steps = &self.charter.worker.procedure.steps;
        step.and_then(|at| steps.get(at)).map(|spec| spec.name.clone())
    }

    fn out_of_turn(&self, event: &Event) -> OutOfTurn {
        let first_word = |text: String| {
            text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
        };
        OutOfTurn {
            case: self.id,
            seq: self.chain.length,
            event: first_word(format!("{event:?}")),
            state: first_word(format!("{:?}", self.state)),
        }
    }
}
