//! What is excused from a check, each with its reason. The list may only shrink: one that excuses
//! nothing any more must go, and a longer list needs a higher bound, which a reviewer sees.

use super::tree::Tree;
use super::{Check, Finding};
use std::io;

/// One file that one check leaves alone.
pub(super) struct Exception {
    pub(super) check: Check,
    pub(super) path: &'static str,
    pub(super) because: &'static str,
}

pub(super) const EXCEPTIONS: &[Exception] = &[];

/// Lower it with each exception that goes; never raise it.
pub(super) const EXCEPTIONS_MAX: usize = 0;

/// The findings that no exception excuses.
pub(super) fn excuse(known: &[Exception], check: Check, findings: Vec<Finding>) -> Vec<Finding> {
    let excused = |finding: &Finding| {
        known.iter().any(|known| known.check == check && known.path == finding.path)
    };
    findings.into_iter().filter(|finding| !excused(finding)).collect()
}

/// Exceptions that excuse nothing, that give no reason, or that are more than `most`.
pub(super) fn stale(known: &[Exception], most: usize, tree: &Tree) -> io::Result<Vec<Finding>> {
    let own =
        |what: String| Finding { path: "xtask/src/tidy/exceptions.rs".to_owned(), line: 0, what };
    let mut findings = Vec::new();
    for exception in known {
        let Exception { check, path, because } = exception;
        if !check.all_findings(tree)?.iter().any(|finding| finding.path == *path) {
            findings.push(own(format!("{path} needs no exception from {check:?} any more")));
        }
        if because.is_empty() {
            findings.push(own(format!("{path} is excused without a reason")));
        }
    }
    if known.len() > most {
        findings.push(own(format!("more exceptions than {most}: mend the file instead")));
    }
    Ok(findings)
}
