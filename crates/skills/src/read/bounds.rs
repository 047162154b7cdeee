//! Limits on the shape of a mail before and while the library takes it apart: how many parts, how
//! deep. It changes no byte that anyone gets to see.

use std::ops::Range;

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MessagePart, PartType};

/// Largest mail that is read, in bytes. Providers stop at 25 to 35 MiB on the wire, and a mail
/// takes a few times its size in memory while it is read.
pub const MAIL_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Lines that can begin or describe a part. Each costs some hundred bytes of memory, so a mail
/// made of nothing else would take a hundred times its size.
const PART_LINES_MAX: usize = 50_000;
/// Declared boundaries. One that never comes is looked for to the end of the mail.
const BOUNDARIES_MAX: usize = 1_000;
/// Most bytes of headers at the top of a mail.
const HEADER_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The part of `bytes` that keeps within the limits, and a warning when it is not all.
pub(super) fn within_bounds(bytes: &[u8]) -> (&[u8], Option<String>) {
    let mut part_lines = 0_usize;
    let mut boundaries = 0_usize;
    let mut in_header = true;
    let mut offset = 0_usize;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        part_lines += usize::from(line.starts_with(b"--") || begins_with(line, b"content-"));
        boundaries += usize::from(holds(line, b"boundary"));
        in_header &= offset == 0 || !matches!(line, b"\n" | b"\r\n");
        let exceeded = part_lines > PART_LINES_MAX
            || boundaries > BOUNDARIES_MAX
            || (in_header && offset > HEADER_BYTES_MAX);
        if exceeded {
            let warning = format!("the mail has too many parts or headers: read to byte {offset}");
            return (bytes.get(..offset).unwrap_or(bytes), Some(warning));
        }
        offset += line.len();
    }
    (bytes, None)
}

fn begins_with(line: &[u8], word: &[u8]) -> bool {
    line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    let first = word.first().copied().unwrap_or(0);
    let starts = text.iter().enumerate().filter(|(_, byte)| byte.eq_ignore_ascii_case(&first));
    starts.into_iter().any(|(at, _)| text.get(at..).is_some_and(|rest| begins_with(rest, word)))
}

/// A parsed mail that is taken apart without recursion when dropped: mails nested a hundred
/// thousand deep would otherwise overflow the stack.
pub(super) struct Parsed<'x>(Message<'x>);

impl<'x> Parsed<'x> {
    /// Parses `bytes`; `None` when there is not one header.
    pub(super) fn new(parser: &MessageParser, bytes: &'x [u8]) -> Option<Self> {
        parser.parse(bytes).map(Parsed)
    }

    pub(super) fn message(&self) -> &Message<'x> {
        &self.0
    }
}

impl Drop for Parsed<'_> {
    fn drop(&mut self) {
        let mut waiting = vec![std::mem::take(&mut self.0)];
        while let Some(message) = waiting.pop() {
            let nested = message.parts.into_iter().filter_map(|part| match part.body {
                PartType::Message(nested) => Some(nested),
                _ => None,
            });
            waiting.extend(nested);
        }
    }
}

/// The headers at which `bytes` declares a mail inside a mail that is itself encoded, with the
/// type that makes the library open it.
///
/// The standard forbids this (RFC 2046, section 5.2.1). The library would decode such a mail and
/// copy what it finds inside by recursion, as deep as the sender likes, so these mails must stay
/// closed. A first pass in which no encoding is known finds them, decoding nothing.
pub(super) fn encoded_mails(bytes: &[u8]) -> Vec<Range<usize>> {
    if !OPENED.iter().any(|word| holds(bytes, word)) {
        return Vec::new();
    }
    let parser = MessageParser::new()
        .header_content_type(HeaderName::ContentType)
        .header_content_type(HeaderName::ContentDisposition)
        .header_content_type(HeaderName::ContentTransferEncoding);
    let Some(parsed) = Parsed::new(&parser, bytes) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut waiting = vec![parsed.message()];
    while let Some(message) = waiting.pop() {
        for part in &message.parts {
            if let PartType::Message(nested) = &part.body {
                waiting.push(nested);
            }
            let opens = match &part.body {
                PartType::Multipart(children) => {
                    let untyped = |id: &u32| {
                        let index = usize::try_from(*id).unwrap_or(usize::MAX);
                        message
                            .parts
                            .get(index)
                            .is_some_and(|child| is_encoded(child) && types(child).next().is_none())
                    };
                    children.iter().any(untyped)
                }
                _ => is_encoded(part),
            };
            if opens {
                found.extend(types(part));
            }
        }
    }
    found
}

/// The words in a content type at which the library opens what is inside as a mail.
const OPENED: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];

fn is_encoded(part: &MessagePart<'_>) -> bool {
    let identity = |value: &HeaderValue<'_>| {
        let stated = value.as_content_type().map_or("", |stated| stated.ctype());
        ["7bit", "8bit", "binary"].iter().any(|name| stated.eq_ignore_ascii_case(name))
    };
    part.headers.iter().any(|header| {
        header.name == HeaderName::ContentTransferEncoding && !identity(&header.value)
    })
}

/// Where the values of the part's `Content-Type` headers stand.
fn types(part: &MessagePart<'_>) -> impl Iterator<Item = Range<usize>> {
    let headers = part.headers.iter().filter(|header| header.name == HeaderName::ContentType);
    headers.filter_map(|header| {
        let start = usize::try_from(header.offset_start).ok()?;
        Some(start..usize::try_from(header.offset_end).ok()?)
    })
}

/// A copy of `bytes` in which the type at each header is one the library does not open.
pub(super) fn kept_closed(bytes: &[u8], headers: &[Range<usize>]) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    for header in headers {
        let Some(value) = copy.get_mut(header.clone()) else {
            continue;
        };
        for word in OPENED {
            let at = value.windows(word.len()).position(|found| found.eq_ignore_ascii_case(word));
            let place = at.and_then(|at| value.get_mut(at..at + word.len()));
            if let Some(place) = place {
                place.copy_from_slice(b"x-mail");
                break;
            }
        }
    }
    copy
}
