//! The arithmetic of EN 16931 and a few plain checks beside it: accounts, days. It changes no field
//! and compares only what the document says itself.

use super::{Adjustment, Check, Decimal, Invoice, ReadFrom, Tax, is_iban};

/// Checks an invoice and keeps what came of it.
pub(super) fn check(invoice: &mut Invoice) {
    let mut checks = Vec::new();
    sums(invoice, &mut checks);
    taxes(invoice, &mut checks);
    lines(invoice, &mut checks);
    if invoice.read_from != ReadFrom::Page {
        formal(invoice, &mut checks);
    }
    days(invoice, &mut checks);
    for iban in &invoice.ibans {
        let ok = is_iban(iban);
        let says = format!("{iban}: the checksum {}", if ok { "holds" } else { "fails" });
        checks.push(Check { rule: "iban".to_owned(), ok, says });
    }
    invoice.checks = checks;
}

/// Notes whether two figures are the same, or closer than `less_than`.
fn same(
    checks: &mut Vec<Check>,
    rule: &str,
    (what, said): (&str, Decimal),
    (from, computed): (&str, Decimal),
    less_than: Decimal,
) {
    let ok = said == computed || (said - computed).abs() < less_than;
    let sign = if ok { "=" } else { "≠" };
    let (said, computed) = (said.normalize(), computed.normalize());
    let says = format!("{what} {said} {sign} {from} {computed}");
    checks.push(Check { rule: rule.to_owned(), ok, says });
}

fn sums(invoice: &Invoice, checks: &mut Vec<Check>) {
    let zero = Decimal::ZERO;
    let or_zero = |amount: Option<Decimal>| amount.unwrap_or(zero);
    let mut equal = |rule, said: (&str, Option<Decimal>), computed: (&str, Option<Decimal>)| {
        if let (Some(said_amount), Some(computed_amount)) = (said.1, computed.1) {
            same(checks, rule, (said.0, said_amount), (computed.0, computed_amount), zero);
        }
    };
    let line_sum = sum(invoice.lines.iter().map(|line| line.net));
    let adjusted = |charge: bool| {
        let of_kind = invoice.adjustments.iter().filter(|one| one.is_charge == charge);
        sum(of_kind.map(|one| Some(one.amount))).or(Some(zero))
    };
    let lines = ("sum of the lines", invoice.lines_total);
    equal("BR-CO-10", lines, ("lines", line_sum));
    equal("BR-CO-11", ("allowances", invoice.allowances_total), ("each", adjusted(false)));
    equal("BR-CO-12", ("charges", invoice.charges_total), ("each", adjusted(true)));
    let net = invoice
        .lines_total
        .map(|lines| lines - or_zero(invoice.allowances_total) + or_zero(invoice.charges_total));
    equal("BR-CO-13", ("net", invoice.net), ("lines − allowances + charges", net));
    let tax_sum = sum(invoice.taxes.iter().map(|tax| tax.amount));
    equal("BR-CO-14", ("VAT", invoice.tax), ("VAT by category", tax_sum));
    let total = invoice.net.map(|net| net + or_zero(invoice.tax));
    equal("BR-CO-15", ("total", invoice.total), ("net + VAT", total));
    let due =
        invoice.total.map(|total| total - or_zero(invoice.prepaid) + or_zero(invoice.rounding));
    equal("BR-CO-16", ("due", invoice.due), ("total − paid + rounding", due));
}

/// The sum, if there is anything and every part is known.
fn sum(parts: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    let parts: Option<Vec<Decimal>> = parts.collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.iter().sum())
}

/// VAT of each category. The published rules allow a difference below one unit of currency; a
/// difference above a cent is noted beside them.
fn taxes(invoice: &Invoice, checks: &mut Vec<Check>) {
    for tax in &invoice.taxes {
        let (Some(base), Some(amount), rate) = (tax.base, tax.amount, tax.rate_percent) else {
            continue;
        };
        let rate = rate.unwrap_or(Decimal::ZERO);
        let computed = (base * rate / Decimal::ONE_HUNDRED)
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        let from = format!("{rate} % of {}", base.normalize());
        let (said, computed) = (("VAT", amount), (from.as_str(), computed));
        same(checks, "BR-CO-17", said, computed, Decimal::ONE);
        same(checks, "vat_to_the_cent", said, computed, Decimal::new(2, 2));
        if invoice.read_from != ReadFrom::Page {
            base_of(invoice, tax, base, checks);
        }
    }
}

