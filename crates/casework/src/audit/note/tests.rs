//! Notes against the published examples of their formats, and against every change of them. The
//! signatures here are not Ed25519: what is checked is which bytes are signed.

use super::*;

/// A stand-in for a signature: the digest of key and message, twice.
fn stand_in(key: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let digest = Digest::of(&[key.as_slice(), message].concat()).0;
    let mut signature = [0; 64];
    signature.iter_mut().zip(digest.iter().chain(&digest)).for_each(|(to, from)| *to = *from);
    signature
}

fn check(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    stand_in(key, message) == signature
}

fn key(purpose: Purpose) -> PublicKey {
    PublicKey { name: "lantern.example/log".into(), purpose, bytes: [3; 32] }
}

fn signed() -> Note {
    let (origin, root) = ("lantern.example/log".to_owned(), Digest([7; 32]));
    let key = key(Purpose::Log);
    Checkpoint { origin, size: 1_042, root }.signed(&key, |text| stand_in(&key.bytes, text))
}

#[test]
fn the_published_example_of_a_cosigned_checkpoint_reads_and_writes_back() {
    let example = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/\
        Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX\
        3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = Note::parse(example).unwrap();
    assert_eq!(note.checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(note.checkpoint.size, 20_852_163);
    assert_eq!(note.to_string(), example);
    assert_eq!(note.signatures[1].time(), Some(1_679_315_147));
    assert!(note.cosigned_text(1_679_315_147).starts_with("cosignature/v1\ntime 1679315147\nexa"));
}

#[test]
fn a_public_key_reads_back_from_its_text_and_a_changed_one_does_not() {
    for purpose in [Purpose::Log, Purpose::Witness] {
        let text = key(purpose).to_string();
        assert_eq!(PublicKey::parse(&text), Ok(key(purpose)));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            assert_ne!(PublicKey::parse(&changed), Ok(key(purpose)), "{changed}");
        }
    }
    assert_eq!(PublicKey::parse("a b+00000000+AQ=="), Err(NoteError::NotAKey));
}

#[test]
fn only_the_key_that_signed_is_said_to_have() {
    let note = Note::parse(&signed().to_string()).unwrap();
    assert_eq!(note, signed());
    assert!(note.is_signed_by(&key(Purpose::Log), check));
    let other = PublicKey { bytes: [4; 32], ..key(Purpose::Log) };
    assert!(!note.is_signed_by(&other, check));
    let renamed = PublicKey { name: "other.example".into(), ..key(Purpose::Log) };
    assert!(!note.is_signed_by(&renamed, check));
    assert_eq!(note.seen_by(&key(Purpose::Witness), check), None);
}

#[test]
fn a_cosignature_says_when_and_holds_beside_the_logs_own() {
    let witness = PublicKey { name: "auditor.example".into(), ..key(Purpose::Witness) };
    let mut note = signed();
    note.cosign(&witness, 1_790_000_000, |text| stand_in(&witness.bytes, text));
    let note = Note::parse(&note.to_string()).unwrap();
    assert!(note.is_signed_by(&key(Purpose::Log), check));
    assert_eq!(note.seen_by(&witness, check), Some(1_790_000_000));
    let log = PublicKey { purpose: Purpose::Log, ..witness };
    assert!(!note.is_signed_by(&log, check), "a cosignature is no signature of a log");
}

#[test]
fn every_changed_byte_of_a_note_makes_it_unreadable_or_unsigned() {
    let whole = signed().to_string().into_bytes();
    for at in 0..whole.len() {
        for flip in [1, 2, 0x20, 0x80] {
            let mut changed = whole.clone();
            changed[at] ^= flip;
            let Ok(text) = String::from_utf8(changed) else { continue };
            let holds =
                Note::parse(&text).is_ok_and(|note| note.is_signed_by(&key(Purpose::Log), check));
            assert!(!holds, "byte {at} changed by {flip:#x}: {text}");
        }
    }
}

#[test]
fn what_is_not_a_checkpoint_is_refused_with_its_reason() {
    let refused = |text: &str| Note::parse(text).unwrap_err();
    assert_eq!(refused("a\n1\n"), NoteError::NotANote);
    assert_eq!(refused("a\n01\nAAAA\n\n— a AAAAAAA=\n"), NoteError::NotACheckpoint);
    let text = signed().checkpoint.text();
    assert_eq!(refused(&format!("{text}\n- a AAAAAAA=\n")), NoteError::BadSignatureLine);
    assert_eq!(refused(&format!("{text}\n— a AAAAAAA=")), NoteError::NotANote);
    assert_eq!(refused(&format!("{text}\n— a AAAAAAA=\r\n")), NoteError::NotANote);
    let many = "— a AAAAAAA=\n".repeat(SIGNATURES_MAX + 1);
    assert_eq!(refused(&format!("{text}\n{many}")), NoteError::NotANote);
}
