//! What an invoice says, in one form whatever it came as: UBL or CII, XML within a PDF, or the
//! words on a page. It does not look for duplicates, compare with orders or pay: that is for
//! whoever reconciles.

mod check;
mod date;
mod iban;
mod page;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeMap;

pub use date::Date;
pub use iban::is_iban;
pub use page::read_page;
pub use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
pub use xml::{Refused, read_xml};

/// An invoice or a credit note.
///
/// What the document does not say is `None` or empty; nothing is filled in by assumption. Amounts
/// are exact decimals in `currency`, of the sign that the document gives them: a credit note that
/// says "total 119.00" holds 119.00 and has [`credit_note`](Self::credit_note) set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// What it was read from.
    pub read_from: ReadFrom,
    /// The specification that it says it follows (BT-24); none on a page.
    pub profile: Option<String>,
    /// True when it takes money back: a credit note, or a corrected invoice said to be one.
    pub credit_note: bool,
    /// The seller's number of this document (BT-1).
    pub number: Option<String>,
    /// The day it was issued (BT-2).
    pub issue_date: Option<Date>,
    /// The last day for payment (BT-9), said by the document itself and not computed from terms.
    pub due_date: Option<Date>,
    /// Who asks for money.
    pub seller: Party,
    /// Who is asked.
    pub buyer: Party,
    /// Accounts that may be paid, without spaces, in the order of the document (BT-84). Whether the
    /// checksum holds is said in [`checks`](Self::checks).
    pub ibans: Vec<String>,
    /// ISO 4217, three capital letters (BT-5).
    pub currency: Option<String>,
    /// Sum of the lines (BT-106).
    pub lines_total: Option<Decimal>,
    /// Sum of the allowances on the document (BT-107).
    pub allowances_total: Option<Decimal>,
    /// Sum of the charges on the document (BT-108).
    pub charges_total: Option<Decimal>,
    /// Total without VAT (BT-109). On a page that only says what VAT is within the total: the rest.
    pub net: Option<Decimal>,
    /// Total VAT (BT-110).
    pub tax: Option<Decimal>,
    /// Total with VAT (BT-112).
    pub total: Option<Decimal>,
    /// What was paid before (BT-113).
    pub prepaid: Option<Decimal>,
    /// What was added to round what is due (BT-114).
    pub rounding: Option<Decimal>,
    /// What is still to be paid (BT-115).
    pub due: Option<Decimal>,
    /// VAT by category and rate (BG-23).
    pub taxes: Vec<Tax>,
    /// Allowances and charges on the whole document (BG-20, BG-21).
    pub adjustments: Vec<Adjustment>,
    /// What is charged, line by line (BG-25).
    pub lines: Vec<Line>,
    /// The buyer's order number (BT-13).
    pub order_reference: Option<String>,
    /// The buyer's own routing mark (BT-10).
    pub buyer_reference: Option<String>,
    /// What a payment of it should quote (BT-83).
    pub payment_reference: Option<String>,
    /// Numbers of earlier invoices that this one corrects or continues (BT-25).
    pub preceding: Vec<String>,
    /// Terms in words (BT-20).
    pub terms: Option<String>,
    /// What was checked, each with what came of it.
    pub checks: Vec<Check>,
    /// Where each field stands, by the name it has here (`number`, `seller.name`, `ibans`, …).
    pub spans: BTreeMap<String, Span>,
    /// What is odd, doubtful or left out.
    pub warnings: Vec<String>,
}

/// What an invoice was read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadFrom {
    /// UBL 2.1 `Invoice` or `CreditNote`.
    Ubl,
    /// UN/CEFACT `CrossIndustryInvoice`, also of Factur-X and ZUGFeRD 2.
    Cii,
    /// `CrossIndustryDocument` of ZUGFeRD 1.
    Zugferd1,
    /// The words on a page.
    #[default]
    Page,
}

