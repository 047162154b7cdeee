//! Invoices in XML: twins agree, sums are checked, what is no invoice is refused with its reason.

use super::{Refused, read_xml};
use crate::invoice::Invoice;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

const UBL: &str = include_str!("samples/twin_ubl.xml");
const CII: &str = include_str!("samples/twin_cii.xml");

fn read(text: &str) -> Result<Invoice, Refused> {
    read_xml(text.as_bytes())
}

/// The refusal of a sample in which a part is replaced.
fn refusal(sample: &str, from: &str, to: &str) -> Refused {
    assert!(sample.contains(from), "the sample has no {from}");
    read(&sample.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn one_case_in_both_syntaxes_is_one_invoice() {
    let (mut one, mut other) = (read(UBL).unwrap(), read(CII).unwrap());
    assert_eq!(one.seller.name.as_deref(), Some("Harbour & Pine GmbH"));
    assert_eq!(one.ibans, ["DE79000000001234567890"]);
    for invoice in [&mut one, &mut other] {
        invoice.read_from = crate::invoice::ReadFrom::Page;
        invoice.spans.clear();
    }
    assert_eq!(one, other);
    assert!(one.failed().next().is_none(), "{:?}", one.checks);
}

#[test]
fn a_field_says_where_it_stands() {
    for sample in [UBL, CII] {
        let invoice = read(sample).unwrap();
        let [from, to] = invoice.spans["number"].bytes.unwrap();
        assert!(sample[from..to].contains("HP-2031"), "{}", &sample[from..to]);
    }
}

#[test]
fn a_total_that_is_a_cent_off_is_unsound() {
    for (sample, from, to) in
        [(UBL, ">107.10</b:TaxInc", ">107.11</b:TaxInc"), (CII, ">107.1</Grand", ">107.11</Grand")]
    {
        let invoice = read(&sample.replacen(from, to, 1)).unwrap();
        let rules: Vec<&str> = invoice.unsound().iter().map(|c| c.rule.as_str()).collect();
        assert_eq!(rules, ["BR-CO-15", "BR-CO-16"], "{sample}");
    }
}

#[test]
fn lines_that_do_not_add_up_are_unsound() {
    let invoice = read(&UBL.replace(
        ">100.00</b:LineExtensionAmount>\n    <a:Item>",
        ">99.00</b:LineExtensionAmount>\n    <a:Item>",
    ))
    .unwrap();
    assert!(invoice.unsound().iter().any(|check| check.rule == "BR-CO-10"));
}

#[test]
fn what_every_invoice_has_may_not_be_missing() {
    let missing = |from, what: &str| {
        let error = refusal(UBL, from, "").to_string();
        assert!(error.contains(what), "{error}");
    };
    missing("<b:ID>HP-2031</b:ID>", "BT-1");
    missing("<b:IssueDate>2026-03-02</b:IssueDate>", "BT-2");
    missing("<b:InvoiceTypeCode>380</b:InvoiceTypeCode>", "BT-3");
    missing("<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>", "BT-5");
    assert!(refusal(CII, "<TypeCode>380</TypeCode>", "<TypeCode/>").to_string().contains("BT-3"));
}

#[test]
fn numbers_and_days_are_taken_strictly() {
    let malformed = |sample, from, to| {
        let error = refusal(sample, from, to);
        assert!(matches!(error, Refused::Malformed { .. }), "{error}");
    };
    malformed(UBL, "2026-03-02", "2026-02-30");
    malformed(UBL, ">107.10<", ">1e2<");
    malformed(UBL, ">EUR<", ">Euro<");
    malformed(CII, "format=\"102\">20260302", "format=\"610\">202603");
    malformed(CII, "<RateApplicablePercent>19</", "<RateApplicablePercent>19e</");
    malformed(CII, "<udt:Indicator>false", "<udt:Indicator>maybe");
}

#[test]
fn elements_of_other_makers_do_not_belong_into_an_invoice() {
    let foreign = "<x:title xmlns:x=\"urn:example:books\">A</x:title><b:ID>HP-2031</b:ID>";
    let error = refusal(UBL, "<b:ID>HP-2031</b:ID>", foreign);
    assert!(matches!(error, Refused::ForeignElement { .. }), "{error}");
    let error = refusal(UBL, "schema:xsd:Invoice-2", "schema:xsd:Order-2");
    assert!(matches!(error, Refused::OtherDocument { .. }), "{error}");
    // The same names in no namespace are another language.
    assert!(matches!(read("<Invoice><ID>1</ID></Invoice>"), Err(Refused::OtherDocument { .. })));
}

#[test]
fn entities_depth_and_size_have_bounds() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
    assert_eq!(read(bomb).unwrap_err(), Refused::DocumentType);
    assert!(matches!(read("<a>&b;</a>"), Err(Refused::NotXml { .. })));
    let deep = "<a>".repeat(100_000);
    assert!(matches!(read(&deep), Err(Refused::TooMuch { .. })));
    let wide = format!("<a>{}</a>", "<b/>".repeat(500_000));
    assert!(matches!(read(&wide), Err(Refused::TooMuch { .. })));
    let large = vec![b' '; 17 * 1024 * 1024];
    assert!(matches!(read_xml(&large), Err(Refused::TooLarge { .. })));
}

#[test]
fn the_declared_encoding_is_obeyed() {
    let latin = UBL.replace("UTF-8", "ISO-8859-1").replace("Kiel", "K\u{f6}ln");
    let bytes: Vec<u8> = latin.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(read_xml(&bytes).unwrap().seller.city.as_deref(), Some("Köln"));
    let broken = UBL.as_bytes().iter().map(|b| if *b == b'K' { 0xff } else { *b });
    assert!(matches!(read_xml(&broken.collect::<Vec<u8>>()), Err(Refused::NotXml { .. })));
}

#[test]
fn a_credit_note_takes_money_back() {
    let credit = UBL
        .replace("inv:Invoice", "inv:CreditNote")
        .replace("xsd:Invoice-2", "xsd:CreditNote-2")
        .replace("InvoiceTypeCode>380", "CreditNoteTypeCode>381")
        .replace("380</b:InvoiceTypeCode", "381</b:CreditNoteTypeCode")
        .replace("</b:InvoiceTypeCode", "</b:CreditNoteTypeCode")
        .replace("a:InvoiceLine", "a:CreditNoteLine")
        .replace("InvoicedQuantity", "CreditedQuantity");
    let invoice = read(&credit).unwrap();
    assert!(invoice.credit_note);
    assert_eq!(invoice.lines.len(), 1);
    assert_eq!(invoice.lines[0].quantity, Some(4.into()));
    assert!(read(&CII.replace(">380<", ">381<")).unwrap().credit_note);
}

#[test]
fn a_number_that_stands_in_for_none_is_no_order() {
    let stands_in =
        UBL.replace("<b:ID>PO-77</b:ID>", "<b:ID>NA</b:ID><b:SalesOrderID>S1</b:SalesOrderID>");
    let invoice = read(&stands_in).unwrap();
    assert_eq!(invoice.order_reference, None);
    assert_eq!(invoice.warnings.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn damaged_xml_is_refused_or_read_but_never_a_panic(
        at in 0usize..5_000, byte in any::<u8>(), cut in 0usize..5_000
    ) {
        for sample in [UBL, CII] {
            let mut bytes = sample.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % bytes.len());
            if let Ok(invoice) = read_xml(&bytes) {
                prop_assert!(invoice.number.is_some());
            }
        }
    }
}
