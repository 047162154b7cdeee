//! Checks an export, offline, in one pass over its lines: every byte, each journal's chain, the
//! tree over all entries against every checkpoint, signatures, and what the reader knows from
//! before. It says what was found first; it does not say who did it.

#[cfg(test)]
mod tests;

use super::line::{Checked, Line};
use super::note::{CheckSignature, Note, PublicKey};
use super::tree::{self, Frontier};
use crate::ids::{CaseId, Digest};
use crate::journal::{Chain, Entry, Event, replaced_line};
use crate::office::Change;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// What the reader knows from elsewhere.
#[derive(Clone, Debug)]
pub struct Trust {
    /// How signatures are checked.
    pub check: CheckSignature,
    /// The log's public key, if it was handed over by another way; else the one in the export is
    /// believed.
    pub key: Option<PublicKey>,
    /// Checkpoints that left the host earlier: the log must continue them.
    pub earlier: Vec<Note>,
    /// A witness that must have cosigned a checkpoint.
    pub witness: Option<PublicKey>,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Whether everything is as it was written.
    pub ok: bool,
    /// Journals seen; the office's own counts as one.
    pub cases: u64,
    /// Entries seen.
    pub entries: u64,
    /// The first thing that is not as it was, in words.
    pub first_bad: Option<String>,
    /// Checkpoints that hold.
    pub checkpoints: u64,
    /// Entries after the last checkpoint: nobody has signed them yet.
    pub unsigned: u64,
    /// Entries whose text was erased, each as the office's own journal says.
    pub erased: u64,
    /// Entries no longer kept, each as the office's own journal says.
    pub gone: u64,
    /// The key that signed.
    pub key: Option<String>,
    /// When the witness saw its newest checkpoint here, in seconds since 1970.
    pub witnessed_at: Option<u64>,
}

/// What is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says in words what it is; the fields are named there")]
pub enum Bad {
    #[error("line {line}: it was changed, moved, doubled, or one before it is missing")]
    Damaged { line: u64 },
    #[error("line {line}: it stands where another kind of line should")]
    OutOfPlace { line: u64 },
    #[error("line {line}: case {case}: entry {seq} stands where {wanted} should")]
    Gap { line: u64, case: u64, seq: u32, wanted: u32 },
    #[error("line {line}: case {case}: entry {seq} is not what was hashed")]
    NotHashed { line: u64, case: u64, seq: u32 },
    #[error("line {line}: case {case}: entry {seq} stands in the log before the one it follows")]
    Reordered { line: u64, case: u64, seq: u32 },
    #[error("line {line}: case {case}: entry {seq} is not proven to be in the signed log")]
    NotProven { line: u64, case: u64, seq: u32 },
    #[error("line {line}: case {case}: entry {seq} was replaced, and no erasure says so")]
    NotErased { line: u64, case: u64, seq: u32 },
    #[error("line {line}: the checkpoint of {size} entries is not signed by the log's key")]
    NotSigned { line: u64, size: u64 },
    #[error("line {line}: what stands there is no checkpoint")]
    NotACheckpoint { line: u64 },
    #[error("the end is missing: something was cut off")]
    CutOff,
    #[error("the log says that it has {size} entries, and entry {index} of it is missing")]
    Missing { size: u64, index: u64 },
    #[error("entry {index} of the log stands here twice")]
    Twice { index: u64 },
    #[error("{found} entries are no longer kept, and the office's journal says so of {told}")]
    Gone { found: u64, told: u64 },
    #[error("the entries before it are not those that the checkpoint of {size} was made over")]
    WrongRoot { size: u64 },
    #[error("a checkpoint from before covers {size} entries; this log has {found}: it was cut")]
    RolledBack { size: u64, found: u64 },
    #[error("this log does not continue a checkpoint of {size} entries that was made before")]
    Forked { size: u64 },
    #[error("the checkpoint given to compare with is not signed by the log's key")]
    Foreign,
    #[error("the log is signed by another key than the one given")]
    OtherKey,
    #[error("no checkpoint here is signed by the witness")]
    NotWitnessed,
    #[error("nothing here is signed")]
    Unsigned,
    #[error("a part of a log cannot be compared with an earlier checkpoint; use a whole export")]
    OnlyAPart,
}

/// Checks line by line.
#[derive(Clone, Debug)]
pub struct Verifier {
    trust: Trust,
    checked: Checked,
    lines: u64,
    header: Option<(Option<PublicKey>, u64, bool)>,
    open: Option<(u64, Chain, Option<u64>)>,
    places: Vec<(u64, Digest)>,
    proofs: Vec<Proof>,
    replaced: HashMap<(u64, u32), Digest>,
    forgotten: HashMap<Digest, u64>,
    gone: HashSet<Digest>,
    notes: Vec<Note>,
    erased: u64,
    cases: u64,
    entries: u64,
    ended: bool,
}

#[derive(Clone, Debug)]
struct Proof {
    line: u64,
    case: u64,
    seq: u32,
    index: u64,
    hash: Digest,
    path: Vec<Digest>,
}

