//! Lines of an invoice: rows below a head of columns that carry an amount where the head has one.
//! What a row says in several lines is not put together.

use super::Reading;
use super::amount::Amount;
use super::label::Label;
use super::phrases::Kind;
use super::sheet::{Place, Sheet};
use crate::invoice::{Decimal, Line};

const LINES_MAX: usize = 2_000;

/// The head of a table.
struct Head {
    row: usize,
    columns: Vec<Column>,
}

struct Column {
    kind: Kind,
    left: f32,
    right: f32,
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let sheet = reading.sheet;
    let heads: Vec<Head> = (0..sheet.rows.len()).filter_map(|row| head(sheet, row)).collect();
    let mut lines: Vec<(Place, Line)> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let end = heads.get(at + 1).map_or(sheet.rows.len(), |next| next.row);
        lines.extend(rows_of(sheet, head, end));
        if lines.len() > LINES_MAX {
            break;
        }
    }
    let total = reading.invoice.total;
    // One row that is the total itself is no line.
    if lines.len() > 1 {
        lines.retain(|(place, line)| {
            line.net != total || line.quantity.is_some() || !is_sum_row(sheet, place.row)
        });
    }
    if let Some((place, _)) = lines.first() {
        reading.mark("lines", *place, 0.7);
    }
    reading.invoice.lines = lines.into_iter().map(|(_, line)| line).collect();
}

fn is_amount_column(kind: Kind) -> bool {
    matches!(kind, Kind::LineTotal | Kind::Total | Kind::Net)
}

fn head(sheet: &Sheet, row: usize) -> Option<Head> {
    let labels = sheet.labels_of_row(row);
    let column = |label: &Label| {
        let known = is_amount_column(label.kind)
            || matches!(
                label.kind,
                Kind::Description
                    | Kind::Quantity
                    | Kind::Price
                    | Kind::Tax
                    | Kind::Discount
                    | Kind::OtherNumber
            );
        let [left, _, right, _] = sheet.area(label.place);
        known.then_some(Column { kind: label.kind, left, right })
    };
    let columns: Vec<Column> = labels.iter().filter_map(column).collect();
    let has = |wanted: fn(Kind) -> bool| columns.iter().any(|column| wanted(column.kind));
    let figures = sheet
        .amounts
        .iter()
        .any(|amount| amount.place.row == row && (amount.is_money() || amount.is_percent));
    let sound = columns.len() >= 3
        && !figures
        && has(|kind| matches!(kind, Kind::Description | Kind::Quantity))
        && has(|kind| is_amount_column(kind) || kind == Kind::Price);
    sound.then_some(Head { row, columns })
}

fn rows_of(sheet: &Sheet, head: &Head, end: usize) -> Vec<(Place, Line)> {
    let page = sheet.rows.get(head.row).map_or(1, |row| row.page);
    let mut lines = Vec::new();
    let mut last_bottom = sheet.rows.get(head.row).map_or(0.0, crate::read::Row::bottom);
    for (at, row) in sheet.rows.iter().enumerate().take(end).skip(head.row + 1) {
        let far = (row.top() - last_bottom) / sheet.line_height > 9.0;
        if row.page != page || far {
            break;
        }
        if is_sum_row(sheet, at) {
            if lines.is_empty() { continue } else { break }
        }
        // A discount or a charge on the line above it is no line.
        let adjusts = sheet.labels_of_row(at).iter().any(|label| label.kind == Kind::OtherAmount);
        if let Some(line) = line_of(sheet, head, at)
            && (!adjusts || line.1.quantity.is_some() && line.1.price.is_some())
        {
            last_bottom = row.bottom();
            lines.push(line);
        }
    }
    lines
}

