//! Compression: reads back, and stays readable.

use super::{JOURNAL_1, JOURNAL_1_LINES, PLAIN, body, expand, journal};
use casework::Digest;
use engine::seams::StoreError;

#[test]
fn a_journal_reads_back_and_is_smaller_with_the_dictionary() {
    let line = br#"{"seq":1,"at":1800000000000,"by":"engine","event":{"ask_announced":{"ask":9}}}"#;
    let with = journal(line).unwrap();
    assert_eq!(
        expand(with.dictionary, i64::try_from(line.len()).unwrap(), &with.bytes).unwrap(),
        line
    );
    let without = body(line).unwrap();
    assert!(with.bytes.len() * 2 < without.bytes.len(), "{with:?} {without:?}");
}

#[test]
fn the_dictionary_never_changes_since_stored_journals_need_it() {
    let digest = Digest::of(JOURNAL_1_LINES).to_string();
    assert_eq!(digest, "951417fa58b0564a73a54dde80689361d08b2999e26eaee61558c5d64cbbc969");
}

#[test]
fn what_is_damaged_is_corrupt_and_never_more() {
    let whole = journal(&b"a journal of one line\n".repeat(9)).unwrap();
    let raw_bytes = i64::try_from(whole.raw_bytes).unwrap();
    let damaged = [
        expand(JOURNAL_1, raw_bytes, &whole.bytes[..whole.bytes.len() - 3]),
        expand(JOURNAL_1, raw_bytes - 1, &whole.bytes),
        expand(JOURNAL_1, raw_bytes + 1, &whole.bytes),
        expand(JOURNAL_1, -1, &whole.bytes),
        expand(JOURNAL_1, i64::MAX, &whole.bytes),
        expand(77, raw_bytes, &whole.bytes),
        expand(PLAIN, 10, b"not compressed"),
    ];
    for one in damaged {
        assert!(matches!(one, Err(StoreError::Corrupt { .. })), "{one:?}");
    }
}