impl Verifier {
    /// A check with what the reader knows.
    pub fn new(trust: Trust) -> Self {
        Self {
            trust,
            checked: Checked::default(),
            lines: 0,
            header: None,
            open: None,
            places: Vec::new(),
            proofs: Vec::new(),
            replaced: HashMap::new(),
            forgotten: HashMap::new(),
            gone: HashSet::new(),
            notes: Vec::new(),
            erased: 0,
            cases: 0,
            entries: 0,
            ended: false,
        }
    }

    /// Takes the next line in, with its line break.
    ///
    /// # Errors
    /// What is wrong with it; nothing after it can be believed.
    pub fn line(&mut self, bytes: &[u8]) -> Result<(), Bad> {
        self.lines += 1;
        let line = self.lines;
        let read = self.checked.read(bytes).ok_or(Bad::Damaged { line })?;
        let whole = self.header.as_ref().map(|(_, _, whole)| *whole);
        match (read, whole) {
            _ if self.ended => Err(Bad::OutOfPlace { line }),
            (Line::Header { key, size, whole }, None) => {
                let stated = PublicKey::parse(&key).ok();
                let other = self.trust.key.is_some() && self.trust.key != stated;
                self.header = Some((stated, size, whole));
                if other { Err(Bad::OtherKey) } else { Ok(()) }
            }
            (Line::Entry { index, case, seq, hash, path, raw }, Some(whole))
                if self.notes.is_empty() && path.is_none() == whole =>
            {
                self.entry((case, seq), raw, hash, index)?;
                match path {
                    Some(path) => {
                        self.proofs.push(Proof { line, case, seq, index, hash, path });
                    }
                    None => self.places.push((index, hash)),
                }
                Ok(())
            }
            (Line::Gone { index, hash }, Some(true)) if self.notes.is_empty() => {
                self.gone.insert(hash);
                self.places.push((index, hash));
                Ok(())
            }
            (Line::Checkpoint { note }, Some(_)) => {
                let note = Note::parse(&note).map_err(|_| Bad::NotACheckpoint { line })?;
                let size = note.checkpoint.size;
                let signed = self.key().is_some_and(|key| {
                    key.name == note.checkpoint.origin && note.is_signed_by(key, self.trust.check)
                });
                self.notes.push(note);
                if signed { Ok(()) } else { Err(Bad::NotSigned { line, size }) }
            }
            (Line::End { cases, entries }, Some(_)) => {
                self.ended = true;
                let same = (cases, entries) == (self.cases, self.entries);
                if same { Ok(()) } else { Err(Bad::OutOfPlace { line }) }
            }
            _ => Err(Bad::OutOfPlace { line }),
        }
    }

    fn key(&self) -> Option<&PublicKey> {
        let stated = self.header.as_ref().and_then(|(key, _, _)| key.as_ref());
        self.trust.key.as_ref().or(stated)
    }

    fn entry(
        &mut self,
        (case, seq): (u64, u32),
        raw: &[u8],
        hash: Digest,
        index: u64,
    ) -> Result<(), Bad> {
        let line = self.lines;
        if self.open.as_ref().is_none_or(|(open, ..)| *open != case) {
            self.open = Some((case, Chain::start(CaseId(case)), None));
            self.cases += 1;
        }
        let Some((_, chain, before)) = &mut self.open else {
            return Err(Bad::OutOfPlace { line });
        };
        if seq != chain.length {
            return Err(Bad::Gap { line, case, seq, wanted: chain.length });
        }
        chain.extend(raw);
        if chain.head != hash {
            return Err(Bad::NotHashed { line, case, seq });
        }
        if before.replace(index).is_some_and(|before| before >= index) {
            return Err(Bad::Reordered { line, case, seq });
        }
        self.entries += 1;
        if CaseId(case) == CaseId::OFFICE {
            self.office(raw);
        }
        if replaced_line(raw).is_some() {
            let told = self.replaced.get(&(case, seq));
            if told != Some(&Digest::of(raw)) {
                return Err(Bad::NotErased { line, case, seq });
            }
            self.erased += 1;
        }
        Ok(())
    }

    /// What the office's own journal says of erasures and of cases no longer kept.
    fn office(&mut self, raw: &[u8]) {
        let Ok(Entry { event: Event::OfficeChanged(change), .. }) = Entry::from_line(raw) else {
            return;
        };
        match change {
            Change::Erased { entries, .. } => {
                let told = entries.iter().map(|one| ((one.case.0, one.seq), one.now));
                self.replaced.extend(told);
            }
            Change::Forgotten { cases } => {
                self.forgotten.extend(cases.iter().map(|one| (one.head, u64::from(one.entries))));
            }
            _ => {}
        }
    }

