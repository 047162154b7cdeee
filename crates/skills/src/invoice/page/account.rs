//! Accounts, VAT numbers and the currency of a page. Of a symbol that several countries share it
//! says only what else on the page supports.

use std::collections::BTreeMap;

use super::Reading;
use super::amount::CURRENCIES;
use super::label::plain_text;
use super::phrases::Kind;
use super::sheet::{Place, Sheet};
use crate::invoice::is_iban;
use crate::read::Row;

pub(super) fn read(reading: &mut Reading<'_>) {
    let found = ibans(reading.sheet);
    for (iban, place) in found {
        let debited = is_debited(reading.sheet, place);
        if debited || reading.invoice.ibans.contains(&iban) {
            continue;
        }
        if reading.invoice.ibans.is_empty() {
            reading.mark("ibans", place, 0.98);
        }
        reading.invoice.ibans.push(iban);
    }
    vat_numbers(reading);
    currency(reading);
}

/// The account of the one who pays, from which the amount is taken.
fn is_debited(sheet: &Sheet, place: Place) -> bool {
    let before = plain_text(sheet.before(place));
    [
        "ihremkonto",
        "ihrkonto",
        "votrecompte",
        "youraccount",
        "sucuenta",
        "uwrekening",
        "vostroconto",
        "ihrerbankverbindung",
    ]
    .iter()
    .any(|words| before.contains(words))
}

/// All texts of a cell whose checksum makes them an account, with or without spaces in them.
fn ibans(sheet: &Sheet) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    let rows = sheet.rows.iter().collect::<Vec<_>>();
    for (row, one) in sheet.rows.iter().enumerate() {
        for (cell, one) in one.cells.iter().enumerate() {
            let starts = one.text.char_indices().filter(|(at, c)| {
                let before = one.text.get(..*at).and_then(|text| text.chars().next_back());
                c.is_ascii_alphabetic() && !before.is_some_and(|c| c.is_alphabetic())
            });
            for (at, _) in starts {
                let rest = one.text.get(at..).unwrap_or("");
                let labelled = plain_text(one.text.get(..at).unwrap_or("")).ends_with("iban")
                    || at == 0 && after_iban(&rows, row, cell);
                if let Some((iban, length)) = iban_at(rest, labelled) {
                    found.push((iban, Place { row, cell, from: at, to: at + length }));
                }
            }
        }
    }
    found
}

/// Whether the cell to the left or the end of the row above says "IBAN".
fn after_iban(rows: &[&Row], row: usize, cell: usize) -> bool {
    let left = match cell.checked_sub(1) {
        Some(left) => rows.get(row).and_then(|row| row.cells.get(left)),
        None => row.checked_sub(1).and_then(|above| rows.get(above)?.cells.last()),
    };
    left.is_some_and(|left| {
        let plain = plain_text(&left.text);
        plain.ends_with("iban") || plain.ends_with("ibannr")
    })
}

/// The longest account at the beginning of a text. `labelled`: also one whose checksum fails, so
/// that a mistyped account is seen and not overlooked.
fn iban_at(text: &str, labelled: bool) -> Option<(String, usize)> {
    let mut compact = String::new();
    let mut longest = None;
    for (at, c) in text.char_indices() {
        match c {
            c if c.is_ascii_alphanumeric() => compact.push(c.to_ascii_uppercase()),
            ' ' | '.' | '-' | '\u{a0}' => continue,
            _ => break,
        }
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        let whole = !next.is_some_and(|c| c.is_ascii_alphanumeric());
        let shaped = labelled
            && compact.len() >= 15
            && compact.get(..2).is_some_and(|c| c.bytes().all(|b| b.is_ascii_uppercase()))
            && compact
                .get(2..)
                .is_some_and(|rest| rest.bytes().filter(u8::is_ascii_digit).count() >= 12)
            && longest.is_none()
            && next.is_none_or(|c| !matches!(c, ' ' | '*'));
        if compact.len() >= 15 && whole && (is_iban(&compact) || shaped) {
            longest = Some((compact.clone(), at + 1));
        }
        if compact.len() > 34 {
            break;
        }
    }
    longest
}

