//! All rows of all pages with what is found in them: labels, amounts and days, each at its place.
//! It decides nothing about fields.

use super::amount::{Amount, amounts, decimal_mark};
use super::day::{Day, days};
use super::label::{Label, labels, plain_text};
use super::phrases::Kind;
use crate::read::{Cell, Page, Row, rows};

/// From the height of letters to the height of lines.
const LEADING: f32 = 1.5;
/// Words after which a tax is left out of a total.
const WITHOUT: [&str; 12] = [
    "excl",
    "exkl",
    "exclusief",
    "excluding",
    "exclusive",
    "ohne",
    "without",
    "hors",
    "sin",
    "esclusa",
    "ex",
    "before",
];
/// Words after which a tax is in a total.
const WITH: [&str; 16] = [
    "incl",
    "inkl",
    "inclusief",
    "including",
    "inclusive",
    "inklusive",
    "mit",
    "with",
    "avec",
    "con",
    "inc",
    "inclusa",
    "compris",
    "included",
    "einschliesslich",
    "einschl",
];

/// A part of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Which row.
    pub(super) row: usize,
    /// Which cell of it.
    pub(super) cell: usize,
    /// The first byte of the cell's text.
    pub(super) from: usize,
    /// The byte after the last.
    pub(super) to: usize,
}

/// Rows with what is found in them.
pub(super) struct Sheet {
    pub(super) rows: Vec<Row>,
    /// In reading order.
    pub(super) labels: Vec<Label>,
    /// In reading order.
    pub(super) amounts: Vec<Amount>,
    /// In reading order.
    pub(super) days: Vec<Day>,
    /// Height of an ordinary line, in points.
    pub(super) line_height: f32,
}

impl Sheet {
    pub(super) fn new(pages: &[Page], rows_max: usize) -> Self {
        let rows: Vec<Row> = pages.iter().flat_map(rows).take(rows_max).collect();
        let cells = || {
            rows.iter().enumerate().flat_map(|(row, one)| {
                one.cells.iter().enumerate().map(move |(cell, one)| (row, cell, one.text.as_str()))
            })
        };
        let mark = decimal_mark(cells().map(|(_, _, text)| text));
        let at = |row, cell| move |(from, to): (usize, usize)| Place { row, cell, from, to };
        let mut sheet = Self {
            labels: cells().flat_map(|(row, cell, text)| labels(text, at(row, cell))).collect(),
            amounts: cells()
                .flat_map(|(row, cell, text)| amounts(text, mark, at(row, cell)))
                .collect(),
            days: cells().flat_map(|(row, cell, text)| days(text, at(row, cell))).collect(),
            line_height: 10.0,
            rows: Vec::new(),
        };
        let in_day = |place: Place, days: &[Day]| {
            days.iter().any(|day| {
                let own = day.place;
                (own.row, own.cell) == (place.row, place.cell)
                    && own.from < place.to
                    && place.from < own.to
            })
        };
        let days = std::mem::take(&mut sheet.days);
        sheet.amounts.retain(|amount| !in_day(amount.place, &days));
        sheet.days = days;
        let mut heights: Vec<f32> =
            rows.iter().flat_map(|row| &row.cells).map(|cell| cell.bottom - cell.top).collect();
        heights.sort_by(f32::total_cmp);
        sheet.line_height =
            heights.get(heights.len() / 2).copied().unwrap_or(8.0).max(4.0) * LEADING;
        sheet.rows = rows;
        sheet.labels = sheet.qualified();
        sheet
    }

    /// The labels without the "VAT" of "total incl. VAT", which only says which total it is.
    fn qualified(&self) -> Vec<Label> {
        let mut kept: Vec<Label> = Vec::new();
        for label in &self.labels {
            let words = plain_text(self.before(label.place));
            let ends = |list: &[&str]| list.iter().any(|word| words.ends_with(word));
            let sets = label.kind == Kind::Tax;
            let without = sets && ends(&WITHOUT);
            if !(without || sets && ends(&WITH)) {
                kept.push(*label);
                continue;
            }
            let total = kept.last_mut().filter(|last| {
                (last.place.row, last.place.cell) == (label.place.row, label.place.cell)
                    && matches!(last.kind, Kind::Total | Kind::Due | Kind::Net | Kind::LineTotal)
            });
            if let Some(total) = total {
                let is_line = total.kind == Kind::LineTotal;
                total.kind = if without { Kind::Net } else { Kind::Total };
                total.strength = if is_line { 0.7 } else { 1.0 };
            }
        }
        kept
    }

