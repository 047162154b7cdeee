//! What goes wrong with a mail server or a mail folder, sorted by who can act. The source and the
//! tools each put it into the words of their seam.

use casework::SourceName;
use engine::seams::{SourceError, ToolError};
use std::error::Error;
use std::io;
use tokio_rustls::rustls;

/// A failure on the way to a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// For now; waiting helps.
    #[error("{why}")]
    Unavailable {
        /// What was attempted and what came of it.
        why: String,
    },
    /// The operator has to act.
    #[error("{why} ({code})")]
    Broken {
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What was attempted and what came of it.
        why: String,
    },
}

/// The IMAP server refuses the user's name or password.
pub(super) const LOGIN_REFUSED: &str = "M001";
/// The SMTP server refuses the user's name or password.
pub(super) const SMTP_LOGIN_REFUSED: &str = "M002";
/// A mailbox, folder or file is missing or may not be used.
pub(super) const NO_MAILBOX: &str = "M003";
/// The connection to the server cannot be protected.
pub(super) const NOT_PROTECTED: &str = "M004";

impl Fault {
    pub(super) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { why: why.into() }
    }

    pub(super) fn broken(code: &'static str, why: impl Into<String>) -> Self {
        Self::Broken { code, why: why.into() }
    }

    /// A failure of a connection while `doing` something: broken when it is the certificate's
    /// fault, since that does not pass by waiting.
    pub(super) fn of_connection(doing: &str, error: &(dyn Error + 'static)) -> Self {
        let why = format!("{doing}: {error}");
        if is_about_certificate(error) {
            return Self::broken(NOT_PROTECTED, why);
        }
        Self::unavailable(why)
    }

    /// A failure of a folder or file while `doing` something.
    pub(super) fn of_disk(doing: &str, error: &io::Error) -> Self {
        let why = format!("{doing}: {error}");
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::ReadOnlyFilesystem => Self::broken(NO_MAILBOX, why),
            _ => Self::unavailable(why),
        }
    }

    pub(super) fn for_source(self, source_name: &SourceName) -> SourceError {
        let source_name = source_name.clone();
        match self {
            Self::Unavailable { why } => SourceError::Unavailable { source_name, why },
            Self::Broken { code, why } => SourceError::Broken { source_name, code, why },
        }
    }

    /// For a tool whose call did not happen.
    pub(super) fn for_tool(self) -> ToolError {
        match self {
            Self::Unavailable { why } => ToolError::Unavailable { why, retry_after_ms: None },
            Self::Broken { code, why } => ToolError::Broken { code, why },
        }
    }
}

/// Whether TLS itself failed, anywhere in the chain of causes.
fn is_about_certificate(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let found = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let found = found.or_else(|| error.downcast_ref::<rustls::Error>());
        if let Some(found) = found {
            // A peer that hangs up in the middle of a handshake is a fault of the line.
            return !matches!(found, rustls::Error::HandshakeNotComplete);
        }
        cause = error.source();
    }
    false
}
