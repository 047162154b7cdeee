//! The tools' seam: a permitted call goes in, what came of it comes out. Nothing here is decided.

use super::Work;
use casework::PermittedCall;
use casework::tool::ToolSpec;

/// Acts, on a permit only.
pub trait Tool: Send + Sync {
    /// What its author declares.
    fn spec(&self) -> &ToolSpec;

    /// Performs exactly this call.
    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>>;

    /// Whether this call happened, for tools whose recovery is `LookUp`.
    fn look_up<'a>(&'a self, _call: &'a PermittedCall) -> Work<'a, Result<LookUp, ToolError>> {
        Box::pin(async { Ok(LookUp::Unknown { known: "this tool cannot look it up".into() }) })
    }
}

/// What a call gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolResult {
    /// Data; its fields get the origins that the tool declares.
    pub data: serde_json::Value,
    /// Keys under which answers to it will be found: the Message-ID of what was sent.
    pub threads: Vec<String>,
}

/// What the other side knows of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum LookUp {
    /// It happened, with this result.
    Happened(ToolResult),
    /// It did not.
    Never,
    /// It cannot tell.
    Unknown {
        /// What it does know.
        known: String,
    },
}

/// Why a call gave nothing, sorted by who can act.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// The other side refused it; it did not happen, and repeating it will not help.
    #[error("{message}")]
    Rejected {
        /// What it said.
        message: String,
    },
    /// It did not happen for now; the same call with the same key may be tried again.
    #[error("unavailable: {why}")]
    Unavailable {
        /// What it said.
        why: String,
        /// When it says to come back.
        retry_after_ms: Option<u64>,
    },
    /// Nobody knows whether it happened.
    #[error("in doubt: {known}")]
    InDoubt {
        /// What is known.
        known: String,
    },
    /// The operator has to act; the connector pauses. It did not happen.
    #[error("broken ({code}): {why}")]
    Broken {
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
}
