//! Finds examples of one label that are wordings of one another, so that they are held out
//! together. It compares words only, and knows nothing of folds or learning.

use std::collections::HashMap;

/// Two texts are wordings of one another when they share half of all their words and word pairs.
/// The measure and the half are those of Broder et al. 1997, "Syntactic Clustering of the Web".
const ALIKE: f64 = 0.5;
/// A text is compared with at most so many others for each of its rarer shingles. This bounds
/// the cost where thousands of texts are copies of a form.
const LISTED_MAX: usize = 100;

/// One distinct text to be compared.
#[derive(Clone, Debug)]
pub struct Wording {
    /// Its label; texts of different labels are never put together.
    pub label: u32,
    /// What it is made of, sorted, without repetition.
    pub shingles: Vec<u64>,
    /// The most texts its cluster may grow to.
    pub together_max: usize,
}

/// The cluster of each text, as the place of its first member. Clusters grow along chains of
/// likeness, and two that would be too large together stay apart.
///
/// Two sets with a Jaccard similarity of at least `t` share one of the rarest
/// `n − ⌈t · n⌉ + 1` members of each, so only texts that meet there are compared (prefix
/// filtering: Chaudhuri, Ganti, Kaushik 2006, "A Primitive Operator for Similarity Joins").
pub fn clusters(texts: &[Wording]) -> Vec<usize> {
    let mut spread: HashMap<(u32, u64), u32> = HashMap::new();
    for text in texts {
        for shingle in &text.shingles {
            *spread.entry((text.label, *shingle)).or_default() += 1;
        }
    }
    let mut clusters = Clusters::apart(texts);
    let mut listed: HashMap<(u32, u64), Vec<usize>> = HashMap::new();
    for (place, text) in texts.iter().enumerate() {
        let mut met: Vec<usize> = Vec::new();
        for shingle in rarest(text, &spread) {
            let list = listed.entry((text.label, shingle)).or_default();
            met.extend_from_slice(list);
            if list.len() < LISTED_MAX {
                list.push(place);
            }
        }
        met.sort_unstable();
        met.dedup();
        for other in met {
            let near = texts.get(other).is_some_and(|o| likeness(text, o) >= ALIKE);
            if near {
                clusters.join(other, place, text.together_max);
            }
        }
    }
    (0..texts.len()).map(|place| clusters.first(place)).collect()
}

/// The shingles of which any text alike must have one.
fn rarest(text: &Wording, spread: &HashMap<(u32, u64), u32>) -> Vec<u64> {
    let all = text.shingles.len();
    let mut rarest = text.shingles.clone();
    rarest.sort_unstable_by_key(|shingle| (spread.get(&(text.label, *shingle)).copied(), *shingle));
    rarest.truncate(all + 1 - (ALIKE * all as f64).ceil() as usize);
    rarest
}

/// The Jaccard similarity of two texts' shingles.
fn likeness(one: &Wording, other: &Wording) -> f64 {
    let in_both = |shingle: &&u64| other.shingles.binary_search(shingle).is_ok();
    let shared = one.shingles.iter().filter(in_both).count();
    shared as f64 / (one.shingles.len() + other.shingles.len() - shared).max(1) as f64
}

/// A forest: every text points at an earlier one of its cluster, the first at itself.
struct Clusters {
    earlier: Vec<usize>,
    size: Vec<usize>,
}

impl Clusters {
    fn apart(texts: &[Wording]) -> Self {
        Self { earlier: (0..texts.len()).collect(), size: vec![1; texts.len()] }
    }

    fn first(&self, mut place: usize) -> usize {
        while let Some(&earlier) = self.earlier.get(place).filter(|earlier| **earlier != place) {
            place = earlier;
        }
        place
    }

    fn join(&mut self, one: usize, other: usize, together_max: usize) {
        let (one, other) = (self.first(one), self.first(other));
        let (low, high) = (one.min(other), one.max(other));
        let size = |place: usize| self.size.get(place).copied().unwrap_or(0);
        let together = size(low) + size(high);
        if low == high || together > together_max {
            return;
        }
        if let (Some(earlier), Some(size)) = (self.earlier.get_mut(high), self.size.get_mut(low)) {
            (*earlier, *size) = (low, together);
        }
    }
}

#[cfg(test)]
mod tests;
