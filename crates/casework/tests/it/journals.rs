//! Journals that were written once and must replay for ever. Files are added here, never edited: a
//! change that makes one of them fail would make the journals of every office fail.

use crate::office::triage;
use casework::case::Status;
use casework::worker::Mode;
use casework::{Case, CaseId, Step, Timestamp};
use std::path::Path;

/// File, how the case ended, and the head of its chain.
const V1: [(&str, Status, &str); 2] = [
    (
        "done-alone.jsonl",
        Status::Done,
        "d03dfc4f87524fb0269e81d3bfa8791e0b117158a07c64b728c9361f3e22ad2b",
    ),
    (
        "edited-in-doubt-handed-over.jsonl",
        Status::FinishedByPerson,
        "8cdfa9e0af71e4511e0c349d5cee03d418745467bda788f5e1d49e6991063eb4",
    ),
];

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/journals/v1");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn journals_of_the_first_version_replay() {
    for (name, status, head) in V1 {
        let case = Case::replay(CaseId(7), triage(Mode::Supervised), &read(name)).unwrap();
        assert_eq!(case.progress(Timestamp(0)).status, status, "{name}");
        assert_eq!(case.chain().head.to_string(), head, "{name}");
        assert_eq!(case.next_step(Timestamp(0)), Step::Closed, "{name}");
    }
}

#[test]
fn every_beginning_of_an_old_journal_replays() {
    for (name, ..) in V1 {
        let journal = read(name);
        let lines: Vec<&[u8]> = journal.split_inclusive(|byte| *byte == b'\n').collect();
        for length in 1..lines.len() {
            let part = lines[..length].concat();
            let case = Case::replay(CaseId(7), triage(Mode::Supervised), &part).unwrap();
            assert_ne!(case.next_step(Timestamp(0)), Step::Closed, "{name}: {length}");
        }
    }
}
