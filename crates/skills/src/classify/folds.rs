//! Splits examples into folds, always the same way, with what is alike or was given together
//! kept together. It draws no randomness from outside.

use std::collections::BTreeMap;

use super::alike::{self, Wording};
use super::features;

/// A small deterministic generator (SplitMix64), for orders and simulated data only.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A generator that always throws the same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// A whole number below `limit` (zero when `limit` is zero).
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }

    /// A number in `0..1`.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts the items into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// Which fold each example is in, and which examples are the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    /// Fold of each example, below `count`.
    pub fold: Vec<usize>,
    /// Number of the distinct text of each example; equal texts share it.
    pub group: Vec<usize>,
    /// Number of folds.
    pub count: usize,
}

impl Folds {
    /// Deals examples, given as their words joined by blanks (`keys`), over `count` folds, so
    /// that what a fold holds is to the other folds as a new text is to the examples.
    ///
    /// Label by label a fold takes a run of examples that were given one after the other, for
    /// these often have one writer or one occasion, and what comes will have others (blocked
    /// cross-validation: Roberts et al. 2017, "Cross-validation strategies for data with
    /// temporal, spatial, hierarchical, or phylogenetic structure"). Where the order means
    /// nothing a run is a random share. Equal texts share a fold, and wordings of one another
    /// do while they are no more than a fold's share of their label: what makes up more than
    /// that will come again.
    pub fn deal(keys: &[&str], labels: &[u32], count: usize) -> Self {
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        let mut texts: Vec<Wording> = Vec::new();
        let mut group = Vec::with_capacity(keys.len());
        for (&key, &label) in keys.iter().zip(labels) {
            let next = groups.len();
            let number = *groups.entry(key).or_insert(next);
            if number == next {
                texts.push(Wording { label, shingles: features::shingles(key), together_max: 0 });
            }
            group.push(number);
        }
        let mut of_label: BTreeMap<u32, usize> = BTreeMap::new();
        for text in &texts {
            *of_label.entry(text.label).or_default() += 1;
        }
        for text in &mut texts {
            text.together_max = of_label.get(&text.label).map_or(0, |all| all / count.max(1));
        }
        let fold_of_group = runs(&texts, &of_label, count.max(1));
        let fold = group.iter().map(|g| fold_of_group.get(*g).copied().unwrap_or(0)).collect();
        Self { fold, group, count }
    }
}

/// The fold of each distinct text. Clusters stand in the order of their first texts.
fn runs(texts: &[Wording], of_label: &BTreeMap<u32, usize>, count: usize) -> Vec<usize> {
    let firsts = alike::clusters(texts);
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for first in &firsts {
        *sizes.entry(*first).or_default() += 1;
    }
    let mut passed: BTreeMap<u32, usize> = BTreeMap::new();
    let mut fold_of_cluster: BTreeMap<usize, usize> = BTreeMap::new();
    for (first, size) in sizes {
        let Some(label) = texts.get(first).map(|text| text.label) else {
            continue;
        };
        let all = of_label.get(&label).copied().unwrap_or(1).max(1);
        let passed = passed.entry(label).or_default();
        // Labels begin at different folds, or those with few texts would all crowd the first.
        let run = (2 * *passed + size) * count / (2 * all);
        fold_of_cluster.insert(first, (run + label as usize) % count);
        *passed += size;
    }
    firsts.iter().map(|first| fold_of_cluster.get(first).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests;
