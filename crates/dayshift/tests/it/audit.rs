//! The exported audit trail: any change of it is found. What the entries say is not looked at here.

use crate::office::{self, Replies};
use crate::program::{Seeded, run};
use std::path::Path;

const CHANGES: usize = 1_000;

/// An office's trail as exported by the binary.
fn exported(dir: &Path) -> Vec<u8> {
    office::write(dir, 5, Replies::Alone);
    run(dir, &["run", ".", "--until-idle", "--json"]).well();
    let said = run(dir, &["audit", "export", ".", "--out", "trail.jsonl", "--json"]).well();
    assert_eq!(said["cases"], 5);
    std::fs::read(dir.join("trail.jsonl")).unwrap()
}

fn is_found(trail: &[u8]) -> bool {
    let verification = casework::audit::verify(trail);
    assert_eq!(verification.ok, verification.first_bad.is_none());
    !verification.ok
}

#[test]
fn an_exported_trail_verifies_until_any_byte_of_it_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let trail = exported(dir.path());
    let verified = run(dir.path(), &["audit", "verify", "trail.jsonl", "--json"]).well();
    assert_eq!((&verified["ok"], &verified["cases"]), (&true.into(), &5.into()));
    assert!(verified["entries"].as_u64() > Some(5 * 8), "{verified}");

    let mut random = Seeded(20_261_102);
    for _ in 0..CHANGES {
        let at = random.below(trail.len() as u64) as usize;
        let flip = 1 + random.below(255) as u8;
        let mut changed = trail.clone();
        changed[at] ^= flip;
        assert!(is_found(&changed), "byte {at} changed by {flip:#x} is not found");
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
