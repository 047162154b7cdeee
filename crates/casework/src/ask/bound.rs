//! What an approval is bound to: one digest over everything a person saw. Whatever changes makes
//! another digest, and so another card.
//!
//! Attachments need no place of their own: a tool takes them as the SHA-256 of their bytes, so the
//! arguments bind the bytes.

use crate::ids::{CallId, CaseId, Digest};
use crate::time::Timestamp;
use crate::tool::{ToolCall, ToolSpec};
use serde_json::{Value as Json, json};

/// All that an approval is bound to.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) case: CaseId,
    pub(crate) step: Option<usize>,
    pub(crate) call: &'a ToolCall,
    /// The tool as declared now.
    pub(crate) spec: Option<&'a ToolSpec>,
    /// Of the worker's files, which hold its rules.
    pub(crate) version: Digest,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) needed: u8,
    pub(crate) nonce: &'a str,
}

impl Bound<'_> {
    /// The digest that a card shows and a reply repeats. Arguments are taken with their origins:
    /// these are shown as well.
    pub(crate) fn digest(&self, ask: crate::ids::AskId) -> Digest {
        let bound = json!({
            "form": 2,
            "case": self.case,
            "step": self.step,
            "ask": ask,
            "call": self.call.id,
            "tool": self.call.tool,
            "declaration": self.spec.map(ToolSpec::digest),
            "arguments": serde_json::to_value(&self.call.arguments).unwrap_or(Json::Null),
            "version": self.version,
            "expires_at": self.expires_at,
            "people": self.needed,
            "nonce": self.nonce,
        });
        Digest::of_json(&bound)
    }

    /// The digest of journals written before asks were stored whole.
    pub(crate) fn first_digest(&self) -> Digest {
        let CallId(call) = self.call.id;
        let bound = json!({
            "case": self.case,
            "call": call,
            "tool": self.call.tool,
            "declaration": self.spec.map(ToolSpec::digest),
            "arguments": self.call.arguments.data(),
            "version": self.version,
            "expires_at": self.expires_at,
            "nonce": self.nonce,
        });
        Digest::of_json(&bound)
    }
}
