//! Moments and lengths of time as plain numbers. No clock is read here: `now` is always handed in.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `length_ms` later; saturates at the end of time.
    pub fn plus_ms(self, length_ms: u64) -> Self {
        Self(self.0.saturating_add(i64::try_from(length_ms).unwrap_or(i64::MAX)))
    }

    /// Milliseconds from `earlier` to here; 0 when `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

/// Milliseconds in a minute, an hour and a day.
pub const MINUTE_MS: u64 = 60_000;
/// See [`MINUTE_MS`].
pub const HOUR_MS: u64 = 60 * MINUTE_MS;
/// See [`MINUTE_MS`].
pub const DAY_MS: u64 = 24 * HOUR_MS;

/// Reads a length as people write it: `30s`, `15m`, `2h`, `3d`, `1w`. `None` when it is not one.
pub fn parse_length_ms(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let count: u64 = text.get(..unit_at)?.parse().ok()?;
    let unit = match text.get(unit_at..)?.trim() {
        "s" => 1_000,
        "m" => MINUTE_MS,
        "h" => HOUR_MS,
        "d" => DAY_MS,
        "w" => 7 * DAY_MS,
        _ => return None,
    };
    count.checked_mul(unit)
}
