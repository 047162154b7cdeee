//! Outsider text that is sent on: what a mail program or a chat would turn into something to press,
//! call, pay or notify is written so that it cannot, yet a person still reads what stood there
//! (`https://evil.example/x` becomes `hxxps://evil[.]example/x`). It removes no word and judges
//! none.

#[cfg(test)]
mod tests;

use super::Value;
use super::canonical::{Canonical, Sort, canonical, hides};
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

/// Schemes and beginnings that programs turn into links, most specific first.
const SCHEMES: [(&str, &str); 9] = [
    ("https://", "hxxps://"),
    ("http://", "hxxp://"),
    ("ftp://", "fxp://"),
    ("mailto:", "mailto[:]"),
    ("javascript:", "javascript[:]"),
    ("data:", "data[:]"),
    ("file:", "file[:]"),
    ("tel:", "tel[:]"),
    ("sms:", "sms[:]"),
];

impl Value {
    /// The same value, with each text that an outsider or a model wrote made harmless.
    #[must_use]
    pub fn harmless(mut self, keeps: &dyn Fn(&Canonical) -> bool) -> Self {
        let mut changed = Vec::new();
        self.each_leaf(&mut |leaf, path, origin| {
            if let Some(text) = leaf.as_str().filter(|_| origin.is_outsiders()) {
                changed.push((path.to_owned(), neutralise(text, keeps)));
            }
        });
        for (path, text) in changed {
            let mut keys = path.split('.').filter(|key| !key.is_empty());
            let place = keys.try_fold(&mut self.data, |data, key| match data {
                Json::Object(map) => map.get_mut(key),
                Json::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
                _ => None,
            });
            if let Some(place) = place {
                *place = Json::String(text);
            }
        }
        self
    }
}

/// The text with links, addresses, account and phone numbers and mentions made harmless. `keeps`
/// says which values stay as they are: those of the case that someone trusted wrote.
pub fn neutralise(text: &str, keeps: &dyn Fn(&Canonical) -> bool) -> String {
    let seen: String = text.chars().filter(|c| !hides(*c) || matches!(c, '\n' | '\t')).collect();
    let mut out = String::with_capacity(seen.len());
    let mut rest = accounts(&seen, keeps);
    // Pieces between spaces; markup characters end a piece, so `[pay](https://…)` is two.
    while !rest.is_empty() {
        let length = rest.find(ends_piece).unwrap_or(rest.len());
        let after = rest.split_off(length);
        out.push_str(&piece(&rest, keeps));
        let mut chars = after.chars();
        if let Some(mark) = chars.next() {
            match mark {
                // Without its brackets a link of markdown or HTML is only words.
                '<' => out.push('‹'),
                '>' => out.push('›'),
                '[' => out.push('('),
                ']' => out.push(')'),
                other => out.push(other),
            }
        }
        rest = chars.as_str().to_owned();
    }
    out
}

fn ends_piece(c: char) -> bool {
    c.is_whitespace() || "<>[]()\"'`|{},;".contains(c)
}

fn piece(written: &str, keeps: &dyn Fn(&Canonical) -> bool) -> String {
    let bare = written.trim_end_matches(['.', ':', '!', '?']);
    let tail = written.get(bare.len()..).unwrap_or_default();
    let known = canonical(&Json::String(bare.to_owned()));
    // What is a link only once it is normalised is one for the program that normalises it.
    let normal: String = bare.nfkc().collect();
    match harmless(&normal, known.as_ref()) {
        Some(_) if known.as_ref().is_some_and(keeps) => written.to_owned(),
        Some(harmless) => format!("{harmless}{tail}"),
        None => written.to_owned(),
    }
}

