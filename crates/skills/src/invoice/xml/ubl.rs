//! UBL 2.1 `Invoice` and `CreditNote` as EN 16931 binds them (CEN/TS 16931-3-2). What the standard
//! leaves out of UBL is not read.

use super::Refused;
use super::fields::{
    compact, complete, currency, decimal, is_credit, iso_date, malformed, mark, only_from,
};
use super::tree::Element;
use crate::invoice::{Adjustment, Invoice, Line, Party, ReadFrom, Tax};

const COMPONENTS: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const BASICS: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

pub(super) fn read(root: &Element) -> Result<Invoice, Refused> {
    only_from(root, &[&root.namespace, COMPONENTS, BASICS], "UBLExtensions")?;
    let credit = root.name == "CreditNote";
    let mut invoice = Invoice { read_from: ReadFrom::Ubl, ..Invoice::default() };
    invoice.profile = root.words("CustomizationID");
    let code = if credit { "CreditNoteTypeCode" } else { "InvoiceTypeCode" };
    invoice.credit_note = is_credit(root.words(code).as_deref())? || credit;
    invoice.number = root.words("ID");
    invoice.issue_date = iso_date(root, "IssueDate", "the date (BT-2)")?;
    invoice.due_date = iso_date(root, "DueDate", "the due date (BT-9)")?;
    if invoice.due_date.is_none() {
        let path = "PaymentMeans/PaymentDueDate";
        invoice.due_date = iso_date(root, path, "the due date (BT-9)")?;
    }
    invoice.currency = root.words("DocumentCurrencyCode").map(|c| currency(&c)).transpose()?;
    invoice.buyer_reference = root.words("BuyerReference");
    order_reference(root, &mut invoice);
    for earlier in root.each("BillingReference") {
        invoice.preceding.extend(earlier.words("InvoiceDocumentReference/ID"));
    }
    invoice.seller = party(root.at("AccountingSupplierParty/Party"));
    invoice.buyer = party(root.at("AccountingCustomerParty/Party"));
    invoice.terms = root.words("PaymentTerms/Note");
    for means in root.each("PaymentMeans") {
        let account = means.words("PayeeFinancialAccount/ID").map(|id| compact(&id));
        let known = account.as_ref().is_some_and(|account| invoice.ibans.contains(account));
        invoice.ibans.extend(account.filter(|_| !known));
        invoice.payment_reference = invoice.payment_reference.or_else(|| means.words("PaymentID"));
    }
    totals(root, &mut invoice)?;
    for adjustment in root.each("AllowanceCharge") {
        invoice.adjustments.extend(self::adjustment(adjustment)?);
    }
    for line in root.each(if credit { "CreditNoteLine" } else { "InvoiceLine" }) {
        invoice.lines.push(self::line(line)?);
    }
    mark_all(root, &mut invoice);
    complete(&invoice)?;
    Ok(invoice)
}

/// Where the seller's own order number is given, UBL demands some buyer's number: what stands there
/// for want of one is not a number.
fn order_reference(root: &Element, invoice: &mut Invoice) {
    const PLACEHOLDERS: [&str; 6] = ["na", "n/a", "n.a.", "none", "dummy", "dummywert"];
    let number = root.words("OrderReference/ID");
    let stands_in = number.as_ref().is_some_and(|number| {
        PLACEHOLDERS.contains(&number.to_lowercase().as_str())
            && root.at("OrderReference/SalesOrderID").is_some()
    });
    if stands_in {
        let number = number.unwrap_or_default();
        invoice.warnings.push(format!("the order number {number:?} stands in for none"));
    } else {
        invoice.order_reference = number;
    }
}

fn party(element: Option<&Element>) -> Party {
    let Some(element) = element else { return Party::default() };
    let trading = || element.words("PartyName/Name");
    let mut party = Party {
        name: element.words("PartyLegalEntity/RegistrationName").or_else(trading),
        registration: element.words("PartyLegalEntity/CompanyID"),
        email: element.words("Contact/ElectronicMail"),
        phone: element.words("Contact/Telephone"),
        postcode: element.words("PostalAddress/PostalZone"),
        city: element.words("PostalAddress/CityName"),
        country: element.words("PostalAddress/Country/IdentificationCode"),
        ..Party::default()
    };
    for scheme in element.each("PartyTaxScheme") {
        let is_vat = scheme.words("TaxScheme/ID").is_some_and(|id| id == "VAT");
        let number = scheme.words("CompanyID");
        if is_vat {
            party.vat_number = number.map(|number| compact(&number));
        } else {
            party.tax_number = number;
        }
    }
    // A creditor's number for direct debits stands here too (BT-90).
    let mut identifiers = element.each("PartyIdentification").filter_map(|one| one.child("ID"));
    let own = identifiers.find(|id| id.attribute("schemeID") != Some("SEPA"));
    party.identifier = own.map(|id| id.text.clone());
    if let Some(address) = element.child("PostalAddress") {
        let paths = ["StreetName", "AdditionalStreetName", "AddressLine/Line"];
        party.street = paths.iter().filter_map(|path| address.words(path)).collect();
    }
    party
}

