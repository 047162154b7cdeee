//! What UBL and CII have in common: reading one field of an element strictly and noting where it
//! stands. It knows no element by name.

use super::Refused;
use super::tree::Element;
use crate::invoice::{Date, Decimal, Invoice, ReadFrom, Span};

/// A decimal as XML Schema writes it: no exponent, no grouping.
pub(super) fn decimal(
    element: &Element,
    path: &str,
    what: &'static str,
) -> Result<Option<Decimal>, Refused> {
    element.at(path).map_or(Ok(None), |found| own_decimal(found, what))
}

/// As [`decimal`], of the element itself.
pub(super) fn own_decimal(
    element: &Element,
    what: &'static str,
) -> Result<Option<Decimal>, Refused> {
    let text = element.text.as_str();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    let parsed = text.parse::<Decimal>().ok().filter(|_| plain);
    match parsed {
        Some(value) => Ok(Some(value.normalize())),
        None => Err(malformed(what, text)),
    }
}

/// A refusal of what stands there.
pub(super) fn malformed(what: &'static str, text: &str) -> Refused {
    Refused::Malformed { what, text: text.chars().take(60).collect() }
}

/// A day as `2026-03-31`, with a time zone after it ignored.
pub(super) fn iso_date(
    element: &Element,
    path: &str,
    what: &'static str,
) -> Result<Option<Date>, Refused> {
    let Some(text) = element.words(path) else { return Ok(None) };
    let day = text.get(..10).unwrap_or(&text);
    day.parse().map(Some).map_err(|_| malformed(what, &text))
}

/// A currency: three capital letters.
pub(super) fn currency(text: &str) -> Result<String, Refused> {
    let sound = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if sound { Ok(text.to_owned()) } else { Err(malformed("the currency (BT-5)", text)) }
}

/// Notes where a field stands.
pub(super) fn mark(invoice: &mut Invoice, field: &str, element: Option<&Element>) {
    if let Some(element) = element {
        let span = Span {
            bytes: Some(element.bytes),
            text: element.text.clone(),
            confidence: 1.0,
            ..Span::default()
        };
        invoice.spans.insert(field.to_owned(), span);
    }
}

/// Letters and digits only, as VAT numbers and accounts are compared.
pub(super) fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Refuses elements of other namespaces, wherever they stand; below `open` anything may stand.
pub(super) fn only_from(element: &Element, namespaces: &[&str], open: &str) -> Result<(), Refused> {
    if element.name == open {
        return Ok(());
    }
    if !namespaces.contains(&element.namespace.as_str()) {
        let (element, namespace) = (element.name.clone(), element.namespace.clone());
        return Err(Refused::ForeignElement { element, namespace });
    }
    element.children.iter().try_for_each(|child| only_from(child, namespaces, open))
}

/// What every invoice has (EN 16931 BR-02 to BR-08, BR-14), whatever the syntax.
pub(super) fn complete(invoice: &Invoice) -> Result<(), Refused> {
    // ZUGFeRD 1 is older than the standard, and some writers of it left the currency empty.
    let lenient = invoice.read_from == ReadFrom::Zugferd1;
    let needed = [
        (invoice.number.is_some(), "the number (BT-1)"),
        (invoice.issue_date.is_some(), "the date (BT-2)"),
        (invoice.currency.is_some() || lenient, "the currency (BT-5)"),
        (invoice.seller.name.is_some(), "the seller's name (BT-27)"),
        (invoice.buyer.name.is_some(), "the buyer's name (BT-44)"),
        (invoice.total.is_some(), "the total with VAT (BT-112)"),
    ];
    match needed.iter().find(|(there, _)| !there) {
        Some((_, what)) => Err(Refused::Missing { what }),
        None => Ok(()),
    }
}

/// Whether a type of document (UNTDID 1001) takes money back, or a refusal of what is no such type.
pub(super) fn is_credit(code: Option<&str>) -> Result<bool, Refused> {
    let Some(code) = code else {
        return Err(Refused::Missing { what: "the type of document (BT-3)" });
    };
    let sound = code.len() <= 3 && code.parse::<u16>().is_ok_and(|code| code > 0);
    if !sound {
        return Err(malformed("the type of document (BT-3)", code));
    }
    Ok(matches!(
        code,
        "81" | "83" | "261" | "262" | "296" | "308" | "381" | "396" | "420" | "458" | "532"
    ))
}
