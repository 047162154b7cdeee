//! One way to check everything: what `.ci/run` runs, what `just check` runs and what `README.md`
//! and `CONTRIBUTING.md` tell people to run are the same words. It runs none of them.

use super::Finding;
use super::tree::Tree;

/// The commands, in order.
const COMMANDS: [&str; 4] = [
    "cargo fmt --check",
    "cargo clippy --workspace --all-targets -- -D warnings",
    "cargo test --workspace",
    "cargo deny check bans licenses sources",
];

/// The one of them that the first page names, and the one that shows the program.
const ON_THE_FIRST_PAGE: [&str; 2] = ["cargo test --workspace", "cargo run --release -- demo"];

pub(super) fn differing(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in [".ci/run", "justfile", "CONTRIBUTING.md"] {
        let named = commands_in(tree.text(path).unwrap_or_default());
        if named != COMMANDS {
            let what = format!("the checks are {COMMANDS:?}, in this order; here are {named:?}");
            findings.push(Finding { path: path.to_owned(), line: 0, what });
        }
    }
    let page = tree.text("README.md").unwrap_or_default();
    for command in ON_THE_FIRST_PAGE {
        if !page.lines().any(|line| line.trim() == command) {
            let what = format!("does not name `{command}` on a line of its own");
            findings.push(Finding { path: "README.md".to_owned(), line: 0, what });
        }
    }
    findings
}

/// Lines that are one of the checks, perhaps behind `step` or an indent.
fn commands_in(text: &str) -> Vec<&str> {
    text.lines()
        .map(|line| line.trim().trim_start_matches("step ").trim())
        .filter(|line| {
            ["cargo fmt --check", "cargo clippy", "cargo test --workspace", "cargo deny"]
                .iter()
                .any(|begin| line.starts_with(begin))
        })
        .collect()
}
