//! Whether a mail's author is who the From header says: a signature that we verified ourselves, or
//! what our own server found (`Authentication-Results`, RFC 8601), for the one author's domain
//! (after DMARC, RFC 7489). It asks nobody and verifies no signature.

use super::evidence::{Evidence, is_aligned};
use super::lookalike::{is_look_alike, mixes_alphabets};
use super::own::{Own, domain_of};
use skills::read::{AuthenticationResult, Mail};

/// What is known about the author's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SenderCheck {
    /// The domain vouches for this mail.
    Passed,
    /// The domain says it did not send this mail.
    Failed,
    /// Nobody knows.
    None,
}

impl SenderCheck {
    /// The word in `signal.sender_check`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::None => "none",
        }
    }
}

/// What is known. Our own server's word that the author's domain disowns the mail outweighs a
/// signature.
pub(super) fn check(mail: &Mail, own: &Own, evidence: &Evidence) -> SenderCheck {
    let stated = stated(mail, own, evidence);
    let Some(author) = author(mail, own, evidence) else {
        return if stated == SenderCheck::Failed { stated } else { SenderCheck::None };
    };
    match stated {
        SenderCheck::None if evidence.proves(&author) => SenderCheck::Passed,
        stated => stated,
    }
}

/// Whether a verified mail is a colleague's own words to us: from our own domain, over no list,
/// passed on by nobody, and addressed to the firm.
pub(super) fn is_colleague(
    mail: &Mail,
    own: &Own,
    check: SenderCheck,
    evidence: &Evidence,
) -> bool {
    let Some(author) = mail.from.as_ref().map(|from| from.domain()) else { return false };
    let forwarded = evidence.section.as_ref().is_none_or(|section| section.was_forwarded());
    let to_us = mail.to.iter().chain(&mail.cc).any(|to| {
        let address = to.address.to_lowercase();
        own.is_address(&address) || own.is_domain(&domain_of(&address))
    });
    let whole =
        stated(mail, own, evidence) == SenderCheck::Passed || evidence.proves_reading(&author);
    check == SenderCheck::Passed
        && own.is_domain(&author)
        && mail.list.is_none()
        && !forwarded
        && to_us
        && whole
}

/// The domain of the one author, when it is clear who that is and the domain is not made to be
/// taken for ours.
fn author(mail: &Mail, own: &Own, evidence: &Evidence) -> Option<String> {
    let from = mail.from.as_ref()?;
    let (address, author) = (from.address.to_lowercase(), from.domain());
    let one = mail.from_count == 1 && evidence.section.is_some();
    let named = author.contains('.') && !address.starts_with('@');
    let disguised = mixes_alphabets(&author)
        || (!own.is_domain(&author) && own.domains().any(|real| is_look_alike(&author, real)));
    // A list rewrites and adds; one of the author's own firm or of ours is theirs to answer for.
    let strange_list = mail.list.as_deref().is_some_and(|list| {
        let list = list.to_lowercase();
        let near = |domain: &str| is_aligned(&list, domain) || is_aligned(domain, &list);
        !near(&author) && !own.domains().any(near)
    });
    (one && named && !disguised && !strange_list).then_some(author)
}

/// What our server stated. Of all headers that carry our server's name only the topmost counts, and
/// only above what the author wrote: a server writes above everything that was there when the mail
/// came in.
fn stated(mail: &Mail, own: &Own, evidence: &Evidence) -> SenderCheck {
    let (Some(authserv), Some(section)) = (own.authserv.as_deref(), &evidence.section) else {
        return SenderCheck::None;
    };
    let above = section.results_above_author();
    let ours = |result: &&AuthenticationResult| result.authserv_id == authserv;
    let top = mail.authentication.iter().filter(ours).map(|result| result.header).min();
    let Some(top) = top.filter(|top| *top < above) else { return SenderCheck::None };
    let found: Vec<&AuthenticationResult> =
        mail.authentication.iter().filter(ours).filter(|result| result.header == top).collect();
    let author = mail.from.as_ref().map(|from| from.domain()).unwrap_or_default();
    match found.iter().find(|result| result.method == "dmarc") {
        Some(dmarc) if dmarc.result == "fail" => SenderCheck::Failed,
        Some(dmarc) if dmarc.result == "pass" => {
            let about_author = property(dmarc, "header.from") == author;
            passed_if(about_author && may_rest_on(&found, &author, evidence))
        }
        Some(_) => SenderCheck::None,
        None => {
            let dkim = has(&found, "dkim", "header.d", &author);
            let spf = has(&found, "spf", "smtp.mailfrom", &author);
            passed_if((dkim || spf) && may_rest_on(&found, &author, evidence))
        }
    }
}

/// A server's pass may rest on a signature over the beginning of the body only. Where there is such
/// a signature, the sending address must have been found good as well.
fn may_rest_on(found: &[&AuthenticationResult], author: &str, evidence: &Evidence) -> bool {
    let limited = evidence.limited.iter().any(|domain| is_aligned(author, domain));
    !limited || has(found, "spf", "smtp.mailfrom", author)
}

fn passed_if(holds: bool) -> SenderCheck {
    if holds { SenderCheck::Passed } else { SenderCheck::None }
}

/// Whether a method passed for a domain that may speak for the author.
fn has(found: &[&AuthenticationResult], method: &str, name: &str, author: &str) -> bool {
    let passed =
        |result: &&&AuthenticationResult| result.method == method && result.result == "pass";
    found.iter().filter(passed).any(|result| {
        let value = property(result, name);
        let domain = value.rsplit_once('@').map_or(value.as_str(), |(_, domain)| domain);
        !author.is_empty() && is_aligned(author, domain)
    })
}

fn property(result: &AuthenticationResult, name: &str) -> String {
    result.properties.get(name).map(|value| value.trim().to_lowercase()).unwrap_or_default()
}
