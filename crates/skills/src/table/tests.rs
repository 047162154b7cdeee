//! Tests of the table reader: what it accepts, and that every error names its line.

use super::*;

fn example(text: &str, label: &str) -> Example {
    Example { text: text.to_owned(), label: label.to_owned() }
}

#[test]
fn columns_may_stand_in_any_order_and_others_are_ignored() {
    let table = b"id,category,text\n1,billing,Where is my invoice?\n2,bug,It fails\n";
    let expected = [example("Where is my invoice?", "billing"), example("It fails", "bug")];
    assert_eq!(examples(table).unwrap(), expected);
}

#[test]
fn quoted_fields_hold_commas_quotes_and_line_breaks() {
    let table = "\u{feff}text,label\r\n\"Well, \"\"no\"\"\nreally\",bug\r\n\r\nhi,other".as_bytes();
    let expected = [example("Well, \"no\"\nreally", "bug"), example("hi", "other")];
    assert_eq!(examples(table).unwrap(), expected);
}

#[test]
fn a_row_keeps_the_line_it_begins_on() {
    let lines: Vec<usize> =
        rows(b"a,b\n\"x\ny\",1\n\nz,2\n").unwrap().iter().map(|row| row.line).collect();
    assert_eq!(lines, [1, 2, 5]);
}

#[test]
fn broken_tables_are_errors_that_name_the_line() {
    let cases: [(&[u8], TableError); 7] = [
        (b"", TableError::Empty),
        (b"label\nx\n", TableError::NoColumn { wanted: Wanted::Text }),
        (b"text,tag\nx,y\n", TableError::NoColumn { wanted: Wanted::Label }),
        (b"text,label\na,b\nc\n", TableError::FieldCount { line: 3, found: 1, expected: 2 }),
        (b"text,label\n\"a,b\nc,d\n", TableError::OpenQuote { line: 2 }),
        (b"text,label\n\"a\"b,c\n", TableError::AfterQuote { line: 2 }),
        (b"text,label\n\xff,c\n", TableError::NotUtf8 { line: 2 }),
    ];
    for (table, error) in cases {
        assert_eq!(examples(table).unwrap_err(), error);
    }
}

#[test]
fn an_error_says_what_was_wanted() {
    let error = examples(b"text,tag\nx,y\n").unwrap_err();
    let told = "cannot read the table: its header has no column label or category or intent";
    assert_eq!(error.to_string(), told);
}

#[test]
fn a_header_without_rows_is_a_table_without_examples() {
    assert_eq!(examples(b"text,label\n").unwrap(), []);
}
