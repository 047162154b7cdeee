//! Checkpoints of the audit log as C2SP signed notes: the text, key names and numbers, signature
//! lines, and what a witness signs. Making and checking the signatures themselves is handed in, so
//! that no cryptography beyond hashing is here.
//!
//! Formats: <https://c2sp.org/signed-note>, <https://c2sp.org/tlog-checkpoint>,
//! <https://c2sp.org/tlog-cosignature>.

#[cfg(test)]
mod tests;

use crate::ids::Digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Checks an Ed25519 signature (RFC 8032): public key, message, signature of 64 bytes.
pub type CheckSignature = fn(&[u8; 32], &[u8], &[u8]) -> bool;

/// The most signature lines that are looked at in one note.
const SIGNATURES_MAX: usize = 64;

/// What a key is for; the number is the signature type of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The log signs its own checkpoints.
    Log,
    /// A witness says when it saw a checkpoint that continues what it saw before.
    Witness,
}

impl Purpose {
    fn number(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Witness => 0x04,
        }
    }
}

/// The public half of a key, with the name it signs under. Its text form, the *vkey*, is
/// `name+number+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Who signs: for a log, its origin.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The Ed25519 public key.
    pub bytes: [u8; 32],
}

/// The head of a log: this many entries give this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Digest,
}

/// A checkpoint with the signature lines that came with it; none of them is believed before
/// [`Note::is_signed_by`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed.
    pub checkpoint: Checkpoint,
    text: String,
    signatures: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    number: [u8; 4],
    signature: Vec<u8>,
}

/// Why a text is no checkpoint or no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// There is no empty line between text and signatures, or no line break at the end.
    #[error("it is not a signed note")]
    NotANote,
    /// The text is not origin, size and root.
    #[error("its text is not a checkpoint")]
    NotACheckpoint,
    /// A signature line is not written as one.
    #[error("a signature line cannot be read")]
    BadSignatureLine,
    /// A key that is not `name+number+base64`, or whose number is not its own.
    #[error("it is not a public key of an audit log or a witness")]
    NotAKey,
}

/// Whether this can be the name of a key.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

