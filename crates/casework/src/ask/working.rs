//! Working time: when an office is open, as spans laid out beforehand, so that deadlines can count
//! it without a calendar. Which days and hours these are is worked out where office files are read.

use crate::time::Timestamp;

/// The spans in which an office is open, in order, none touching another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkingTime {
    spans: Vec<(Timestamp, Timestamp)>,
}

impl WorkingTime {
    /// An office that is always open: its deadlines are those of the clock.
    pub const ALWAYS: Self = Self { spans: Vec::new() };

    /// From spans in any order; those that touch become one, empty ones are dropped.
    pub fn of(mut spans: Vec<(Timestamp, Timestamp)>) -> Self {
        spans.retain(|(from, until)| from < until);
        spans.sort();
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(spans.len());
        for (from, until) in spans {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        Self { spans: joined }
    }

    /// The moment when `length_ms` of working time have passed since `from`. Beyond the last span
    /// the clock counts: a deadline that is too early asks nobody in vain, one that never comes
    /// would.
    pub fn after(&self, from: Timestamp, length_ms: u64) -> Timestamp {
        let mut left = length_ms;
        let mut at = from;
        let first = self.spans.partition_point(|(_, until)| *until <= from);
        for (begin, end) in self.spans.iter().skip(first) {
            let begin = (*begin).max(at);
            let room = end.since_ms(begin);
            if left <= room {
                return begin.plus_ms(left);
            }
            left -= room;
            at = *end;
        }
        at.plus_ms(left)
    }

    /// Whether the office is open at a moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let next = self.spans.partition_point(|(_, until)| *until <= at);
        self.spans.is_empty() || self.spans.get(next).is_some_and(|(from, _)| *from <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::WorkingTime;
    use crate::time::{HOUR_MS, Timestamp};

    fn hours(spans: &[(u64, u64)]) -> WorkingTime {
        let at = |hour: u64| Timestamp(0).plus_ms(hour * HOUR_MS);
        WorkingTime::of(spans.iter().map(|(from, until)| (at(*from), at(*until))).collect())
    }

    fn after(time: &WorkingTime, from: u64, length: u64) -> i64 {
        let hour = i64::try_from(HOUR_MS).unwrap();
        time.after(Timestamp(0).plus_ms(from * HOUR_MS), length * HOUR_MS).0 / hour
    }

    #[test]
    fn nights_and_days_off_do_not_count() {
        let time = hours(&[(8, 16), (32, 40), (80, 88)]);
        assert_eq!(after(&time, 9, 4), 13);
        assert_eq!(after(&time, 14, 4), 34, "two hours today, two tomorrow");
        assert_eq!(after(&time, 0, 1), 9, "before the day begins");
        assert_eq!(after(&time, 41, 8), 88, "over the days off, up to the very end");
        assert!(time.is_open(Timestamp(0).plus_ms(8 * HOUR_MS)));
        assert!(!time.is_open(Timestamp(0).plus_ms(16 * HOUR_MS)));
    }

    #[test]
    fn without_spans_and_beyond_the_last_one_the_clock_counts() {
        assert_eq!(after(&WorkingTime::ALWAYS, 3, 5), 8);
        assert_eq!(after(&hours(&[(8, 16)]), 15, 5), 20);
        assert!(WorkingTime::ALWAYS.is_open(Timestamp(0)));
    }

    #[test]
    fn spans_that_touch_or_overlap_count_once() {
        let time = hours(&[(10, 12), (8, 11), (12, 13), (20, 20)]);
        assert_eq!(time, hours(&[(8, 13)]));
    }
}
