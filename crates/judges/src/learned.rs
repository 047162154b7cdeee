//! The first rung: a classifier trained on the office's own examples, with a certificate of how
//! much it may decide alone. It answers `classify` only, offline, and not at all once its
//! certificate is gone.

use casework::judgement::{Answer, Evidence, Question};
use casework::worker::Promise;
use casework::{Timestamp, WorkerName};
use engine::seams::{Asked, Judge, JudgeError, Verdict, Work};
use serde_json::json;
use skills::classify::{Certificate, Classified, Classifier, Example, TrainError, WhyNot};
use skills::drift::{Drift, DriftWatch};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, RwLock};

/// All classifiers of an office, by worker and step.
#[derive(Default)]
pub struct LearnedJudge {
    trained: RwLock<BTreeMap<(WorkerName, String), Arc<Trained>>>,
}

/// One classifier in use.
pub struct Trained {
    classifier: Classifier,
    at: Timestamp,
    watch: Mutex<Option<DriftWatch>>,
}

impl Trained {
    /// Trains on examples; takes seconds, so call it where blocking is fine. `at` dates the
    /// certificate.
    ///
    /// # Errors
    /// When nothing can be learned from these examples.
    pub fn train(
        examples: &[Example],
        promise: Promise,
        at: Timestamp,
    ) -> Result<Self, TrainError> {
        let promise =
            skills::certify::Promise { wrong_at_most: promise.wrong_at_most, sure: promise.sure };
        let classifier = Classifier::train(examples, promise)?;
        let watch = Mutex::new(classifier.certificate().map(DriftWatch::new));
        Ok(Self { classifier, at, watch })
    }

    /// What it may promise, if anything.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.classifier.certificate()
    }

    fn judge(&self, text: &str) -> (Classified, Drift) {
        let classified = self.classifier.classify(text);
        let drift = match self.watch.lock() {
            Ok(mut watch) => {
                watch.as_mut().map_or(Drift::Steady, |watch| watch.observe(&classified))
            }
            Err(_) => Drift::Steady,
        };
        (classified, drift)
    }
}

impl LearnedJudge {
    /// Puts a classifier in use for a worker's step, in place of an earlier one.
    pub fn put(&self, worker: WorkerName, step: String, trained: Trained) {
        if let Ok(mut all) = self.trained.write() {
            all.insert((worker, step), Arc::new(trained));
        }
    }

    /// The one in use.
    pub fn get(&self, worker: &WorkerName, step: &str) -> Option<Arc<Trained>> {
        self.trained.read().ok()?.get(&(worker.clone(), step.to_owned())).cloned()
    }

    fn answer(&self, asked: &Asked<'_>) -> Verdict {
        let (Question::Classify { text, into }, Some(step)) = (asked.question, asked.step) else {
            return Verdict::Pass;
        };
        let Some(trained) = self.get(&asked.worker.name, step) else {
            let why = "it has no examples to learn from".to_owned();
            return Verdict::Unsure { options: Vec::new(), why };
        };
        let Some(text) = text.text() else {
            return Verdict::Pass;
        };
        let (classified, drift) = trained.judge(text);
        let best = classified.ranked.first().map(|(label, _)| label.clone());
        let why = why_not(&classified, drift);
        match (why, best) {
            (None, Some(label)) if into.contains(&label) => {
                let certificate = trained.certificate();
                Verdict::Sure {
                    answer: Answer::Label(label),
                    evidence: Evidence {
                        confidence: Some(rounded(classified.score)),
                        certificate: certificate.map(|known| describe(known, trained.at)),
                        likeliest: likeliest(&classified),
                        ..Evidence::default()
                    },
                    version: certificate.map(|known| short(&known.digest)).unwrap_or_default(),
                }
            }
            (why, _) => Verdict::Unsure {
                options: likeliest(&classified)
                    .into_iter()
                    .map(|(label, chance)| (label, Some(chance)))
                    .collect(),
                why: why.unwrap_or_else(|| "its label is not among those asked for".into()),
            },
        }
    }
}

impl Judge for LearnedJudge {
    fn name(&self) -> &str {
        "learned"
    }

    fn judge<'a>(&'a self, asked: Asked<'a>) -> Work<'a, Result<Verdict, JudgeError>> {
        let verdict = self.answer(&asked);
        Box::pin(async move { Ok(verdict) })
    }
}

/// Why it does not decide this alone, in words for the person who is asked; none when it does.
fn why_not(classified: &Classified, drift: Drift) -> Option<String> {
    if let Drift::Withdrawn { after, .. } = drift {
        return Some(format!(
            "what arrives is unlike its examples (noticed after {after}); its certificate is \
             withdrawn until it is trained again"
        ));
    }
    Some(match classified.why_not? {
        WhyNot::NoWords => "there are no words to judge".into(),
        WhyNot::NoCertificate => "its examples support no promise".into(),
        WhyNot::Novel => "the text is unlike all examples".into(),
        WhyNot::RareLabel => "the likeliest label has too few examples".into(),
        WhyNot::Unsure => format!("sure only to {:.0} in 100", classified.score * 100.0),
    })
}

fn likeliest(classified: &Classified) -> Vec<(String, f64)> {
    let top = classified.ranked.iter().take(3);
    top.map(|(label, chance)| (label.clone(), rounded(*chance))).collect()
}

/// What the journal keeps of a certificate.
fn describe(certificate: &Certificate, at: Timestamp) -> serde_json::Value {
    json!({
        "examples": certificate.examples,
        "held_out": certificate.calibration_n,
        "covers": rounded(certificate.coverage),
        "wrong_at_most": certificate.wrong_at_most,
        "sure": certificate.sure,
        "bound": rounded(certificate.bound),
        "made_at": at,
        "digest": short(&certificate.digest),
    })
}

/// Four digits are more than any certificate can tell apart.
fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}
