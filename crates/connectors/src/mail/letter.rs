//! Makes an arrival of a mail: its key, its thread, its fields with who wrote each. It reads and
//! keeps nothing; the sources hand the bytes in.

#[cfg(test)]
mod tests;

use super::doubts::doubts;
use super::evidence::Evidence;
use super::history::History;
use super::own::Own;
use super::sender::{SenderCheck, check, is_colleague};
use casework::Digest;
use casework::origin::{Origin, Value};
use casework::signal::Arrival;
use serde_json::{Value as Json, json};
use skills::read::{Address, MAIL_BYTES_MAX, Mail, read_mail};

/// A mail as it lay there.
#[derive(Clone, Debug)]
pub(super) enum Letter {
    /// All of it.
    Whole(Vec<u8>),
    /// More than is read; only its beginning was fetched.
    TooLarge {
        /// The first bytes, as many as hold the usual headers.
        head: Vec<u8>,
        /// The whole size in bytes.
        size_bytes: u64,
    },
}

/// Bytes fetched of a mail that is too large to be read: its headers, almost always.
pub(super) const HEAD_BYTES: usize = 64 * 1024;

/// Whether a mail of this size is fetched whole.
pub(super) fn fits(size_bytes: u64) -> bool {
    usize::try_from(size_bytes).is_ok_and(|size| size <= MAIL_BYTES_MAX)
}

/// What a letter is to us.
#[derive(Clone, Debug)]
pub(super) enum Opened {
    /// One we sent ourselves.
    Ours,
    /// One to take in.
    Theirs {
        /// Its key.
        key: String,
        /// What it says, bodies still missing.
        arrival: Box<Arrival>,
        /// Whether a person has to look at it because it could not be read.
        unreadable: bool,
    },
}

/// Opens a letter, with what it proves about its author.
pub(super) fn open(letter: &Letter, own: &Own, evidence: &Evidence) -> Opened {
    match letter {
        Letter::Whole(bytes) => match read_mail(bytes) {
            Ok(mail) if is_ours(&mail, own) => Opened::Ours,
            Ok(mail) => Opened::Theirs {
                key: key(&mail, bytes),
                arrival: Box::new(arrival(&mail, own, evidence)),
                unreadable: false,
            },
            Err(error) => unreadable(None, bytes, error.to_string(), own, evidence),
        },
        Letter::TooLarge { head, size_bytes } => {
            let why = format!("read mail: {size_bytes} bytes are more than are read");
            unreadable(read_mail(head).ok(), head, why, own, evidence)
        }
    }
}

/// A letter that nobody managed to open.
pub(super) fn unread(letter: &Letter, why: &str, own: &Own) -> Opened {
    let (Letter::Whole(bytes) | Letter::TooLarge { head: bytes, .. }) = letter;
    unreadable(None, bytes, why.to_owned(), own, &Evidence::default())
}

/// Both signs are needed: anyone can write our address, and anyone who got a mail of ours can copy
/// its Message-ID; only what carries both is worth nothing to anyone.
fn is_ours(mail: &Mail, own: &Own) -> bool {
    let from_us = mail.from.as_ref().is_some_and(|from| own.is_address(&from.address));
    from_us && mail.message_id.as_deref().is_some_and(|id| own.is_message_id(id))
}

fn key(mail: &Mail, bytes: &[u8]) -> String {
    match &mail.message_id {
        Some(id) => thread_key(id),
        None => format!("mail:sha256:{}", Digest::of(bytes)),
    }
}

/// The key under which a mail is known, and under which answers to it find its case.
pub(super) fn thread_key(message_id: &str) -> String {
    if message_id.len() > ID_BYTES_MAX {
        return format!("mail:sha256:{}", Digest::of(message_id.as_bytes()));
    }
    format!("mail:{message_id}")
}

/// Longest Message-ID that is a key as it stands; a header line ends at 998 bytes.
const ID_BYTES_MAX: usize = 998;

fn arrival(mail: &Mail, own: &Own, evidence: &Evidence) -> Arrival {
    let check = check(mail, own, evidence);
    let sender = sender(mail);
    Arrival {
        title: mail.subject.clone(),
        party: (!sender.is_empty()).then_some(sender),
        thread: thread(mail),
        fields: fields(mail, own, check, evidence),
        bodies: Vec::new(),
    }
}

