//! Which values there are at some point of a procedure, and whether what is written uses only
//! those. It evaluates nothing.

use super::condition::{self, FUNCTIONS, Is};
use super::reader::{Node, Said, Word};
use super::suggest;
use casework::condition::Condition;
use casework::template::Template;
use serde_json::Value as Json;

/// What every case has before its first step.
pub(super) const ALWAYS: [&str; 4] = ["signal", "first", "charter", "case"];

/// The names that have a value at some point.
#[derive(Clone)]
pub(super) struct Names {
    /// These have one.
    known: Vec<String>,
    /// Later steps, for a better message.
    later: Vec<String>,
}

impl Names {
    pub(super) fn new(known: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { known: known.into_iter().map(Into::into).collect(), later: Vec::new() }
    }

    pub(super) fn later(mut self, later: &[String]) -> Self {
        self.later = later.to_vec();
        self
    }

    pub(super) fn and(&self, more: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut all = self.clone();
        all.known.extend(more.into_iter().map(Into::into));
        all
    }

    fn unknown(&self, name: &str) -> Option<Said> {
        if self.known.iter().any(|known| known == name) {
            return None;
        }
        let said = Said::new(format!("there is no value `{name}` here"));
        let help =
            "a step may use `signal`, `first`, `charter`, `case` and what earlier steps give";
        Some(if self.later.iter().any(|later| later == name) {
            said.label(format!("the step `{name}` comes later")).help(help)
        } else {
            said.label(suggest::meant(name, self.known.iter().map(String::as_str))).help(help)
        })
    }

    /// Reads a condition and checks what it uses.
    pub(super) fn condition(&self, word: &Word<'_>) -> Option<Condition> {
        let condition = match Condition::parse(word.text) {
            Ok(condition) => condition,
            Err(error) => {
                let why = match error {
                    casework::condition::ConditionError::Unreadable { why, .. } => why,
                    other => other.to_string(),
                };
                let help = "conditions are CEL: `queue == \"bug\" && size(signal.text) > 10`";
                word.error("W016", Said::new(format!("this is no condition: {why}")).help(help));
                return None;
            }
        };
        for name in condition::names(word.text) {
            match name.is {
                Is::Inner => {}
                Is::Value => {
                    if let Some(said) = self.unknown(name.text) {
                        word.error_within(name.at, "W015", said);
                    }
                }
                Is::Function if FUNCTIONS.contains(&name.text) => {}
                Is::Function => {
                    let said = Said::new(format!("no function is named `{}`", name.text));
                    let label = suggest::meant(name.text, FUNCTIONS);
                    word.error_within(name.at, "W016", said.label(label));
                }
            }
        }
        Some(condition)
    }

    /// Reads a template of any shape and checks what it uses.
    pub(super) fn template(&self, node: &Node<'_>) -> Option<Template> {
        self.check_texts(node);
        Template::parse(&node.json()).ok()
    }

    /// Reads a template that must be a text.
    pub(super) fn text(&self, node: &Node<'_>) -> Option<Template> {
        node.word()?;
        self.template(node)
    }

    fn check_texts(&self, node: &Node<'_>) {
        if node.value.is_array() {
            node.items().iter().for_each(|item| self.check_texts(item));
        } else if node.value.is_table() {
            let table = node.table();
            table.iter().flat_map(|table| table.entries()).for_each(|(_, n)| self.check_texts(&n));
        } else if let Json::String(text) = node.json()
            && let Some(word) = node.word()
        {
            self.check_text(&text, &word);
        }
    }

    fn check_text(&self, text: &str, word: &Word<'_>) {
        match Template::parse_text(text) {
            Err(error) => {
                let at = text.rfind("{{").unwrap_or(0);
                let said = Said::new(error.to_string()).label("it needs a `}}`");
                word.error_within(at..text.len(), "W017", said);
            }
            Ok(template) => {
                let mut from = 0;
                for name in template.names() {
                    // Names come in the order of the text, each after a `$` or a `{{`.
                    let at = place(text, name, from);
                    from = at.end;
                    match self.unknown(name) {
                        Some(_) if name.is_empty() => {
                            let said = Said::new("a `{{ }}` names no value");
                            word.error_within(at, "W017", said.label("`{{ signal.subject }}`"));
                        }
                        Some(said) => word.error_within(at, "W015", said),
                        None => {}
                    }
                }
            }
        }
    }
}

fn place(text: &str, name: &str, from: usize) -> std::ops::Range<usize> {
    let rest = text.get(from..).unwrap_or_default();
    let hole = from + rest.find(['$', '{']).unwrap_or(0);
    let inside = text.get(hole..).unwrap_or_default();
    match inside.find(name) {
        Some(at) => hole + at..hole + at + name.len(),
        None => 0..text.len(),
    }
}

/// Whether a step may have this name: conditions and templates must be able to say it.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
