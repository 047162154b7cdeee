//! Net, VAT and total of a page. Labels propose, arithmetic chooses: a total that is some labelled
//! net plus some labelled VAT beats one that is only labelled.

mod tax;

use super::Reading;
use super::amount::Amount;
use super::claims::{Claim, above, in_cell, in_row};
use super::label::plain_text;
use super::phrases::Kind;
use super::sheet::{Place, Sheet};
use crate::invoice::Decimal;

/// How many lines above an amount the head of its column may stand.
const COLUMN_LINES_MAX: f32 = 45.0;
/// More VAT than this share of the net is none.
const TAX_PERCENT_MAX: i64 = 40;
/// Different values that are tried against each other at most.
const VALUES_MAX: usize = 160;

/// An amount with what it may be.
#[derive(Debug, Clone)]
struct Claimed {
    value: Decimal,
    place: Place,
    total: f32,
    due: f32,
    net: f32,
    tax: f32,
    paid: f32,
    /// How often the value stands on the pages.
    count: usize,
}

/// A total with what supports it.
#[derive(Debug, Clone)]
struct Choice {
    total: Claimed,
    parts: Option<(Claimed, Claimed)>,
    score: f32,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    let mut all: Vec<Claimed> =
        sheet.amounts.iter().filter_map(|amount| claimed(sheet, amount)).collect();
    count_values(&mut all);
    reading.invoice.taxes = tax::by_rate(sheet);
    all.extend(sum_of_taxes(sheet, &all));
    let Some(choice) = choose(reading, &all) else { return };
    let total = &choice.total;
    let arithmetic = if choice.parts.is_some() { 0.4 } else { 0.15 };
    reading.invoice.total = Some(total.value);
    reading.mark("total", total.place, total.total.max(total.due) * 0.55 + arithmetic);
    match &choice.parts {
        Some((net, tax)) => {
            reading.invoice.net = Some(net.value);
            reading.invoice.tax = Some(tax.value);
            reading.mark("net", net.place, net.net * 0.5 + 0.45);
            reading.mark("tax", tax.place, tax.tax * 0.5 + 0.45);
        }
        None => alone(reading, &all, total.value),
    }
    let other = |score: fn(&Claimed) -> f32| {
        let found = all.iter().filter(|one| score(one) > 0.5);
        found.max_by(|a, b| score(a).total_cmp(&score(b)))
    };
    if let Some(due) = other(|one| one.due) {
        reading.invoice.due = Some(due.value);
        reading.mark("due", due.place, due.due * 0.9);
    }
    let paid = other(|one| one.paid)
        .filter(|paid| reading.invoice.due.is_some_and(|due| total.value - paid.value == due));
    if let Some(paid) = paid {
        reading.invoice.prepaid = Some(paid.value);
        reading.mark("prepaid", paid.place, paid.paid * 0.9);
    } else if reading.invoice.due != reading.invoice.total {
        // Something between total and due is not understood.
        reading.invoice.due = None;
        reading.invoice.spans.remove("due");
    }
}

/// Net and VAT where they do not add up to the total: only where a label is plain.
fn alone(reading: &mut Reading<'_>, all: &[Claimed], total: Decimal) {
    let within = |one: &&Claimed| one.value.abs() <= total.abs();
    let best = |score: fn(&Claimed) -> f32| {
        let found = all.iter().filter(|one| score(one) > 0.75).filter(within);
        found.max_by(|a, b| score(a).total_cmp(&score(b)))
    };
    if let Some(net) = best(|one| one.net) {
        reading.invoice.net = Some(net.value);
        reading.mark("net", net.place, net.net * 0.6);
    }
    let tax = best(|one| one.tax).filter(|tax| tax.value.abs() < total.abs());
    let fits = |tax: &&Claimed| reading.invoice.net.is_none_or(|net| net + tax.value == total);
    if let Some(tax) = tax.filter(fits) {
        reading.invoice.tax = Some(tax.value);
        reading.mark("tax", tax.place, tax.tax * 0.6);
    }
}

fn is_sum(kind: Kind) -> bool {
    matches!(kind, Kind::Total | Kind::Due | Kind::Net | Kind::Tax | Kind::Paid | Kind::OtherAmount)
}

/// Also heads of columns that say what an amount is not.
fn is_head(kind: Kind) -> bool {
    is_sum(kind) || matches!(kind, Kind::LineTotal | Kind::Price | Kind::Quantity | Kind::Discount)
}

