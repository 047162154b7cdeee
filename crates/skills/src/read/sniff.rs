//! Guesses what a file is: by its first bytes, then by its shape, last by its name. It reads none
//! of the formats it tells apart.

use mail_parser::decoders::charsets::map::charset_decoder;

use super::Kind;
use super::decode::windows_1252;
use super::mail::trimmed;

/// How far into a file its shape is judged, in bytes.
const SHAPE_BYTES: usize = 64 * 1024;

/// What a file is.
pub(super) fn kind(name: &str, bytes: &[u8]) -> Kind {
    if let Some(kind) = by_magic(bytes) {
        return kind;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let extension = extension.to_ascii_lowercase();
    let start = bytes.get(..SHAPE_BYTES).unwrap_or(bytes);
    let mail = trimmed(start);
    // An mbox line in front proves more than a second header would.
    let headers_min = if start.trim_ascii_start().len() > mail.len() { 1 } else { 2 };
    if mail_headers(mail) >= headers_min && !matches!(extension.as_str(), "txt" | "md" | "csv") {
        return Kind::Mail;
    }
    let (text, _) = text(start);
    by_shape(&text).unwrap_or(match extension.as_str() {
        "eml" | "mbox" => Kind::Mail,
        "html" | "htm" | "xhtml" => Kind::Html,
        "csv" | "tsv" => Kind::Csv,
        "json" => Kind::Json,
        _ if is_binary(start) => Kind::Unknown,
        _ => Kind::Text,
    })
}

/// What the first bytes prove a file to be.
pub(super) fn by_magic(bytes: &[u8]) -> Option<Kind> {
    let start = bytes.get(..1024).unwrap_or(bytes);
    if start.windows(5).any(|window| window == b"%PDF-") && mail_headers(start) < 2 {
        return Some(Kind::Pdf);
    }
    let known: [&[u8]; 8] = [
        b"PK\x03\x04",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"\x1f\x8b",
        b"\xd0\xcf\x11\xe0",
        b"Rar!",
        b"7z\xbc\xaf",
    ];
    known.iter().any(|magic| bytes.starts_with(magic)).then_some(Kind::Unknown)
}

/// How many of the first lines are headers known from mail.
fn mail_headers(bytes: &[u8]) -> usize {
    const KNOWN: [&str; 15] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "mime-version",
        "content-type",
        "delivered-to",
        "reply-to",
        "in-reply-to",
        "references",
        "dkim-signature",
    ];
    let mut known = 0;
    for line in bytes.split(|byte| *byte == b'\n').take(200) {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            break;
        };
        let name = String::from_utf8_lossy(line.get(..colon).unwrap_or(&[]));
        let name = name.trim_end().to_ascii_lowercase();
        if name.is_empty() || name.contains(|c: char| c.is_whitespace()) {
            break;
        }
        known += usize::from(KNOWN.contains(&name.as_str()));
    }
    known
}

fn by_shape(text: &str) -> Option<Kind> {
    let start = text.trim_start();
    let lower: String = start.chars().take(512).collect::<String>().to_ascii_lowercase();
    let tags = ["<!doctype html", "<html", "<head", "<body", "<div", "<p>", "<table"];
    if tags.iter().any(|tag| lower.starts_with(tag))
        || (lower.starts_with("<?xml") && lower.contains("<html"))
    {
        return Some(Kind::Html);
    }
    let whole = serde_json::from_str::<serde::de::IgnoredAny>(start);
    let cut = |error: &serde_json::Error| error.is_eof() && text.len() >= SHAPE_BYTES - 3;
    if start.starts_with(['{', '[']) && whole.as_ref().map_or_else(cut, |_| true) {
        return Some(Kind::Json);
    }
    delimiter(text).map(|_| Kind::Csv)
}

/// The character that cuts every one of the first lines into the same number of cells, if one does.
pub(super) fn delimiter(text: &str) -> Option<char> {
    [';', '\t', ','].into_iter().find(|delimiter| {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(20);
        let counts: Vec<usize> = lines.map(|line| cells(line, *delimiter)).collect();
        let first = counts.first().copied().unwrap_or(0);
        counts.len() >= 2 && first >= 2 && counts.iter().all(|count| *count == first)
    })
}

fn cells(line: &str, delimiter: char) -> usize {
    let mut quoted = false;
    let mut count = 1;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => count += 1,
            _ => {}
        }
    }
    count
}

fn is_binary(bytes: &[u8]) -> bool {
    let is_control =
        |byte: &&u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 12 | 27);
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    !marked && bytes.iter().filter(is_control).count() * 50 > bytes.len()
}

/// Text in UTF-8, in UTF-16 with a mark, or else in windows-1252, and a warning when guessed.
pub(super) fn text(bytes: &[u8]) -> (String, Option<String>) {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let decoded = charset_decoder(b"utf-16").map(|decode| decode(bytes));
        return (unified(&decoded.unwrap_or_default()), None);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (unified(text), None),
        Err(_) => {
            let warning = "the text is not utf-8: read as windows-1252".to_owned();
            (unified(&windows_1252(bytes)), Some(warning))
        }
    }
}

fn unified(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\0', "")
}