/// Whether a row begins with the label of a sum and not with an article.
fn is_sum_row(sheet: &Sheet, row: usize) -> bool {
    let sum =
        |kind: Kind| matches!(kind, Kind::Total | Kind::Net | Kind::Due | Kind::Tax | Kind::Paid);
    let Some(first) = sheet.labels_of_row(row).iter().find(|label| sum(label.kind)) else {
        return false;
    };
    let quantity = sheet
        .amounts
        .iter()
        .any(|amount| amount.place.row == row && amount.place < first.place && !amount.is_percent);
    first.place.cell <= 1 && !quantity && sheet.before(first.place).trim().len() < 12
}

fn line_of(sheet: &Sheet, head: &Head, row: usize) -> Option<(Place, Line)> {
    let amounts: Vec<&Amount> =
        sheet.amounts.iter().filter(|amount| amount.place.row == row).collect();
    let in_column = |amount: &&&Amount, wanted: fn(Kind) -> bool| {
        let [left, _, right, _] = sheet.area(amount.place);
        nearest(&head.columns, left, right).is_some_and(wanted)
    };
    let with = |wanted: fn(Kind) -> bool| {
        amounts.iter().rev().find(|amount| in_column(amount, wanted) && !amount.is_percent)
    };
    let net = with(is_amount_column).filter(|amount| amount.is_money());
    let price = with(|kind| kind == Kind::Price);
    let quantity = with(|kind| kind == Kind::Quantity).filter(|amount| amount.currency.is_none());
    let main = net.or_else(|| price.filter(|price| price.is_money()))?;
    let rate = amounts.iter().find(|amount| {
        amount.is_percent || in_column(amount, |kind| kind == Kind::Tax) && amount.decimals <= 2
    });
    let mut line = Line {
        name: name(sheet, head, row),
        quantity: quantity.map(|amount| amount.value.normalize()),
        price: price.map(|amount| amount.value.normalize()),
        net: net.map(|amount| amount.value.normalize()),
        rate_percent: rate.map(|amount| amount.value.normalize()),
        ..Line::default()
    };
    by_arithmetic(&mut line, &amounts);
    line.name.as_ref()?;
    let place = sheet.whole(row, main.place.cell);
    Some((place, line))
}

/// Quantity and price that no column gives, where two numbers of the row make its amount.
fn by_arithmetic(line: &mut Line, amounts: &[&Amount]) {
    let (Some(net), true) = (line.net, line.quantity.is_none() || line.price.is_none()) else {
        return;
    };
    for (at, quantity) in amounts.iter().enumerate() {
        for price in amounts.iter().skip(at + 1) {
            let product = quantity.value.checked_mul(price.value).map(|whole| whole.round_dp(2));
            let plain = !quantity.is_percent && !price.is_percent && quantity.currency.is_none();
            if plain && product == Some(net) && price.is_money() && net != Decimal::ZERO {
                line.quantity = Some(quantity.value.normalize());
                line.price = Some(price.value.normalize());
                return;
            }
        }
    }
}

/// What the column is under which something stands.
fn nearest(columns: &[Column], left: f32, right: f32) -> Option<Kind> {
    let distance = |column: &Column| {
        let apart = (left - column.right).max(column.left - right).max(0.0);
        let middle = (f32::midpoint(left, right) - f32::midpoint(column.left, column.right)).abs();
        apart * 4.0 + middle.min((right - column.right).abs()).min((left - column.left).abs())
    };
    let best = columns.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(best) < 220.0).then_some(best.kind)
}

/// The words under "description", else the longest words of the row.
fn name(sheet: &Sheet, head: &Head, row: usize) -> Option<String> {
    let cells = &sheet.rows.get(row)?.cells;
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let described = cells.iter().find(|cell| {
        nearest(&head.columns, cell.left, cell.right.min(cell.left + 60.0))
            == Some(Kind::Description)
            && letters(&cell.text) > 2
    });
    let longest = || cells.iter().max_by_key(|cell| letters(&cell.text));
    let cell = described.or_else(longest).filter(|cell| letters(&cell.text) > 0)?;
    Some(cell.text.clone())
}
