//! Moments as signals: every so often, or daily at a time of day. A moment has one key, so a
//! restart never doubles it; of the moments missed while stopped only the latest is signalled. It
//! does no work itself.

mod moments;
#[cfg(test)]
mod tests;

use casework::origin::{Origin, Value};
use casework::signal::Arrival;
use casework::{SourceName, Timestamp};
use engine::intake::Intake;
use engine::run::Stop;
use engine::seams::{Admitted, Drained, Source, SourceError, Work};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde_json::json;
use std::time::Duration;

pub use moments::{latest_until, next_after};

/// The longest sleep between two looks at the clock: a machine that was suspended, or whose clock
/// was set, is noticed within this.
const LOOK_MAX: Duration = Duration::from_secs(20);

/// One schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleConfig {
    /// Its name; the source is `schedule:<name>`.
    pub name: String,
    /// When.
    pub timing: Timing,
    /// Only on these days of the week, as the time zone has them; empty: on all.
    pub days: Vec<Weekday>,
    /// Whose days and times of day are meant.
    pub zone: TimeZone,
}

/// When a schedule has its moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// At every multiple of this length since 1970-01-01T00:00Z, so `1h` means on the hour.
    Every {
        /// The length.
        length_ms: u64,
    },
    /// Once a day at this time of day. Where the clocks jump over it, as much later as they jump;
    /// where it comes twice, the first.
    Daily {
        /// The time of day.
        at: Time,
    },
}

/// A schedule as a source.
pub struct ScheduleSource {
    name: SourceName,
    config: ScheduleConfig,
}

impl ScheduleSource {
    /// A source of this schedule's moments.
    pub fn new(config: ScheduleConfig) -> Self {
        Self { name: SourceName::new(format!("schedule:{}", config.name)), config }
    }

    /// Signals the latest moment since the bookmark, if there is one.
    async fn pass(&self, intake: &Intake) -> Result<Drained, SourceError> {
        let now = intake.now();
        let mark = intake.bookmark(&self.name).await?;
        let Some(since) = mark.and_then(|mark| mark.parse().ok()).map(Timestamp) else {
            // Seen for the first time: what lies before now was not missed.
            intake.mark(&self.name, now.0.to_string()).await?;
            return Ok(Drained::default());
        };
        let latest = latest_until(&self.config, now).filter(|moment| *moment > since);
        let Some(moment) = latest else { return Ok(Drained::default()) };
        let (key, arrival) = self.signal(moment);
        let admitted = intake.arrived(&self.name, key, arrival).await?;
        intake.mark(&self.name, moment.0.to_string()).await?;
        intake.healths().seen(&self.name, now);
        let duplicate = u64::from(matches!(admitted, Admitted::Duplicate(_)));
        Ok(Drained { seen: 1, admitted: 1 - duplicate, duplicates: duplicate, unreadable: 0 })
    }

    fn signal(&self, moment: Timestamp) -> (String, Arrival) {
        let utc = jiff::Timestamp::from_millisecond(moment.0).unwrap_or_default();
        let local = utc.to_zoned(self.config.zone.clone());
        let name = &self.config.name;
        let fields = json!({
            "name": name,
            "moment": utc.to_string(),
            "date": local.date().to_string(),
            "time": local.strftime("%H:%M").to_string(),
            "weekday": local.strftime("%a").to_string().to_lowercase(),
        });
        let arrival = Arrival {
            title: format!("{name}, {}", local.strftime("%Y-%m-%d %H:%M")),
            party: None,
            thread: Vec::new(),
            fields: Value::new(fields, Origin::Record),
            bodies: Vec::new(),
        };
        (format!("{}:{utc}", self.name), arrival)
    }

    /// How long until it is worth looking again.
    fn rest(&self, now: Timestamp) -> Duration {
        let next = next_after(&self.config, now).map(|next| next.since_ms(now));
        next.map_or(LOOK_MAX, Duration::from_millis).min(LOOK_MAX)
    }
}

impl Source for ScheduleSource {
    fn name(&self) -> &SourceName {
        &self.name
    }

    fn listen<'a>(
        &'a self,
        intake: &'a Intake,
        mut stop: Stop,
    ) -> Work<'a, Result<(), SourceError>> {
        Box::pin(async move {
            while !stop.is_given() {
                match self.pass(intake).await {
                    Ok(_) => intake.healths().poll_ok(&self.name, intake.now()),
                    Err(error) => {
                        tracing::warn!(source = %self.name, %error, "a moment was not taken in");
                        intake.healths().trouble(&self.name, error.to_string());
                    }
                }
                tokio::select! {
                    () = tokio::time::sleep(self.rest(intake.now())) => {}
                    () = stop.given() => {}
                }
            }
            Ok(())
        })
    }

    fn drain<'a>(&'a self, intake: &'a Intake) -> Work<'a, Result<Drained, SourceError>> {
        Box::pin(self.pass(intake))
    }

    fn probe<'a>(&'a self) -> Work<'a, Result<(), SourceError>> {
        Box::pin(async { Ok(()) })
    }
}
