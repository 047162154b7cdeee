//! How each source does: when it last heard something, when it last looked in vain, what troubles
//! it. Shown to people; nothing is decided from it.

use casework::{SourceName, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How one source does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// When it last heard something.
    pub last_seen: Option<Timestamp>,
    /// When it last looked and all was well.
    pub last_poll_ok: Option<Timestamp>,
    /// What troubles it now.
    pub trouble: Option<String>,
}

/// How all sources do. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Healths(Arc<Mutex<BTreeMap<SourceName, Health>>>);

impl Healths {
    /// It heard something.
    pub fn seen(&self, source: &SourceName, now: Timestamp) {
        self.change(source, |health| health.last_seen = Some(now));
    }

    /// It looked and all was well.
    pub fn poll_ok(&self, source: &SourceName, now: Timestamp) {
        self.change(source, |health| {
            health.last_poll_ok = Some(now);
            health.trouble = None;
        });
    }

    /// It is in trouble.
    pub fn trouble(&self, source: &SourceName, what: String) {
        self.change(source, |health| health.trouble = Some(what));
    }

    /// All of them.
    pub fn all(&self) -> BTreeMap<SourceName, Health> {
        self.0.lock().map(|known| known.clone()).unwrap_or_default()
    }

    fn change(&self, source: &SourceName, change: impl FnOnce(&mut Health)) {
        if let Ok(mut known) = self.0.lock() {
            change(known.entry(source.clone()).or_default());
        }
    }
}
