//! Tests of the classifier on small corpora generated here from a seed.

use super::*;

const PROMISE: Promise = Promise { wrong_at_most: 0.02, sure: 0.90 };
const TOPICS: [(&str, [&str; 6]); 4] = [
    ("billing", ["invoice", "charge", "refund", "payment", "receipt", "overdue"]),
    ("bug", ["crash", "error", "frozen", "broken", "screen", "glitch"]),
    ("account", ["password", "login", "profile", "username", "locked", "access"]),
    ("sales", ["pricing", "upgrade", "quote", "licence", "discount", "seats"]),
];
const FILLERS: [&str; 12] = [
    "please", "the", "my", "about", "today", "we", "have", "with", "again", "need", "since", "our",
];

/// Texts of four topics; a share of them carries the label of another topic.
fn corpus(count: usize, mislabelled: f64, seed: u64) -> Vec<Example> {
    let mut dice = Dice::new(seed);
    let example = |_| {
        let topic = dice.below(TOPICS.len());
        let (name, words) = TOPICS[topic];
        let mut text: Vec<&str> = (0..6).map(|_| FILLERS[dice.below(FILLERS.len())]).collect();
        text.extend((0..3).map(|_| words[dice.below(words.len())]));
        dice.shuffle(&mut text);
        let other = TOPICS[(topic + 1) % TOPICS.len()].0;
        let label = if dice.share() < mislabelled { other } else { name };
        Example { text: text.join(" "), label: label.to_owned() }
    };
    (0..count).map(example).collect()
}

fn train(examples: &[Example]) -> Classifier {
    Classifier::train(examples, PROMISE).unwrap()
}

fn example(text: &str, label: &str) -> Example {
    Example { text: text.to_owned(), label: label.to_owned() }
}

#[test]
fn an_easy_corpus_is_decided_alone_and_rightly() {
    let evaluation = evaluate(&corpus(400, 0.0, 1), &corpus(300, 0.0, 2), PROMISE).unwrap();
    assert!(evaluation.accuracy > 0.97, "{}", evaluation.accuracy);
    assert!(evaluation.certified_coverage > 0.7, "{}", evaluation.certified_coverage);
    assert!(evaluation.realised_error <= 0.02, "{}", evaluation.realised_error);
    assert_eq!(evaluation.drift, Some(crate::drift::Drift::Steady));
    let alone = evaluation.per_item.iter().filter(|item| item.classified.alone).count();
    assert_eq!(alone + evaluation.abstained, 300);
}

#[test]
fn the_same_examples_give_the_same_classifier() {
    let examples = corpus(150, 0.05, 3);
    let (one, other) = (train(&examples), train(&examples));
    assert_eq!(one.certificate(), other.certificate());
    for asked in corpus(30, 0.0, 5) {
        assert_eq!(one.classify(&asked.text), other.classify(&asked.text));
    }
}

#[test]
fn the_order_of_the_examples_decides_what_is_held_out_together_and_nothing_else() {
    let examples = corpus(150, 0.05, 3);
    let mut shuffled = examples.clone();
    Dice::new(4).shuffle(&mut shuffled);
    let (one, other) = (train(&examples), train(&shuffled));
    let digest = |c: &Classifier| c.certificate().map(|certificate| certificate.digest.clone());
    if let (Some(one), Some(other)) = (digest(&one), digest(&other)) {
        assert_eq!(one, other);
    }
    for asked in corpus(30, 0.0, 5) {
        let (one, other) = (one.classify(&asked.text), other.classify(&asked.text));
        assert_eq!(one.ranked[0].0, other.ranked[0].0);
    }
}

#[test]
fn too_few_examples_are_no_ground_for_a_promise() {
    let classifier = train(&corpus(PROMISE.answers_min() - 1, 0.0, 6));
    assert_eq!(classifier.certificate(), None);
    let classified = classifier.classify("please refund the charge on my invoice");
    assert_eq!(classified.why_not, Some(WhyNot::NoCertificate));
    assert_eq!(classified.ranked[0].0, "billing");
}

#[test]
fn labels_given_at_random_are_no_ground_for_a_promise() {
    assert_eq!(train(&corpus(300, 0.5, 7)).certificate(), None);
}

#[test]
fn one_label_is_no_ground_for_a_promise() {
    let examples: Vec<Example> =
        corpus(200, 0.0, 8).iter().map(|given| example(&given.text, "all")).collect();
    let classifier = train(&examples);
    assert_eq!(classifier.certificate(), None);
    assert_eq!(classifier.classify("refund").ranked, [("all".to_owned(), 1.0)]);
}

#[test]
fn a_label_with_few_examples_is_never_decided_alone() {
    let mut examples = corpus(300, 0.0, 9);
    examples.extend(["zebra crossing", "zebra stripes", "zebra herd"].map(|t| example(t, "zoo")));
    let classified = train(&examples).classify("zebra crossing");
    assert_eq!(classified.ranked[0].0, "zoo");
    assert!(!classified.alone);
}

#[test]
fn a_text_unlike_all_examples_is_never_decided_alone() {
    let classifier = train(&corpus(300, 0.0, 10));
    assert!(classifier.certificate().is_some());
    let classified = classifier.classify("quizzical jackdaws vex bumptious kangaroos");
    assert!(classified.novelty >= novelty::NOVEL, "{}", classified.novelty);
    assert_eq!(classified.why_not, Some(WhyNot::Novel));
}

#[test]
fn a_text_without_words_is_never_decided_alone() {
    let mut examples = corpus(300, 0.0, 11);
    examples.extend([example("", "bug"), example("--- !", "bug")]);
    let classifier = train(&examples);
    for text in ["", "  \n", "?!…"] {
        let classified = classifier.classify(text);
        assert_eq!(classified.why_not, Some(WhyNot::NoWords));
        assert!((classified.novelty - 1.0).abs() < f64::EPSILON);
    }
}

#[test]
fn copies_of_a_text_are_one_piece_of_evidence() {
    let few = corpus(60, 0.0, 12);
    let copies: Vec<Example> = few.iter().cycle().take(60 * 20).cloned().collect();
    assert_eq!(train(&copies).certificate(), None);
}

#[test]
fn a_single_example_trains_and_promises_nothing() {
    let classifier = train(&[example("hello there", "greeting")]);
    let classified = classifier.classify("hello");
    assert_eq!(classified.ranked[0].0, "greeting");
    assert_eq!(classified.why_not, Some(WhyNot::NoCertificate));
}

#[test]
fn probabilities_are_ordered_shares() {
    let classifier = train(&corpus(200, 0.1, 13));
    for asked in corpus(50, 0.0, 14) {
        let classified = classifier.classify(&asked.text);
        let shares: Vec<f64> = classified.ranked.iter().map(|(_, share)| *share).collect();
        assert!(shares.is_sorted_by(|one, other| one >= other));
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!((0.0..=1.0).contains(&classified.score));
        assert_eq!(classified.alone, classified.why_not.is_none());
    }
}

#[test]
fn what_cannot_be_trained_on_is_an_error() {
    let good = corpus(20, 0.0, 15);
    assert_eq!(Classifier::train(&[], PROMISE).unwrap_err(), TrainError::NoExamples);
    let impossible = Promise { wrong_at_most: 0.0, sure: 0.9 };
    let error = Classifier::train(&good, impossible).unwrap_err();
    assert_eq!(error, TrainError::ImpossiblePromise);
    let mut blank = good;
    blank[4].label = " ".to_owned();
    let error = Classifier::train(&blank, PROMISE).unwrap_err();
    assert_eq!(error, TrainError::BlankLabel { number: 5 });
}
