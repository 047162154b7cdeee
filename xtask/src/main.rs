//! Chores of the repository: tidiness, and measurements on data outside it. No chore is part of the
//! program, and none of the checks is here: `lib.rs` has them, so that they are tests.

mod measure_audit;
mod measure_classify;
mod measure_gate;
mod measure_invoice;
mod measure_read;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use xtask::tidy::{Check, Tree, root};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["measure", "gate", options @ ..] = words.as_slice() {
        return print(measure_gate(options));
    }
    let outcome = match words.as_slice() {
        ["measure", "read", data] => measure_read::measure(Path::new(data)),
        ["measure", "invoice", data] => measure_invoice::measure(Path::new(data)),
        ["measure", "classify", data] => measure_classify::measure(Path::new(data)),
        ["measure", "classify-resplits", data] => {
            measure_classify::measure_resplits(Path::new(data), 100, None)
        }
        ["measure", "classify-resplits", data, kept] => {
            measure_classify::measure_resplits(Path::new(data), 100, Some(Path::new(kept)))
        }
        ["measure", "audit", file] => measure_audit::measure(Path::new(file), 1_000_000),
        ["measure", "audit", file, entries] => match entries.parse() {
            Ok(entries) => measure_audit::measure(Path::new(file), entries),
            Err(_) => Err(io::Error::other("how many entries? a number")),
        },
        ["tidy"] => tidy(),
        _ => Err(io::Error::other(
            "usage: xtask tidy | measure read|invoice|classify DATA | \
             measure classify-resplits DATA [KEPT] | measure audit FILE [ENTRIES] | \
             measure gate [--agentdojo DIR] [--tau2 DIR] [--only SUITE] [--json]",
        )),
    };
    print(outcome.map(|figures| format!("{figures:#}")))
}

fn measure_gate(options: &[&str]) -> io::Result<String> {
    let known = measure_gate::Options::read(options);
    measure_gate::run(&known.ok_or_else(|| {
        io::Error::other(
            "usage: xtask measure gate [--agentdojo DIR] [--tau2 DIR] [--only SUITE] [--json]",
        )
    })?)
}

fn print(outcome: io::Result<String>) -> ExitCode {
    let printed = outcome.and_then(|text| writeln!(io::stdout(), "{text}"));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when the error stream is closed as well.
            drop(writeln!(io::stderr(), "xtask: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// All findings of all checks, each with its check, and an error when there are any.
fn tidy() -> io::Result<serde_json::Value> {
    let tree = Tree::read(root())?;
    let mut findings = Vec::new();
    for check in Check::ALL {
        let found = check.findings(&tree)?;
        findings.extend(found.iter().map(|finding| format!("{check:?}: {finding}")));
    }
    if findings.is_empty() {
        return Ok(serde_json::json!({ "checks": Check::ALL.len(), "findings": 0 }));
    }
    Err(io::Error::other(format!("{} findings\n{}", findings.len(), findings.join("\n"))))
}
