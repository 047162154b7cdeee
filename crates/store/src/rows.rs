//! Rows of bytes and JSON for statements over `json_each`: a group of any size is then the same
//! statement. Which statements there are is not here.

use casework::Digest;
use serde::Serialize;
use sqlx::Arguments as _;
use sqlx::sqlite::SqliteArguments;

/// Many byte strings as one argument; statements cut their piece out with `substr`.
#[derive(Debug, Default)]
pub(crate) struct Pieces(Vec<u8>);

impl Pieces {
    /// Adds one: where it starts, counted from 1, and how long it is.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> (usize, usize) {
        let from = self.0.len() + 1;
        self.0.extend_from_slice(bytes);
        (from, bytes.len())
    }

    /// Adds a key's digest; only its start is needed, the length is known.
    pub(crate) fn add_key(&mut self, key: [u8; 16]) -> usize {
        self.add(&key).0
    }

    /// The bytes, as an argument.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The first half of a key's SHA-256: keys of outsiders can be long, and are kept for ever.
pub(crate) fn key_digest(key: &str) -> [u8; 16] {
    let Digest(whole) = Digest::of(key.as_bytes());
    let mut half = [0; 16];
    half.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    half
}

/// Text as SQLite's JSON can carry it: it ends a string at a NUL.
pub(crate) fn text(raw: &str) -> String {
    raw.replace('\0', "\u{fffd}")
}

/// A number as SQLite can hold it.
pub(crate) fn number(raw: u64) -> i64 {
    i64::try_from(raw).unwrap_or(i64::MAX)
}

/// Arguments of a statement, in order: `$1` is the first.
#[derive(Default)]
pub(crate) struct Bound(SqliteArguments);

impl Bound {
    /// Adds bytes.
    pub(crate) fn bytes(mut self, pieces: Pieces) -> Self {
        self.keep(pieces.into_bytes());
        self
    }

    /// Adds rows, each a tuple.
    pub(crate) fn rows<T: Serialize>(mut self, rows: &[T]) -> Self {
        // Rows are tuples of numbers and text, which always are JSON; were they not, SQLite would
        // refuse this, and the group with it.
        self.keep(serde_json::to_string(rows).unwrap_or_default());
        self
    }

    /// Adds a value.
    pub(crate) fn value<T>(mut self, value: T) -> Self
    where
        T: for<'a> sqlx::Encode<'a, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        self.keep(value);
        self
    }

    /// The arguments.
    pub(crate) fn into_arguments(self) -> SqliteArguments {
        self.0
    }

    fn keep<T>(&mut self, value: T)
    where
        T: for<'a> sqlx::Encode<'a, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        // Encoding for SQLite moves the value and cannot fail.
        let _ = self.0.add(value);
    }
}
