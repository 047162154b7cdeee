//! Tests of the watch on simulated novelty: how often it alarms wrongly and how soon rightly.

use super::*;
use crate::classify::Dice;

fn watch(calibration: usize) -> DriftWatch {
    DriftWatch::new(&Certificate {
        examples: calibration,
        labels: 2,
        calibration_n: calibration,
        coverage: 0.5,
        decided: calibration / 2,
        errors_seen: 0,
        bound: 0.01,
        wrong_at_most: 0.01,
        sure: 0.9,
        threshold: 0.5,
        digest: String::new(),
    })
}

/// Novelty of texts drawn like the calibration texts, ranked among `calibration` of them.
fn exchangeable(calibration: usize, count: usize, dice: &mut Dice) -> Vec<f64> {
    let mut known: Vec<f64> = (0..calibration).map(|_| dice.share()).collect();
    known.sort_by(f64::total_cmp);
    let novelty = |_| {
        let text = dice.share();
        known.partition_point(|usual| *usual < text) as f64 / calibration as f64
    };
    (0..count).map(novelty).collect()
}

fn withdrawn_after(watch: &mut DriftWatch, stream: &[f64]) -> Option<usize> {
    for novelty in stream {
        if let Drift::Withdrawn { after, .. } = watch.observe_novelty(*novelty) {
            return Some(after);
        }
    }
    None
}

#[test]
fn a_clean_stream_is_withdrawn_no_more_often_than_promised() {
    let mut dice = Dice::new(3);
    for calibration in [300, 3000] {
        let streams = 500;
        let alarms = (0..streams)
            .filter(|_| {
                let stream = exchangeable(calibration, 1000, &mut dice);
                withdrawn_after(&mut watch(calibration), &stream).is_some()
            })
            .count();
        let allowed = FALSE_ALARM_MAX * streams as f64;
        assert!(alarms as f64 <= allowed + 3.0 * allowed.sqrt(), "{alarms} of {streams}");
    }
}

#[test]
fn foreign_texts_withdraw_the_certificate_soon_even_after_a_long_clean_time() {
    let mut dice = Dice::new(5);
    let mut stream = exchangeable(600, 2000, &mut dice);
    for place in 0..200 {
        stream.push(if place % 3 == 0 { 0.995 } else { dice.share() });
    }
    let after = withdrawn_after(&mut watch(600), &stream).unwrap();
    assert!((2001..2100).contains(&after), "{after}");
}

#[test]
fn a_certificate_withdrawn_stays_withdrawn() {
    let mut watch = watch(600);
    let first = withdrawn_after(&mut watch, &[1.0; 50]).unwrap();
    let again = watch.observe_novelty(0.0);
    assert!(matches!(again, Drift::Withdrawn { after, .. } if after == first));
}

#[test]
fn texts_more_usual_than_the_examples_are_no_reason_to_withdraw() {
    assert_eq!(withdrawn_after(&mut watch(600), &[0.1; 3000]), None);
}

#[test]
fn a_novelty_that_is_no_number_counts_as_wholly_novel() {
    assert!(withdrawn_after(&mut watch(600), &[f64::NAN; 50]).is_some());
}

#[test]
fn a_watch_can_be_put_away_and_taken_up_again() {
    let mut dice = Dice::new(9);
    let mut one = watch(600);
    for novelty in exchangeable(600, 100, &mut dice) {
        one.observe_novelty(novelty);
    }
    let kept = serde_json::to_string(&one).unwrap();
    let mut other: DriftWatch = serde_json::from_str(&kept).unwrap();
    let stream = [0.99; 40];
    assert_eq!(withdrawn_after(&mut one, &stream), withdrawn_after(&mut other, &stream));
}
