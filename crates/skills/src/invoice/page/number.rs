//! The number of an invoice: a code beside or below a label, the surer the plainer the label. It
//! keeps no list of how suppliers number.

use super::label::{Label, plain_text};
use super::phrases::Kind;
use super::sheet::Place;
use super::{Reading, Sheet};

/// What the label of a number says when it numbers a credit note.
const CREDIT: [&str; 6] = ["credit", "gutschrift", "korrektur", "avoir", "korygu", "kredit"];

/// A code that may be the number.
struct Candidate {
    text: String,
    place: Place,
    score: f32,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    let first = sheet
        .labels
        .iter()
        .find(|label| is_title(label) || label.kind == Kind::Number && label.strength > 0.9);
    reading.invoice.credit_note = first.is_some_and(|label| {
        let words = plain_text(sheet.text(label.place));
        label.kind == Kind::CreditTitle || CREDIT.iter().any(|word| words.contains(word))
    });
    if let Some(found) = best(codes(sheet, &[Kind::Number, Kind::Title, Kind::CreditTitle])) {
        reading.invoice.number = Some(found.text);
        reading.mark("number", found.place, found.score * 0.95);
    }
    if let Some(found) = best(codes(sheet, &[Kind::Order])) {
        let own = reading.invoice.number.as_ref() == Some(&found.text);
        if !own && found.score > 0.5 {
            reading.invoice.order_reference = Some(found.text);
            reading.mark("order_reference", found.place, found.score * 0.9);
        }
    }
}

fn is_title(label: &Label) -> bool {
    matches!(label.kind, Kind::Title | Kind::CreditTitle)
}

fn best(mut candidates: Vec<Candidate>) -> Option<Candidate> {
    let again: Vec<usize> = candidates
        .iter()
        .map(|one| candidates.iter().filter(|other| other.text == one.text).count())
        .collect();
    for (candidate, count) in candidates.iter_mut().zip(again) {
        candidate.score += if count > 1 { 0.08 } else { 0.0 };
    }
    // Of equals the first on the page.
    let key = |one: &Candidate| (one.place.row, one.place.cell);
    candidates.into_iter().max_by(|a, b| a.score.total_cmp(&b.score).then(key(b).cmp(&key(a))))
}

fn codes(sheet: &Sheet, kinds: &[Kind]) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for label in sheet.labels.iter().filter(|label| kinds.contains(&label.kind)) {
        candidates.extend(of_label(sheet, label));
    }
    candidates
}

/// The nearest code of a label: in its cell, else right of it, else below.
fn of_label(sheet: &Sheet, label: &Label) -> Option<Candidate> {
    let place = label.place;
    let weak = label.strength < 0.7;
    // A weak label within a sentence labels nothing.
    let before = sheet.before(place).trim();
    let inside = before.split_whitespace().count() > 3;
    let mut strength = label.strength;
    // "Invoice … No 17": a title in the same cell or row lends its meaning.
    if label.kind == Kind::Number && weak {
        let titled = sheet
            .labels_of_row(place.row)
            .iter()
            .any(|other| is_title(other) && other.place < place);
        strength = if titled { 0.85 } else { strength };
        if before.chars().any(char::is_alphabetic) && !titled {
            return None;
        }
    }
    let rest = sheet.after(place);
    let next = sheet
        .labels_in(place.row, place.cell)
        .find(|other| other.place.from >= place.to && other.strength > 0.4);
    let between = next.and_then(|next| rest.get(..next.place.from - place.to));
    let headed = between.is_some_and(|words| !words.contains(char::is_alphanumeric));
    let own = if headed { None } else { code(rest)? };
    let (text, from) = match own {
        Some((text, from)) => (text, Place { from: place.to + from, to: place.to, ..place }),
        None => beside(sheet, label, headed)?,
    };
    if sheet.days.iter().any(|day| overlaps(day.place, from)) {
        return None;
    }
    let own_cell = (from.row, from.cell) == (place.row, place.cell);
    let to = from.from + text_length(sheet, from, &text);
    let found = Place { to, ..from };
    let mut score = strength
        * if own_cell {
            1.0
        } else if from.row == place.row {
            0.96
        } else {
            0.9
        };
    if inside {
        score *= 0.5;
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits < 3 {
        score *= 0.85;
    }
    if weak && digits == 0 {
        return None;
    }
    // Nearer the top is likelier.
    let [_, top, _, _] = sheet.area(place);
    score -= (top / 4000.0).min(0.2) + if sheet.page(place) > 1 { 0.1 } else { 0.0 };
    Some(Candidate { text, place: found, score })
}

/// Whether something at a place holds the first byte of another.
fn overlaps(place: Place, other: Place) -> bool {
    (place.row, place.cell) == (other.row, other.cell)
        && (place.from..place.to).contains(&other.from)
}

fn text_length(sheet: &Sheet, from: Place, text: &str) -> usize {
    let cell = sheet.cell(from.row, from.cell).map_or("", |cell| cell.text.as_str());
    let rest = cell.get(from.from..).unwrap_or("");
    let last = text.split_whitespace().next_back().unwrap_or(text);
    rest.find(last).map_or(rest.len(), |at| at + last.len())
}

/// The code at the beginning of what follows a label in its cell. `Some(None)` when nothing
/// follows, `None` when something follows that is no code.
#[expect(clippy::option_option, reason = "nothing there is not the same as no code there")]
fn code(rest: &str) -> Option<Option<(String, usize)>> {
    let lead = |c: char| {
        c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–' | '=' | '|' | '(' | '°' | 'º')
    };
    let trimmed = rest.trim_start_matches(lead);
    let trimmed = trimmed.strip_prefix("no.").or(trimmed.strip_prefix("Nr.")).unwrap_or(trimmed);
    let trimmed = trimmed.trim_start_matches(lead);
    if trimmed.is_empty() {
        return Some(None);
    }
    let from = rest.len() - trimmed.len();
    let sharp = trimmed.trim_start_matches(['#', ' ']);
    let from = from + (trimmed.len() - sharp.len());
    let mut words = sharp.split_whitespace();
    let first = tidy(words.next().unwrap_or(""));
    if is_code(first) {
        // "2026 / 17", "RE 2026-17"
        let mut whole = first.to_owned();
        let mut rest = words.clone();
        if let (Some(joint @ ("/" | "-")), Some(next)) = (rest.next(), rest.next())
            && is_code(tidy(next))
        {
            whole = format!("{first} {joint} {}", tidy(next));
        }
        return Some(Some((whole, from)));
    }
    let prefix = (1..=5).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '-' | '/'));
    let second = tidy(words.next().unwrap_or(""));
    if prefix && is_code(second) && !second.contains(':') {
        return Some(Some((format!("{first} {second}"), from)));
    }
    None
}

