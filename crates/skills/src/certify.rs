//! Turns scored answers whose truth is known into a threshold with a promise: of what is decided
//! above it, at most a stated share is wrong, with a stated confidence.
//! It trains nothing and knows no texts; any skill with scores may use it.

use serde::{Deserialize, Serialize};

/// What a worker is promised about answers that no person looks at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Of what is decided alone, at most this share is wrong (above zero, below one).
    pub wrong_at_most: f64,
    /// Confidence of that statement (above zero, below one).
    pub sure: f64,
}

impl Promise {
    /// Whether both figures are shares that can be promised.
    pub fn is_possible(&self) -> bool {
        let open = |share: f64| share > 0.0 && share < 1.0;
        open(self.wrong_at_most) && open(self.sure)
    }

    /// The fewest answers, all of them right, that can support the promise.
    pub fn answers_min(&self) -> usize {
        ((1.0 - self.sure).ln() / (1.0 - self.wrong_at_most).ln()).ceil() as usize
    }
}

/// An answer whose truth is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Higher for surer; `None` for an answer that is never decided alone whatever its score.
    pub score: Option<f64>,
    /// Whether the answer was right.
    pub right: bool,
}

/// A threshold that keeps a promise on the answers it was made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Lowest score that is decided alone.
    pub threshold: f64,
    /// Number of answers at or above the threshold.
    pub decided: usize,
    /// Wrong ones among them.
    pub errors: usize,
    /// Upper confidence bound on the share of wrong ones (Clopper–Pearson, one-sided, `sure`).
    pub bound: f64,
}

/// The first threshold tested decides this share of all answers alone.
const FIRST_SHARE: f64 = 0.3;
/// Thresholds between none and all.
const STEPS: usize = 200;

/// The lowest threshold that keeps the promise, or `None` when no threshold can be shown to.
///
/// Fixed-sequence testing (Angelopoulos et al. 2021, "Learn then Test"): thresholds are tested
/// from strict to lax in an order fixed by the ranks of the scores alone, each by the exact
/// binomial test of "more than `wrong_at_most` are wrong", and the first that is not rejected
/// ends the sequence. The chance that the result breaks the promise is at most `1 − sure`, with
/// no correction for the number of thresholds, when answers are independent draws of what is to
/// come.
pub fn lowest_threshold(answers: &[Scored], promise: Promise) -> Option<Cut> {
    let mut ranked: Vec<(f64, bool)> =
        answers.iter().filter_map(|answer| Some((answer.score?, answer.right))).collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0));
    let first_share = (FIRST_SHARE * answers.len() as f64).ceil() as usize;
    let first = first_share.max(promise.answers_min()).max(1);
    let step = (answers.len() / STEPS).max(1);
    let mut found = None;
    let (mut decided, mut errors) = (0, 0);
    for wanted in (first..=ranked.len()).step_by(step) {
        let Some(&(threshold, _)) = ranked.get(wanted - 1) else {
            break;
        };
        // Equal scores are decided alike, so a cut never falls among them.
        while let Some(&(_, right)) = ranked.get(decided).filter(|next| next.0 >= threshold) {
            decided += 1;
            errors += usize::from(!right);
        }
        if chance_of_at_most(errors, decided, promise.wrong_at_most) > 1.0 - promise.sure {
            break;
        }
        found = Some((threshold, decided, errors));
    }
    let (threshold, decided, errors) = found?;
    let bound = upper_bound(errors, decided, promise.sure);
    Some(Cut { threshold, decided, errors, bound })
}

/// The chance of at most `errors` among `trials` independent answers, each wrong with the
/// probability `share` (the binomial distribution function).
pub fn chance_of_at_most(errors: usize, trials: usize, share: f64) -> f64 {
    if errors >= trials {
        return 1.0;
    }
    if share <= 0.0 || share >= 1.0 {
        return if share <= 0.0 { 1.0 } else { 0.0 };
    }
    let odds = share.ln() - (-share).ln_1p();
    let mut log_term = trials as f64 * (-share).ln_1p();
    let mut sum = log_term.exp();
    for count in 1..=errors {
        log_term += ((trials - count + 1) as f64 / count as f64).ln() + odds;
        sum += log_term.exp();
    }
    sum.min(1.0)
}

/// Clopper–Pearson: with confidence `sure`, the true share of wrong answers is at most this.
pub fn upper_bound(errors: usize, trials: usize, sure: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if chance_of_at_most(errors, trials, middle) > 1.0 - sure {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests;
