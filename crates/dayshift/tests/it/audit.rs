//! The audit trail from outside: exports, proofs, checkpoints and witnesses; every change of them
//! is found. What the entries say is not looked at here.

use crate::office::{self, Replies};
use crate::program::{Seeded, run};
use casework::audit::note::Note;
use casework::audit::{Trust, Verification, Verifier};
use ring::signature::{ED25519, UnparsedPublicKey};
use std::path::Path;

const CHANGES: usize = 1_000;

/// An office's trail as exported by the binary.
fn exported(dir: &Path) -> Vec<u8> {
    office::write(dir, 5, Replies::Alone);
    run(dir, &["run", ".", "--until-idle", "--json"]).well();
    let said = run(dir, &["audit", "export", ".", "--out", "trail.jsonl", "--json"]).well();
    // Five cases and the office's own journal, where that has entries.
    assert!(matches!(said["cases"].as_u64(), Some(5 | 6)), "{said}");
    std::fs::read(dir.join("trail.jsonl")).unwrap()
}

fn verified(trail: &[u8], earlier: &[Note]) -> Verification {
    let check = |key: &[u8; 32], message: &[u8], signature: &[u8]| {
        UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok()
    };
    let trust = Trust { check, key: None, earlier: earlier.to_vec(), witness: None };
    let mut verifier = Verifier::new(trust);
    let bad =
        trail.split_inclusive(|byte| *byte == b'\n').find_map(|line| verifier.line(line).err());
    let verification = verifier.finish(bad);
    assert_eq!(verification.ok, verification.first_bad.is_none());
    verification
}

fn is_found(trail: &[u8]) -> bool {
    !verified(trail, &[]).ok
}

#[test]
fn an_exported_trail_verifies_until_any_byte_of_it_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let trail = exported(dir.path());
    let told = run(dir.path(), &["audit", "verify", "trail.jsonl", "--json"]).well();
    assert_eq!((&told["ok"], &told["unsigned"]), (&true.into(), &0.into()));
    assert!(told["entries"].as_u64() > Some(5 * 8), "{told}");
    assert!(told["key"].as_str().is_some_and(|key| key.starts_with("lantern-works/")), "{told}");

    let mut random = Seeded(20_261_102);
    for _ in 0..CHANGES {
        let at = random.below(trail.len() as u64) as usize;
        let flip = 1 + random.below(255) as u8;
        let mut changed = trail.clone();
        changed[at] ^= flip;
        let line = 1 + trail[..at].iter().filter(|byte| **byte == b'\n').count();
        let bad = verified(&changed, &[]).first_bad.unwrap();
        assert!(bad.starts_with(&format!("line {line}: ")), "byte {at} of line {line}: {bad}");
    }
}

#[test]
fn a_cut_a_swapped_and_a_doubled_line_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let trail = exported(dir.path());
    let lines: Vec<&[u8]> = trail.split_inclusive(|byte| *byte == b'\n').collect();
    let mut random = Seeded(7);
    for _ in 0..50 {
        let cut = random.below(trail.len() as u64) as usize;
        assert!(is_found(&trail[..cut]), "a trail cut after {cut} bytes is not found");
    }
    for at in 0..lines.len() {
        assert!(is_found(&lines[..at].concat()), "cut before line {at}");
        let mut less = lines.clone();
        less.remove(at);
        assert!(is_found(&less.concat()), "without line {at}");
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        assert!(is_found(&more.concat()), "line {at} twice");
        if at > 0 {
            let mut swapped = lines.clone();
            swapped.swap(at - 1, at);
            assert!(is_found(&swapped.concat()), "line {at} before the one before it");
        }
    }
}

#[test]
fn a_changed_file_ends_the_command_with_words_and_exit_code_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut trail = exported(dir.path());
    let middle = trail.len() / 2;
    trail[middle] ^= 1;
    std::fs::write(dir.path().join("trail.jsonl"), trail).unwrap();
    let told = run(dir.path(), &["audit", "verify", "trail.jsonl"]);
    assert!(told.ended_with(1).stdout.contains("Not as it was written: line "), "{told:?}");
    let told = run(dir.path(), &["audit", "verify", "trail.jsonl", "--json"]);
    let object = told.ended_with(1).json();
    assert_eq!(object["ok"], false);
    assert!(object["first_bad"].as_str().is_some_and(|why| why.starts_with("line ")), "{object}");
}