fn tidy(word: &str) -> &str {
    let word = word.trim_end_matches(['.', ',', ';', ':', ')', '|', '*']);
    word.trim_start_matches(['(', '*'])
}

/// Whether a word may number a document: at least one digit, no day, no amount.
pub(super) fn is_code(word: &str) -> bool {
    let plain = word.chars().all(|c| {
        c.is_alphanumeric() || matches!(c, '-' | '/' | '_' | '.' | '#' | '\\' | '+' | '&')
    });
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let place = |(from, to): (usize, usize)| Place { row: 0, cell: 0, from, to };
    let is_day =
        super::day::days(word, place).iter().any(|day| day.place.to - day.place.from == word.len());
    let amount = word.len() > 3
        && word
            .rsplit(['.', ','])
            .next()
            .is_some_and(|end| end.len() == 2 && end.len() < word.len())
        && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    plain && digits > 0 && (1..=40).contains(&word.len()) && !is_day && !amount
}

/// A code in the next cell to the right, else below.
fn beside(sheet: &Sheet, label: &Label, headed: bool) -> Option<(String, Place)> {
    let place = label.place;
    let right = sheet.cell(place.row, place.cell + 1).filter(|_| {
        let mut others = sheet.labels_in(place.row, place.cell + 1);
        !headed && others.next().is_none_or(|other| other.place.from > 0)
    });
    if let Some(cell) = right
        && let Some(Some((text, from))) = code(&cell.text)
    {
        let to = cell.text.len();
        return Some((text, Place { row: place.row, cell: place.cell + 1, from, to }));
    }
    if let Some((row, cell)) = sheet.right_below(place) {
        let text = &sheet.cell(row, cell)?.text;
        if let (Some(Some((code, from))), 1) = (code(text), text.split_whitespace().count()) {
            return Some((code, Place { row, cell, from, to: text.len() }));
        }
    }
    for (row, cell, lines) in sheet.below(place, 2.6) {
        let text = &sheet.cell(row, cell)?.text;
        let labelled = sheet.labels_in(row, cell).any(|other| other.place.from == 0);
        match code(text) {
            Some(Some((code, from))) if !labelled || text.trim_start().starts_with('#') => {
                let lone = text.split_whitespace().count() <= 3;
                if lone || label.strength > 0.9 && lines < 1.7 {
                    return below_label(sheet, place, row, cell)
                        .or(Some((code, Place { row, cell, from, to: text.len() })));
                }
                return None;
            }
            _ if lines < 1.4 => {}
            _ => return None,
        }
    }
    None
}

/// Of several words in one cell the one that stands right below the label.
fn below_label(sheet: &Sheet, label: Place, row: usize, cell: usize) -> Option<(String, Place)> {
    let [left, _, right, _] = sheet.area(label);
    let found = sheet.cell(row, cell)?;
    let over = found
        .words
        .iter()
        .find(|(_, word)| word.left < right && word.right > left && is_code(tidy(&word.text)));
    let (from, word) = over?;
    let text = tidy(word.text.trim_start_matches('#')).to_owned();
    let from = from + (word.text.len() - word.text.trim_start_matches('#').len());
    Some((text, Place { row, cell, from, to: from + word.text.len() }))
}
