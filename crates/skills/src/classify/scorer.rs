//! The views on a text side by side: words and characters, two learners each, and the nearest
//! examples. Its opinion names likely labels and the evidence for the first of them.
//! It does not say how far the opinion may be trusted: that is `trust`.

use super::features::{self, Counts, Family, Vector, Vocabulary};
use super::linear::Linear;
use super::neighbours::Neighbours;

/// A text as the scorer takes it: counted once, used by every fold.
#[derive(Clone, Debug)]
pub struct Grams {
    words: Counts,
    characters: Counts,
}

impl Grams {
    /// Counts the n-grams of a text.
    pub fn of(text: &str) -> Self {
        let words = features::words(text);
        Self {
            words: features::counts(&words, Family::Words),
            characters: features::counts(&words, Family::Characters),
        }
    }

    /// Whether the text holds no word at all.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// What the scorer makes of one text.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// The likeliest labels with their scores, best first, at most [`RANKED_MAX`].
    pub ranked: Vec<(u32, f32)>,
    /// Every label's score.
    pub scores: Vec<f32>,
    /// What speaks for the first label; every figure is higher for surer.
    pub evidence: Vec<f64>,
    /// How much the text is like the examples, higher for more.
    pub typicality: f64,
}

impl Opinion {
    /// The likeliest label and the one after it (the same one when there is no other).
    pub fn leaders(&self) -> (u32, u32) {
        let first = self.ranked.first().map_or(0, |(label, _)| *label);
        (first, self.ranked.get(1).map_or(first, |(label, _)| *label))
    }

    /// The sum over all labels of `exp(sharpness · (score − best score))`: what the likeliest
    /// label's one is divided by to give its probability.
    pub fn crowd(&self, sharpness: f64) -> f64 {
        let best = self.ranked.first().map_or(0.0, |(_, score)| *score);
        self.scores.iter().map(|score| (sharpness * f64::from(score - best)).exp()).sum()
    }
}

/// How many likely labels are kept.
pub const RANKED_MAX: usize = 5;
/// Length of [`Opinion::evidence`].
pub const EVIDENCE: usize = 14;

/// An n-gram of only one example teaches nothing about others.
const DOCUMENTS_MIN: u32 = 2;
const NEIGHBOURS: usize = 20;
/// Weight of logistic scores beside those of the support vector machine, whose range is smaller.
const LOGISTIC_WEIGHT: f32 = 0.3;

/// All views, trained on one set of examples.
#[derive(Clone, Debug)]
pub struct Scorer {
    labels: usize,
    words: View,
    characters: View,
    neighbours: Neighbours,
}

/// One family of n-grams with both learners.
#[derive(Clone, Debug)]
struct View {
    vocabulary: Vocabulary,
    support: Linear,
    logistic: Linear,
}

impl Scorer {
    /// Trains every view on the examples; labels are numbers below `labels`.
    pub fn train(examples: &[(&Grams, u32)], labels: usize) -> Self {
        let of_words: Vec<(&Counts, u32)> = examples.iter().map(|(g, l)| (&g.words, *l)).collect();
        let of_characters: Vec<(&Counts, u32)> =
            examples.iter().map(|(g, l)| (&g.characters, *l)).collect();
        let (words, vectors) = View::train(&of_words, labels);
        let (characters, _) = View::train(&of_characters, labels);
        let listed: Vec<(&Vector, u32)> =
            vectors.iter().zip(examples).map(|(vector, (_, label))| (vector, *label)).collect();
        let neighbours = Neighbours::list(&listed, words.vocabulary.len());
        Self { labels, words, characters, neighbours }
    }

    /// What the views together make of a text.
    pub fn opinion(&self, grams: &Grams) -> Opinion {
        let words = self.words.vocabulary.vector(&grams.words);
        let characters = self.characters.vocabulary.vector(&grams.characters);
        let views = [
            self.words.support.score(&words),
            self.characters.support.score(&characters),
            self.words.logistic.score(&words),
            self.characters.logistic.score(&characters),
        ];
        let weights = [1.0, 1.0, LOGISTIC_WEIGHT, LOGISTIC_WEIGHT];
        let mut scores = vec![0.0_f32; self.labels];
        for (view, weight) in views.iter().zip(weights) {
            for (sum, score) in scores.iter_mut().zip(view) {
                *sum += weight * score;
            }
        }
        let ranked = best(&scores);
        let votes = self.votes(&words, ranked.first().map_or(0, |(label, _)| *label));
        let evidence = evidence(&ranked, &scores, &views, &votes);
        let top = ranked.first().map_or(0.0, |(_, score)| f64::from(*score));
        Opinion { ranked, scores, evidence, typicality: top + votes.nearest }
    }