fn totals(root: &Element, invoice: &mut Invoice) -> Result<(), Refused> {
    let Some(sums) = root.child("LegalMonetaryTotal") else {
        return Err(Refused::Missing { what: "the totals (BG-22)" });
    };
    invoice.lines_total = decimal(sums, "LineExtensionAmount", "the lines' total (BT-106)")?;
    invoice.allowances_total = decimal(sums, "AllowanceTotalAmount", "allowances (BT-107)")?;
    invoice.charges_total = decimal(sums, "ChargeTotalAmount", "charges (BT-108)")?;
    invoice.rounding = decimal(sums, "PayableRoundingAmount", "the rounding (BT-114)")?;
    invoice.net = decimal(sums, "TaxExclusiveAmount", "the net total (BT-109)")?;
    invoice.total = decimal(sums, "TaxInclusiveAmount", "the total with VAT (BT-112)")?;
    invoice.prepaid = decimal(sums, "PrepaidAmount", "what was paid (BT-113)")?;
    invoice.due = decimal(sums, "PayableAmount", "what is due (BT-115)")?;
    for total in root.each("TaxTotal") {
        let Some(amount) = decimal(total, "TaxAmount", "the VAT (BT-110)")? else { continue };
        let own = total.child("TaxAmount").and_then(|amount| amount.attribute("currencyID"));
        // A second total may be in the currency of accounting (BT-111).
        if own.is_some() && own != invoice.currency.as_deref() {
            continue;
        }
        invoice.tax = Some(amount);
        for part in total.each("TaxSubtotal") {
            invoice.taxes.push(Tax {
                category: part.words("TaxCategory/ID"),
                rate_percent: decimal(part, "TaxCategory/Percent", "a VAT rate (BT-119)")?,
                base: decimal(part, "TaxableAmount", "a base of VAT (BT-116)")?,
                amount: decimal(part, "TaxAmount", "VAT of a category (BT-117)")?,
            });
        }
    }
    Ok(())
}

fn adjustment(element: &Element) -> Result<Option<Adjustment>, Refused> {
    let is_charge = match element.words("ChargeIndicator").as_deref() {
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        other => return Err(malformed("whether something is a charge", other.unwrap_or(""))),
    };
    let amount = decimal(element, "Amount", "an allowance or charge")?;
    let amount = amount.ok_or(Refused::Missing { what: "the amount of an allowance (BT-92)" })?;
    Ok(Some(Adjustment {
        is_charge,
        amount,
        reason: element.words("AllowanceChargeReason"),
        category: element.words("TaxCategory/ID"),
        rate_percent: decimal(element, "TaxCategory/Percent", "a VAT rate (BT-96)")?,
    }))
}

fn line(element: &Element) -> Result<Line, Refused> {
    let invoiced = element.child("InvoicedQuantity").or_else(|| element.child("CreditedQuantity"));
    let quantity = invoiced.map_or("InvoicedQuantity", |quantity| quantity.name.as_str());
    let tax = "Item/ClassifiedTaxCategory";
    let mut line = Line {
        number: element.words("ID"),
        article: element.words("Item/SellersItemIdentification/ID"),
        name: element.words("Item/Name"),
        quantity: decimal(element, quantity, "a quantity (BT-129)")?,
        unit: invoiced.and_then(|one| one.attribute("unitCode")).map(str::to_owned),
        price: decimal(element, "Price/PriceAmount", "a price (BT-146)")?,
        price_base: decimal(element, "Price/BaseQuantity", "a base of a price (BT-149)")?,
        net: decimal(element, "LineExtensionAmount", "a line's total (BT-131)")?,
        category: element.words(&format!("{tax}/ID")),
        rate_percent: decimal(element, &format!("{tax}/Percent"), "a VAT rate (BT-152)")?,
        adjustments: Vec::new(),
    };
    for one in element.each("AllowanceCharge") {
        line.adjustments.extend(adjustment(one)?);
    }
    Ok(line)
}

fn mark_all(root: &Element, invoice: &mut Invoice) {
    let legal = "Party/PartyLegalEntity/RegistrationName";
    let name = |side: &str| {
        let whole = root.child(side)?;
        whole.at(legal).or_else(|| whole.at("Party/PartyName/Name"))
    };
    mark(invoice, "number", root.child("ID"));
    mark(invoice, "issue_date", root.child("IssueDate"));
    mark(invoice, "due_date", root.child("DueDate"));
    mark(invoice, "currency", root.child("DocumentCurrencyCode"));
    mark(invoice, "seller.name", name("AccountingSupplierParty"));
    mark(invoice, "buyer.name", name("AccountingCustomerParty"));
    mark(invoice, "ibans", root.at("PaymentMeans/PayeeFinancialAccount/ID"));
    mark(invoice, "net", root.at("LegalMonetaryTotal/TaxExclusiveAmount"));
    mark(invoice, "tax", root.at("TaxTotal/TaxAmount"));
    mark(invoice, "total", root.at("LegalMonetaryTotal/TaxInclusiveAmount"));
    mark(invoice, "due", root.at("LegalMonetaryTotal/PayableAmount"));
    mark(invoice, "order_reference", root.at("OrderReference/ID"));
}
