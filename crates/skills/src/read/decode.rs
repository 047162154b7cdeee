//! The bytes of a part as its sender meant them, and text in whatever character set. It repairs
//! what it can and says what it could not; it does not choose which part to read.

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{ContentType, Encoding, HeaderName, Message, MessagePart, MimeHeaders, PartType};

/// The content of a part with its transfer encoding taken off, and a warning when the encoding is
/// damaged or the part is cut off.
pub(super) fn content(message: &Message<'_>, part: &MessagePart<'_>) -> (Vec<u8>, Option<String>) {
    let raw = raw_body(message, part);
    let declared = part.content_transfer_encoding().unwrap_or("").trim().to_ascii_lowercase();
    match (&part.body, declared.as_str()) {
        (PartType::Message(_) | PartType::Multipart(_), _) => (raw.to_vec(), None),
        (_, "base64") => {
            let (bytes, damaged) = lenient_base64(raw);
            (bytes, damaged.then(|| "its base64 is damaged or cut off".to_owned()))
        }
        (PartType::Binary(bytes) | PartType::InlineBinary(bytes), _) => (bytes.to_vec(), None),
        (_, "quoted-printable") => match quoted_printable_decode(raw) {
            Some(bytes) => (bytes, None),
            None => (raw.to_vec(), Some("its quoted-printable encoding is damaged".to_owned())),
        },
        _ => (raw.to_vec(), None),
    }
}

fn raw_body<'a>(message: &'a Message<'_>, part: &MessagePart<'_>) -> &'a [u8] {
    let start = usize::try_from(part.offset_body).unwrap_or(usize::MAX);
    let end = usize::try_from(part.offset_end).unwrap_or(usize::MAX);
    let end = end.min(message.raw_message.len());
    message.raw_message.get(start..end).unwrap_or(&[])
}

/// Decodes base64, skipping what does not belong in it. The flag is set when something was
/// skipped or the last group is not whole.
fn lenient_base64(text: &[u8]) -> (Vec<u8>, bool) {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = 0_u32;
    let mut count = 0_u8;
    let mut damaged = false;
    let mut padded = false;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padded = true;
                continue;
            }
            byte => {
                damaged |= !byte.is_ascii_whitespace();
                continue;
            }
        };
        // Some programs pad each line; what follows the padding is a new group.
        if padded {
            flush(&mut bytes, group, count);
            (group, count, padded) = (0, 0, false);
        }
        group = (group << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            flush(&mut bytes, group, count);
            (group, count) = (0, 0);
        }
    }
    damaged |= count == 1 || (count > 0 && !padded);
    flush(&mut bytes, group, count);
    (bytes, damaged)
}

/// Appends the whole bytes that `count` base64 digits hold.
fn flush(bytes: &mut Vec<u8>, group: u32, count: u8) {
    let [_, first, second, third] = match count {
        2 => (group << 12).to_be_bytes(),
        3 => (group << 6).to_be_bytes(),
        4 => group.to_be_bytes(),
        _ => return,
    };
    bytes.extend([first, second, third].iter().take(usize::from(count) - 1));
}

/// The text of a part, and a warning when its character set is unknown, missing or wrong.
pub(super) fn text(bytes: &[u8], part: &MessagePart<'_>) -> (String, Option<String>) {
    let declared = part.content_type().and_then(charset).unwrap_or("");
    if let (Some(decoder), false) = (charset_decoder(declared.as_bytes()), declared.is_empty()) {
        // Much mail that says ASCII holds UTF-8, which is never valid by chance.
        let ascii = ["us-ascii", "ascii"].iter().any(|name| declared.eq_ignore_ascii_case(name));
        return match std::str::from_utf8(bytes) {
            Ok(text) if ascii => (text.to_owned(), None),
            _ => (decoder(bytes), None),
        };
    }
    let utf8 =
        ["", "utf-8", "utf8", "utf_8"].iter().any(|name| declared.eq_ignore_ascii_case(name));
    match std::str::from_utf8(bytes) {
        Ok(text) if utf8 || text.is_ascii() => (text.to_owned(), None),
        Ok(text) => (text.to_owned(), Some(unknown(declared, "utf-8"))),
        Err(_) if utf8 && !declared.is_empty() => {
            let warning = "the text holds bytes that are not utf-8".to_owned();
            (String::from_utf8_lossy(bytes).into_owned(), Some(warning))
        }
        Err(_) => (windows_1252(bytes), Some(unknown(declared, "windows-1252"))),
    }
}

fn unknown(declared: &str, used: &str) -> String {
    let name = super::hidden::cleaned(declared);
    match name.as_str() {
        "" => format!("no character set is given: read as {used}"),
        name => format!("unknown character set {name:?}: read as {used}"),
    }
}

/// Text in the character set most mail without a usable statement is in.
pub(super) fn windows_1252(bytes: &[u8]) -> String {
    charset_decoder(b"windows-1252")
        .map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decoder| decoder(bytes))
}

fn charset<'a>(content_type: &'a ContentType<'_>) -> Option<&'a str> {
    content_type.attribute("charset").map(str::trim)
}

/// Whether the library met a body it could not decode.
pub(super) fn is_damaged(part: &MessagePart<'_>) -> bool {
    part.is_encoding_problem && part.encoding == Encoding::None
}

/// The first value of a header at the top of the mail, unfolded but not decoded.
pub(super) fn raw_headers(message: &Message<'_>, name: &str) -> Vec<String> {
    let Some(root) = message.parts.first() else {
        return Vec::new();
    };
    let wanted = HeaderName::parse(name.to_owned());
    let headers = root.headers.iter().filter(|header| Some(&header.name) == wanted.as_ref());
    let values = headers.filter_map(|header| {
        let start = usize::try_from(header.offset_start).ok()?;
        let end = usize::try_from(header.offset_end).ok()?;
        message.raw_message.get(start..end)
    });
    values
        .map(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// Text in a charset that is named, if the name is known.
pub(crate) fn text_in_charset(charset: &str, bytes: &[u8]) -> Option<String> {
    charset_decoder(charset.as_bytes()).map(|decode| decode(bytes))
}
