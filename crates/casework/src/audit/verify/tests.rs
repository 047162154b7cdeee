//! A trail of a thousand entries, and everything that can be done to it: damage at every byte, and
//! what a careful forger would write who knows the format and lacks the key. Signatures are
//! stand-ins: their own strength is not tested here.

use super::*;
use crate::audit::Exporter;
use crate::audit::note::{Checkpoint, Purpose};
use crate::ids::PersonId;
use crate::journal::Actor;
use crate::office::{ErasedEntry, ForgottenCase};
use crate::time::Timestamp;
use std::collections::BTreeMap;

const CASES: u64 = 100;
const LINES: u32 = 10;

fn stand_in(key: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let digest = Digest::of(&[key.as_slice(), message].concat()).0;
    let mut signature = [0; 64];
    signature.iter_mut().zip(digest.iter().chain(&digest)).for_each(|(to, from)| *to = *from);
    signature
}

fn check(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    stand_in(key, message) == signature
}

fn key() -> PublicKey {
    PublicKey { name: "lantern/1".into(), purpose: Purpose::Log, bytes: [5; 32] }
}

fn trust() -> Trust {
    Trust { check, key: Some(key()), earlier: Vec::new(), witness: None }
}

/// Journals by case, each line without its break, and the order in which they were committed.
#[derive(Clone)]
struct Office {
    journals: BTreeMap<u64, Vec<String>>,
    log: Vec<Digest>,
    notes: Vec<Note>,
}

fn hashes(case: u64, lines: &[String]) -> Vec<Digest> {
    let mut chain = Chain::start(CaseId(case));
    let after = |line: &String| {
        chain.extend(line.as_bytes());
        chain.head
    };
    lines.iter().map(after).collect()
}

impl Office {
    /// Cases whose entries were committed in turns, with a checkpoint at every 100 entries.
    fn new() -> Self {
        let line = |case: u64, seq: u32| {
            format!("{{\"seq\":{seq},\"by\":\"engine\",\"what\":\"entry {seq} of {case}\"}}")
        };
        let journals: BTreeMap<u64, Vec<String>> = (1..=CASES)
            .map(|case| (case, (0..LINES).map(|seq| line(case, seq)).collect()))
            .collect();
        let mut office = Self { journals, log: Vec::new(), notes: Vec::new() };
        office.commit_in_turns();
        office
    }

    fn commit_in_turns(&mut self) {
        let known: HashSet<Digest> = self.log.iter().copied().collect();
        let all: Vec<Vec<Digest>> =
            self.journals.iter().map(|(case, lines)| hashes(*case, lines)).collect();
        let longest = all.iter().map(Vec::len).max().unwrap_or(0);
        for seq in 0..longest {
            let at_seq = all.iter().filter_map(|journal| journal.get(seq));
            self.log.extend(at_seq.filter(|hash| !known.contains(hash)));
        }
        self.sign_every(100);
    }

    fn sign_every(&mut self, step: usize) {
        let signed = self.notes.last().map_or(0, |note| note.checkpoint.size as usize);
        let sizes = (1..=self.log.len()).filter(|size| size % step == 0 || *size == self.log.len());
        let notes: Vec<Note> =
            sizes.filter(|size| *size > signed).map(|size| self.note(size)).collect();
        self.notes.extend(notes);
    }

    fn note(&self, size: usize) -> Note {
        let leaves: Vec<Digest> = self.log[..size].iter().map(|hash| tree::leaf(*hash)).collect();
        let (origin, size, root) = (key().name, size as u64, tree::root(&leaves));
        Checkpoint { origin, size, root }.signed(&key(), |text| stand_in(&key().bytes, text))
    }

    /// One more entry of the office's own journal.
    fn say(&mut self, change: Change) {
        let journal = self.journals.entry(0).or_default();
        let (by, event) = (Actor::Person(PersonId::new("ines")), Event::OfficeChanged(change));
        let seq = journal.len() as u32;
        let line = Entry { seq, at: Timestamp(1), by, event }.to_line().unwrap();
        journal.push(String::from_utf8(line).unwrap());
        let hash = *hashes(0, journal).last().unwrap();
        self.log.push(hash);
        self.sign_every(100);
    }

    fn export(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut exporter = Exporter::begin(&key().to_string(), &self.log, true, &mut out).unwrap();
        for (case, lines) in &self.journals {
            let journal: String = lines.iter().map(|line| format!("{line}\n")).collect();
            exporter.journal(CaseId(*case), journal.as_bytes(), None, &mut out).unwrap();
        }
        let notes: Vec<String> = self.notes.iter().map(ToString::to_string).collect();
        exporter.finish(&notes, &mut out);
        out
    }

    /// What a forger makes of it who writes every hash anew and cannot sign.
    fn forged(&self, change: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut forged = self.clone();
        change(&mut forged);
        forged.export()
    }
}

