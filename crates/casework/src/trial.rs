//! The trial of declarations: generated from what tools declare, it changes whatever outsiders
//! write and looks whether anything that ran unasked changed with it; then it makes each
//! declaration wrong, one at a time, and looks whether the same trial notices. It performs nothing:
//! the tools are made up from their declarations.

mod flips;
mod scenarios;
#[cfg(test)]
mod tests;
mod walk;

use crate::tool::Tools;
use serde::Serialize;

pub use flips::family;

/// What a trial found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// How many walks were compared.
    pub scenarios: usize,
    /// What ran unasked though an outsider decided it, or though it must never; with honest
    /// declarations there is none.
    pub faults: Vec<String>,
    /// The declarations made wrong, one at a time.
    pub flips: Vec<Flip>,
}

/// One declaration made wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flip {
    /// What was changed: `bank.pay: amount is no authority`.
    pub what: String,
    /// The first walk that noticed.
    pub caught_by: Option<String>,
}

impl Trial {
    /// How many wrong declarations were noticed, of how many.
    pub fn caught(&self) -> (usize, usize) {
        let caught = self.flips.iter().filter(|flip| flip.caught_by.is_some()).count();
        (caught, self.flips.len())
    }

    /// Adds another trial's findings.
    pub fn add(&mut self, other: Self) {
        self.scenarios += other.scenarios;
        self.faults.extend(other.faults);
        self.flips.extend(other.flips);
    }
}

/// Tries these declarations.
pub fn trial(tools: &Tools) -> Trial {
    let truth = scenarios::with_probes(tools);
    let all = scenarios::all(&truth);
    let faults = all.iter().filter_map(|scenario| scenario.fault(&truth, &truth)).collect();
    let flips = flips::all(&truth, tools)
        .into_iter()
        .map(|(what, wrong)| {
            let caught_by = all.iter().find_map(|scenario| scenario.fault(&truth, &wrong));
            Flip { what, caught_by }
        })
        .collect();
    Trial { scenarios: all.len(), faults, flips }
}
