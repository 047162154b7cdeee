//! Keeps cases, journals, signals and bodies in one SQLite file, many cases' appends per commit. It
//! keeps history and does not interpret it: what it must know of a case it reads from `Progress`.

mod admit;
mod claims;
mod compress;
mod erase;
mod fault;
mod file;
mod log;
mod options;
mod people;
mod reads;
mod retain;
mod round;
mod rows;
mod sqlite;
mod statements;
mod status;
mod writer;

pub use erase::{Removed, Rewritten};
pub use log::{StoredCheckpoint, Trail};
pub use options::{Moment, OpenOptions};
pub use sqlite::SqliteStore;
