//! Chores of the repository: measurements on data outside it. No chore is part of the program.

mod measure_classify;
mod measure_read;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["measure", "read", data] => measure_read::measure(Path::new(data)),
        ["measure", "classify", data] => measure_classify::measure(Path::new(data)),
        ["measure", "classify-resplits", data] => {
            measure_classify::measure_resplits(Path::new(data), 100)
        }
        _ => Err(io::Error::other("usage: xtask measure read|classify|classify-resplits DATA")),
    };
    let printed = outcome.and_then(|figures| writeln!(io::stdout(), "{figures:#}"));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when the error stream is closed as well.
            drop(writeln!(io::stderr(), "xtask: {error}"));
            ExitCode::FAILURE
        }
    }
}
