//! Reads documents that arrive from outside: mail above all, and the plain formats around it. Bytes
//! in, data out: it opens no file, follows no link and never fails on bad input.

mod authentication;
mod automatic;
mod bounds;
mod decode;
mod hidden;
mod html;
mod mail;
mod mbox;
mod pdf;
mod quoted;
mod sniff;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use authentication::AuthenticationResult;
pub use automatic::{Automatic, AutomaticKind};
pub use bounds::MAIL_BYTES_MAX;
pub(crate) use decode::text_in_charset;
pub use mail::{Address, Attachment, Mail, ReadError, read_mail};
pub use mbox::read_mbox;
pub use pdf::{
    Attached, Cell, Page, Pdf, PdfError, Row, Word, page_of_tsv, pages_of_text, read_pdf, rows,
};
pub use quoted::{Parts, split_quoted};
use serde::Serialize;
use serde_json::{Value, json};

/// What kind of document some bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mail, or the first mail of an mbox file.
    Mail,
    /// A page of HTML.
    Html,
    /// Plain text.
    Text,
    /// A table of values separated by commas, semicolons or tabs.
    Csv,
    /// A JSON value.
    Json,
    /// A PDF; [`read`] recognises it and [`read_pdf`] reads it.
    Pdf,
    /// Anything else.
    Unknown,
}

/// Any document as text and fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// What a person would read.
    pub text: String,
    /// What is known about it beyond its text; the names depend on the kind.
    pub fields: BTreeMap<String, Value>,
    /// What is odd, damaged or left out.
    pub warnings: Vec<String>,
}

/// What [`read`] says of a PDF: its parser is not to be trusted with memory and time.
const PDF_APART: &str = "a PDF is read by `read_pdf`, in a process of its own";

/// A PDF that was read as a document.
#[must_use]
pub fn pdf_document(pdf: &Pdf) -> Document {
    let names: Vec<&str> = pdf.attachments.iter().map(|file| file.name.as_str()).collect();
    let fields = [("page_count", json!(pdf.pages.len())), ("attachments", json!(names))];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
    Document { kind: Kind::Pdf, text: pdf.text(), fields, warnings: pdf.warnings.clone() }
}

/// Reads any document. `name` is the file name, which decides only where the content does not.
///
/// What cannot be read gives an empty text and a warning.
#[must_use]
pub fn read(name: &str, bytes: &[u8]) -> Document {
    if bytes.len() > MAIL_BYTES_MAX {
        let warning =
            format!("{} bytes are more than the {MAIL_BYTES_MAX} that are read", bytes.len());
        return unread(sniff::by_magic(bytes).unwrap_or(Kind::Unknown), warning);
    }
    match sniff::kind(name, bytes) {
        Kind::Mail => mail_document(bytes),
        Kind::Html => html_document(bytes),
        Kind::Text => text_document(Kind::Text, bytes),
        Kind::Csv => csv_document(bytes),
        Kind::Json => json_document(bytes),
        Kind::Pdf => unread(Kind::Pdf, PDF_APART.to_owned()),
        Kind::Unknown => unread(Kind::Unknown, "the kind of file is not known".to_owned()),
    }
}

fn unread(kind: Kind, warning: String) -> Document {
    Document { kind, text: String::new(), fields: BTreeMap::new(), warnings: vec![warning] }
}

fn mail_document(bytes: &[u8]) -> Document {
    let mails = read_mbox(bytes);
    let first = mails.first().map_or(bytes, |(_, mail)| mail.as_ref());
    let mut mail = match read_mail(first) {
        Ok(mail) => mail,
        Err(error) => return unread(Kind::Mail, error.to_string()),
    };
    let mut warnings = std::mem::take(&mut mail.warnings);
    if mails.len() > 1 {
        warnings.push(format!("the file holds {} mails: only the first was read", mails.len()));
    }
    let text = std::mem::take(&mut mail.text);
    // Every field of a mail is plain data, so this cannot fail; if it did, the text is still there.
    let fields = match serde_json::to_value(&mail) {
        Ok(Value::Object(fields)) => fields.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    let own = |(name, _): &(String, Value)| name != "text" && name != "warnings";
    let fields: BTreeMap<String, Value> = fields.into_iter().filter(own).collect();
    Document { kind: Kind::Mail, text, fields, warnings }
}

fn html_document(bytes: &[u8]) -> Document {
    let page = html::render(&String::from_utf8_lossy(bytes));
    let parts = quoted::split_lines(&page.lines, None);
    let mut document = text_document(Kind::Html, page.text().as_bytes());
    if page.hidden_characters > 0 {
        let count = page.hidden_characters;
        document.warnings.push(format!("hidden text in the HTML part: {count} characters"));
    }
    let fields =
        [("new_text", parts.new), ("quoted", parts.quoted), ("signature", parts.signature)];
    document.fields.extend(fields.map(|(name, value)| (name.to_owned(), Value::String(value))));
    document
}

fn text_document(kind: Kind, bytes: &[u8]) -> Document {
    let (text, warning) = sniff::text(bytes);
    let warnings = warning.into_iter().chain(hidden::warning(&text, "text")).collect();
    Document { kind, text, fields: BTreeMap::new(), warnings }
}

fn csv_document(bytes: &[u8]) -> Document {
    let mut document = text_document(Kind::Csv, bytes);
    let delimiter = sniff::delimiter(&document.text).unwrap_or(',');
    let mut lines = document.text.lines().filter(|line| !line.trim().is_empty());
    let header = lines.next().unwrap_or("");
    let columns: Vec<&str> =
        header.split(delimiter).map(|column| column.trim().trim_matches('"')).collect();
    let fields = [
        ("columns", json!(columns)),
        ("delimiter", json!(delimiter.to_string())),
        ("line_count", json!(lines.count())),
    ];
    document.fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
    document
}

fn json_document(bytes: &[u8]) -> Document {
    let mut document = text_document(Kind::Json, bytes);
    match serde_json::from_str(&document.text) {
        Ok(Value::Object(fields)) => document.fields = fields.into_iter().collect(),
        Ok(value) => {
            document.fields.insert("value".to_owned(), value);
        }
        Err(error) => document.warnings.push(format!("parse as JSON: {error}")),
    }
    document
}