fn claimed(sheet: &Sheet, amount: &Amount) -> Option<Claimed> {
    let place = amount.place;
    let mut one = Claimed {
        value: amount.value,
        place,
        total: 0.0,
        due: 0.0,
        net: 0.0,
        tax: 0.0,
        paid: 0.0,
        count: 1,
    };
    if amount.is_percent {
        return None;
    }
    let row = in_cell(sheet, place, is_sum).or_else(|| in_row(sheet, place, false, is_sum));
    let in_row: Vec<&Amount> = sheet
        .amounts
        .iter()
        .filter(|other| other.place.row == place.row && other.is_money())
        .collect();
    let is_last = in_row.last().is_none_or(|last| last.place <= place);
    let column = above(sheet, place, COLUMN_LINES_MAX, is_head);
    let several = in_row.len() > 1;
    let worth = if amount.is_money() { 1.0 } else { 0.55 };
    match (row, column) {
        // A row of totals under heads of columns.
        (Some(row), Some(column))
            if several
                && row.label.kind == Kind::Total
                && is_sum(column.label.kind)
                && !is_own(sheet, &row, place) =>
        {
            one.give(&column, 0.9 * worth);
        }
        (Some(row), _) => {
            let base = ends_in_base(sheet.before(place));
            let last = if is_last { 1.0 } else { 0.55 };
            one.give(&row, row.closeness * worth * last * if base { 0.3 } else { 1.0 });
        }
        (None, Some(column)) => {
            let lowest = !sheet.amounts.iter().any(|other| {
                other.place.row > place.row
                    && other.is_money()
                    && above(sheet, other.place, COLUMN_LINES_MAX, is_head)
                        .is_some_and(|c| c.label.place == column.label.place)
            });
            one.give(&column, if lowest { 0.65 } else { 0.35 } * worth);
        }
        (None, None) => {}
    }
    suffix(sheet, &mut one);
    let known = one.total + one.due + one.net + one.tax + one.paid > 0.0;
    (amount.is_money() || known && amount.decimals == 0).then_some(one)
}

/// Whether a label in the midst of a row stands right before the amount and so is its own.
fn is_own(sheet: &Sheet, row: &Claim, place: Place) -> bool {
    let label = row.label.place;
    let of_row = || sheet.amounts.iter().filter(|other| other.place.row == place.row);
    let between = of_row().any(|other| other.place < place && other.place > label);
    !between && of_row().any(|other| other.place < label && other.is_money())
}

impl Claimed {
    fn give(&mut self, claim: &Claim, worth: f32) {
        let score = claim.label.strength * worth;
        match claim.label.kind {
            Kind::Total => self.total = score,
            Kind::LineTotal => self.total = score * 0.6,
            Kind::Due => self.due = score,
            Kind::Net => self.net = score,
            Kind::Tax => self.tax = score,
            Kind::Paid => self.paid = score,
            _ => {}
        }
    }
}

/// "19 % of 100.00": the base, not the VAT.
fn ends_in_base(before: &str) -> bool {
    let bare = before.trim_end_matches(|c: char| !c.is_alphabetic());
    let word = bare.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
    matches!(
        word.as_str(),
        "on" | "of"
            | "von"
            | "auf"
            | "sur"
            | "over"
            | "sobre"
            | "su"
            | "aus"
            | "de"
            | "base"
            | "basis"
    )
}

/// "29.99 € TTC", "24.99 HT".
fn suffix(sheet: &Sheet, one: &mut Claimed) {
    let after = plain_text(sheet.after(one.place));
    let after = ["eur", "chf"].iter().find_map(|code| after.strip_prefix(code)).unwrap_or(&after);
    if after.starts_with("ttc") {
        one.total = one.total.max(0.6);
    } else if after == "ht" {
        one.net = one.net.max(0.6);
    }
}

fn count_values(all: &mut [Claimed]) {
    let values: Vec<Decimal> = all.iter().map(|one| one.value).collect();
    for one in all {
        one.count = values.iter().filter(|value| **value == one.value).count();
    }
}

/// VAT in several rows as one: what the last amounts of rows of VAT come to.
fn sum_of_taxes(sheet: &Sheet, all: &[Claimed]) -> Vec<Claimed> {
    let mut rows: Vec<&Claimed> = Vec::new();
    for one in all.iter().filter(|one| one.tax > 0.5) {
        match rows.last_mut() {
            Some(last) if last.place.row == one.place.row => *last = one,
            _ => rows.push(one),
        }
    }
    let mut sums = Vec::new();
    // Neighbouring rows of VAT belong together; a row that only repeats the sum does not.
    for group in rows.chunk_by(|a, b| {
        b.place.row - a.place.row <= 3 && sheet.page(a.place) == sheet.page(b.place)
    }) {
        let sum: Decimal = group.iter().map(|one| one.value).sum();
        if let (Some(last), true) = (group.last(), group.len() > 1) {
            sums.push(Claimed {
                value: sum,
                tax: 0.75,
                total: 0.0,
                net: 0.0,
                due: 0.0,
                ..(*last).clone()
            });
        }
    }
    sums
}

