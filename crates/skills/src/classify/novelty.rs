//! How unlike the examples a text is, as a rank among texts that were held out.
//! It does not watch over time: that is `drift`.

/// The typicality of held-out examples, ascending.
#[derive(Clone, Debug)]
pub struct Novelty {
    typicality: Vec<f64>,
}

/// A text at or above this novelty is never decided alone: less than one example in a hundred
/// was as unlike the others.
pub const NOVEL: f64 = 0.99;

impl Novelty {
    /// Learns what is usual from the typicality of held-out examples.
    pub fn learn(mut typicality: Vec<f64>) -> Self {
        typicality.sort_by(f64::total_cmp);
        Self { typicality }
    }

    /// The share of held-out examples that are more typical than this, from zero to one.
    pub fn of(&self, typicality: f64) -> f64 {
        if self.typicality.is_empty() {
            return 1.0;
        }
        let not_more = self.typicality.partition_point(|held_out| *held_out <= typicality);
        let more = self.typicality.len() - not_more;
        more as f64 / self.typicality.len() as f64
    }
}
