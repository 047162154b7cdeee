//! Cuts HTML as mail programs write it into tags and text, in one pass and without a tree. It does
//! not judge what is visible and repairs nothing but an unfinished tag.

use mail_parser::decoders::html::add_html_token;

/// One piece of an HTML document, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text between tags with its entities still encoded; the whole content of a raw element.
    Text(&'a str),
    /// An opening tag: its lower case name and what stands between the name and `>`.
    Open { name: String, attributes: &'a str },
    /// A closing tag with its lower case name.
    Close { name: String },
}

/// Elements whose content is not markup: it runs to the matching closing tag.
const RAW_ELEMENTS: [&str; 5] = ["script", "style", "title", "textarea", "xmp"];

/// Longest entity that is looked up, in bytes; the longest in the HTML table has 33.
const ENTITY_BYTES_MAX: usize = 40;

/// Iterator over the tokens of one document.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    raw_element: Option<String>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Tokens { rest: html, raw_element: None }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (piece, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        piece
    }

    fn take_raw(&mut self, name: &str) -> &'a str {
        let end = find_closing(self.rest, name).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Skips a comment or declaration at the start of the rest.
    fn skip_declaration(&mut self) {
        let length = if let Some(comment) = self.rest.strip_prefix("<!--") {
            // `<!-->` is a whole comment to a browser, so the search may not start after it.
            let from = if comment.starts_with('>') { 4 } else { 0 };
            if from == 4 { Some(5) } else { comment.find("-->").map(|at| at + 7) }
        } else {
            self.rest.find('>').map(|at| at + 1)
        };
        self.take(length.unwrap_or(self.rest.len()));
    }

    /// A tag at the start of the rest; `None` when nothing closes it, so that `<` is text.
    fn tag(&mut self) -> Option<Token<'a>> {
        let end = tag_end(self.rest)?;
        let tag = self.take(end + 1);
        let inner = tag.strip_prefix('<')?.strip_suffix('>')?;
        let (inner, closing) = match inner.strip_prefix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let name_end =
            inner.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inner.len());
        let (name, attributes) = inner.split_at_checked(name_end)?;
        let name = name.to_ascii_lowercase();
        if closing {
            return Some(Token::Close { name });
        }
        if RAW_ELEMENTS.contains(&name.as_str()) && !attributes.ends_with('/') {
            self.raw_element = Some(name.clone());
        }
        Some(Token::Open { name, attributes })
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(name) = self.raw_element.take() {
            let content = self.take_raw(&name);
            if !content.is_empty() {
                return Some(Token::Text(content));
            }
        }
        loop {
            let mut after = self.rest.chars();
            match (after.next()?, after.next()) {
                ('<', Some('!' | '?')) => {
                    self.skip_declaration();
                    continue;
                }
                ('<', Some(c)) if c == '/' || c.is_ascii_alphabetic() => {
                    // Without any `>` ahead no tag ends any more; looking again at each `<` would
                    // take a time that grows with the square of the length.
                    let rest = self.rest.len();
                    return self.tag().or_else(|| Some(Token::Text(self.take(rest))));
                }
                _ => {}
            }
            // The first character is text even when it is `<`: no tag begins with it.
            let skip = self.rest.chars().next().map_or(0, char::len_utf8);
            let end = self.rest.get(skip..).and_then(|rest| rest.find('<'));
            return Some(Token::Text(self.take(end.map_or(self.rest.len(), |at| at + skip))));
        }
    }
}

/// Where the tag at the start of `text` ends: the first `>` outside a quoted value, or the first
/// one at all when a quote is never closed.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.find('>')
}

/// Where `</name` begins in `text`, in any case of letters.
fn find_closing(text: &str, name: &str) -> Option<usize> {
    text.match_indices("</").map(|(at, _)| at).find(|at| {
        text.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    })
}

/// The attributes of a tag: lower case names with decoded values, in order.
pub(super) fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(is_between);
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || is_between(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end.max(1)).unwrap_or((rest, ""));
        let after_name = after.trim_start();
        let (value, after) = match after_name.strip_prefix('=') {
            Some(value) => attribute_value(value.trim_start()),
            None => ("", after),
        };
        found.push((name.to_ascii_lowercase(), decode_entities(value)));
        rest = after.trim_start_matches(is_between);
    }
    found
}

fn is_between(c: char) -> bool {
    c.is_ascii_whitespace() || c == '/'
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Text with its character references (`&amp;`, `&#8364;`) replaced by the characters.
pub(super) fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let end = after.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
        let name = end.and_then(|end| after.get(..end)).filter(|name| is_entity(name));
        if let Some(name) = name {
            add_html_token(&mut decoded, format!("&{name};").as_bytes(), false);
            rest = after.get(name.len() + 1..).unwrap_or("");
        } else {
            decoded.push('&');
            rest = after;
        }
    }
    decoded.push_str(rest);
    decoded
}

fn is_entity(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
}
