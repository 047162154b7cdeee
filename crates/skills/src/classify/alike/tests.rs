//! Tests of the comparison of texts, against the plain definition on texts made here.

use proptest::prelude::*;

use super::*;
use crate::classify::features;

fn wording(label: u32, text: &str, together_max: usize) -> Wording {
    Wording { label, shingles: features::shingles(text), together_max }
}

fn clusters_of(texts: &[(u32, &str)], together_max: usize) -> Vec<usize> {
    let texts: Vec<Wording> =
        texts.iter().map(|(label, text)| wording(*label, text, together_max)).collect();
    clusters(&texts)
}

#[test]
fn wordings_of_one_another_are_put_together_and_others_are_not() {
    let texts = [
        (0, "how many vacation days do i have left"),
        (0, "the parcel has not come"),
        (0, "how many vacation days do i have saved up"),
        (0, "please tell me how many vacation days do i have saved up"),
    ];
    assert_eq!(clusters_of(&texts, 10), [0, 1, 0, 0]);
}

#[test]
fn texts_of_different_labels_are_never_put_together() {
    let texts = [(0, "where is my new card"), (1, "where is my new card now")];
    assert_eq!(clusters_of(&texts, 10), [0, 1]);
}

#[test]
fn a_cluster_stops_growing_at_its_bound() {
    let texts = ["a", "b", "c", "d", "e"].map(|end| format!("your order has left our house {end}"));
    let texts: Vec<(u32, &str)> = texts.iter().map(|text| (0, text.as_str())).collect();
    assert_eq!(clusters_of(&texts, 2), [0, 0, 2, 2, 4]);
    assert_eq!(clusters_of(&texts, 0), [0, 1, 2, 3, 4]);
}

proptest! {
    #[test]
    fn two_texts_half_alike_share_a_cluster(
        texts in prop::collection::vec((0..2_u32, "[a-d]( [a-d]){0,5}"), 1..40)
    ) {
        let texts: Vec<Wording> =
            texts.iter().map(|(label, text)| wording(*label, text, usize::MAX)).collect();
        let found = clusters(&texts);
        for (place, text) in texts.iter().enumerate() {
            prop_assert!(found[place] <= place);
            prop_assert_eq!(texts[found[place]].label, text.label);
            for (other, another) in texts.iter().enumerate().take(place) {
                let shared = text.shingles.iter().filter(|s| another.shingles.contains(s)).count();
                let all = text.shingles.len() + another.shingles.len() - shared;
                if text.label == another.label && 2 * shared >= all {
                    prop_assert_eq!(found[place], found[other]);
                }
            }
        }
    }
}
