//! A good token, and each way in which one can be bad. RSA is tried against a real provider.

use super::*;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_773_135_000_000);
const NOW_S: i64 = NOW.0 / 1_000;
const WANTED: Wanted<'static> =
    Wanted { issuer: "https://id.harbour.example", client: "desk", nonce: "n1", now: NOW };

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn keys(&self) -> Keys {
        let x = Some(URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref()));
        let (kid, crv) = (Some("k1".into()), Some("Ed25519".into()));
        Keys { keys: vec![Key { kty: "OKP".into(), kid, crv, x, ..Key::default() }] }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signed.as_bytes()).as_ref());
        format!("{signed}.{signature}")
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "kid": "k1" })
}

fn claims() -> Value {
    json!({
        "iss": WANTED.issuer, "sub": "4711", "aud": "desk", "nonce": "n1",
        "exp": NOW_S + 300, "iat": NOW_S, "auth_time": NOW_S - 5,
        "email": "mo@harbour.example", "email_verified": true,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut all = claims();
    all[name] = value;
    all
}

#[test]
fn a_token_that_fits_says_who_it_is() {
    let signer = Signer::new(1);
    let identity = verify(&signer.token(&header(), &claims()), &signer.keys(), &WANTED).unwrap();
    assert_eq!(
        (identity.subject.as_str(), identity.mail.as_deref()),
        ("4711", Some("mo@harbour.example"))
    );
    assert_eq!(identity.proved_at, Some(Timestamp((NOW_S - 5) * 1_000)));
}

#[test]
fn a_mail_address_that_is_not_verified_is_none() {
    let signer = Signer::new(1);
    for verified in [json!(false), json!("true"), json!(1), Value::Null] {
        let token = signer.token(&header(), &with("email_verified", verified));
        assert_eq!(verify(&token, &signer.keys(), &WANTED).unwrap().mail, None);
    }
}

#[test]
fn each_claim_that_does_not_fit_is_refused_and_the_clock_may_be_off_by_a_minute() {
    let signer = Signer::new(1);
    let refused =
        |claims: Value| verify(&signer.token(&header(), &claims), &signer.keys(), &WANTED).is_err();
    for (name, value) in [
        ("iss", json!("https://id.harbour.example/")),
        ("aud", json!("other")),
        ("aud", json!(["desk", "other"])),
        ("aud", json!([])),
        ("azp", json!("other")),
        ("exp", json!(NOW_S - 60)),
        ("iat", json!(NOW_S + 61)),
        ("nonce", json!("n2")),
        ("nonce", Value::Null),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("exp", Value::Null),
    ] {
        assert!(refused(with(name, value.clone())), "{name}: {value}");
    }
    for (name, value) in
        [("exp", json!(NOW_S - 59)), ("iat", json!(NOW_S + 60)), ("aud", json!(["desk"]))]
    {
        assert!(!refused(with(name, value.clone())), "{name}: {value}");
    }
}

#[test]
fn a_signature_of_something_else_by_someone_else_or_of_no_kind_proves_nothing() {
    let (signer, other) = (Signer::new(1), Signer::new(2));
    let good = signer.token(&header(), &claims());
    assert!(verify(&good, &other.keys(), &WANTED).is_err());
    assert!(verify(&good, &Keys { keys: Vec::new() }, &WANTED).is_err());
    for alg in ["none", "None", "", "HS256", "RS256", "ES256"] {
        let header = json!({ "alg": alg, "kid": "k1" });
        assert!(
            verify(&signer.token(&header, &claims()), &signer.keys(), &WANTED).is_err(),
            "{alg}"
        );
    }
    let none = format!("{}.{}.", encoded(&json!({ "alg": "none" })), encoded(&claims()));
    assert!(verify(&none, &signer.keys(), &WANTED).is_err());
    let unknown = json!({ "alg": "EdDSA", "kid": "k2" });
    assert!(verify(&signer.token(&unknown, &claims()), &signer.keys(), &WANTED).is_err());
    let critical = json!({ "alg": "EdDSA", "kid": "k1", "crit": ["b64"] });
    assert!(verify(&signer.token(&critical, &claims()), &signer.keys(), &WANTED).is_err());
    // Any byte changed anywhere.
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(changed == good || verify(&changed, &signer.keys(), &WANTED).is_err(), "byte {at}");
    }
    for text in ["", ".", "..", "a.b", "a.b.c", &"x".repeat(TOKEN_BYTES_MAX + 1)] {
        assert!(verify(text, &signer.keys(), &WANTED).is_err());
    }
}

#[test]
fn a_key_for_encryption_signs_nothing_and_es256_is_taken() {
    let signer = Signer::new(1);
    let mut keys = signer.keys();
    keys.keys[0].purpose = Some("enc".into());
    assert!(verify(&signer.token(&header(), &claims()), &keys, &WANTED).is_err());
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pair.as_ref(), &random).unwrap();
    let point = pair.public_key().as_ref();
    let coordinate = |part: &[u8]| Some(URL_SAFE_NO_PAD.encode(part));
    let key = Key {
        kty: "EC".into(),
        crv: Some("P-256".into()),
        x: coordinate(&point[1..33]),
        y: coordinate(&point[33..]),
        ..Key::default()
    };
    let signed = format!("{}.{}", encoded(&json!({ "alg": "ES256" })), encoded(&claims()));
    let signature = pair.sign(&random, signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    assert!(verify(&token, &Keys { keys: vec![key] }, &WANTED).is_ok());
}
