//! Watches whether the texts that arrive are still like the examples a certificate was made
//! from, and withdraws the certificate when they are not.
//! It never gives a certificate back: that takes new examples and a new training.

use serde::{Deserialize, Serialize};

use crate::classify::{Certificate, Classified};

/// What the watch knows after an observation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Drift {
    /// Nothing speaks against the certificate.
    Steady,
    /// The certificate no longer holds; nothing may be decided alone.
    Withdrawn {
        /// How many texts had been observed when the evidence sufficed.
        after: usize,
        /// Mean novelty of the texts seen until then; about one half is expected.
        novelty_mean: f64,
    },
}

/// A sequential test of "what arrives is like the calibration texts", valid at any time: while
/// that is so, the chance that it ever withdraws is at most [`FALSE_ALARM_MAX`].
///
/// A conformal test martingale: the rank of each text's novelty among all calibration texts and
/// all texts before it is a p-value, and a gambler who starts with one coin bets that p-values
/// are small. The gambler is the Simple Jumper of Vovk et al. 2021, "Retrain or not retrain:
/// conformal test martingales for change-point detection", with power bets; by Ville's
/// inequality a capital of `1 / α` is ever reached with probability at most `α`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriftWatch {
    calibration: usize,
    /// Novelty of the texts seen, ascending.
    seen: Vec<f64>,
    capitals: [f64; BETS.len()],
    withdrawn: Option<Drift>,
}

/// The most that may be risked on withdrawing a certificate that still holds.
pub const FALSE_ALARM_MAX: f64 = 0.01;
/// Exponents of the densities `κ · p^(κ − 1)` bet on. The first is no bet at all, and keeps
/// capital for a change that comes late.
const BETS: [f64; 4] = [1.0, 0.75, 0.5, 0.25];
/// Share of the capital that is dealt anew over the bets at each text. It is small, for on a
/// clean stream what is dealt to the bets is lost, and a change may come after thousands.
const JUMP: f64 = 0.001;

impl DriftWatch {
    /// A watch over the texts that arrive from now on.
    pub fn new(certificate: &Certificate) -> Self {
        let share = 1.0 / BETS.len() as f64;
        Self {
            calibration: certificate.calibration_n,
            seen: Vec::new(),
            capitals: [share; BETS.len()],
            withdrawn: None,
        }
    }

    /// Takes the next text into account. Once withdrawn, it stays withdrawn.
    pub fn observe(&mut self, classified: &Classified) -> Drift {
        self.observe_novelty(classified.novelty)
    }

    /// As [`DriftWatch::observe`], from the novelty alone (as kept in a journal).
    pub fn observe_novelty(&mut self, novelty: f64) -> Drift {
        if let Some(drift) = self.withdrawn {
            return drift;
        }
        let novelty = if novelty.is_finite() { novelty.clamp(0.0, 1.0) } else { 1.0 };
        let place = self.seen.partition_point(|earlier| *earlier < novelty);
        let calibration_n = self.calibration as f64;
        let calibration_as_novel = ((1.0 - novelty) * calibration_n).round();
        let seen_as_novel = (self.seen.len() - place) as f64;
        let all = calibration_n + self.seen.len() as f64 + 1.0;
        self.seen.insert(place, novelty);
        if self.bet((calibration_as_novel + seen_as_novel + 1.0) / all) < 1.0 / FALSE_ALARM_MAX {
            return Drift::Steady;
        }
        let after = self.seen.len();
        let novelty_mean = self.seen.iter().sum::<f64>() / after as f64;
        let drift = Drift::Withdrawn { after, novelty_mean };
        self.withdrawn = Some(drift);
        drift
    }

    /// Bets on one p-value and returns the whole capital.
    fn bet(&mut self, p: f64) -> f64 {
        let whole: f64 = self.capitals.iter().sum();
        let dealt = JUMP * whole / BETS.len() as f64;
        for (capital, bet) in self.capitals.iter_mut().zip(BETS) {
            let gain = bet * p.powf(bet - 1.0);
            *capital = ((1.0 - JUMP) * *capital + dealt) * gain;
        }
        self.capitals.iter().sum()
    }
}

#[cfg(test)]
mod tests;
