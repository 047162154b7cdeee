//! Where the names and functions of a condition stand in its text, so that an unknown one can be
//! pointed at. Whether it is a condition at all, the core says.

use std::ops::Range;

/// A name in a condition.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    pub(super) at: Range<usize>,
    pub(super) is: Is,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    /// A value of the case: not after a dot, not called.
    Value,
    /// Called: a function or, after a dot, a method.
    Function,
    /// After a dot, or made up by a macro: `x` in `list.exists(x, x > 1)`.
    Inner,
}

/// The functions and macros of CEL that the core's evaluator has
/// (<https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions>).
pub(super) const FUNCTIONS: [&str; 31] = [
    "all",
    "bool",
    "bytes",
    "contains",
    "double",
    "duration",
    "endsWith",
    "exists",
    "existsOne",
    "exists_one",
    "filter",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "has",
    "int",
    "map",
    "matches",
    "max",
    "min",
    "size",
    "startsWith",
    "string",
    "timestamp",
];
const MACROS: [&str; 6] = ["all", "exists", "exists_one", "existsOne", "filter", "map"];
const WORDS: [&str; 4] = ["true", "false", "null", "in"];

/// All names of a condition with their places, in order.
pub(super) fn names(text: &str) -> Vec<Name<'_>> {
    let mut found: Vec<Name<'_>> = Vec::new();
    let mut bound: Vec<&str> = Vec::new();
    let (mut at, mut dot, mut opens_macro) = (0, false, false);
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            c if c.is_ascii_digit() => while_holds(rest, |c| c.is_ascii_alphanumeric() || c == '.'),
            c if is_name(c) => while_holds(rest, is_name),
            c => c.len_utf8(),
        };
        let piece = rest.get(..length).unwrap_or_default();
        if is_name(first) && !first.is_ascii_digit() && !WORDS.contains(&piece) {
            let after = rest.get(length..).unwrap_or_default().trim_start();
            let is = if opens_macro {
                bound.push(piece);
                Is::Inner
            } else if after.starts_with('(') {
                Is::Function
            } else if dot || bound.contains(&piece) {
                Is::Inner
            } else {
                Is::Value
            };
            found.push(Name { text: piece, at: at..at + length, is });
        }
        if !first.is_whitespace() {
            let called = found.last().is_some_and(|name| {
                name.is == Is::Function
                    && MACROS.contains(&name.text)
                    && text.get(name.at.end..at).is_some_and(|between| between.trim().is_empty())
            });
            opens_macro = first == '(' && called;
            dot = first == '.';
        }
        at += length.max(1);
    }
    found
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn while_holds(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|c: char| !holds(c)).unwrap_or(text.len())
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Is, names};

    fn values(text: &str) -> Vec<&str> {
        names(text).iter().filter(|name| name.is == Is::Value).map(|name| name.text).collect()
    }

    #[test]
    fn values_are_told_from_fields_functions_words_and_text() {
        let text = r#"queue == "portal" && size(signal.text) > 1e3
            || !has(customer.id) && x.matches('a.b')"#;
        assert_eq!(values(text), ["queue", "signal", "customer", "x"]);
    }

    #[test]
    fn what_a_macro_binds_is_no_value_of_the_case() {
        assert_eq!(
            values("lines.exists(line, line.amount > cap) && other == null"),
            ["lines", "cap", "other"]
        );
    }
}
