//! The files in a mail, under names that are safe to show and to save. It does not open them, and
//! believes neither their names nor their types.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use serde::Serialize;

use crate::read::{decode, hidden};

/// A file in a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name without folders, control characters and characters that turn text around.
    pub name: String,
    /// The type the sender states, in lower case.
    pub media_type: String,
    /// Its size with the transfer encoding taken off.
    pub size_bytes: usize,
    #[serde(skip)]
    bytes: Vec<u8>,
}

impl Attachment {
    /// The file itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Longest name kept, in characters; file systems stop at 255 bytes.
const NAME_CHARACTERS_MAX: usize = 120;
/// Most attachments read; the rest is only counted.
const ATTACHMENTS_MAX: usize = 1_000;

/// The attachments of a mail, in order.
pub(super) fn read(message: &Message<'_>, warnings: &mut Vec<String>) -> Vec<Attachment> {
    let parts = message.attachments.iter().filter_map(|id| {
        let index = usize::try_from(*id).ok()?;
        message.parts.get(index)
    });
    let parts: Vec<&MessagePart<'_>> =
        parts.filter(|part| !is_body_in_html(message, part)).collect();
    if parts.len() > ATTACHMENTS_MAX {
        let left_out = parts.len() - ATTACHMENTS_MAX;
        warnings.push(format!("{left_out} attachments more than are read"));
    }
    let parts = parts.into_iter().take(ATTACHMENTS_MAX).enumerate();
    parts.map(|(index, part)| attachment(message, part, index + 1, warnings)).collect()
}

/// The library lists the text form of a mail that has an HTML form among the attachments when it
/// stands in an unusual place; a part shown as the body is not also a file.
fn is_body_in_html(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let shown = message.text_body.iter().chain(&message.html_body);
    let mut shown = shown.filter_map(|id| message.parts.get(usize::try_from(*id).ok()?));
    matches!(part.body, PartType::Text(_) | PartType::Html(_))
        && shown.any(|body| std::ptr::eq(body, part))
        && part.attachment_name().is_none()
}

fn attachment(
    message: &Message<'_>,
    part: &MessagePart<'_>,
    number: usize,
    warnings: &mut Vec<String>,
) -> Attachment {
    let media_type = media_type(part);
    let (bytes, damage) = decode::content(message, part);
    let stated = part.attachment_name().unwrap_or("");
    let name = name(stated, &media_type, part, number);
    warnings.extend(damage.map(|damage| format!("attachment {name}: {damage}")));
    warnings.extend(hidden::warning(stated, "name of an attachment"));
    Attachment { name, media_type, size_bytes: bytes.len(), bytes }
}

fn media_type(part: &MessagePart<'_>) -> String {
    let stated = part.content_type().map(|stated| {
        let subtype = stated.subtype().unwrap_or("");
        format!("{}/{subtype}", stated.ctype()).to_ascii_lowercase()
    });
    match (&part.body, stated) {
        (PartType::Message(_), _) => "message/rfc822".to_owned(),
        // What was kept closed while the mail was taken apart is still a mail.
        (_, Some(stated)) if stated == "message/x-mail" => "message/rfc822".to_owned(),
        (_, Some(stated)) => hidden::cleaned(&stated),
        (PartType::Text(_), None) => "text/plain".to_owned(),
        (_, None) => "application/octet-stream".to_owned(),
    }
}

/// A name that is one path component, whatever the sender wrote.
fn name(stated: &str, media_type: &str, part: &MessagePart<'_>, number: usize) -> String {
    let last = stated.rsplit(['/', '\\']).next().unwrap_or("");
    let all: String = last.chars().filter(|c| !hidden::is_invisible(*c)).collect();
    let safe = hidden::cleaned(&all).replace([':', '*', '?', '"', '<', '>', '|'], "_");
    let safe = safe.trim_matches(['.', ' ']);
    let nested = media_type == "message/rfc822";
    if safe.is_empty() {
        let subject = match &part.body {
            PartType::Message(nested) if !nested.parts.is_empty() => nested.subject().unwrap_or(""),
            _ => "",
        };
        return match (nested, subject) {
            (true, "") => format!("mail-{number}.eml"),
            (true, subject) => {
                name(&format!("{}.eml", subject.replace(['/', '\\'], "-")), "", part, number)
            }
            (false, _) => format!("attachment-{number}.{}", extension(media_type)),
        };
    }
    let shortened = shortened(safe);
    if nested && !shortened.to_ascii_lowercase().ends_with(".eml") {
        return format!("{shortened}.eml");
    }
    shortened
}

/// The name cut in the middle, so that its extension stays.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= NAME_CHARACTERS_MAX {
        return name.to_owned();
    }
    let tail: String = name.chars().skip(count - 20).collect();
    let head: String = name.chars().take(NAME_CHARACTERS_MAX - 21).collect();
    format!("{head}~{tail}")
}

fn extension(media_type: &str) -> &str {
    match media_type {
        "application/pdf" => "pdf",
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/csv" => "csv",
        "text/calendar" => "ics",
        "application/json" => "json",
        "application/zip" => "zip",
        "message/delivery-status" => "txt",
        _ => "bin",
    }
}
