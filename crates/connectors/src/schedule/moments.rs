//! Which moments a schedule has: pure functions of the schedule and a moment. No clock is read
//! here.

use super::{ScheduleConfig, Timing};
use casework::Timestamp;
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

/// Days or intervals looked at before giving up: more than a week of days, and enough intervals to
/// see that none of them falls on a wanted day.
const LOOKS_MAX: u32 = 400;

/// The first moment after `after`; none when the schedule never comes again.
pub fn next_after(config: &ScheduleConfig, after: Timestamp) -> Option<Timestamp> {
    match config.timing {
        Timing::Every { length_ms } => {
            let length = i64::try_from(length_ms).ok().filter(|length| *length > 0)?;
            let mut candidate = after.0.checked_div_euclid(length)?.checked_add(1)?;
            for _ in 0..LOOKS_MAX {
                let moment = Timestamp(candidate.checked_mul(length)?);
                let local = local(config, moment)?;
                if wanted(config, local.date()) {
                    return Some(moment);
                }
                let midnight = local.date().tomorrow().ok()?.to_zoned(config.zone.clone()).ok()?;
                let next_day = midnight.timestamp().as_millisecond();
                // The first multiple that is not before midnight, and later than this one.
                let first = next_day.checked_add(length - 1)?.checked_div_euclid(length)?;
                candidate = first.max(candidate + 1);
            }
            None
        }
        Timing::Daily { .. } => {
            let today = local(config, after)?.date();
            let mut date = today.yesterday().ok()?;
            for _ in 0..LOOKS_MAX {
                if let Some(moment) = on(config, date).filter(|moment| *moment > after) {
                    return Some(moment);
                }
                date = date.tomorrow().ok()?;
            }
            None
        }
    }
}

/// The last moment that is not after `now`; none when there is none within reach.
pub fn latest_until(config: &ScheduleConfig, now: Timestamp) -> Option<Timestamp> {
    match config.timing {
        Timing::Every { length_ms } => {
            let length = i64::try_from(length_ms).ok().filter(|length| *length > 0)?;
            let mut candidate = now.0.checked_div_euclid(length)?;
            for _ in 0..LOOKS_MAX {
                let moment = Timestamp(candidate.checked_mul(length)?);
                let local = local(config, moment)?;
                if wanted(config, local.date()) {
                    return Some(moment);
                }
                let midnight = local.date().to_zoned(config.zone.clone()).ok()?;
                let before = midnight.timestamp().as_millisecond() - 1;
                candidate = before.checked_div_euclid(length)?.min(candidate - 1);
            }
            None
        }
        Timing::Daily { .. } => {
            let today = local(config, now)?.date();
            let mut date = today.checked_add(1.day()).ok()?;
            for _ in 0..LOOKS_MAX {
                if let Some(moment) = on(config, date).filter(|moment| *moment <= now) {
                    return Some(moment);
                }
                date = date.yesterday().ok()?;
            }
            None
        }
    }
}

/// The moment of a daily schedule on a date. In a gap the clocks' jump is added, in a fold the
/// first of the two is taken: the way of RFC 5545 section 3.3.5.
fn on(config: &ScheduleConfig, date: Date) -> Option<Timestamp> {
    let Timing::Daily { at } = config.timing else { return None };
    if !wanted(config, date) {
        return None;
    }
    let zoned = date.to_datetime(at).to_zoned(config.zone.clone()).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

fn wanted(config: &ScheduleConfig, date: Date) -> bool {
    config.days.is_empty() || config.days.contains(&date.weekday())
}

fn local(config: &ScheduleConfig, moment: Timestamp) -> Option<Zoned> {
    let utc = jiff::Timestamp::from_millisecond(moment.0).ok()?;
    Some(utc.to_zoned(config.zone.clone()))
}
