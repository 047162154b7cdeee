//! Words that have no place here: names that say nothing, marks of unfinished work, banners, and
//! paths of a machine. Style beyond words is for readers.

use super::tree::{SourceFile, Tree};
use super::{Finding, rust};
use syn::visit::Visit;

/// Names that say nothing about the thing; plural and singular.
const EMPTY_NAMES: [&str; 8] =
    ["utils", "util", "helpers", "helper", "common", "manager", "base", "misc"];

/// Marks of work that is not done. Written in pieces, so that this file holds none.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Macros that stand for work that is not done.
const UNFINISHED_MACROS: [&str; 2] = ["todo", "unimplemented"];

/// Where somebody's files lie. Written in pieces as well.
const MACHINE_PATHS: [&str; 3] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

pub(super) fn empty_names(tree: &Tree) -> Vec<Finding> {
    let mut findings = rust::each(tree, |file, parsed, findings| {
        let mut types = Types::default();
        types.visit_file(parsed);
        for (line, name) in types.0 {
            if says_nothing(&name) {
                let what = format!("a type called `{name}`: name it for what it is");
                findings.push(Finding { path: file.path.clone(), line, what });
            }
        }
    });
    for file in tree.files() {
        let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        if let Some(part) = parts.into_iter().find(|part| says_nothing(part)) {
            let what = format!("a file or folder called `{part}`: name it for what it holds");
            findings.push(Finding { path: file.path.clone(), line: 0, what });
        }
    }
    findings
}

pub(super) fn unfinished(tree: &Tree) -> Vec<Finding> {
    let mut findings = rust::each(tree, |file, parsed, findings| {
        let mut macros = Macros::default();
        macros.visit_file(parsed);
        findings.extend(macros.0.into_iter().map(|(line, name)| Finding {
            path: file.path.clone(),
            line,
            what: format!("`{name}!`: finish it, or leave it out"),
        }));
    });
    for file in tree.files().filter(|file| is_written_here(file)) {
        for (at, line) in file.text.lines().enumerate() {
            if let Some(mark) = UNFINISHED.iter().find(|mark| has_word(line, mark)) {
                let what = format!("`{mark}`: plans live in issues, reasons in docs/decisions");
                findings.push(Finding { path: file.path.clone(), line: at + 1, what });
            }
            if file.path.ends_with(".rs") && is_banner(line) {
                let what = "a banner: a file that needs parts is two files".to_owned();
                findings.push(Finding { path: file.path.clone(), line: at + 1, what });
            }
        }
    }
    findings
}

pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| is_written_here(file)) {
        for (at, line) in file.text.lines().enumerate() {
            if let Some(path) = MACHINE_PATHS.iter().find(|path| begins_a_path(line, path)) {
                let what = format!("a path below `{path}` of one machine");
                findings.push(Finding { path: file.path.clone(), line: at + 1, what });
            }
        }
    }
    findings
}

/// Mails and past cases of the example office say what their writers said.
fn is_written_here(file: &SourceFile) -> bool {
    !(file.path.starts_with("office/")
        && (file.path.ends_with(".eml") || file.path.ends_with(".csv")))
}

/// Whether a name is, or ends in, a word that says nothing: `utils`, `LeaseManager`.
fn says_nothing(name: &str) -> bool {
    let last = name.rsplit(['_', '-']).next().unwrap_or(name);
    let at = last.rfind(|letter: char| letter.is_ascii_uppercase()).unwrap_or(0);
    let last = last.get(at..).unwrap_or(last).to_ascii_lowercase();
    EMPTY_NAMES.contains(&last.as_str())
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let joins = |letter: Option<char>| letter.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !joins(before) && !joins(after)
    })
}

/// A part of a longer path or of an address does not begin one.
fn begins_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !(c.is_alphanumeric() || "_-.}/".contains(c)))
    })
}

fn is_banner(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix("//") else { return false };
    let comment = comment.trim();
    comment.len() >= 8
        && ["----", "====", "****", "####"].iter().any(|bar| comment.starts_with(bar))
}

#[derive(Default)]
struct Types(Vec<(usize, String)>);

impl Types {
    fn add(&mut self, name: &syn::Ident) {
        self.0.push((name.span().start().line, name.to_string()));
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.add(&item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.add(&item.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.add(&item.ident);
        syn::visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.add(&item.ident);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.add(&item.ident);
        syn::visit::visit_item_mod(self, item);
    }
}

#[derive(Default)]
struct Macros(Vec<(usize, String)>);

impl<'ast> Visit<'ast> for Macros {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|part| &part.ident);
        if let Some(name) = name.filter(|name| UNFINISHED_MACROS.iter().any(|mark| name == mark)) {
            self.0.push((name.span().start().line, name.to_string()));
        }
    }
}