/// A seller or a buyer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its full name (BT-27, BT-44).
    pub name: Option<String>,
    /// Its VAT number without spaces (BT-31, BT-48).
    pub vat_number: Option<String>,
    /// Its other tax number, as its own country writes it (BT-32).
    pub tax_number: Option<String>,
    /// The entry in a register of firms (BT-30, BT-47).
    pub registration: Option<String>,
    /// Its number at the other party, or in a list both know (BT-29, BT-46).
    pub identifier: Option<String>,
    /// Street, further lines, in the order of the document.
    pub street: Vec<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
    /// ISO 3166-1, two capital letters (BT-40, BT-55).
    pub country: Option<String>,
    /// Address for mail (BT-43, BT-58).
    pub email: Option<String>,
    /// Telephone (BT-42, BT-57).
    pub phone: Option<String>,
}

/// VAT of one category and rate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// The category by UNCL 5305: `S` standard, `Z` zero, `E` exempt, `AE` reverse charge, `K`
    /// within the Union, `G` export, `O` outside VAT.
    pub category: Option<String>,
    /// In percent.
    pub rate_percent: Option<Decimal>,
    /// What the rate is applied to.
    pub base: Option<Decimal>,
    /// The VAT.
    pub amount: Option<Decimal>,
}

/// An allowance or a charge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// True for what is added, false for what is taken off.
    pub is_charge: bool,
    /// How much, never negative in a sound document.
    pub amount: Decimal,
    /// Why, in words.
    pub reason: Option<String>,
    /// Its VAT category.
    pub category: Option<String>,
    /// Its VAT rate in percent.
    pub rate_percent: Option<Decimal>,
}

/// One line of an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number in the document.
    pub number: Option<String>,
    /// The seller's number of the article (BT-155).
    pub article: Option<String>,
    /// What it is (BT-153), on a page all words of the row.
    pub name: Option<String>,
    /// How much of it.
    pub quantity: Option<Decimal>,
    /// Its unit, as the document has it (UN/ECE Recommendation 20 in XML).
    pub unit: Option<String>,
    /// Price without VAT of `price_base` units; on a page as printed.
    pub price: Option<Decimal>,
    /// For how many units the price is, when not for one.
    pub price_base: Option<Decimal>,
    /// What the line comes to without VAT (BT-131); on a page as printed.
    pub net: Option<Decimal>,
    /// VAT category.
    pub category: Option<String>,
    /// VAT rate in percent.
    pub rate_percent: Option<Decimal>,
    /// Allowances and charges on this line.
    pub adjustments: Vec<Adjustment>,
}

/// Something that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The rule: by its number in EN 16931 (`BR-CO-15`), else a word (`iban`, `dates`).
    pub rule: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was compared with what, with the figures.
    pub says: String,
}

/// Where a field stands and how sure the reading is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// The page, counted from 1; none in XML.
    pub page: Option<u32>,
    /// Left, top, right, bottom in points from the page's top left corner; none in XML.
    #[serde(rename = "box")]
    pub area: Option<[f32; 4]>,
    /// In XML: first byte and the byte after the last, of the document that holds the field.
    pub bytes: Option<[usize; 2]>,
    /// What stands there, as it stands there.
    pub text: String,
    /// From 0 to 1: 1 for what a field of XML says, else an uncalibrated score of the reading.
    pub confidence: f32,
}

impl Eq for Span {}

impl Invoice {
    /// Amounts of money with at least two decimals, and no more than they need, so that one amount
    /// is always written in one way.
    fn write_amounts_alike(&mut self) {
        let totals = [
            &mut self.lines_total,
            &mut self.allowances_total,
            &mut self.charges_total,
            &mut self.net,
            &mut self.tax,
            &mut self.total,
            &mut self.prepaid,
            &mut self.rounding,
            &mut self.due,
        ];
        let taxes = self.taxes.iter_mut().flat_map(|tax| [&mut tax.base, &mut tax.amount]);
        let lines = self.lines.iter_mut().map(|line| &mut line.net);
        let known = totals.into_iter().chain(taxes).chain(lines).filter_map(Option::as_mut);
        let adjusted = self.adjustments.iter_mut().map(|one| &mut one.amount);
        for amount in known.chain(adjusted) {
            *amount = amount.normalize();
            if amount.scale() < 2 {
                amount.rescale(2);
            }
        }
    }

    /// The checks that do not hold.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.ok)
    }

    /// What is to be paid: what is still due, else the total.
    #[must_use]
    pub fn payable(&self) -> Option<Decimal> {
        self.due.or(self.total)
    }
}
