//! `skill invoice`: fields of an invoice from XML, from the XML within a PDF, or from its pages.
//! The reading itself is a skill, and PDFs are opened in a limited process; here files are read and
//! results shown.

use std::path::Path;

use connectors::limited::{Limited, LimitedError};
use serde_json::{Value, json};
use skills::invoice::{Decimal, Invoice, Refused, read_page, read_xml};
use skills::read::Pdf;

use crate::command::Failure;
use crate::report::Report;

/// Reads one file and shows what it says.
pub async fn invoice(file: &Path, ignore_xml: bool, report: &Report) -> Result<(), Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?;
    let refused = |words: String| Failure::NotReached(format!("{}: {words}", file.display()));
    let invoice = read(&bytes, ignore_xml).await.map_err(|error| refused(error.to_string()))?;
    let broken: Vec<String> =
        invoice.unsound().iter().map(|check| format!("{}: {}", check.rule, check.says)).collect();
    let mut object = object(&invoice).map_err(refused)?;
    if let Some(object) = object.as_object_mut() {
        object.insert("ok".to_owned(), json!(broken.is_empty()));
        if !broken.is_empty() {
            object.insert("error".to_owned(), json!(format!("refused: {}", broken.join("; "))));
        }
    }
    for warning in &invoice.warnings {
        report.say(&format!("note: {warning}"));
    }
    report.result(&object, &words(&invoice));
    if broken.is_empty() {
        return Ok(());
    }
    report.say(&format!("dayshift: refused: {}", broken.join("; ")));
    // What was read is printed already, with the reason.
    Err(Failure::NotReached(String::new()))
}

/// Why there is no invoice.
#[derive(Debug, thiserror::Error)]
enum NoInvoice {
    #[error(transparent)]
    Xml(#[from] Refused),
    #[error(transparent)]
    Document(#[from] LimitedError),
    #[error("without its XML nothing is left to read")]
    OnlyXml,
    #[error("neither XML nor PDF nor a picture nor text")]
    UnknownKind,
}

async fn read(bytes: &[u8], ignore_xml: bool) -> Result<Invoice, NoInvoice> {
    let start = bytes.get(..1024).unwrap_or(bytes);
    if start.windows(5).any(|window| window == b"%PDF-") {
        let pdf = Limited::own()?.pdf_with_scans(bytes).await?;
        return of_pdf(&pdf, ignore_xml);
    }
    let picture: [&[u8]; 5] = [b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8"];
    if picture.iter().any(|magic| bytes.starts_with(magic)) {
        let pdf = Limited::own()?.picture(bytes).await?;
        return of_pdf(&pdf, true);
    }
    let is_xml = start.iter().find(|byte| !byte.is_ascii_whitespace() && byte.is_ascii());
    if is_xml == Some(&b'<') || start.starts_with(b"\xff\xfe<") || start.starts_with(b"\xfe\xff\0<")
    {
        if ignore_xml {
            return Err(NoInvoice::OnlyXml);
        }
        return Ok(read_xml(bytes)?);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.trim().is_empty() => Ok(read_page(&skills::read::pages_of_text(text))),
        _ => Err(NoInvoice::UnknownKind),
    }
}

/// The XML within, if it is an invoice; a broken one is refused and not papered over by the page.
fn of_pdf(pdf: &Pdf, ignore_xml: bool) -> Result<Invoice, NoInvoice> {
    const NAMES: [&str; 5] =
        ["factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "invoice.xml"];
    let named = |name: &str| NAMES.contains(&name.to_lowercase().as_str());
    let xml = pdf.attachments.iter().filter(|file| file.name.to_lowercase().ends_with(".xml"));
    let mut files: Vec<_> = xml.filter(|_| !ignore_xml).collect();
    files.sort_by_key(|file| !named(&file.name));
    let mut refusal = None;
    for file in files {
        match read_xml(&file.bytes) {
            Ok(mut invoice) => {
                invoice.warnings.extend(pdf.warnings.iter().cloned());
                return Ok(invoice);
            }
            Err(error) if named(&file.name) => refusal = refusal.or(Some(error)),
            // Some other XML that travels along.
            Err(_) => {}
        }
    }
    if let Some(error) = refusal {
        return Err(error.into());
    }
    let mut invoice = read_page(&pdf.pages);
    invoice.warnings.extend(pdf.warnings.iter().cloned());
    Ok(invoice)
}

/// The contract's names, flat, beside everything else that was read.
fn object(invoice: &Invoice) -> Result<Value, String> {
    let mut object = serde_json::to_value(invoice)
        .map_err(|error| format!("cannot show what was read: {error}"))?;
    let Some(fields) = object.as_object_mut() else { return Ok(object) };
    for party in ["seller", "buyer"] {
        let whole = fields.remove(party).unwrap_or_default();
        fields.insert(party.to_owned(), whole.get("name").cloned().unwrap_or_default());
        fields.insert(format!("{party}_details"), whole);
    }
    fields.insert("iban".to_owned(), json!(invoice.ibans.first()));
    Ok(object)
}

fn words(invoice: &Invoice) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let amount = |amount: Option<Decimal>| {
        let currency = invoice.currency.as_deref().unwrap_or("");
        amount.map(|amount| format!("{amount:.2} {currency}")).unwrap_or_default()
    };
    let day = |day: Option<skills::invoice::Date>| day.map(|d| d.to_string()).unwrap_or_default();
    let mut words = String::new();
    let rows = [
        (
            if invoice.credit_note { "credit note" } else { "invoice" },
            "number",
            text(&invoice.number),
        ),
        ("issued", "issue_date", day(invoice.issue_date)),
        ("due", "due_date", day(invoice.due_date)),
        ("seller", "seller.name", text(&invoice.seller.name)),
        ("buyer", "buyer.name", text(&invoice.buyer.name)),
        ("account", "ibans", invoice.ibans.join(", ")),
        ("net", "net", amount(invoice.net)),
        ("VAT", "tax", amount(invoice.tax)),
        ("total", "total", amount(invoice.total)),
    ];
    for (name, field, value) in rows {
        let value = value.replace('\n', " ");
        let found = invoice.spans.get(field).filter(|_| !value.is_empty());
        let place = found.map(|span| match span.page {
            Some(page) => format!("  (page {page}, {:.0} %)", span.confidence * 100.0),
            None => String::new(),
        });
        let value = if value.is_empty() { "–".to_owned() } else { value };
        words.push_str(&format!("{name:<12} {value}{}\n", place.unwrap_or_default()));
    }
    words.push_str(&format!("{:<12} {}\n", "lines", invoice.lines.len()));
    let failed: Vec<String> =
        invoice.failed().map(|check| format!("  {}: {}", check.rule, check.says)).collect();
    let fine = invoice.checks.len() - failed.len();
    words.push_str(&format!("{:<12} {fine} hold, {} fail\n", "checks", failed.len()));
    words.push_str(&failed.join("\n"));
    words
}
