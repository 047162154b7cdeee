//! Learns, from answers given to texts that were held out, how likely an answer is right.
//! It sees evidence, never texts, and sets no threshold: that is `certify`.

use std::collections::HashMap;

use super::scorer::EVIDENCE;

/// One answer to a held-out text.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The likeliest label.
    pub first: u32,
    /// The label after it.
    pub second: u32,
    /// The label the example carries.
    pub truth: u32,
    /// The evidence the scorer gave.
    pub evidence: Vec<f64>,
    /// The fold the example was held out with.
    pub fold: usize,
}

impl Outcome {
    /// Whether the likeliest label was the example's.
    pub fn right(&self) -> bool {
        self.first == self.truth
    }
}

/// A logistic regression from evidence to the chance of being right. Every input is turned so
/// that more speaks for the answer, and no weight is negative: with few errors to learn from, a
/// free fit would sooner or later call a piece of doubt a reason for trust.
#[derive(Clone, Debug)]
pub struct Trust {
    record: Record,
    scales: Vec<Scale>,
    weights: Vec<f64>,
}

/// A constant, the scorer's evidence, and two figures of the track record.
const INPUTS: usize = 1 + EVIDENCE + 2;
/// Strength of the Gaussian prior on the weights.
const PRIOR: f64 = 2.0;
/// The constant is left to the data: shrinking it would bend all other weights.
const PRIOR_OF_CONSTANT: f64 = 1e-3;
/// Inputs further than this many spreads from their mean say no more than this.
const SPREADS_MAX: f64 = 3.0;
const NEWTON_STEPS: usize = 25;

impl Trust {
    /// Learns from outcomes of every fold but `without`. An outcome's track record leaves out
    /// its own fold, as the record of a new text does.
    pub fn learn(outcomes: &[Outcome], folds: usize, without: Option<usize>) -> Self {
        let kept: Vec<&Outcome> =
            outcomes.iter().filter(|outcome| Some(outcome.fold) != without).collect();
        let records: Vec<Record> = (0..folds)
            .map(|fold| Record::of(kept.iter().copied().filter(|o| o.fold != fold)))
            .collect();
        let mut inputs: Vec<(Vec<f64>, f64)> = Vec::with_capacity(kept.len());
        for outcome in &kept {
            let Some(record) = records.get(outcome.fold) else {
                continue;
            };
            let row = inputs_of(record, outcome.first, outcome.second, &outcome.evidence);
            inputs.push((row, if outcome.right() { 1.0 } else { 0.0 }));
        }
        let scales = scales(&inputs);
        for (row, _) in &mut inputs {
            standardise(row, &scales);
        }
        let weights = regress(&inputs);
        Self { record: Record::of(kept.iter().copied()), scales, weights }
    }

    /// The chance, from zero to one, that the likeliest label is right.
    pub fn chance(&self, first: u32, second: u32, evidence: &[f64]) -> f64 {
        let mut row = inputs_of(&self.record, first, second, evidence);
        standardise(&mut row, &self.scales);
        logistic(dot(&row, &self.weights))
    }
}

/// How often each answer, and each pair of first and second answer, went wrong.
#[derive(Clone, Debug, Default)]
struct Record {
    labels: HashMap<u32, Tally>,
    pairs: HashMap<(u32, u32), Tally>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    wrong: f64,
    all: f64,
}

impl Record {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut record = Self::default();
        for outcome in outcomes {
            let label = record.labels.entry(outcome.first).or_default();
            label.all += 1.0;
            label.wrong += if outcome.right() { 0.0 } else { 1.0 };
            let pair = record.pairs.entry(pair(outcome.first, outcome.second)).or_default();
            pair.all += 1.0;
            pair.wrong += if outcome.second == outcome.truth { 1.0 } else { 0.0 };
        }
        record
    }
}

