//! Whether a mail's author is who the From header says, going by what our own server found (DMARC,
//! RFC 7489, as stated in `Authentication-Results`, RFC 8601). It verifies nothing itself.

use super::own::Own;
use skills::read::{AuthenticationResult, Mail};

/// What our server found about the author's domain.
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

/// What our server found. Of all headers that carry our server's name only the topmost counts: a
/// server writes its header above everything that was there when the mail came in.
pub(super) fn check(mail: &Mail, own: &Own) -> SenderCheck {
    let Some(authserv) = own.authserv.as_deref() else { return SenderCheck::None };
    let ours = |result: &&AuthenticationResult| result.authserv_id == authserv;
    let Some(top) = mail.authentication.iter().filter(ours).map(|result| result.header).min()
    else {
        return SenderCheck::None;
    };
    let found = mail
        .authentication
        .iter()
        .filter(ours)
        .find(|result| result.header == top && result.method == "dmarc");
    match found.map(|dmarc| dmarc.result.as_str()) {
        Some("fail") => SenderCheck::Failed,
        Some("pass") if found.is_some_and(|dmarc| is_about_author(dmarc, mail)) => {
            SenderCheck::Passed
        }
        _ => SenderCheck::None,
    }
}

/// A pass is worth nothing when it is about another domain, or when there are two authors and the
/// server may have looked at the other one.
fn is_about_author(dmarc: &AuthenticationResult, mail: &Mail) -> bool {
    let checked = dmarc.properties.get("header.from").map(|value| value.trim().to_lowercase());
    let author = mail.from.as_ref().map(|from| from.domain());
    mail.from_count == 1
        && author.is_some_and(|author| !author.is_empty() && checked == Some(author))
}
