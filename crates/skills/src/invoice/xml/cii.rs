//! UN/CEFACT Cross Industry Invoice as EN 16931 binds it, with its older relatives of ZUGFeRD 1:
//! the same tree under other names. What the standard leaves out is not read.

use super::Refused;
use super::fields::{
    compact, complete, currency, decimal, is_credit, malformed, mark, only_from, own_decimal,
};
use super::tree::Element;
use crate::invoice::{Adjustment, Date, Invoice, Line, Party, ReadFrom, Tax};

/// Which of the relatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// D16B, as in Factur-X and XRechnung.
    D16b,
    /// ZUGFeRD 1.0.
    Zugferd1,
    /// The release candidate of ZUGFeRD 1, whose inner elements have no namespace.
    Candidate,
}

impl Flavour {
    /// By the outermost element.
    pub(super) fn of(root: &str, namespace: &str) -> Option<Self> {
        match (root, namespace) {
            ("CrossIndustryInvoice", D16B) => Some(Self::D16b),
            ("CrossIndustryDocument", ZUGFERD1) => Some(Self::Zugferd1),
            ("Invoice", CANDIDATE) => Some(Self::Candidate),
            _ => None,
        }
    }

    fn namespaces(self) -> &'static [&'static str] {
        match self {
            Self::D16b => &[
                D16B,
                "urn:un:unece:uncefact:data:standard:\
                 ReusableAggregateBusinessInformationEntity:100",
                "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
                "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
            ],
            Self::Zugferd1 => &[
                ZUGFERD1,
                "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12",
                "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15",
                "urn:un:unece:uncefact:data:standard:QualifiedDataType:12",
            ],
            Self::Candidate => &[CANDIDATE, ""],
        }
    }

    /// The name of a part in this relative.
    fn part(self, d16b: &'static str) -> &'static str {
        if self == Self::D16b {
            return d16b;
        }
        match d16b {
            "ExchangedDocument" => "HeaderExchangedDocument",
            "ExchangedDocumentContext" => "SpecifiedExchangedDocumentContext",
            "SupplyChainTradeTransaction" => "SpecifiedSupplyChainTradeTransaction",
            "ApplicableHeaderTradeAgreement" => "ApplicableSupplyChainTradeAgreement",
            "ApplicableHeaderTradeSettlement" => "ApplicableSupplyChainTradeSettlement",
            "SpecifiedLineTradeAgreement" => "SpecifiedSupplyChainTradeAgreement",
            "SpecifiedLineTradeDelivery" => "SpecifiedSupplyChainTradeDelivery",
            "SpecifiedLineTradeSettlement" => "SpecifiedSupplyChainTradeSettlement",
            "SpecifiedTradeSettlementHeaderMonetarySummation"
            | "SpecifiedTradeSettlementLineMonetarySummation" => {
                "SpecifiedTradeSettlementMonetarySummation"
            }
            "RateApplicablePercent" => "ApplicablePercent",
            "IssuerAssignedID" => "ID",
            other => other,
        }
    }
}

const D16B: &str = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";
const ZUGFERD1: &str = "urn:ferd:CrossIndustryDocument:invoice:1p0";
const CANDIDATE: &str = "urn:un:unece:uncefact:data:standard:CBFBUY:5";

pub(super) fn read(root: &Element, flavour: Flavour) -> Result<Invoice, Refused> {
    only_from(root, flavour.namespaces(), "")?;
    let read_from = if flavour == Flavour::D16b { ReadFrom::Cii } else { ReadFrom::Zugferd1 };
    let mut invoice = Invoice { read_from, ..Invoice::default() };
    invoice.profile = Some(profile(root, flavour)?);
    let part = |name| root.child(flavour.part(name));
    let document = part("ExchangedDocument");
    let document = document.ok_or(Refused::Missing { what: "the head of the document" })?;
    let deal = part("SupplyChainTradeTransaction");
    let deal = deal.ok_or(Refused::Missing { what: "the transaction" })?;
    let agreement = deal.child(flavour.part("ApplicableHeaderTradeAgreement"));
    let agreement = agreement.ok_or(Refused::Missing { what: "the agreement" })?;
    let settlement = deal.child(flavour.part("ApplicableHeaderTradeSettlement"));
    let settlement = settlement.ok_or(Refused::Missing { what: "the settlement" })?;
    invoice.credit_note = is_credit(document.words("TypeCode").as_deref())?;
    invoice.number = document.words("ID");
    invoice.issue_date = date(document, "IssueDateTime", "the date (BT-2)")?;
    invoice.buyer_reference = agreement.words("BuyerReference");
    let order = agreement.child("BuyerOrderReferencedDocument");
    invoice.order_reference = order.and_then(|o| o.words(flavour.part("IssuerAssignedID")));
    invoice.seller = party(agreement.child("SellerTradeParty"));
    invoice.buyer = party(agreement.child("BuyerTradeParty"));
    settle(settlement, flavour, &mut invoice)?;
    for line in deal.each("IncludedSupplyChainTradeLineItem") {
        // ZUGFeRD 1 has lines that are only remarks.
        if line.child("SpecifiedTradeProduct").is_some() {
            invoice.lines.push(self::line(line, flavour)?);
        }
    }
    mark_all(document, agreement, settlement, flavour, &mut invoice);
    complete(&invoice)?;
    Ok(invoice)
}