    fn votes(&self, words: &Vector, label: u32) -> Votes {
        let neighbours = self.neighbours.nearest(words, NEIGHBOURS);
        let mut votes = vec![0.0_f64; self.labels];
        for neighbour in &neighbours {
            if let Some(vote) = votes.get_mut(neighbour.label as usize) {
                *vote += f64::from(neighbour.similarity.powi(3));
            }
        }
        let all = votes.iter().sum::<f64>() + 1e-6;
        let own = votes.get(label as usize).copied().unwrap_or(0.0);
        let rivals = votes.iter().enumerate().filter(|(other, _)| *other != label as usize);
        let rival = rivals.map(|(_, vote)| *vote).fold(0.0, f64::max);
        Votes {
            own: own / all,
            rival: rival / all,
            against_rival: (own + 0.01) / (own + rival + 0.02),
            nearest: neighbours.first().map_or(0.0, |nearest| f64::from(nearest.similarity)),
        }
    }
}

impl View {
    fn train(examples: &[(&Counts, u32)], labels: usize) -> (Self, Vec<Vector>) {
        let vocabulary = Vocabulary::learn(examples.iter().map(|(c, _)| *c), DOCUMENTS_MIN);
        let vectors: Vec<Vector> =
            examples.iter().map(|(counts, _)| vocabulary.vector(counts)).collect();
        let listed: Vec<(&Vector, u32)> =
            vectors.iter().zip(examples).map(|(vector, (_, label))| (vector, *label)).collect();
        let support = Linear::support(&listed, vocabulary.len(), labels);
        let logistic = Linear::logistic(&listed, vocabulary.len(), labels);
        (Self { vocabulary, support, logistic }, vectors)
    }
}

/// What the nearest examples say about a label.
struct Votes {
    own: f64,
    rival: f64,
    against_rival: f64,
    nearest: f64,
}

fn best(scores: &[f32]) -> Vec<(u32, f32)> {
    let mut best: Vec<(u32, f32)> = Vec::with_capacity(RANKED_MAX + 1);
    for (label, &score) in (0_u32..).zip(scores) {
        let place = best.partition_point(|(_, better)| *better >= score);
        if place < RANKED_MAX {
            best.insert(place, (label, score));
            best.truncate(RANKED_MAX);
        }
    }
    best
}

fn evidence(ranked: &[(u32, f32)], scores: &[f32], views: &[Vec<f32>], votes: &Votes) -> Vec<f64> {
    let at = |place: usize| {
        ranked.get(place).or(ranked.last()).map_or(0.0, |(_, score)| f64::from(*score))
    };
    let label = ranked.first().map_or(0, |(label, _)| *label as usize);
    let margins: Vec<f64> = views.iter().map(|view| f64::from(margin(view, label))).collect();
    let least = margins.iter().copied().fold(f64::INFINITY, f64::min);
    let agreeing = margins.iter().filter(|margin| **margin > 0.0).count();
    let crowd: f64 = scores.iter().map(|score| (2.0 * (f64::from(*score) - at(0))).exp()).sum();
    let mut evidence = Vec::with_capacity(EVIDENCE);
    evidence.extend([at(0) - at(1), at(0), -at(1)]);
    evidence.extend([votes.own, -votes.rival, votes.nearest, votes.against_rival]);
    evidence.extend(&margins);
    evidence.extend([least, agreeing as f64, -crowd.ln()]);
    evidence
}

/// How far a label's score stands above the best other one (below zero when it does not).
fn margin(scores: &[f32], label: usize) -> f32 {
    let own = scores.get(label).copied().unwrap_or(0.0);
    let others = scores.iter().enumerate().filter(|(other, _)| *other != label);
    own - others.map(|(_, score)| *score).reduce(f32::max).unwrap_or(0.0)
}
