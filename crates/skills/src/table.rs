//! Reads comma-separated tables: a header, quoted fields, any order of columns.
//! It guesses nothing: no other separators, no types, and a broken line is an error with its
//! number.

use std::fmt;

use thiserror::Error;

use crate::classify::Example;

/// Why a table could not be read. All of these are for whoever provides the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// The bytes are not UTF-8.
    #[error("cannot read the table: line {line} is not valid UTF-8")]
    NotUtf8 {
        /// Line of the first wrong byte, counted from one.
        line: usize,
    },
    /// There is not even a header.
    #[error("cannot read the table: it is empty")]
    Empty,
    /// The header names no such column.
    #[error("cannot read the table: its header has no column {wanted}")]
    NoColumn {
        /// The names that would do.
        wanted: Wanted,
    },
    /// A quoted field never ends.
    #[error("cannot read the table: the quote opened on line {line} is never closed")]
    OpenQuote {
        /// Line on which the field begins.
        line: usize,
    },
    /// Something follows a closing quote within its field.
    #[error("cannot read line {line} of the table: text after a closing quote")]
    AfterQuote {
        /// Line of the stray text.
        line: usize,
    },
    /// A row with more or fewer fields than the header.
    #[error("cannot read line {line} of the table: {found} fields where the header has {expected}")]
    FieldCount {
        /// Line on which the row begins.
        line: usize,
        /// Fields of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
}

/// A column by the names it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The text to classify.
    Text,
    /// Its label.
    Label,
}

impl Wanted {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text"],
            Self::Label => &["label", "category", "intent"],
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(" or "))
    }
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line on which it begins, counted from one.
    pub line: usize,
    /// Its fields, unquoted.
    pub fields: Vec<String>,
}

/// Reads labelled examples from a table with the columns `text` and `label` (or `category` or
/// `intent`); other columns are ignored.
///
/// # Errors
/// When the bytes are no such table; the error names the line.
pub fn examples(bytes: &[u8]) -> Result<Vec<Example>, TableError> {
    let mut rows = rows(bytes)?.into_iter();
    let header = rows.next().ok_or(TableError::Empty)?;
    let text = column(&header, Wanted::Text)?;
    let label = column(&header, Wanted::Label)?;
    let mut examples = Vec::new();
    for row in rows {
        let short = || TableError::FieldCount {
            line: row.line,
            found: row.fields.len(),
            expected: header.fields.len(),
        };
        if row.fields.len() != header.fields.len() {
            return Err(short());
        }
        let field = |place: usize| row.fields.get(place).cloned().ok_or_else(short);
        examples.push(Example { text: field(text)?, label: field(label)? });
    }
    Ok(examples)
}

/// Reads all rows, the header first; blank lines are skipped. Fields as in RFC 4180: a quoted
/// field may hold commas, line breaks and doubled quotes.
///
/// # Errors
/// When the bytes are not UTF-8 or a quoted field is broken.
pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, TableError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        TableError::NotUtf8 { line: 1 + valid.iter().filter(|byte| **byte == b'\n').count() }
    })?;
    let mut reader =
        Reader { letters: text.trim_start_matches('\u{feff}').chars().peekable(), line: 1 };
    let mut rows = Vec::new();
    while reader.letters.peek().is_some() {
        let line = reader.line;
        let fields = reader.row()?;
        if fields.len() > 1 || fields.first().is_some_and(|only| !only.is_empty()) {
            rows.push(Row { line, fields });
        }
    }
    Ok(rows)
}

fn column(header: &Row, wanted: Wanted) -> Result<usize, TableError> {
    let found = wanted.names().iter().find_map(|name| {
        header.fields.iter().position(|field| field.trim().eq_ignore_ascii_case(name))
    });
    found.ok_or(TableError::NoColumn { wanted })
}

struct Reader<'a> {
    letters: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

/// What ended a field.
#[derive(PartialEq, Eq)]
enum End {
    Comma,
    Row,
}

impl Reader<'_> {
    fn row(&mut self) -> Result<Vec<String>, TableError> {
        let mut fields = Vec::new();
        loop {
            let mut field = String::new();
            let quoted = self.letters.next_if_eq(&'"').is_some();
            if quoted {
                self.quoted(&mut field)?;
            }
            let end = self.plain(&mut field, quoted)?;
            fields.push(field);
            if end == End::Row {
                return Ok(fields);
            }
        }
    }

    fn quoted(&mut self, field: &mut String) -> Result<(), TableError> {
        let opened = self.line;
        loop {
            match self.letters.next() {
                None => return Err(TableError::OpenQuote { line: opened }),
                Some('"') if self.letters.next_if_eq(&'"').is_none() => return Ok(()),
                Some(letter) => {
                    self.line += usize::from(letter == '\n');
                    field.push(letter);
                }
            }
        }
    }

    /// Reads up to the end of the field; after a closing quote nothing may stand there.
    fn plain(&mut self, field: &mut String, quoted: bool) -> Result<End, TableError> {
        loop {
            match self.letters.next() {
                None => return Ok(End::Row),
                Some(',') => return Ok(End::Comma),
                Some('\r') if self.letters.peek() == Some(&'\n') => {}
                Some('\n') => {
                    self.line += 1;
                    return Ok(End::Row);
                }
                Some(_) if quoted => return Err(TableError::AfterQuote { line: self.line }),
                Some(letter) => field.push(letter),
            }
        }
    }
}

#[cfg(test)]
mod tests;
