//! Makes the mail that a call asks for, or refuses: one recipient, plain text, no header that an
//! argument could add. It sends nothing.

use super::config::MailConfig;
use super::own::Own;
use casework::{PermittedCall, Timestamp};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};
use lettre::{Address, address::Envelope};
use std::time::{Duration, UNIX_EPOCH};

/// What is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// An answer to a mail.
    Reply,
    /// A mail of our own.
    Send,
    /// A mail for a person to finish.
    Draft,
}

/// A mail ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Composed {
    /// Its Message-ID without angle brackets.
    pub(super) id: String,
    /// Its one recipient, in lower case.
    pub(super) to: String,
    /// Between whom it goes.
    pub(super) envelope: Envelope,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
}

/// Composes a mail; the error says to whoever proposed the call why it cannot be one.
pub(super) fn compose(
    call: &PermittedCall,
    verb: Verb,
    config: &MailConfig,
    own: &Own,
    now: Timestamp,
) -> Result<Composed, String> {
    let argument = |name: &str| call.call().argument(name).as_str().unwrap_or_default();
    let recipient = recipient(argument("to"))?;
    let subject = one_line("subject", argument("subject"))?;
    // A reader would decode it, and show what nobody approved (RFC 2047).
    if subject.contains("=?") {
        return Err("the argument `subject` holds an encoded word".to_owned());
    }
    let text = body(argument("text"))?;
    let answered = one_line("in_reply_to", argument("in_reply_to"))?;
    if verb == Verb::Reply {
        may_be_answered(&recipient, own)?;
    }
    let id = own.message_id(call.key());
    let author: Address =
        config.address.parse().map_err(|_| format!("`{}` is no address", config.address))?;
    let from = Mailbox::new(config.display_name.clone(), author.clone());
    let sent_at = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or(0));
    let mut builder = Message::builder()
        .from(from)
        .to(Mailbox::new(None, recipient.clone()))
        .subject(subject)
        .date(sent_at)
        .message_id(Some(format!("<{id}>")));
    if is_message_id(answered) {
        builder = builder.in_reply_to(format!("<{answered}>")).references(format!("<{answered}>"));
    }
    // RFC 3834, section 5: other machines must be able to tell that a machine wrote this.
    builder = match verb {
        Verb::Reply => builder.raw_header(header("Auto-Submitted", "auto-replied")),
        Verb::Send => builder.raw_header(header("Auto-Submitted", "auto-generated")),
        Verb::Draft => builder,
    };
    if verb != Verb::Draft {
        builder = builder.raw_header(header("X-Auto-Response-Suppress", "All"));
    }
    let to = recipient.to_string().to_lowercase();
    let envelope = Envelope::new(Some(author), vec![recipient])
        .map_err(|error| format!("the mail cannot be addressed: {error}"))?;
    let message = builder
        .singlepart(SinglePart::plain(text))
        .map_err(|error| format!("the mail cannot be made: {error}"))?;
    Ok(Composed { id, to, envelope, bytes: message.formatted() })
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Longest argument that becomes a header: with its name it must fit a line (RFC 5322, 2.1.1).
const LINE_BYTES_MAX: usize = 900;

fn one_line<'a>(name: &str, value: &'a str) -> Result<&'a str, String> {
    if value.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(format!("the argument `{name}` holds a line break or a control character"));
    }
    if value.len() > LINE_BYTES_MAX {
        return Err(format!("the argument `{name}` is longer than {LINE_BYTES_MAX} bytes"));
    }
    Ok(value)
}

fn body(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n");
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err("the argument `text` holds a control character".to_owned());
    }
    Ok(text.replace('\n', "\r\n"))
}

/// One plain address, `user@domain`, of letters that every server takes.
fn recipient(to: &str) -> Result<Address, String> {
    let to = one_line("to", to)?;
    let refused = || format!("`{to}` is not one mail address");
    let plain = to.is_ascii() && !to.contains([' ', ',', ';', '<', '>', '"', '(', ')']);
    if !plain {
        return Err(refused());
    }
    let address: Address = to.parse().map_err(|_| refused())?;
    let has_dot = address.domain().contains('.') && !address.domain().starts_with('[');
    if has_dot { Ok(address) } else { Err(refused()) }
}

/// Two machines that answer each other never stop (RFC 3834, section 2).
fn may_be_answered(to: &Address, own: &Own) -> Result<(), String> {
    if own.is_address(to.as_ref()) {
        return Err(format!("{to} is our own address: nothing is answered there"));
    }
    let user: String = to.user().to_lowercase().replace(['-', '_', '.'], "");
    let unread =
        ["noreply", "donotreply", "mailerdaemon", "postmaster", "bounce", "nichtantworten"];
    if unread.iter().any(|name| user.starts_with(name) || user.ends_with(name)) {
        return Err(format!("nobody reads {to}: nothing is answered there"));
    }
    Ok(())
}

/// Whether a Message-ID can stand in a header as it is. One that cannot is left out: the answer is
/// worth more than its place in a thread.
fn is_message_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\\');
    !id.is_empty() && id.contains('@') && id.chars().all(plain)
}
