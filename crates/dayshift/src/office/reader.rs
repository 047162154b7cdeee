//! Walks a TOML file with the place of every value at hand: each wrong key and type is reported
//! where it stands, and reading goes on. It knows no key's meaning.

use super::problem::{Problem, Problems, Severity};
use super::suggest;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file being read, and where its problems go.
pub(super) struct File<'a> {
    pub(super) shown: String,
    pub(super) text: Arc<str>,
    pub(super) problems: &'a Problems,
}

impl File<'_> {
    /// Reports something at some bytes of this file.
    pub(super) fn report(
        &self,
        severity: Severity,
        code: &'static str,
        span: Range<usize>,
        said: Said,
    ) {
        self.problems.add(Problem {
            code,
            severity,
            file: self.shown.clone(),
            span,
            text: said.text,
            label: said.label,
            help: said.help,
            source: Arc::clone(&self.text),
        });
    }

    /// Parses the text as TOML; what is not TOML is reported.
    pub(super) fn parse<'t>(&self, text: &'t str) -> (Spanned<DeTable<'t>>, bool) {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            let said = error.message().lines().collect::<Vec<_>>().join("; ");
            let said = Said::new(format!("this is not TOML: {said}"));
            self.report(Severity::Error, "W002", span, said);
        }
        (table, errors.is_empty())
    }
}

/// The words of a problem.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) help: String,
}

impl Said {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), label: String::new(), help: String::new() }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// A value with its place.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) value: &'a DeValue<'a>,
    pub(super) span: Range<usize>,
}

/// A text with its place.
#[derive(Clone)]
pub(super) struct Word<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

impl<'a> Word<'a> {
    pub(super) fn error(&self, code: &'static str, said: Said) {
        self.file.report(Severity::Error, code, self.span.clone(), said);
    }

    /// Where some bytes of the text stand in the file; the whole value where quotes and escapes
    /// make that unclear.
    pub(super) fn within(&self, part: Range<usize>) -> Range<usize> {
        let raw = self.file.text.get(self.span.clone()).unwrap_or_default();
        let quotes = ["'''\n", "\"\"\"\n", "'''", "\"\"\"", "'", "\""];
        let begun = quotes
            .into_iter()
            .find(|quote| raw.strip_prefix(quote).is_some_and(|rest| rest.starts_with(self.text)));
        match begun {
            Some(quote) => {
                let start = self.span.start + quote.len();
                start + part.start..start + part.end
            }
            None => self.span.clone(),
        }
    }

    /// Reports something about a part of the text.
    pub(super) fn error_within(&self, part: Range<usize>, code: &'static str, said: Said) {
        self.file.report(Severity::Error, code, self.within(part), said);
    }
}

impl<'a> Node<'a> {
    pub(super) fn of(file: &'a File<'a>, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { file, value: value.get_ref(), span: value.span() }
    }

    pub(super) fn error(&self, code: &'static str, said: Said) {
        self.file.report(Severity::Error, code, self.span.clone(), said);
    }

    pub(super) fn warning(&self, code: &'static str, said: Said) {
        self.file.report(Severity::Warning, code, self.span.clone(), said);
    }

    /// Reports that this should be something else: `a text`, `a list of texts`.
    pub(super) fn wrong_type(&self, wanted: &str) {
        let found = self.value.type_str();
        let said = Said::new(format!("this must be {wanted}, not of type {found}"));
        self.error("W004", said.label(format!("write {wanted} here")));
    }

    pub(super) fn word(&self) -> Option<Word<'a>> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong_type("a text");
        }
        text.map(|text| Word { file: self.file, text, span: self.span.clone() })
    }

    pub(super) fn flag(&self) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong_type("true or false");
        }
        flag
    }

    pub(super) fn number(&self) -> Option<f64> {
        let number = as_float(self.value);
        if number.is_none() {
            self.wrong_type("a number");
        }
        number
    }

    pub(super) fn whole(&self) -> Option<u64> {
        let whole = as_whole(self.value).and_then(|whole| u64::try_from(whole).ok());
        if whole.is_none() {
            self.wrong_type("a whole number, 0 or more");
        }
        whole
    }

    pub(super) fn words(&self) -> Vec<Word<'a>> {
        self.items().iter().filter_map(Node::word).collect()
    }

    pub(super) fn items(&self) -> Vec<Node<'a>> {
        match self.value.as_array() {
            Some(items) => items.iter().map(|item| Node::of(self.file, item)).collect(),
            None => {
                self.wrong_type("a list");
                Vec::new()
            }
        }
    }

    pub(super) fn table(&self) -> Option<Table<'a>> {
        match self.value.as_table() {
            Some(table) => Some(Table::new(self.file, table, self.span.clone())),
            None => {
                self.wrong_type("a table");
                None
            }
        }
    }

    /// As JSON, without places. Dates become text.
    pub(super) fn json(&self) -> Json {
        to_json(self.value)
    }
}