fn verified(trust: Trust, export: &[u8]) -> Verification {
    let mut verifier = Verifier::new(trust);
    let mut lines = export.split_inclusive(|byte| *byte == b'\n');
    let bad = lines.find_map(|line| verifier.line(line).err());
    verifier.finish(bad)
}

fn bad(export: &[u8]) -> String {
    verified(trust(), export).first_bad.expect("it is found")
}

#[test]
fn a_trail_of_a_thousand_entries_verifies() {
    let office = Office::new();
    let found = verified(trust(), &office.export());
    assert_eq!(found.first_bad, None);
    assert_eq!((found.ok, found.cases, found.entries), (true, CASES, 1_000));
    assert_eq!((found.checkpoints, found.unsigned), (10, 0));
}

#[test]
fn every_changed_byte_is_found_in_the_line_where_it_is() {
    let export = Office::new().export();
    let mut verifier = Verifier::new(trust());
    for (number, line) in (1..).zip(export.split_inclusive(|byte| *byte == b'\n')) {
        for at in 0..line.len() {
            let mut changed = line.to_vec();
            changed[at] ^= 1 << (at % 8);
            // A byte that becomes a line break ends the line early, as a reader would see it.
            let changed = changed.split_inclusive(|byte| *byte == b'\n').next().unwrap();
            // The running check is all that `line` asks first; cloning it alone is quick.
            let found = verifier.checked.clone().read(changed).is_none();
            assert!(found, "byte {at} of line {number}");
            if at == line.len() / 2 {
                let found = verifier.clone().line(changed);
                assert_eq!(found, Err(Bad::Damaged { line: number }), "line {number}");
            }
        }
        verifier.line(line).unwrap();
    }
    assert!(verifier.finish(None).ok);
}

#[test]
fn a_line_that_is_removed_doubled_or_moved_is_found_where_it_was() {
    let export = Office::new().export();
    let lines: Vec<&[u8]> = export.split_inclusive(|byte| *byte == b'\n').collect();
    let mut verifier = Verifier::new(trust());
    for at in 0..lines.len() {
        let damaged = Err(Bad::Damaged { line: at as u64 + 1 });
        assert_eq!(verifier.clone().finish(None).first_bad, Some(Bad::CutOff.to_string()));
        if let Some(next) = lines.get(at + 1) {
            assert_eq!(verifier.clone().line(next), damaged, "line {at} is gone");
        }
        if at > 0 {
            assert_eq!(verifier.clone().line(lines[at - 1]), damaged, "line {at} comes twice");
        }
        verifier.line(lines[at]).unwrap();
    }
    for cut in (0..export.len()).step_by(97) {
        assert!(!verified(trust(), &export[..cut]).ok, "cut after {cut} bytes");
    }
}

#[test]
fn a_forger_without_the_key_cannot_change_remove_add_or_reorder() {
    let office = Office::new();
    let rewritten = |forged: &mut Office, order: &[Digest], old: &[Digest], new: &[Digest]| {
        let renamed: HashMap<Digest, Digest> =
            old.iter().copied().zip(new.iter().copied()).collect();
        let rename = |hash: &Digest| renamed.get(hash).copied().unwrap_or(*hash);
        forged.log = order.iter().map(rename).collect();
    };
    let changed = office.forged(|forged| {
        let old = hashes(42, &forged.journals[&42]);
        let line = &mut forged.journals.get_mut(&42).unwrap()[3];
        *line = line.replace("entry 3", "entry x");
        let new = hashes(42, &forged.journals[&42]);
        let order = forged.log.clone();
        rewritten(forged, &order, &old, &new);
    });
    // Entry 3 of the 42nd case is number 341 of the log.
    assert!(bad(&changed).contains("the checkpoint of 400 "), "{}", bad(&changed));
    let removed = office.forged(|forged| {
        let last = *hashes(42, &forged.journals[&42]).last().unwrap();
        forged.journals.get_mut(&42).unwrap().pop();
        forged.log.retain(|hash| *hash != last);
    });
    assert!(bad(&removed).contains("entry 999 of it is missing"), "{}", bad(&removed));
    let left_out = office.forged(|forged| {
        forged.journals.remove(&42);
    });
    assert!(bad(&left_out).contains("no longer kept"), "{}", bad(&left_out));
    let reordered = office.forged(|forged| forged.log.swap(210, 211));
    assert!(bad(&reordered).contains("the checkpoint of 300 "), "{}", bad(&reordered));
    let added = office.forged(|forged| {
        let line = forged.journals[&42][9].replace("\"seq\":9", "\"seq\":10");
        forged.journals.get_mut(&42).unwrap().push(line);
        let hash = *hashes(42, &forged.journals[&42]).last().unwrap();
        forged.log.insert(950, hash);
    });
    assert!(bad(&added).contains("the checkpoint of 1000 "), "{}", bad(&added));
    let backwards = office.forged(|forged| {
        let journal = hashes(42, &forged.journals[&42]);
        let place = |hash| forged.log.iter().position(|known| known == hash).unwrap();
        let (first, second) = (place(&journal[4]), place(&journal[5]));
        forged.log.swap(first, second);
    });
    assert!(bad(&backwards).contains("before the one it follows"), "{}", bad(&backwards));
    let cut = office.forged(|forged| {
        forged.journals.values_mut().for_each(|lines| lines.truncate(8));
        forged.log.truncate(800);
    });
    assert!(bad(&cut).contains("entry 800 of it is missing"), "{}", bad(&cut));
}

