//! Words of a page as rows of cells: what stands on one line, parted where a column would be. It
//! does not say what is a table and what is not.

use super::{Page, Word};

/// A gap of so many heights of a line parts two cells.
const CELL_GAP: f32 = 1.15;

/// What stands on one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// The page, from 1.
    pub page: u32,
    /// Its cells from left to right; at least one.
    pub cells: Vec<Cell>,
}

/// Words that stand together on one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    /// The words with one space between them.
    pub text: String,
    /// Left edge, in points.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
    /// The words, each with where in `text` it begins, in bytes.
    pub words: Vec<(usize, Word)>,
}

impl Row {
    /// The line with its cells apart by at least three spaces.
    #[must_use]
    pub fn text(&self) -> String {
        let cells: Vec<&str> = self.cells.iter().map(|cell| cell.text.as_str()).collect();
        cells.join("   ")
    }

    /// The upper edge of its highest cell.
    #[must_use]
    pub fn top(&self) -> f32 {
        self.cells.iter().map(|cell| cell.top).fold(f32::INFINITY, f32::min)
    }

    /// The lower edge of its lowest cell.
    #[must_use]
    pub fn bottom(&self) -> f32 {
        self.cells.iter().map(|cell| cell.bottom).fold(f32::NEG_INFINITY, f32::max)
    }
}

impl Cell {
    /// Left, top, right, bottom of a part of its text.
    #[must_use]
    pub fn area(&self, from: usize, to: usize) -> [f32; 4] {
        let inside = self.words.iter().filter(|(at, word)| *at < to && at + word.text.len() > from);
        let mut area = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for (_, word) in inside {
            let [left, top, right, bottom] = area;
            area = [
                left.min(word.left),
                top.min(word.top),
                right.max(word.right),
                bottom.max(word.bottom),
            ];
        }
        if area.iter().all(|edge| edge.is_finite()) {
            return area;
        }
        [self.left, self.top, self.right, self.bottom]
    }
}

/// The lines of a page from the top down.
#[must_use]
pub fn rows(page: &Page) -> Vec<Row> {
    let mut words: Vec<&Word> = page.words.iter().collect();
    words.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut rows: Vec<Vec<&Word>> = Vec::new();
    let mut base = f32::NEG_INFINITY;
    for word in words {
        let height = (word.bottom - word.top).max(1.0);
        let near = rows.last().and_then(|row| row.last()).is_some_and(|last| {
            (middle(word) - base).abs() < height.min(last.bottom - last.top) * 0.45
        });
        match rows.last_mut().filter(|_| near) {
            Some(row) => row.push(word),
            None => {
                rows.push(vec![word]);
                base = middle(word);
            }
        }
    }
    let row = |words: Vec<&Word>| Row { page: page.number, cells: cells(words) };
    rows.into_iter().map(row).collect()
}

fn middle(word: &Word) -> f32 {
    f32::midpoint(word.top, word.bottom)
}

fn cells(mut words: Vec<&Word>) -> Vec<Cell> {
    words.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut cells: Vec<Cell> = Vec::new();
    for word in words {
        let height = (word.bottom - word.top).max(1.0);
        let near = |cell: &&mut Cell| {
            let lower = height.min(cell.bottom - cell.top);
            word.left - cell.right < lower * CELL_GAP
        };
        match cells.last_mut().filter(near) {
            Some(cell) => {
                cell.text.push(' ');
                cell.words.push((cell.text.len(), word.clone()));
                cell.text.push_str(&word.text);
                cell.right = cell.right.max(word.right);
                cell.top = cell.top.min(word.top);
                cell.bottom = cell.bottom.max(word.bottom);
            }
            None => cells.push(Cell {
                text: word.text.clone(),
                left: word.left,
                top: word.top,
                right: word.right,
                bottom: word.bottom,
                words: vec![(0, word.clone())],
            }),
        }
    }
    cells
}