fn as_whole(value: &DeValue<'_>) -> Option<i64> {
    let written = value.as_integer()?;
    i64::from_str_radix(&written.as_str().replace('_', ""), written.radix()).ok()
}

fn as_float(value: &DeValue<'_>) -> Option<f64> {
    match value.as_float() {
        Some(written) => written.as_str().replace('_', "").parse().ok(),
        None => as_whole(value).map(|whole| whole as f64),
    }
}

fn to_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::from(text.as_ref()),
        DeValue::Integer(_) => as_whole(value).map_or(Json::Null, Json::from),
        DeValue::Float(_) => as_float(value).map_or(Json::Null, Json::from),
        DeValue::Boolean(flag) => Json::from(*flag),
        DeValue::Datetime(moment) => Json::from(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => table
            .iter()
            .map(|(key, item)| (key.get_ref().to_string(), to_json(item.get_ref())))
            .collect(),
    }
}

/// A table of which every key must be asked for: what nobody asked for is reported as unknown.
pub(super) struct Table<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) span: Range<usize>,
    table: &'a DeTable<'a>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(file: &'a File<'a>, table: &'a DeTable<'a>, span: Range<usize>) -> Self {
        Self { file, span, table, asked: RefCell::default() }
    }

    /// The value of a key, if it is there.
    pub(super) fn get(&self, key: &'static str) -> Option<Node<'a>> {
        self.asked.borrow_mut().insert(key);
        self.entries().find(|(name, _)| name.text == key).map(|(_, node)| node)
    }

    /// The value of a key; its absence is reported.
    pub(super) fn need(&self, key: &'static str, meaning: &str) -> Option<Node<'a>> {
        let found = self.get(key);
        if found.is_none() {
            let said = Said::new(format!("`{key}` is missing"));
            self.error("W005", said.label(format!("`{key}` says {meaning}")));
        }
        found
    }

    pub(super) fn word(&self, key: &'static str) -> Option<Word<'a>> {
        self.get(key)?.word()
    }

    pub(super) fn need_word(&self, key: &'static str, meaning: &str) -> Option<Word<'a>> {
        self.need(key, meaning)?.word()
    }

    /// A text of a key as its own; empty where it is absent or no text.
    pub(super) fn text(&self, key: &'static str) -> String {
        self.word(key).map(|word| word.text.to_owned()).unwrap_or_default()
    }

    /// A text that must be there; empty where it is not, which is reported.
    pub(super) fn need_text(&self, key: &'static str, meaning: &str) -> String {
        self.need_word(key, meaning).map(|word| word.text.to_owned()).unwrap_or_default()
    }

    /// The tables of a key that holds tables by name: `[people.mara]`.
    pub(super) fn named(&self, key: &'static str) -> Vec<(Word<'a>, Table<'a>)> {
        let tables = self.get(key).and_then(|node| node.table());
        tables
            .iter()
            .flat_map(Table::entries)
            .filter_map(|(name, node)| Some((name, node.table()?)))
            .collect()
    }

    /// The tables of a key that holds a list of tables: `[[step]]`.
    pub(super) fn listed(&self, key: &'static str) -> Vec<Table<'a>> {
        let items = self.get(key).map(|node| node.items()).unwrap_or_default();
        items.iter().filter_map(Node::table).collect()
    }

    /// All keys with their values, in the order of the file.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Word<'a>, Node<'a>)> {
        let file = self.file;
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(move |(key, value)| {
            (Word { file, text: key.get_ref(), span: key.span() }, Node::of(file, value))
        })
    }

    pub(super) fn error(&self, code: &'static str, said: Said) {
        self.file.report(Severity::Error, code, self.heading(), said);
    }

    pub(super) fn warning(&self, code: &'static str, said: Said) {
        self.file.report(Severity::Warning, code, self.heading(), said);
    }

    /// The first line of the table, which is what a person would point at.
    fn heading(&self) -> Range<usize> {
        let text = self.file.text.get(self.span.clone()).unwrap_or_default();
        let line = text.find('\n').unwrap_or(text.len());
        self.span.start..self.span.start + line
    }

    /// Whether a key is there, asked for or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.keys().any(|name| name.get_ref() == key)
    }

    /// Reports every key that was not asked for; nothing can be asked for after it.
    pub(super) fn finish(self) {
        self.report_unknown();
    }

    /// Reports every key that was not asked for so far.
    pub(super) fn report_unknown(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries().filter(|(key, _)| !asked.contains(key.text)) {
            let said = Said::new(format!("there is no key `{}` here", key.text));
            key.error("W003", said.label(suggest::meant(key.text, asked.iter().copied())));
        }
    }
}