#[test]
fn a_host_that_signs_anew_is_found_by_a_checkpoint_that_left_it() {
    let office = Office::new();
    let earlier = |size| Trust { earlier: vec![office.note(size)], ..trust() };
    let shorter = office.forged(|forged| {
        forged.journals.values_mut().for_each(|lines| lines.truncate(8));
        forged.log.truncate(800);
        forged.notes.truncate(8);
    });
    assert!(verified(trust(), &shorter).ok, "by itself it is a trail like any other");
    let found = verified(earlier(900), &shorter).first_bad.unwrap();
    assert!(found.contains("covers 900 entries; this log has 800"), "{found}");
    assert!(verified(earlier(750), &shorter).ok);
    let other = office.forged(|forged| {
        forged.journals.get_mut(&7).unwrap()[9] = "{\"seq\":9,\"what\":\"other\"}".into();
        (forged.log, forged.notes) = (Vec::new(), Vec::new());
        forged.commit_in_turns();
    });
    assert!(verified(trust(), &other).ok);
    assert!(verified(earlier(900), &other).ok, "up to there nothing was changed");
    let found = verified(earlier(1_000), &other).first_bad.unwrap();
    assert!(found.contains("does not continue a checkpoint of 1000 "), "{found}");
    let foreign = Note::parse(&office.note(900).to_string().replace("lantern/1", "lantern/2"));
    let trust = Trust { earlier: vec![foreign.unwrap()], ..trust() };
    assert_eq!(verified(trust, &office.export()).first_bad, Some(Bad::Foreign.to_string()));
}

#[test]
fn another_key_and_no_signature_at_all_are_found() {
    let office = Office::new();
    let other = Trust { key: Some(PublicKey { bytes: [6; 32], ..key() }), ..trust() };
    let found = verified(other, &office.export());
    assert_eq!(found.first_bad, Some(Bad::OtherKey.to_string()));
    let unsigned = office.forged(|forged| forged.notes.clear());
    assert_eq!(bad(&unsigned), Bad::Unsigned.to_string());
    let witness = PublicKey { purpose: Purpose::Witness, ..key() };
    let watched = Trust { witness: Some(witness), ..trust() };
    let found = verified(watched, &office.export());
    assert_eq!(found.first_bad, Some(Bad::NotWitnessed.to_string()));
}

#[test]
fn cases_no_longer_kept_are_fine_where_the_office_says_so_and_nowhere_else() {
    let mut office = Office::new();
    let journal = office.journals.remove(&9).unwrap();
    let found = bad(&office.export());
    assert!(found.starts_with("10 entries are no longer kept"), "{found}");
    let head = *hashes(9, &journal).last().unwrap();
    let case = ForgottenCase { case: CaseId(9), entries: LINES, head };
    office.say(Change::Forgotten { cases: vec![case] });
    let found = verified(trust(), &office.export());
    assert_eq!((found.ok, found.gone, found.entries), (true, 10, 991), "{found:?}");
    office.journals.remove(&10);
    assert!(bad(&office.export()).starts_with("20 entries are no longer kept"));
}

#[test]
fn an_erased_entry_is_fine_where_the_office_names_its_new_line_and_nowhere_else() {
    let mut office = Office::new();
    let head = hashes(9, &office.journals[&9])[4];
    let line = format!("{{\"erased\":\"{head}\",\"seq\":4,\"what\":\"[erased]\"}}");
    office.journals.get_mut(&9).unwrap()[4].clone_from(&line);
    let found = bad(&office.export());
    assert!(found.contains("case 9: entry 4 was replaced, and no erasure says so"), "{found}");
    let now = Digest::of(line.as_bytes());
    let entry = ErasedEntry { case: CaseId(9), seq: 4, now };
    office.say(Change::Erased { why: "a request".into(), entries: vec![entry] });
    let found = verified(trust(), &office.export());
    assert_eq!((found.ok, found.erased), (true, 1), "{found:?}");
    office.journals.get_mut(&9).unwrap()[4] = line.replace("[erased]", "nothing was sent");
    let found = bad(&office.export());
    assert!(found.contains("case 9: entry 4 was replaced"), "{found}");
}
