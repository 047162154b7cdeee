//! Writes an export piece by piece: journals as lines, the place of each entry in the log, and the
//! checkpoints over it. Whoever calls it reads the store; the check is in `verify`.

use super::line::{Checked, Line};
use super::tree;
use crate::ids::{CaseId, Digest};
use crate::journal::Chain;
use std::collections::HashMap;

/// Writes an export: header, journals, what is gone, checkpoints, end.
#[derive(Debug)]
pub struct Exporter {
    checked: Checked,
    places: HashMap<Digest, u64>,
    leaves: Vec<Digest>,
    seen: Vec<bool>,
    whole: bool,
    cases: u64,
    entries: u64,
}

/// A journal that is not what the log says was committed.
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
    /// An entry that the log does not hold: it, or one before it, was changed.
    #[error("case {case}: entry {seq} is not in the log")]
    NotInLog {
        /// The case.
        case: CaseId,
        /// Which entry.
        seq: u32,
    },
    /// Two entries of the log are the same, which no two entries are.
    #[error("entry {index} stands twice in the log")]
    Twice {
        /// Where.
        index: u64,
    },
}

impl Exporter {
    /// Begins: the log's public key and the hashes of all its entries, in order. Of a part of the
    /// log (`whole` false) each entry brings its proof.
    ///
    /// # Errors
    /// When the log holds an entry twice.
    pub fn begin(
        key: &str,
        log: &[Digest],
        whole: bool,
        out: &mut Vec<u8>,
    ) -> Result<Self, ExportError> {
        let mut places = HashMap::with_capacity(log.len());
        for (index, hash) in (0..).zip(log) {
            if places.insert(*hash, index).is_some() {
                return Err(ExportError::Twice { index });
            }
        }
        let leaves = match whole {
            true => Vec::new(),
            false => log.iter().map(|hash| tree::leaf(*hash)).collect(),
        };
        let seen = vec![false; log.len()];
        let checked = Checked::default();
        let mut begun = Self { checked, places, leaves, seen, whole, cases: 0, entries: 0 };
        let size = log.len() as u64;
        begun.checked.write(&Line::Header { key: key.to_owned(), size, whole }, out);
        Ok(begun)
    }

    /// One journal. With `head` it must be the journal's head after the last line; without, these
    /// may be the first lines of a longer journal.
    ///
    /// # Errors
    /// When the journal does not match its head, or an entry of it is not in the log. What came
    /// before it is written.
    pub fn journal(
        &mut self,
        case: CaseId,
        lines: &[u8],
        head: Option<Digest>,
        out: &mut Vec<u8>,
    ) -> Result<(), ExportError> {
        let mut chain = Chain::start(case);
        for raw in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let seq = chain.length;
            chain.extend(raw);
            let index = *self.places.get(&chain.head).ok_or(ExportError::NotInLog { case, seq })?;
            let at = usize::try_from(index).unwrap_or(usize::MAX);
            if let Some(seen) = self.seen.get_mut(at) {
                *seen = true;
            }
            let path = if self.whole { None } else { tree::inclusion(&self.leaves, at) };
            let hash = chain.head;
            let line = Line::Entry { index, case: case.0, seq, hash, path, raw };
            self.checked.write(&line, out);
        }
        self.cases += 1;
        self.entries += u64::from(chain.length);
        match head {
            Some(head) if head != chain.head => {
                Err(ExportError::HeadMismatch { case, entries: chain.length })
            }
            _ => Ok(()),
        }
    }

    /// Ends: what is no longer kept, the checkpoints, the counts.
    pub fn finish(mut self, notes: &[String], out: &mut Vec<u8>) {
        if self.whole {
            let mut gone: Vec<(u64, Digest)> =
                self.places.iter().map(|(hash, index)| (*index, *hash)).collect();
            gone.retain(|(index, _)| {
                let at = usize::try_from(*index).unwrap_or(usize::MAX);
                !self.seen.get(at).copied().unwrap_or(true)
            });
            gone.sort_unstable();
            for (index, hash) in gone {
                self.checked.write(&Line::Gone { index, hash }, out);
            }
        }
        for note in notes {
            self.checked.write(&Line::Checkpoint { note: note.clone() }, out);
        }
        self.checked.write(&Line::End { cases: self.cases, entries: self.entries }, out);
    }
}
