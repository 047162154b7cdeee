//! Grants and absences on the command line: what may be done from now on, who stands in for whom.
//! Grants are made on cards only; here they are listed and taken back.

use super::Failure;
use super::case::Desk;
use crate::cli::{AwayCommand, GrantCommand};
use crate::office;
use crate::report::{Report, table};
use crate::wiring::arranging::zone;
use casework::PersonId;
use casework::grant::{Grant, GrantId, in_words};
use engine::arranged::ArrangeError;
use serde_json::json;

impl From<ArrangeError> for Failure {
    fn from(error: ArrangeError) -> Self {
        match error {
            ArrangeError::NoSuchGrant { .. } => Self::Use(error.to_string()),
            ArrangeError::Store(_) | ArrangeError::Refused { .. } => {
                Self::Outside(error.to_string())
            }
        }
    }
}

/// `grant`.
pub async fn grant(command: GrantCommand, report: &Report) -> Result<(), Failure> {
    match command {
        GrantCommand::List { office } => {
            let desk = Desk::open(&office, report).await?;
            let now = desk.now();
            let arranged = desk.intake.arranged().now();
            let row = |grant: &Grant| {
                let standing = format!("{:?}", grant.standing(now)).to_lowercase();
                let used = format!("{}/{}", grant.used.times, grant.allowance.times_max);
                let sum = grant.allowance.sum.as_ref().map_or(String::new(), |sum| {
                    format!("{}/{}", in_words(grant.used.micro), in_words(sum.micro_max))
                });
                let (worker, tool) = (grant.worker.to_string(), grant.shape.tool.to_string());
                vec![grant.id.to_string(), standing, worker, tool, used, sum, grant.who.to_string()]
            };
            let rows: Vec<Vec<String>> = arranged.grants.iter().map(row).collect();
            let heads = ["grant", "stands", "worker", "tool", "used", "sum", "by"];
            let words = match rows.is_empty() {
                true => "No grants. One is made on an approval's card.".to_owned(),
                false => table(&heads, &[], &rows),
            };
            report.result(&json!({ "ok": true, "grants": arranged.grants }), &words);
            desk.close().await
        }
        GrantCommand::Revoke { grant, office, person, why } => {
            let desk = Desk::open(&office, report).await?;
            let id = GrantId::parse(&grant).ok_or_else(|| {
                Failure::Use(format!("`{grant}` is no grant; `dayshift grant list` shows them"))
            })?;
            let who = desk.known(person.as_deref(), None)?;
            desk.intake.arranged().revoke(id, who, why, desk.now()).await?;
            report.result(&json!({ "ok": true, "grant": id }), "Taken back; it stops at once.");
            desk.close().await
        }
    }
}

/// `away`.
pub async fn away(command: AwayCommand, report: &Report) -> Result<(), Failure> {
    match command {
        AwayCommand::List { office } => {
            let desk = Desk::open(&office, report).await?;
            let zone = zone(&desk.office);
            let day = |at: casework::Timestamp| {
                let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
                moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
            };
            let arranged = desk.intake.arranged().now();
            let row = |away: &casework::ask::arrangements::Away| {
                let (person, deputy) = (away.person.to_string(), away.deputy.to_string());
                vec![person, deputy, day(away.from), day(away.until)]
            };
            let rows: Vec<Vec<String>> = arranged.away.iter().map(row).collect();
            let words = match rows.is_empty() {
                true => "Nobody is away.".to_owned(),
                false => table(&["away", "deputy", "from", "until"], &[], &rows),
            };
            report.result(&json!({ "ok": true, "away": arranged.away }), &words);
            desk.close().await
        }
        AwayCommand::Set { person, deputy, from, until, office, by } => {
            let desk = Desk::open(&office, report).await?;
            let (person, deputy) =
                (desk.known(Some(&person), None)?, desk.known(Some(&deputy), None)?);
            if person == deputy {
                return Err(Failure::Use("nobody stands in for themselves".into()));
            }
            let day = |text: &str| {
                text.parse::<jiff::civil::Date>()
                    .map_err(|_| Failure::Use(format!("`{text}` is not a day, as 2026-12-24")))
            };
            let days = (day(&from)?, day(&until)?);
            let away = office::period(person, deputy, days, &zone(&desk.office))
                .filter(|away| away.from < away.until)
                .ok_or_else(|| Failure::Use("the last day is before the first".into()))?;
            let by = by_whom(&desk, by.as_deref(), &away.person)?;
            desk.intake.arranged().set_away(by, away.clone(), desk.now()).await?;
            let words = format!("{} answers for {} until {until}.", away.deputy, away.person);
            report.result(&json!({ "ok": true, "away": away }), &words);
            desk.close().await
        }
        AwayCommand::End { person, office, by } => {
            let desk = Desk::open(&office, report).await?;
            let person = desk.known(Some(&person), None)?;
            let by = by_whom(&desk, by.as_deref(), &person)?;
            desk.intake.arranged().end_away(by, person.clone(), desk.now()).await?;
            report.result(&json!({ "ok": true, "person": person }), "Nobody stands in any more.");
            desk.close().await
        }
    }
}

fn by_whom(desk: &Desk, by: Option<&str>, person: &PersonId) -> Result<PersonId, Failure> {
    match by {
        Some(_) => desk.known(by, None),
        None => Ok(person.clone()),
    }
}
