//! Invoices on pages, in six languages and several layouts, all of firms that do not exist.

mod fields;

use super::amount::amounts;
use super::day::days;
use super::label::plain_text;
use super::phrases::PHRASES;
use super::sheet::Place;
use crate::invoice::{Decimal, Invoice, read_page};
use crate::read::pages_of_text;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

fn read(text: &str) -> Invoice {
    read_page(&pages_of_text(text))
}

fn place((from, to): (usize, usize)) -> Place {
    Place { row: 0, cell: 0, from, to }
}

fn values(text: &str, mark: Option<char>) -> Vec<String> {
    let found = amounts(text, mark, place);
    found.iter().map(|one| one.value.normalize().to_string()).collect()
}

#[test]
fn phrases_are_written_as_texts_are_compared() {
    for (kind, _, phrases) in PHRASES {
        for phrase in phrases.split('|') {
            let plain: String = phrase.chars().flat_map(|c| c.to_lowercase()).collect();
            assert_eq!(plain_text(phrase), plain, "{kind:?} {phrase}");
            assert!(!phrase.is_empty() && !phrase.contains(' '), "{kind:?} {phrase:?}");
        }
    }
}

#[test]
fn amounts_are_read_as_each_country_writes_them() {
    assert_eq!(values("1.234,56 €", None), ["1234.56"]);
    assert_eq!(values("$1,234.56", None), ["1234.56"]);
    assert_eq!(values("CHF 1'234.50", None), ["1234.5"]);
    assert_eq!(values("1 234,50 EUR", None), ["1234.5"]);
    assert_eq!(values("12.345.678,90", None), ["12345678.9"]);
    assert_eq!(values("Rs. 1,25,000.00", None), ["125000"]);
    assert_eq!(values("-5,00", None), ["-5"]);
    assert_eq!(values("(12.50)", None), ["-12.5"]);
    assert_eq!(values("$ -7.00", None), ["-7"]);
    assert_eq!(values("7.00-", None), ["-7"]);
}

#[test]
fn three_digits_after_a_mark_are_read_as_the_rest_of_the_page() {
    assert_eq!(values("1.000", Some(',')), ["1000"]);
    assert_eq!(values("1.000", Some('.')), ["1"]);
    assert_eq!(values("0.125", None), ["0.125"]);
}

#[test]
fn codes_and_numbers_of_other_things_are_no_amounts() {
    for text in ["AB-12.50", "v1.25b", "10/12.50/7", "DE123456789x"] {
        assert!(values(text, None).is_empty(), "{text}: {:?}", values(text, None));
    }
}

#[test]
fn days_are_read_in_numbers_and_in_words() {
    for (text, wanted) in [
        ("31.12.2026", "2026-12-31"),
        ("2026-12-31", "2026-12-31"),
        ("2026/12/31", "2026-12-31"),
        ("12/31/2026", "2026-12-31"),
        ("31/12/26", "2026-12-31"),
        ("7. Mai 2026", "2026-05-07"),
        ("1er juillet 2026", "2026-07-01"),
        ("August 3 , 2026", "2026-08-03"),
        ("3rd of Aug, 2026", "2026-08-03"),
        ("03-Aug-26", "2026-08-03"),
        ("15 de marzo de 2026", "2026-03-15"),
        ("9 gennaio 2026", "2026-01-09"),
        ("19 maart 2026", "2026-03-19"),
        ("2 février 2026", "2026-02-02"),
        ("12 grudnia 2026", "2026-12-12"),
    ] {
        let found = days(text, place);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].date.to_string(), wanted, "{text}");
    }
    for text in ["1.234.567.8", "14.00 - 17.00", "31.13.2026", "2013-51112", "12/13/14/15", "may 7"]
    {
        assert!(days(text, place).is_empty(), "{text}: {:?}", days(text, place));
    }
}

#[test]
fn a_page_without_words_says_so() {
    let invoice = read("");
    assert_eq!(invoice.number, None);
    assert!(
        invoice.warnings.iter().any(|warning| warning.contains("OCR")),
        "{:?}",
        invoice.warnings
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_words_are_read_without_a_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec!["Invoice", "No", ":", "#", "Total", "VAT", "12.50", "€",
                "31/12/2026", "19%", "  ", "\n", "(", "-", "Ltd", "ß", "Größe", "DE", "IBAN",
                "100", "1.000,00", "Rechnung", "12345 Kiel", "\u{c}", "日本", "a@b.example"]),
            0..120)
    ) {
        let invoice = read(&words.join(" "));
        for span in invoice.spans.values() {
            prop_assert!((0.0..=1.0).contains(&span.confidence));
        }
    }

    #[test]
    fn what_is_written_is_read_back(cents in 0i64..100_000_000_000, comma in any::<bool>()) {
        let (whole, fraction) = (cents / 100, cents % 100);
        let digits = whole.to_string();
        let mut grouped = String::new();
        for (at, c) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(if comma { '.' } else { ',' });
            }
            grouped.push(c);
        }
        let mark = if comma { ',' } else { '.' };
        let found = amounts(&format!("EUR {grouped}{mark}{fraction:02}"), None, place);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!(found[0].value, Decimal::new(cents, 2));
        prop_assert_eq!(found[0].currency, Some("EUR"));
    }

    #[test]
    fn any_text_gives_amounts_and_days_without_a_panic(text in "\\PC{0,80}") {
        let _ = (amounts(&text, None, place), days(&text, place), read(&text));
    }
}
