//! XML of invoices: a small tree with namespaces checked by hand, and the choice between UBL and
//! CII. No document type, no entity of its own, no depth and no size without bound is taken.

mod cii;
mod fields;
#[cfg(test)]
mod tests;
mod tree;
mod ubl;

use super::{Check, Invoice, check};
use tree::Element;

/// Why XML is not taken as an invoice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More bytes than are read.
    #[error("read an invoice of {bytes} bytes: at most {max} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// A document type, by which entities could be made.
    #[error("read XML with a document type: an invoice has none")]
    DocumentType,
    /// Elements within elements beyond reason, or too many of them.
    #[error("read XML of an invoice: {what}")]
    TooMuch {
        /// Which bound.
        what: &'static str,
    },
    /// No sound XML.
    #[error("read XML at byte {at}: {what}")]
    NotXml {
        /// Where.
        at: usize,
        /// What the parser says.
        what: String,
    },
    /// XML of something else.
    #[error("read an invoice from <{root}> of {namespace:?}: neither UBL nor CII")]
    OtherDocument {
        /// The outermost element.
        root: String,
        /// Its namespace.
        namespace: String,
    },
    /// An element that no invoice of this kind has.
    #[error("read an invoice: <{element}> of {namespace:?} does not belong into it")]
    ForeignElement {
        /// Its local name.
        element: String,
        /// Its namespace.
        namespace: String,
    },
    /// A profile of which this kind of document has none.
    #[error("read an invoice: unknown profile {profile:?}")]
    UnknownProfile {
        /// What it names.
        profile: String,
    },
    /// Something every invoice has is not there.
    #[error("read an invoice: {what} is missing")]
    Missing {
        /// What, with its number in EN 16931.
        what: &'static str,
    },
    /// Something that is there cannot be what it should be.
    #[error("read {what} of an invoice from {text:?}")]
    Malformed {
        /// What.
        what: &'static str,
        /// What stands there.
        text: String,
    },
}

/// Reads an invoice or credit note in UBL 2.1, UN/CEFACT CII or ZUGFeRD 1.
///
/// What is well formed but does not add up is read: see [`Invoice::unsound`].
///
/// # Errors
/// When it is not such a document, when it lacks what every invoice has, or when a number, a date
/// or a currency in it is none.
pub fn read_xml(bytes: &[u8]) -> Result<Invoice, Refused> {
    let text = tree::decode(bytes)?;
    let root = tree::parse(&text)?;
    let mut invoice = match kind(&root) {
        Some(Kind::Ubl) => ubl::read(&root)?,
        Some(Kind::Cii(flavour)) => cii::read(&root, flavour)?,
        None => {
            return Err(Refused::OtherDocument { root: root.name, namespace: root.namespace });
        }
    };
    invoice.write_amounts_alike();
    check::check(&mut invoice);
    Ok(invoice)
}

impl Invoice {
    /// The rules of EN 16931 that a structured invoice breaks, for which it is refused by whoever
    /// follows the standard. Empty for pages, which promise nothing, and for ZUGFeRD 1, which is
    /// older than the standard: there, [`failed`](Invoice::failed) says what to look at.
    #[must_use]
    pub fn unsound(&self) -> Vec<&Check> {
        let bound = matches!(self.read_from, super::ReadFrom::Ubl | super::ReadFrom::Cii);
        self.failed().filter(|check| bound && check.rule.starts_with("BR-")).collect()
    }
}

enum Kind {
    Ubl,
    Cii(cii::Flavour),
}

fn kind(root: &Element) -> Option<Kind> {
    let ubl = |name: &str| format!("urn:oasis:names:specification:ubl:schema:xsd:{name}-2");
    match root.name.as_str() {
        name @ ("Invoice" | "CreditNote") if root.namespace == ubl(name) => Some(Kind::Ubl),
        name => cii::Flavour::of(name, &root.namespace).map(Kind::Cii),
    }
}
