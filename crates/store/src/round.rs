//! One group as two rounds of statements: what needs no answer, and the questions, in the first;
//! what follows from the answers in the second. Deciding on arrivals is in `admit`.

use crate::admit::Arrivals;
use crate::compress::Compressed;
use crate::rows::{Bound, Pieces, key_digest, number, text};
use crate::statements::{
    ALIASES, BODIES, CARRIED, ENTRIES, LEFTOVERS, LESSONS, LOG, LOOKUPS, MOVED, PEOPLE, Parts,
    RELEASES, SEALED, SETTINGS, TAKEN,
};
use crate::status;
use casework::{CaseId, Digest, Status, Timestamp};
use engine::seams::{Admission, Append};
use sqlx::sqlite::SqliteArguments;

/// One thing to save. A group holds many.
#[derive(Debug)]
pub(crate) enum Saving {
    /// Take a signal in; beside it, the signal as JSON.
    Admit(Box<(Admission, String)>),
    /// Append entries.
    Append(Box<Appending>),
    /// Keep a body.
    Body(Digest, Compressed),
    /// Set a named value, or remove it.
    Setting(String, Option<String>),
    /// End a claim; the case is due at a moment, or at once by arrivals above this number.
    Release(CaseId, u64, Option<Timestamp>, i64),
}

/// An append, prepared by its caller.
#[derive(Debug)]
pub(crate) struct Appending {
    /// What the engine handed in, without the raw sealed journal.
    pub append: Append,
    /// The whole journal, compressed, if the case closed.
    pub sealed: Option<Compressed>,
    /// When.
    pub at: Timestamp,
    /// Whether lists and wake-ups change: the standing is another one, or the claim ends.
    pub moves: bool,
    /// Rows of people and passes that are saved with it.
    pub people: Vec<serde_json::Value>,
}

type AppendRow = (u64, u32, u32, usize, usize, u8, i64, usize, usize, usize);
type CarriedRow = (u64, u32, usize, i64, String, Option<String>, String, i64, Option<String>);
type MovedRow = (u64, i64, Option<i64>, u8, Option<i64>);
type LessonRow = (u64, String, String, String, String, u64);

/// The rows of a group's first round.
#[derive(Default)]
pub(crate) struct FirstRound {
    parts: Parts,
    lines: Pieces,
    compressed: Pieces,
    digests: Pieces,
    leaves: Pieces,
    appends: Vec<AppendRow>,
    carried: Vec<CarriedRow>,
    taken: Vec<(u64, usize)>,
    moved: Vec<MovedRow>,
    aliases: Vec<(u64, usize)>,
    bodies: Vec<(usize, usize, usize, usize)>,
    settings: Vec<(String, Option<String>)>,
    releases: Vec<(u64, Option<i64>, i64)>,
    lessons: Vec<LessonRow>,
    people: Vec<serde_json::Value>,
}

