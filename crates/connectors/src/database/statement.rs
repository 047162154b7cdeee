//! One SQL statement as a job description declares it: read just closely enough to know that it is
//! one, what kind it is and which parameters it names. It judges no tables and no columns; SQLite
//! does.

use std::fmt::Write as _;

/// A single statement, ready to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// As declared, without the closing semicolon.
    pub text: String,
    /// With `:name` replaced by `?1`, `?2` …: what is given to SQLite.
    pub numbered: String,
    /// The names of the parameters; the first is `?1`.
    pub parameters: Vec<String>,
    /// Whether it has a `returning` clause or is a `select`: whether it gives rows.
    pub gives_rows: bool,
}

/// Why some text is not a statement that can be declared. All of these are the author's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Nothing but space and comments.
    #[error("there is no statement")]
    Empty,
    /// Text after the first semicolon.
    #[error("there is more than one statement")]
    Several {
        /// Byte offset of the second one.
        at: usize,
    },
    /// It begins with a word that neither reads nor changes rows.
    #[error("`{word}` is not a statement that reads or changes rows")]
    Kind {
        /// The word.
        word: String,
    },
    /// A parameter without a name.
    #[error("`{written}` has no name")]
    Unnamed {
        /// As written.
        written: String,
        /// Its byte offset.
        at: usize,
    },
    /// A quote or a comment that is never closed.
    #[error("a quote or a comment is never closed")]
    Open {
        /// Byte offset of its beginning.
        at: usize,
    },
}

/// The words a statement may begin with.
const KINDS: [&str; 7] = ["select", "with", "values", "insert", "update", "delete", "replace"];

impl Statement {
    /// Reads one statement.
    ///
    /// # Errors
    /// When it is none, more than one, of another kind, or not readable at all.
    pub fn parse(sql: &str) -> Result<Self, StatementError> {
        let mut statement = Self {
            text: sql.trim().trim_end_matches(';').trim_end().to_owned(),
            numbered: String::with_capacity(sql.len()),
            parameters: Vec::new(),
            gives_rows: false,
        };
        let mut first_word = None;
        let mut ended = false;
        let mut at = 0;
        while let Some((piece, kind)) = next_piece(sql, at)? {
            match kind {
                Piece::Space => {}
                _ if ended => return Err(StatementError::Several { at }),
                Piece::End => {
                    ended = true;
                    at += piece.len();
                    continue;
                }
                Piece::Word => {
                    let word = piece.to_ascii_lowercase();
                    statement.gives_rows |= word == "returning";
                    first_word.get_or_insert(word);
                }
                Piece::Parameter if piece.len() == 1 || piece.starts_with('?') => {
                    return Err(StatementError::Unnamed { written: piece.to_owned(), at });
                }
                Piece::Parameter => {
                    let number = statement.number(piece);
                    // Writing into a `String` cannot fail.
                    let _ = write!(statement.numbered, "?{number}");
                    at += piece.len();
                    continue;
                }
                Piece::Other => {}
            }
            statement.numbered.push_str(piece);
            at += piece.len();
        }
        let word = first_word.ok_or(StatementError::Empty)?;
        if !KINDS.contains(&word.as_str()) {
            return Err(StatementError::Kind { word });
        }
        statement.gives_rows |= word == "select" || word == "values";
        Ok(statement)
    }

    /// The number of a parameter, counted by first use.
    fn number(&mut self, written: &str) -> usize {
        let name = written.get(1..).unwrap_or_default();
        let known = self.parameters.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.parameters.push(name.to_owned());
            self.parameters.len() - 1
        }) + 1
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Space,
    Word,
    Parameter,
    End,
    Other,
}

/// The piece of SQL that begins at a byte offset, as SQLite's tokenizer cuts it; `None` at the end.
/// See <https://www.sqlite.org/lang_comment.html> and <https://www.sqlite.org/lang_keywords.html>.
fn next_piece(sql: &str, at: usize) -> Result<Option<(&str, Piece)>, StatementError> {
    let rest = sql.get(at..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return Ok(None) };
    let (length, kind) = match first {
        c if c.is_whitespace() => (run(rest, 0, char::is_whitespace), Piece::Space),
        '-' if rest.starts_with("--") => {
            (rest.find('\n').map_or(rest.len(), |end| end + 1), Piece::Space)
        }
        '/' if rest.starts_with("/*") => {
            let end = rest.find("*/").ok_or(StatementError::Open { at })?;
            (end + 2, Piece::Space)
        }
        '\'' | '"' | '`' => (quoted(rest, first).ok_or(StatementError::Open { at })?, Piece::Other),
        '[' => (rest.find(']').ok_or(StatementError::Open { at })? + 1, Piece::Other),
        ';' => (1, Piece::End),
        ':' | '@' | '$' | '?' => (run(rest, 1, is_word), Piece::Parameter),
        c if is_word(c) => (run(rest, 0, is_word), Piece::Word),
        c => (c.len_utf8(), Piece::Other),
    };
    Ok(rest.get(..length).map(|piece| (piece, kind)))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many bytes from the start hold, after `skip` bytes that need not.
fn run(text: &str, skip: usize, holds: impl Fn(char) -> bool) -> usize {
    let rest = text.get(skip..).unwrap_or_default();
    rest.find(|c: char| !holds(c)).map_or(text.len(), |length| skip + length)
}

/// The length of a quoted piece with its quotes; a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut inside = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c != quote {
            continue;
        }
        match inside.peek() {
            Some((_, next)) if *next == quote => {
                inside.next();
            }
            _ => return Some(at + 1),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Statement, StatementError};

    #[test]
    fn parameters_are_numbered_by_first_use_and_not_found_inside_quotes_or_comments() {
        let sql = "select ':no', \"@no\", [$no] /* :no */ from t -- :no\n\
            where a = :a and b = @b or c = :a;";
        let statement = Statement::parse(sql).unwrap();
        assert_eq!(statement.parameters, ["a", "b"]);
        assert!(statement.numbered.ends_with("where a = ?1 and b = ?2 or c = ?1"));
        assert!(statement.gives_rows);
    }

    #[test]
    fn only_one_statement_is_taken() {
        let two = Statement::parse("select 1; delete from t");
        assert_eq!(two, Err(StatementError::Several { at: 10 }));
        assert!(Statement::parse("select ';' ; -- nothing follows\n").is_ok());
        assert_eq!(Statement::parse(" -- nothing\n;"), Err(StatementError::Empty));
    }

    #[test]
    fn statements_that_do_not_concern_rows_are_refused() {
        for sql in ["pragma query_only = 0", "attach 'x' as y", "drop table t", "begin", "vacuum"] {
            let word = sql.split(' ').next().unwrap().to_owned();
            assert_eq!(Statement::parse(sql), Err(StatementError::Kind { word }), "{sql}");
        }
    }

    #[test]
    fn a_parameter_needs_a_name_and_a_quote_an_end() {
        let unnamed = StatementError::Unnamed { written: "?".into(), at: 7 };
        assert_eq!(Statement::parse("select ?"), Err(unnamed));
        let numbered = StatementError::Unnamed { written: "?1".into(), at: 7 };
        assert_eq!(Statement::parse("select ?1"), Err(numbered));
        assert_eq!(Statement::parse("select 'it''s"), Err(StatementError::Open { at: 7 }));
        assert!(!Statement::parse("insert into t values ('it''s')").unwrap().gives_rows);
        assert!(Statement::parse("insert into t values (1) RETURNING id").unwrap().gives_rows);
    }
}
