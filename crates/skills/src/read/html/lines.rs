//! Builds the lines of a document from running text: white space collapses, blocks break lines,
//! never more than one empty line in a row. It knows nothing of tags.

use super::marks::Mark;

/// One line of a mail and what its markup says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarkedLine {
    pub(crate) text: String,
    pub(crate) mark: Mark,
}

/// The lines of a plain text, none of them marked.
pub(crate) fn plain_lines(text: &str) -> Vec<MarkedLine> {
    text.lines().map(|line| MarkedLine { text: line.to_owned(), mark: Mark::Plain }).collect()
}

impl Mark {
    /// The stronger of two marks: what is quoted stays quoted, whatever it holds.
    pub(super) fn max_of(self, other: Mark) -> Mark {
        match (self, other) {
            (Mark::Quoted, _) | (_, Mark::Quoted) => Mark::Quoted,
            (Mark::Signature, _) | (_, Mark::Signature) => Mark::Signature,
            (Mark::Plain, Mark::Plain) => Mark::Plain,
        }
    }
}

/// A horizontal rule as it stands in plain text.
const RULE: &str = "________________________________";

/// Collects lines.
#[derive(Debug, Default)]
pub(super) struct Writer {
    lines: Vec<MarkedLine>,
    current: String,
    mark: Mark,
    space_due: bool,
}

impl Writer {
    /// Adds running text; in preformatted text line ends and spaces count.
    pub(super) fn write(&mut self, text: &str, mark: Mark, preformatted: bool) {
        if preformatted {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    self.hard_break();
                }
                self.begin(mark);
                self.current.push_str(line.trim_end_matches('\r'));
            }
            return;
        }
        for c in text.chars() {
            if c.is_ascii_whitespace() || c == '\u{a0}' {
                self.space_due = true;
                continue;
            }
            self.begin(mark);
            if self.space_due && !self.current.is_empty() && !self.current.ends_with(['\t', ' ']) {
                self.current.push(' ');
            }
            self.space_due = false;
            self.current.push(c);
        }
    }

    /// Starts a new line where the mark changes, so that a line has one mark.
    fn begin(&mut self, mark: Mark) {
        if mark != self.mark {
            self.line();
            self.mark = mark;
        }
    }

    /// Ends the line if anything stands on it.
    pub(super) fn line(&mut self) {
        self.space_due = false;
        if !self.current.trim().is_empty() {
            self.push();
        } else {
            self.current.clear();
        }
    }

    /// Ends the line even when it is empty.
    pub(super) fn hard_break(&mut self) {
        self.space_due = false;
        self.push();
    }

    /// Ends the line and leaves an empty one.
    pub(super) fn paragraph(&mut self) {
        self.line();
        self.push();
    }

    /// A horizontal rule on a line of its own.
    pub(super) fn rule(&mut self, mark: Mark) {
        self.line();
        self.mark = mark;
        self.current.push_str(RULE);
        self.push();
    }

    /// The gap between two cells of a table row.
    pub(super) fn cell(&mut self) {
        self.space_due = false;
        if !self.current.is_empty() && !self.current.ends_with('\t') {
            self.current.push('\t');
        }
    }

    /// The sign before a list item.
    pub(super) fn bullet(&mut self) {
        self.current.push_str("- ");
    }

    fn push(&mut self) {
        let text = self.current.trim_end().to_owned();
        self.current.clear();
        let after_empty = self.lines.last().is_none_or(|line| line.text.is_empty());
        if !(text.is_empty() && after_empty) {
            self.lines.push(MarkedLine { text, mark: self.mark });
        }
    }

    /// All lines, without an empty one at the end.
    pub(super) fn finish(mut self) -> Vec<MarkedLine> {
        self.line();
        while self.lines.last().is_some_and(|line| line.text.is_empty()) {
            self.lines.pop();
        }
        self.lines
    }
}
