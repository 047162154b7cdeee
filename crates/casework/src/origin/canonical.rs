//! One spelling for values that may be called equal: addresses, URLs, IBANs, amounts, dates and ids
//! of records (NFKC, IDNA, case). Free text has no such spelling, so it is never equal to anything.
//! It trusts nothing: what equality is worth, the policy says.

#[cfg(test)]
mod tests;

use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

/// What a value is, by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// A mail address without a name.
    Address,
    /// An `http` or `https` URL without user and password.
    Url,
    /// An IBAN whose check digits fit (ISO 13616).
    Iban,
    /// A number: an amount, a count, a numeric id.
    Number,
    /// A day, `2026-03-14`.
    Date,
    /// One token that is no plain word: `INV-2041`, `#support`.
    Id,
}

/// A value in the one spelling of its sort.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canonical {
    /// What it is.
    pub sort: Sort,
    /// Its one spelling.
    pub text: String,
}

/// Longest text that is looked at: a URL's usual bound.
const LENGTH_MAX: usize = 2_048;
/// Longest token that is an id.
const ID_LENGTH_MAX: usize = 128;

/// The canonical spelling of a value; none for free text, truth values, lists and maps.
pub fn canonical(value: &Json) -> Option<Canonical> {
    match value {
        Json::Number(number) => of(Sort::Number, decimal(&number.to_string())?),
        Json::String(text) => canonical_text(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The spelling of an id whose field or argument is declared as one, so that even a plain word or a
/// name counts.
pub fn canonical_id(value: &Json) -> Option<String> {
    match value {
        Json::Number(number) => decimal(&number.to_string()),
        Json::String(text) => {
            let text = plain(text)?;
            (!text.is_empty() && text.len() <= ID_LENGTH_MAX).then(|| text.to_lowercase())
        }
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A domain in its one spelling; none when it is no domain.
pub fn canonical_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(domain.trim_end_matches('.')).ok()?;
    (ascii.contains('.') && !ascii.starts_with('.') && !ascii.contains("..")).then_some(ascii)
}

/// The domain of a mail address, in its one spelling.
pub fn domain_of(address: &str) -> Option<String> {
    let address = canonical_text(address).filter(|found| found.sort == Sort::Address)?;
    address.text.rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

/// The web addresses within a text, each in its one spelling.
pub fn urls_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| c.is_whitespace() || "<>\"'()[]{}|\\^`".contains(c))
        .map(|piece| piece.trim_end_matches(['.', ',', ';', ':', '!', '?']))
        .filter(|piece| piece.contains("://"))
        .filter_map(url)
}

fn canonical_text(text: &str) -> Option<Canonical> {
    let text = plain(text)?;
    if let Some(iban) = iban(&text) {
        return of(Sort::Iban, iban);
    }
    if text.is_empty() || text.chars().any(char::is_whitespace) {
        return None;
    }
    if let Some(number) = decimal(&text) {
        return of(Sort::Number, number);
    }
    if is_date(&text) {
        return of(Sort::Date, text);
    }
    if text.contains("://") {
        return of(Sort::Url, url(&text)?);
    }
    if let Some(address) = address(&text) {
        return of(Sort::Address, address);
    }
    let is_word = text.chars().all(char::is_alphabetic);
    let is_id = !is_word && text.len() <= ID_LENGTH_MAX && text.chars().any(char::is_alphanumeric);
    is_id.then(|| Canonical { sort: Sort::Id, text: text.to_lowercase() })
}

#[expect(clippy::unnecessary_wraps, reason = "each caller returns it as it is")]
fn of(sort: Sort, text: String) -> Option<Canonical> {
    Some(Canonical { sort, text })
}

/// NFKC without outer space; none when it hides something: control, zero-width and bidirectional
/// characters make two texts look alike that are not.
fn plain(text: &str) -> Option<String> {
    if text.len() > LENGTH_MAX || text.chars().any(hides) {
        return None;
    }
    Some(text.nfkc().collect::<String>().trim().to_owned())
}

/// Characters that are not seen, or that change the order in which others are seen.
pub(super) fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn address(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let fine = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if local.is_empty() || !local.chars().all(fine) {
        return None;
    }
    Some(format!("{}@{}", local.to_lowercase(), canonical_domain(domain)?))
}

fn url(text: &str) -> Option<String> {
    let parsed = url::Url::parse(text).ok()?;
    let web = matches!(parsed.scheme(), "http" | "https");
    let bare = parsed.username().is_empty() && parsed.password().is_none();
    (web && bare && parsed.has_host()).then(|| parsed.to_string())
}

/// A decimal without signs of grouping: `1250.50` and `1250.5` are one number.
fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(part) || digits.ends_with('.') {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    Some(match part.trim_end_matches('0') {
        "" if whole == "0" => "0".to_owned(),
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    })
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |length: usize, range: std::ops::RangeInclusive<u32>| {
        parts.next().is_some_and(|part| {
            part.len() == length && part.parse().is_ok_and(|number| range.contains(&number))
        })
    };
    number(4, 1..=9_999) && number(2, 1..=12) && number(2, 1..=31) && parts.next().is_none()
}

/// Letters of the country, two check digits, the account; the whole rotated by four and read as a
/// number is 1 modulo 97.
fn iban(text: &str) -> Option<String> {
    let packed: String = text.chars().filter(|c| *c != ' ').collect::<String>().to_uppercase();
    let is_shaped = (15..=34).contains(&packed.len())
        && packed.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && packed.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && packed.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    if !is_shaped {
        return None;
    }
    let (head, rest) = packed.split_at_checked(4)?;
    let rest = rest.chars().chain(head.chars()).try_fold(0_u32, |sum, c| {
        let value = c.to_digit(36)?;
        Some(if value > 9 { (sum * 100 + value) % 97 } else { (sum * 10 + value) % 97 })
    })?;
    (rest == 1).then_some(packed)
}
