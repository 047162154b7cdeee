//! Finds amounts in words: `1.234,56 €`, `$ (12.00)`, `1'000.00 CHF`. Whether an amount is a total
//! or a quantity it does not say.

use super::sheet::Place;
use crate::invoice::Decimal;

/// A number at its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    pub(super) value: Decimal,
    /// How many digits stand after the decimal mark.
    pub(super) decimals: usize,
    /// The currency written with it: a code, or a symbol as [`CURRENCIES`] has it.
    pub(super) currency: Option<&'static str>,
    /// A share, not an amount.
    pub(super) is_percent: bool,
    pub(super) place: Place,
}

impl Amount {
    /// Whether it looks like money: two decimals or a currency.
    pub(super) fn is_money(&self) -> bool {
        !self.is_percent && (self.decimals == 2 || self.currency.is_some() && self.decimals < 4)
    }
}

/// How currencies are written, and what each way means: a code, or a symbol that several share.
pub(super) const CURRENCIES: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("EUR", "EUR"),
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("Euro", "EUR"),
    ("Euros", "EUR"),
    ("US$", "USD"),
    ("USD", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("CAD", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("AUD", "AUD"),
    ("NZ$", "NZD"),
    ("NZD", "NZD"),
    ("HK$", "HKD"),
    ("HKD", "HKD"),
    ("S$", "SGD"),
    ("SGD", "SGD"),
    ("R$", "BRL"),
    ("BRL", "BRL"),
    ("$", "$"),
    ("£", "GBP"),
    ("GBP", "GBP"),
    ("¥", "¥"),
    ("JPY", "JPY"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("₹", "INR"),
    ("INR", "INR"),
    ("Rs.", "Rs"),
    ("Rs", "Rs"),
    ("CHF", "CHF"),
    ("SFr.", "CHF"),
    ("Fr.", "CHF"),
    ("zł", "PLN"),
    ("zl", "PLN"),
    ("PLN", "PLN"),
    ("Kč", "CZK"),
    ("CZK", "CZK"),
    ("kr.", "kr"),
    ("kr", "kr"),
    ("SEK", "SEK"),
    ("NOK", "NOK"),
    ("DKK", "DKK"),
    ("Ft", "HUF"),
    ("HUF", "HUF"),
    ("RON", "RON"),
    ("lei", "RON"),
    ("BGN", "BGN"),
    ("MXN", "MXN"),
    ("ZAR", "ZAR"),
    ("AED", "AED"),
    ("SAR", "SAR"),
    ("TRY", "TRY"),
    ("₺", "TRY"),
    ("₽", "RUB"),
    ("RUB", "RUB"),
    ("₴", "UAH"),
    ("UAH", "UAH"),
    ("ILS", "ILS"),
    ("₪", "ILS"),
    ("THB", "THB"),
    ("฿", "THB"),
    ("MYR", "MYR"),
    ("RM", "MYR"),
    ("IDR", "IDR"),
    ("Rp", "IDR"),
    ("PHP", "PHP"),
    ("₱", "PHP"),
    ("KRW", "KRW"),
    ("₩", "KRW"),
    ("VND", "VND"),
    ("₫", "VND"),
    ("NGN", "NGN"),
    ("₦", "NGN"),
    ("KES", "KES"),
    ("Ksh", "KES"),
    ("ARS", "ARS"),
    ("CLP", "CLP"),
    ("COP", "COP"),
    ("PEN", "PEN"),
];

/// The decimal mark of a document, by the numbers that leave no doubt.
pub(super) fn decimal_mark<'a>(cells: impl Iterator<Item = &'a str>) -> Option<char> {
    let (mut commas, mut stops) = (0_usize, 0_usize);
    for text in cells {
        for (from, to) in runs(text) {
            let run = text.get(from..to).unwrap_or("");
            let last = run.rfind(['.', ',']);
            let Some(last) = last.filter(|at| run.len() - at == 3) else { continue };
            if run.matches('.').count() > 1 && run.matches(',').count() == 0 {
                continue;
            }
            match run.get(last..=last) {
                Some(",") => commas += 1,
                _ => stops += 1,
            }
        }
    }
    match commas.cmp(&stops) {
        std::cmp::Ordering::Greater => Some(','),
        std::cmp::Ordering::Less => Some('.'),
        std::cmp::Ordering::Equal => None,
    }
}

/// All numbers of a cell that could be amounts, quantities or shares.
pub(super) fn amounts(
    text: &str,
    mark: Option<char>,
    place: impl Fn((usize, usize)) -> Place,
) -> Vec<Amount> {
    let mut amounts = Vec::new();
    for (from, to) in runs(text) {
        let run = text.get(from..to).unwrap_or("");
        let Some((value, decimals)) = number(run, mark) else { continue };
        let (before, after) = (text.get(..from).unwrap_or(""), text.get(to..).unwrap_or(""));
        let Some(around) = around(before, after) else { continue };
        let value = if around.negative { -value } else { value };
        amounts.push(Amount {
            value,
            decimals,
            currency: around.currency,
            is_percent: around.percent,
            place: place((from, to)),
        });
    }
    amounts
}

/// Runs of digits with stops, commas, apostrophes and narrow spaces between them.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let only_number = text.chars().all(|c| !c.is_alphabetic() || "EURSDGBPCHF".contains(c));
    let mut open: Option<(usize, usize)> = None;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            open = Some((open.map_or(at, |(from, _)| from), at + 1));
            continue;
        }
        let rest = text.get(at + c.len_utf8()..).unwrap_or("");
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let joins = match c {
            '.' | ',' => digits > 0,
            '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}' => digits == 3,
            ' ' => digits == 3 && only_number && grouped(text, open, rest),
            _ => false,
        };
        if joins && open.is_some() {
            continue;
        }
        runs.extend(open.take());
    }
    runs.extend(open);
    runs
}