/// The base of a category is what its lines, charges and allowances come to (BR-S-08 and kin).
fn base_of(invoice: &Invoice, tax: &Tax, base: Decimal, checks: &mut Vec<Check>) {
    let complete = !invoice.lines.is_empty()
        && invoice.lines.iter().all(|line| line.net.is_some() && line.category.is_some());
    let Some(category) = tax.category.as_deref().filter(|_| complete) else { return };
    let rate = |rate: Option<Decimal>| rate.unwrap_or(Decimal::ZERO);
    let mine = |own: &Option<String>, own_rate| {
        own.as_deref() == Some(category) && rate(own_rate) == rate(tax.rate_percent)
    };
    let lines = invoice.lines.iter().filter(|line| mine(&line.category, line.rate_percent));
    let signed = |one: &Adjustment| if one.is_charge { one.amount } else { -one.amount };
    let adjusted = invoice.adjustments.iter().filter(|one| mine(&one.category, one.rate_percent));
    let whole = lines.filter_map(|line| line.net).chain(adjusted.map(signed)).sum();
    let short = if category == "K" { "IC" } else { category };
    let rule = format!("BR-{short}-08");
    same(checks, &rule, ("base", base), ("its lines and adjustments", whole), Decimal::ONE);
}

fn lines(invoice: &Invoice, checks: &mut Vec<Check>) {
    for (at, line) in invoice.lines.iter().enumerate() {
        let (Some(quantity), Some(price), Some(net)) = (line.quantity, line.price, line.net) else {
            continue;
        };
        let base = line.price_base.filter(|base| !base.is_zero()).unwrap_or(Decimal::ONE);
        let signed = |one: &Adjustment| if one.is_charge { one.amount } else { -one.amount };
        let adjusted: Decimal = line.adjustments.iter().map(signed).sum();
        let Some(computed) = quantity.checked_mul(price).map(|whole| whole / base + adjusted)
        else {
            continue;
        };
        let what = format!("line {}", at + 1);
        let computed = computed.round_dp(2);
        let said = (what.as_str(), net);
        same(checks, "line_total", said, ("quantity × price", computed), Decimal::new(2, 2));
    }
}

/// What a structured document must hold beyond its sums.
fn formal(invoice: &Invoice, checks: &mut Vec<Check>) {
    let mut rule = |rule: &str, ok: bool, says: &str| {
        checks.push(Check { rule: rule.to_owned(), ok, says: says.to_owned() });
    };
    let profile = invoice.profile.as_deref().unwrap_or("").to_lowercase();
    // Two profiles of Factur-X leave the lines out.
    if !profile.contains(":minimum") && !profile.contains(":basicwl") {
        rule("BR-16", !invoice.lines.is_empty(), "there is at least one line");
        rule("BR-13", invoice.net.is_some(), "there is a net total");
        rule("BR-CO-18", !invoice.taxes.is_empty(), "VAT is given by category");
        let owed = invoice.due.is_some_and(|due| due > Decimal::ZERO);
        let told = invoice.due_date.is_some() || invoice.terms.is_some();
        let says = "what is due has a due date or terms";
        rule("BR-CO-25", !owed || told || invoice.credit_note, says);
    }
    rule("BR-15", invoice.due.is_some(), "there is an amount due");
    let totals = [
        ("BR-DEC-12", "net", invoice.net),
        ("BR-DEC-13", "VAT", invoice.tax),
        ("BR-DEC-14", "total", invoice.total),
        ("BR-DEC-18", "due", invoice.due),
    ];
    for (name, what, amount) in totals {
        let fine = amount.is_none_or(|amount| amount.normalize().scale() <= 2);
        rule(name, fine, &format!("{what} has at most two decimals"));
    }
    for (name, number) in
        [("seller", &invoice.seller.vat_number), ("buyer", &invoice.buyer.vat_number)]
    {
        if let Some(number) = number {
            let begins = number.get(..2).is_some_and(|c| c.bytes().all(|b| b.is_ascii_uppercase()));
            rule("BR-CO-09", begins, &format!("the {name}'s VAT number begins with a country"));
        }
    }
}

fn days(invoice: &Invoice, checks: &mut Vec<Check>) {
    let Some(issued) = invoice.issue_date else { return };
    let mut rule = |ok: bool, says: String| {
        checks.push(Check { rule: "dates".to_owned(), ok, says });
    };
    rule((1990..2100).contains(&issued.year()), format!("issued on {issued}"));
    if let Some(due) = invoice.due_date {
        let days = issued.days_until(due);
        rule((0..=370).contains(&days), format!("due {days} days after it was issued"));
    }
}
