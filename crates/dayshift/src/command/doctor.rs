//! Checks whether an office could work now: every source, every tool's system, every secret, the
//! store, the clock. It works no case and
//! sends nothing.

use super::Failure;
use crate::report::{Report, table};
use crate::wiring::{self, Otherwise};
use casework::Timestamp;
use serde_json::{Value as Json, json};
use std::path::Path;

/// A clock before this is wrong: the program is younger than it (1 January 2026).
const CLOCK_MIN: Timestamp = Timestamp(1_767_225_600_000);

pub async fn doctor(dir: &Path, report: &Report) -> Result<(), Failure> {
    let office = wiring::load(dir, report)?;
    let house = wiring::open(office, Otherwise::default(), report).await?;
    let mut checks: Vec<(String, Result<String, String>)> = Vec::new();
    let now = house.now();
    checks.push((
        "clock".into(),
        if now >= CLOCK_MIN { Ok("plausible".into()) } else { Err("far in the past".into()) },
    ));
    let size = house.engine.store.size().await;
    checks.push((
        "store".into(),
        size.map(|size| format!("{} cases", size.cases)).map_err(|error| error.to_string()),
    ));
    checks.push((
        "audit log".into(),
        match &house.checkpoints {
            Some(signing) => Ok(format!("signed by {}", signing.lock().await.signer().public())),
            None => Err("it is not signed: see `dayshift audit verify`".into()),
        },
    ));
    for source in &house.sources {
        let seen = last_seen(&house, source.name()).await;
        let probed = source.probe().await;
        checks.push((
            source.name().to_string(),
            probed.map(|()| seen).map_err(|error| error.to_string()),
        ));
    }
    let ok = checks.iter().all(|(_, check)| check.is_ok());
    let connectors: Vec<Json> = checks
        .iter()
        .map(|(name, check)| match check {
            Ok(words) => json!({ "connector": name, "ok": true, "last_seen": words }),
            Err(trouble) => json!({ "connector": name, "ok": false, "trouble": trouble }),
        })
        .collect();
    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|(name, check)| match check {
            Ok(words) => vec![name.clone(), "ok".into(), words.clone()],
            Err(trouble) => vec![name.clone(), "trouble".into(), trouble.clone()],
        })
        .collect();
    let words = table(&["connector", "state", "what"], &[], &rows);
    report.result(&json!({ "ok": ok, "connectors": connectors }), &words);
    super::office_work::close(house).await?;
    if ok { Ok(()) } else { Err(Failure::Outside(String::new())) }
}

/// When a source was last marked as read, as far as the store knows.
async fn last_seen(house: &wiring::House, source: &casework::SourceName) -> String {
    match house.engine.intake.bookmark(source).await {
        Ok(Some(bookmark)) => format!("read up to {bookmark}"),
        _ => "nothing read yet".to_owned(),
    }
}
