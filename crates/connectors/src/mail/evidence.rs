//! What a mail itself proves about its author: which domains signed it (DKIM, RFC 6376), verified
//! here on its raw bytes. Whether that is enough, `sender` says; nothing a server states is read.

use super::header_section::HeaderSection;
use super::keys::{Found, Keys};
use mail_auth::common::crypto::Algorithm;
use mail_auth::dkim::Signature;
use mail_auth::{AuthenticatedMessage, DkimResult, Parameters};
use std::borrow::Cow;

/// The evidence in one mail.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Its headers; nothing when they can be read in two ways, and then nothing is believed.
    pub(super) section: Option<HeaderSection>,
    /// Domains whose signature holds and covers what the author's words are taken from.
    pub(super) proofs: Vec<Proof>,
    /// Domains that signed only a beginning of the body (`l=`): anybody may have added to it.
    pub(super) limited: Vec<String>,
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proof {
    /// The domain that signed, in lower case.
    pub(super) domain: String,
    /// Whether how the body is to be read, and to whom it was written, is signed as well.
    pub(super) covers_reading: bool,
}

/// Headers that must be signed when they are there: from these a case gets its author, its key, its
/// words and the address for answers. One that was added later is not signed, so it shows.
const COVERED: [&str; 6] = ["from", "subject", "date", "message-id", "reply-to", "sender"];
/// Headers that must be signed as well before the text counts as a colleague's.
const READING: [&str; 4] = ["to", "cc", "content-type", "content-transfer-encoding"];
/// Signatures looked at, and verified, of one mail: each costs a question to a name server.
const SIGNATURES_MAX: usize = 20;
const VERIFIED_MAX: usize = 4;

impl Evidence {
    /// What the headers alone say; no signature is verified.
    pub(super) fn of_headers(mail: &[u8]) -> Self {
        let section = HeaderSection::read(mail);
        let values = section.iter().flat_map(|section| section.values("dkim-signature"));
        let limited = values
            .take(SIGNATURES_MAX)
            .filter_map(|value| Signature::parse(value).ok())
            .filter(|signature| signature.l > 0)
            .map(|signature| signature.d.to_lowercase())
            .collect();
        Self { section, proofs: Vec::new(), limited }
    }

    /// All the evidence there is.
    pub(super) async fn of(mail: &[u8], keys: &Keys) -> Self {
        let mut evidence = Self::of_headers(mail);
        let signed =
            evidence.section.as_ref().is_some_and(|section| section.count("dkim-signature") > 0);
        if signed && !keys.are_off() {
            evidence.proofs = proofs(mail, &evidence, keys).await;
        }
        evidence
    }

    /// Whether a domain that may speak for this author signed the mail.
    pub(super) fn proves(&self, author: &str) -> bool {
        self.proofs.iter().any(|proof| is_aligned(author, &proof.domain))
    }

    /// The same, and the signature covers how the mail is read.
    pub(super) fn proves_reading(&self, author: &str) -> bool {
        let covering = |proof: &&Proof| proof.covers_reading;
        self.proofs.iter().filter(covering).any(|proof| is_aligned(author, &proof.domain))
    }
}

/// Whether `domain` may speak for an author at `author`: it is the same, or `author` is below it.
/// This is narrower than DMARC's relaxed mode (RFC 7489, section 3.1), which needs a list of public
/// suffixes: neither a subdomain nor a sibling speaks here for the domain above or beside it.
pub(super) fn is_aligned(author: &str, domain: &str) -> bool {
    author == domain || (domain.contains('.') && author.ends_with(&format!(".{domain}")))
}

async fn proofs(mail: &[u8], evidence: &Evidence, keys: &Keys) -> Vec<Proof> {
    let (Some(section), Some(verifier)) = (&evidence.section, &keys.verifier) else {
        return Vec::new();
    };
    let mail = with_crlf(mail);
    let Some(mut message) = AuthenticatedMessage::parse_with_opts(&mail, None, true) else {
        return Vec::new();
    };
    // The one author, as read by a second reader; a mail with more or fewer proves nothing.
    let [author] = message.from.as_slice() else { return Vec::new() };
    let author = author.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    message.dkim_headers.truncate(SIGNATURES_MAX);
    message.dkim_headers.retain(|header| {
        let signature = &header.header;
        let domain = signature.d.to_lowercase();
        is_sound(signature) && is_aligned(&author, &domain) && covers(signature, section, &COVERED)
    });
    message.dkim_headers.truncate(VERIFIED_MAX);
    let mut found = Found::default();
    for header in &message.dkim_headers {
        let (selector, domain) = (&header.header.s, &header.header.d);
        if let Some(key) = keys.find(selector, domain).await {
            found.insert(selector, domain, key);
        }
    }
    let outputs = verifier.verify_dkim(Parameters::new(&message).with_txt_cache(&found)).await;
    let held = outputs.iter().filter(|output| *output.result() == DkimResult::Pass);
    let proof = |signature: &Signature| Proof {
        domain: signature.d.to_lowercase(),
        covers_reading: covers(signature, section, &READING),
    };
    held.filter_map(|output| output.signature().map(proof)).collect()
}

/// Whether a signature is of a kind that is accepted at all: of version 1, not by SHA-1, over the
/// whole body, for its own domain and no other.
fn is_sound(signature: &Signature) -> bool {
    signature.v == 1
        && signature.a != Algorithm::RsaSha1
        && signature.l == 0
        && signature.atps.is_none()
}

/// Whether all of these headers that the mail has are signed.
fn covers(signature: &Signature, section: &HeaderSection, names: &[&str]) -> bool {
    let signed = |name: &str| signature.h.iter().any(|one| one.trim().eq_ignore_ascii_case(name));
    names.iter().all(|name| section.count(name) == 0 || signed(name))
}

/// The mail with the line ends it was sent with: mail on disk often ends its lines in LF alone.
fn with_crlf(mail: &[u8]) -> Cow<'_, [u8]> {
    let bare = |pair: &[u8]| matches!(pair, [before, b'\n'] if *before != b'\r');
    if mail.first() != Some(&b'\n') && !mail.windows(2).any(bare) {
        return Cow::Borrowed(mail);
    }
    let mut sent = Vec::with_capacity(mail.len() + mail.len() / 32);
    let mut before = 0;
    for byte in mail {
        if *byte == b'\n' && before != b'\r' {
            sent.push(b'\r');
        }
        sent.push(*byte);
        before = *byte;
    }
    Cow::Owned(sent)
}
