//! Reads one mail (RFC 5322, MIME) into plain data: who, when, what was said, what is attached, and
//! what is odd about it. It believes nothing it reads: whom to trust is decided elsewhere.

mod addresses;
mod attachments;
mod body;
#[cfg(test)]
mod tests;

pub use addresses::Address;
pub use attachments::Attachment;
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};
use serde::Serialize;
use thiserror::Error;

use super::authentication::{self, AuthenticationResult};
use super::automatic::{self, Automatic};
use super::bounds::{MAIL_BYTES_MAX, Parsed, encoded_mails, kept_closed, within_bounds};
use super::decode::raw_headers;
use super::{hidden, mbox};

/// One mail, read as well as it could be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mail {
    /// The `Message-ID` without angle brackets.
    pub message_id: Option<String>,
    /// The mails this one answers, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// The thread this mail stands in, oldest first.
    pub references: Vec<String>,
    /// The first author.
    pub from: Option<Address>,
    /// How many authors are named over all `From` headers. Honest mail has one.
    pub from_count: usize,
    /// Who sent it for the author.
    pub sender: Option<Address>,
    /// Where answers are wanted.
    pub reply_to: Option<Address>,
    /// Where bounces go; empty for mail that must not be answered, `None` without the header.
    pub return_path: Option<String>,
    /// Recipients.
    pub to: Vec<Address>,
    /// Recipients of a copy.
    pub cc: Vec<Address>,
    /// The subject on one line.
    pub subject: String,
    /// The date the sender claims, in milliseconds since 1970 UTC.
    pub date_ms: Option<i64>,
    /// The whole text a person would read.
    pub text: String,
    /// The text without history and signature.
    pub new_text: String,
    /// The history: earlier mails copied into this one.
    pub quoted: String,
    /// The signature.
    pub signature: String,
    /// Whether there was only HTML to read.
    pub html_only: bool,
    /// Attached files, in order.
    pub attachments: Vec<Attachment>,
    /// Why this mail was written by a machine, if it was.
    pub automatic: Option<Automatic>,
    /// The mailing list it came over.
    pub list: Option<String>,
    /// What servers on the way say about the sender, topmost header first.
    pub authentication: Vec<AuthenticationResult>,
    /// What is odd or damaged, for the person who reads the case.
    pub warnings: Vec<String>,
}

/// Why bytes could not be read as a mail at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// There are no bytes, or only white space.
    #[error("read mail: it is empty")]
    Empty,
    /// No header that a mail has was found.
    #[error("read mail: no mail header was found")]
    NotAMail,
    /// More bytes than [`MAIL_BYTES_MAX`].
    #[error("read mail: {bytes} bytes are more than the {MAIL_BYTES_MAX} that are read")]
    TooLarge {
        /// The size that was offered.
        bytes: usize,
    },
}

/// Reads one mail. Damage of any kind is repaired as well as possible and noted in
/// [`Mail::warnings`].
///
/// # Errors
///
/// Only when the bytes are empty, not a mail at all, or more than [`MAIL_BYTES_MAX`].
pub fn read_mail(bytes: &[u8]) -> Result<Mail, ReadError> {
    if bytes.len() > MAIL_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let bytes = trimmed(bytes);
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let (bytes, warning) = within_bounds(bytes);
    let mut warnings: Vec<String> = warning.into_iter().collect();
    let encoded = encoded_mails(bytes);
    let closed = if encoded.is_empty() { None } else { Some(kept_closed(bytes, &encoded)) };
    let bytes = closed.as_deref().unwrap_or(bytes);
    let parsed = Parsed::new(&MessageParser::new(), bytes).ok_or(ReadError::NotAMail)?;
    if !is_mail(parsed.message()) {
        return Err(ReadError::NotAMail);
    }
    Ok(read_parsed(parsed.message(), &mut warnings))
}

/// Whether any header is one that mails have. Text that happens to hold a colon has none.
fn is_mail(message: &Message<'_>) -> bool {
    let root = message.parts.first();
    let mut names = root.into_iter().flat_map(|part| &part.headers).map(|header| &header.name);
    names.any(|name| {
        matches!(
            name,
            HeaderName::From
                | HeaderName::To
                | HeaderName::Cc
                | HeaderName::Subject
                | HeaderName::Date
                | HeaderName::MessageId
                | HeaderName::Received
                | HeaderName::ReturnPath
                | HeaderName::MimeVersion
                | HeaderName::ContentType
        )
    })
}

