//! How often somebody may try to sign in: by name and by address, each failure in a row waits
//! longer than the one before. Pure; it forgets everything with the process.

use casework::Timestamp;
use casework::time::{HOUR_MS, MINUTE_MS};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Attempts in one name that cost no wait.
const FREE_BY_NAME: u32 = 4;
/// Attempts from one address that cost no wait: many people may share one.
const FREE_BY_ADDRESS: u32 = 20;
/// No wait is longer, or anyone could lock out a person whose name they know.
const WAIT_MS_MAX: u64 = 5 * MINUTE_MS;
/// A row that old is forgotten.
const FORGOTTEN_MS: u64 = HOUR_MS;
/// So many names and addresses are remembered; beyond, the oldest go.
const ROWS_MAX: usize = 10_000;

/// Failed attempts, by name and by address.
#[derive(Debug, Default)]
pub(crate) struct Throttle(BTreeMap<Key, Row>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Name(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Row {
    failed: u32,
    last: Timestamp,
}

/// Not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    /// For so long, rounded up.
    pub(crate) seconds: u64,
}

impl Throttle {
    /// Begins an attempt. It counts as failed until it passes, so that many at once are held back
    /// too; returns how many have failed in this name, with this one.
    pub(crate) fn begin(
        &mut self,
        name: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<u32, Wait> {
        self.0.retain(|_, row| now.since_ms(row.last) < FORGOTTEN_MS);
        let keys = keys(name, from);
        let wait_ms = keys.iter().map(|key| self.wait_ms(key, now)).max().unwrap_or(0);
        if wait_ms > 0 {
            return Err(Wait { seconds: wait_ms.div_ceil(1_000) });
        }
        let mut by_name = 0;
        for key in keys {
            let is_name = matches!(key, Key::Name(_));
            let row = self.0.entry(key).or_insert(Row { failed: 0, last: now });
            row.failed = row.failed.saturating_add(1);
            row.last = now;
            if is_name {
                by_name = row.failed;
            }
        }
        while self.0.len() > ROWS_MAX {
            let oldest = self.0.iter().min_by_key(|(_, row)| row.last).map(|(key, _)| key.clone());
            oldest.map(|key| self.0.remove(&key));
        }
        Ok(by_name)
    }

    /// An attempt that began has passed: how many in this name had failed before it.
    pub(crate) fn passed(&mut self, name: &str, from: Option<IpAddr>) -> u32 {
        let mut before = 0;
        for key in keys(name, from) {
            match key {
                Key::Name(_) => {
                    let row = self.0.remove(&key);
                    before = row.map_or(0, |row| row.failed.saturating_sub(1));
                }
                // One right password does not excuse an address that tries many names.
                Key::Address(_) => {
                    if let Some(row) = self.0.get_mut(&key) {
                        row.failed = row.failed.saturating_sub(1);
                    }
                }
            }
        }
        before
    }

    fn wait_ms(&self, key: &Key, now: Timestamp) -> u64 {
        let Some(row) = self.0.get(key) else { return 0 };
        let free = match key {
            Key::Name(_) => FREE_BY_NAME,
            Key::Address(_) => FREE_BY_ADDRESS,
        };
        let Some(over) = row.failed.checked_sub(free) else { return 0 };
        let wait_ms = 1_000_u64.checked_shl(over).unwrap_or(WAIT_MS_MAX).min(WAIT_MS_MAX);
        wait_ms.saturating_sub(now.since_ms(row.last))
    }
}

fn keys(name: &str, from: Option<IpAddr>) -> Vec<Key> {
    // An attacker's name may be long; its digest stands for it.
    let name = casework::Digest::of(name.as_bytes()).to_string();
    let from = from.map(|address| Key::Address(network(address)));
    std::iter::once(Key::Name(name)).chain(from).collect()
}

/// Whoever has one address of a /64 of IPv6 has all of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_773_135_000_000);

    fn fail(throttle: &mut Throttle, name: &str, from: Option<IpAddr>, at: Timestamp) -> u64 {
        throttle.begin(name, from, at).map_or_else(|wait| wait.seconds, |_| 0)
    }

    #[test]
    fn each_failure_in_a_name_waits_longer_up_to_a_bound_and_a_success_clears_it() {
        let mut throttle = Throttle::default();
        for _ in 0..FREE_BY_NAME {
            assert_eq!(fail(&mut throttle, "mo", None, START), 0);
        }
        let mut now = START;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(fail(&mut throttle, "mo", None, now), expected);
            assert_eq!(fail(&mut throttle, "fi", None, now), 0, "another name need not wait");
            throttle.passed("fi", None);
            now = now.plus_ms(expected * 1_000);
            assert_eq!(fail(&mut throttle, "mo", None, now), 0);
        }
        assert_eq!(throttle.passed("mo", None), FREE_BY_NAME + 10);
        assert_eq!(fail(&mut throttle, "mo", None, now), 0);
    }

    #[test]
    fn attempts_at_the_same_time_are_held_back_before_any_of_them_has_failed() {
        let mut throttle = Throttle::default();
        let begun = (0..100).filter(|_| throttle.begin("mo", None, START).is_ok()).count();
        assert_eq!(begun, FREE_BY_NAME as usize);
    }

    #[test]
    fn an_address_that_tries_many_names_waits_even_if_one_of_them_is_right() {
        let mut throttle = Throttle::default();
        let from = Some("2001:db8::1".parse().unwrap());
        let beside = Some("2001:db8::ffff:1".parse().unwrap());
        for at in 0..FREE_BY_ADDRESS {
            assert_eq!(fail(&mut throttle, &format!("name {at}"), from, START), 0);
        }
        assert!(fail(&mut throttle, "mo", beside, START) > 0);
        throttle.passed("name 1", from);
        assert_eq!(fail(&mut throttle, "mo", beside, START), 0);
        assert!(fail(&mut throttle, "mo", beside, START) > 0);
    }

    #[test]
    fn what_is_remembered_has_a_bound_in_number_and_age() {
        let mut throttle = Throttle::default();
        for at in 0..ROWS_MAX + 50 {
            throttle.begin(&format!("name {at}"), None, START.plus_ms(at as u64)).unwrap();
        }
        assert_eq!(throttle.0.len(), ROWS_MAX);
        throttle.begin("late", None, START.plus_ms(3 * HOUR_MS)).unwrap();
        assert_eq!(throttle.0.len(), 1);
    }
}