    pub(super) fn cell(&self, row: usize, cell: usize) -> Option<&Cell> {
        self.rows.get(row)?.cells.get(cell)
    }

    /// The words at a place.
    pub(super) fn text(&self, place: Place) -> &str {
        let cell = self.cell(place.row, place.cell);
        cell.and_then(|cell| cell.text.get(place.from..place.to)).unwrap_or("")
    }

    /// What stands in the cell before a place.
    pub(super) fn before(&self, place: Place) -> &str {
        let cell = self.cell(place.row, place.cell);
        cell.and_then(|cell| cell.text.get(..place.from)).unwrap_or("")
    }

    /// What stands in the cell after a place.
    pub(super) fn after(&self, place: Place) -> &str {
        let cell = self.cell(place.row, place.cell);
        cell.and_then(|cell| cell.text.get(place.to..)).unwrap_or("")
    }

    pub(super) fn page(&self, place: Place) -> u32 {
        self.rows.get(place.row).map_or(1, |row| row.page)
    }

    /// Left, top, right, bottom.
    pub(super) fn area(&self, place: Place) -> [f32; 4] {
        let cell = self.cell(place.row, place.cell);
        cell.map_or([0.0; 4], |cell| cell.area(place.from, place.to))
    }

    /// The place of a whole cell.
    pub(super) fn whole(&self, row: usize, cell: usize) -> Place {
        let to = self.cell(row, cell).map_or(0, |cell| cell.text.len());
        Place { row, cell, from: 0, to }
    }

    /// Labels of a cell.
    pub(super) fn labels_in(&self, row: usize, cell: usize) -> impl Iterator<Item = &Label> {
        let inside = move |label: &&Label| (label.place.row, label.place.cell) == (row, cell);
        self.labels.iter().filter(inside)
    }

    /// The labels of a row.
    pub(super) fn labels_of_row(&self, row: usize) -> &[Label] {
        let from = self.labels.partition_point(|label| label.place.row < row);
        let to = self.labels.partition_point(|label| label.place.row <= row);
        self.labels.get(from..to).unwrap_or(&[])
    }

    /// The cell that stands alone in the next line, further right than a label: how forms put a
    /// value to the right edge of the box whose caption it has.
    pub(super) fn right_below(&self, label: Place) -> Option<(usize, usize)> {
        let [left, _, right, bottom] = self.area(label);
        let row = self.rows.get(label.row)?;
        if label.cell + 1 != row.cells.len() {
            return None;
        }
        let next = self.rows.iter().enumerate().skip(label.row + 1).take(3);
        for (at, row) in next.filter(|(_, other)| other.page == row.page) {
            let lines = (row.bottom() - bottom) / self.line_height;
            let cell = row.cells.iter().position(|cell| cell.left > left - 2.0);
            match cell {
                Some(cell) if lines < 1.3 => {
                    let far = row.cells.get(cell).is_some_and(|cell| cell.left > right);
                    let last = cell + 1 == row.cells.len();
                    return (far && last).then_some((at, cell));
                }
                Some(_) => return None,
                None => {}
            }
        }
        None
    }

    /// The cells below an area on the same page, nearest first: row, cell and how many lines
    /// further down. They overlap it from side to side.
    pub(super) fn below(
        &self,
        place: Place,
        lines_max: f32,
    ) -> impl Iterator<Item = (usize, usize, f32)> {
        let [left, _, right, bottom] = self.area(place);
        let page = self.page(place);
        let height = self.line_height;
        let rows = self.rows.iter().enumerate().skip(place.row + 1);
        let rows = rows.take_while(move |(_, row)| row.page == page);
        rows.map(move |(at, row)| (at, row, (row.bottom() - bottom) / height))
            .filter(|(_, _, lines)| *lines > 0.2)
            .take_while(move |(_, _, lines)| *lines <= lines_max)
            .flat_map(move |(at, row, lines)| {
                let over = move |(_, cell): &(usize, &Cell)| {
                    cell.left < right + 2.0 && cell.right > left - 2.0
                };
                row.cells.iter().enumerate().filter(over).map(move |(cell, _)| (at, cell, lines))
            })
    }
}
