//! Trains a classifier so that every example serves both learning and calibration: each is
//! answered by models that never saw it. Nothing here runs when a text is classified.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest, Sha256};

use super::features;
use super::folds::Folds;
use super::novelty::{self, Novelty};
use super::scorer::{Grams, Opinion, Scorer};
use super::trust::{Outcome, Trust};
use super::{Certificate, Classifier, Example, LABEL_TEXTS_MIN, Promise};
use crate::certify::{self, Scored};

/// More folds mean models closer to the final one, and proportionally more work; fewer mean
/// longer runs, which hold out more of what one writer wrote.
const FOLDS: usize = 5;
/// Few examples are precious and cheap, so they get more folds.
const FOLDS_OF_FEW: usize = 20;
const FEW: usize = 2000;

/// Trains on examples that were checked before: at least one, no blank label.
pub fn train(examples: &[Example], promise: Promise) -> Classifier {
    let set = Set::of(examples);
    let folds = set.folds();
    let (scorer, opinions) = fit(&set, &folds);
    let held_out = HeldOut::of(&set, &folds, opinions);
    let trust = (!held_out.outcomes.is_empty())
        .then(|| Trust::learn(&held_out.outcomes, folds.count, None));
    let rare = set.rare(&folds);
    let novelty = Novelty::learn(held_out.typicality());
    let certificate = certify(&set, &folds, &held_out, &novelty, &rare, promise);
    Classifier {
        labels: set.names,
        rare,
        scorer,
        trust,
        novelty,
        sharpness: sharpness(&held_out),
        certificate,
    }
}

/// The examples, sorted, with their labels as numbers and their texts counted.
struct Set {
    /// Where each stood when they were given.
    given: Vec<usize>,
    names: Vec<String>,
    labels: Vec<u32>,
    keys: Vec<String>,
    grams: Vec<Grams>,
    digest: String,
}

impl Set {
    fn of(examples: &[Example]) -> Self {
        let mut placed: Vec<(&Example, usize)> = examples.iter().zip(0..).collect();
        placed.sort();
        let (sorted, given): (Vec<&Example>, Vec<usize>) = placed.into_iter().unzip();
        let names: BTreeSet<&str> = sorted.iter().map(|example| example.label.as_str()).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let number = |example: &&Example| names.partition_point(|name| *name < example.label);
        let mut digest = Sha256::new();
        for example in &sorted {
            for part in [&example.text, &example.label] {
                digest.update((part.len() as u64).to_le_bytes());
                digest.update(part);
            }
        }
        let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            labels: sorted.iter().map(|example| number(example) as u32).collect(),
            keys: sorted.iter().map(|example| features::words(&example.text).join(" ")).collect(),
            grams: sorted.iter().map(|example| Grams::of(&example.text)).collect(),
            given,
            names,
            digest,
        }
    }

    fn folds(&self) -> Folds {
        let wanted = if self.keys.len() < FEW { FOLDS_OF_FEW } else { FOLDS };
        let texts: BTreeSet<&String> = self.keys.iter().collect();
        let mut order: Vec<usize> = (0..self.given.len()).collect();
        order.sort_by_key(|place| self.given.get(*place));
        let keys: Vec<&str> = pick(&self.keys, &order).map(String::as_str).collect();
        let labels: Vec<u32> = pick(&self.labels, &order).copied().collect();
        let dealt = Folds::deal(&keys, &labels, wanted.min(texts.len()));
        Folds {
            fold: pick(&dealt.fold, &self.given).copied().collect(),
            group: pick(&dealt.group, &self.given).copied().collect(),
            count: dealt.count,
        }
    }

    /// Which labels have too few distinct texts.
    fn rare(&self, folds: &Folds) -> Vec<bool> {
        let mut texts = vec![BTreeSet::new(); self.names.len()];
        for (label, group) in self.labels.iter().zip(&folds.group) {
            if let Some(texts) = texts.get_mut(*label as usize) {
                texts.insert(*group);
            }
        }
        texts.iter().map(|texts| texts.len() < LABEL_TEXTS_MIN).collect()
    }

    fn scorer(&self, chosen: impl Fn(usize) -> bool) -> Scorer {
        let examples: Vec<(&Grams, u32)> = (self.grams.iter().zip(&self.labels).enumerate())
            .filter(|(place, _)| chosen(*place))
            .map(|(_, (grams, label))| (grams, *label))
            .collect();
        Scorer::train(&examples, self.names.len())
    }
}

/// The items at these places.
fn pick<'a, T>(items: &'a [T], places: &'a [usize]) -> impl Iterator<Item = &'a T> {
    places.iter().filter_map(|place| items.get(*place))
}

