//! `[hours]`, `[approvals]` and `[[away]]` of the office file, and `[asks]` of a job description:
//! what an office arranges about approvals. How asks then behave is said in the core.

use super::problem::Severity;
use super::reader::{Said, Table, Word};
use super::{Person, firm, suggest};
use casework::ask::arrangements::{Arrangements, AtLapse, Away, Terms};
use casework::ask::working::WorkingTime;
use casework::time::parse_length_ms;
use casework::{PersonId, RoleName, Timestamp};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use std::collections::BTreeMap;

/// So far ahead working time is laid out; beyond it the clock counts.
const YEARS_AHEAD: i64 = 10;

/// When an office is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// From and until, on each open day; empty: always open.
    pub open: Vec<(Time, Time)>,
    /// On these days of the week.
    pub days: Vec<Weekday>,
    /// But not on these.
    pub holidays: Vec<Date>,
}

impl Hours {
    /// The spans in which the office is open, from the day before `now` on.
    pub fn working_time(&self, zone: &TimeZone, now: Timestamp) -> WorkingTime {
        let at = |day: Date, time: Time| {
            let moment = day.to_datetime(time).to_zoned(zone.clone()).ok()?;
            Some(Timestamp(moment.timestamp().as_millisecond()))
        };
        let Ok(today) = jiff::Timestamp::from_millisecond(now.0) else {
            return WorkingTime::ALWAYS;
        };
        let first = today.to_zoned(zone.clone()).date().saturating_sub(1.day());
        let last = first.saturating_add(Span::new().years(YEARS_AHEAD));
        let open = |day: &Date| self.days.contains(&day.weekday()) && !self.holidays.contains(day);
        let days = first.series(1.day()).take_while(|day| *day <= last).filter(open);
        let spans = days.flat_map(|day| {
            self.open
                .iter()
                .filter_map(move |(from, until)| Some((at(day, *from)?, at(day, *until)?)))
        });
        if self.open.is_empty() { WorkingTime::ALWAYS } else { WorkingTime::of(spans.collect()) }
    }
}

/// `[hours]`.
pub(super) fn hours(table: &Table<'_>) -> Hours {
    let Some(given) = table.get("hours").and_then(|node| node.table()) else {
        return Hours::default();
    };
    let open = given.need("open", "when the office is open: `[\"08:00-12:00\", \"13:00-17:00\"]`");
    let words = open.map(|node| node.words()).unwrap_or_default();
    let open = words.iter().filter_map(span).collect();
    let mut days = firm::days(&given);
    if days.is_empty() {
        days = vec![
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
        ];
    }
    let holidays = given.get("holidays").map(|node| node.words()).unwrap_or_default();
    let holidays = holidays.iter().filter_map(date).collect();
    given.finish();
    Hours { open, days, holidays }
}

/// `[approvals]` and `[[away]]`, with the people they are about.
pub(super) fn arrangements(
    table: &Table<'_>,
    people: &BTreeMap<PersonId, Person>,
    zone: &TimeZone,
) -> Arrangements {
    let mut requester_may_approve = true;
    if let Some(given) = table.get("approvals").and_then(|node| node.table()) {
        let flag = given.get("requester_may_approve").and_then(|node| node.flag());
        requester_may_approve = flag.unwrap_or(true);
        given.finish();
    }
    let mut roles: BTreeMap<RoleName, Vec<PersonId>> = BTreeMap::new();
    for (id, person) in people {
        roles.entry(RoleName::new(id.as_str())).or_default().push(id.clone());
        for role in &person.roles {
            roles.entry(role.clone()).or_default().push(id.clone());
        }
    }
    let known = |person: &Person| person.mail.to_lowercase();
    let away = table.listed("away").iter().filter_map(|entry| away(entry, people, zone)).collect();
    Arrangements {
        roles,
        away,
        addresses: people.iter().map(|(id, person)| (known(person), id.clone())).collect(),
        requester_may_approve,
        ..Arrangements::default()
    }
}

fn away(table: &Table<'_>, people: &BTreeMap<PersonId, Person>, zone: &TimeZone) -> Option<Away> {
    let who = |key: &'static str, meaning: &str| {
        let word = table.need_word(key, meaning)?;
        let id = PersonId::new(word.text);
        if people.contains_key(&id) {
            return Some(id);
        }
        let said = Said::new(format!("nobody is `{}`", word.text));
        let label = suggest::meant(word.text, people.keys().map(PersonId::as_str));
        word.error("W014", said.label(label).help("people stand in office.toml"));
        None
    };
    let day = |key: &'static str, meaning: &str| date(&table.need_word(key, meaning)?);
    let person = who("person", "who is away");
    let deputy = who("deputy", "who stands in");
    let (from, until) = (day("from", "the first day"), day("until", "the last day"));
    table.report_unknown();
    period(person?, deputy?, (from?, until?), zone)
}

