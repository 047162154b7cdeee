//! The audit trail that outsiders can check: a Merkle tree over the entries of all journals
//! (`tree`), signed checkpoints of it (`note`), exports and their check offline (`export`,
//! `verify`). It stores nothing and signs nothing; and it cannot prove that the host told the truth
//! before a checkpoint left it.

pub mod erase;
pub mod export;
mod line;
pub mod note;
pub mod question;
pub mod tree;
pub mod verify;

pub use export::{ExportError, Exporter};
pub use verify::{Bad, Trust, Verification, Verifier};
