//! Tells mail written by machines from mail written by people, by its headers. It decides nothing
//! about such mail; whoever sends replies must not send them here (RFC 3834, section 2).

use mail_parser::{Message, MimeHeaders};
use serde::Serialize;

use super::decode::raw_headers;
use super::mail::Address;

/// What kind of machine wrote a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AutomaticKind {
    /// An answer nobody wrote: out of office, read receipt, "we received your mail".
    AutoReply,
    /// A mail of ours that was not delivered, or late.
    Bounce,
    /// A mailing list or newsletter.
    List,
    /// Sent to many at once.
    Bulk,
    /// Produced by a program for this reader: monitoring, invoices, notices.
    Generated,
}

/// Why a mail counts as automatic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Automatic {
    /// The kind of machine.
    pub kind: AutomaticKind,
    /// The header that says so, for the person who reads the case.
    pub because: String,
}

impl Automatic {
    fn new(kind: AutomaticKind, because: impl Into<String>) -> Option<Self> {
        Some(Automatic {
            kind,
            because: because.into(),
        })
    }
}

/// Words in a subject that people's absence programs use, in any case of letters.
const ABSENCE_SUBJECTS: [&str; 16] = [
    "out of office",
    "out-of-office",
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto-reply",
    "abwesenheitsnotiz",
    "automatische antwort",
    "abwesend",
    "réponse automatique",
    "absence du bureau",
    "absent du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "ausencia de la oficina",
    "risposta automatica",
];

/// Whether the subject looks like an absence notice. Too weak to count alone.
pub(super) fn is_absence_subject(subject: &str) -> bool {
    let subject = subject.to_lowercase();
    ABSENCE_SUBJECTS.iter().any(|words| subject.contains(words))
}

/// Whether and why a mail is automatic: the strongest sign first.
pub(super) fn automatic(
    message: &Message<'_>,
    from: Option<&Address>,
    return_path: Option<&str>,
) -> Option<Automatic> {
    let null_return_path = return_path.is_some_and(str::is_empty);
    report(message)
        .or_else(|| daemon(from, null_return_path))
        .or_else(|| auto_submitted(message, null_return_path))
        .or_else(|| auto_reply_headers(message))
        .or_else(|| list(message))
        .or_else(|| precedence(message))
        .or_else(|| suppression(message))
        .or_else(|| {
            let because = "the return path is empty";
            null_return_path.then(|| Automatic::new(AutomaticKind::Generated, because))?
        })
        .or_else(|| unattended(from))
}

fn first(message: &Message<'_>, name: &str) -> Option<String> {
    raw_headers(message, name).into_iter().next()
}

/// A delivery report or a receipt (RFC 3464, RFC 8098).
fn report(message: &Message<'_>) -> Option<Automatic> {
    let content_type = message.parts.first()?.content_type()?;
    if content_type.ctype() != "multipart" || content_type.subtype() != Some("report") {
        return None;
    }
    let report_type = content_type
        .attribute("report-type")
        .unwrap_or("")
        .to_ascii_lowercase();
    let kind = match report_type.as_str() {
        "disposition-notification" => AutomaticKind::AutoReply,
        "feedback-report" => AutomaticKind::Generated,
        _ => AutomaticKind::Bounce,
    };
    Automatic::new(
        kind,
        format!("Content-Type: multipart/report; report-type={report_type}"),
    )
}

fn daemon(from: Option<&Address>, null_return_path: bool) -> Option<Automatic> {
    let user = from?.user().to_ascii_lowercase();
    let daemon = user == "mailer-daemon" || (user == "postmaster" && null_return_path);
    daemon.then(|| Automatic::new(AutomaticKind::Bounce, format!("sent by {user}")))?
}

fn auto_submitted(message: &Message<'_>, null_return_path: bool) -> Option<Automatic> {
    let value = first(message, "Auto-Submitted")?;
    let keyword = value
        .split([';', ' ', '('])
        .next()
        .unwrap_or("")
        .to_ascii_lowercase();
    let kind = match keyword.as_str() {
        "no" | "" => return None,
        "auto-replied" if null_return_path && is_about_delivery(message) => AutomaticKind::Bounce,
        "auto-replied" | "auto-notified" => AutomaticKind::AutoReply,
        _ => AutomaticKind::Generated,
    };
    Automatic::new(kind, format!("Auto-Submitted: {keyword}"))
}

/// Bounces of old servers say so only in the header that lists who was not reached.
fn is_about_delivery(message: &Message<'_>) -> bool {
    first(message, "X-Failed-Recipients").is_some()
}

fn auto_reply_headers(message: &Message<'_>) -> Option<Automatic> {
    if is_about_delivery(message) {
        return Automatic::new(AutomaticKind::Bounce, "X-Failed-Recipients");
    }
    let names = [
        "X-Autoreply",
        "X-Autorespond",
        "X-Auto-Reply",
        "X-Autogenerated",
        "X-Vacation",
    ];
    names.iter().find_map(|name| {
        let value = first(message, name)?;
        (!value.eq_ignore_ascii_case("no"))
            .then(|| Automatic::new(AutomaticKind::AutoReply, *name))?
    })
}

fn list(message: &Message<'_>) -> Option<Automatic> {
    let names = [
        "List-Id",
        "List-Post",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
    ];
    let name = names.iter().find(|name| first(message, name).is_some())?;
    Automatic::new(AutomaticKind::List, *name)
}

fn precedence(message: &Message<'_>) -> Option<Automatic> {
    let value = first(message, "Precedence")?.to_ascii_lowercase();
    let kind = match value.as_str() {
        "list" => AutomaticKind::List,
        "bulk" | "junk" => AutomaticKind::Bulk,
        "auto_reply" | "auto-reply" => AutomaticKind::AutoReply,
        _ => return None,
    };
    Automatic::new(kind, format!("Precedence: {value}"))
}

/// Exchange asks for no automatic answers; it also writes `DR, RN, NRN` on mail by people, so only
/// a request that covers answers counts.
fn suppression(message: &Message<'_>) -> Option<Automatic> {
    let value = first(message, "X-Auto-Response-Suppress")?;
    let asked = value
        .split([',', ';'])
        .map(|word| word.trim().to_ascii_lowercase());
    let covers = asked
        .into_iter()
        .any(|word| matches!(word.as_str(), "all" | "oof" | "autoreply"));
    let because = format!("X-Auto-Response-Suppress: {value}");
    covers.then(|| Automatic::new(AutomaticKind::Generated, because))?
}

/// Addresses that say that nobody reads what is sent to them.
fn unattended(from: Option<&Address>) -> Option<Automatic> {
    let user = from?.user().to_ascii_lowercase();
    let plain: String = user.chars().filter(char::is_ascii_alphanumeric).collect();
    let known = [
        "noreply",
        "donotreply",
        "nepasrepondre",
        "nichtantworten",
        "keineantwort",
    ];
    let found = known
        .iter()
        .any(|name| plain.starts_with(name) || plain.ends_with(name));
    found.then(|| Automatic::new(AutomaticKind::Generated, format!("sent by {user}")))?
}
