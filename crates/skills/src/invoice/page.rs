//! Reads an invoice from the words on its pages, without knowing who sent it: labels in the usual
//! languages, where words stand to each other, and arithmetic decide. Every field says where it
//! was found and how sure the reading is; what is doubtful is a warning and never a silent guess.

mod account;
mod amount;
mod claims;
mod dates;
mod day;
mod label;
mod number;
mod party;
mod phrases;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod totals;

use super::{Invoice, ReadFrom, Span, check};
use crate::read::Page;
use sheet::{Place, Sheet};

/// Rows that are looked at, over all pages.
const ROWS_MAX: usize = 3_000;

/// Reads an invoice from pages of words.
///
/// It never fails: a page on which nothing is found gives an invoice without fields and a warning.
#[must_use]
pub fn read_page(pages: &[Page]) -> Invoice {
    let sheet = Sheet::new(pages, ROWS_MAX);
    let mut reading = Reading {
        invoice: Invoice { read_from: ReadFrom::Page, ..Invoice::default() },
        sheet: &sheet,
    };
    if sheet.rows.is_empty() {
        reading.warn("there are no words on the page: a picture has to be read by OCR".to_owned());
        return reading.invoice;
    }
    number::read(&mut reading);
    account::read(&mut reading);
    dates::read(&mut reading);
    totals::read(&mut reading);
    party::read(&mut reading);
    table::read(&mut reading);
    let mut invoice = reading.invoice;
    invoice.write_amounts_alike();
    check::check(&mut invoice);
    let failed: Vec<String> = invoice.failed().map(|check| check.says.clone()).collect();
    invoice.warnings.extend(failed);
    for (there, what) in [
        (invoice.number.is_some(), "a number"),
        (invoice.issue_date.is_some(), "a date"),
        (invoice.total.is_some(), "a total"),
        (invoice.currency.is_some(), "a currency"),
        (invoice.seller.name.is_some(), "a seller"),
    ] {
        if !there {
            invoice.warnings.push(format!("{what} was not found"));
        }
    }
    invoice
}

/// An invoice in the making.
struct Reading<'a> {
    invoice: Invoice,
    sheet: &'a Sheet,
}

impl Reading<'_> {
    fn warn(&mut self, words: String) {
        self.invoice.warnings.push(words);
    }

    /// Notes where a field was found. `confidence` is clipped to what a reading can be worth.
    fn mark(&mut self, field: &str, place: Place, confidence: f32) {
        let span = self.sheet.span(place, confidence.clamp(0.05, 0.99));
        self.invoice.spans.insert(field.to_owned(), span);
    }
}

impl Sheet {
    fn span(&self, place: Place, confidence: f32) -> Span {
        Span {
            page: Some(self.page(place)),
            area: Some(self.area(place)),
            bytes: None,
            text: self.text(place).to_owned(),
            confidence,
        }
    }
}