fn pair(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// The constant, the evidence, and how seldom this label and this pair went wrong.
fn inputs_of(record: &Record, first: u32, second: u32, evidence: &[f64]) -> Vec<f64> {
    let label = record.labels.get(&first).copied().unwrap_or_default();
    let pair = record.pairs.get(&pair(first, second)).copied().unwrap_or_default();
    let mut row = Vec::with_capacity(INPUTS);
    row.push(1.0);
    row.extend(evidence.iter().take(EVIDENCE));
    row.push(-((label.wrong + 1.0) / (label.all + 10.0)).ln());
    row.push(-((pair.wrong + 0.5) / (pair.all + 10.0)).ln());
    row
}

#[derive(Clone, Copy, Debug)]
struct Scale {
    mean: f64,
    spread: f64,
}

fn scales(inputs: &[(Vec<f64>, f64)]) -> Vec<Scale> {
    let count = inputs.len().max(1) as f64;
    let column = |place: usize| inputs.iter().filter_map(move |(row, _)| row.get(place));
    let mut scales = vec![Scale { mean: 0.0, spread: 1.0 }];
    for place in 1..INPUTS {
        let mean = column(place).sum::<f64>() / count;
        let variance = column(place).map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        scales.push(Scale { mean, spread: variance.sqrt().max(1e-6) });
    }
    scales
}

fn standardise(row: &mut [f64], scales: &[Scale]) {
    for (value, scale) in row.iter_mut().zip(scales) {
        *value = ((*value - scale.mean) / scale.spread).clamp(-SPREADS_MAX, SPREADS_MAX);
    }
}

/// Logistic regression with a Gaussian prior and no negative weight: inputs whose weight comes
/// out negative are left out, until none does.
fn regress(inputs: &[(Vec<f64>, f64)]) -> Vec<f64> {
    let mut weights = vec![0.0_f64; INPUTS];
    let mut used = vec![true; INPUTS];
    loop {
        newton(inputs, &mut weights, &used);
        let mut dropped = false;
        for (weight, used) in weights.iter_mut().zip(&mut used).skip(1) {
            if *weight < 0.0 {
                (*weight, *used, dropped) = (0.0, false, true);
            }
        }
        if !dropped {
            return weights;
        }
    }
}

/// Newton's method from the weights as they stand; inputs not used keep their weight.
fn newton(inputs: &[(Vec<f64>, f64)], weights: &mut [f64], used: &[bool]) {
    for _ in 0..NEWTON_STEPS {
        let (curvature, gradient) = slopes(inputs, weights, used);
        let Some(change) = solve(curvature, gradient) else { return };
        let largest = change.iter().fold(0.0_f64, |largest, step| largest.max(step.abs()));
        for (weight, step) in weights.iter_mut().zip(&change) {
            // A whole Newton step may overshoot far from the solution.
            *weight += step * (2.0 / largest.max(2.0));
        }
        if largest < 1e-6 {
            return;
        }
    }
}

/// Second and first derivatives of the log-likelihood with its prior.
fn slopes(inputs: &[(Vec<f64>, f64)], weights: &[f64], used: &[bool]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let prior = |place: usize| if place == 0 { PRIOR_OF_CONSTANT } else { PRIOR };
    let mut gradient: Vec<f64> =
        weights.iter().enumerate().map(|(place, weight)| -prior(place) * weight).collect();
    let mut curvature = vec![vec![0.0; weights.len()]; weights.len()];
    for (row, right) in inputs {
        let chance = logistic(dot(row, weights));
        let slope = chance * (1.0 - chance);
        for ((value, sum), line) in row.iter().zip(&mut gradient).zip(&mut curvature) {
            *sum += (right - chance) * value;
            for (cell, other) in line.iter_mut().zip(row) {
                *cell += slope * value * other;
            }
        }
    }
    for (place, line) in curvature.iter_mut().enumerate() {
        let here = used.get(place).copied().unwrap_or(false);
        for ((column, cell), used) in line.iter_mut().enumerate().zip(used) {
            if !(here && *used) {
                *cell = 0.0;
            }
            if column == place {
                *cell += prior(place);
            }
        }
        if let Some(sum) = gradient.get_mut(place).filter(|_| !here) {
            *sum = 0.0;
        }
    }
    (curvature, gradient)
}

/// Solves a positive definite system by elimination; `None` when it is singular.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        let pivot_row = matrix.get(column)?.clone();
        let pivot = *pivot_row.get(column)?;
        if pivot <= 1e-12 {
            return None;
        }
        let pivot_right = *right.get(column)?;
        for (place, line) in matrix.iter_mut().enumerate() {
            if place == column {
                continue;
            }
            let factor = *line.get(column)? / pivot;
            for (cell, above) in line.iter_mut().zip(&pivot_row) {
                *cell -= factor * above;
            }
            *right.get_mut(place)? -= factor * pivot_right;
        }
    }
    let diagonal = matrix.iter().enumerate().map(|(place, line)| line.get(place).copied());
    diagonal.zip(right).map(|(pivot, value)| pivot.map(|pivot| value / pivot)).collect()
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}