/// The profile of ZUGFeRD 1 must be one that it has; later ones may be of anybody's making.
fn profile(root: &Element, flavour: Flavour) -> Result<String, Refused> {
    let path = "GuidelineSpecifiedDocumentContextParameter/ID";
    let context = root.child(flavour.part("ExchangedDocumentContext"));
    let Some(profile) = context.and_then(|context| context.words(path)) else {
        return Err(Refused::Missing { what: "the profile (BT-24)" });
    };
    let lower = profile.to_lowercase();
    let known = match flavour {
        Flavour::D16b => true,
        Flavour::Zugferd1 | Flavour::Candidate => {
            ["urn:ferd:crossindustrydocument:invoice:1p0:", "urn:ferd:invoice:rc:"]
                .iter()
                .filter_map(|start| lower.strip_prefix(start))
                .any(|level| matches!(level, "basic" | "comfort" | "extended"))
        }
    };
    if known { Ok(profile) } else { Err(Refused::UnknownProfile { profile }) }
}

/// A day in the format 102, `20260331`; the only one that EN 16931 knows.
fn date(element: &Element, path: &str, what: &'static str) -> Result<Option<Date>, Refused> {
    let Some(outer) = element.at(path) else { return Ok(None) };
    let inner = outer.child("DateTimeString").unwrap_or(outer);
    if inner.text.is_empty() {
        return Ok(None);
    }
    let part = |from: usize, to: usize| inner.text.get(from..to)?.parse::<u16>().ok();
    let small = |from, to| part(from, to).and_then(|number| u8::try_from(number).ok());
    let day = match (part(0, 4), small(4, 6), small(6, 8)) {
        (Some(year), Some(month), Some(day)) => Date::new(year, month, day),
        _ => None,
    };
    match (inner.attribute("format"), day) {
        (Some("102"), Some(day)) if inner.text.len() == 8 => Ok(Some(day)),
        (format, _) => {
            let format = format.unwrap_or("none");
            Err(malformed(what, &format!("{} in the format {format}", inner.text)))
        }
    }
}

fn party(element: Option<&Element>) -> Party {
    let Some(element) = element else { return Party::default() };
    let mut party = Party {
        name: element.words("Name"),
        registration: element.words("SpecifiedLegalOrganization/ID"),
        identifier: element.words("GlobalID").or_else(|| element.words("ID")),
        email: element.words("DefinedTradeContact/EmailURIUniversalCommunication/URIID"),
        phone: element.words("DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber"),
        postcode: element.words("PostalTradeAddress/PostcodeCode"),
        city: element.words("PostalTradeAddress/CityName"),
        country: element.words("PostalTradeAddress/CountryID"),
        ..Party::default()
    };
    for registration in element.each("SpecifiedTaxRegistration") {
        let Some(id) = registration.child("ID").filter(|id| !id.text.is_empty()) else { continue };
        match id.attribute("schemeID") {
            Some("VA") => party.vat_number = Some(compact(&id.text)),
            _ => party.tax_number = Some(id.text.clone()),
        }
    }
    if let Some(address) = element.child("PostalTradeAddress") {
        let names = ["LineOne", "LineTwo", "LineThree"];
        party.street = names.iter().filter_map(|name| address.words(name)).collect();
    }
    party
}

