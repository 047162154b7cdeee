//! Finds the examples most like a text by the cosine of their word vectors.
//! It does not decide: its votes and similarities are evidence for `trust` and `novelty`.

use super::features::Vector;

/// All examples, listed by feature.
#[derive(Clone, Debug)]
pub struct Neighbours {
    labels: Vec<u32>,
    starts: Vec<u32>,
    postings: Vec<(u32, f32)>,
}

/// One example near a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// The example's label.
    pub label: u32,
    /// Cosine of the angle between the two vectors, from zero to one.
    pub similarity: f32,
}

impl Neighbours {
    /// Lists the examples; vectors name rows below `rows`.
    pub fn list(examples: &[(&Vector, u32)], rows: usize) -> Self {
        let mut starts = vec![0_u32; rows + 1];
        for (vector, _) in examples {
            for (row, _) in &vector.entries {
                if let Some(count) = starts.get_mut(*row as usize + 1) {
                    *count += 1;
                }
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut postings = vec![(0, 0.0); sum as usize];
        for (number, (vector, _)) in (0_u32..).zip(examples) {
            for &(row, weight) in &vector.entries {
                let Some(next) = next.get_mut(row as usize) else {
                    continue;
                };
                if let Some(posting) = postings.get_mut(*next as usize) {
                    *posting = (number, weight);
                }
                *next += 1;
            }
        }
        Self { labels: examples.iter().map(|(_, label)| *label).collect(), starts, postings }
    }

    /// The `count` nearest examples, nearest first; those that share nothing are left out.
    pub fn nearest(&self, vector: &Vector, count: usize) -> Vec<Neighbour> {
        let mut similarity = vec![0.0_f32; self.labels.len()];
        for &(row, weight) in &vector.entries {
            let (Some(start), Some(end)) =
                (self.starts.get(row as usize), self.starts.get(row as usize + 1))
            else {
                continue;
            };
            let list = self.postings.get(*start as usize..*end as usize).unwrap_or_default();
            for &(number, listed) in list {
                if let Some(sum) = similarity.get_mut(number as usize) {
                    *sum += listed * weight;
                }
            }
        }
        let mut best: Vec<Neighbour> = Vec::with_capacity(count + 1);
        for (&similarity, &label) in similarity.iter().zip(&self.labels) {
            let worst = best.last().filter(|_| best.len() >= count).map_or(0.0, |n| n.similarity);
            if similarity > worst {
                let place = best.partition_point(|n| n.similarity >= similarity);
                best.insert(place, Neighbour { label, similarity });
                best.truncate(count);
            }
        }
        best
    }
}
