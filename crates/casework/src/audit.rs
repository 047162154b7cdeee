//! The exported audit trail and its check, offline: every entry's exact bytes with the running hash
//! of its case, and a last line that binds all cases and all bytes before it. Anyone can redo it
//! with SHA-256 alone. It proves that nothing was changed since the export, not that the host told
//! the truth when it exported.

pub mod tree;

use crate::ids::{CaseId, Digest};
use crate::journal::{Chain, Entry};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Writes an export piece by piece.
#[derive(Debug, Default)]
pub struct Exporter {
    whole: Sha256,
    heads: Sha256,
    cases: u64,
    entries: u64,
}

/// One line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Entry { case: CaseId, seq: u32, hash: Digest, line: String },
    Checkpoint { cases: u64, entries: u64, heads: Digest, bytes: Digest },
}

/// A journal that cannot be exported because it does not match its stored head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// The stored head is not the head of the stored lines.
    #[error("case {case}: the stored head does not match its {entries} entries")]
    HeadMismatch {
        /// The case.
        case: CaseId,
        /// How many entries it has.
        entries: u32,
    },
    /// A line that is not text.
    #[error("case {case}: entry {seq} is not text")]
    NotText {
        /// The case.
        case: CaseId,
        /// Which entry.
        seq: u32,
    },
}

impl Exporter {
    /// The lines of one case, ready to be written.
    ///
    /// # Errors
    /// When the journal does not match its stored head.
    pub fn case(
        &mut self,
        case: CaseId,
        journal: &[u8],
        head: Digest,
    ) -> Result<Vec<u8>, ExportError> {
        let mut out = Vec::with_capacity(journal.len() * 2);
        let mut chain = Chain::start(case);
        for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let seq = chain.length;
            chain.extend(line);
            let text = std::str::from_utf8(line).map_err(|_| ExportError::NotText { case, seq })?;
            let line = Line::Entry { case, seq, hash: chain.head, line: text.to_owned() };
            out.extend_from_slice(written(&line).as_bytes());
        }
        if chain.head != head {
            return Err(ExportError::HeadMismatch { case, entries: chain.length });
        }
        self.cases += 1;
        self.entries += u64::from(chain.length);
        self.heads.update(format!("{case} {head}\n"));
        self.whole.update(&out);
        Ok(out)
    }

    /// The last line.
    pub fn finish(self) -> Vec<u8> {
        written(&Line::Checkpoint {
            cases: self.cases,
            entries: self.entries,
            heads: Digest(self.heads.finalize().into()),
            bytes: Digest(self.whole.finalize().into()),
        })
        .into_bytes()
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Whether everything is as it was exported.
    pub ok: bool,
    /// Cases seen.
    pub cases: u64,
    /// Entries seen.
    pub entries: u64,
    /// The first thing that is not as it was, in words.
    pub first_bad: Option<String>,
}

/// Checks an export.
pub fn verify(export: &[u8]) -> Verification {
    let mut check = Check::default();
    let first_bad = check.all(export).err();
    Verification { ok: first_bad.is_none(), cases: check.cases, entries: check.entries, first_bad }
}

#[derive(Default)]
struct Check {
    whole: Sha256,
    heads: Sha256,
    cases: u64,
    entries: u64,
    open: Option<(CaseId, Chain)>,
    ended: bool,
}

impl Check {
    fn all(&mut self, export: &[u8]) -> Result<(), String> {
        for (at, line) in export.split_inclusive(|byte| *byte == b'\n').enumerate() {
            self.line(line).map_err(|why| format!("line {}: {why}", at + 1))?;
        }
        if self.ended {
            Ok(())
        } else {
            Err("the checkpoint is missing: the end was cut off".into())
        }
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), String> {
        if self.ended {
            return Err("something stands after the checkpoint".into());
        }
        let line: Line =
            serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        // What reads the same must also be the same bytes: no other spelling passes.
        if written(&line).as_bytes() != bytes {
            return Err("is not written as an export writes it".into());
        }
        match line {
            Line::Entry { case, seq, hash, line } => self.entry(case, seq, hash, &line, bytes),
            Line::Checkpoint { cases, entries, heads, bytes } => {
                self.close_case();
                let found = Line::Checkpoint {
                    cases: self.cases,
                    entries: self.entries,
                    heads: Digest(self.heads.clone().finalize().into()),
                    bytes: Digest(self.whole.clone().finalize().into()),
                };
                self.ended = true;
                let said = Line::Checkpoint { cases, entries, heads, bytes };
                if written(&found) == written(&said) {
                    Ok(())
                } else {
                    Err("the checkpoint does not match what stands before it".into())
                }
            }
        }
    }

    fn entry(
        &mut self,
        case: CaseId,
        seq: u32,
        hash: Digest,
        line: &str,
        bytes: &[u8],
    ) -> Result<(), String> {
        if self.open.is_none_or(|(open, _)| open != case) {
            self.close_case();
            self.open = Some((case, Chain::start(case)));
        }
        let Some((_, chain)) = &mut self.open else {
            return Err("no case is open".into());
        };
        if seq != chain.length {
            return Err(format!("case {case}: entry {seq} stands where {} should", chain.length));
        }
        chain.extend(line.as_bytes());
        if chain.head != hash {
            return Err(format!("case {case}: entry {seq} is not what was hashed"));
        }
        Entry::from_line(line.as_bytes())
            .map_err(|error| format!("case {case}: entry {seq} cannot be read: {error}"))?;
        self.entries += 1;
        self.whole.update(bytes);
        Ok(())
    }

    fn close_case(&mut self) {
        if let Some((case, chain)) = self.open.take() {
            self.cases += 1;
            self.heads.update(format!("{case} {}\n", chain.head));
        }
    }
}

fn written(line: &Line) -> String {
    let mut text = serde_json::to_string(line).unwrap_or_default();
    text.push('\n');
    text
}
