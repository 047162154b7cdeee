//! Finds days in words, in numbers or with the names of months. Where day and month could be
//! either, both are kept: which it is, others decide.

use super::label::plain_text;
use super::sheet::Place;
use crate::invoice::Date;

/// A day at its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Day {
    /// Read with the day first, unless the year or a name leads.
    pub(super) date: Date,
    /// Read with the month first, where that is another day of the calendar.
    pub(super) month_first: Option<Date>,
    /// True when only the reading with the month first is a day of the calendar.
    pub(super) surely_month_first: bool,
    /// True when day and month stand as numbers, with the year last.
    pub(super) numeric: bool,
    /// What parts its numbers: `.`, `/`, `-`; a space before names.
    pub(super) mark: char,
    pub(super) place: Place,
}

/// The names of months, unaccented; three letters of a name are enough.
const MONTHS: [&str; 12] = [
    "january|januar|janvier|enero|gennaio|januari|janeiro|styczen|stycznia|tammikuu|jaenner",
    "february|februar|fevrier|febrero|febbraio|februari|fevereiro|luty|lutego|helmikuu",
    "march|maerz|mars|marzo|maart|marco|marzec|marca|mrz|maaliskuu|marts",
    "april|avril|abril|aprile|kwiecien|kwietnia|huhtikuu",
    "may|mai|mayo|maggio|mei|maio|maj|maja|toukokuu",
    "june|juni|juin|junio|giugno|junho|czerwiec|czerwca|kesaekuu",
    "july|juli|juillet|julio|luglio|julho|lipiec|lipca|heinaekuu",
    "august|aout|agosto|augustus|sierpien|sierpnia|augusti|elokuu",
    "september|septembre|septiembre|settembre|setembro|wrzesien|wrzesnia|setiembre|syyskuu",
    "october|oktober|octobre|octubre|ottobre|outubro|pazdziernik|pazdziernika|lokakuu",
    "november|novembre|noviembre|novembro|listopad|listopada|marraskuu",
    "december|dezember|decembre|diciembre|dicembre|dezembro|grudzien|grudnia|joulukuu|des",
];

/// All days of a cell.
pub(super) fn days(text: &str, place: impl Fn((usize, usize)) -> Place) -> Vec<Day> {
    let pieces = pieces(text);
    let mut days = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let rest = pieces.get(at..).unwrap_or(&[]);
        let found = in_numbers(rest).or_else(|| with_name(rest));
        match found {
            Some((mut day, count)) => {
                let from = rest.first().map_or(0, |piece| piece.from);
                let to = rest.get(count - 1).map_or(from, |piece| piece.to);
                if stands_alone(text, from, to) {
                    day.place = place((from, to));
                    days.push(day);
                    at += count;
                    continue;
                }
                at += 1;
            }
            None => at += 1,
        }
    }
    days
}

/// A number, a word or a mark.
struct Piece<'a> {
    text: &'a str,
    from: usize,
    to: usize,
    number: Option<u16>,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => 0,
        c if c.is_alphabetic() => 1,
        c if c.is_whitespace() => 2,
        _ => 3,
    };
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut from = 0;
    let mut previous = None;
    let mut push = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or("");
        if !part.trim().is_empty() {
            let number = if part.len() <= 4 { part.parse().ok() } else { None };
            pieces.push(Piece { text: part, from, to, number });
        }
    };
    for (at, c) in text.char_indices() {
        let now = kind(c);
        if previous.is_some_and(|previous| previous != now || now == 3) {
            push(from, at);
            from = at;
        }
        previous = Some(now);
    }
    push(from, text.len());
    pieces
}

