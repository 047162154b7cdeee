//! Turns texts into sparse vectors of word and character n-grams, weighted by TF-IDF.
//! It does not learn labels: `linear` and `neighbours` do that on the vectors made here.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::RangeInclusive;

/// Which n-grams a vector is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Single words, neighbouring pairs and unordered pairs of words a few places apart.
    Words,
    /// Character n-grams inside padded words.
    Characters,
}

/// Two words further apart than this make no pair: the pairs of long mails would swamp the rest.
const PAIR_DISTANCE_MAX: usize = 8;
/// Only the beginning of a very long text is looked at, so that one text has a bounded cost.
const WORDS_MAX: usize = 400;
const CHARACTER_GRAMS: RangeInclusive<usize> = 2..=5;

/// A text's n-grams with the number of times each occurs, sorted by n-gram.
pub type Counts = Vec<(u64, u32)>;

/// The words of a text: lower case, letters and digits only, every digit written as `0`.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_numeric() {
            word.push('0');
        } else if letter.is_alphabetic() {
            word.extend(letter.to_lowercase());
        } else if letter == '\'' || letter == '\u{2019}' {
            // "can't" is one word; the mark itself says nothing.
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
            if words.len() == WORDS_MAX {
                return words;
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The different words and neighbouring pairs in words joined by blanks, hashed and sorted.
pub fn shingles(key: &str) -> Vec<u64> {
    let words = key.split(' ').map(|word| hash(word.as_bytes(), 1));
    let words: Vec<u64> = words.collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    let pairs: Vec<u64> = pairs.map(|(first, second)| mix(first ^ mix(second ^ 2))).collect();
    let mut shingles = words;
    shingles.extend(pairs);
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

/// Counts the n-grams of one family in a text given as [`words`].
pub fn counts(words: &[String], family: Family) -> Counts {
    let mut grams = Vec::new();
    match family {
        Family::Words => word_grams(words, &mut grams),
        Family::Characters => {
            for word in words {
                character_grams(&format!(" {word} "), &mut grams);
            }
        }
    }
    grams.sort_unstable();
    let mut counts: Counts = Vec::with_capacity(grams.len());
    for gram in grams {
        match counts.last_mut() {
            Some((last, count)) if *last == gram => *count += 1,
            _ => counts.push((gram, 1)),
        }
    }
    counts
}

fn word_grams(words: &[String], grams: &mut Vec<u64>) {
    let hashes: Vec<u64> = words.iter().map(|word| hash(word.as_bytes(), 1)).collect();
    grams.extend_from_slice(&hashes);
    for (place, &first) in hashes.iter().enumerate() {
        let followers = hashes.iter().skip(place + 1).take(PAIR_DISTANCE_MAX);
        for (distance, &second) in followers.enumerate() {
            if distance == 0 {
                grams.push(mix(first ^ mix(second ^ 2)));
            }
            let (low, high) = (first.min(second), first.max(second));
            grams.push(mix(low ^ mix(high ^ 3)));
        }
    }
    if let (Some(&first), Some(&last)) = (hashes.first(), hashes.last()) {
        grams.push(mix(first ^ 4));
        grams.push(mix(last ^ 5));
    }
}

fn character_grams(text: &str, grams: &mut Vec<u64>) {
    let mut starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
    starts.push(text.len());
    for length in CHARACTER_GRAMS {
        for (&start, &end) in starts.iter().zip(starts.iter().skip(length)) {
            grams.push(hash(text.as_bytes().get(start..end).unwrap_or_default(), 6));
        }
    }
}

/// FNV-1a, then mixed so that every bit may serve as a table index.
fn hash(bytes: &[u8], seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    mix(bytes
        .iter()
        .fold(start, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// The finaliser of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A sparse vector; its length is one less what the text holds of unknown n-grams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vector {
    /// Row of the vocabulary and weight, sorted by row.
    pub entries: Vec<(u32, f32)>,
}

impl Vector {
    /// Square of the vector's Euclidean length.
    pub fn squared_length(&self) -> f32 {
        self.entries.iter().map(|(_, weight)| weight * weight).sum()
    }
}

/// The n-grams worth knowing and how rare each is.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    rows: HashMap<u64, (u32, f32), BuildHasherDefault<Premixed>>,
    rarity_unknown: f32,
}

impl Vocabulary {
    /// Learns from the counted texts which n-grams occur in at least `documents_min` of them.
    pub fn learn<'a>(texts: impl Iterator<Item = &'a Counts>, documents_min: u32) -> Self {
        let mut documents: HashMap<u64, u32, BuildHasherDefault<Premixed>> = HashMap::default();
        let mut total = 0_u32;
        for counts in texts {
            total += 1;
            for (gram, _) in counts {
                *documents.entry(*gram).or_default() += 1;
            }
        }
        let mut known: Vec<(u64, u32)> =
            documents.into_iter().filter(|(_, count)| *count >= documents_min).collect();
        // Frequent n-grams get neighbouring rows, so that their weights stay in the cache.
        known.sort_unstable_by_key(|(gram, count)| (std::cmp::Reverse(*count), *gram));
        let rarity = |count: u32| ((1.0 + total as f32) / (1.0 + count as f32)).ln() + 1.0;
        let rows = (0..).zip(known).map(|(row, (gram, count))| (gram, (row, rarity(count))));
        Self { rows: rows.collect(), rarity_unknown: rarity(documents_min.saturating_sub(1)) }
    }

    /// Number of rows that vectors may name.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The TF-IDF vector of a counted text. Unknown n-grams count towards its length, so a text
    /// made mostly of them scores low everywhere.
    pub fn vector(&self, counts: &Counts) -> Vector {
        let (mut known, mut unknown) = (0.0_f32, 0.0_f32);
        let mut entries = Vec::with_capacity(counts.len());
        for (gram, count) in counts {
            let frequency = 1.0 + (*count as f32).ln();
            if let Some(&(row, rarity)) = self.rows.get(gram) {
                let weight = frequency * rarity;
                known += weight * weight;
                entries.push((row, weight));
            } else {
                unknown += (frequency * self.rarity_unknown).powi(2);
            }
        }
        let length = (known + unknown).sqrt().max(f32::MIN_POSITIVE);
        for (_, weight) in &mut entries {
            *weight /= length;
        }
        entries.sort_unstable_by_key(|(row, _)| *row);
        Vector { entries }
    }
}

/// Keys are mixed already: hashing them again would only cost time.
#[derive(Clone, Copy, Debug, Default)]
struct Premixed(u64);

impl Hasher for Premixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes, self.0);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
