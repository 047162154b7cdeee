//! Makes finished journals and bodies small with zstd. Journals share a dictionary of typical
//! lines, which is part of the file format: it is never edited, a better one gets the next number.

use engine::seams::StoreError;
use std::sync::{LazyLock, Mutex};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// No dictionary.
pub(crate) const PLAIN: i64 = 0;
/// `journal-1.dictionary.txt`.
pub(crate) const JOURNAL_1: i64 = 1;

const JOURNAL_1_LINES: &[u8] = include_bytes!("journal-1.dictionary.txt");
const LEVEL: i32 = 3;
/// A length that no honest row claims: it bounds what a damaged row can make us allocate.
const RAW_BYTES_MAX: usize = 1 << 30;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(JOURNAL_1_LINES, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(JOURNAL_1_LINES));

/// Contexts cost more to make than a journal costs to compress, so a few are kept.
static IDLE: Mutex<Vec<Compressor<'static>>> = Mutex::new(Vec::new());
const IDLE_MAX: usize = 2;

/// Compressed bytes and what is needed to read them back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compressed {
    /// Which dictionary.
    pub dictionary: i64,
    /// The length before.
    pub raw_bytes: usize,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Compresses a finished journal.
pub(crate) fn journal(lines: &[u8]) -> Result<Compressed, StoreError> {
    let kept = IDLE.lock().ok().and_then(|mut idle| idle.pop());
    let made = || Compressor::with_prepared_dictionary(&ENCODER);
    let mut compressor = kept.map_or_else(made, Ok).map_err(|error| refused(&error))?;
    let bytes = compressor.compress(lines).map_err(|error| refused(&error))?;
    if let Ok(mut idle) = IDLE.lock()
        && idle.len() < IDLE_MAX
    {
        idle.push(compressor);
    }
    Ok(Compressed { dictionary: JOURNAL_1, raw_bytes: lines.len(), bytes })
}

/// Compresses a body.
pub(crate) fn body(raw: &[u8]) -> Result<Compressed, StoreError> {
    let bytes = zstd::bulk::compress(raw, LEVEL).map_err(|error| refused(&error))?;
    Ok(Compressed { dictionary: PLAIN, raw_bytes: raw.len(), bytes })
}

/// Reads it back.
pub(crate) fn expand(dictionary: i64, raw_bytes: i64, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = |error: std::io::Error| StoreError::Corrupt {
        why: format!("could not decompress {} bytes: {error}", bytes.len()),
    };
    let length = usize::try_from(raw_bytes).ok().filter(|length| *length <= RAW_BYTES_MAX);
    let length = length.ok_or_else(|| crate::fault::unreadable("a compressed piece's length"))?;
    let mut decompressor = match dictionary {
        PLAIN => Decompressor::new(),
        JOURNAL_1 => Decompressor::with_prepared_dictionary(&DECODER),
        _ => return Err(crate::fault::unreadable("a journal of an unknown dictionary")),
    }
    .map_err(damaged)?;
    let raw = decompressor.decompress(bytes, length).map_err(damaged)?;
    if raw.len() == length { Ok(raw) } else { Err(crate::fault::unreadable("a cut piece")) }
}

fn refused(error: &std::io::Error) -> StoreError {
    StoreError::Unavailable { why: format!("could not compress: {error}") }
}

#[cfg(test)]
mod tests;
