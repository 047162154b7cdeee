//! The pure crates name nothing of the standard library that reads a clock, a disk, a socket or the
//! environment. What lies in their dependencies is checked by the manifests.

use super::Finding;
use super::tree::Tree;

/// Crates that are pure.
const PURE: [&str; 2] = ["crates/casework/src/", "crates/skills/src/"];

/// What is outside.
const OUTSIDE: [&str; 8] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::os",
    "std::io::std",
    "SystemTime",
    "Instant::now",
];

pub(super) fn impure(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pure = |path: &str| PURE.iter().any(|begin| path.starts_with(begin));
    for file in tree.sources().filter(|file| pure(&file.path) && !file.is_for_tests()) {
        for (at, line) in file.text.lines().enumerate() {
            let named = OUTSIDE.iter().find(|outside| line.contains(*outside));
            if let Some(named) = named.filter(|_| !line.trim_start().starts_with("//")) {
                let what = format!("`{named}` in a pure crate: have it handed in");
                findings.push(Finding { path: file.path.clone(), line: at + 1, what });
            }
        }
    }
    findings
}