/// `31.12.2026`, `12/31/26`, `2026-12-31`.
fn in_numbers(pieces: &[Piece<'_>]) -> Option<(Day, usize)> {
    let [first, mark, second, mark_again, third, ..] = pieces else { return None };
    let sign = mark.text.chars().next().filter(|c| matches!(c, '.' | '/' | '-' | '‐' | '–'))?;
    if mark.text != mark_again.text || mark.text.chars().count() != 1 {
        return None;
    }
    // Spaces around a hyphen make a range of it.
    if !matches!(sign, '.' | '/') && (mark.from != first.to || third.from != mark_again.to) {
        return None;
    }
    let (a, b, c) = (first.number?, second.number?, third.number?);
    let small = |number: u16| u8::try_from(number).ok();
    if first.text.len() == 4 {
        let date = Date::new(a, small(b)?, small(c)?)?;
        return Some((day(date, None, false, false, sign), 5));
    }
    if first.text.len() > 2 || second.text.len() > 2 {
        return None;
    }
    let year = match third.text.len() {
        4 => c,
        2 => 2000 + c,
        _ => return None,
    };
    let usual = Date::new(year, small(b)?, small(a)?);
    let other = Date::new(year, small(a)?, small(b)?);
    let found = match (usual, other) {
        (Some(usual), other) => day(usual, other.filter(|o| *o != usual), false, true, sign),
        (None, Some(other)) => day(other, None, true, true, sign),
        (None, None) => return None,
    };
    Some((found, 5))
}

fn day(date: Date, other: Option<Date>, surely: bool, numeric: bool, mark: char) -> Day {
    let place = Place { row: 0, cell: 0, from: 0, to: 0 };
    Day { date, month_first: other, surely_month_first: surely, numeric, mark, place }
}

/// `7. Mai 2014`, `1er juillet 2015`, `August 3, 2014`, `03-Aug-14`.
fn with_name(pieces: &[Piece<'_>]) -> Option<(Day, usize)> {
    let mut at = 0;
    let mut month = None;
    let mut number: Option<u8> = None;
    let mut count = 0;
    for piece in pieces.iter().take(9) {
        at += 1;
        if let Some(value) = piece.number {
            match (number, month) {
                (None, _) if piece.text.len() <= 2 => {
                    number = Some(u8::try_from(value).ok().filter(|day| (1..=31).contains(day))?);
                }
                (Some(day), Some(month)) if matches!(piece.text.len(), 2 | 4) => {
                    let year = if piece.text.len() == 2 { 2000 + value } else { value };
                    count = at;
                    let date = Date::new(year, month, day)?;
                    return Some((self::day(date, None, false, false, ' '), count));
                }
                _ => break,
            }
        } else if let Some(found) = month_named(piece.text) {
            if month.is_some() {
                break;
            }
            month = Some(found);
        } else {
            let filler = [
                ".", ",", "-", "/", "'", "’", "st", "nd", "rd", "th", "er", "º", "°", "de", "del",
                "of", "o", "e",
            ];
            let word = piece.text.to_lowercase();
            if at == 1 || !filler.contains(&word.as_str()) {
                break;
            }
        }
    }
    let _ = count;
    None
}

fn month_named(word: &str) -> Option<u8> {
    let plain = plain_text(word);
    let fits = |name: &str| plain.len() >= 3 && name.starts_with(&plain);
    let found = MONTHS.iter().position(|names| names.split('|').any(fits))?;
    u8::try_from(found + 1).ok()
}

/// Not a part of a longer number or code.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text.get(..from).unwrap_or("");
    let after = text.get(to..).unwrap_or("");
    let mut ahead = before.chars().rev();
    let glued = ahead.next().is_some_and(|c| {
        c.is_alphanumeric()
            || c == '_'
            || matches!(c, '.' | '/' | '-') && ahead.next().is_some_and(char::is_alphanumeric)
    });
    let mut behind = after.chars();
    let goes_on = behind.next().is_some_and(|c| {
        c.is_ascii_digit()
            || c == '_'
            || matches!(c, '.' | '/' | '-') && behind.next().is_some_and(|c| c.is_ascii_digit())
    });
    !glued && !goes_on
}
