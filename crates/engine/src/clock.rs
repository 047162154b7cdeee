//! The one place that reads the time. Tests and demonstrations step it by hand.

use casework::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that stands still until it is stepped.
    Stepped(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start` until stepped.
    pub fn stepped(start: Timestamp) -> Self {
        Self::Stepped(Arc::new(AtomicI64::new(start.0)))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                #[expect(clippy::disallowed_methods, reason = "this is the one place")]
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                let ms = since.map_or(0, |length| length.as_millis());
                Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))
            }
            Self::Stepped(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a stepped clock on; the machine's cannot be moved.
    pub fn step_ms(&self, length_ms: u64) {
        if let Self::Stepped(at) = self {
            at.fetch_add(i64::try_from(length_ms).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}
