//! Applies a classifier to texts whose labels are known and counts what came of it.
//! It measures no time: the caller holds the clock.

use serde::{Deserialize, Serialize};

use super::folds::Dice;
use super::{Certificate, Classified, Classifier, Example, Promise, TrainError};
use crate::drift::{Drift, DriftWatch};

/// What a classifier did on texts whose labels are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Share of all texts whose likeliest label was right.
    pub accuracy: f64,
    /// Share of all texts decided alone.
    pub certified_coverage: f64,
    /// Share of wrong answers among those decided alone (zero when there are none).
    pub realised_error: f64,
    /// Number of texts left to the next judge.
    pub abstained: usize,
    /// Distinct texts the certificate was made from; zero without a certificate.
    pub calibration_n: usize,
    /// The certificate in force.
    pub certificate: Option<Certificate>,
    /// One item per text, in the order given.
    pub per_item: Vec<Item>,
    /// What the watch said when all had passed; `None` without a certificate. It sees the texts
    /// in a fixed shuffled order, for files are often sorted by label and no stream is.
    pub drift: Option<Drift>,
}

/// One classified text beside the label it carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The label a person gave.
    pub truth: String,
    /// What the classifier said.
    pub classified: Classified,
    /// Whether the likeliest label is the truth.
    pub right: bool,
}

/// Trains on one set and applies to another.
///
/// # Errors
/// As [`Classifier::train`].
pub fn evaluate(
    train: &[Example],
    test: &[Example],
    promise: Promise,
) -> Result<Evaluation, TrainError> {
    Ok(Evaluation::of(&Classifier::train(train, promise)?, test))
}

impl Evaluation {
    /// Applies a trained classifier to every text.
    pub fn of(classifier: &Classifier, test: &[Example]) -> Self {
        let items = test.iter().map(|example| {
            let classified = classifier.classify(&example.text);
            let right = classified.ranked.first().is_some_and(|(name, _)| *name == example.label);
            Item { truth: example.label.clone(), classified, right }
        });
        Self::count(classifier.certificate().cloned(), items.collect())
    }

    /// Counts answers given before, for callers that time each of them.
    pub fn count(certificate: Option<Certificate>, per_item: Vec<Item>) -> Self {
        let right = per_item.iter().filter(|item| item.right).count();
        let alone: Vec<&Item> = per_item.iter().filter(|item| item.classified.alone).collect();
        let wrong = alone.iter().filter(|item| !item.right).count();
        Self {
            accuracy: share(right, per_item.len()),
            certified_coverage: share(alone.len(), per_item.len()),
            realised_error: share(wrong, alone.len()),
            abstained: per_item.len() - alone.len(),
            calibration_n: certificate.as_ref().map_or(0, |certificate| certificate.calibration_n),
            drift: certificate.as_ref().map(|certificate| watch(certificate, &per_item)),
            certificate,
            per_item,
        }
    }
}

fn watch(certificate: &Certificate, items: &[Item]) -> Drift {
    let mut order: Vec<&Item> = items.iter().collect();
    Dice::new(items.len() as u64).shuffle(&mut order);
    let mut watch = DriftWatch::new(certificate);
    let mut drift = Drift::Steady;
    for item in order {
        drift = watch.observe(&item.classified);
    }
    drift
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