/// VAT numbers by their labels; whose they are is left to the reading of the parties.
fn vat_numbers(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    for label in sheet.labels.iter().filter(|label| label.kind == Kind::VatNumber) {
        let text = sheet.text(label.place).to_lowercase();
        let is_buyers =
            text.starts_with("ihre") || text.starts_with("your") || text.starts_with("uw");
        let own = vat_number(sheet.after(label.place)).map(|(number, at)| {
            let from = label.place.to + at;
            (
                number,
                Place { from, to: label.place.to + sheet.after(label.place).len(), ..label.place },
            )
        });
        let next = || {
            let cell = sheet.cell(label.place.row, label.place.cell + 1)?;
            let (number, from) = vat_number(&cell.text)?;
            let place = Place { from, ..sheet.whole(label.place.row, label.place.cell + 1) };
            Some((number, place))
        };
        let Some((number, place)) = own.or_else(next) else { continue };
        let party =
            if is_buyers { &mut reading.invoice.buyer } else { &mut reading.invoice.seller };
        if party.vat_number.is_none() {
            party.vat_number = Some(number);
            let field = if is_buyers { "buyer.vat_number" } else { "seller.vat_number" };
            reading.mark(field, place, 0.85);
        }
    }
}

/// Two letters and eight to thirteen digits and letters, with spaces or stops in them.
fn vat_number(text: &str) -> Option<(String, usize)> {
    let start = text.find(|c: char| c.is_ascii_alphanumeric())?;
    let rest = text.get(start..)?;
    let mut number = String::new();
    for word in rest.split([' ', '.', '-']).take(6) {
        let plain = word.trim_end_matches([',', ';', ')']);
        if !plain.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) || number.len() > 14
        {
            break;
        }
        if number.len() >= 10 && plain.chars().all(|c| c.is_ascii_uppercase()) {
            break;
        }
        number.push_str(plain);
        if plain.len() != word.len() {
            break;
        }
    }
    let country = number.get(..2).is_some_and(|c| c.bytes().all(|b| b.is_ascii_uppercase()));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (country && digits >= 7 && number.len() <= 15).then_some((number, start))
}

fn currency(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    let mut votes: BTreeMap<&str, (usize, Option<Place>)> = BTreeMap::new();
    for amount in sheet.amounts.iter().filter(|amount| !amount.is_percent) {
        if let Some(code) = amount.currency {
            let vote = votes.entry(code).or_default();
            vote.0 += 2;
            vote.1 = vote.1.or(Some(amount.place));
        }
    }
    for (row, one) in sheet.rows.iter().enumerate() {
        for (cell, one) in one.cells.iter().enumerate() {
            for code in words_of_currency(&one.text) {
                let vote = votes.entry(code).or_default();
                vote.0 += 1;
                vote.1 = vote.1.or(Some(sheet.whole(row, cell)));
            }
        }
    }
    // A code says more than a symbol that several share.
    let weight = |(code, (count, _)): &(&str, (usize, Option<Place>))| {
        count * if code.len() == 3 { 3 } else { 2 }
    };
    let best = votes.into_iter().max_by_key(weight);
    let all: String = sheet.rows.iter().map(|row| plain_text(&row.text())).collect();
    let (code, place, confidence) = match best {
        Some((code, (_, place))) if code.len() == 3 && code.is_ascii() && code != "Rs" => {
            (Some(code), place, 0.97)
        }
        Some((symbol, (_, place))) => {
            let (code, sure) = meant(symbol, &all, &reading.invoice.ibans);
            if !sure {
                reading
                    .warn(format!("{symbol} is taken for {code}: nothing on the page says more"));
            }
            (Some(code), place, if sure { 0.85 } else { 0.5 })
        }
        None => {
            let code = of_country(&all, &reading.invoice);
            if let Some(code) = code {
                reading.warn(format!("no currency is named: {code} by the country"));
            }
            (code, None, 0.4)
        }
    };
    reading.invoice.currency = code.map(str::to_owned);
    if let Some(place) = place {
        reading.mark("currency", place, confidence);
    }
}

