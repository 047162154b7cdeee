//! Splits examples into folds, always the same way, with equal texts kept together.
//! It draws no randomness from outside: the same examples give the same folds.

use std::collections::BTreeMap;

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
    /// Deals distinct texts (by `keys`) over `count` folds, label by label, so that every fold
    /// sees every label that has texts enough.
    pub fn deal(keys: &[String], labels: &[u32], count: usize) -> Self {
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        let mut firsts: Vec<u32> = Vec::new();
        let mut group = Vec::with_capacity(keys.len());
        for (key, label) in keys.iter().zip(labels) {
            let next = groups.len();
            let number = *groups.entry(key.as_str()).or_insert(next);
            if number == next {
                firsts.push(*label);
            }
            group.push(number);
        }
        let mut order: Vec<usize> = (0..firsts.len()).collect();
        Dice::new(firsts.len() as u64).shuffle(&mut order);
        order.sort_by_key(|number| firsts.get(*number));
        let mut fold_of_group = vec![0; firsts.len()];
        for (place, number) in order.into_iter().enumerate() {
            if let Some(fold) = fold_of_group.get_mut(number) {
                *fold = place % count.max(1);
            }
        }
        let fold = group.iter().map(|g| fold_of_group.get(*g).copied().unwrap_or(0)).collect();
        Self { fold, group, count }
    }
}
