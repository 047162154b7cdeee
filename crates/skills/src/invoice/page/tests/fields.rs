//! Whole invoices on pages: what is found, what is chosen, what is doubted.

use super::read;
use crate::invoice::Invoice;

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn sums(invoice: &Invoice) -> [String; 3] {
    [invoice.net, invoice.tax, invoice.total].map(|amount| text(amount.map(|a| a.normalize())))
}

const ENGLISH: &str = "\
Pinewood Tools Ltd                              INVOICE
12 Mill Lane, Leeds LS1 4AB
accounts@pinewood-tools.example                 Invoice No: PT-20417
                                                Invoice Date: 14/03/2026
Bill To:                                        Due Date: 13/04/2026
Atelier Nord Ltd                                PO Number: 8812
9 High Street
York YO1 7HH

Description                  Qty      Unit Price      Amount
Chisel set                   2        45.00           90.00
Mallet                       1        30.00           30.00

                                      Subtotal        £120.00
                                      VAT 20%         £24.00
                                      Total           £144.00

Account name: Pinewood Tools Ltd  IBAN: GB82 WEST 1234 5698 7654 32
";

#[test]
fn an_english_invoice_is_read() {
    let invoice = read(ENGLISH);
    assert_eq!(text(invoice.number.clone()), "PT-20417");
    assert_eq!(text(invoice.issue_date), "2026-03-14");
    assert_eq!(text(invoice.due_date), "2026-04-13");
    assert_eq!(text(invoice.seller.name.clone()), "Pinewood Tools Ltd");
    assert_eq!(text(invoice.buyer.name.clone()), "Atelier Nord Ltd");
    assert_eq!(text(invoice.currency.clone()), "GBP");
    assert_eq!(text(invoice.order_reference.clone()), "8812");
    assert_eq!(invoice.ibans, ["GB82WEST12345698765432"]);
    assert_eq!(sums(&invoice), ["120", "24", "144"]);
    assert_eq!(invoice.lines.len(), 2, "{:?}", invoice.lines);
    assert_eq!(text(invoice.lines[0].quantity), "2");
    assert!(invoice.failed().next().is_none(), "{:?}", invoice.checks);
}

#[test]
fn every_field_says_where_it_was_found() {
    let invoice = read(ENGLISH);
    for field in ["number", "issue_date", "due_date", "seller.name", "total", "currency"] {
        let span = &invoice.spans[field];
        assert_eq!(span.page, Some(1), "{field}");
        let [left, top, right, bottom] = span.area.unwrap();
        assert!(left < right && top < bottom, "{field}");
        assert!(!span.text.is_empty(), "{field}");
    }
    assert_eq!(invoice.spans["number"].text, "PT-20417");
    assert_eq!(invoice.spans["total"].text, "144.00");
}

#[test]
fn a_german_invoice_with_two_rates_is_read() {
    let invoice = read(
        "\
Harbour & Pine GmbH - Kaistraße 1 - 24103 Kiel
Atelier Nord KG
Hauptstraße 9
20095 Hamburg
                                        Rechnungsnr.   2026-0815    Kundennr.  4711
                                        Rechnungsdatum   7. Mai 2026
                                        Lieferdatum      5. Mai 2026
Pos   Menge   Bezeichnung        Einzelpreis   MwSt     Gesamtpreis
1     4       Eichenbrett        1.250,00      19%      5.000,00
2     10      Fachbuch           20,00         7%       200,00

Nettobetrag              5.200,00 €
zzgl. 19% MwSt von 5.000,00    950,00 €
zzgl. 7% MwSt von 200,00       14,00 €
Rechnungsbetrag          6.164,00 €
Zahlbar bis 21.05.2026
Harbour & Pine GmbH   USt-IdNr. DE136695976   IBAN DE79 0000 0000 1234 5678 90
",
    );
    assert_eq!(text(invoice.number.clone()), "2026-0815");
    assert_eq!(text(invoice.issue_date), "2026-05-07");
    assert_eq!(text(invoice.due_date), "2026-05-21");
    assert_eq!(text(invoice.seller.name.clone()), "Harbour & Pine GmbH");
    assert_eq!(text(invoice.buyer.name.clone()), "Atelier Nord KG");
    assert_eq!(text(invoice.seller.vat_number.clone()), "DE136695976");
    assert_eq!(sums(&invoice), ["5200", "964", "6164"]);
    assert_eq!(invoice.taxes.len(), 2);
    assert_eq!(invoice.ibans, ["DE79000000001234567890"]);
}