#[test]
fn an_effect_is_proven_in_one_file_and_a_changed_proof_is_none() {
    let dir = tempfile::tempdir().unwrap();
    exported(dir.path());
    let calls = office::entries(dir.path(), 2);
    let sent = calls.iter().find(|entry| entry["event"]["call_started"].is_object()).unwrap();
    let call = sent["event"]["call_started"]["call"].as_u64().unwrap();
    let effect = format!("2/{call}");
    run(dir.path(), &["audit", "prove", &effect, "--out", "proof.jsonl", "--json"]).well();
    let told = run(dir.path(), &["audit", "verify", "proof.jsonl", "--json"]).well();
    assert_eq!((&told["ok"], &told["cases"]), (&true.into(), &1.into()));
    let proof = std::fs::read(dir.path().join("proof.jsonl")).unwrap();
    let last = proof.split(|byte| *byte == b'\n').rev().nth(3).unwrap();
    assert!(String::from_utf8_lossy(last).contains("call_ended"), "the proof ends with the end");
    for at in 0..proof.len() {
        let mut changed = proof.clone();
        changed[at] ^= 1;
        assert!(is_found(&changed), "byte {at} of the proof");
    }
    let told = run(dir.path(), &["audit", "prove", "2/9999", "--json"]);
    assert_eq!(told.ended_with(2).json()["ok"], false);
}

#[test]
fn a_witness_cosigns_what_continues_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    exported(at);
    let key = run(at, &["audit", "key", ".", "--json"]).well()["key"].as_str().unwrap().to_owned();
    let kept = |name: &str, arguments: &[&str]| {
        let told = run(at, arguments);
        assert_eq!(told.code, Some(0), "{told:?}");
        std::fs::write(at.join(name), told.stdout).unwrap();
    };
    kept("first.txt", &["audit", "checkpoint", "."]);
    let witness = |request: &str| {
        let arguments = ["audit", "witness", request, "--key", "w.key", "--name", "eye.example"];
        run(at, &[&arguments[..], &["--seen", "seen.txt", "--log", &key, "--json"]].concat())
    };
    let eye = witness("first.txt").well()["witness"].as_str().unwrap().to_owned();
    office::put_mail(at, "later.eml", &office::mail(77));
    run(at, &["run", ".", "--until-idle", "--json"]).well();
    kept("bare.txt", &["audit", "checkpoint", "."]);
    assert_eq!(witness("bare.txt").ended_with(1).json()["ok"], false);
    kept("second.txt", &["audit", "checkpoint", ".", "--since", "seen.txt"]);
    witness("second.txt").well();
    // What was proven from an older checkpoint than the one last seen does not fit.
    assert_eq!(witness("second.txt").ended_with(1).json()["ok"], false);
    let arguments = ["audit", "verify", ".", "--checkpoint", "seen.txt", "--key", &key];
    let with_eye = run(at, &[&arguments[..], &["--witness", &eye, "--json"]].concat()).well();
    assert!(with_eye["witnessed_at"].as_u64() > Some(1_700_000_000), "{with_eye}");
    let other = run(at, &["audit", "verify", ".", "--witness", &eye, "--json"]);
    assert_eq!(other.ended_with(1).json()["ok"], false, "nothing in the store is cosigned");
}

#[test]
fn a_store_that_was_rolled_back_or_rewritten_does_not_fit_an_older_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    exported(at);
    let state = |name: &str| at.join("state").join(name);
    std::fs::copy(state("dayshift.db"), at.join("older.db")).unwrap();
    office::put_mail(at, "later.eml", &office::mail(77));
    run(at, &["run", ".", "--until-idle", "--json"]).well();
    let note = run(at, &["audit", "checkpoint", "."]);
    std::fs::write(at.join("printed.txt"), &note.stdout).unwrap();
    let verify = || run(at, &["audit", "verify", ".", "--checkpoint", "printed.txt", "--json"]);
    verify().well();

    for beside in ["dayshift.db-wal", "dayshift.db-shm"] {
        // There is none when the store was closed.
        let _ = std::fs::remove_file(state(beside));
    }
    std::fs::copy(at.join("older.db"), state("dayshift.db")).unwrap();
    let rolled = verify();
    let bad = rolled.ended_with(1).json()["first_bad"].as_str().unwrap().to_owned();
    assert!(bad.contains("it was cut"), "{bad}");

    // The host goes on from the older state with other facts, and signs them: a fork.
    for number in 80..84 {
        office::put_mail(at, &format!("{number}.eml"), &office::mail(number));
    }
    run(at, &["run", ".", "--until-idle", "--json"]).well();
    run(at, &["audit", "verify", ".", "--json"]).well();
    let forked = verify();
    let bad = forked.ended_with(1).json()["first_bad"].as_str().unwrap().to_owned();
    assert!(bad.contains("does not continue"), "{bad}");
}

