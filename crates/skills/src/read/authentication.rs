//! Reads `Authentication-Results` headers (RFC 8601): what some server says it found about the
//! sender. Whether that server is ours, and so to be believed, is the caller's business.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

/// One result of one method, as one server stated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthenticationResult {
    /// Which header it stands in, from the top of the mail: 0 is the one added last.
    pub header: usize,
    /// The name under which the server signs its findings, in lower case.
    pub authserv_id: String,
    /// `dmarc`, `dkim`, `spf`, …; empty when the server says it checked nothing.
    pub method: String,
    /// `pass`, `fail`, `none`, …, in lower case.
    pub result: String,
    /// What the result is about (`header.from`, `header.d`, `smtp.mailfrom`), and `reason`. The
    /// first of equal names counts.
    pub properties: BTreeMap<String, String>,
}

/// Most results kept of one mail; honest mails carry a dozen.
const RESULTS_MAX: usize = 200;

/// All results in the values of the headers, topmost header first.
pub(super) fn results(headers: &[String]) -> Vec<AuthenticationResult> {
    let all = headers.iter().enumerate().flat_map(|(index, value)| header_results(index, value));
    all.take(RESULTS_MAX).collect()
}

fn header_results(header: usize, value: &str) -> Vec<AuthenticationResult> {
    let statements = statements(value);
    let mut statements = statements.iter();
    let Some(Word::Text(authserv_id)) = statements.next().and_then(|words| words.first()) else {
        return Vec::new();
    };
    let authserv_id = authserv_id.to_lowercase();
    let found = |words: &Vec<Word>| result(header, &authserv_id, words);
    statements.filter_map(found).collect()
}

fn result(header: usize, authserv_id: &str, words: &[Word]) -> Option<AuthenticationResult> {
    let mut pairs = pairs(words);
    let empty = || (String::new(), "none".to_owned());
    let (method, result) = match words {
        [Word::Text(none)] if none.eq_ignore_ascii_case("none") => empty(),
        _ => pairs.next()?,
    };
    let method = method.split('/').next().unwrap_or("").trim().to_ascii_lowercase();
    let mut properties = BTreeMap::new();
    for (name, value) in pairs {
        properties.entry(name.to_ascii_lowercase()).or_insert(value);
    }
    let result = result.to_ascii_lowercase();
    Some(AuthenticationResult {
        header,
        authserv_id: authserv_id.to_owned(),
        method,
        result,
        properties,
    })
}

/// The `name=value` pairs among words; what is not a pair is left out.
fn pairs(words: &[Word]) -> impl Iterator<Item = (String, String)> {
    words.windows(3).filter_map(|window| match window {
        [Word::Text(name), Word::Equals, Word::Text(value)] => Some((name.clone(), value.clone())),
        _ => None,
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Text(String),
    Equals,
}

/// The words of a header value by statement: comments gone, quotes undone, cut at semicolons.
fn statements(value: &str) -> Vec<Vec<Word>> {
    let mut all = vec![Vec::new()];
    let mut text = String::new();
    let mut characters = value.chars();
    let mut comment_depth = 0_usize;
    while let Some(c) = characters.next() {
        let escaped = |next: Option<char>| next.unwrap_or('\\');
        if comment_depth > 0 {
            match c {
                '(' => comment_depth += 1,
                ')' => comment_depth -= 1,
                '\\' => _ = characters.next(),
                _ => {}
            }
            continue;
        }
        match c {
            '"' => {
                while let Some(inner) = characters.next().filter(|inner| *inner != '"') {
                    let next = if inner == '\\' { escaped(characters.next()) } else { inner };
                    text.push(next);
                }
            }
            '(' => {
                end_word(&mut all, &mut text);
                comment_depth = 1;
            }
            ';' => {
                end_word(&mut all, &mut text);
                all.push(Vec::new());
            }
            '=' => {
                end_word(&mut all, &mut text);
                push(&mut all, Word::Equals);
            }
            c if c.is_whitespace() => end_word(&mut all, &mut text),
            c => text.push(c),
        }
    }
    end_word(&mut all, &mut text);
    all
}

fn end_word(all: &mut [Vec<Word>], text: &mut String) {
    if !text.is_empty() {
        push(all, Word::Text(std::mem::take(text)));
    }
}

fn push(all: &mut [Vec<Word>], word: Word) {
    if let Some(words) = all.last_mut() {
        words.push(word);
    }
}