/// What could not be read still becomes a case, so that a person sees it.
fn unreadable(
    head: Option<Mail>,
    bytes: &[u8],
    why: String,
    own: &Own,
    evidence: &Evidence,
) -> Opened {
    let read = |mail: &Mail| arrival(mail, own, evidence);
    let mut arrival = head.as_ref().map_or_else(empty_arrival, read);
    let key = head
        .as_ref()
        .map_or_else(|| format!("mail:sha256:{}", Digest::of(bytes)), |mail| key(mail, bytes));
    arrival.title = "unreadable mail".to_owned();
    arrival.fields.set("automatic", Value::new("", Origin::Outside));
    arrival.fields.set("doubts", Value::new(json!([why]), Origin::Outside));
    Opened::Theirs { key, arrival: Box::new(arrival), unreadable: true }
}

/// Each field empty, so that conditions on them still have an answer.
fn empty_arrival() -> Arrival {
    let data = json!({
        "subject": "", "text": "", "full_text": "", "from": "", "sender": "",
        "sender_check": SenderCheck::None.word(), "known_sender": "", "message_id": "",
        "thread": "", "automatic": "",
        "list": "", "to": [], "attachments": [], "doubts": [], "warnings": [],
    });
    let fields = Value::new(data, Origin::Outside).except("sender_check", Origin::Record);
    Arrival { title: String::new(), party: None, thread: Vec::new(), fields, bodies: Vec::new() }
}

/// Says on a mail whether we wrote to its sender before: the address, as a directory would have it.
/// It is the address that is known then, not the sender. A mail that is doubted or disowned by its
/// sender's domain gets no such word.
pub(super) fn note_known(arrival: &mut Arrival, history: &History) {
    let text = |name: &str| {
        let value = arrival.fields.at(name);
        value.and_then(|value| value.data().as_str().map(str::to_owned)).unwrap_or_default()
    };
    let doubts = arrival.fields.at("doubts");
    let doubted = doubts.is_none_or(|doubts| doubts.data() != &json!([]));
    let sender = text("sender");
    if !doubted && text("sender_check") != SenderCheck::Failed.word() && history.holds(&sender) {
        arrival.fields.set("known_sender", Value::new(sender, Origin::Directory));
    }
}

fn fields(mail: &Mail, own: &Own, check: SenderCheck, evidence: &Evidence) -> Value {
    let message_id = mail.message_id.clone().unwrap_or_default();
    let data = json!({
        "subject": mail.subject,
        "text": mail.new_text,
        "full_text": mail.text,
        "from": mail.from.as_ref().map(display).unwrap_or_default(),
        "sender": sender(mail),
        "sender_check": check.word(),
        "known_sender": "",
        "message_id": message_id,
        "thread": root(mail).unwrap_or(message_id),
        "automatic": automatic(mail, own, check),
        "list": mail.list.clone().unwrap_or_default(),
        "to": mail.to.iter().map(|to| to.address.to_lowercase()).collect::<Vec<_>>(),
        "attachments": attachments(mail),
        "doubts": doubts(mail, own, check),
        "warnings": mail.warnings,
    });
    let fields = Value::new(data, Origin::Outside).except("sender_check", Origin::Record);
    if check != SenderCheck::Passed {
        return fields;
    }
    let fields = fields.except("sender", Origin::Record);
    if !is_colleague(mail, own, check, evidence) {
        return fields;
    }
    ["subject", "text", "from"]
        .into_iter()
        .fold(fields, |fields, name| fields.except(name, Origin::Colleague))
}

/// Why nobody should be answered, or nothing.
fn automatic(mail: &Mail, own: &Own, check: SenderCheck) -> String {
    if let Some(automatic) = &mail.automatic {
        return automatic.because.clone();
    }
    let from_us = mail.from.as_ref().is_some_and(|from| own.is_address(&from.address));
    // An unverified claim to be us is a doubt for a person, not something to set aside.
    if from_us && check == SenderCheck::Passed {
        return "it comes from our own address".to_owned();
    }
    String::new()
}

fn sender(mail: &Mail) -> String {
    let address = mail.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
    if address.contains('@') { address } else { String::new() }
}

fn display(address: &Address) -> String {
    match &address.name {
        Some(name) => format!("{name} <{}>", address.address),
        None => address.address.clone(),
    }
}

fn attachments(mail: &Mail) -> Vec<Json> {
    mail.attachments
        .iter()
        .map(|file| {
            json!({
                "name": file.name, "media_type": file.media_type, "size_bytes": file.size_bytes,
            })
        })
        .collect()
}

/// The first mail of the thread.
fn root(mail: &Mail) -> Option<String> {
    mail.references.first().or_else(|| mail.in_reply_to.first()).cloned()
}

/// Mails of a thread that are looked for at most; the nearest ones are enough.
const THREAD_KEYS_MAX: usize = 50;

/// What it answers, nearest first.
fn thread(mail: &Mail) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()) {
        let key = thread_key(id);
        if keys.len() < THREAD_KEYS_MAX && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}