/// The mail without a byte order mark, empty lines and an mbox line in front.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.trim_ascii_start();
    let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
    match bytes.split_at_checked(end) {
        Some((line, rest)) if mbox::is_separator(line) => rest,
        _ => bytes,
    }
}

fn read_parsed(message: &Message<'_>, warnings: &mut Vec<String>) -> Mail {
    let authors = addresses::all(message, &HeaderName::From);
    let from = authors.first().cloned();
    let return_path = return_path(message);
    let subject = subject(message, warnings);
    addresses::warn(&authors, warnings);
    let automatic = automatic::automatic(message, from.as_ref(), return_path.as_deref());
    if automatic.is_none() && automatic::is_absence_subject(&subject) {
        warnings.push("the subject looks like an out-of-office reply".to_owned());
    }
    let sender_name = from.as_ref().and_then(|from| from.name.as_deref());
    let body = body::read(message, sender_name, warnings);
    Mail {
        message_id: ids(message, &HeaderName::MessageId).into_iter().next(),
        in_reply_to: ids(message, &HeaderName::InReplyTo),
        references: ids(message, &HeaderName::References),
        from,
        from_count: authors.len(),
        sender: addresses::all(message, &HeaderName::Sender).into_iter().next(),
        reply_to: addresses::all(message, &HeaderName::ReplyTo).into_iter().next(),
        return_path,
        to: addresses::all(message, &HeaderName::To),
        cc: addresses::all(message, &HeaderName::Cc),
        subject,
        date_ms: date_ms(message),
        text: body.text,
        new_text: body.parts.new,
        quoted: body.parts.quoted,
        signature: body.parts.signature,
        html_only: body.html_only,
        attachments: attachments::read(message, warnings),
        automatic,
        list: list(message),
        authentication: authentication::results(&raw_headers(message, "Authentication-Results")),
        warnings: std::mem::take(warnings),
    }
}

fn values<'a>(
    message: &'a Message<'_>,
    name: &'a HeaderName<'_>,
) -> impl Iterator<Item = &'a HeaderValue<'a>> {
    let headers = message.parts.first().into_iter().flat_map(|part| &part.headers);
    headers.filter(move |header| header.name == *name).map(|header| &header.value)
}

/// The identifiers in a header. The first header counts: a second one is an addition.
fn ids(message: &Message<'_>, name: &HeaderName<'_>) -> Vec<String> {
    let found = match values(message, name).next() {
        Some(HeaderValue::Text(id)) => vec![hidden::cleaned(id)],
        Some(HeaderValue::TextList(ids)) => ids.iter().map(|id| hidden::cleaned(id)).collect(),
        _ => Vec::new(),
    };
    found.into_iter().filter(|id| !id.is_empty()).collect()
}

fn subject(message: &Message<'_>, warnings: &mut Vec<String>) -> String {
    let subject = match values(message, &HeaderName::Subject).next() {
        Some(HeaderValue::Text(subject)) => subject.as_ref(),
        _ => "",
    };
    warnings.extend(hidden::warning(subject, "subject"));
    hidden::cleaned(subject)
}

fn date_ms(message: &Message<'_>) -> Option<i64> {
    let date = values(message, &HeaderName::Date).find_map(HeaderValue::as_datetime)?;
    date.is_valid().then(|| date.to_timestamp().saturating_mul(1000))
}

fn return_path(message: &Message<'_>) -> Option<String> {
    let value = raw_headers(message, "Return-Path").into_iter().next()?;
    Some(hidden::cleaned(value.trim_matches(['<', '>', ' '])))
}

/// The identifier between angle brackets in `List-Id`, or the whole value.
fn list(message: &Message<'_>) -> Option<String> {
    let value = raw_headers(message, "List-Id").into_iter().next()?;
    let inner = value.rsplit_once('<').and_then(|(_, id)| id.split_once('>')).map(|(id, _)| id);
    Some(hidden::cleaned(inner.unwrap_or(&value)))
}
