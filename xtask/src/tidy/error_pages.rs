//! Error codes and their pages: whoever meets a code finds a page that says what to do, and no page
//! speaks of a code that cannot happen. What a page says is for readers.

use super::tree::Tree;
use super::{Finding, rust};
use std::collections::BTreeMap;

/// Where the pages are, and the one that explains the rest.
const PAGES: &str = "docs/errors/";
const OVERVIEW: &str = "docs/errors/README.md";

pub(super) fn mismatched(tree: &Tree) -> Vec<Finding> {
    let mut used: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let mut findings = rust::each(tree, |file, parsed, _| {
        if !file.path.starts_with("crates/") || file.is_for_tests() {
            return;
        }
        for (line, text) in rust::texts(parsed) {
            if is_code(&text) {
                used.entry(text).or_insert_with(|| (file.path.clone(), line));
            }
        }
    });
    for (code, (path, line)) in &used {
        match tree.text(&format!("{PAGES}{code}.md")) {
            None => findings.push(Finding {
                path: path.clone(),
                line: *line,
                what: format!("the code {code} has no page {PAGES}{code}.md"),
            }),
            Some(page) if !page.starts_with(&format!("# {code}")) => findings.push(Finding {
                path: format!("{PAGES}{code}.md"),
                line: 1,
                what: format!("does not begin with `# {code}`"),
            }),
            Some(_) => {}
        }
    }
    for file in tree.files().filter(|file| file.path.starts_with(PAGES) && file.path != OVERVIEW) {
        let code = file.name().strip_suffix(".md").unwrap_or(file.name());
        if !used.contains_key(code) {
            let what = format!("no source uses the code {code}");
            findings.push(Finding { path: file.path.clone(), line: 0, what });
        }
    }
    findings
}

/// A letter and three digits: `S001`.
fn is_code(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|letter| letter.is_ascii_uppercase())
        && text.len() == 4
        && letters.all(|digit| digit.is_ascii_digit())
}
