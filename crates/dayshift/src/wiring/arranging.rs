//! Puts what the files arrange about approvals before the loop, the console and the command line,
//! and reads back what was arranged by command.

use crate::office::Office;
use casework::Timestamp;
use casework::ask::arrangements::Arrangements;
use engine::arranged::Arranged;
use engine::seams::{People, StoreError};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The arrangements of an office, from its files and from its store.
pub async fn arrange(
    office: &Office,
    arranged: &Arranged,
    people: Arc<dyn People>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let terms = office.workers.iter().map(|file| (file.worker.name.clone(), file.terms.clone()));
    arranged.write(Arrangements {
        working: office.hours.working_time(&zone(office), now),
        terms: terms.collect(),
        ..office.arrangements.clone()
    });
    arranged.journal_in(people);
    arranged.recall().await
}

/// The zone in which the office's days begin.
pub fn zone(office: &Office) -> TimeZone {
    TimeZone::get(&office.time_zone).unwrap_or(TimeZone::UTC)
}
