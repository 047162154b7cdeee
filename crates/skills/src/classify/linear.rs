//! Linear scores, one per label, learned in two different ways: a support vector machine and
//! logistic regression. They err differently, so their agreement is evidence.
//! It knows rows and weights only: what a row means is the business of `features`.

use super::features::Vector;
use super::folds::Dice;

/// A trained linear model: one score per label.
#[derive(Clone, Debug)]
pub struct Linear {
    labels: usize,
    /// Labels rounded up to whole lanes, so that the inner loops vectorise.
    stride: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

/// The value of the constant feature every text has.
const BIAS: f32 = 0.3;
const LANES: usize = 8;
/// `C` of the support vector machine, chosen by cross-validation.
const COST: f32 = 1.0;
const SUPPORT_PASSES: u32 = 8;
/// First learning rate of the logistic regression; it falls to zero over the passes.
const RATE: f32 = 3.0;
const LOGISTIC_PASSES: u32 = 12;

impl Linear {
    /// A one-against-the-rest support vector machine with squared hinge loss. All labels share
    /// each pass over the examples; every step is the exact one-variable minimum of Hsieh et al.
    /// 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM".
    pub fn support(examples: &[(&Vector, u32)], rows: usize, labels: usize) -> Self {
        let mut model = Self::blank(rows, labels);
        let ridge = 0.5 / COST;
        let mut duals = vec![0.0_f32; examples.len() * model.stride];
        let mut scores = vec![0.0_f32; model.stride];
        for order in orders(examples.len(), SUPPORT_PASSES) {
            for place in order {
                let Some((vector, label)) = examples.get(place) else {
                    continue;
                };
                let span = place * model.stride..(place + 1) * model.stride;
                let Some(duals) = duals.get_mut(span) else {
                    continue;
                };
                model.score_into(vector, &mut scores);
                let curvature = vector.squared_length() + BIAS * BIAS + ridge;
                if dual_step(duals, &mut scores, *label, ridge, curvature) {
                    model.add(vector, &scores);
                }
            }
        }
        model
    }

    /// Multinomial logistic regression by stochastic gradient descent with a falling rate; the
    /// few passes from zero are its only regularisation.
    pub fn logistic(examples: &[(&Vector, u32)], rows: usize, labels: usize) -> Self {
        let mut model = Self::blank(rows, labels);
        let mut scores = vec![0.0_f32; model.stride];
        for (pass, order) in (0_u8..).zip(orders(examples.len(), LOGISTIC_PASSES)) {
            let rate = RATE * (1.0 - f32::from(pass) / LOGISTIC_PASSES as f32);
            for place in order {
                let Some((vector, label)) = examples.get(place) else {
                    continue;
                };
                model.score_into(vector, &mut scores);
                gradient_step(&mut scores, labels, *label, rate);
                model.add(vector, &scores);
            }
        }
        model
    }

    /// One score per label, higher for likelier labels.
    pub fn score(&self, vector: &Vector) -> Vec<f32> {
        let mut scores = vec![0.0; self.stride];
        self.score_into(vector, &mut scores);
        scores.truncate(self.labels);
        scores
    }

    fn blank(rows: usize, labels: usize) -> Self {
        let stride = labels.div_ceil(LANES) * LANES;
        Self { labels, stride, weights: vec![0.0; rows * stride], bias: vec![0.0; stride] }
    }

    fn score_into(&self, vector: &Vector, scores: &mut [f32]) {
        for (score, bias) in scores.iter_mut().zip(&self.bias) {
            *score = bias * BIAS;
        }
        for &(row, weight) in &vector.entries {
            let start = row as usize * self.stride;
            let Some(weights) = self.weights.get(start..start + self.stride) else {
                continue;
            };
            for (score, learned) in scores.iter_mut().zip(weights) {
                *score += learned * weight;
            }
        }
    }

    fn add(&mut self, vector: &Vector, moves: &[f32]) {
        for (bias, change) in self.bias.iter_mut().zip(moves) {
            *bias += change * BIAS;
        }
        for &(row, weight) in &vector.entries {
            let start = row as usize * self.stride;
            let Some(weights) = self.weights.get_mut(start..start + self.stride) else {
                continue;
            };
            for (learned, change) in weights.iter_mut().zip(moves) {
                *learned += change * weight;
            }
        }
    }
}

/// A fresh order of the examples for each pass, always the same ones for the same number.
fn orders(examples: usize, passes: u32) -> impl Iterator<Item = Vec<usize>> {
    let mut dice = Dice::new(examples as u64);
    (0..passes).map(move |_| {
        let mut order: Vec<usize> = (0..examples).collect();
        dice.shuffle(&mut order);
        order
    })
}

/// Moves one example's dual variables; `scores` comes in as scores and leaves as weight changes.
/// False when nothing moved enough to matter.
fn dual_step(duals: &mut [f32], scores: &mut [f32], label: u32, ridge: f32, curve: f32) -> bool {
    let mut moved = 0.0_f32;
    for (place, (dual, score)) in (0_u32..).zip(duals.iter_mut().zip(scores)) {
        let side = if place == label { 1.0 } else { -1.0 };
        let gradient = side * *score - 1.0 + ridge * *dual;
        let next = (*dual - gradient / curve).max(0.0);
        *score = (next - *dual) * side;
        moved = moved.max((next - *dual).abs());
        *dual = next;
    }
    moved > 1e-6
}

/// Turns scores into the changes of the weights that make `label` likelier.
fn gradient_step(scores: &mut [f32], labels: usize, label: u32, rate: f32) {
    let top = scores.iter().take(labels).copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut().take(labels) {
        *score = (*score - top).exp();
        sum += *score;
    }
    for (place, score) in (0_u32..).zip(scores.iter_mut()) {
        let wanted = if place == label { 1.0 } else { 0.0 };
        *score = rate * (wanted - *score / sum);
    }
    for padding in scores.iter_mut().skip(labels) {
        *padding = 0.0;
    }
}
