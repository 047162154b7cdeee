//! Whole offices written to disk and read back: what is wrong is told with its place, what is right
//! loads.

mod broken_office;
mod broken_worker;
mod policy;
mod whole;

use super::{Problem, Severity, load, write_new};
use std::path::Path;
use tempfile::TempDir;

/// A fresh small office.
fn office() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write_new(dir.path()).unwrap();
    dir
}

fn replace(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "`{old}` must stand once in {}", path.display());
    std::fs::write(path, text.replace(old, new)).unwrap();
}

/// What loading says; warnings too.
fn problems(dir: &Path) -> Vec<Problem> {
    match load(dir) {
        Ok(office) => office.warnings,
        Err(problems) => problems,
    }
}

/// One line for a problem: severity, code, the pointed-at text, the words and the label.
fn line(problem: &Problem) -> String {
    let mark = if problem.severity == Severity::Warning { "warning " } else { "" };
    let at = problem.source.get(problem.span.clone()).unwrap_or_default();
    let (code, text, label) = (problem.code, &problem.text, &problem.label);
    format!("{mark}{code} ⟦{at}⟧ {text} — {label}")
}

/// Changes one place of a file of a fresh office and compares all that is then said.
fn check(file: &str, old: &str, new: &str, expected: &[&str]) {
    let dir = office();
    replace(&dir.path().join(file), old, new);
    let found: Vec<String> = problems(dir.path()).iter().map(line).collect();
    assert_eq!(found, expected, "after `{old}` became `{new}`");
}
