//! Cases by outcome per day, as geometry for an inline SVG. Days come from the store's counts: what
//! closed since a day began, less what closed since the next one did.

use crate::desk::Desk;
use crate::failure::Failure;
use casework::{Status, WorkerName};
use engine::seams::Count;
use std::collections::BTreeMap;

/// Days on a plot, today included.
const DAYS: i32 = 14;
const HEIGHT: u64 = 96;
const BAR: u64 = 30;
const STEP: u64 = 42;

/// Outcomes from the axis upwards, each with the class that shades it.
const OUTCOMES: [(Status, &str); 5] = [
    (Status::Done, "done"),
    (Status::FinishedByPerson, "person"),
    (Status::SetAside, "aside"),
    (Status::Cancelled, "cancelled"),
    (Status::Shadowed, "shadowed"),
];

/// Closed cases of one day and one worker, by outcome.
type Day = BTreeMap<Status, u64>;

/// Closed cases per worker, oldest day first.
pub(crate) struct Days {
    days: Vec<(String, BTreeMap<WorkerName, Day>)>,
}

/// One plot.
#[derive(Clone, Debug)]
pub(crate) struct Plot {
    pub(crate) width: u64,
    pub(crate) bars: Vec<Bar>,
    /// In words, for those who do not see it.
    pub(crate) summary: String,
    pub(crate) labels: Vec<(&'static str, &'static str, u64)>,
}

/// One day.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) x: u64,
    pub(crate) middle: u64,
    pub(crate) top: u64,
    pub(crate) day: String,
    pub(crate) total: u64,
    pub(crate) parts: Vec<Part>,
}

/// One outcome of a day.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) class: &'static str,
    pub(crate) words: String,
    pub(crate) y: u64,
    pub(crate) height: u64,
}

impl Days {
    /// Reads the last fourteen days.
    pub(crate) async fn read(desk: &Desk) -> Result<Self, Failure> {
        let moments = desk.moments();
        let mut days = Vec::new();
        let mut later: Vec<Count> = Vec::new();
        for back in 0..DAYS {
            let start = moments.day_start(back);
            let since = desk.history.counts(start).await?;
            days.push((moments.day(start), less(&since, &later)));
            later = since;
        }
        days.reverse();
        Ok(Self { days })
    }

    /// The plot of one worker; none when nothing closed in these days.
    pub(crate) fn plot(&self, worker: &WorkerName) -> Option<Plot> {
        let nothing = Day::new();
        let of = |day: &'_ BTreeMap<WorkerName, Day>| day.get(worker).unwrap_or(&nothing).clone();
        let days: Vec<(&String, Day)> = self.days.iter().map(|(day, all)| (day, of(all))).collect();
        let most = days.iter().map(|(_, day)| day.values().sum::<u64>()).max().unwrap_or(0);
        if most == 0 {
            return None;
        }
        let bars = days.iter().zip(0..).map(|((name, day), at)| bar(name, day, at, most)).collect();
        let total = |status| days.iter().filter_map(|(_, day)| day.get(status)).sum::<u64>();
        let labels: Vec<_> = OUTCOMES
            .iter()
            .map(|(status, class)| (*class, status.word(), total(status)))
            .filter(|(_, _, count)| *count > 0)
            .collect();
        let words: Vec<String> =
            labels.iter().map(|(_, word, count)| format!("{count} {word}")).collect();
        let summary = format!("Closed in the last {DAYS} days: {}", words.join(", "));
        Some(Plot { width: u64::from(DAYS.unsigned_abs()) * STEP, bars, summary, labels })
    }
}

fn bar(name: &str, day: &Day, at: u64, most: u64) -> Bar {
    let mut y = HEIGHT;
    let mut parts = Vec::new();
    for (status, class) in OUTCOMES {
        let count = day.get(&status).copied().unwrap_or(0);
        if count > 0 {
            let height = (count * (HEIGHT - 16) / most).max(2);
            y = y.saturating_sub(height);
            parts.push(Part { class, words: format!("{count} {}", status.word()), y, height });
        }
    }
    Bar {
        x: at * STEP + (STEP - BAR) / 2,
        middle: at * STEP + STEP / 2,
        top: y.saturating_sub(4),
        day: name.to_owned(),
        total: day.values().sum(),
        parts,
    }
}

/// What closed in between: counts since the earlier moment less counts since the later one.
fn less(since: &[Count], later: &[Count]) -> BTreeMap<WorkerName, Day> {
    let mut days: BTreeMap<WorkerName, Day> = BTreeMap::new();
    for count in since.iter().filter(|count| count.status.is_closed()) {
        let known = later
            .iter()
            .find(|known| known.worker == count.worker && known.status == count.status)
            .map_or(0, |known| known.cases);
        let between = count.cases.saturating_sub(known);
        if between > 0 {
            *days.entry(count.worker.clone()).or_default().entry(count.status).or_default() +=
                between;
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::{HEIGHT, bar, less};
    use casework::{Status, WorkerName};
    use engine::seams::Count;

    fn count(status: Status, cases: u64) -> Count {
        Count { worker: WorkerName::new("support"), status, cases }
    }

    #[test]
    fn a_day_is_what_closed_since_it_began_less_what_closed_since_the_next() {
        let since = [count(Status::Done, 9), count(Status::SetAside, 2), count(Status::Asked, 5)];
        let later = [count(Status::Done, 4), count(Status::SetAside, 2)];
        let days = less(&since, &later);
        let day = days.get(&WorkerName::new("support")).expect("a day");
        assert_eq!(day.iter().collect::<Vec<_>>(), [(&Status::Done, &5)]);
    }

    #[test]
    fn parts_of_a_bar_stand_on_each_other() {
        let day = [(Status::Done, 30), (Status::SetAside, 10)].into_iter().collect();
        let bar = bar("1 Mar", &day, 0, 40);
        let [done, aside] = bar.parts.as_slice() else { panic!("two parts, not {:?}", bar.parts) };
        assert_eq!(done.y + done.height, HEIGHT);
        assert_eq!(aside.y + aside.height, done.y);
        assert_eq!((bar.total, aside.y), (40, 16));
    }
}