/// Whether a space may group digits here: at most three before it, a decimal mark in the end.
fn grouped(text: &str, open: Option<(usize, usize)>, rest: &str) -> bool {
    let Some((from, to)) = open else { return false };
    let first = text.get(from..to).unwrap_or("");
    let lead = first.split([' ', '\u{a0}']).next_back().unwrap_or("");
    lead.len() <= 3 && rest.contains([',', '.'])
}

fn number(run: &str, mark: Option<char>) -> Option<(Decimal, usize)> {
    let marks: Vec<(usize, char)> = run.char_indices().filter(|(_, c)| ".,".contains(*c)).collect();
    let last = marks.last().copied();
    let decimal_at = match last {
        None => None,
        Some((at, c)) => {
            let after = run.len() - at - 1;
            let same = marks.iter().filter(|(_, other)| *other == c).count();
            let mixed = same < marks.len();
            match (same, mixed, after) {
                // Several of one kind group, and so does the first of a mixture.
                (2.., false, _) => None,
                (2.., true, _) => return None,
                (_, true, _) => Some(at),
                // One mark and three digits: as the rest of the document has it.
                (_, false, 3) if mark != Some(c) && !run.starts_with('0') => None,
                _ => Some(at),
            }
        }
    };
    let whole = run.get(..decimal_at.unwrap_or(run.len()))?;
    let groups: Vec<&str> = whole.split(|c: char| !c.is_ascii_digit()).collect();
    let (first, others) = groups.split_first()?;
    let sound = others.is_empty()
        || (1..=3).contains(&first.len())
            && others.iter().all(|group| group.len() == 3 || others.len() > 1 && group.len() == 2);
    let fraction = decimal_at.and_then(|at| run.get(at + 1..)).unwrap_or("");
    if !sound || whole.len() > 18 || fraction.len() > 6 || whole.is_empty() {
        return None;
    }
    let digits =
        format!("{}.{}", groups.concat(), if fraction.is_empty() { "0" } else { fraction });
    digits.parse().ok().map(|value: Decimal| (value, fraction.len()))
}

struct Around {
    currency: Option<&'static str>,
    percent: bool,
    negative: bool,
}

/// What stands beside a number; nothing when it is a part of something else, as of `AB-12.50`.
fn around(before: &str, after: &str) -> Option<Around> {
    let (mut left, mut right) = (before.trim_end(), after.trim_start());
    let percent = right.starts_with('%');
    let minus = |c: char| matches!(c, '-' | '−' | '–');
    let mut negative = false;
    let glued_minus = before.ends_with(minus);
    if glued_minus {
        let bare = before.trim_end_matches(minus);
        // A minus after a letter or digit is a hyphen.
        if bare.chars().next_back().is_some_and(char::is_alphanumeric) && !ends_in_currency(bare) {
            return None;
        }
        negative = true;
        left = bare.trim_end();
    }
    let mut currency = None;
    if let Some((way, code)) = longest(|way| left.ends_with(way) && begins_word(left, way)) {
        currency = Some(code);
        left = left.get(..left.len() - way.len())?.trim_end();
    } else if !glued_minus && before.chars().next_back().is_some_and(is_part) {
        return None;
    }
    if let Some((way, code)) = longest(|way| right.starts_with(way) && ends_word(right, way)) {
        currency = currency.or(Some(code));
        right = right.get(way.len()..)?;
    } else if after.chars().next().is_some_and(is_part) {
        return None;
    }
    if left.ends_with(minus) && (currency.is_some() || left.len() == 1) {
        let bare = left.trim_end_matches(minus).trim_end();
        negative |= bare.is_empty() || !bare.ends_with(|c: char| c.is_ascii_digit());
    }
    negative |= left.ends_with('(') && right.trim_start().starts_with(')');
    negative |= right.starts_with(minus)
        && !right.get(1..).unwrap_or("").trim_start().starts_with(|c: char| c.is_alphanumeric());
    Some(Around { currency, percent, negative })
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '/' | '_' | '@' | '\\')
}

fn longest(fits: impl Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
    let ways = CURRENCIES.iter().copied().filter(|(way, _)| fits(way));
    ways.max_by_key(|(way, _)| way.len())
}

fn ends_in_currency(text: &str) -> bool {
    longest(|way| text.ends_with(way) && begins_word(text, way)).is_some()
}

fn begins_word(text: &str, way: &str) -> bool {
    let before = text.get(..text.len() - way.len()).unwrap_or("");
    !way.starts_with(char::is_alphabetic)
        || !before.chars().next_back().is_some_and(char::is_alphanumeric)
}

fn ends_word(text: &str, way: &str) -> bool {
    let after = text.get(way.len()..).unwrap_or("");
    !way.ends_with(char::is_alphabetic) || !after.chars().next().is_some_and(char::is_alphanumeric)
}
