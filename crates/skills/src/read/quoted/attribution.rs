//! Recognises the line above a quotation ("On … wrote:"), also when it is wrapped, and the header
//! block Outlook puts there. It only answers where one stands, not what follows from it.

use super::phrases::{LABELS, LEADS, Label, TELLING, VERBS, VERBS_BEFORE_NAME, WEEKDAYS};
use crate::read::html::{Mark, MarkedLine};

/// Longest attribution in bytes, and the lines it may be wrapped over.
const ATTRIBUTION_BYTES_MAX: usize = 400;
const ATTRIBUTION_LINES_MAX: usize = 4;

/// Lines that a header block may span, and the ones among them that continue a value.
const BLOCK_LINES_MAX: usize = 14;

/// Longest label before a colon, in bytes.
const LABEL_BYTES_MAX: usize = 24;

/// Whether a line is quoted by its own sign: `>` or the markup.
pub(super) fn is_marked(line: &MarkedLine) -> bool {
    line.mark == Mark::Quoted || line.text.trim_start().starts_with('>')
}

/// How many lines the attribution that begins at `at` spans, if one does.
pub(super) fn attribution_length(lines: &[MarkedLine], at: usize) -> Option<usize> {
    let candidates = lines.get(at..)?;
    let first = candidates.first()?.text.trim();
    let mut joined = String::new();
    for (index, line) in candidates.iter().take(ATTRIBUTION_LINES_MAX).enumerate() {
        let text = line.text.trim();
        if text.is_empty() || is_marked(line) {
            return None;
        }
        if index > 0 && (first.ends_with(['.', '!', '?']) || begins_with_lead(text)) {
            return None;
        }
        // A wrapped attribution is told from a paragraph by how programs begin it.
        if index > 0 && !(begins_with_lead(first) || begins_with_date(first)) {
            return None;
        }
        joined.push(' ');
        joined.push_str(text);
        if joined.len() > ATTRIBUTION_BYTES_MAX {
            return None;
        }
        if text.ends_with([':', '：']) {
            let rest = candidates.get(index + 1..).unwrap_or(&[]);
            let next = rest.iter().find(|line| !line.text.trim().is_empty());
            let sentence = Sentence::new(&joined, index > 0);
            return sentence.is_attribution(next.is_some_and(is_marked)).then_some(index + 1);
        }
    }
    None
}

fn begins_with_lead(text: &str) -> bool {
    let lower = text.to_lowercase();
    let lower = lower.trim_start_matches(|c: char| c.is_whitespace() || c == '-');
    LEADS.iter().any(|lead| lower.starts_with(lead))
}

fn begins_with_date(text: &str) -> bool {
    let lower = text.to_lowercase();
    let lower = lower.trim_start_matches(|c: char| c.is_whitespace() || c == '-');
    lower.starts_with(|c: char| c.is_ascii_digit())
        || WEEKDAYS.iter().any(|day| lower.starts_with(day))
}

/// What can be seen of a sentence that may be an attribution.
struct Sentence {
    lower: String,
    lead: bool,
    verb: bool,
    ends_with_verb: bool,
    address: bool,
    dated: bool,
    begins_with_date: bool,
    wrapped: bool,
}

impl Sentence {
    fn new(text: &str, wrapped: bool) -> Self {
        let lower = text.to_lowercase();
        let trimmed = lower.trim_start_matches(|c: char| c.is_whitespace() || c == '-');
        let stem = trimmed.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：'));
        Sentence {
            lead: LEADS.iter().any(|lead| stem.starts_with(lead)),
            verb: VERBS.iter().any(|verb| stem.contains(verb)) || stem.ends_with("写道"),
            ends_with_verb: VERBS.iter().any(|verb| stem.ends_with(verb)) || stem.ends_with("写道"),
            address: stem.contains('@'),
            dated: is_dated(stem),
            begins_with_date: begins_with_date(stem),
            wrapped,
            lower: stem.to_owned(),
        }
    }

    /// With `>` lines below, little is needed; without, all that follows would count as history,
    /// so a date and a name or address must be there, as programs write them.
    fn is_attribution(&self, next_is_marked: bool) -> bool {
        if next_is_marked {
            let few_words = self.lower.split_whitespace().count() <= 8;
            return (self.lead && (self.verb || self.dated))
                || (self.verb && (self.dated || self.address))
                || (self.dated && self.address && (self.begins_with_date || self.lead))
                || (self.ends_with_verb && few_words && !self.wrapped);
        }
        if TELLING.iter().any(|telling| self.lower.contains(telling)) {
            return false;
        }
        let program_style = self.begins_with_date && self.dated && self.lower.ends_with('>');
        let first_word = self.lower.split_whitespace().next().unwrap_or("");
        // German, Dutch and Nordic programs put the name after the verb.
        let name_last = VERBS_BEFORE_NAME.iter().any(|verb| self.lower.contains(verb))
            && self.lower.len() <= 120;
        (self.lead && self.dated && self.verb && (self.ends_with_verb || self.address || name_last))
            || (self.begins_with_date && self.dated && self.verb && self.address)
            || program_style
            || (self.ends_with_verb && first_word.contains('@'))
            || (self.ends_with_verb && self.address && self.lower.contains('<') && self.lead)
    }
}

/// Whether a year, a date in figures or a time of day stands in the text.
fn is_dated(text: &str) -> bool {
    let figures = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | '/' | '-');
    text.split(|c: char| !figures(c)).any(|word| {
        let numbers: Vec<&str> =
            word.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect();
        let is_year = |number: &&str| {
            number.len() == 4 && (number.starts_with("19") || number.starts_with("20"))
        };
        numbers.iter().any(is_year)
            || numbers.len() >= 3
            || (numbers.len() == 2 && word.contains(':'))
    })
}

/// Whether a header block of a quoted mail begins at `at`: a sender and at least two more of
/// date, recipient and subject.
pub(super) fn is_header_block(lines: &[MarkedLine], at: usize) -> bool {
    let Some(block) = lines.get(at..) else {
        return false;
    };
    if block.first().is_none_or(|line| is_marked(line) || label_of(&line.text).is_none()) {
        return false;
    }
    let mut found: Vec<Label> = Vec::new();
    let mut without_label = 0;
    for line in block.iter().take(BLOCK_LINES_MAX) {
        if let Some(label) = label_of(&line.text) {
            without_label = 0;
            if !found.contains(&label) {
                found.push(label);
            }
        } else {
            without_label += 1;
            // Recipients wrap over a line or two; more is the mail itself.
            if without_label > 2 {
                break;
            }
        }
    }
    found.len() >= 3 && found.contains(&Label::From) && found.contains(&Label::Sent)
        || found.len() >= 4 && found.contains(&Label::From)
}

fn label_of(line: &str) -> Option<Label> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '*');
    let (label, _) = line.split_once(':')?;
    if label.len() > LABEL_BYTES_MAX {
        return None;
    }
    let label = label.trim_matches(|c: char| c.is_whitespace() || c == '*').to_lowercase();
    LABELS.iter().find(|(_, words)| words.contains(&label.as_str())).map(|(found, _)| *found)
}
