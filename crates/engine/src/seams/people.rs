//! The seam to whoever keeps people, their sign-ins and the office's own journal. What a change
//! needs is decided by the caller on what stands now; who may what is not decided here.

use super::{StoreError, Work};
use casework::office::{Change, Proof, Role};
use casework::{Actor, CaseId, Chain, Digest, Entry, Event, PersonId, Timestamp};
use std::collections::BTreeSet;

/// Keeps people and sign-ins. Whatever changes who may do what is saved with its entry in the
/// office's journal, in one transaction: no entry, no change.
pub trait People: Send + Sync + 'static {
    /// Everyone and everything that stands now.
    fn roll(&self) -> Work<'_, Result<Roll, StoreError>>;

    /// A pass by its hash, with its person: what every request asks for.
    fn pass(&self, hash: Digest) -> Work<'_, Result<Option<Held>, StoreError>>;

    /// Decides on the roll as it stands and saves what follows, durable on return. When something
    /// else was saved in between, it is decided again.
    ///
    /// `by` and `at` are those of the entries.
    fn amend(&self, by: Actor, at: Timestamp, decide: Decide) -> Work<'_, Result<(), AmendError>>;

    /// Notes that a pass was used.
    fn seen(&self, hash: Digest, at: Timestamp) -> Work<'_, Result<(), StoreError>>;
}

/// A pass, and whose it is unless they were removed.
pub type Held = (Pass, Option<Person>);

/// Decides what is amended, given the roll; may be called again when others were faster.
pub type Decide = Box<dyn FnMut(&Roll) -> Result<Amendment, &'static str> + Send>;

/// A person who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As journals name them.
    pub who: PersonId,
    /// As pages name them.
    pub name: String,
    /// Their mail address; empty when unknown.
    pub mail: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// The password's salted hash in PHC form; none when they have no password.
    pub password: Option<String>,
    /// Since when.
    pub added_at: Timestamp,
}

/// What opens the door: a one-time link, or a sign-in that a browser keeps in a cookie. Only the
/// hash of its secret is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The hash of its secret.
    pub hash: Digest,
    /// Whose.
    pub who: PersonId,
    /// Whether it is a link, which becomes a sign-in once.
    pub is_link: bool,
    /// How the person proved who they are.
    pub proof: Proof,
    /// When they first signed in.
    pub began_at: Timestamp,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// From when on it is worth nothing, used or not.
    pub until: Timestamp,
}

/// Everyone, and all passes that have not run out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    /// By name.
    pub people: Vec<Person>,
    /// In no order.
    pub passes: Vec<Pass>,
}

impl Roll {
    /// A person of this name.
    pub fn person(&self, who: &PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.who == *who)
    }

    /// A pass that still holds.
    pub fn pass(&self, hash: Digest, now: Timestamp) -> Option<&Pass> {
        self.passes.iter().find(|pass| pass.hash == hash && now < pass.until)
    }

    /// How many owners there are.
    pub fn owners(&self) -> usize {
        self.people.iter().filter(|person| person.roles.contains(&Role::Owner)).count()
    }
}

/// What is saved together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    /// The entries of the office's journal.
    pub changes: Vec<Change>,
    /// People as they are from now on.
    pub people: Vec<Person>,
    /// People who are removed, with all their passes.
    pub removed: Vec<PersonId>,
    /// Passes that are new.
    pub passes: Vec<Pass>,
    /// Passes that end.
    pub ended: Vec<Digest>,
}

impl Amendment {
    /// Entries alone.
    pub fn of(changes: Vec<Change>) -> Self {
        Self { changes, ..Self::default() }
    }

    /// Ends every pass of a person but perhaps one.
    #[must_use]
    pub fn ending_all_of(mut self, who: &PersonId, but: Option<Digest>, roll: &Roll) -> Self {
        let theirs = roll.passes.iter().filter(|pass| pass.who == *who);
        self.ended.extend(theirs.map(|pass| pass.hash).filter(|hash| Some(*hash) != but));
        self
    }

    /// The lines of its entries after a chain, each ended by a line break, and the chain after
    /// them.
    ///
    /// # Errors
    /// Only if an entry cannot be JSON, which no change can bring about.
    pub fn lines(
        &self,
        mut chain: Chain,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(Vec<u8>, Chain), serde_json::Error> {
        let mut lines = Vec::new();
        for change in &self.changes {
            let (by, event) = (by.clone(), Event::OfficeChanged(change.clone()));
            let line = Entry { seq: chain.length, at, by, event }.to_line()?;
            chain.extend(&line);
            lines.extend_from_slice(&line);
            lines.push(b'\n');
        }
        Ok((lines, chain))
    }
}

/// The chain of the office's journal before its first entry.
pub fn office_chain() -> Chain {
    Chain::start(CaseId::OFFICE)
}

/// Why nothing was amended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// What stands now does not allow it.
    #[error("{why}")]
    Refused {
        /// Why not.
        why: &'static str,
    },
    /// It could not be saved.
    #[error(transparent)]
    Store(#[from] StoreError),
}
