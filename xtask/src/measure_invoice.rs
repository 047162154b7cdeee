//! Measures the reading of invoices on folders of e-invoices and PDFs: twins in two syntaxes, pages
//! against the XML within them, pages against expected fields, files that must be refused. Every
//! second file, by name, was held out while the rules were written; both halves are reported.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use skills::invoice::{Invoice, read_page, read_xml};
use skills::read::read_pdf;

/// Figures for `data/xrechnung`, `data/zugferd` and `data/invoice2data`, as one JSON object.
pub fn measure(data: &Path) -> io::Result<Value> {
    Ok(json!({
        "twins": twins(&data.join("xrechnung"))?,
        "zugferd": zugferd(&data.join("zugferd/ZUGFeRDv1/correct"))?,
        "refused": refused(&data.join("zugferd/ZUGFeRDv1/fail"))?,
        "invoice2data": invoice2data(&data.join("invoice2data"))?,
    }))
}

/// UBL and CII of one case must be the same but for what says which of the two it is.
fn twins(folder: &Path) -> io::Result<Value> {
    let (mut cases, mut same, mut sound) = (0, 0, 0);
    let mut differ = Vec::new();
    for path in files_below(folder, "_ubl.xml")? {
        cases += 1;
        let other = path.to_string_lossy().replace("_ubl.xml", "_uncefact.xml");
        let pair = (read_xml(&fs::read(&path)?), read_xml(&fs::read(other)?));
        match pair {
            (Ok(one), Ok(other)) => {
                sound += usize::from(one.unsound().is_empty() && other.unsound().is_empty());
                for refusal in one.unsound() {
                    differ.push(format!("{}: {} {}", stem(&path), refusal.rule, refusal.says));
                }
                let (one, other) = (canonical(&one), canonical(&other));
                same += usize::from(one == other);
                differ.extend(
                    difference(&one, &other).map(|what| format!("{}: {what}", stem(&path))),
                );
            }
            (one, other) => {
                differ.extend(
                    [one, other].into_iter().filter_map(Result::err).map(|e| e.to_string()),
                );
            }
        }
    }
    Ok(json!({ "cases": cases, "same": same, "sound": sound, "differ": differ }))
}

fn canonical(invoice: &Invoice) -> Value {
    let mut value = serde_json::to_value(invoice).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        for own in ["read_from", "spans", "warnings"] {
            fields.remove(own);
        }
    }
    value
}

fn difference(one: &Value, other: &Value) -> impl Iterator<Item = String> {
    let empty = serde_json::Map::new();
    let fields = one.as_object().unwrap_or(&empty);
    let differ = fields.iter().filter(|(name, value)| other.get(name) != Some(value));
    let told = differ.map(|(name, value)| {
        format!("{name}: {value} ≠ {}", other.get(name).unwrap_or(&Value::Null))
    });
    told.collect::<Vec<_>>().into_iter()
}

/// What was right, by half and field.
#[derive(Default)]
struct Tally {
    right: BTreeMap<(&'static str, String), (usize, usize)>,
    /// Of the values that stand on the page at all, how many were read, by field.
    of_printed: BTreeMap<String, (usize, usize)>,
    missed: Vec<String>,
    slowest_ms: u128,
}

impl Tally {
    fn note(&mut self, half: &'static str, file: &str, field: &str, found: &str, wanted: &str) {
        let right = found == wanted;
        let entry = self.right.entry((half, field.to_owned())).or_default();
        entry.0 += usize::from(right);
        entry.1 += 1;
        if !right {
            self.missed.push(format!("{half} {file} {field}: {found:?}, wanted {wanted:?}"));
        }
    }

    /// XML and page of one file may differ: what is nowhere on the page cannot be read there.
    fn note_printed(&mut self, field: &str, found: &str, wanted: &str, page: &str) {
        let right = found == wanted;
        if right || is_printed(wanted, page) {
            let entry = self.of_printed.entry(field.to_owned()).or_default();
            entry.0 += usize::from(right);
            entry.1 += 1;
        }
    }

    fn told(&self) -> Value {
        let mut halves: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for ((half, field), (right, of)) in &self.right {
            let told = format!("{right}/{of}");
            halves.entry(half).or_default().insert(field, told);
            let both = halves.entry("both").or_default();
            let other = if *half == "seen" { "held_out" } else { "seen" };
            let (more, more_of) =
                self.right.get(&(other, field.clone())).copied().unwrap_or_default();
            both.insert(field, format!("{}/{}", right + more, of + more_of));
        }
        let slowest = u64::try_from(self.slowest_ms).unwrap_or(u64::MAX);
        let printed = self.of_printed.iter();
        let printed: BTreeMap<&String, String> =
            printed.map(|(field, (right, of))| (field, format!("{right}/{of}"))).collect();
        json!({ "exact": halves, "of_printed": printed, "missed": self.missed,
            "slowest_ms": slowest })
    }
}

/// Whether a value stands on a page: as it is, as an amount or as a day of numbers.
fn is_printed(wanted: &str, page: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let mut ways = vec![wanted.to_owned()];
    if let [year, month, day] = wanted.split('-').collect::<Vec<_>>().as_slice() {
        ways.push(format!("{day}{month}{year}"));
    }
    if wanted.parse::<skills::invoice::Decimal>().is_ok_and(|amount| amount.scale() < 2) {
        ways.push(format!("{:.2}", wanted.parse::<skills::invoice::Decimal>().unwrap_or_default()));
    }
    let page = plain(page);
    ways.iter().any(|way| page.contains(&plain(way)))
}

fn half(at: usize) -> &'static str {
    if at.is_multiple_of(2) { "seen" } else { "held_out" }
}

