//! Tests of the certificate's arithmetic against figures worked out by hand and by simulation.

use super::*;
use crate::classify::Dice;

const PROMISE: Promise = Promise { wrong_at_most: 0.01, sure: 0.90 };

/// Answers whose chance of being wrong falls as the score rises.
fn simulated(count: usize, hardness: f64, dice: &mut Dice) -> Vec<Scored> {
    let answer = |_| {
        let score = dice.share();
        let wrong = dice.share() < hardness * (1.0 - score).powi(3);
        Scored { score: Some(score), right: !wrong }
    };
    (0..count).map(answer).collect()
}

#[test]
fn the_binomial_sum_agrees_with_one_worked_by_hand() {
    let by_hand = 0.9_f64.powi(5) + 5.0 * 0.1 * 0.9_f64.powi(4);
    assert!((chance_of_at_most(1, 5, 0.1) - by_hand).abs() < 1e-12);
    assert_eq!(chance_of_at_most(5, 5, 0.1), 1.0);
    assert_eq!(chance_of_at_most(0, 0, 0.1), 1.0);
}

#[test]
fn the_binomial_sum_holds_for_very_many_trials() {
    let half = chance_of_at_most(10_000, 1_000_000, 0.01);
    assert!((half - 0.5).abs() < 0.01, "{half}");
}

#[test]
fn the_upper_bound_without_errors_is_the_closed_form() {
    let closed = 1.0 - 0.1_f64.powf(1.0 / 300.0);
    assert!((upper_bound(0, 300, 0.9) - closed).abs() < 1e-9);
}

#[test]
fn a_bound_is_at_least_the_share_seen_and_grows_with_errors() {
    let bounds: Vec<f64> = (0..20).map(|errors| upper_bound(errors, 400, 0.9)).collect();
    for (errors, bound) in bounds.iter().enumerate() {
        assert!(*bound >= errors as f64 / 400.0);
    }
    assert!(bounds.is_sorted());
}

#[test]
fn too_few_answers_promise_nothing_however_right_they_are() {
    let right = Scored { score: Some(1.0), right: true };
    assert_eq!(PROMISE.answers_min(), 230);
    assert_eq!(lowest_threshold(&vec![right; 229], PROMISE), None);
    let cut = lowest_threshold(&vec![right; 230], PROMISE).unwrap();
    assert_eq!((cut.decided, cut.errors), (230, 0));
    assert!(cut.bound <= 0.01);
}

#[test]
fn equal_scores_are_decided_alike() {
    let mut answers = vec![Scored { score: Some(0.9), right: true }; 400];
    answers.extend(vec![Scored { score: Some(0.5), right: true }; 200]);
    answers.extend(vec![Scored { score: Some(0.5), right: false }; 200]);
    let cut = lowest_threshold(&answers, PROMISE).unwrap();
    assert_eq!((cut.decided, cut.threshold), (400, 0.9));
}

#[test]
fn answers_without_a_score_are_never_decided_alone() {
    let mut answers = vec![Scored { score: Some(0.9), right: true }; 400];
    answers.extend(vec![Scored { score: None, right: false }; 100]);
    assert_eq!(lowest_threshold(&answers, PROMISE).unwrap().decided, 400);
}

#[test]
fn more_errors_never_increase_what_is_decided_alone() {
    let mut dice = Dice::new(7);
    for _ in 0..50 {
        let mut answers = simulated(1500, 0.2, &mut dice);
        let mut last = usize::MAX;
        for _ in 0..20 {
            let decided = lowest_threshold(&answers, PROMISE).map_or(0, |cut| cut.decided);
            assert!(decided <= last, "{decided} after {last}");
            last = decided;
            let place = dice.below(answers.len());
            answers[place].right = false;
        }
    }
}

/// The promise itself: over many draws the true share of wrong answers above the threshold
/// exceeds the promised one in at most a tenth of them (with three standard errors to spare).
#[test]
fn the_promise_is_kept_as_often_as_it_says() {
    let draws = 600;
    let mut dice = Dice::new(11);
    let mut broken = 0;
    for _ in 0..draws {
        let answers = simulated(2000, 0.15, &mut dice);
        if let Some(cut) = lowest_threshold(&answers, PROMISE) {
            // The mean of hardness · (1 − s)³ over scores from the threshold to one.
            let true_share = 0.15 * (1.0 - cut.threshold).powi(3) / 4.0;
            broken += u32::from(true_share > PROMISE.wrong_at_most);
        }
    }
    let allowed = 0.1 + 3.0 * (0.1 * 0.9 / f64::from(draws)).sqrt();
    assert!(f64::from(broken) / f64::from(draws) <= allowed, "{broken} of {draws}");
    assert!(broken > 0, "a test that never comes near the promise shows nothing");
}

#[test]
fn a_promise_outside_the_open_interval_is_impossible() {
    for wrong_at_most in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(!Promise { wrong_at_most, sure: 0.9 }.is_possible());
    }
    assert!(PROMISE.is_possible());
}