impl FirstRound {
    /// The rows of these savings; arrivals bring their own questions.
    pub(crate) fn of<'a>(savings: impl Iterator<Item = &'a Saving>) -> Self {
        let mut round = Self::default();
        for saving in savings {
            match saving {
                Saving::Admit(_) => round.parts.need(LOOKUPS),
                Saving::Append(appending) => round.append(appending),
                Saving::Body(digest, compressed) => round.body(digest, compressed),
                Saving::Setting(name, value) => {
                    round.parts.need(SETTINGS);
                    round.settings.push((text(name), value.as_deref().map(text)));
                }
                Saving::Release(case, _, due_at, seen) => {
                    round.parts.need(RELEASES);
                    round.releases.push((case.0, due_at.map(|due| due.0), *seen));
                }
            }
        }
        round
    }

    /// Which statements it needs.
    pub(crate) fn parts(&self) -> Parts {
        self.parts
    }

    /// Its arguments, with the questions that arrivals ask.
    pub(crate) fn into_arguments(mut self, arrivals: &Arrivals<'_>) -> SqliteArguments {
        let questions = arrivals.questions(&mut self.digests);
        Bound::default()
            .bytes(self.lines)
            .bytes(self.compressed)
            .bytes(self.digests)
            .rows(&self.appends)
            .rows(&self.carried)
            .rows(&self.taken)
            .rows(&self.moved)
            .rows(&self.aliases)
            .rows(&self.bodies)
            .rows(&self.settings)
            .rows(&self.releases)
            .rows(&self.lessons)
            .rows(&questions.keys)
            .rows(&questions.threads)
            .rows(&questions.cases)
            .rows(&self.people)
            .bytes(self.leaves)
            .into_arguments()
    }

    fn append(&mut self, appending: &Appending) {
        let Appending { append, sealed, at, moves, people } = appending;
        let case = append.case.0;
        let (seq, count) = (append.first_seq, append.count);
        let row = match sealed {
            None if count == 0 => (case, seq, 0, 0, 0, 2, 0, 0, 0, 0),
            None => {
                self.parts.need(ENTRIES);
                let (from, length) = self.lines.add(&append.lines);
                (case, seq, count, from, length, 0, 0, 0, 0, 0)
            }
            Some(whole) => {
                self.parts.need(SEALED);
                let (from, length) = self.compressed.add(&whole.bytes);
                (case, seq, count, 0, 0, 1, whole.dictionary, whole.raw_bytes, from, length)
            }
        };
        self.appends.push(row);
        if !append.hashes.is_empty() {
            self.parts.need(LOG);
            self.leaves.add(&append.hashes);
        }
        self.carry(append, *at);
        if *moves {
            self.move_on(append, *at);
        }
        self.extras(append);
        if !people.is_empty() {
            self.parts.need(PEOPLE);
            self.people.extend_from_slice(people);
        }
    }

    fn carry(&mut self, append: &Append, at: Timestamp) {
        self.parts.need(CARRIED);
        let progress = &append.progress;
        let ask = progress.ask.as_ref().and_then(|ask| serde_json::to_string(ask).ok());
        self.carried.push((
            append.case.0,
            append.first_seq.saturating_add(append.count),
            self.digests.add(&append.head.0).0,
            at.0,
            text(&progress.title),
            progress.party.as_deref().map(text),
            text(&progress.note),
            number(progress.spend_micro_usd),
            ask,
        ));
    }

    fn move_on(&mut self, append: &Append, at: Timestamp) {
        self.parts.need(MOVED);
        let progress = &append.progress;
        let closed_at = progress.status.is_closed().then_some(at.0);
        if closed_at.is_some() {
            self.parts.need(LEFTOVERS);
        }
        let due_at = progress.due_at.map(|due| due.0);
        let standing = status::number(progress.status);
        self.moved.push((append.case.0, standing, closed_at, u8::from(append.release), due_at));
    }

    fn extras(&mut self, append: &Append) {
        for key in &append.taken {
            self.parts.need(TAKEN);
            self.taken.push((append.case.0, self.digests.add_key(key_digest(key))));
        }
        for key in &append.threads {
            self.parts.need(ALIASES);
            self.aliases.push((append.case.0, self.digests.add_key(key_digest(key))));
        }
        for lesson in &append.lessons {
            self.parts.need(LESSONS);
            let (step, what) = (text(&lesson.step), text(&lesson.text));
            let (answer, who) = (text(&lesson.answer), text(lesson.who.as_str()));
            self.lessons.push((append.case.0, step, what, answer, who, lesson.case.0));
        }
    }

    fn body(&mut self, digest: &Digest, compressed: &Compressed) {
        self.parts.need(BODIES);
        let (at, _) = self.digests.add(&digest.0);
        let (from, length) = self.compressed.add(&compressed.bytes);
        self.bodies.push((at, compressed.raw_bytes, from, length));
    }
}

/// Whether a status change or a release makes an append touch lists and wake-ups.
pub(crate) fn moves(append: &Append, known: Option<Status>) -> bool {
    append.release || known != Some(append.progress.status)
}
