//! The lines of an export, byte for byte. Each ends with a running check over all bytes before it,
//! so that damage is found at the line where it is; what an attacker could write anew is caught by
//! hashes and signatures, not by this.

use crate::ids::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Digits of the running check at the end of each line but the last.
const CHECK_DIGITS: usize = 8;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// The first: the log's public key, its size when exported, and whether this is all of it.
    Header { key: String, size: u64, whole: bool },
    /// An entry at its place in the log, with its journal's chain after it; in a part of a log with
    /// the proof that it is in the tree.
    Entry {
        index: u64,
        case: u64,
        seq: u32,
        hash: Digest,
        path: Option<Vec<Digest>>,
        raw: &'a [u8],
    },
    /// An entry that is no longer kept.
    Gone { index: u64, hash: Digest },
    /// A checkpoint.
    Checkpoint { note: String },
    /// The last.
    End { cases: u64, entries: u64 },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    dayshift_audit: u8,
    key: String,
    size: u64,
    whole: bool,
}

/// Writes lines and keeps the running check.
#[derive(Clone, Debug, Default)]
pub(super) struct Checked(Sha256);

impl Checked {
    /// Adds a line to an export.
    pub(super) fn write(&mut self, line: &Line<'_>, out: &mut Vec<u8>) {
        let from = out.len();
        let is_end = matches!(line, Line::End { .. });
        body(line, out);
        self.0.update(out.get(from..).unwrap_or_default());
        let from = out.len();
        out.extend_from_slice(b",\"check\":\"");
        out.extend_from_slice(self.digits(is_end).as_bytes());
        out.extend_from_slice(b"\"}\n");
        self.0.update(out.get(from..).unwrap_or_default());
    }

    /// Reads a line with its line break; `None` when it is damaged or not written as an export
    /// writes it.
    pub(super) fn read<'a>(&mut self, bytes: &'a [u8]) -> Option<Line<'a>> {
        let inner = bytes.strip_suffix(b"\"}\n")?;
        let is_end = inner.starts_with(b"{\"cases\":");
        let digits = if is_end { 64 } else { CHECK_DIGITS };
        let (inner, check) = inner.split_at_checked(inner.len().checked_sub(digits)?)?;
        let inner = inner.strip_suffix(b",\"check\":\"")?;
        self.0.update(inner);
        if check != self.digits(is_end).as_bytes() {
            return None;
        }
        self.0.update(bytes.get(inner.len()..)?);
        parse(inner)
    }

    fn digits(&self, whole: bool) -> String {
        let mut digits = Digest(self.0.clone().finalize().into()).to_string();
        if !whole {
            digits.truncate(CHECK_DIGITS);
        }
        digits
    }
}

/// A line without its check and its last brace.
fn body(line: &Line<'_>, out: &mut Vec<u8>) {
    match line {
        Line::Header { key, size, whole } => {
            let key = quoted(key);
            let text =
                format!("{{\"dayshift_audit\":1,\"key\":{key},\"size\":{size},\"whole\":{whole}");
            out.extend_from_slice(text.as_bytes());
        }
        Line::Entry { index, case, seq, hash, path, raw } => {
            let begin =
                format!("{{\"index\":{index},\"case\":{case},\"seq\":{seq},\"hash\":\"{hash}\",");
            out.extend_from_slice(begin.as_bytes());
            if let Some(path) = path {
                let hashes: Vec<String> = path.iter().map(|hash| format!("\"{hash}\"")).collect();
                out.extend_from_slice(format!("\"path\":[{}],", hashes.join(",")).as_bytes());
            }
            out.extend_from_slice(b"\"entry\":");
            out.extend_from_slice(raw);
        }
        Line::Gone { index, hash } => {
            out.extend_from_slice(format!("{{\"index\":{index},\"hash\":\"{hash}\"").as_bytes());
        }
        Line::Checkpoint { note } => {
            out.extend_from_slice(format!("{{\"checkpoint\":{}", quoted(note)).as_bytes());
        }
        Line::End { cases, entries } => {
            out.extend_from_slice(format!("{{\"cases\":{cases},\"entries\":{entries}").as_bytes());
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn parse(inner: &[u8]) -> Option<Line<'_>> {
    let mut cursor = Cursor(inner);
    if cursor.take(b"{\"index\":").is_some() {
        return parse_entry(cursor);
    }
    if cursor.take(b"{\"checkpoint\":").is_some() {
        let note: String = serde_json::from_slice(cursor.0).ok()?;
        let same = quoted(&note).as_bytes() == cursor.0;
        return same.then_some(Line::Checkpoint { note });
    }
    if cursor.take(b"{\"cases\":").is_some() {
        let cases = cursor.number()?;
        cursor.take(b",\"entries\":")?;
        let entries = cursor.number()?;
        return cursor.0.is_empty().then_some(Line::End { cases, entries });
    }
    let header: Header = serde_json::from_slice(&[inner, b"}"].concat()).ok()?;
    let line = Line::Header { key: header.key, size: header.size, whole: header.whole };
    let mut again = Vec::new();
    body(&line, &mut again);
    (header.dayshift_audit == 1 && again == inner).then_some(line)
}

fn parse_entry(mut cursor: Cursor<'_>) -> Option<Line<'_>> {
    let index = cursor.number()?;
    if cursor.take(b",\"hash\":\"").is_some() {
        let hash = cursor.hash()?;
        return cursor.0.is_empty().then_some(Line::Gone { index, hash });
    }
    cursor.take(b",\"case\":")?;
    let case = cursor.number()?;
    cursor.take(b",\"seq\":")?;
    let seq = u32::try_from(cursor.number()?).ok()?;
    cursor.take(b",\"hash\":\"")?;
    let hash = cursor.hash()?;
    cursor.take(b",")?;
    let mut path = None;
    if cursor.take(b"\"path\":[").is_some() {
        let mut hashes = Vec::new();
        while cursor.take(b"],").is_none() {
            if !hashes.is_empty() {
                cursor.take(b",")?;
            }
            cursor.take(b"\"")?;
            hashes.push(cursor.hash()?);
        }
        path = Some(hashes);
    }
    cursor.take(b"\"entry\":")?;
    Some(Line::Entry { index, case, seq, hash, path, raw: cursor.0 })
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take(&mut self, literal: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    /// A number as we write it: no sign, no leading zero.
    fn number(&mut self) -> Option<u64> {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        if length == 0 || (length > 1 && digits.first() == Some(&b'0')) {
            return None;
        }
        self.0 = rest;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// 64 lower hexadecimal digits and the quotation mark after them.
    fn hash(&mut self) -> Option<Digest> {
        let (digits, rest) = self.0.split_first_chunk::<64>()?;
        self.0 = rest.strip_prefix(b"\"")?;
        digest(digits)
    }
}

/// Reads 64 lower hexadecimal digits.
pub(super) fn digest(digits: &[u8; 64]) -> Option<Digest> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = *pair;
        *byte = nibble(high)? << 4 | nibble(low)?;
    }
    Some(Digest(bytes))
}
