//! A schedule's moments as signals, over restarts and pauses.

use crate::support::intake;
use casework::Timestamp;
use casework::signal::SignalKind;
use connectors::schedule::{ScheduleConfig, ScheduleSource, Timing};
use engine::clock::Clock;
use engine::seams::Source;
use jiff::tz::TimeZone;

const HOUR_MS: u64 = 3_600_000;

fn hourly() -> ScheduleSource {
    let timing = Timing::Every { length_ms: HOUR_MS };
    let (days, zone) = (Vec::new(), TimeZone::UTC);
    ScheduleSource::new(ScheduleConfig { name: "hourly".into(), timing, days, zone })
}

/// 2026-11-22T10:20:00Z.
fn clock() -> Clock {
    Clock::stepped(Timestamp(1_795_342_800_000))
}

#[tokio::test]
async fn a_moment_is_signalled_once_whatever_is_restarted() {
    let clock = clock();
    let (intake, store) = intake(clock.clone());
    // The first look only remembers where it began: nothing was missed before.
    assert_eq!(hourly().drain(&intake).await.unwrap().seen, 0);
    clock.step_ms(40 * 60_000);
    assert_eq!(hourly().drain(&intake).await.unwrap().admitted, 1);
    assert_eq!(hourly().drain(&intake).await.unwrap().seen, 0);
    assert_eq!(store.keys(), ["schedule:hourly:2026-11-22T11:00:00Z"]);
    let signals = store.signals.lock().unwrap();
    let SignalKind::Arrived(arrival) = &signals[0].kind else { panic!("not an arrival") };
    assert_eq!(arrival.title, "hourly, 2026-11-22 11:00");
    assert_eq!(arrival.fields.at("weekday").unwrap().data(), "sun");
}

#[tokio::test]
async fn of_the_moments_missed_while_stopped_only_the_latest_comes() {
    let clock = clock();
    let (intake, store) = intake(clock.clone());
    hourly().drain(&intake).await.unwrap();
    clock.step_ms(5 * HOUR_MS);
    assert_eq!(hourly().drain(&intake).await.unwrap().admitted, 1);
    assert_eq!(hourly().drain(&intake).await.unwrap().seen, 0);
    assert_eq!(store.keys(), ["schedule:hourly:2026-11-22T15:00:00Z"]);
}

#[tokio::test]
async fn a_moment_admitted_before_its_bookmark_moved_is_not_doubled() {
    let clock = clock();
    let (intake, store) = intake(clock.clone());
    let source = hourly();
    source.drain(&intake).await.unwrap();
    let begun = intake.bookmark(source.name()).await.unwrap().unwrap();
    clock.step_ms(HOUR_MS);
    source.drain(&intake).await.unwrap();
    // As if the program had died between the two.
    intake.mark(source.name(), begun).await.unwrap();
    let again = source.drain(&intake).await.unwrap();
    assert_eq!((again.admitted, again.duplicates), (0, 1));
    assert_eq!(store.keys().len(), 1);
}