fn settle(element: &Element, flavour: Flavour, invoice: &mut Invoice) -> Result<(), Refused> {
    invoice.currency =
        element.words("InvoiceCurrencyCode").map(|code| currency(&code)).transpose()?;
    invoice.payment_reference = element.words("PaymentReference");
    for earlier in element.each("InvoiceReferencedDocument") {
        invoice.preceding.extend(earlier.words(flavour.part("IssuerAssignedID")));
    }
    for means in element.each("SpecifiedTradeSettlementPaymentMeans") {
        let account = means.child("PayeePartyCreditorFinancialAccount");
        let iban = account.and_then(|account| account.words("IBANID"));
        let iban = iban.map(|iban| compact(&iban)).filter(|iban| !invoice.ibans.contains(iban));
        invoice.ibans.extend(iban);
    }
    for terms in element.each("SpecifiedTradePaymentTerms") {
        let due = date(terms, "DueDateDateTime", "the due date (BT-9)")?;
        invoice.due_date = invoice.due_date.or(due);
        invoice.terms = invoice.terms.take().or_else(|| terms.words("Description"));
    }
    for one in element.each("ApplicableTradeTax") {
        invoice.taxes.push(Tax {
            category: one.words("CategoryCode"),
            rate_percent: rate(one, flavour)?,
            base: decimal(one, "BasisAmount", "a base of VAT (BT-116)")?,
            amount: decimal(one, "CalculatedAmount", "VAT of a category (BT-117)")?,
        });
    }
    for one in element.each("SpecifiedTradeAllowanceCharge") {
        invoice.adjustments.push(adjustment(one, flavour)?);
    }
    for one in element.each("SpecifiedLogisticsServiceCharge") {
        let amount = decimal(one, "AppliedAmount", "a charge (BT-99)")?.unwrap_or_default();
        let reason = one.words("Description");
        let tax = one.child("AppliedTradeTax");
        let rate_percent = tax.map(|tax| rate(tax, flavour)).transpose()?.flatten();
        let category = tax.and_then(|tax| tax.words("CategoryCode"));
        let charge = Adjustment { is_charge: true, amount, reason, category, rate_percent };
        invoice.adjustments.push(charge);
    }
    sums(element, flavour, invoice)?;
    if invoice.currency.is_none() {
        let total = element.child(flavour.part("SpecifiedTradeSettlementHeaderMonetarySummation"));
        let total = total.and_then(|sums| sums.child("GrandTotalAmount"));
        let named = total.and_then(|total| total.attribute("currencyID"));
        if let Some(code) = named.filter(|_| flavour != Flavour::D16b) {
            invoice.currency = Some(currency(code)?);
            invoice.warnings.push(format!("the currency is only named by the total: {code}"));
        }
    }
    Ok(())
}

fn sums(element: &Element, flavour: Flavour, invoice: &mut Invoice) -> Result<(), Refused> {
    let sums = element.child(flavour.part("SpecifiedTradeSettlementHeaderMonetarySummation"));
    let sums = sums.ok_or(Refused::Missing { what: "the totals (BG-22)" })?;
    invoice.lines_total = decimal(sums, "LineTotalAmount", "the lines' total (BT-106)")?;
    invoice.allowances_total = decimal(sums, "AllowanceTotalAmount", "allowances (BT-107)")?;
    invoice.charges_total = decimal(sums, "ChargeTotalAmount", "charges (BT-108)")?;
    invoice.rounding = decimal(sums, "RoundingAmount", "the rounding (BT-114)")?;
    invoice.net = decimal(sums, "TaxBasisTotalAmount", "the net total (BT-109)")?;
    invoice.total = decimal(sums, "GrandTotalAmount", "the total with VAT (BT-112)")?;
    invoice.prepaid = decimal(sums, "TotalPrepaidAmount", "what was paid (BT-113)")?;
    invoice.due = decimal(sums, "DuePayableAmount", "what is due (BT-115)")?;
    // A second total may be in the currency of accounting (BT-111).
    let own = |tax: &&Element| {
        let named = tax.attribute("currencyID");
        named.is_none() || named == invoice.currency.as_deref()
    };
    let tax = sums.each("TaxTotalAmount").find(own);
    invoice.tax = tax.map(|tax| own_decimal(tax, "the VAT (BT-110)")).transpose()?.flatten();
    Ok(())
}

