//! How a store is opened. Reading configuration is not here.

use engine::clock::Clock;

/// A moment around a commit at which a crash test may end the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nothing of the group is saved yet.
    SaveBefore,
    /// The group is durable; nobody was told yet.
    SaveAfter,
}

impl Moment {
    /// The failpoint's name: `save:before`, `save:after`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SaveBefore => "save:before",
            Self::SaveAfter => "save:after",
        }
    }
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Where `changed_at` and the moment of closing come from.
    pub clock: Clock,
    /// The most that a lock of another process is waited for.
    pub busy_wait_ms_max: u32,
    /// The most that the file may grow to, in pages of 4096 bytes; beyond it the disk counts as
    /// full.
    pub file_pages_max: Option<u32>,
    /// Called around each commit, for crash tests.
    pub failpoint: Option<fn(Moment)>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            clock: Clock::System,
            busy_wait_ms_max: 5_000,
            file_pages_max: None,
            failpoint: None,
        }
    }
}
