//! Tests of how examples are dealt over folds.

use super::*;

const WORDS: [&str; 12] = [
    "card", "fee", "rate", "limit", "top", "cash", "refund", "wrong", "late", "abroad", "again",
    "sum",
];

/// Texts of four random words, no two of which need be alike.
fn texts(count: usize, seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let mut text = |_| {
        let words: Vec<&str> = (0..4).map(|_| WORDS[dice.below(WORDS.len())]).collect();
        words.join(" ")
    };
    (0..count).map(&mut text).collect()
}

fn deal(texts: &[String], labels: &[u32], count: usize) -> Folds {
    let keys: Vec<&str> = texts.iter().map(String::as_str).collect();
    Folds::deal(&keys, labels, count)
}

#[test]
fn equal_texts_share_a_fold_and_a_group() {
    let mut all = texts(60, 1);
    all.extend(texts(60, 1));
    let folds = deal(&all, &[0; 120], 5);
    assert_eq!(folds.fold[..60], folds.fold[60..]);
    assert_eq!(folds.group[..60], folds.group[60..]);
}

#[test]
fn what_was_given_one_after_the_other_is_held_out_together() {
    let all: Vec<String> = (b'a'..=b'y').map(|letter| char::from(letter).to_string()).collect();
    let folds = deal(&all, &[0; 25], 5);
    for (place, fold) in folds.fold.iter().enumerate() {
        assert_eq!(*fold, place / 5);
    }
}

#[test]
fn wordings_of_one_another_are_held_out_together_wherever_they_stand() {
    let mut all: Vec<String> =
        (0..40_u8).map(|n| format!("{0}{0}", char::from(b'A' + n))).collect();
    all[3] = "when does the new card come".to_owned();
    all[30] = "so when does the new card come".to_owned();
    let folds = deal(&all, &[0; 40], 5);
    assert_eq!(folds.fold[3], folds.fold[30]);
    assert_ne!(folds.group[3], folds.group[30]);
}

#[test]
fn a_form_that_makes_up_a_whole_label_is_still_seen_by_every_fold() {
    let ends = (b'a'..=b'y').map(char::from);
    let all: Vec<String> = ends.map(|end| format!("your order has left our house {end}")).collect();
    let folds = deal(&all, &[0; 25], 5);
    for fold in 0..5 {
        assert_eq!(folds.fold.iter().filter(|other| **other == fold).count(), 5);
    }
}

#[test]
fn folds_are_of_about_equal_size() {
    let all = texts(1000, 2);
    let labels: Vec<u32> = (0..1000).map(|number| number % 50).collect();
    let folds = deal(&all, &labels, 5);
    for fold in 0..5 {
        let size = folds.fold.iter().filter(|other| **other == fold).count();
        assert!((150..=250).contains(&size), "{size}");
    }
}