impl PublicKey {
    /// The four bytes by which signature lines name the key.
    pub fn number(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', self.purpose.number()]);
        hasher.update(self.bytes);
        let digest: [u8; 32] = hasher.finalize().into();
        digest.first_chunk().copied().unwrap_or_default()
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// `NotAKey`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(number), Some(key)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NoteError::NotAKey);
        };
        let key = BASE64.decode(key).map_err(|_| NoteError::NotAKey)?;
        let (kind, bytes) = key.split_first().ok_or(NoteError::NotAKey)?;
        let purpose = match kind {
            0x01 => Purpose::Log,
            0x04 => Purpose::Witness,
            _ => return Err(NoteError::NotAKey),
        };
        let bytes = bytes.try_into().map_err(|_| NoteError::NotAKey)?;
        let key = Self { name: name.to_owned(), purpose, bytes };
        let fits = is_key_name(name) && number == hexadecimal(&key.number());
        if fits { Ok(key) } else { Err(NoteError::NotAKey) }
    }

    /// A line of this key under a note.
    fn line(&self, signature: Vec<u8>) -> Line {
        Line { name: self.name.clone(), number: self.number(), signature }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [[self.purpose.number()].as_slice(), &self.bytes].concat();
        write!(f, "{}+{}+{}", self.name, hexadecimal(&self.number()), BASE64.encode(key))
    }
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root.0))
    }

    /// The note, signed by the log's key.
    pub fn signed(self, key: &PublicKey, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Note {
        let text = self.text();
        let line = key.line(sign(text.as_bytes()).to_vec());
        Note { checkpoint: self, text, signatures: vec![line] }
    }

    /// Reads the text; what follows the third line is the log's own business.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let size: u64 = size.parse().ok().filter(|number: &u64| number.to_string() == size)?;
        let root: [u8; 32] = BASE64.decode(root).ok()?.try_into().ok()?;
        let rest = lines.all(|line| !line.is_empty());
        let read = Self { origin: origin.to_owned(), size, root: Digest(root) };
        (!origin.is_empty() && rest).then_some(read)
    }
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// What about it is not a signed checkpoint.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.contains(|c: char| c.is_ascii_control() && c != '\n') {
            return Err(NoteError::NotANote);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NotANote)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NotANote)?;
        let text = format!("{text}\n");
        let checkpoint = Checkpoint::parse(&text).ok_or(NoteError::NotACheckpoint)?;
        let read = |line| Line::parse(line).ok_or(NoteError::BadSignatureLine);
        let signatures: Result<Vec<Line>, _> = lines.split('\n').map(read).collect();
        let signatures = signatures?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::NotANote);
        }
        Ok(Self { checkpoint, text, signatures })
    }

    /// Whether the key signed it. A line that names the key and does not hold makes the note
    /// worthless, whatever other lines say.
    pub fn is_signed_by(&self, key: &PublicKey, check: CheckSignature) -> bool {
        let number = key.number();
        let named = |line: &&Line| line.name == key.name && line.number == number;
        let mut lines = self.signatures.iter().filter(named).peekable();
        lines.peek().is_some() && lines.all(|line| self.holds(line, key, check))
    }

    /// When a witness says it saw this checkpoint, in seconds since 1970; `None` when it did not
    /// sign it.
    pub fn seen_by(&self, witness: &PublicKey, check: CheckSignature) -> Option<u64> {
        if witness.purpose != Purpose::Witness || !self.is_signed_by(witness, check) {
            return None;
        }
        let number = witness.number();
        let named = |line: &&Line| line.name == witness.name && line.number == number;
        let times = self.signatures.iter().filter(named).filter_map(|line| line.time());
        times.max()
    }

    /// Adds a witness's line: what it signs is the text with the moment before it.
    pub fn cosign(
        &mut self,
        witness: &PublicKey,
        at_seconds: u64,
        sign: impl FnOnce(&[u8]) -> [u8; 64],
    ) {
        let signature = sign(self.cosigned_text(at_seconds).as_bytes());
        let timed = [at_seconds.to_be_bytes().as_slice(), &signature].concat();
        self.signatures.push(witness.line(timed));
    }

    fn cosigned_text(&self, at_seconds: u64) -> String {
        format!("cosignature/v1\ntime {at_seconds}\n{}", self.text)
    }

    fn holds(&self, line: &Line, key: &PublicKey, check: CheckSignature) -> bool {
        match key.purpose {
            Purpose::Log => check(&key.bytes, self.text.as_bytes(), &line.signature),
            Purpose::Witness => line.time().is_some_and(|at| {
                let signature = line.signature.get(8..).unwrap_or_default();
                check(&key.bytes, self.cosigned_text(at).as_bytes(), signature)
            }),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            let signature = [line.number.as_slice(), &line.signature].concat();
            writeln!(f, "— {} {}", line.name, BASE64.encode(signature))?;
        }
        Ok(())
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("— ")?.rsplit_once(' ')?;
        let bytes = BASE64.decode(signature).ok()?;
        let (number, signature) = bytes.split_first_chunk::<4>()?;
        let read = Self { name: name.to_owned(), number: *number, signature: signature.to_vec() };
        is_key_name(name).then_some(read)
    }

    /// The moment in a witness's signature.
    fn time(&self) -> Option<u64> {
        let (time, _) = self.signature.split_first_chunk::<8>()?;
        Some(u64::from_be_bytes(*time)).filter(|time| i64::try_from(*time).is_ok())
    }
}

/// Standard Base64 of hashes, one per line, as proofs of consistency travel.
pub fn proof_lines(path: &[Digest]) -> String {
    path.iter().map(|hash| format!("{}\n", BASE64.encode(hash.0))).collect()
}

/// Reads one hash of a proof.
pub fn proof_hash(line: &str) -> Option<Digest> {
    let bytes: [u8; 32] = BASE64.decode(line).ok()?.try_into().ok()?;
    Some(Digest(bytes))
}

fn hexadecimal(bytes: &[u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(*bytes))
}
