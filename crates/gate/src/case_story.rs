//! What happened in one case, read from its journal alone: what was proposed, how it was ruled on,
//! what ran and on whose word, what people were asked.

use casework::ask::About;
use casework::journal::CallEnd;
use casework::policy::Ruling;
use casework::tool::ToolCall;
use casework::{CallId, Entry, Event, Permit};

/// A case's story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    /// Every proposed call, in order.
    pub(crate) proposals: Vec<Proposal>,
    /// Asks that are not about a call: a question, a judgement, a case to take over.
    pub(crate) other_asks: Vec<String>,
    /// Lines of the journal that could not be read; none, or the story is worth nothing.
    pub(crate) unreadable: usize,
}

/// One proposed call.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) step: Option<usize>,
    pub(crate) call: ToolCall,
    pub(crate) ruling: Ruling,
    /// On whose word it was started; none: it was not.
    pub(crate) permit: Option<Permit>,
    /// Whether it was performed and not refused by the other side.
    pub(crate) is_done: bool,
}

impl Proposal {
    /// It ran, and no person saw it.
    pub(crate) fn ran_unasked(&self) -> bool {
        self.is_done && matches!(self.permit, Some(Permit::ByRule(_)))
    }

    /// A person was asked about it.
    pub(crate) fn was_asked(&self) -> bool {
        matches!(self.ruling, Ruling::Ask { .. })
    }
}

impl Story {
    /// Reads a journal: lines, each ended by a line break.
    pub(crate) fn read(journal: &[u8]) -> Self {
        let mut story = Self::default();
        for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match Entry::from_line(line) {
                Ok(entry) => story.tell(entry.event),
                Err(_) => story.unreadable += 1,
            }
        }
        story
    }

    /// The call of this number.
    pub(crate) fn call(&self, id: CallId) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.call.id == id)
    }

    fn tell(&mut self, event: Event) {
        match event {
            Event::CallProposed { step, call, ruling, .. } => {
                let (permit, is_done) = (None, false);
                self.proposals.push(Proposal { step, call, ruling, permit, is_done });
            }
            Event::CallStarted { call, permit } => {
                if let Some(proposal) = self.of(call) {
                    proposal.permit = Some(permit);
                }
            }
            Event::CallEnded { call, end: CallEnd::Succeeded(_) } => {
                if let Some(proposal) = self.of(call) {
                    proposal.is_done = true;
                }
            }
            Event::AskRaised(ask) => {
                let about = match ask.about {
                    About::TakeOver { why } => format!("take over: {why}"),
                    other => format!("{other:?}"),
                };
                self.other_asks.push(about);
            }
            _ => {}
        }
    }

    fn of(&mut self, id: CallId) -> Option<&mut Proposal> {
        self.proposals.iter_mut().find(|proposal| proposal.call.id == id)
    }
}
