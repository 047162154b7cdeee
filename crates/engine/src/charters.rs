//! The workers at hand, by version: a case keeps the version it began with, so old ones stay until
//! their last case has ended. Reading them from files is not done here.

use casework::worker::Charter;
use casework::{Digest, WorkerName};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// Charters by worker and version. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Charters(Arc<RwLock<BTreeMap<(WorkerName, Digest), Charter>>>);

impl Charters {
    /// Adds or replaces one.
    pub fn put(&self, charter: Charter) {
        let key = (charter.worker.name.clone(), charter.worker.version);
        if let Ok(mut known) = self.0.write() {
            known.insert(key, charter);
        }
    }

    /// The one of this worker and version.
    pub fn get(&self, worker: &WorkerName, version: Digest) -> Option<Charter> {
        self.0.read().ok()?.get(&(worker.clone(), version)).cloned()
    }
}
