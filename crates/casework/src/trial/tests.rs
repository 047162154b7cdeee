//! Non-interference over a generated family of declarations, and that wrong ones are noticed.

use super::{Trial, family, trial};

#[test]
fn what_outsiders_write_changes_nothing_that_runs_unasked_and_wrong_declarations_are_noticed() {
    let mut all = Trial::default();
    for seed in 1..=5 {
        all.add(trial(&family(seed)));
    }
    assert_eq!(all.faults, Vec::<String>::new());
    let (caught, of) = all.caught();
    let survivors: Vec<&str> = all
        .flips
        .iter()
        .filter(|flip| flip.caught_by.is_none())
        .map(|flip| flip.what.as_str())
        .collect();
    println!("{} walks, {caught} of {of} caught; survivors: {survivors:#?}", all.scenarios);
    assert!(of > 100, "{of}");
    assert!(caught * 100 >= of * 95, "{caught} of {of}: {survivors:#?}");
}

#[test]
fn the_same_seed_gives_the_same_family() {
    assert_eq!(family(3), family(3));
    assert_ne!(family(3), family(4));
}