fn harmless(bare: &str, known: Option<&Canonical>) -> Option<String> {
    let lower = bare.to_ascii_lowercase();
    for (scheme, instead) in SCHEMES {
        if let Some(rest) = lower.strip_prefix(scheme) {
            let rest = bare.get(bare.len() - rest.len()..).unwrap_or_default();
            return Some(format!("{instead}{}", undotted(rest)));
        }
    }
    if bare.contains("://") || bare.contains("//") && is_dotted(bare) {
        return Some(undotted(&bare.replace("//", "/[/]")));
    }
    if known.is_some_and(|known| known.sort == Sort::Address) || bare.contains('@') {
        return Some(undotted(&bare.replace('@', "[at]")));
    }
    (is_dotted(bare) || is_dotted(&bare.replace('。', "."))).then(|| undotted(bare))
}

/// `evil.example`, `10.0.0.1/x`: letters or digits on both sides of a dot, and something that could
/// be a top-level name. Numbers and times stay.
fn is_dotted(text: &str) -> bool {
    let host = text.split(['/', ':', '?', '#']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let named = |label: &&str| {
        label.chars().count() >= 2 && label.chars().all(|c| c.is_alphabetic() || c == '-')
    };
    let coded = |label: &&str| label.to_ascii_lowercase().starts_with("xn--");
    let four = labels.len() == 4 && labels.iter().all(|label| label.parse::<u8>().is_ok());
    let filled = labels.len() >= 2 && labels.iter().all(|label| !label.is_empty());
    filled && (four || labels.last().is_some_and(|last| named(last) || coded(last)))
}

fn undotted(text: &str) -> String {
    text.replace(['.', '。', '．'], "[.]")
}

/// Account and phone numbers may hold spaces, so they are found before the text is cut: runs of ten
/// and more digits, or an IBAN, get a middle dot between their groups, which no dialler or bank
/// form takes.
fn accounts(text: &str, keeps: &dyn Fn(&Canonical) -> bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(first) = chars.get(at) {
        let starts = at == 0 || chars.get(at - 1).is_none_or(|before| !before.is_alphanumeric());
        let run = if starts { run_from(&chars, at) } else { None };
        let Some(end) = run else {
            out.push(*first);
            at += 1;
            continue;
        };
        let run: String = chars.get(at..end).unwrap_or_default().iter().collect();
        let kept = canonical(&Json::String(run.clone())).is_some_and(|value| keeps(&value));
        if kept {
            out.push_str(&run)
        } else {
            out.push_str(&dotted_groups(&run))
        }
        at = end;
    }
    out
}

/// Fewest digits that are a number to call or to pay into.
const DIGITS_MIN: usize = 8;

/// The end of an account or phone number that begins here.
fn run_from(chars: &[char], start: usize) -> Option<usize> {
    let (mut digits, mut letters, mut end) = (0, 0, start);
    for (at, c) in chars.iter().enumerate().skip(start) {
        let inner = " -/().\u{a0}".contains(*c);
        match c {
            c if c.is_numeric() => digits += 1,
            '+' if at == start => {}
            '(' if at == start => {}
            c if c.is_ascii_uppercase() && (letters < 2 || digits >= 2) && letters < 8 => {
                letters += 1;
            }
            _ if inner && at > start => continue,
            _ => break,
        }
        end = at + 1;
    }
    let whole: String = chars.get(start..end)?.iter().collect();
    let is_iban =
        canonical(&Json::String(whole.clone())).is_some_and(|found| found.sort == Sort::Iban);
    let is_date = whole.len() == 10 && whole.matches(['-', '.', '/']).count() == 2;
    let is_amount = whole.matches('.').count() == 1 && !whole.contains([' ', '-', '/', '+']);
    let calls = digits >= DIGITS_MIN && letters == 0 && !is_date && !is_amount;
    let pays = letters > 0 && digits >= 10;
    (is_iban || calls || pays).then_some(end)
}

fn dotted_groups(run: &str) -> String {
    let mut out = String::new();
    for (at, c) in run.chars().filter(|c| c.is_alphanumeric() || *c == '+').enumerate() {
        if at > 0 && at % 3 == 0 {
            out.push('·');
        }
        out.push(c);
    }
    out
}
