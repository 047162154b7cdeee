//! The day of issue and the day it is due, by labels; and whether `03/04/2026` is in March or in
//! April, by what else is on the page. Terms in words ("30 days net") are not computed.

use super::Reading;
use super::claims::{Claim, above, caption, in_cell, in_row};
use super::day::Day;
use super::label::plain_text;
use super::phrases::Kind;
use super::sheet::{Place, Sheet};
use crate::invoice::Date;

/// A day with what it is said to be.
struct Claimed<'a> {
    day: &'a Day,
    issue: f32,
    due: f32,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    let claimed: Vec<Claimed<'_>> = sheet.days.iter().map(|day| claimed(sheet, day)).collect();
    let best = |score: fn(&Claimed<'_>) -> f32| {
        let mut best: Option<&Claimed<'_>> = None;
        for one in &claimed {
            if score(one) > 0.3 && best.is_none_or(|best| score(one) > score(best) + 0.001) {
                best = Some(one);
            }
        }
        best
    };
    let issue = best(|one| one.issue).or_else(|| unlabelled(sheet, &claimed));
    let due = best(|one| one.due);
    let order = order(reading, issue.map(|one| one.day), due.map(|one| one.day));
    let read = |day: &Day| match (order.month_first, day.month_first) {
        (true, Some(date)) => date,
        _ => day.date,
    };
    if let Some(one) = issue {
        reading.invoice.issue_date = Some(read(one.day));
        let doubt = if order.is_guess && one.day.month_first.is_some() { 0.5 } else { 1.0 };
        reading.mark("issue_date", one.day.place, one.issue.max(0.3) * 0.97 * doubt);
        if one.issue < 0.45 {
            reading.warn("no label says that this is the date of the invoice".to_owned());
        }
    }
    if let Some(one) = due {
        reading.invoice.due_date = Some(read(one.day));
        reading.mark("due_date", one.day.place, one.due * 0.95);
    }
    let ambiguous = [issue, due].iter().flatten().any(|one| one.day.month_first.is_some());
    if order.is_guess && ambiguous {
        let first = if order.month_first { "month" } else { "day" };
        let why = order.because;
        reading
            .warn(format!("day and month could be exchanged: read with the {first} first, {why}"));
    }
}

fn is_date_label(kind: Kind) -> bool {
    matches!(kind, Kind::IssueDate | Kind::AnyDate | Kind::DueDate | Kind::OtherDate)
}

/// Also what a day would follow: "Bestellung Nr. 17 vom 1. März".
fn governs(kind: Kind) -> bool {
    is_date_label(kind)
        || matches!(
            kind,
            Kind::Title
                | Kind::CreditTitle
                | Kind::Number
                | Kind::Order
                | Kind::OtherNumber
                | Kind::Paid
        )
}

fn claimed<'a>(sheet: &Sheet, day: &'a Day) -> Claimed<'a> {
    let nobody = Claimed { day, issue: 0.0, due: 0.0 };
    if in_period(sheet, day.place) {
        return nobody;
    }
    let own = in_cell(sheet, day.place, governs);
    let claim = own.filter(|claim| claim.closeness > 0.6).or_else(|| {
        let row = in_row(sheet, day.place, true, is_date_label);
        let column = above(sheet, day.place, 2.2, is_date_label);
        let column = column.or_else(|| caption(sheet, day.place, is_date_label));
        let beside =
            in_row(sheet, day.place, false, |kind| matches!(kind, Kind::Title | Kind::CreditTitle));
        let better = [row, column].into_iter().flatten();
        better.max_by(|a, b| a.score().total_cmp(&b.score())).or(beside)
    });
    let Some(claim) = claim.map(|claim| led(sheet, claim)) else { return nobody };
    // Deep within a sentence a label is a word like any other.
    let deep = sheet.before(claim.label.place).split_whitespace().count() > 4;
    let score = claim.score() * if deep { 0.6 } else { 1.0 };
    match claim.label.kind {
        Kind::IssueDate => Claimed { issue: score, ..nobody },
        Kind::DueDate => Claimed { due: score, ..nobody },
        Kind::Title | Kind::CreditTitle => Claimed { issue: 0.7 * claim.closeness, ..nobody },
        Kind::Number if claim.label.strength > 0.9 => {
            Claimed { issue: 0.75 * claim.closeness, ..nobody }
        }
        Kind::AnyDate => Claimed { issue: any_date(sheet, &claim), ..nobody },
        _ => nobody,
    }
}

