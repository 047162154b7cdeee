//! Signs the audit log as it grows: a checkpoint at each 256 entries, and after a minute while
//! there is something new. It grows the tree from what the store committed and changes nothing
//! else.

use crate::command::Failure;
use crate::signing::{Signer, check, log_name};
use crate::wiring::House;
use casework::Timestamp;
use casework::audit::note::{Checkpoint, Note, Purpose};
use casework::audit::tree::Frontier;
use engine::clock::Clock;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{SqliteStore, StoredCheckpoint};

/// At most so many entries lie between two checkpoints.
const ENTRIES_MAX: u64 = 256;
/// At most so long is something new left without a checkpoint.
const WAIT_MS_MAX: u64 = 60_000;
/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);

/// Where the key of a store's log is kept: beside the store.
pub fn key_path(store: &Path) -> PathBuf {
    store.with_file_name("audit.key")
}

/// Opens what signs; when it cannot go on from the last checkpoint, work goes on unsigned and says
/// so: an office must not stand still because a key was lost.
pub async fn open_unless_broken(
    store: &Arc<SqliteStore>,
    path: &Path,
    office: &str,
    clock: &Clock,
) -> Option<Checkpoints> {
    let (store, key) = (Arc::clone(store), key_path(path));
    match Checkpoints::open(store, &key, office, clock.clone()).await {
        Ok(checkpoints) => Some(checkpoints),
        Err(error) => {
            tracing::error!(%error, "the audit log is not signed");
            None
        }
    }
}

/// Signs while an office works; never ends by itself.
pub async fn keep(house: &House) {
    match &house.checkpoints {
        Some(checkpoints) => checkpoints.lock().await.keep().await,
        None => std::future::pending().await,
    }
}

/// Signs what is not signed yet.
pub async fn sign_the_rest(house: &House) -> Result<(), Failure> {
    match &house.checkpoints {
        Some(checkpoints) => checkpoints.lock().await.look(true).await,
        None => Ok(()),
    }
}

/// Grows the tree and signs it.
pub struct Checkpoints {
    store: Arc<SqliteStore>,
    signer: Signer,
    clock: Clock,
    frontier: Frontier,
    signed_size: u64,
    signed_at: Timestamp,
}

impl Checkpoints {
    /// Goes on from the last checkpoint; the key is made when there is none yet.
    pub async fn open(
        store: Arc<SqliteStore>,
        key: &Path,
        office: &str,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let signer = Signer::open_or_make(key, &log_name(office)?, Purpose::Log)?;
        let (mut frontier, mut signed_size) = (Frontier::default(), 0);
        if let Some(last) = store.last_checkpoint().await? {
            frontier = continued(&last, &signer).ok_or_else(|| {
                let key = key.display();
                Failure::Setting(format!(
                    "the audit log's last checkpoint is not signed by {key}, or was changed; \
                     verify the log before going on (docs/guides/audit.md)"
                ))
            })?;
            signed_size = last.size;
        }
        let signed_at = clock.now();
        Ok(Self { store, signer, clock, frontier, signed_size, signed_at })
    }

    /// The key that signs.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Takes in what was committed and signs what is due; with `all`, up to the last entry.
    pub async fn look(&mut self, all: bool) -> Result<(), Failure> {
        let now = self.clock.now();
        let mut made = Vec::new();
        loop {
            let hashes = self.store.log(self.frontier.size()).await?;
            if hashes.is_empty() {
                break;
            }
            for hash in hashes {
                self.frontier.push(hash);
                if self.frontier.size() - self.signed_size == ENTRIES_MAX {
                    made.push(self.sign(now));
                }
            }
        }
        let waited_ms = now.since_ms(self.signed_at);
        if self.frontier.size() == self.signed_size {
            // The minute begins with the first entry that is new.
            self.signed_at = now;
        } else if all || waited_ms >= WAIT_MS_MAX {
            made.push(self.sign(now));
        }
        if !made.is_empty() {
            self.store.keep_checkpoints(made).await?;
        }
        Ok(())
    }

    /// Looks again and again, until dropped.
    pub async fn keep(&mut self) {
        loop {
            if let Err(error) = self.look(false).await {
                tracing::error!(%error, "the audit log is not signed");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    fn sign(&mut self, now: Timestamp) -> StoredCheckpoint {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let origin = self.signer.public().name.clone();
        let note = Checkpoint { origin, size, root };
        let note = note.signed(self.signer.public(), |text| self.signer.sign(text)).to_string();
        (self.signed_size, self.signed_at) = (size, now);
        StoredCheckpoint { size, at: now, note, frontier: self.frontier.to_bytes() }
    }
}

/// The tree at a checkpoint, if this key signed it over just this state.
fn continued(last: &StoredCheckpoint, signer: &Signer) -> Option<Frontier> {
    let note = Note::parse(&last.note).ok()?;
    let frontier = Frontier::from_bytes(last.size, &last.frontier)?;
    let same = note.checkpoint.size == last.size
        && note.checkpoint.root == frontier.root()
        && note.is_signed_by(signer.public(), check);
    same.then_some(frontier)
}
