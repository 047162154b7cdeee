//! The statements of a round, made one. SQLite's thread sends a message for each statement it ends
//! and each message wakes the writer; what a round writes therefore stands in a trigger of a view,
//! and one `INSERT` into that view performs it all. What is in the rows is `round`'s and `admit`'s.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Which statements a round needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Parts(u32);

macro_rules! parts {
    ($($name:ident = $bit:literal => $file:literal),+ $(,)?) => {
        $(pub(crate) const $name: u32 = 1 << $bit;)+
        const STATEMENTS: &[(u32, &str)] = &[$(($name, include_str!($file))),+];
    };
}

parts! {
    BODIES = 0 => "sql/bodies.sql",
    SETTINGS = 1 => "sql/settings.sql",
    RELEASES = 2 => "sql/releases.sql",
    TAKEN = 3 => "sql/taken.sql",
    ENTRIES = 4 => "sql/entries.sql",
    SEALED = 5 => "sql/sealed.sql",
    CARRIED = 6 => "sql/carried.sql",
    MOVED = 7 => "sql/moved.sql",
    ALIASES = 8 => "sql/aliases.sql",
    LESSONS = 9 => "sql/lessons.sql",
    LEFTOVERS = 10 => "sql/leftovers.sql",
    LOOKUPS = 11 => "sql/lookups.sql",
    ARRIVALS = 12 => "sql/arrivals.sql",
    UNCLAIMED = 13 => "sql/unclaimed.sql",
    LINKS = 14 => "sql/links.sql",
    EMPTIED = 15 => "sql/emptied.sql",
    PEOPLE = 16 => "sql/people.sql",
    LOG = 17 => "sql/log.sql",
}

const ASKS: u32 = LEFTOVERS | LOOKUPS;
const NUMBERS: &str = include_str!("sql/numbers.sql");
/// How many arguments the statements of a first round have, and of a second.
const FIRST_ARGUMENTS: usize = 17;
const SECOND_ARGUMENTS: usize = 8;

impl Parts {
    /// Adds one.
    pub(crate) fn need(&mut self, part: u32) {
        self.0 |= part;
    }

    /// Whether its rows must be looked at before the group can be committed.
    pub(crate) fn asks(self) -> bool {
        self.0 & ASKS != 0
    }

    fn has(self, part: u32) -> bool {
        self.0 & part != 0
    }

    fn writes(self) -> bool {
        self.0 & !ASKS != 0
    }
}

/// The text that performs a round, and what has to be run once on the connection before it.
pub(crate) struct Prepared {
    /// Views and triggers of the connection; none when they are there.
    pub setup: Option<String>,
    /// The text. SQLite's compiled statements are found by it.
    pub text: Arc<str>,
}

/// The rounds put together so far on one connection.
#[derive(Debug, Default)]
pub(crate) struct Statements(HashMap<(Parts, bool), Arc<str>>);

impl Statements {
    /// A group's first round: it commits, or it asks and leaves its transaction open.
    pub(crate) fn first(&mut self, parts: Parts) -> Prepared {
        self.prepared(parts, true)
    }

    /// A group's second round: it commits.
    pub(crate) fn second(&mut self, parts: Parts) -> Prepared {
        self.prepared(parts, false)
    }

    /// A transaction was undone, and with it the views that were made in it.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn prepared(&mut self, parts: Parts, first: bool) -> Prepared {
        if let Some(text) = self.0.get(&(parts, first)) {
            return Prepared { setup: None, text: Arc::clone(text) };
        }
        let (word, arguments) =
            if first { ("first", FIRST_ARGUMENTS) } else { ("second", SECOND_ARGUMENTS) };
        let view = format!("{word}_{}", parts.0);
        let insert = match parts.writes() {
            true => format!("INSERT INTO temp.{view} VALUES ({});", listed(arguments, "$")),
            false => String::new(),
        };
        let text: Arc<str> = match (first, parts.asks()) {
            (true, true) => {
                let asked = STATEMENTS.iter().filter(|(part, _)| parts.has(part & ASKS));
                let asked: String = asked.map(|(_, text)| format!("{text}UNION ALL\n")).collect();
                format!("BEGIN IMMEDIATE;\n{insert}\n{asked}{NUMBERS}").into()
            }
            // One statement alone is a transaction of its own.
            (true, false) => insert.into(),
            (false, _) => format!("{insert}\nCOMMIT;").into(),
        };
        self.0.insert((parts, first), Arc::clone(&text));
        let setup = parts.writes().then(|| in_a_trigger(&view, parts, arguments));
        Prepared { setup, text }
    }
}

/// The view and the trigger that performs what `parts` write.
fn in_a_trigger(view: &str, parts: Parts, arguments: usize) -> String {
    let written = STATEMENTS.iter().filter(|(part, _)| parts.has(part & !ASKS));
    let mut body: String = written.map(|(_, text)| *text).collect();
    // The last first: `$1` is the beginning of `$17`.
    for argument in (1..=arguments).rev() {
        body = body.replace(&format!("${argument}"), &format!("NEW.a{argument}"));
    }
    let columns = listed(arguments, "NULL AS a");
    format!(
        "CREATE TEMP VIEW IF NOT EXISTS {view} AS SELECT {columns};\n\
         CREATE TEMP TRIGGER IF NOT EXISTS write_{view} INSTEAD OF INSERT ON {view} \
         BEGIN\n{body}END;"
    )
}

/// `before1, before2, …`.
fn listed(count: usize, before: &str) -> String {
    let mut text = String::new();
    for number in 1..=count {
        let comma = if number == 1 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}{before}{number}");
    }
    text
}
