//! People, passes and the office's journal in memory. It has no file and no second process.

use casework::{Actor, Chain, Digest, Timestamp};
use engine::seams::{
    AmendError, Amendment, Decide, Held, People, Person, Roll, StoreError, StoredJournal, Work,
    office_chain,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared, so that a test sees what the console sees.
#[derive(Clone)]
pub struct Kept(Arc<Mutex<State>>);

struct State {
    roll: Roll,
    lines: Vec<u8>,
    chain: Chain,
}

impl Default for Kept {
    fn default() -> Self {
        let (roll, lines, chain) = (Roll::default(), Vec::new(), office_chain());
        Self(Arc::new(Mutex::new(State { roll, lines, chain })))
    }
}

impl Kept {
    /// The office's journal.
    pub fn journal(&self) -> StoredJournal {
        let state = self.state();
        let (head, count) = (state.chain.head, state.chain.length);
        StoredJournal { lines: state.lines.clone(), head, count }
    }

    /// Puts people in without an entry, as if they had been there before.
    #[allow(dead_code, reason = "the preview has no need of it")]
    pub fn put(&self, person: Person) {
        self.state().roll.people.push(person);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People for Kept {
    fn roll(&self) -> Work<'_, Result<Roll, StoreError>> {
        let roll = self.state().roll.clone();
        Box::pin(async { Ok(roll) })
    }

    fn pass(&self, hash: Digest) -> Work<'_, Result<Option<Held>, StoreError>> {
        let roll = self.state().roll.clone();
        let pass = roll.passes.iter().find(|pass| pass.hash == hash).cloned();
        let held = pass.map(|pass| (pass.clone(), roll.person(&pass.who).cloned()));
        Box::pin(async { Ok(held) })
    }

    fn amend(
        &self,
        by: Actor,
        at: Timestamp,
        mut decide: Decide,
    ) -> Work<'_, Result<(), AmendError>> {
        Box::pin(async move {
            let mut state = self.state();
            let amendment = decide(&state.roll).map_err(|why| AmendError::Refused { why })?;
            if amendment.changes.is_empty() {
                return Ok(());
            }
            let (lines, chain) = amendment.lines(state.chain, &by, at).expect("entries are JSON");
            state.lines.extend(lines);
            state.chain = chain;
            apply(&mut state.roll, amendment, at);
            Ok(())
        })
    }

    fn seen(&self, hash: Digest, at: Timestamp) -> Work<'_, Result<(), StoreError>> {
        for pass in self.state().roll.passes.iter_mut().filter(|pass| pass.hash == hash) {
            pass.seen_at = at;
        }
        Box::pin(async { Ok(()) })
    }
}

fn apply(roll: &mut Roll, amendment: Amendment, at: Timestamp) {
    let Amendment { people, removed, passes, ended, .. } = amendment;
    roll.passes.retain(|pass| !ended.contains(&pass.hash) && at < pass.until);
    for person in people {
        roll.people.retain(|known| known.who != person.who);
        roll.people.push(person);
    }
    roll.passes.extend(passes);
    roll.passes.retain(|pass| !removed.contains(&pass.who));
    roll.people.retain(|person| !removed.contains(&person.who));
}