#[test]
fn an_erased_person_is_found_nowhere_and_the_trail_still_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    exported(at);
    let note = run(at, &["audit", "checkpoint", "."]);
    std::fs::write(at.join("printed.txt"), &note.stdout).unwrap();
    let person = "guest@guest3.example";
    let told = run(at, &["audit", "erase", ".", "--person", person, "--json"]);
    assert_eq!(told.ended_with(2).json()["ok"], false, "nobody was asked");
    let told = run(at, &["audit", "erase", ".", "--person", person]);
    assert!(told.ended_with(1).stderr.contains("nothing was erased"), "no answer is no");
    let why = ["--why", "a request of the third of May"];
    let erase = ["audit", "erase", ".", "--person", person, "--yes", "--json"];
    let erased = run(at, &[&erase[..], &why].concat()).well();
    assert_eq!(erased["cases"].as_array().unwrap().len(), 1, "{erased}");
    assert!(erased["bodies"].as_u64() > Some(0), "{erased}");
    let case = erased["cases"][0].as_u64().unwrap();

    let verified =
        run(at, &["audit", "verify", ".", "--checkpoint", "printed.txt", "--json"]).well();
    assert_eq!(verified["erased"], erased["entries"]);
    run(at, &["audit", "export", ".", "--out", "after.jsonl", "--json"]).well();
    run(at, &["audit", "verify", "after.jsonl", "--json"]).well();
    let part =
        ["audit", "export", ".", "--case", &case.to_string(), "--out", "part.jsonl", "--json"];
    run(at, &part).well();
    run(at, &["audit", "verify", "part.jsonl", "--json"]).well();

    let shown = run(at, &["case", "show", &case.to_string(), "--json"]).well();
    assert!(shown["entries"].as_array().unwrap().len() > 8, "what happened is still told");
    let mut places = vec![shown.to_string().into_bytes()];
    places.push(std::fs::read(at.join("after.jsonl")).unwrap());
    let state = std::fs::read_dir(at.join("state")).unwrap().map(|entry| entry.unwrap().path());
    places.extend(state.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()));
    for words in ["guest3.example", "number 3 flickers", "Lamp 3"] {
        for place in &places {
            let found = place.windows(words.len()).any(|part| part == words.as_bytes());
            assert!(!found, "{words}");
        }
    }
    let others = String::from_utf8_lossy(&places[1]).into_owned();
    assert!(others.contains("number 2 flickers"), "others are left alone");
}

#[test]
fn cases_that_are_no_longer_kept_are_told_in_the_trail() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    exported(at);
    let forgotten = run(at, &["size", ".", "--forget-after-days", "0", "--json"]).well();
    assert_eq!(forgotten["forgotten"], 5);
    let verified = run(at, &["audit", "verify", ".", "--json"]).well();
    assert!(verified["gone"].as_u64() > Some(5 * 8), "{verified}");
}

#[test]
fn an_auditors_questions_are_answered_by_one_command_each() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    exported(at);
    let entries = office::entries(at, 2);
    let proposed = |entry: &&serde_json::Value| {
        entry["event"]["call_proposed"]["call"]["tool"] == "tickets.create"
    };
    let call = entries.iter().find(proposed).unwrap()["seq"].as_u64().unwrap().to_string();
    let export = ["audit", "export", ".", "--json"];
    let of_call = |question| {
        let which = ["--question", question, "--case", "2", "--call", &call];
        run(at, &[&export[..], &which].concat()).well()
    };
    let told = of_call("approvals");
    assert_eq!(told["approvals"]["call"]["tool"], "tickets.create");
    assert!(told["approvals"]["ruling"]["allow"].is_object(), "{told}");
    let told = of_call("influences");
    let influences = told["influences"].as_array().unwrap();
    let title = influences.iter().find(|one| one["words"] == "Lamp 1").unwrap();
    assert_eq!((&title["origin"], &title["how"]["argument"]), (&"outside".into(), &"title".into()));

    let about = run(at, &[&export[..], &["--about", "GUEST@guest3.example"]].concat()).well();
    assert_eq!(about["touched"].as_array().unwrap().len(), 1, "{about}");

    let under = || run(at, &[&export[..], &["--question", "under-policy"]].concat()).well();
    let told = under();
    assert!(told["calls"].as_u64() > Some(9), "{told}");
    assert_eq!(told["differ"], serde_json::json!([]), "{told}");
    let path = at.join("workers/desk/worker.toml");
    let rules = std::fs::read_to_string(&path).unwrap();
    let stricter = format!("{rules}\n[[rule]]\ntool = \"mail.reply\"\ndeny = 'true'\n");
    std::fs::write(&path, stricter).unwrap();
    let told = under();
    assert_eq!(told["differ"].as_array().unwrap().len(), 5, "{told}");
}
