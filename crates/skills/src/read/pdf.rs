//! Reads a PDF: its words with their places, and what is attached to it. Pictures of words are not
//! read here, and the parser below is not to be trusted with memory or time: whoever reads bytes
//! from outside does it in a process of its own with limits.

mod attached;
mod layout;
mod scan;
#[cfg(test)]
pub(crate) mod tests;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use layout::{Cell, Row, rows};
use pdf_extract::{Document, OutputError, output_doc_page};
pub use scan::{page_of_tsv, pages_of_text};
use serde::{Deserialize, Serialize};
use words::Glyphs;

/// Pages that are read at most.
const PAGES_MAX: usize = 2_000;
/// Letters that are read at most.
const LETTERS_MAX: usize = 4_000_000;

/// What stands in a PDF.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pdf {
    /// Its pages in order.
    pub pages: Vec<Page>,
    /// Files within it.
    pub attachments: Vec<Attached>,
    /// What could not be read, page by page.
    pub warnings: Vec<String>,
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 1.
    pub number: u32,
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// Its words, from the top down and from left to right.
    pub words: Vec<Word>,
    /// True when there is a picture on it and hardly a word: a scan.
    pub is_scan: bool,
}

/// A word and where it stands, in points from the page's top left corner.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its letters.
    pub text: String,
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge, which is the line it stands on.
    pub bottom: f32,
}

/// A file within a PDF.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// How it relates to the pages, as PDF/A-3 says it: `Alternative`, `Data`, `Source` ….
    pub relationship: Option<String>,
    /// Its bytes; not a part of its JSON.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Why a PDF is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// It asks for a password.
    #[error("read a PDF: it is locked with a password")]
    Locked,
    /// It is damaged beyond what can be read.
    #[error("read a PDF: {what}")]
    Damaged {
        /// What the parser says.
        what: String,
    },
    /// It is larger than what is read.
    #[error("read a PDF: {what}")]
    TooLarge {
        /// Which bound.
        what: String,
    },
}

impl Pdf {
    /// The words of all pages, in lines; far columns are apart by several spaces.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for page in &self.pages {
            if !text.is_empty() {
                text.push('\u{c}');
            }
            for row in rows(page) {
                text.push_str(&row.text());
                text.push('\n');
            }
        }
        text
    }
}

/// Reads a PDF. A page that cannot be read leaves a warning and the others are read.
///
/// # Errors
/// When it is locked, damaged or too large.
pub fn read_pdf(bytes: &[u8]) -> Result<Pdf, PdfError> {
    let document = guarded(|| Document::load_mem(bytes).map_err(|error| error.to_string()))?;
    let document = unlocked(document)?;
    let pages = guarded(|| Ok(document.get_pages()))?;
    if pages.is_empty() {
        return Err(PdfError::Damaged { what: "there is no page".to_owned() });
    }
    let mut pdf = Pdf::default();
    let mut letters_left = LETTERS_MAX;
    for number in pages.keys().copied() {
        if pdf.pages.len() >= PAGES_MAX || letters_left == 0 {
            pdf.warnings.push(format!("not read from page {number} on: too much text"));
            break;
        }
        let mut glyphs = Glyphs::new(letters_left);
        let drawn = guarded(|| {
            output_doc_page(&document, &mut glyphs, number).map_err(|error| match error {
                OutputError::PdfError(inner) => inner.to_string(),
                other => other.to_string(),
            })
        });
        if let Err(PdfError::Damaged { what }) = drawn {
            pdf.warnings.push(format!("page {number}: {what}"));
        }
        letters_left = letters_left.saturating_sub(glyphs.count());
        let mut page = glyphs.into_page(number);
        page.is_scan = page.words.len() < 8 && attached::has_picture(&document, number);
        pdf.pages.push(page);
    }
    pdf.attachments = guarded(|| Ok(attached::files(&document))).unwrap_or_default();
    if pdf.pages.iter().all(|page| page.words.is_empty()) && !pdf.warnings.is_empty() {
        let what = pdf.warnings.join("; ");
        return Err(PdfError::Damaged { what: what.chars().take(300).collect() });
    }
    Ok(pdf)
}

/// Most locked files are locked against printing only, with an empty password.
fn unlocked(mut document: Document) -> Result<Document, PdfError> {
    if document.is_encrypted() {
        let opened = guarded(|| document.decrypt("").map_err(|error| error.to_string()));
        opened.map_err(|_| PdfError::Locked)?;
    }
    Ok(document)
}

/// The parser's panics as errors.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, PdfError> {
    let what = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(what)) => what,
        Err(_) => "the parser gave up on it".to_owned(),
    };
    Err(PdfError::Damaged { what })
}
