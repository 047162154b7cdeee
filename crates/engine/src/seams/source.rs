//! The sources' seam: what is heard is handed in through the intake, and only then counts as read.

use super::{StoreError, Work};
use casework::SourceName;
use serde::{Deserialize, Serialize};

/// Hears something and hands it in; moves its own bookmark only after it is admitted.
pub trait Source: Send + Sync {
    /// Its name.
    fn name(&self) -> &SourceName;

    /// Hears until stopped; reconnects by itself. An error is for the operator.
    fn listen<'a>(
        &'a self,
        intake: &'a crate::intake::Intake,
        stop: crate::run::Stop,
    ) -> Work<'a, Result<(), SourceError>>;

    /// Takes in everything that is there now, once.
    fn drain<'a>(
        &'a self,
        intake: &'a crate::intake::Intake,
    ) -> Work<'a, Result<Drained, SourceError>>;

    /// Whether it could hear now: for `doctor`. Changes nothing.
    fn probe<'a>(&'a self) -> Work<'a, Result<(), SourceError>>;
}

/// What one pass of a source found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drained {
    /// Things seen.
    pub seen: u64,
    /// Of these, new.
    pub admitted: u64,
    /// Of these, taken before.
    pub duplicates: u64,
    /// Things that could not be read at all; each is kept and shown as a case or an unclaimed
    /// signal.
    pub unreadable: u64,
}

/// Why a source does not hear.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// For now.
    #[error("{source_name} cannot be heard: {why}")]
    Unavailable {
        /// Which.
        source_name: SourceName,
        /// What it said.
        why: String,
    },
    /// The operator has to act: a wrong password, a missing folder.
    #[error("{source_name} is broken ({code}): {why}")]
    Broken {
        /// Which.
        source_name: SourceName,
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
    /// The signal could not be saved.
    #[error(transparent)]
    Store(#[from] StoreError),
}
