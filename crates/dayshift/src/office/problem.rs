//! What is wrong in an office's files: where exactly, and what would be right. Collects and shows;
//! it finds nothing itself.

use ariadne::{CharSet, Color, Config, Fmt as _, IndexType, Label, Report, ReportKind, Source};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// Whether the office can work with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The office is not loaded.
    Error,
    /// It is loaded, and something in it is probably not meant so.
    Warning,
}

/// One thing wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `docs/errors/<code>.md`.
    pub code: &'static str,
    /// Whether it stops the office.
    pub severity: Severity,
    /// The file, as a person would name it.
    pub file: String,
    /// Bytes of the file; empty where the whole file is meant.
    pub span: Range<usize>,
    /// What is wrong, in one line.
    pub text: String,
    /// Beside the span: what would be right. May be empty.
    pub label: String,
    /// What to do, or where to look. May be empty.
    pub help: String,
    /// The file's text, for showing.
    pub source: Arc<str>,
}

impl Problem {
    /// The line and the column of its beginning, counted from one; columns count characters.
    pub fn place(&self) -> (usize, usize) {
        let before = self.source.get(..self.span.start).unwrap_or(&self.source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        (before.matches('\n').count() + 1, column + 1)
    }

    /// As a person reads it, ended by a line break.
    pub fn render(&self, colour: bool) -> String {
        let (word, paint) = match self.severity {
            Severity::Error => ("error", Color::Red),
            Severity::Warning => ("warning", Color::Yellow),
        };
        let help = [self.help.as_str(), &format!("docs/errors/{}.md", self.code)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        let kind = format!("{word}[{}]:", self.code);
        let kind = if colour { kind.fg(paint).to_string() } else { kind };
        let below = match self.source.is_empty() {
            true => format!("  in {}", self.file),
            false => self.excerpt(colour.then_some(paint)),
        };
        format!("{kind} {}\n{below}\n  help: {help}\n", self.text)
    }

    /// The line of the file with its span underlined and the label below it.
    fn excerpt(&self, paint: Option<Color>) -> String {
        // Beyond the end there is nothing to point at.
        let end = self.source.len();
        let span = self.span.start.min(end)..self.span.end.min(end);
        let mut label = Label::new((self.file.as_str(), span.clone()));
        if let Some(paint) = paint {
            label = label.with_color(paint);
        }
        if !self.label.is_empty() {
            label = label.with_message(&self.label);
        }
        let config = Config::default()
            .with_color(paint.is_some())
            .with_char_set(CharSet::Unicode)
            .with_index_type(IndexType::Byte);
        let mut shown = Vec::new();
        // Writing into memory does not fail; if it did, the words around it are still worth
        // showing.
        let _ = Report::build(ReportKind::Error, (self.file.as_str(), span))
            .with_config(config)
            .with_label(label)
            .finish()
            .write((self.file.as_str(), Source::from(&*self.source)), &mut shown);
        let shown = String::from_utf8_lossy(&shown);
        // Its own headline, its empty lines and its closing corner say nothing more.
        let lines = shown.lines().skip(1).filter(|line| {
            let bare = bare(line);
            let drawn = bare.trim();
            drawn != "│" && !(drawn.ends_with('╯') && drawn.chars().all(|c| "─╯".contains(c)))
        });
        let tight = |line: &str| match bare(line).trim_start().starts_with("╭─[") {
            true => line.replacen("[ ", "[", 1).trim_end().replace(" ]", "]"),
            false => line.trim_end().to_owned(),
        };
        lines.map(tight).collect::<Vec<_>>().join("\n")
    }

    /// As a program reads it.
    pub fn to_json(&self) -> Json {
        let (line, column) = self.place();
        json!({
            "code": self.code,
            "severity": if self.severity == Severity::Error { "error" } else { "warning" },
            "file": self.file,
            "span": { "start": self.span.start, "end": self.span.end },
            "line": line,
            "column": column,
            "text": self.text,
            "label": self.label,
            "help": self.help,
        })
    }
}

/// A line without its colours.
fn bare(line: &str) -> String {
    let mut inside = false;
    line.chars()
        .filter(|c| {
            let begins = *c == '\u{1b}';
            let hidden = inside || begins;
            inside = begins || (inside && *c != 'm');
            !hidden
        })
        .collect()
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub(super) fn add(&self, problem: Problem) {
        let mut known = self.0.borrow_mut();
        if !known.contains(&problem) {
            known.push(problem);
        }
    }

    pub(super) fn any_error(&self) -> bool {
        self.0.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All of them, file by file from top to bottom.
    pub(super) fn into_sorted(self) -> Vec<Problem> {
        let mut all = self.0.into_inner();
        all.sort_by(|a, b| (&a.file, a.span.start, a.code).cmp(&(&b.file, b.span.start, b.code)));
        all
    }
}
