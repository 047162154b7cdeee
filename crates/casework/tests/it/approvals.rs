//! Ten thousand random histories of approvals: raised, approved, edited, rejected, granted, lapsed,
//! delegated, withdrawn, replied to twice, by strangers, with wrong digests, over crashes, clock
//! jumps and tools that change meanwhile. A witness keeps its own record of what each person was
//! shown and said, and looks at every single thing that runs.

use crate::approvals_moves::{Config, Move, config, moves};
use crate::approvals_world::World;
use proptest::prelude::{ProptestConfig, proptest};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

fn walked(config: &Config, moves: &[Move]) -> World {
    let mut world = World::new(config);
    for one in moves {
        world.act(one);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_runs_but_what_enough_of_the_right_people_approved_in_time_and_once(
        config in config(), moves in moves(),
    ) {
        let world = walked(&config, &moves);
        assert!(world.most_reminders() <= usize::from(config.reminders_max));
    }
}

#[test]
fn the_histories_reach_what_they_are_about() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut performed = 0;
    for _ in 0..600 {
        let (config, moves) = (config(), moves()).new_tree(&mut runner).unwrap().current();
        let world = walked(&config, &moves);
        performed += world.performed();
        for word in [
            "ask_lapsed",
            "ask_withdrawn",
            "ask_reminded",
            "reply_refused",
            "\"edit\"",
            "\"grant\"",
            "\"drawn\"",
            "stands_in_for",
            "\"with\"",
            "withheld",
            "is no longer what would be done",
            "has approved this already",
            "asked for this",
            "may not answer this",
            "something other than what is asked",
            "lapsed before the reply",
            "did not answer in time",
            "edited and approved",
        ] {
            *seen.entry(word).or_default() += u32::from(world.story().contains(word));
        }
    }
    assert!(performed > 200, "{performed} calls ran");
    assert!(seen.values().all(|count| *count >= 5), "{seen:?}");
}
