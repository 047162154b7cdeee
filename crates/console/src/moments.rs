//! Moments in the words and the zone of the people who read them. It reads no clock: now is handed
//! in.

use casework::Timestamp;
use casework::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

/// Now, and where.
#[derive(Clone, Debug)]
pub(crate) struct Moments {
    zone: TimeZone,
    now: Timestamp,
}

/// A moment for a page: in words, and for machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) words: String,
    pub(crate) exact: String,
}

impl Moments {
    pub(crate) fn new(zone: TimeZone, now: Timestamp) -> Self {
        Self { zone, now }
    }

    /// `14:32` today, `12 Nov 14:32` this year, with the year otherwise.
    pub(crate) fn at(&self, moment: Timestamp) -> When {
        let (Some(at), Some(now)) = (self.zoned(moment), self.zoned(self.now)) else {
            return When { words: "at an unknown time".into(), exact: String::new() };
        };
        let form = match () {
            () if at.date() == now.date() => "%H:%M",
            () if at.year() == now.year() => "%-d %b %H:%M",
            () => "%-d %b %Y %H:%M",
        };
        When {
            words: at.strftime(form).to_string(),
            exact: at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        }
    }

    /// A time limit in a list: `17:00` today, `13 Mar` on another day.
    pub(crate) fn limit(&self, moment: Timestamp) -> String {
        let at = self.at(moment).words;
        if at.contains(' ') { self.day(moment) } else { at }
    }

    /// How long ago: `14 min`, `3 h`, `2 days`.
    pub(crate) fn ago(&self, moment: Timestamp) -> String {
        length(self.now.since_ms(moment))
    }

    /// How long from now.
    pub(crate) fn ahead(&self, moment: Timestamp) -> String {
        length(moment.since_ms(self.now))
    }

    /// When the day `days` before today began.
    pub(crate) fn day_start(&self, days: i32) -> Timestamp {
        let fallback = Timestamp(self.now.0 - self.now.0.rem_euclid(DAY_MS.cast_signed()));
        self.zoned(self.now)
            .and_then(|now| now.checked_sub(Span::new().days(days)).ok())
            .and_then(|day| day.start_of_day().ok())
            .map_or(fallback, |day| Timestamp(day.timestamp().as_millisecond()))
    }

    /// `12 Nov`.
    pub(crate) fn day(&self, moment: Timestamp) -> String {
        self.zoned(moment).map(|at| at.strftime("%-d %b").to_string()).unwrap_or_default()
    }

    fn zoned(&self, moment: Timestamp) -> Option<Zoned> {
        let at = jiff::Timestamp::from_millisecond(moment.0).ok()?;
        Some(at.to_zoned(self.zone.clone()))
    }
}

fn length(ms: u64) -> String {
    match ms {
        _ if ms < MINUTE_MS => "under 1 min".into(),
        _ if ms < 2 * HOUR_MS => format!("{} min", ms / MINUTE_MS),
        _ if ms < 2 * DAY_MS => format!("{} h", ms / HOUR_MS),
        _ => format!("{} days", ms / DAY_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::Moments;
    use casework::Timestamp;
    use casework::time::{HOUR_MS, MINUTE_MS};
    use jiff::tz::TimeZone;

    // 2026-03-10 09:30:00 UTC.
    const NOW: Timestamp = Timestamp(1_773_135_000_000);

    #[test]
    fn a_moment_says_no_more_than_the_reader_needs() {
        let moments = Moments::new(TimeZone::UTC, NOW);
        assert_eq!(moments.at(NOW).words, "09:30");
        assert_eq!(moments.at(NOW).exact, "2026-03-10T09:30:00+00:00");
        assert_eq!(moments.at(Timestamp(NOW.0 - 86_400_000)).words, "9 Mar 09:30");
        assert_eq!(moments.at(Timestamp(0)).words, "1 Jan 1970 00:00");
    }

    #[test]
    fn lengths_are_in_the_largest_fitting_unit() {
        let moments = Moments::new(TimeZone::UTC, NOW);
        assert_eq!(moments.ago(Timestamp(NOW.0 - 20_000)), "under 1 min");
        assert_eq!(moments.ago(Timestamp(NOW.0 - 31 * 60_000)), "31 min");
        assert_eq!(moments.ahead(NOW.plus_ms(5 * HOUR_MS + MINUTE_MS)), "5 h");
    }

    #[test]
    fn days_begin_where_the_office_is() {
        let moments = Moments::new(TimeZone::fixed(jiff::tz::offset(2)), NOW);
        let start = moments.day_start(0);
        assert_eq!(NOW.since_ms(start), 11 * HOUR_MS + 30 * MINUTE_MS);
        assert_eq!(start.since_ms(moments.day_start(1)), 24 * HOUR_MS);
        assert_eq!(moments.day(start), "10 Mar");
    }
}