fn rate(element: &Element, flavour: Flavour) -> Result<Option<crate::invoice::Decimal>, Refused> {
    decimal(element, flavour.part("RateApplicablePercent"), "a VAT rate (BT-119)")
}

fn adjustment(element: &Element, flavour: Flavour) -> Result<Adjustment, Refused> {
    let indicator = element.child("ChargeIndicator");
    let indicator = indicator.map(|outer| outer.child("Indicator").unwrap_or(outer));
    let is_charge = match indicator.map(|indicator| indicator.text.as_str()) {
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        other => return Err(malformed("whether something is a charge", other.unwrap_or(""))),
    };
    let amount = decimal(element, "ActualAmount", "an allowance or charge")?;
    let amount = amount.ok_or(Refused::Missing { what: "the amount of an allowance (BT-92)" })?;
    let tax = element.child("CategoryTradeTax");
    let category = tax.and_then(|tax| tax.words("CategoryCode"));
    let rate_percent = tax.map(|tax| rate(tax, flavour)).transpose()?.flatten();
    Ok(Adjustment { is_charge, amount, reason: element.words("Reason"), category, rate_percent })
}

fn line(element: &Element, flavour: Flavour) -> Result<Line, Refused> {
    let part = |name| element.child(flavour.part(name));
    let product = part("SpecifiedTradeProduct");
    let delivery = part("SpecifiedLineTradeDelivery");
    let mut line = Line {
        number: element.words("AssociatedDocumentLineDocument/LineID"),
        article: product.and_then(|product| product.words("SellerAssignedID")),
        name: product.and_then(|product| product.words("Name")),
        ..Line::default()
    };
    if let Some(delivery) = delivery {
        line.quantity = decimal(delivery, "BilledQuantity", "a quantity (BT-129)")?;
        let unit = delivery.child("BilledQuantity").and_then(|one| one.attribute("unitCode"));
        line.unit = unit.map(str::to_owned);
    }
    let price = part("SpecifiedLineTradeAgreement");
    if let Some(price) = price.and_then(|price| price.child("NetPriceProductTradePrice")) {
        line.price = decimal(price, "ChargeAmount", "a price (BT-146)")?;
        line.price_base = decimal(price, "BasisQuantity", "a base of a price (BT-149)")?;
    }
    if let Some(settled) = part("SpecifiedLineTradeSettlement") {
        if let Some(tax) = settled.child("ApplicableTradeTax") {
            line.category = tax.words("CategoryCode");
            line.rate_percent = rate(tax, flavour)?;
        }
        for one in settled.each("SpecifiedTradeAllowanceCharge") {
            line.adjustments.push(adjustment(one, flavour)?);
        }
        let sums = flavour.part("SpecifiedTradeSettlementLineMonetarySummation");
        let path = format!("{sums}/LineTotalAmount");
        line.net = decimal(settled, &path, "a line's total (BT-131)")?;
    }
    Ok(line)
}

fn mark_all(
    document: &Element,
    agreement: &Element,
    settlement: &Element,
    flavour: Flavour,
    invoice: &mut Invoice,
) {
    let sums = settlement.child(flavour.part("SpecifiedTradeSettlementHeaderMonetarySummation"));
    let sum = |name: &str| sums.and_then(|sums| sums.child(name));
    let day = |outer: Option<&Element>| {
        let outer = outer?;
        let text = outer.child("DateTimeString").unwrap_or(outer).text.clone();
        Some(Element { bytes: outer.bytes, text, ..Element::default() })
    };
    mark(invoice, "number", document.child("ID"));
    mark(invoice, "issue_date", day(document.child("IssueDateTime")).as_ref());
    let due = settlement.at("SpecifiedTradePaymentTerms/DueDateDateTime");
    mark(invoice, "due_date", day(due).as_ref());
    mark(invoice, "currency", settlement.child("InvoiceCurrencyCode"));
    mark(invoice, "seller.name", agreement.at("SellerTradeParty/Name"));
    mark(invoice, "buyer.name", agreement.at("BuyerTradeParty/Name"));
    let means = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID";
    mark(invoice, "ibans", settlement.at(means));
    mark(invoice, "net", sum("TaxBasisTotalAmount"));
    mark(invoice, "tax", sum("TaxTotalAmount"));
    mark(invoice, "total", sum("GrandTotalAmount"));
    mark(invoice, "due", sum("DuePayableAmount"));
}