fn zugferd(folder: &Path) -> io::Result<Value> {
    let mut tally = Tally::default();
    let (mut files, mut with_xml) = (0, 0);
    let mut not_read = Vec::new();
    for (at, path) in files_below(folder, ".pdf")?.iter().enumerate() {
        files += 1;
        let begun = Instant::now();
        let pdf = match read_pdf(&fs::read(path)?) {
            Ok(pdf) => pdf,
            Err(error) => {
                not_read.push(format!("{}: {error}", stem(path)));
                continue;
            }
        };
        let page = read_page(&pdf.pages);
        tally.slowest_ms = tally.slowest_ms.max(begun.elapsed().as_millis());
        let xml = pdf.attachments.iter().find_map(|file| read_xml(&file.bytes).ok());
        let Some(xml) = xml else {
            let why = pdf.attachments.iter().filter_map(|file| read_xml(&file.bytes).err());
            not_read.push(format!(
                "{}: {}",
                stem(path),
                why.map(|e| e.to_string()).collect::<String>()
            ));
            continue;
        };
        with_xml += 1;
        for (field, found, wanted) in compared(&page, &xml) {
            if !wanted.is_empty() {
                tally.note(half(at), &stem(path), field, &found, &wanted);
                tally.note_printed(field, &found, &wanted, &pdf.text());
            }
        }
    }
    Ok(json!({ "files": files, "with_xml": with_xml, "not_read": not_read, "page": tally.told() }))
}

fn compared(page: &Invoice, xml: &Invoice) -> Vec<(&'static str, String, String)> {
    let words = |text: &Option<String>| text.clone().unwrap_or_default();
    let amount = |amount: Option<skills::invoice::Decimal>| {
        amount.map(|amount| amount.normalize().to_string()).unwrap_or_default()
    };
    let day = |day: Option<skills::invoice::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    let first = |ibans: &[String]| ibans.first().cloned().unwrap_or_default();
    vec![
        ("number", words(&page.number), words(&xml.number)),
        ("issue_date", day(page.issue_date), day(xml.issue_date)),
        ("due_date", day(page.due_date), day(xml.due_date)),
        ("seller", words(&page.seller.name), words(&xml.seller.name)),
        ("buyer", words(&page.buyer.name), words(&xml.buyer.name)),
        ("currency", words(&page.currency), words(&xml.currency)),
        ("iban", first(&page.ibans), first(&xml.ibans)),
        ("net", amount(page.net), amount(xml.net)),
        ("tax", amount(page.tax), amount(xml.tax)),
        ("total", amount(page.total), amount(xml.total)),
        ("line_count", page.lines.len().to_string(), xml.lines.len().to_string()),
    ]
}

fn refused(folder: &Path) -> io::Result<Value> {
    let (mut files, mut refused) = (0, 0);
    let mut reasons = Vec::new();
    for path in files_below(folder, ".pdf")? {
        files += 1;
        let reason = match read_pdf(&fs::read(&path)?) {
            Err(error) => Some(error.to_string()),
            Ok(pdf) => pdf.attachments.iter().find_map(|file| match read_xml(&file.bytes) {
                Err(error) => Some(error.to_string()),
                Ok(invoice) => invoice.unsound().first().map(|check| check.says.clone()),
            }),
        };
        refused += usize::from(reason.is_some());
        reasons.push(format!("{}: {}", stem(&path), reason.unwrap_or_else(|| "taken".to_owned())));
    }
    Ok(json!({ "files": files, "refused": refused, "reasons": reasons }))
}

fn invoice2data(folder: &Path) -> io::Result<Value> {
    let mut tally = Tally::default();
    let mut files = 0;
    for (at, path) in files_below(folder, ".pdf")?.iter().enumerate() {
        files += 1;
        let stored: Value = serde_json::from_slice(&fs::read(path.with_extension("json"))?)?;
        let wanted = stored.get(0).cloned().unwrap_or_default();
        let begun = Instant::now();
        let page = match read_pdf(&fs::read(path)?) {
            Ok(pdf) => read_page(&pdf.pages),
            Err(error) => {
                tally.missed.push(format!("{}: {error}", stem(path)));
                Invoice::default()
            }
        };
        tally.slowest_ms = tally.slowest_ms.max(begun.elapsed().as_millis());
        let names = [
            ("number", "invoice_number"),
            ("issue_date", "date"),
            ("due_date", "date_due"),
            ("total", "amount"),
            ("net", "amount_untaxed"),
            ("tax", "amount_tax"),
            ("currency", "currency"),
            ("iban", "iban"),
        ];
        let read = compared(&page, &Invoice::default());
        for (field, name) in names {
            let Some(wanted) = wanted.get(name) else { continue };
            let wanted = wanted.as_str().map_or_else(|| plain_number(wanted), str::to_owned);
            let wanted = wanted.trim_start_matches('#');
            let found = read.iter().find(|(own, _, _)| *own == field);
            let found = found.map_or("", |(_, found, _)| found.as_str());
            tally.note(half(at), &stem(path), field, found, wanted);
        }
    }
    Ok(json!({ "files": files, "page": tally.told() }))
}

fn plain_number(value: &Value) -> String {
    let text = value.to_string();
    text.parse::<skills::invoice::Decimal>()
        .map(|number| number.normalize().to_string())
        .unwrap_or(text)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn files_below(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path, ending)?);
        } else if path.to_string_lossy().ends_with(ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
