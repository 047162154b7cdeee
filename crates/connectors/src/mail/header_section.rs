//! The header section of a mail, read as strictly as RFC 5322 writes it. What two readers could
//! read in two ways is no proof of anything, so here it is simply not read; it judges no value.

/// The headers of a mail, topmost first.
#[derive(Clone, Debug, Default)]
pub(super) struct HeaderSection {
    headers: Vec<(String, Vec<u8>)>,
}

/// More headers than this no honest mail has.
const HEADERS_MAX: usize = 1_000;

/// Headers that may stand once (RFC 5322, section 3.6; RFC 2045), and that are shown, answered or
/// acted on. With two of one kind a signer may have signed one and a reader may read the other.
const ONCE: [&str; 12] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "content-type",
    "content-transfer-encoding",
];

/// Headers with which the author's own part of the section has begun: a receiving server writes
/// above them.
const AUTHORS: [&str; 6] = ["from", "date", "subject", "to", "message-id", "mime-version"];

impl HeaderSection {
    /// Reads it, with lines that end in CRLF or LF; nothing when any line is irregular or any
    /// header that may stand once stands twice, or when there is not exactly one `From`.
    pub(super) fn read(mail: &[u8]) -> Option<Self> {
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        for line in mail.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                break;
            }
            if line.contains(&b'\r') || line.contains(&0) {
                return None;
            }
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if line.iter().all(u8::is_ascii_whitespace) {
                    return None;
                }
                let (_, value) = headers.last_mut()?;
                value.extend_from_slice(b"\r\n");
                value.extend_from_slice(line);
                continue;
            }
            let colon = line.iter().position(|byte| *byte == b':').filter(|at| *at > 0)?;
            let (name, value) = line.split_at_checked(colon)?;
            if !name.iter().all(u8::is_ascii_graphic) || headers.len() >= HEADERS_MAX {
                return None;
            }
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            headers.push((name, value.get(1..).unwrap_or_default().to_vec()));
        }
        let section = Self { headers };
        let clear = ONCE.iter().all(|name| section.count(name) <= 1) && section.count("from") == 1;
        clear.then_some(section)
    }

    /// How many headers have this name, given in lower case.
    pub(super) fn count(&self, name: &str) -> usize {
        self.values(name).count()
    }

    /// The values of the headers of this name, as they stand, topmost first.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let named = self.headers.iter().filter(move |(found, _)| found == name);
        named.map(|(_, value)| value.as_slice())
    }

    /// Whether a server passed the mail on to somebody its author did not name.
    pub(super) fn was_forwarded(&self) -> bool {
        let forwards = ["resent-", "x-forwarded-"];
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|name| forwards.iter().any(|begin| name.starts_with(begin)))
    }

    /// How many `Authentication-Results` stand above the first header that the author wrote.
    pub(super) fn results_above_author(&self) -> usize {
        let above = self.headers.iter().take_while(|(name, _)| !AUTHORS.contains(&name.as_str()));
        above.filter(|(name, _)| name == "authentication-results").count()
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderSection;

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        let read = |text: &str| HeaderSection::read(text.as_bytes());
        let clear = ["From: a@x.example\r\nSubject: b\r\n c\r\n\r\nFrom: body", "from:a\nTo: b\n"];
        for text in clear {
            assert!(read(text).is_some_and(|found| found.count("from") == 1), "{text:?}");
        }
        let unclear = [
            "",
            "Subject: b\r\n\r\n",
            "From: a\r\nFrom: b\r\n\r\n",
            "From: a\r\nfrom : b\r\n\r\n",
            "From: a\rFrom: b\r\n\r\n",
            "From: a\r\n \r\nSubject: b\r\n\r\n",
            "From: a\0\r\n\r\n",
            " folded\r\nFrom: a\r\n\r\n",
            "From a b\r\nFrom: a\r\n\r\n",
            ": a\r\nFrom: b\r\n\r\n",
            "From: a\r\nSubject: b\r\nSubject: c\r\n\r\n",
        ];
        for text in unclear {
            assert!(read(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn only_what_stands_above_the_author_can_be_a_receivers() {
        let result = "Authentication-Results: x; none\r\n";
        let text = format!("{result}Received: y\r\n{result}From: a\r\n{result}\r\n");
        let section = HeaderSection::read(text.as_bytes()).unwrap();
        assert_eq!((section.results_above_author(), section.count("from")), (2, 1));
        assert!(!section.was_forwarded());
        let forwarded = HeaderSection::read(b"Resent-From: b\r\nFrom: a\r\n\r\n").unwrap();
        assert!(forwarded.was_forwarded());
    }
}