/// "Pay at the latest on": what stands right before a mere "on" says more than that.
fn led(sheet: &Sheet, claim: Claim) -> Claim {
    let place = claim.label.place;
    let before =
        sheet.labels_in(place.row, place.cell).filter(|label| label.place.to <= place.from);
    let last = before.last().filter(|last| {
        let between = sheet.before(place).get(last.place.to..).unwrap_or("");
        is_date_label(last.kind) && !between.contains(char::is_alphanumeric)
    });
    match last {
        Some(last) if claim.label.kind == Kind::AnyDate => Claim { label: *last, ..claim },
        _ => claim,
    }
}

/// "Date" alone means the invoice's; after "order" it means the order's, after a number of the
/// invoice surely the invoice's.
fn any_date(sheet: &Sheet, claim: &Claim) -> f32 {
    let place = claim.label.place;
    let before = sheet.labels_in(place.row, place.cell).filter(|l| l.place.to <= place.from);
    match before.last().map(|label| label.kind) {
        Some(Kind::Title | Kind::CreditTitle | Kind::Number) => 0.9,
        Some(_) => 0.1,
        None if !sheet.before(place).trim().is_empty() => 0.2,
        None => claim.score() + 0.1,
    }
}

/// One end of "1 July – 31 July".
fn in_period(sheet: &Sheet, place: Place) -> bool {
    let words = |text: &str| plain_text(text);
    let joint = |text: &str| {
        matches!(
            words(text).as_str(),
            "to" | "bis"
                | "biszum"
                | "au"
                | "al"
                | "hasta"
                | "hastael"
                | "tm"
                | "totenmet"
                | "tot"
                | "until"
                | "through"
                | "a"
                | "do"
                | "till"
        ) || matches!(text.trim(), "-" | "–" | "—" | "/")
    };
    let near = |other: &Day| {
        let own = other.place;
        if (own.row, own.cell) != (place.row, place.cell) {
            return false;
        }
        let between = if own.to <= place.from {
            sheet.before(place).get(own.to..)
        } else if place.to <= own.from {
            sheet.before(own).get(place.to..)
        } else {
            None
        };
        between.is_some_and(joint)
    };
    sheet.days.iter().any(near)
}

/// Where no label helps: the first day in the upper part of the first page that nothing claims.
fn unlabelled<'a, 'b>(sheet: &Sheet, claimed: &'b [Claimed<'a>]) -> Option<&'b Claimed<'a>> {
    claimed.iter().find(|one| {
        let [_, top, _, _] = sheet.area(one.day.place);
        let alone = in_cell(sheet, one.day.place, governs).is_none()
            && in_row(sheet, one.day.place, true, is_date_label).is_none()
            && above(sheet, one.day.place, 1.6, is_date_label).is_none()
            && !in_period(sheet, one.day.place);
        sheet.page(one.day.place) == 1 && top < 420.0 && one.due == 0.0 && alone
    })
}

/// How days in numbers are to be read.
struct Order {
    month_first: bool,
    is_guess: bool,
    because: &'static str,
}

/// Other days, then the mark between the numbers, then which order makes sense of issue and due,
/// then what the country would do.
fn order(reading: &Reading<'_>, issue: Option<&Day>, due: Option<&Day>) -> Order {
    let days = &reading.sheet.days;
    let month_first = days.iter().any(|day| day.numeric && day.surely_month_first);
    let day_first = days.iter().any(|day| {
        day.numeric && !day.surely_month_first && day.month_first.is_none() && day.date.day() > 12
    });
    let sure = |month_first| Order { month_first, is_guess: false, because: "" };
    match (day_first, month_first) {
        (true, false) => return sure(false),
        (false, true) => return sure(true),
        _ => {}
    }
    let ambiguous: Vec<&Day> =
        [issue, due].into_iter().flatten().filter(|day| day.month_first.is_some()).collect();
    if ambiguous.iter().all(|day| day.mark == '.') {
        return sure(false);
    }
    if let (Some(issue), Some(due)) = (issue, due) {
        let sensible = |issue: Date, due: Date| (0..=100).contains(&issue.days_until(due));
        let other = |day: &Day| day.month_first.unwrap_or(day.date);
        match (sensible(issue.date, due.date), sensible(other(issue), other(due))) {
            (true, false) => return sure(false),
            (false, true) => return sure(true),
            _ => {}
        }
    }
    let all: String =
        reading.sheet.rows.iter().take(80).map(|row| plain_text(&row.text())).collect();
    let foreign = ["rechnung", "facture", "factura", "fattura", "factuur", "fatura", "faktura"];
    if !all.contains("invoice") && foreign.iter().any(|word| all.contains(word)) {
        return sure(false);
    }
    let american = all.contains("unitedstates")
        || all.contains("usdollar")
        || reading.invoice.currency.as_deref() == Some("USD");
    if american {
        Order { month_first: true, is_guess: true, because: "as in the United States" }
    } else {
        Order { month_first: false, is_guess: true, because: "as in most countries" }
    }
}
