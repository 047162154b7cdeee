//! Key files, and Ed25519 against the first test of its specification.

use super::*;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn signatures_are_those_of_the_specification() {
    // RFC 8032, section 7.1, test 1: the empty message.
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let seed = casework::Digest::parse(seed).unwrap().0;
    let signer = Signer::of(&seed, "a".into(), Purpose::Log).unwrap();
    assert_eq!(casework::Digest(signer.public.bytes).to_string(), public);
    let signature = signer.sign(b"");
    assert!(signature.starts_with(&[0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72]));
    assert!(check(&signer.public.bytes, b"", &signature));
    assert!(!check(&signer.public.bytes, b"x", &signature));
    assert!(!check(&signer.public.bytes, b"", &signature[1..]));
}

#[test]
fn a_key_is_made_once_for_its_owner_alone_and_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.key");
    let name = log_name("Lantern Works, Ltd.").unwrap();
    assert!(name.starts_with("lantern-works-ltd/"), "{name}");
    let made = Signer::open_or_make(&path, &name, Purpose::Log).unwrap();
    let again = Signer::open_or_make(&path, "another/name", Purpose::Log).unwrap();
    assert_eq!(made.public(), again.public());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Signer::open_or_make(&path, &name, Purpose::Witness).is_err());
    std::fs::write(&path, "PRIVATE+KEY+a+00000000+AAAA\n").unwrap();
    assert!(Signer::open_or_make(&path, &name, Purpose::Log).is_err());
}
