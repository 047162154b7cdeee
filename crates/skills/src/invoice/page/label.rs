//! Finds known phrases in a cell, whatever their case, accents, spaces and stops. It does not look
//! at what they label.

use super::phrases::{Kind, PHRASES};
use super::sheet::Place;

/// A phrase at its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Label {
    pub(super) kind: Kind,
    /// How surely the phrase means it, from 0 to 1.
    pub(super) strength: f32,
    pub(super) place: Place,
}

/// Letters and digits of a text, plain and small, each with the byte it comes from.
pub(super) struct Plain {
    letters: Vec<char>,
    /// For each letter: first byte and the byte after.
    bytes: Vec<(usize, usize)>,
    /// For each letter: whether something else than a letter or digit stands before it.
    begins: Vec<bool>,
}

impl Plain {
    pub(super) fn new(text: &str) -> Self {
        let mut plain = Self { letters: Vec::new(), bytes: Vec::new(), begins: Vec::new() };
        let mut begins = true;
        for (at, c) in text.char_indices() {
            if c.is_alphanumeric() || matches!(c, '_' | '#' | '№' | '°' | 'º') {
                for plainer in unaccented(c) {
                    plain.letters.push(plainer);
                    plain.bytes.push((at, at + c.len_utf8()));
                    plain.begins.push(begins);
                    begins = false;
                }
            } else {
                begins = true;
            }
        }
        plain
    }

    fn matches_at(&self, at: usize, phrase: &str) -> Option<usize> {
        let mut end = at;
        for c in phrase.chars() {
            if self.letters.get(end) != Some(&c) {
                return None;
            }
            end += 1;
        }
        let last = self.letters.get(end.checked_sub(1)?)?;
        // A word goes on only into digits: "Nr.123", "n°562".
        let ends = match self.letters.get(end) {
            None => true,
            Some(next) => {
                self.begins.get(end) == Some(&true)
                    || next.is_ascii_digit() != last.is_ascii_digit()
                    || !last.is_alphanumeric()
                    || !next.is_alphanumeric() && *next != '_'
            }
        };
        ends.then_some(end)
    }
}

/// Small letters without marks; `ß` is two.
pub(super) fn unaccented(c: char) -> impl Iterator<Item = char> {
    let plain = match c.to_lowercase().next().unwrap_or(c) {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'ù' | 'ú' | 'û' | 'ů' => "u",
        'ü' => "ue",
        'ý' => "y",
        'ż' | 'ź' | 'ž' => "z",
        '°' | 'º' | '№' => "o",
        _ => "",
    };
    let own = c.to_lowercase().next().filter(|_| plain.is_empty());
    plain.chars().chain(own)
}

/// A text as phrases are compared.
pub(super) fn plain_text(text: &str) -> String {
    Plain::new(text).letters.into_iter().collect()
}

/// The longest phrases of a cell that do not overlap, from left to right.
pub(super) fn labels(text: &str, place: impl Fn((usize, usize)) -> Place) -> Vec<Label> {
    let plain = Plain::new(text);
    let mut found: Vec<(usize, usize, Kind, f32)> = Vec::new();
    for (at, begins) in plain.begins.iter().enumerate() {
        if !begins {
            continue;
        }
        for (kind, strength, phrases) in PHRASES {
            let ends = phrases.split('|').filter_map(|phrase| plain.matches_at(at, phrase));
            if let Some(end) = ends.max() {
                found.push((at, end, *kind, *strength));
            }
        }
    }
    found.sort_by_key(|(at, end, _, _)| (std::cmp::Reverse(end - at), *at));
    let mut kept: Vec<(usize, usize, Kind, f32)> = Vec::new();
    for one in found {
        let free = kept.iter().all(|(at, end, _, _)| one.1 <= *at || one.0 >= *end);
        if free {
            kept.push(one);
        }
    }
    kept.sort_by_key(|(at, _, _, _)| *at);
    let label = |(at, end, kind, strength): (usize, usize, Kind, f32)| {
        let from = plain.bytes.get(at)?.0;
        let to = plain.bytes.get(end - 1)?.1;
        Some(Label { kind, strength, place: place((from, to)) })
    };
    kept.into_iter().filter_map(label).collect()
}
