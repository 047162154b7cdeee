//! `audit verify`: an office's store, or a file, line by line. Files are checked offline: nothing
//! but the file and what the reader brings is looked at.

use super::trail;
use crate::cli::VerifyArguments;
use crate::command::{Failure, store_path};
use crate::report::Report;
use crate::signing::{Signer, check};
use crate::wiring::checkpoints::key_path;
use casework::audit::note::{Note, PublicKey, Purpose};
use casework::audit::{Bad, Trust, Verification, Verifier};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

/// A line longer than this is none of ours: it bounds what a foreign file can make us hold.
const LINE_BYTES_MAX: u64 = 256 << 20;

pub async fn verify(arguments: VerifyArguments, report: &Report) -> Result<(), Failure> {
    let trust = Trust {
        check,
        key: arguments.key.as_deref().map(public_key).transpose()?,
        earlier: arguments
            .checkpoints
            .iter()
            .map(|path| read_note(path))
            .collect::<Result<_, _>>()?,
        witness: arguments.witness.as_deref().map(public_key).transpose()?,
    };
    let stated = trust.key.is_none();
    let verification = match arguments.path.is_dir() {
        true => of_office(&arguments.path, trust).await?,
        false => of_file(&arguments.path, trust)?,
    };
    show(&verification, stated, report)
}

fn show(verification: &Verification, stated: bool, report: &Report) -> Result<(), Failure> {
    let object = serde_json::to_value(verification).unwrap_or_default();
    if let Some(bad) = &verification.first_bad {
        report.result(&object, &format!("Not as it was written: {bad}"));
        return Err(Failure::NotReached(String::new()));
    }
    let Verification { entries, cases, checkpoints, unsigned, erased, gone, .. } = verification;
    let mut words = format!(
        "All {entries} entries of {cases} journals are as they were written.\n\
         {checkpoints} checkpoints hold; {unsigned} entries came after the last one."
    );
    if erased + gone > 0 {
        words.push_str(&format!(
            "\nThe text of {erased} entries was erased and {gone} entries are no longer kept, as \
             the office's own journal says."
        ));
    }
    match &verification.key {
        Some(key) if stated => words.push_str(&format!(
            "\nSigned by {key} — by the trail's own word: compare it with the key you were given."
        )),
        Some(key) => words.push_str(&format!("\nSigned by {key}")),
        None => words.push_str("\nNobody has signed it."),
    }
    report.result(&object, &words);
    Ok(())
}

fn of_file(path: &Path, trust: Trust) -> Result<Verification, Failure> {
    let unread = |error: std::io::Error| Failure::file("read", path, &error);
    let file = std::fs::File::open(path).map_err(unread)?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let mut verifier = Verifier::new(trust);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = std::io::Read::take(&mut file, LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(unread)?;
        if length == 0 {
            return Ok(verifier.finish(None));
        }
        if let Err(bad) = verifier.line(&line) {
            return Ok(verifier.finish(Some(bad)));
        }
    }
}

/// The store, as an export of it would be checked.
async fn of_office(dir: &Path, trust: Trust) -> Result<Verification, Failure> {
    let store = super::open(dir).await?;
    let key = Signer::read(&key_path(&store_path(dir)), Purpose::Log)?;
    let key = key.map_or_else(String::new, |key| key.public().to_string());
    let mut trail = store.trail().await?;
    let mut verifier = Verifier::new(trust);
    let mut bad: Option<Bad> = None;
    let mut take = |bytes: &[u8]| {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if bad.is_none() {
                bad = verifier.line(line).err();
            }
        }
        Ok(())
    };
    let written = trail::write_whole(&mut trail, &key, &mut take).await?;
    drop(trail);
    store.close().await?;
    let unwritten = written.err();
    let found = match (bad, &unwritten) {
        (None, Some(_)) => verifier.finish(Some(Bad::CutOff)),
        (bad, _) => verifier.finish(bad),
    };
    Ok(match unwritten {
        Some(error) => Verification { ok: false, first_bad: Some(error.to_string()), ..found },
        None => found,
    })
}

/// A public key, as text or in a file.
pub fn public_key(given: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = PublicKey::parse(given) {
        return Ok(key);
    }
    let path = Path::new(given);
    let text = std::fs::read_to_string(path).map_err(|_| {
        Failure::Use(format!("`{given}` is neither a public key nor a file with one"))
    })?;
    PublicKey::parse(&text).map_err(|error| Failure::Use(format!("{given}: {error}")))
}

/// A checkpoint in a file.
pub fn read_note(path: &Path) -> Result<Note, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    Note::parse(&text).map_err(|error| Failure::Use(format!("{}: {error}", path.display())))
}
