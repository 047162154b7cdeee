//! Tidiness, executed: every habit of `CONTRIBUTING.md` that a machine can check is a check here.
//! It reports and mends nothing, and it does not repeat what rustc, clippy and rustfmt already say.

mod arrows;
mod attributes;
mod commands;
mod error_pages;
mod exceptions;
mod manifests;
mod purity;
mod rust;
mod shape;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use exceptions::{EXCEPTIONS, EXCEPTIONS_MAX};
use std::fmt;
use std::io;
use std::path::Path;

pub use tree::Tree;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the repository's root.
    pub path: String,
    /// The line, counted from 1; 0 is the whole file.
    pub line: usize,
    /// What is wrong and what would be right.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// The checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Crates depend on each other only along the arrows of `ARCHITECTURE.md`.
    Arrows,
    /// Nothing below a pure or vendor-free crate breaks its promise.
    Promises,
    /// The pure crates touch nothing outside themselves.
    Purity,
    /// One TLS provider, no library of the system for it.
    Bans,
    /// Each dependency has a reason, and stands in the one table of the workspace.
    Reasons,
    /// Each crate is under the workspace's lints.
    Lints,
    /// A source file has at most [`shape::FILE_LINES_MAX`] lines.
    FileLength,
    /// A function has at most [`shape::FUNCTION_LINES_MAX`] lines.
    FunctionLength,
    /// A line of a source has at most [`shape::COLUMNS_MAX`] columns.
    LineLength,
    /// A source file opens by saying what it is for.
    Opening,
    /// No file of the repository is a blob.
    Blobs,
    /// Names that say nothing.
    Names,
    /// Words that say that something is not done, and banners.
    Words,
    /// Paths of somebody's machine.
    MachinePaths,
    /// A lifted lint has a reason.
    LiftedLints,
    /// Each error code has a page, and each page a code.
    ErrorPages,
    /// What continuous integration runs is what people are told to run.
    Commands,
    /// Each exception still excuses something, and there are not more of them than before.
    Exceptions,
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Arrows,
        Self::Promises,
        Self::Purity,
        Self::Bans,
        Self::Reasons,
        Self::Lints,
        Self::FileLength,
        Self::FunctionLength,
        Self::LineLength,
        Self::Opening,
        Self::Blobs,
        Self::Names,
        Self::Words,
        Self::MachinePaths,
        Self::LiftedLints,
        Self::ErrorPages,
        Self::Commands,
        Self::Exceptions,
    ];

    /// What this check finds in a tree, excused things left out.
    ///
    /// # Errors
    /// When `cargo metadata` gives no answer.
    pub fn findings(self, tree: &Tree) -> io::Result<Vec<Finding>> {
        Ok(match self {
            Self::Exceptions => exceptions::stale(EXCEPTIONS, EXCEPTIONS_MAX, tree)?,
            check => exceptions::excuse(EXCEPTIONS, check, check.all_findings(tree)?),
        })
    }

    fn all_findings(self, tree: &Tree) -> io::Result<Vec<Finding>> {
        Ok(match self {
            Self::Arrows => arrows::off_the_arrows(&arrows::metadata(tree.root())?),
            Self::Promises => arrows::broken_promises(&arrows::metadata(tree.root())?),
            Self::Purity => purity::impure(tree),
            Self::Bans => manifests::banned(tree),
            Self::Reasons => manifests::without_reason(tree),
            Self::Lints => manifests::without_lints(tree),
            Self::FileLength => shape::long_files(tree),
            Self::FunctionLength => shape::long_functions(tree),
            Self::LineLength => shape::long_lines(tree),
            Self::Opening => shape::without_opening(tree),
            Self::Blobs => shape::blobs(tree),
            Self::Names => words::empty_names(tree),
            Self::Words => words::unfinished(tree),
            Self::MachinePaths => words::machine_paths(tree),
            Self::LiftedLints => attributes::without_reason(tree),
            Self::ErrorPages => error_pages::mismatched(tree),
            Self::Commands => commands::differing(tree),
            Self::Exceptions => Vec::new(),
        })
    }
}

/// The repository's root, wherever the program is started.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}