/// Codes and words that stand in a text by themselves.
fn words_of_currency(text: &str) -> impl Iterator<Item = &'static str> {
    const WORDS: [(&str, &str); 8] = [
        ("US Dollars", "USD"),
        ("US dollars", "USD"),
        ("Indian Rupees", "INR"),
        ("Rupees", "Rs"),
        ("Pounds Sterling", "GBP"),
        ("Swiss Francs", "CHF"),
        ("zloty", "PLN"),
        ("złotych", "PLN"),
    ];
    let parts: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '$'))
        .filter(|part| !part.is_empty())
        .collect();
    let codes = CURRENCIES.iter().filter(move |(way, code)| {
        (way == code && way.len() == 3 || *way == "€" || *way == "Euro") && parts.contains(way)
    });
    let symbols = if text.contains('€') { Some("EUR") } else { None };
    let words = WORDS.iter().filter(|(words, _)| text.contains(words)).map(|(_, code)| *code);
    let codes: Vec<&str> = codes.map(|(_, code)| *code).chain(words).chain(symbols).collect();
    codes.into_iter()
}

/// What a shared symbol means here, and whether anything says so.
fn meant(symbol: &str, all: &str, ibans: &[String]) -> (&'static str, bool) {
    let says = |words: &[&str]| words.iter().any(|word| all.contains(word));
    let pays_in = |country: &str| ibans.iter().any(|iban| iban.starts_with(country));
    match symbol {
        "$" if says(&["australia", "abn"]) && !says(&["unitedstates"]) => ("AUD", true),
        "$" if says(&["canada", "gsthst", "hstno", "ontario", "quebec"]) => ("CAD", true),
        "$" if says(&["newzealand"]) => ("NZD", true),
        "$" if says(&["singapore"]) => ("SGD", true),
        "$" if says(&["mexico", "rfc"]) && says(&["iva", "factura"]) => ("MXN", true),
        "$" => ("USD", says(&["unitedstates", "usdollar", "usa", "salestax", "llc", "inc"])),
        "¥" if says(&["china", "beijing", "shanghai", "shenzhen"]) => ("CNY", true),
        "¥" => ("JPY", says(&["japan", "tokyo", "osaka"])),
        "Rs" if says(&["pakistan"]) => ("PKR", true),
        "Rs" if says(&["srilanka"]) => ("LKR", true),
        "Rs" => ("INR", says(&["india", "gstin", "cin", "gst"])),
        "kr" if says(&["danmark", "denmark", "cvr"]) || pays_in("DK") => ("DKK", true),
        "kr" if says(&["norge", "norway", "mva"]) || pays_in("NO") => ("NOK", true),
        "kr" => ("SEK", says(&["sverige", "sweden", "moms"]) || pays_in("SE")),
        _ => ("USD", false),
    }
}

/// Where no amount has a currency.
fn of_country(all: &str, invoice: &crate::invoice::Invoice) -> Option<&'static str> {
    const EURO: [&str; 20] = [
        "AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV",
        "MT", "NL", "PT", "SI", "SK",
    ];
    let countries = invoice.ibans.iter().chain(&invoice.seller.vat_number);
    for country in countries.filter_map(|number| number.get(..2)) {
        let code = match country {
            "CH" | "LI" => "CHF",
            "GB" => "GBP",
            "PL" => "PLN",
            "CZ" => "CZK",
            "SE" => "SEK",
            "NO" => "NOK",
            "DK" => "DKK",
            "HU" => "HUF",
            "RO" => "RON",
            country if EURO.contains(&country) => "EUR",
            _ => continue,
        };
        return Some(code);
    }
    let says = |words: &[&str]| words.iter().any(|word| all.contains(word));
    if says(&["india", "gstin"]) {
        Some("INR")
    } else if says(&["unitedstates"]) {
        Some("USD")
    } else if says(&["unitedkingdom"]) {
        Some("GBP")
    } else {
        None
    }
}