/// A person is away from the beginning of a day to the end of another.
pub fn period(
    person: PersonId,
    deputy: PersonId,
    (from, until): (Date, Date),
    zone: &TimeZone,
) -> Option<Away> {
    let start = |day: Date| {
        let moment = day.to_zoned(zone.clone()).ok()?;
        Some(Timestamp(moment.timestamp().as_millisecond()))
    };
    let until = start(until.checked_add(1.day()).ok()?)?;
    Some(Away { person, deputy, from: start(from)?, until })
}

/// `[asks]` of a job description; `needed` is how many people each role stands for.
pub(super) fn terms(table: &Table<'_>, needed: BTreeMap<RoleName, u8>, roles: &[String]) -> Terms {
    let plain = Terms { needed, ..Terms::default() };
    let Some(given) = table.get("asks").and_then(|node| node.table()) else { return plain };
    let flag = given.get("working_time").and_then(|node| node.flag());
    let escalate = given.word("escalate_to");
    let words = [("deny", AtLapseWord::Deny), ("remind", AtLapseWord::Remind)];
    let said = super::tools::choice(given.word("on_expiry"), &words);
    let lapse = match (escalate, said) {
        (Some(word), None) => {
            if !roles.iter().any(|role| role == word.text) {
                let said = Said::new(format!("no role named `{}` in `reviewers`", word.text));
                let label = suggest::meant(word.text, roles.iter().map(String::as_str));
                word.error("W014", said.label(label));
            }
            AtLapse::Escalate(RoleName::new(word.text))
        }
        (Some(word), Some(_)) => {
            let said = Said::new("an ask lapses in one way");
            word.error("W011", said.label("either `escalate_to` or `on_expiry`"));
            AtLapse::Deny
        }
        (None, Some(AtLapseWord::Remind)) => AtLapse::Remind,
        (None, Some(AtLapseWord::Deny) | None) => AtLapse::Deny,
    };
    let remind_every_ms = given.word("remind_every").map_or(0, |word| {
        parse_length_ms(word.text).filter(|length| *length >= 60_000).unwrap_or_else(|| {
            firm::bad_length(&word);
            0
        })
    });
    let reminders = given.get("reminders").and_then(|node| node.whole());
    let fallback = if remind_every_ms > 0 || lapse == AtLapse::Remind { 3 } else { 0 };
    given.finish();
    Terms {
        working_time: flag.unwrap_or(false),
        lapse,
        remind_every_ms,
        reminders_max: reminders.map_or(fallback, |count| u8::try_from(count).unwrap_or(u8::MAX)),
        ..plain
    }
}

#[derive(Clone, Copy)]
enum AtLapseWord {
    Deny,
    Remind,
}

fn span(word: &Word<'_>) -> Option<(Time, Time)> {
    let read = || {
        let (from, until) = word.text.split_once('-')?;
        let (from, until) = (from.trim().parse().ok()?, until.trim().parse().ok()?);
        (from < until).then_some((from, until))
    };
    let read = read();
    if read.is_none() {
        let said = Said::new(format!("`{}` is not a span of a day", word.text));
        word.error("W007", said.label("write it as `\"08:00-17:00\"`"));
    }
    read
}

fn date(word: &Word<'_>) -> Option<Date> {
    let read = word.text.parse::<Date>();
    if read.is_err() {
        let said = Said::new(format!("`{}` is not a day", word.text));
        word.file.report(Severity::Error, "W007", word.span.clone(), said.label("as 2026-12-24"));
    }
    read.ok()
}

#[cfg(test)]
mod tests {
    use super::Hours;
    use casework::Timestamp;
    use casework::time::HOUR_MS;
    use jiff::civil::{Weekday, date, time};
    use jiff::tz::TimeZone;

    #[test]
    fn deadlines_skip_nights_weekends_and_holidays() {
        let hours = Hours {
            open: vec![
                (time(8, 0, 0, 0), time(12, 0, 0, 0)),
                (time(13, 0, 0, 0), time(17, 0, 0, 0)),
            ],
            days: vec![Weekday::Thursday, Weekday::Friday, Weekday::Monday],
            holidays: vec![date(2026, 12, 25)],
        };
        let zone = TimeZone::UTC;
        let at = |day, hour| {
            let moment = date(2026, 12, day).at(hour, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
            Timestamp(moment.timestamp().as_millisecond())
        };
        // Thursday 24 December, 11:00; the next open day is Monday the 28th.
        let time = hours.working_time(&zone, at(24, 11));
        assert_eq!(time.after(at(24, 11), 2 * HOUR_MS), at(24, 14));
        assert_eq!(time.after(at(24, 11), 8 * HOUR_MS), at(28, 11));
        assert!(time.is_open(at(28, 8)) && !time.is_open(at(25, 9)) && !time.is_open(at(26, 9)));
    }
}
