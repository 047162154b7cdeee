//! The store on real files: the suite that every store passes, and what is SQLite's own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is not as expected must stop the test"
)]

mod crashes;
mod files;
mod log;
mod people;
mod suite;
