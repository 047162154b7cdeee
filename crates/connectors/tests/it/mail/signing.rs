//! Signs mails as their senders' servers would (DKIM, RFC 6376): once with the library's own
//! signer, once by hand, so that a signature can hold and still say anything. It verifies nothing.

use connectors::mail::DkimKeys;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::HeaderWriter as _;
use mail_auth::dkim::DkimSigner;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer};

/// The domains that have a key, each its own but for the first, which signs with RSA.
pub const RSA_DOMAIN: &str = "clay.example";

/// The servers that can sign, and what name servers would say of them.
pub struct Signers {
    keys: Vec<(String, Ed25519Key)>,
}

/// What is special about a signature by hand.
#[derive(Clone, Copy)]
pub struct Signature<'a> {
    /// `d=`.
    pub domain: &'a str,
    /// `h=`.
    pub headers: &'a [&'a str],
    /// Further tags, `; l=12; x=100`.
    pub tags: &'a str,
    /// How much of the body is signed, in bytes; all of it without.
    pub body_bytes: Option<usize>,
}

impl Default for Signature<'_> {
    fn default() -> Self {
        let headers = &["From", "To", "Subject", "Date", "Message-ID"];
        Self { domain: "clay.example", headers, tags: "", body_bytes: None }
    }
}

impl Signers {
    pub fn new(domains: &[&str]) -> Self {
        let key = |domain: &&str| {
            let key = Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap();
            ((*domain).to_owned(), key)
        };
        Self { keys: domains.iter().map(key).collect() }
    }

    /// Their key records.
    pub fn records(&self) -> DkimKeys {
        let mut text = String::from("# kept by the operator\n");
        for (domain, key) in &self.keys {
            let public = base64(&key.public_key());
            text += &format!("hand._domainkey.{domain}. v=DKIM1; k=ed25519; p={public}\n");
            text += &format!("test._domainkey.{domain} v=DKIM1; k=ed25519; t=y; p={public}\n");
        }
        let (one, two) = include_str!("spoof/rsa.pub").split_at(200);
        text += &format!("tool._domainkey.{RSA_DOMAIN}. IN TXT \"v=DKIM1; p={one}\" \"{two}\"\n");
        DkimKeys { known: DkimKeys::parse(&text).unwrap(), ask_dns: false }
    }

    /// The mail with a signature by the library on top: RSA, relaxed.
    pub fn by_tool(&self, mail: &str, headers: &[&str]) -> String {
        let pem = include_str!("spoof/rsa.pem");
        let key = PrivatePkcs1KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let key = RsaKey::<Sha256>::from_key_der(PrivateKeyDer::Pkcs1(key)).unwrap();
        let signer = DkimSigner::from_key(key).domain(RSA_DOMAIN).selector("tool");
        let signed = signer.headers(headers.iter().copied()).sign(mail.as_bytes()).unwrap();
        format!("{}{mail}", signed.to_header())
    }

    /// The mail with a signature by hand on top: Ed25519, nothing changed before it is hashed.
    pub fn by_hand(&self, mail: &str, wanted: Signature<'_>) -> String {
        self.by_hand_as("hand", mail, wanted)
    }

    /// The same, under a selector.
    pub fn by_hand_as(&self, selector: &str, mail: &str, wanted: Signature<'_>) -> String {
        let Signature { domain, headers, tags, body_bytes } = wanted;
        let (_, key) = self.keys.iter().find(|(known, _)| known == domain).unwrap();
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let body = &body.as_bytes()[..body_bytes.unwrap_or(body.len())];
        let hash = base64(key.hash(body).as_ref());
        let unsigned = format!(
            "DKIM-Signature: v=1; a=ed25519-sha256; c=simple/simple; d={domain}; s={selector}; \
             h={}; bh={hash}{tags}; b=",
            headers.join(":")
        );
        let mut data = String::new();
        for name in headers {
            let prefix = format!("{}:", name.to_lowercase());
            let line = head.lines().find(|line| line.to_lowercase().starts_with(&prefix));
            data += &line.map(|line| format!("{line}\r\n")).unwrap_or_default();
        }
        data += &unsigned;
        let signature = base64(&key.sign(data.as_bytes()).unwrap());
        format!("{unsigned}{signature}\r\n{mail}")
    }
}

/// Seconds since 1970, so long from now.
pub fn seconds_from_now(seconds: i64) -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a verifier compares with the real time")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_secs() as i64 + seconds
}

/// Base64 (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { letter as char } else { '=' });
        }
    }
    text
}
