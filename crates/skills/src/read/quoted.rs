//! Splits the text of a mail into what its sender wrote now, what is copied from earlier mails and
//! the signature. It works on lines and wording only; in doubt it leaves text in the new part.

mod attribution;
mod phrases;
mod signature;
#[cfg(test)]
mod tests;

use attribution::{attribution_length, is_header_block, is_marked};
use phrases::{FORWARDS, ORIGINALS};
use serde::Serialize;

use super::html::{Mark, MarkedLine, plain_lines};

/// The text of a mail in its three parts, each without empty lines around it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// What the sender wrote.
    pub new: String,
    /// History: earlier mails, with the lines that introduce them.
    pub quoted: String,
    /// Farewell, name and contact lines at the end of what the sender wrote.
    pub signature: String,
}

/// Splits a plain text into new text, quoted history and signature.
///
/// When nothing but history is there (a forwarded mail without a comment), all of it is new: it
/// is what the sender wants read.
#[must_use]
pub fn split_quoted(text: &str) -> Parts {
    split_lines(&plain_lines(text), None)
}

/// As [`split_quoted`], for lines whose markup may already say what they are. `sender` is the
/// display name of the author, which finds signatures that are only a name.
pub(crate) fn split_lines(lines: &[MarkedLine], sender: Option<&str>) -> Parts {
    let mut places = places(lines);
    quote_wrapped_ends(lines, &mut places);
    let chosen = |place: Place| {
        let texts = lines.iter().zip(&places).filter(move |(_, found)| **found == place);
        texts.map(|(line, _)| line.text.as_str()).collect::<Vec<&str>>()
    };
    let new = chosen(Place::New);
    let cut = signature::start(&new, sender).unwrap_or(new.len());
    let (written, farewell) = new.split_at_checked(cut).unwrap_or((&new, &[]));
    let signature: Vec<&str> = farewell.iter().copied().chain(chosen(Place::Signature)).collect();
    let parts = Parts {
        new: tidy(written),
        quoted: tidy(&chosen(Place::Quoted)),
        signature: tidy(&signature),
    };
    if parts.new.is_empty() && !parts.quoted.is_empty() {
        let whole: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        return Parts { new: tidy(&whole), ..Parts::default() };
    }
    parts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    New,
    Quoted,
    Signature,
}

/// The place of each line, before the signature is looked for.
fn places(lines: &[MarkedLine]) -> Vec<Place> {
    let mut places = Vec::with_capacity(lines.len());
    while let Some(line) = lines.get(places.len()) {
        let at = places.len();
        if is_marked(line) {
            places.push(Place::Quoted);
        } else if line.mark == Mark::Signature {
            places.push(Place::Signature);
        } else if is_separator(&line.text) || is_header_block(lines, at) {
            include_rule_above(lines, &mut places);
            break;
        } else if let Some(length) = attribution_length(lines, at) {
            places.resize(at + length, Place::Quoted);
            let below = lines.get(at + length..).unwrap_or(&[]);
            let next = below.iter().find(|line| !line.text.trim().is_empty());
            if !next.is_some_and(is_marked) {
                break;
            }
        } else {
            places.push(Place::New);
        }
    }
    places.resize(lines.len(), Place::Quoted);
    places
}

/// Whether the line says, mostly between dashes, that an earlier mail follows.
fn is_separator(line: &str) -> bool {
    let line = line.trim();
    let words =
        line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '*' | ':'));
    let words = words.to_lowercase().replace('’', "'");
    let dashed = line.starts_with("--") || line.starts_with("__");
    let announced = line.ends_with(':') && FORWARDS.contains(&words.as_str());
    let known = |table: &[&str]| table.contains(&words.as_str());
    announced || (dashed && (known(&ORIGINALS) || known(&FORWARDS)))
}

/// A rule drawn above a quoted header block belongs to it.
fn include_rule_above(lines: &[MarkedLine], places: &mut [Place]) {
    for (line, place) in lines.iter().zip(places).rev() {
        let text = line.text.trim();
        if text.len() >= 5 && text.chars().all(|c| matches!(c, '_' | '-')) {
            *place = Place::Quoted;
            return;
        }
        if !text.is_empty() {
            return;
        }
    }
}

/// Long lines that a mail program broke inside a quotation lose their `>`: a short line directly
/// between two quoted ones, after a long one, is the end of that one.
fn quote_wrapped_ends(lines: &[MarkedLine], places: &mut [Place]) {
    const LONG: usize = 65;
    const SHORT: usize = 40;
    for at in 1..lines.len().saturating_sub(1) {
        let [Some(above), Some(line), Some(below)] =
            [at - 1, at, at + 1].map(|index| lines.get(index).map(|line| line.text.trim()))
        else {
            return;
        };
        let between = above.starts_with('>') && below.starts_with('>') && !line.is_empty();
        if between
            && above.len() >= LONG
            && line.len() <= SHORT
            && let Some(place) = places.get_mut(at)
        {
            *place = Place::Quoted;
        }
    }
}

/// Lines as one text: no white space at line ends, no empty lines around, one at most between.
fn tidy(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines.iter().map(|line| line.trim_end()) {
        if line.is_empty() {
            gap = !text.is_empty();
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        text.push_str(line);
    }
    text.trim_start().to_owned()
}