#[test]
fn invoices_in_four_more_languages_are_read() {
    let cases = [
        (
            "Menuiserie Dupont SARL\n4 rue des Pins\n69001 Lyon\n\n\
          Facture n° FA-2026-12 du 02 février 2026\n\
          Date limite de paiement le 04 mars 2026\n\nTotal HT    100,00 €\nTVA 20 %    20,00 €\n\
          Net à payer    120,00 €\n",
            ["FA-2026-12", "2026-02-02", "2026-03-04", "Menuiserie Dupont SARL", "120"],
        ),
        (
            "Carpintería Ruiz S.L.\nCalle Mayor 3\n28013 Madrid\n\n\
          Factura nº: A-551\nFecha de emisión: 15/03/2026\n\
          Vencimiento: 14/04/2026\n\n\
          Base imponible    200,00 €\nIVA 21%    42,00 €\nTotal factura    242,00 €\n",
            ["A-551", "2026-03-15", "2026-04-14", "Carpintería Ruiz S.L", "242"],
        ),
        (
            "Falegnameria Bianchi S.r.l.\nVia Roma 1\n20121 Milano\n\n\
          Fattura n. 77/2026\nData fattura: 09/01/2026\n\
          Scadenza: 28/02/2026\n\n\
          Imponibile    300,00 €\nIVA 22%    66,00 €\nTotale documento    366,00 €\n",
            ["77/2026", "2026-01-09", "2026-02-28", "Falegnameria Bianchi S.r.l", "366"],
        ),
        (
            "Houthandel De Vries B.V.\nKade 5\n3012 CN Rotterdam\n\n\
          Factuurnummer: 993201\nFactuurdatum: 19 maart 2026\n\
          Vervaldatum: 2 april 2026\n\nTotaal excl. BTW    500,00\nBTW 21%    105,00\n\
          Totaal incl. BTW    € 605,00\n",
            ["993201", "2026-03-19", "2026-04-02", "Houthandel De Vries B.V", "605"],
        ),
    ];
    for (page, wanted) in cases {
        let invoice = read(page);
        let found = [
            text(invoice.number.clone()),
            text(invoice.issue_date),
            text(invoice.due_date),
            text(invoice.seller.name.clone()).trim_end_matches('.').to_owned(),
            text(invoice.total.map(|total| total.normalize())),
        ];
        assert_eq!(found, wanted, "{page}");
        assert_eq!(text(invoice.currency.clone()), "EUR");
        assert_eq!(invoice.net.unwrap() + invoice.tax.unwrap(), invoice.total.unwrap(), "{page}");
    }
}

#[test]
fn values_below_the_heads_of_columns_are_found() {
    let invoice = read(
        "\
Oak Ltd
Customer      Order         Invoice date     Invoice no      Due date
C-1001        SO-444        8-9-2026         VF100519        22-9-2026

Total  EUR 49.99
",
    );
    assert_eq!(text(invoice.number.clone()), "VF100519");
    assert_eq!(text(invoice.issue_date), "2026-09-08");
    assert_eq!(text(invoice.due_date), "2026-09-22");
}

#[test]
fn the_order_of_day_and_month_is_taken_from_the_page_or_doubted() {
    let page = |date: &str, more: &str| {
        read(&format!("Oak Inc\nInvoice No 4411\nInvoice Date: {date}\n{more}\nTotal $10.00\n"))
    };
    let doubted = |invoice: &Invoice| invoice.warnings.iter().any(|w| w.contains("exchanged"));
    let other = page("03/04/2026", "Due Date: 03/25/2026");
    assert_eq!(text(other.issue_date), "2026-03-04", "the other date has the month first");
    assert!(!doubted(&other));
    let other = page("03/04/2026", "Due Date: 25/04/2026");
    assert_eq!(text(other.issue_date), "2026-04-03", "the other date has the day first");
    let alone = page("03/04/2026", "");
    assert!(doubted(&alone), "{:?}", alone.warnings);
    assert!(!doubted(&page("03.04.2026", "")));
    assert!(!doubted(&page("13/04/2026", "")));
}

#[test]
fn arithmetic_chooses_among_labelled_totals() {
    let invoice = read(
        "\
Oak Ltd
Invoice No 4411
Total items   7
Previous balance    900.00
Net total    100.00
VAT 20%      20.00
Total        120.00
Paid         50.00
Amount due   70.00
",
    );
    assert_eq!(sums(&invoice), ["100", "20", "120"]);
    assert_eq!(text(invoice.prepaid.map(|paid| paid.normalize())), "50");
    assert_eq!(text(invoice.due.map(|due| due.normalize())), "70");
}

#[test]
fn vat_within_a_total_leaves_the_net() {
    let invoice = read("Oak B.V.\nFactuur 4411\nTotaal € 121,00\nIncl. 21% BTW bedrag: € 21,00\n");
    assert_eq!(sums(&invoice), ["100", "21", "121"]);
}

#[test]
fn a_mistyped_account_is_read_and_its_checksum_fails() {
    let invoice = read("Oak GmbH\nRechnung Nr. 12\nIBAN: DE79 0000 0000 1234 5678 91\n");
    assert_eq!(invoice.ibans, ["DE79000000001234567891"]);
    assert!(invoice.failed().any(|check| check.rule == "iban"));
}

#[test]
fn a_credit_note_is_one() {
    let invoice =
        read("Oak GmbH\nGutschrift Nr. GS-12\nDatum 07.05.2026\nGesamtbetrag -119,00 €\n");
    assert!(invoice.credit_note);
    assert_eq!(text(invoice.number.clone()), "GS-12");
    assert_eq!(text(invoice.total.map(|total| total.normalize())), "-119");
    assert!(!read(ENGLISH).credit_note);
}

#[test]
fn a_period_and_the_date_of_an_order_are_not_the_date_of_the_invoice() {
    let invoice = read(
        "\
Oak Ltd
Invoice No 4411
Order date: 01 May 2026
Billing period 1 April 2026 - 30 April 2026
Invoice date: 04 May 2026
Total £10.00
",
    );
    assert_eq!(text(invoice.issue_date), "2026-05-04");
    assert_eq!(invoice.due_date, None);
}
