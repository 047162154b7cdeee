//! Finds where the signature under a text begins. It prefers to leave a line too many in the text:
//! a signature left in costs little, a request cut off costs a customer.

use super::phrases::{DEVICE_LINES, FAREWELLS};

/// Lines that may follow the `-- ` delimiter or a farewell, empty ones not counted.
const LINES_MAX_AFTER_DELIMITER: usize = 25;
const LINES_MAX_AFTER_FAREWELL: usize = 10;
/// Longest line of a signature, in characters.
const LINE_CHARACTERS_MAX: usize = 72;
/// A line with more words reads as a sentence.
const LINE_WORDS_MAX: usize = 10;

/// Index of the first line of the signature. `sender` is the display name of the mail's author.
pub(super) fn start(lines: &[&str], sender: Option<&str>) -> Option<usize> {
    let mut start = delimiter(lines).or_else(|| ruled_block(lines)).unwrap_or(lines.len());
    start = device_line(upto(lines, start)).unwrap_or(start);
    start = farewell(upto(lines, start))
        .or_else(|| sender.and_then(|sender| named(upto(lines, start), sender)))
        .or_else(|| contact_block(upto(lines, start)))
        .unwrap_or(start);
    if start < lines.len() {
        start = greeting_above(upto(lines, start)).unwrap_or(start);
    }
    (start < lines.len()).then_some(start)
}

fn upto<'a, 'b>(lines: &'a [&'b str], end: usize) -> &'a [&'b str] {
    lines.get(..end).unwrap_or(lines)
}

fn after<'a, 'b>(lines: &'a [&'b str], index: usize) -> &'a [&'b str] {
    lines.get(index + 1..).unwrap_or(&[])
}

fn written<'a>(lines: &'a [&str]) -> impl Iterator<Item = &'a str> {
    lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty())
}

/// The delimiter of RFC 3676, section 4.3, also without its space, which programs strip.
fn delimiter(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().rposition(|line| line.trim_end() == "--")?;
    (written(after(lines, at)).count() <= LINES_MAX_AFTER_DELIMITER).then_some(at)
}

/// A row of dashes or underscores over short lines with a phone number or address among them.
fn ruled_block(lines: &[&str]) -> Option<usize> {
    let is_rule = |line: &&str| {
        let line = line.trim();
        line.len() >= 5 && line.chars().all(|c| matches!(c, '-' | '_' | '=' | '—' | '–'))
    };
    let at = lines.iter().rposition(is_rule)?;
    let below = after(lines, at);
    let count = written(below).count();
    let fits = (1..=LINES_MAX_AFTER_DELIMITER).contains(&count) && written(below).all(is_short);
    let text_above = written(upto(lines, at)).next().is_some();
    (fits && text_above && written(below).any(is_contact)).then_some(at)
}

/// "Sent from my …" as the last thing but empty lines.
fn device_line(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().rposition(|line| !line.trim().is_empty())?;
    let line = lines.get(at)?.trim().trim_start_matches(['<', '(', '[']).to_lowercase();
    let short = line.chars().count() <= LINE_CHARACTERS_MAX + 40;
    let named = DEVICE_LINES.iter().any(|device| line.starts_with(device));
    // German puts the verb last, and "Von meinem …" alone may begin a sentence.
    let german = line.starts_with("von ") && !line.contains("gesendet");
    (short && named && !german).then_some(at)
}

/// A farewell with a name and perhaps a position, firm and numbers below it.
fn farewell(lines: &[&str]) -> Option<usize> {
    let mut at = lines.iter().rposition(|line| is_farewell(line))?;
    let below = after(lines, at);
    let count = written(below).count();
    if !(1..=LINES_MAX_AFTER_FAREWELL).contains(&count) || !written(below).all(is_short) {
        return None;
    }
    // "Thanks," and "Best regards," on two lines are one farewell.
    while let Some(above) = at.checked_sub(1)
        && lines.get(above).is_some_and(|line| is_farewell(line))
    {
        at = above;
    }
    written(upto(lines, at)).next().map(|_| at)
}

