//! What OCR found on a picture of a page, as a page of words. The picture is read by others.

use super::{Page, Word};

/// Points in an inch.
const POINTS: f32 = 72.0;
/// Words below this share of certainty, in percent, are left out.
const SURE_MIN: f32 = 25.0;

/// A page from the table that `tesseract … tsv` writes: a head, then per line level, page, block,
/// paragraph, line, word, left, top, width, height (in dots), certainty in percent, text.
#[must_use]
pub fn page_of_tsv(tsv: &str, number: u32, dots_per_inch: f32) -> Page {
    let scale = POINTS / dots_per_inch.max(1.0);
    let mut page = Page { number, is_scan: true, ..Page::default() };
    for line in tsv.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let number = |at: usize| cells.get(at).and_then(|cell| cell.parse::<f32>().ok());
        let (Some(level), Some(left), Some(top), Some(width), Some(height)) =
            (number(0), number(6), number(7), number(8), number(9))
        else {
            continue;
        };
        if level < 1.5 {
            (page.width, page.height) = (width * scale, height * scale);
        }
        let text = cells.get(11).copied().unwrap_or("").trim();
        if level > 4.5 && !text.is_empty() && number(10).is_some_and(|sure| sure >= SURE_MIN) {
            page.words.push(Word {
                text: text.to_owned(),
                left: left * scale,
                top: top * scale,
                right: (left + width) * scale,
                bottom: (top + height) * scale,
            });
        }
    }
    page
}

/// Text without places as a page: a line is a row, several spaces part cells.
#[must_use]
pub fn pages_of_text(text: &str) -> Vec<Page> {
    const WIDTH: f32 = 5.0;
    const HEIGHT: f32 = 12.0;
    let mut pages = Vec::new();
    for (number, text) in (1..).zip(text.split('\u{c}').take(200)) {
        let mut page = Page { number, width: 595.0, height: 842.0, ..Page::default() };
        let mut bottom = 0.0;
        for line in text.lines().take(5_000) {
            bottom += HEIGHT;
            let mut left = 0.0;
            for word in line.split(' ') {
                let word = word.trim_matches(['\t', '\r']);
                let mut right = left;
                word.chars().take(400).for_each(|_| right += WIDTH);
                if !word.is_empty() {
                    let (top, text) = (bottom - 7.0, word.to_owned());
                    page.words.push(Word { text, left, top, right, bottom });
                }
                left = right + WIDTH;
            }
        }
        pages.push(page);
    }
    pages
}
