//! A case told from its journal: what came in, what was judged, ruled, done and checked, with who
//! and why in the margin. It reads entries only, so a story can be told even where a worker's files
//! are gone; it verifies the chain and changes nothing.

mod evidence;
mod letter;
mod said;
mod tell;
#[cfg(test)]
mod tests;

pub(crate) use evidence::{dollars, percent, share};
pub(crate) use letter::{Letter, bytes_in_words, letter};

use crate::marks::Fact;
use crate::moments::{Moments, When};
use casework::worker::Charter;
use casework::{CaseId, Chain, Entry};
use engine::seams::StoredJournal;

/// A case as a story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) passages: Vec<Passage>,
    pub(crate) lines: Vec<Line>,
    /// Whether hashing the lines again gives the head that was stored.
    pub(crate) verified: bool,
    pub(crate) head: String,
    /// The entries that could be read, in order.
    pub(crate) entries: Vec<Entry>,
}

/// One paragraph with its margin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passage {
    pub(crate) seq: u32,
    pub(crate) at: When,
    /// In a word: `came in`, `judged`, `done`.
    pub(crate) kind: &'static str,
    pub(crate) state: State,
    pub(crate) title: String,
    /// A word on the title: who wrote it, or what it is an answer to.
    pub(crate) under: String,
    pub(crate) letter: Option<Letter>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) proof: Vec<Fact>,
    pub(crate) notes: Vec<Note>,
    pub(crate) why: Vec<(String, String)>,
}

/// A note in the margin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub(crate) at: When,
    pub(crate) text: String,
}

/// How a passage stands: a shape and a class, never a colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// It waits for a person.
    Waits,
    /// It happened and was confirmed.
    Good,
    /// It needs a person's care.
    Bad,
}

impl State {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Waits => "waits",
            Self::Good => "good",
            Self::Bad => "bad",
        }
    }

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Plain => "○",
            Self::Waits => "●",
            Self::Good => "✓",
            Self::Bad => "!",
        }
    }
}

/// A raw journal line with the chain's hash up to it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) seq: u32,
    pub(crate) hash: String,
    pub(crate) text: String,
}

/// Tells the story of a stored journal.
pub(crate) fn tell(
    case: CaseId,
    journal: &StoredJournal,
    charter: Option<&Charter>,
    moments: &Moments,
) -> Story {
    let mut story = Story::default();
    let mut chain = Chain::start(case);
    let mut teller = tell::Teller::new(charter, moments);
    for line in journal.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let seq = chain.length;
        chain.extend(line);
        let text = String::from_utf8_lossy(line).into_owned();
        story.lines.push(Line { seq, hash: chain.head.short(), text });
        match Entry::from_line(line) {
            Ok(entry) => {
                teller.hear(&entry);
                story.entries.push(entry);
            }
            Err(error) => teller.unreadable(seq, &error.to_string()),
        }
    }
    story.passages = teller.passages;
    story.verified = chain.head == journal.head && chain.length == journal.count;
    story.head = chain.head.to_string();
    story
}