/// The final scorer, and an opinion on every example by a scorer that did not see its fold.
/// With a single distinct text nothing can be held out, and there are no opinions.
fn fit(set: &Set, folds: &Folds) -> (Scorer, Vec<(usize, Opinion)>) {
    let rounds = if folds.count > 1 { folds.count } else { 0 };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut opinions = Vec::new();
        loop {
            let round = next.fetch_add(1, Ordering::Relaxed);
            if round >= rounds {
                return opinions;
            }
            opinions.extend(hold_out(set, folds, round));
        }
    };
    let hands = thread::available_parallelism().map_or(1, NonZero::get).min(rounds + 1);
    let (scorer, mut opinions) = thread::scope(|scope| {
        let others: Vec<_> = (1..hands).map(|_| scope.spawn(work)).collect();
        let scorer = set.scorer(|_| true);
        let mut opinions = work();
        for other in others {
            match other.join() {
                Ok(more) => opinions.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (scorer, opinions)
    });
    // Which hand finished first must not matter.
    opinions.sort_by_key(|(place, _)| *place);
    (scorer, opinions)
}

/// Opinions on one fold by a scorer trained on all others.
fn hold_out(set: &Set, folds: &Folds, round: usize) -> Vec<(usize, Opinion)> {
    let scorer = set.scorer(|place| folds.fold.get(place) != Some(&round));
    let held_out = folds.fold.iter().zip(&set.grams).enumerate();
    let held_out = held_out.filter(|(_, (fold, _))| **fold == round);
    held_out.map(|(place, (_, grams))| (place, scorer.opinion(grams))).collect()
}

/// One answer per distinct text, given by a scorer that did not see it.
#[derive(Default)]
struct HeldOut {
    outcomes: Vec<Outcome>,
    opinions: Vec<Opinion>,
    /// Whether the text holds no word.
    empty: Vec<bool>,
}

impl HeldOut {
    /// Equal texts are one piece of evidence, not many. Where a person labelled them differently
    /// no answer is right.
    fn of(set: &Set, folds: &Folds, opinions: Vec<(usize, Opinion)>) -> Self {
        let mut held_out = Self::default();
        let mut place_of_group: HashMap<usize, usize> = HashMap::new();
        for (place, opinion) in opinions {
            let (Some(&group), Some(&fold), Some(&truth), Some(grams)) = (
                folds.group.get(place),
                folds.fold.get(place),
                set.labels.get(place),
                set.grams.get(place),
            ) else {
                continue;
            };
            if let Some(earlier) = place_of_group.get(&group) {
                if let Some(outcome) = held_out.outcomes.get_mut(*earlier)
                    && outcome.right()
                {
                    outcome.truth = truth;
                }
                continue;
            }
            place_of_group.insert(group, held_out.outcomes.len());
            let (first, second) = opinion.leaders();
            let evidence = opinion.evidence.clone();
            held_out.outcomes.push(Outcome { first, second, truth, evidence, fold });
            held_out.opinions.push(opinion);
            held_out.empty.push(grams.is_empty());
        }
        held_out
    }

    fn typicality(&self) -> Vec<f64> {
        let with_words = self.opinions.iter().zip(&self.empty).filter(|(_, empty)| !**empty);
        with_words.map(|(opinion, _)| opinion.typicality).collect()
    }
}

/// Scores every held-out answer by a trust that did not learn from its fold, and looks for the
/// lowest threshold that keeps the promise.
fn certify(
    set: &Set,
    folds: &Folds,
    held_out: &HeldOut,
    novelty: &Novelty,
    rare: &[bool],
    promise: Promise,
) -> Option<Certificate> {
    // With one label no example shows what a wrong answer looks like.
    if set.names.len() < 2 || held_out.outcomes.is_empty() {
        return None;
    }
    let trusts: Vec<Trust> = (0..folds.count)
        .map(|fold| Trust::learn(&held_out.outcomes, folds.count, Some(fold)))
        .collect();
    let answers = held_out.outcomes.iter().zip(&held_out.opinions).zip(&held_out.empty);
    let answers: Vec<Scored> = answers
        .map(|((outcome, opinion), empty)| {
            let never = *empty
                || rare.get(outcome.first as usize).copied().unwrap_or(true)
                || novelty.of(opinion.typicality) >= novelty::NOVEL;
            let trust = trusts.get(outcome.fold).filter(|_| !never);
            let score = trust.map(|t| t.chance(outcome.first, outcome.second, &outcome.evidence));
            Scored { score, right: outcome.right() }
        })
        .collect();
    let cut = certify::lowest_threshold(&answers, promise)?;
    Some(Certificate {
        examples: set.labels.len(),
        labels: set.names.len(),
        calibration_n: answers.len(),
        coverage: cut.decided as f64 / answers.len() as f64,
        decided: cut.decided,
        errors_seen: cut.errors,
        bound: cut.bound,
        wrong_at_most: promise.wrong_at_most,
        sure: promise.sure,
        threshold: cut.threshold,
        digest: set.digest.clone(),
    })
}

/// The steepness under which the true labels of held-out texts are likeliest (temperature
/// scaling, Guo et al. 2017, "On Calibration of Modern Neural Networks").
fn sharpness(held_out: &HeldOut) -> f64 {
    let likelihood = |sharpness: f64| -> f64 {
        let pairs = held_out.outcomes.iter().zip(&held_out.opinions);
        let logs = pairs.filter_map(|(outcome, opinion)| {
            let best = opinion.ranked.first()?.1;
            let score = opinion.scores.get(outcome.truth as usize)?;
            Some(sharpness * f64::from(score - best) - opinion.crowd(sharpness).ln())
        });
        logs.sum()
    };
    let candidates = (0..24).map(|step| 0.25 * 1.25_f64.powi(step));
    let scored = candidates.map(|candidate| (likelihood(candidate), candidate));
    scored.max_by(|one, other| one.0.total_cmp(&other.0)).map_or(1.0, |(_, candidate)| candidate)
}
