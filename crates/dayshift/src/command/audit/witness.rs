//! Checkpoints on their way out of the host, and what a witness does with them: check that the new
//! one continues what it saw before, and add its own signature. The request has the form of C2SP's
//! tlog-witness protocol; carrying it to and fro is up to people.

use super::check::{public_key, read_note};
use super::{Signed, trail};
use crate::cli::WitnessArguments;
use crate::command::Failure;
use crate::report::Report;
use crate::signing::{Signer, check};
use casework::Digest;
use casework::audit::note::{Note, Purpose, proof_hash, proof_lines};
use casework::audit::tree;
use engine::clock::Clock;
use serde_json::json;
use std::io::Write as _;
use std::path::Path;

/// `audit checkpoint`: the newest, with the proof that it continues an earlier one.
pub async fn checkpoint(dir: &Path, since: Option<&Path>, report: &Report) -> Result<(), Failure> {
    let signed = Signed::open(dir).await?;
    let mut trail = signed.trail().await?;
    let (log, newest) = trail::signed_log(&mut trail).await?;
    drop(trail);
    let mut text = String::new();
    if let Some(path) = since {
        let earlier = read_note(path)?.checkpoint;
        let leaves: Vec<Digest> = log.iter().map(|hash| tree::leaf(*hash)).collect();
        let size = usize::try_from(earlier.size).unwrap_or(usize::MAX);
        let same = leaves.get(..size).is_some_and(|part| tree::root(part) == earlier.root);
        let proof = tree::consistency(&leaves, size).filter(|_| same).ok_or_else(|| {
            Failure::NotReached(format!(
                "this log does not continue the checkpoint in {}",
                path.display()
            ))
        })?;
        text = format!("old {}\n{}\n", earlier.size, proof_lines(&proof));
    }
    text.push_str(&newest.note);
    let key = signed.key().to_string();
    signed.close().await?;
    report.result(&json!({ "ok": true, "size": newest.size, "key": key, "text": text }), &text);
    Ok(())
}

/// `audit witness`: checks, cosigns, remembers.
pub fn witness(arguments: &WitnessArguments, report: &Report) -> Result<(), Failure> {
    let path = &arguments.request;
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let unread = || Failure::Use(format!("{} is not a checkpoint to cosign", path.display()));
    let (old_size, proof, note) = parse_request(&text).ok_or_else(unread)?;
    let mut note = Note::parse(note).map_err(|_| unread())?;
    let log = public_key(&arguments.log)?;
    let refused = |why: &str| Failure::NotReached(format!("not cosigned: {why}"));
    let (origin, size) = (note.checkpoint.origin.clone(), note.checkpoint.size);
    if origin != log.name || !note.is_signed_by(&log, check) {
        return Err(refused("the log's key did not sign it"));
    }
    if arguments.seen.exists() {
        let seen = read_note(&arguments.seen)?.checkpoint;
        if seen.origin != origin {
            return Err(refused("it is of another log than the one seen before"));
        }
        let new = (size, note.checkpoint.root);
        let fits = seen.size == old_size.unwrap_or(size);
        if !fits || !tree::is_consistent((seen.size, seen.root), new, &proof) {
            return Err(refused("it is not proven to continue what was seen before"));
        }
    }
    let name = arguments.name.as_deref().unwrap_or("witness");
    let signer = Signer::open_or_make(&arguments.key, name, Purpose::Witness)?;
    let now = Clock::System.now().0.max(0).unsigned_abs() / 1_000;
    note.cosign(signer.public(), now, |message| signer.sign(message));
    let cosigned = note.to_string();
    remember(&arguments.seen, &cosigned)?;
    let key = signer.public().to_string();
    report.say(&format!("cosigned {size} entries of {origin} as {key}"));
    report
        .result(&json!({ "ok": true, "size": size, "witness": key, "note": cosigned }), &cosigned);
    Ok(())
}

/// Written whole or not at all: a witness that forgets what it saw could be led to a fork.
fn remember(path: &Path, note: &str) -> Result<(), Failure> {
    let being_written = path.with_extension("tmp");
    let written = std::fs::File::create(&being_written).and_then(|mut file| {
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&being_written, path)
    });
    written.map_err(|error| Failure::file("write", path, &error))
}

/// A bare checkpoint, or `old N`, the proof's lines, an empty line, and the checkpoint.
fn parse_request(text: &str) -> Option<(Option<u64>, Vec<Digest>, &str)> {
    let Some(rest) = text.strip_prefix("old ") else { return Some((None, Vec::new(), text)) };
    let (head, note) = rest.split_once("\n\n")?;
    let mut lines = head.split('\n');
    let size = lines.next()?.parse().ok()?;
    let proof = lines.map(proof_hash).collect::<Option<Vec<_>>>()?;
    Some((Some(size), proof, note))
}
