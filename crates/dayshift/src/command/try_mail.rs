//! Shadow: what would have been done with these mails. Nothing is sent or written outside: the
//! workers run in shadow mode, on a journal of their own that is thrown away.

use super::Failure;
use crate::office::Office;
use crate::report::{Report, table};
use crate::wiring::{self, House, Otherwise};
use casework::policy::Ruling;
use casework::worker::Mode;
use casework::{Entry, Event};
use connectors::mail::{MailConfig, MailFolders, MailKind, MailSource};
use engine::run::{Until, run};
use engine::seams::{CaseQuery, CaseRow, Source};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Arc;

pub async fn try_mail(
    dir: &Path,
    mail: &Path,
    worker: Option<&str>,
    report: &Report,
) -> Result<(), Failure> {
    let mut office = wiring::load(dir, report)?;
    let scratch = Scratch::new()?;
    let source = source(&mut office, mail, worker, &scratch)?;
    let otherwise = Otherwise { mode: Some(Mode::Shadow), store: Some(scratch.0.join("try.db")) };
    let house = wiring::open(office, otherwise, report).await?;
    let drained = source
        .drain(&house.engine.intake)
        .await
        .map_err(|error| Failure::Setting(error.to_string()))?;
    run(Arc::clone(&house.engine), house.lanes.clone(), Until::Idle).await?;
    let cases = walked(&house).await?;
    let words = words(&cases, drained.seen);
    report.result(&json!({ "ok": true, "mails": drained, "cases": cases }), &words);
    super::office_work::close(house).await
}

/// A source of the worker's account over the given mails; every other connection stays unused.
fn source(
    office: &mut Office,
    mail: &Path,
    worker: Option<&str>,
    scratch: &Scratch,
) -> Result<MailSource, Failure> {
    if !mail.exists() {
        return Err(Failure::Setting(format!("there is no {}", mail.display())));
    }
    let hears = |file: &crate::office::WorkerFile| {
        let mut sources = file.worker.triggers.iter().map(|trigger| trigger.source.as_str());
        sources.find_map(|source| source.strip_prefix("mail:").map(str::to_owned))
    };
    let account = office
        .workers
        .iter()
        .filter(|file| worker.is_none_or(|name| file.worker.name.as_str() == name))
        .find_map(hears)
        .ok_or_else(|| Failure::Setting("no such worker hears a mail source".into()))?;
    let known = office.mail.iter().find(|known| known.config.name == account);
    let known = known.ok_or_else(|| Failure::Setting(format!("no account `{account}`")))?;
    let inbox = if mail.is_file() && has_ending(mail, "eml") {
        let folder = scratch.0.join("mail");
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::copy(mail, folder.join("0001.eml")))
            .map_err(|error| Failure::file("read", mail, &error))?;
        folder
    } else {
        mail.to_owned()
    };
    let folders = MailFolders::new(inbox, scratch.0.join("sent"));
    let kind = match (mail.is_file() && !has_ending(mail, "eml"), mail.join("cur").is_dir()) {
        (true, _) => MailKind::Mbox(folders),
        (false, true) => MailKind::Maildir(folders),
        (false, false) => MailKind::Folder(folders),
    };
    Ok(MailSource::new(MailConfig { kind, ..known.config.clone() }))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|known| known.eq_ignore_ascii_case(ending))
}

async fn walked(house: &House) -> Result<Vec<Json>, Failure> {
    let mut cases = Vec::new();
    let mut query = CaseQuery { limit: 1_000, ..CaseQuery::default() };
    loop {
        let rows = house.engine.store.cases(query.clone()).await?;
        let Some(last) = rows.last() else { break };
        query.before = Some(last.case);
        for row in &rows {
            if let Some(journal) = house.engine.store.journal(row.case).await? {
                cases.push(walk(row, &journal.lines));
            }
        }
    }
    cases.reverse();
    Ok(cases)
}

/// One case: the calls that would have run, and what people would have been asked.
fn walk(row: &CaseRow, journal: &[u8]) -> Json {
    let (mut calls, mut asks, mut judged, mut key) = (vec![], vec![], vec![], None);
    for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match Entry::from_line(line).map(|entry| entry.event) {
            Ok(Event::SignalReceived(signal)) => {
                key.get_or_insert(signal.key);
            }
            Ok(Event::Judged(answer)) => {
                let evidence = &answer.evidence;
                judged.push(json!({
                    "answer": answer.answer.data(),
                    "confidence": evidence.confidence,
                }));
            }
            Ok(Event::CallProposed { call, ruling, .. }) => {
                let (word, rule) = match &ruling {
                    Ruling::Allow { rule } => ("allow", rule),
                    Ruling::Ask { rule, .. } => ("ask", rule),
                    Ruling::Deny { rule, .. } => ("deny", rule),
                };
                let shown = json!({
                    "tool": call.tool,
                    "arguments": call.arguments,
                    "ruling": word,
                    "rule": rule,
                });
                if word == "ask" {
                    asks.push(shown.clone());
                }
                calls.push(shown);
            }
            _ => {}
        }
    }
    let outcome = &row.progress.note;
    if outcome.starts_with("a person would be asked") || outcome.starts_with("handed over") {
        asks.push(json!({ "why": outcome }));
    }
    json!({
        "case": row.case,
        "key": key,
        "title": row.progress.title,
        "party": row.progress.party,
        "judged": judged,
        "outcome": outcome,
        "calls": calls,
        "asks": asks,
    })
}

fn words(cases: &[Json], seen: u64) -> String {
    let text = |case: &Json, name: &str| {
        case.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    let count = |case: &Json, name: &str| {
        case.get(name).and_then(Json::as_array).map_or(0, Vec::len).to_string()
    };
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let (calls, asks) = (count(case, "calls"), count(case, "asks"));
            vec![text(case, "title"), calls, asks, text(case, "outcome")]
        })
        .collect();
    let alone = cases.iter().filter(|case| count(case, "asks") == "0").count();
    format!(
        "{}\n\n{seen} mails, {} cases: {alone} of {} would have been done without asking.\n\
         Nothing was sent or written.",
        table(&["mail", "calls", "asks", "what would have come of it"], &[1, 2], &rows),
        cases.len(),
        cases.len()
    )
}

/// A folder of one's own that goes away at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("dayshift-try-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::file("make the folder", &path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in the temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
