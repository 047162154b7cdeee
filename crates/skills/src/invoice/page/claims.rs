//! Which label a value belongs to: one before it in its cell, one left of it in its row, or one
//! above it. It does not know what the value is.

use super::label::Label;
use super::phrases::Kind;
use super::sheet::{Place, Sheet};

/// A label and how surely a value belongs to it, from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) label: Label,
    pub(super) closeness: f32,
}

impl Claim {
    /// What the claim is worth.
    pub(super) fn score(&self) -> f32 {
        self.label.strength * self.closeness
    }
}

/// The nearest wanted label before a place in its own cell.
pub(super) fn in_cell(sheet: &Sheet, place: Place, wanted: fn(Kind) -> bool) -> Option<Claim> {
    let before = sheet
        .labels_in(place.row, place.cell)
        .filter(|label| label.place.to <= place.from && wanted(label.kind));
    let label = *before.max_by_key(|label| label.place.to)?;
    let between = sheet.before(place).get(label.place.to..).unwrap_or("");
    let words = between.split_whitespace().filter(|w| w.contains(char::is_alphabetic)).count();
    let closeness = match words {
        0 => 1.0,
        1..=2 => 0.9,
        3..=6 => 0.7,
        _ => 0.4,
    };
    Some(Claim { label, closeness })
}

/// The nearest wanted label in a cell to the left. `open`: only one after which nothing stands.
pub(super) fn in_row(
    sheet: &Sheet,
    place: Place,
    open: bool,
    wanted: fn(Kind) -> bool,
) -> Option<Claim> {
    let labels = sheet.labels_of_row(place.row).iter();
    let left = labels.filter(|label| label.place.cell < place.cell && wanted(label.kind));
    let fits =
        |label: &&Label| !open || !sheet.after(label.place).contains(|c: char| c.is_ascii_digit());
    let label = *left.filter(fits).max_by_key(|label| (label.place.cell, label.place.to))?;
    let away = place.cell - label.place.cell;
    let words = sheet.after(label.place).split_whitespace().count();
    let closeness = match away {
        1 => 0.97,
        2 => 0.85,
        _ => 0.75,
    };
    Some(Claim { label, closeness: closeness - if words > 4 { 0.2 } else { 0.0 } })
}

/// A wanted label in the line above whose box ends with the value: see
/// [`right_below`](Sheet::right_below).
pub(super) fn caption(sheet: &Sheet, place: Place, wanted: fn(Kind) -> bool) -> Option<Claim> {
    let rows = place.row.saturating_sub(3)..place.row;
    let labels = rows.rev().flat_map(|row| sheet.labels_of_row(row).iter());
    let mut own = labels.filter(|label| {
        wanted(label.kind) && sheet.right_below(label.place) == Some((place.row, place.cell))
    });
    own.next().map(|label| Claim { label: *label, closeness: 0.9 })
}

/// The nearest wanted label above, at most so many lines.
pub(super) fn above(
    sheet: &Sheet,
    place: Place,
    lines_max: f32,
    wanted: fn(Kind) -> bool,
) -> Option<Claim> {
    let [left, _, right, bottom] = sheet.area(place);
    let page = sheet.page(place);
    for row in (0..place.row).rev() {
        let one = sheet.rows.get(row)?;
        let lines = (bottom - one.bottom()) / sheet.line_height;
        if one.page != page || lines > lines_max {
            return None;
        }
        let over = |label: &&Label| {
            let [from, _, to, _] = sheet.area(label.place);
            wanted(label.kind) && from < right + 3.0 && to > left - 3.0
        };
        // Of several above, the one that shares most of the width.
        let shared = |label: &Label| {
            let [from, _, to, _] = sheet.area(label.place);
            to.min(right) - from.max(left)
        };
        let found = sheet.labels_of_row(row).iter().filter(over);
        let found = found.max_by(|a, b| shared(a).total_cmp(&shared(b)));
        if let Some(label) = found {
            let closeness = 0.93 - 0.06 * (lines - 1.0).max(0.0);
            return Some(Claim { label: *label, closeness: closeness.max(0.4) });
        }
    }
    None
}