fn choose(reading: &mut Reading<'_>, all: &[Claimed]) -> Option<Choice> {
    let largest = all.iter().filter(|one| one.paid == 0.0).map(|one| one.value.abs()).max()?;
    let rates: Vec<Decimal> = reading
        .sheet
        .amounts
        .iter()
        .filter(|amount| amount.is_percent)
        .map(|amount| amount.value)
        .collect();
    let mut choices: Vec<Choice> = Vec::new();
    let mut ranked: Vec<&Claimed> = all.iter().collect();
    ranked.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
    ranked.truncate(VALUES_MAX);
    for total in
        ranked.iter().filter(|one| one.total.max(one.due) > 0.1 || one.value.abs() == largest)
    {
        let mut score = total.total.max(total.due * 0.9);
        let unclaimed_alone = score < 0.1;
        score += if total.value.abs() == largest { 0.25 } else { 0.0 };
        let again = total.count.saturating_sub(1).min(3);
        score += [0.0, 0.06, 0.1, 0.12].get(again).copied().unwrap_or(0.12);
        let parts = parts(total, &ranked, &rates);
        if let Some((_, _, worth)) = &parts {
            score += worth.min(1.3);
        }
        if total.value.is_zero() {
            score -= 0.3;
        }
        if unclaimed_alone && parts.is_none() {
            score -= 0.2;
        }
        let parts = parts.map(|(net, tax, _)| (net, tax));
        choices.push(Choice { total: (*total).clone(), parts, score });
    }
    choices.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = choices.first()?.clone();
    let rival = choices.iter().find(|other| other.total.value != best.total.value);
    if let Some(rival) = rival.filter(|rival| best.score - rival.score < 0.12) {
        let (one, other) = (best.total.value, rival.total.value);
        reading.warn(format!("the total is read as {one}; it could be {other}"));
    }
    if best.total.total.max(best.total.due) < 0.1 {
        reading.warn("no label says which amount is the total".to_owned());
    }
    Some(best)
}

fn strength(one: &Claimed) -> f32 {
    one.total.max(one.due).max(one.net).max(one.tax)
}

/// The net and the VAT that make up a total, with what they are worth.
fn parts(total: &Claimed, all: &[&Claimed], rates: &[Decimal]) -> Option<(Claimed, Claimed, f32)> {
    let mut best: Option<(Claimed, Claimed, f32)> = None;
    for net in all.iter().filter(|net| net.place != total.place || net.net > 0.3) {
        let rest = total.value - net.value;
        let fits = net.value.abs() <= total.value.abs()
            && !net.value.is_zero()
            && net.value.is_sign_negative() == total.value.is_sign_negative()
            // No country takes as much as this of the net.
            && rest.abs() * Decimal::from(100) <= net.value.abs() * Decimal::from(TAX_PERCENT_MAX);
        if !fits {
            continue;
        }
        for tax in all.iter().filter(|tax| tax.value == rest) {
            let labelled = net.net + tax.tax;
            // Zero VAT needs a label of its own.
            if labelled < 0.5 || rest.is_zero() && tax.tax < 0.5 {
                continue;
            }
            let rated = rates.iter().any(|rate| {
                let share = (net.value * *rate / Decimal::ONE_HUNDRED).round_dp(2);
                (share - rest).abs() <= Decimal::new(1, 2) && !rest.is_zero()
            });
            let worth = 0.55 * net.net + 0.55 * tax.tax + if rated { 0.25 } else { 0.0 };
            if best.as_ref().is_none_or(|(_, _, known)| worth > *known) {
                best = Some(((*net).clone(), (*tax).clone(), worth));
            }
        }
    }
    best.or_else(|| included(total, all, rates))
}

/// VAT that is said to be within a total: what a printed rate makes of it. The net is then what is
/// left, though it is not printed.
fn included(
    total: &Claimed,
    all: &[&Claimed],
    rates: &[Decimal],
) -> Option<(Claimed, Claimed, f32)> {
    let within = |tax: &Claimed, rate: &Decimal| {
        let share = total.value * *rate / (Decimal::ONE_HUNDRED + *rate);
        (share.round_dp(2).abs() - tax.value.abs()).abs() <= Decimal::new(1, 2)
    };
    let tax = all.iter().filter(|tax| tax.tax > 0.5 && !tax.value.is_zero());
    let tax = tax.filter(|tax| rates.iter().any(|rate| !rate.is_zero() && within(tax, rate)));
    let mut tax = (*tax.max_by(|a, b| a.tax.total_cmp(&b.tax))?).clone();
    if tax.value.is_sign_negative() != total.value.is_sign_negative() {
        tax.value = -tax.value;
    }
    let net = Claimed { value: total.value - tax.value, net: 0.0, tax: 0.0, ..tax.clone() };
    let worth = 0.55 * tax.tax + 0.25;
    Some((net, tax, worth))
}
