//! Learns from labelled texts to name the label of a new one, and certifies how much of that it
//! may decide alone. The same examples in the same order give the same classifier.
//! It holds no clock, file or network, and it never decides what a certificate does not cover.

mod alike;
mod cross_fit;
mod evaluate;
mod features;
mod folds;
mod linear;
mod neighbours;
mod novelty;
mod scorer;
mod trust;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::evaluate::{Evaluation, Item, evaluate};
pub use self::folds::Dice;
pub use crate::certify::Promise;

use self::novelty::Novelty;
use self::scorer::{Grams, Opinion, Scorer};
use self::trust::Trust;

/// A text with the label a person gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Example {
    /// The text as it arrived.
    pub text: String,
    /// Its label.
    pub label: String,
}

/// Why no classifier could be trained. All of these are for whoever provides the examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TrainError {
    /// There is nothing to learn from.
    #[error("cannot train a classifier on no examples")]
    NoExamples,
    /// An example carries a label of blanks only.
    #[error("cannot train on example {number}: its label is blank")]
    BlankLabel {
        /// Place of the example as given, counted from one.
        number: usize,
    },
    /// A share outside the open interval from zero to one.
    #[error("cannot promise that: wrong_at_most and sure must lie between 0 and 1")]
    ImpossiblePromise,
}

/// What was shown about the answers a classifier gives alone. The date is the caller's to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Examples trained on.
    pub examples: usize,
    /// Labels among them.
    pub labels: usize,
    /// Distinct texts that were held out, answered and compared with their label.
    pub calibration_n: usize,
    /// Share of these that were decided alone.
    pub coverage: f64,
    /// Number of these that were decided alone.
    pub decided: usize,
    /// Wrong answers among those decided alone.
    pub errors_seen: usize,
    /// Upper confidence bound on the share of wrong answers among those decided alone.
    pub bound: f64,
    /// The promise: at most this share is wrong,
    pub wrong_at_most: f64,
    /// with this confidence.
    pub sure: f64,
    /// Lowest score that is decided alone.
    pub threshold: f64,
    /// SHA-256 of the examples, sorted, in hexadecimal.
    pub digest: String,
}

/// The answer to one text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Classified {
    /// The likeliest labels with calibrated probabilities, best first, at most five.
    pub ranked: Vec<(String, f64)>,
    /// Chance that the first label is right, in the light of all evidence, from zero to one.
    /// The certificate's threshold is on this scale.
    pub score: f64,
    /// Whether the promise covers deciding this without a person.
    pub alone: bool,
    /// Share of the held-out examples that were more like the rest than this text is.
    pub novelty: f64,
    /// What stood against deciding alone; `None` exactly when `alone`.
    pub why_not: Option<WhyNot>,
}

/// The first reason against deciding alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhyNot {
    /// The text holds no word.
    NoWords,
    /// The examples support no promise at all.
    NoCertificate,
    /// The text is too unlike the examples.
    Novel,
    /// The likeliest label has too few examples to be judged.
    RareLabel,
    /// The score is below the certificate's threshold.
    Unsure,
}

/// A label seen in fewer distinct texts than this is never decided alone.
const LABEL_TEXTS_MIN: usize = 5;

/// A trained classifier. Immutable, so it may be shared between threads.
#[derive(Clone, Debug)]
pub struct Classifier {
    labels: Vec<String>,
    rare: Vec<bool>,
    scorer: Scorer,
    /// `None` when there were too few texts to hold any out.
    trust: Option<Trust>,
    novelty: Novelty,
    /// How steeply probability rises with the score.
    sharpness: f64,
    certificate: Option<Certificate>,
}

impl Classifier {
    /// Learns from the examples and makes the certificate, using every example for both by
    /// cross-fitting. Give the examples in the order they arose where that is known: neighbours
    /// of one label are held out together, so a writer's texts vouch for another's, not for
    /// each other. Uses the processor's threads; the result does not depend on their number.
    ///
    /// # Errors
    /// When there are no examples, a label is blank, or the promise is not a pair of shares.
    pub fn train(examples: &[Example], promise: Promise) -> Result<Self, TrainError> {
        if examples.is_empty() {
            return Err(TrainError::NoExamples);
        }
        if !promise.is_possible() {
            return Err(TrainError::ImpossiblePromise);
        }
        if let Some(place) = examples.iter().position(|e| e.label.trim().is_empty()) {
            return Err(TrainError::BlankLabel { number: place + 1 });
        }
        Ok(cross_fit::train(examples, promise))
    }

    /// What may be promised, or `None` when nothing can: too few examples, too hard, one label.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The labels it knows, sorted.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Names the label of a text and says whether that may be decided alone.
    pub fn classify(&self, text: &str) -> Classified {
        let grams = Grams::of(text);
        let opinion = self.scorer.opinion(&grams);
        let ranked = self.probabilities(&opinion);
        let (first, second) = opinion.leaders();
        let score = match &self.trust {
            Some(trust) => trust.chance(first, second, &opinion.evidence),
            None => ranked.first().map_or(0.0, |(_, probability)| *probability),
        };
        let novelty = if grams.is_empty() { 1.0 } else { self.novelty.of(opinion.typicality) };
        let why_not = self.why_not(&grams, first, score, novelty);
        Classified { ranked, score, alone: why_not.is_none(), novelty, why_not }
    }

    fn why_not(&self, grams: &Grams, first: u32, score: f64, novelty: f64) -> Option<WhyNot> {
        if grams.is_empty() {
            return Some(WhyNot::NoWords);
        }
        let Some(certificate) = &self.certificate else {
            return Some(WhyNot::NoCertificate);
        };
        if novelty >= novelty::NOVEL {
            return Some(WhyNot::Novel);
        }
        if self.rare.get(first as usize).copied().unwrap_or(true) {
            return Some(WhyNot::RareLabel);
        }
        (score < certificate.threshold).then_some(WhyNot::Unsure)
    }

    fn probabilities(&self, opinion: &Opinion) -> Vec<(String, f64)> {
        let sum = opinion.crowd(self.sharpness);
        let best = opinion.ranked.first().map_or(0.0, |(_, score)| *score);
        let named = opinion.ranked.iter().filter_map(|(label, score)| {
            let share = (self.sharpness * f64::from(score - best)).exp() / sum;
            Some((self.labels.get(*label as usize)?.clone(), share))
        });
        named.collect()
    }
}

#[cfg(test)]
mod tests;
