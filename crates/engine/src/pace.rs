//! How fast each outside system may be called: a token bucket per system, the pauses it asked for
//! by Retry-After, and the pause of a connector that is broken. It delays and drops nothing.

use casework::Timestamp;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// How often a system may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls a minute, evenly; a quarter of them may come at once.
    pub per_minute: u32,
}

/// All systems' pace.
#[derive(Debug, Default)]
pub struct Pace {
    rates: BTreeMap<String, Rate>,
    systems: Mutex<BTreeMap<String, System>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct System {
    /// When the next call may start if calls came evenly (generic cell rate algorithm, ITU-T
    /// I.371).
    even_at_ms: i64,
    /// No call before this.
    closed_until: Timestamp,
}

impl Pace {
    /// A pace with these rates; systems without one are not slowed.
    pub fn new(rates: BTreeMap<String, Rate>) -> Self {
        Self { rates, systems: Mutex::default() }
    }

    /// Takes a turn at a system: 0 when the call may start now, else how long to wait before asking
    /// again. A turn that must wait is not taken.
    pub fn turn_in_ms(&self, system: &str, now: Timestamp) -> u64 {
        let Ok(mut systems) = self.systems.lock() else {
            return 0;
        };
        let state = systems.entry(system.to_owned()).or_default();
        let closed_for = state.closed_until.since_ms(now);
        if closed_for > 0 {
            return closed_for;
        }
        let Some(rate) = self.rates.get(system).filter(|rate| rate.per_minute > 0) else {
            return 0;
        };
        let apart_ms = 60_000 / i64::from(rate.per_minute).max(1);
        let burst_ms = apart_ms * i64::from(rate.per_minute / 4).max(1);
        let even_at = state.even_at_ms.max(now.0);
        let early_ms = even_at + apart_ms - burst_ms - now.0;
        if early_ms > 0 {
            return u64::try_from(early_ms).unwrap_or(0);
        }
        state.even_at_ms = even_at + apart_ms;
        0
    }

    /// The system asked to be left alone until then, or its connector is broken.
    pub fn close_until(&self, system: &str, until: Timestamp) {
        if let Ok(mut systems) = self.systems.lock() {
            let state = systems.entry(system.to_owned()).or_default();
            state.closed_until = state.closed_until.max(until);
        }
    }

    /// The systems that are closed now, for people.
    pub fn closed(&self, now: Timestamp) -> Vec<(String, Timestamp)> {
        let Ok(systems) = self.systems.lock() else {
            return Vec::new();
        };
        let closed = systems.iter().filter(|(_, state)| state.closed_until > now);
        closed.map(|(name, state)| (name.clone(), state.closed_until)).collect()
    }
}

/// How long to wait before attempt `attempt` (from 1): what the other side asked for, else doubling
/// from 200 ms to a minute.
pub fn back_off_ms(attempt: u32, asked_ms: Option<u64>) -> u64 {
    let doubling = 200u64.saturating_mul(1 << attempt.min(10).saturating_sub(1)).min(60_000);
    asked_ms.map_or(doubling, |asked| asked.max(doubling))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_lets_a_quarter_through_at_once_and_then_one_by_one() {
        let pace = Pace::new(BTreeMap::from([("mail".to_owned(), Rate { per_minute: 60 })]));
        let taken = |at_ms| {
            let mut turns = 0;
            while pace.turn_in_ms("mail", Timestamp(at_ms)) == 0 {
                turns += 1;
            }
            turns
        };
        assert_eq!(taken(0), 15);
        assert_eq!(taken(1_000), 1);
        assert_eq!(taken(61_000), 15);
        assert_eq!(pace.turn_in_ms("other", Timestamp(0)), 0);
    }

    #[test]
    fn a_closed_system_waits_as_long_as_it_asked() {
        let pace = Pace::default();
        pace.close_until("mail", Timestamp(5_000));
        assert_eq!(pace.turn_in_ms("mail", Timestamp(1_000)), 4_000);
        assert_eq!(pace.turn_in_ms("mail", Timestamp(5_000)), 0);
    }

    #[test]
    fn back_off_doubles_and_never_undercuts_what_was_asked() {
        assert_eq!(back_off_ms(1, None), 200);
        assert_eq!(back_off_ms(3, None), 800);
        assert_eq!(back_off_ms(30, None), 60_000);
        assert_eq!(back_off_ms(1, Some(7_000)), 7_000);
    }
}
