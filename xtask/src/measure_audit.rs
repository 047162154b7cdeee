//! Writes an export of many invented entries and measures how long its check takes: what
//! `dayshift audit verify FILE` does. It reads no office.

use casework::audit::note::{Checkpoint, PublicKey, Purpose};
use casework::audit::tree::Frontier;
use casework::audit::{Exporter, Trust, Verifier};
use casework::{CaseId, Chain, Digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

/// Entries of one case.
const CASE_ENTRIES: u64 = 12;
/// Entries between two checkpoints.
const CHECKPOINT_ENTRIES: u64 = 256;

/// Writes so many entries to the file and checks it; figures as one JSON object.
pub fn measure(file: &Path, entries: u64) -> io::Result<Value> {
    let begun = Instant::now();
    let bytes = write(file, entries)?;
    let write_ms = begun.elapsed().as_millis();
    let begun = Instant::now();
    let mut verifier = Verifier::new(Trust { check, key: None, earlier: vec![], witness: None });
    let mut reader = BufReader::with_capacity(1 << 20, File::open(file)?);
    let (mut line, mut bad) = (Vec::new(), None);
    while bad.is_none() && reader.read_until(b'\n', &mut line)? > 0 {
        bad = verifier.line(&line).err();
        line.clear();
    }
    let found = verifier.finish(bad);
    let verify_ms = begun.elapsed().as_millis();
    Ok(json!({
        "entries": found.entries, "cases": found.cases, "checkpoints": found.checkpoints,
        "bytes": bytes, "ok": found.ok, "first_bad": found.first_bad,
        "write_ms": write_ms, "verify_ms": verify_ms,
    }))
}

fn check(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
}

fn write(file: &Path, entries: u64) -> io::Result<u64> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32])
        .map_err(|error| io::Error::other(error.to_string()))?;
    let public = pair.public_key().as_ref().try_into().map_err(io::Error::other)?;
    let key = PublicKey { name: "measured/1".into(), purpose: Purpose::Log, bytes: public };
    let cases = entries.div_ceil(CASE_ENTRIES);
    let log = order(cases, entries);
    let mut out = Vec::new();
    let exporter = Exporter::begin(&key.to_string(), &log, true, &mut out);
    let mut exporter = exporter.map_err(io::Error::other)?;
    let (mut written, mut file) = (0, BufWriter::new(File::create(file)?));
    for case in 1..=cases {
        let lines = journal(case, entries_of(case, entries));
        exporter.journal(CaseId(case), &lines, None, &mut out).map_err(io::Error::other)?;
        written += out.len() as u64;
        file.write_all(&out)?;
        out.clear();
    }
    let mut frontier = Frontier::default();
    let mut notes = Vec::new();
    for hash in &log {
        frontier.push(*hash);
        if frontier.size() % CHECKPOINT_ENTRIES == 0 || frontier.size() == entries {
            let (origin, size, root) = (key.name.clone(), frontier.size(), frontier.root());
            let sign = |text: &[u8]| signature(&pair, text);
            notes.push(Checkpoint { origin, size, root }.signed(&key, sign).to_string());
        }
    }
    exporter.finish(&notes, &mut out);
    file.write_all(&out)?;
    file.flush()?;
    Ok(written + out.len() as u64)
}

fn signature(pair: &Ed25519KeyPair, text: &[u8]) -> [u8; 64] {
    let mut bytes = [0; 64];
    let signed = pair.sign(text);
    bytes.iter_mut().zip(signed.as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

fn entries_of(case: u64, entries: u64) -> u64 {
    CASE_ENTRIES.min(entries - (case - 1) * CASE_ENTRIES)
}

/// The hashes of all entries as they would be committed: sixteen cases at a time, in turns.
fn order(cases: u64, entries: u64) -> Vec<Digest> {
    let mut log = Vec::new();
    for first in (1..=cases).step_by(16) {
        let together = first..(first + 16).min(cases + 1);
        let hashes: Vec<Vec<Digest>> = together
            .map(|case| {
                let mut chain = Chain::start(CaseId(case));
                let lines = journal(case, entries_of(case, entries));
                let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
                lines
                    .map(|line| {
                        chain.extend(line);
                        chain.head
                    })
                    .collect()
            })
            .collect();
        for seq in 0..CASE_ENTRIES as usize {
            log.extend(hashes.iter().filter_map(|journal| journal.get(seq)));
        }
    }
    log
}

/// Lines as long as those of real cases, which are 200 to 1,000 bytes.
fn journal(case: u64, count: u64) -> Vec<u8> {
    let mut lines = Vec::new();
    for seq in 0..count {
        let text = "The lamp in the hall flickers and the invoice is wrong. "
            .repeat(usize::try_from((case * 7 + seq * 3) % 14).unwrap_or(0));
        let entry = json!({
            "seq": seq, "at": 1_790_000_000_000_u64 + case * 1_000 + seq, "by": "engine",
            "event": { "judged": { "answer": { "label": "billing" }, "case": case,
                "evidence": { "confidence": 0.97, "words": text } } },
        });
        // The order of keys is that of the journal's own lines: `seq` first does not matter here.
        lines.extend_from_slice(entry.to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}
