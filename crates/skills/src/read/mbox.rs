//! Cuts an mbox file (RFC 4155, and the mboxo and mboxrd habits) into its mails. It reads none of
//! them and knows no lock files.

use std::borrow::Cow;

/// The mails in an mbox file, in order: where each begins in `bytes` (after its `From ` line), and
/// its bytes with the `>` that protects body lines beginning with `From ` taken off again.
///
/// Bytes that do not begin with a `From ` line hold no mails.
#[must_use]
pub fn read_mbox(bytes: &[u8]) -> Vec<(usize, Cow<'_, [u8]>)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut offset = 0_usize;
    let mut after_empty = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if after_empty && is_separator(line) {
            starts.push((offset, offset + line.len()));
        } else if offset == 0 {
            return Vec::new();
        }
        after_empty = matches!(line, b"\n" | b"\r\n");
        offset += line.len();
    }
    let ends = starts.iter().skip(1).map(|(separator, _)| *separator);
    let ends: Vec<usize> = ends.chain([bytes.len()]).collect();
    let mails = starts.iter().zip(ends);
    mails.map(|((_, start), end)| (*start, unescaped(mail(bytes, *start, end)))).collect()
}

/// Whether a line can open a mail: `From `, a sender and a date with a time of day.
pub(super) fn is_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ") && line.contains(&b':') && line.iter().any(u8::is_ascii_digit)
}

/// One mail without the empty line that the format puts behind it.
fn mail(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    let mail = bytes.get(start..end).unwrap_or(&[]);
    let without = mail.strip_suffix(b"\r\n\r\n").or_else(|| mail.strip_suffix(b"\n\n"));
    without.map_or(mail, |without| {
        let line_end = if mail.ends_with(b"\r\n") { 2 } else { 1 };
        mail.get(..without.len() + line_end).unwrap_or(mail)
    })
}

fn unescaped(mail: &[u8]) -> Cow<'_, [u8]> {
    let lines = || mail.split_inclusive(|byte| *byte == b'\n');
    if !lines().any(is_escaped) {
        return Cow::Borrowed(mail);
    }
    let kept =
        lines().map(|line| if is_escaped(line) { line.get(1..).unwrap_or(&[]) } else { line });
    Cow::Owned(kept.flatten().copied().collect())
}

fn is_escaped(line: &[u8]) -> bool {
    let signs = line.iter().take_while(|byte| **byte == b'>').count();
    signs > 0 && line.get(signs..).is_some_and(|rest| rest.starts_with(b"From "))
}