    /// Ends the check: what only shows when all is seen. `bad` is what a line said, if one did.
    pub fn finish(mut self, bad: Option<Bad>) -> Verification {
        let mut found = Verification {
            cases: self.cases,
            entries: self.entries,
            erased: self.erased,
            gone: self.gone.len() as u64,
            key: self.key().map(ToString::to_string),
            ..Verification::default()
        };
        let bad = bad.map_or_else(|| self.conclude(&mut found), Err).err();
        found.ok = bad.is_none();
        found.first_bad = bad.map(|bad| bad.to_string());
        found
    }

    fn conclude(&mut self, found: &mut Verification) -> Result<(), Bad> {
        let Some((_, size, whole)) = self.header.clone().filter(|_| self.ended) else {
            return Err(Bad::CutOff);
        };
        if self.notes.is_empty() && self.trust.key.is_some() {
            return Err(Bad::Unsigned);
        }
        found.checkpoints = self.notes.len() as u64;
        self.earlier(whole)?;
        match whole {
            true => self.tree(size, found)?,
            false => self.parts()?,
        }
        if let Some(witness) = &self.trust.witness {
            let seen = self.notes.iter().chain(&self.trust.earlier);
            let seen = seen.filter_map(|note| note.seen_by(witness, self.trust.check)).max();
            found.witnessed_at = Some(seen.ok_or(Bad::NotWitnessed)?);
        }
        Ok(())
    }

    /// Checkpoints from before must be this log's.
    fn earlier(&self, whole: bool) -> Result<(), Bad> {
        if self.trust.earlier.is_empty() {
            return Ok(());
        }
        if !whole {
            return Err(Bad::OnlyAPart);
        }
        let key = self.key().ok_or(Bad::Unsigned)?;
        let ours = |note: &Note| {
            note.checkpoint.origin == key.name && note.is_signed_by(key, self.trust.check)
        };
        if self.trust.earlier.iter().all(ours) { Ok(()) } else { Err(Bad::Foreign) }
    }

    /// The whole tree, grown entry by entry and compared wherever somebody signed it.
    fn tree(&mut self, size: u64, found: &mut Verification) -> Result<(), Bad> {
        let mut places = std::mem::take(&mut self.places);
        places.sort_unstable_by_key(|(index, _)| *index);
        let mut signed: Vec<(u64, Digest, bool)> = Vec::new();
        let head =
            |note: &Note, from_before| (note.checkpoint.size, note.checkpoint.root, from_before);
        signed.extend(self.notes.iter().map(|note| head(note, false)));
        signed.extend(self.trust.earlier.iter().map(|note| head(note, true)));
        signed.sort_unstable_by_key(|(size, ..)| *size);
        let mut signed = signed.into_iter().peekable();
        let mut frontier = Frontier::default();
        let mut last = 0;
        loop {
            while let Some((at, root, from_before)) =
                signed.next_if(|(at, ..)| *at == frontier.size())
            {
                match frontier.root() == root {
                    true if !from_before => last = at,
                    true => {}
                    false if from_before => return Err(Bad::Forked { size: at }),
                    false => return Err(Bad::WrongRoot { size: at }),
                }
            }
            let at = usize::try_from(frontier.size()).unwrap_or(usize::MAX);
            let Some((index, hash)) = places.get(at) else { break };
            match index.cmp(&frontier.size()) {
                std::cmp::Ordering::Equal => frontier.push(*hash),
                std::cmp::Ordering::Less => return Err(Bad::Twice { index: *index }),
                std::cmp::Ordering::Greater => {
                    return Err(Bad::Missing { size, index: frontier.size() });
                }
            }
        }
        let grown = frontier.size();
        if let Some((size, _, from_before)) = signed.next() {
            return Err(match from_before {
                true => Bad::RolledBack { size, found: grown },
                false => Bad::Missing { size, index: grown },
            });
        }
        if grown != size {
            return Err(Bad::Missing { size, index: grown });
        }
        found.unsigned = grown - last;
        self.told_gone()
    }

    /// As many entries are gone as the office's journal says, and each case's last is among them.
    fn told_gone(&self) -> Result<(), Bad> {
        let missing = |head: &Digest| self.gone.contains(head);
        let told: u64 = self
            .forgotten
            .iter()
            .filter(|(head, _)| missing(head))
            .map(|(_, entries)| entries)
            .sum();
        let found = self.gone.len() as u64;
        if told == found { Ok(()) } else { Err(Bad::Gone { found, told }) }
    }

    /// A part of a log: each entry by itself, against the newest checkpoint here.
    fn parts(&self) -> Result<(), Bad> {
        let newest = self.notes.iter().max_by_key(|note| note.checkpoint.size);
        let newest = newest.ok_or(Bad::Unsigned)?;
        let (size, root) = (newest.checkpoint.size, newest.checkpoint.root);
        for proof in &self.proofs {
            let leaf = tree::leaf(proof.hash);
            if !tree::is_included(leaf, proof.index, size, &proof.path, root) {
                let (line, case, seq) = (proof.line, proof.case, proof.seq);
                return Err(Bad::NotProven { line, case, seq });
            }
        }
        Ok(())
    }
}
