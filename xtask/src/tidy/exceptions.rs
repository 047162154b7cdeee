//! What is excused from a check, each with its reason. The list may only shrink: one that excuses
//! nothing any more must go, and a longer list needs a higher bound, which a reviewer sees.

use super::tree::Tree;
use super::{Check, Finding};
use std::io;

/// One file that one check leaves alone.
struct Exception {
    check: Check,
    path: &'static str,
    because: &'static str,
}

const EXCEPTIONS: [Exception; 0] = [];

/// Lower it with each exception that goes; never raise it.
const EXCEPTIONS_MAX: usize = 0;

/// The findings that no exception excuses.
pub(super) fn excuse(check: Check, findings: Vec<Finding>) -> Vec<Finding> {
    let excused = |finding: &Finding| {
        EXCEPTIONS.iter().any(|known| known.check == check && known.path == finding.path)
    };
    findings.into_iter().filter(|finding| !excused(finding)).collect()
}

/// Exceptions that excuse nothing, that give no reason, or that are too many.
pub(super) fn stale(tree: &Tree) -> io::Result<Vec<Finding>> {
    let own =
        |what: String| Finding { path: "xtask/src/tidy/exceptions.rs".to_owned(), line: 0, what };
    let mut findings = Vec::new();
    for known in &EXCEPTIONS {
        let found = known.check.all_findings(tree)?;
        if !found.iter().any(|finding| finding.path == known.path) {
            findings.push(own(format!("{} needs no exception any more", known.path)));
        }
        if known.because.is_empty() {
            findings.push(own(format!("{} is excused without a reason", known.path)));
        }
    }
    if EXCEPTIONS.len() > EXCEPTIONS_MAX {
        findings.push(own(format!("more exceptions than {EXCEPTIONS_MAX}: mend the file instead")));
    }
    Ok(findings)
}