fn is_farewell(line: &str) -> bool {
    let line = line.trim().to_lowercase().replace('’', "'");
    let line = line.trim_end_matches(|c: char| !c.is_alphanumeric());
    FAREWELLS.contains(&line)
}

/// The farewell that stands by itself just above a signature found by other means: a known one, or
/// a paragraph of a few words that ends in a comma ("With warm thanks,").
fn greeting_above(lines: &[&str]) -> Option<usize> {
    const WORDS_MAX: usize = 7;
    let at = lines.iter().rposition(|line| !line.trim().is_empty())?;
    let line = lines.get(at)?.trim();
    let alone = at.checked_sub(1).and_then(|above| lines.get(above))?.trim().is_empty();
    let brief = words_in(line) <= WORDS_MAX && line.ends_with(',');
    let text_above = written(upto(lines, at)).next().is_some();
    (alone && text_above && (is_farewell(line) || brief)).then_some(at)
}

/// The sender's own name on a line near the end, with short lines below it.
fn named(lines: &[&str], sender: &str) -> Option<usize> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let name = words(sender);
    let first = name.first()?;
    let is_name = |line: &&str| {
        let line = words(line);
        let full = name.len() > 1 && line.starts_with(&name) && line.len() <= LINE_WORDS_MAX;
        full || line == name || (line.len() == 1 && line.first() == Some(first))
    };
    let at = lines.iter().rposition(is_name)?;
    let below = after(lines, at);
    let fits = written(below).count() <= LINES_MAX_AFTER_FAREWELL && written(below).all(is_short);
    let text_above = written(upto(lines, at)).next().is_some();
    (fits && text_above).then_some(at)
}

/// A last paragraph that is a name over at least two of phone, mail and web address.
fn contact_block(lines: &[&str]) -> Option<usize> {
    let last = lines.iter().rposition(|line| !line.trim().is_empty())?;
    let gap = upto(lines, last).iter().rposition(|line| line.trim().is_empty())?;
    let block = lines.get(gap + 1..=last)?;
    let (name, below) = block.split_first()?;
    let contacts = below.iter().filter(|line| is_contact(line)).count();
    let fits = below.len() <= LINES_MAX_AFTER_FAREWELL && below.iter().all(|line| is_short(line));
    let text_above = written(upto(lines, gap)).next().is_some();
    (contacts >= 2 && fits && text_above && is_personal_name(name)).then_some(gap + 1)
}

fn is_short(line: &str) -> bool {
    let sentence = line.ends_with(['?', '!']) || (line.ends_with('.') && words_in(line) > 4);
    line.chars().count() <= LINE_CHARACTERS_MAX && words_in(line) <= LINE_WORDS_MAX && !sentence
}

fn words_in(line: &str) -> usize {
    line.split_whitespace().count()
}

/// Two to five words that begin with capitals and hold no figures: "John E. Doe, Ph.D.".
fn is_personal_name(line: &str) -> bool {
    let line = line.trim();
    (2..=5).contains(&words_in(line))
        && !line.chars().any(|c| c.is_ascii_digit() || matches!(c, ':' | '@' | '?' | '!'))
        && line
            .split_whitespace()
            .all(|word| word.chars().find(|c| c.is_alphabetic()).is_none_or(char::is_uppercase))
}

/// A phone number, mail address or web address.
fn is_contact(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let phone_like = |c: char| {
        c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '(' | ')' | '/' | '.')
    };
    let dialled = line.chars().filter(|c| phone_like(*c)).count();
    let phone = digits >= 6 && dialled * 2 >= line.chars().count();
    let lower = line.to_ascii_lowercase();
    phone || lower.contains("www.") || lower.contains("://") || has_address(&lower)
}

fn has_address(line: &str) -> bool {
    line.split_whitespace().any(|word| {
        word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
    })
}
