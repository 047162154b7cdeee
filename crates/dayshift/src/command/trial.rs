//! Tries the declarations of an office: whether what outsiders write could change anything that
//! runs unasked, and whether a wrong declaration would be noticed. It performs nothing.

use super::Failure;
use crate::office;
use crate::report::Report;
use crate::wiring;
use casework::trial::trial as try_out;
use serde_json::json;
use std::path::Path;

/// `policy trial`.
pub fn trial(dir: &Path, report: &Report) -> Result<(), Failure> {
    let office = wiring::load(dir, report)?;
    let found = try_out(&office::tool_specs(&office));
    let (caught, of) = found.caught();
    let ok = found.faults.is_empty();
    let mut words = format!(
        "{} walks, each in two worlds that differ only in what outsiders wrote.\n",
        found.scenarios
    );
    if ok {
        words.push_str("Nothing that ran unasked changed with it.\n");
    }
    for fault in &found.faults {
        words.push_str(&format!("  ran unasked: {fault}\n"));
    }
    words.push_str(&format!("Wrong declarations noticed: {caught} of {of}.\n"));
    for flip in found.flips.iter().filter(|flip| flip.caught_by.is_none()) {
        words.push_str(&format!("  not noticed: {}\n", flip.what));
    }
    let object = json!({
        "ok": ok, "scenarios": found.scenarios, "faults": found.faults,
        "caught": caught, "of": of, "flips": found.flips,
    });
    report.result(&object, words.trim_end());
    if ok { Ok(()) } else { Err(Failure::NotReached(String::new())) }
}
