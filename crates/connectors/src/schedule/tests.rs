//! Moments around the changes of the clocks, by fixed instants.

use super::{ScheduleConfig, Timing, latest_until, next_after};
use casework::Timestamp;
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;

/// Central Europe's rule as POSIX writes it, so that no time zone files are needed.
fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn daily(hour: i8, minute: i8, days: &[Weekday]) -> ScheduleConfig {
    let timing = Timing::Daily { at: time(hour, minute, 0, 0) };
    ScheduleConfig { name: "x".into(), timing, days: days.to_vec(), zone: berlin() }
}

fn every(length_ms: u64, days: &[Weekday]) -> ScheduleConfig {
    let timing = Timing::Every { length_ms };
    ScheduleConfig { name: "x".into(), timing, days: days.to_vec(), zone: berlin() }
}

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn next(config: &ScheduleConfig, after: &str) -> String {
    let moment = next_after(config, at(after)).unwrap();
    jiff::Timestamp::from_millisecond(moment.0).unwrap().to_string()
}

fn latest(config: &ScheduleConfig, now: &str) -> String {
    let moment = latest_until(config, at(now)).unwrap();
    jiff::Timestamp::from_millisecond(moment.0).unwrap().to_string()
}

#[test]
fn a_time_of_day_keeps_its_place_when_the_clocks_change() {
    let config = daily(7, 30, &[]);
    assert_eq!(next(&config, "2026-03-28T12:00:00Z"), "2026-03-29T05:30:00Z");
    assert_eq!(next(&config, "2026-03-27T12:00:00Z"), "2026-03-28T06:30:00Z");
    assert_eq!(next(&config, "2026-10-24T12:00:00Z"), "2026-10-25T06:30:00Z");
}

#[test]
fn a_time_that_the_clocks_jump_over_comes_an_hour_later_and_only_once() {
    // 02:30 does not exist on 2026-03-29 in Berlin; 03:30 summer time stands in for it.
    let config = daily(2, 30, &[]);
    assert_eq!(next(&config, "2026-03-29T00:00:00Z"), "2026-03-29T01:30:00Z");
    assert_eq!(next(&config, "2026-03-29T01:30:00Z"), "2026-03-30T00:30:00Z");
    assert_eq!(latest(&config, "2026-03-29T23:00:00Z"), "2026-03-29T01:30:00Z");
}

#[test]
fn a_time_that_comes_twice_is_taken_the_first_time_only() {
    // 02:30 comes at 00:30Z and again at 01:30Z on 2026-10-25 in Berlin.
    let config = daily(2, 30, &[]);
    assert_eq!(next(&config, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
    assert_eq!(next(&config, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    assert_eq!(latest(&config, "2026-10-25T02:00:00Z"), "2026-10-25T00:30:00Z");
}

#[test]
fn days_are_those_of_the_time_zone() {
    // Sunday 23:30Z is Monday 00:30 in Berlin.
    let config = daily(0, 30, &[Weekday::Monday]);
    assert_eq!(next(&config, "2026-11-20T00:00:00Z"), "2026-11-22T23:30:00Z");
    assert_eq!(latest(&config, "2026-11-22T23:29:59Z"), "2026-11-15T23:30:00Z");
}

#[test]
fn an_interval_falls_on_its_multiples_and_skips_days_that_are_not_wanted() {
    let hour = 3_600_000;
    assert_eq!(next(&every(hour, &[]), "2026-11-22T10:00:00Z"), "2026-11-22T11:00:00Z");
    assert_eq!(latest(&every(hour, &[]), "2026-11-22T10:59:59Z"), "2026-11-22T10:00:00Z");
    // Friday evening: the next wanted moment is Monday at midnight, which is Sunday 23:00Z.
    let working = [Weekday::Monday, Weekday::Friday];
    assert_eq!(next(&every(hour, &working), "2026-11-20T22:30:00Z"), "2026-11-22T23:00:00Z");
    assert_eq!(latest(&every(hour, &working), "2026-11-22T12:00:00Z"), "2026-11-20T22:00:00Z");
}

#[test]
fn an_interval_that_never_meets_its_day_has_no_moment() {
    // Multiples of a week since the epoch are Thursdays.
    let config = every(7 * 24 * 3_600_000, &[Weekday::Monday]);
    assert_eq!(next_after(&config, at("2026-11-22T00:00:00Z")), None);
    assert_eq!(latest_until(&config, at("2026-11-22T00:00:00Z")), None);
}
