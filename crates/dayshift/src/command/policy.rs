//! Why a call of a case was ruled on as it was, in plain words: the row that spoke, each argument
//! with who wrote it and where it was read, and what would change the ruling. It rules on nothing:
//! the core does, again, from the journal up to the call.

use super::Failure;
use super::case::Desk;
use crate::cli::PolicyCommand;
use crate::report::{Report, table};
use casework::ask::{Place, places};
use casework::policy::{ArgumentSaid, Explanation, Ruling, Voucher, describe};
use casework::tool::ToolCall;
use casework::worker::Charter;
use casework::{Case, CaseId, Entry, Event};
use serde_json::{Value as Json, json};
use std::path::Path;

/// `policy`.
pub async fn policy(command: PolicyCommand, report: &Report) -> Result<(), Failure> {
    match command {
        PolicyCommand::Explain { case, step, dir } => {
            explain(&dir, CaseId(case), &step, report).await
        }
        PolicyCommand::Trial { dir } => super::trial::trial(&dir, report),
    }
}

/// One call as it was ruled on.
struct Found {
    seq: u32,
    step: Option<String>,
    call: ToolCall,
    recorded: Ruling,
    told: Explanation,
}

async fn explain(dir: &Path, id: CaseId, wanted: &str, report: &Report) -> Result<(), Failure> {
    let desk = Desk::open(dir, report).await?;
    let row = desk.row(id).await?;
    let charter = desk.charter(&row)?;
    let lines = desk.lines(id).await?;
    let entries = read(id, &lines)?;
    let (found, known) = find(id, charter, &entries, wanted)?;
    let Some(found) = found else {
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Failure::Use(format!(
            "case {id} proposed no call for `{wanted}`; it proposed: {known}"
        )));
    };
    report.result(&as_json(id, &found, &entries), &in_words(id, &found, &entries));
    desk.close().await
}

fn read(id: CaseId, lines: &[u8]) -> Result<Vec<Entry>, Failure> {
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let broken = |error| Failure::NotReached(format!("case {id}: {error}"));
            Entry::from_line(line).map_err(broken)
        })
        .collect()
}

/// The last proposal that is meant, and the names under which the proposals go.
fn find(
    id: CaseId,
    charter: Charter,
    entries: &[Entry],
    wanted: &str,
) -> Result<(Option<Found>, Vec<String>), Failure> {
    let mut case = Case::new(id, charter);
    let (mut found, mut known) = (None, Vec::new());
    for entry in entries {
        if let Event::CallProposed { step, call, ruling, .. } = &entry.event {
            let steps = &case.charter().worker.procedure.steps;
            let name = step.and_then(|at| steps.get(at)).map(|step| step.name.clone());
            let number = call.id.to_string();
            let names = [name.as_deref(), Some(call.tool.as_str()), Some(number.as_str())];
            if names.into_iter().flatten().any(|name| name == wanted) {
                found = Some(Found {
                    seq: entry.seq,
                    step: name.clone(),
                    call: call.clone(),
                    recorded: ruling.clone(),
                    told: case.explain(call),
                });
            }
            known.push(match name {
                Some(name) => format!("{name} (call {number}, {})", call.tool),
                None => format!("call {number} ({})", call.tool),
            });
        }
        case.record(entry.at, entry.by.clone(), entry.event.clone())
            .map_err(|error| Failure::NotReached(error.to_string()))?;
    }
    Ok((found, known))
}

fn word(ruling: &Ruling) -> (&'static str, &str, Option<&str>) {
    match ruling {
        Ruling::Allow { rule } => ("allow", rule.as_str(), None),
        Ruling::Ask { rule, because, .. } => ("ask", rule.as_str(), Some(because)),
        Ruling::Deny { rule, because } => ("deny", rule.as_str(), Some(because)),
    }
}

fn leaf(said: &ArgumentSaid, entries: &[Entry], before: u32) -> Vec<Place> {
    places(entries, &said.value, before)
}

fn as_json(id: CaseId, found: &Found, entries: &[Entry]) -> Json {
    let arguments: Vec<Json> = found
        .told
        .arguments
        .iter()
        .map(|said| {
            json!({
                "name": said.name, "value": said.value, "origin": said.origin,
                "readers": said.readers, "authority": said.authority, "vouched": said.vouched,
                "sources": leaf(said, entries, found.seq),
            })
        })
        .collect();
    let (ruling, rule, because) = word(&found.recorded);
    json!({
        "ok": true, "case": id, "entry": found.seq, "step": found.step, "call": found.call.id,
        "tool": found.call.tool, "ruling": ruling, "rule": rule, "because": because,
        "rows": found.told.rows, "arguments": arguments, "would_change": found.told.would_change,
        "same_now": found.told.ruling == found.recorded,
    })
}

fn in_words(id: CaseId, found: &Found, entries: &[Entry]) -> String {
    let (ruling, rule, because) = word(&found.recorded);
    let ruled = match ruling {
        "allow" => "allowed",
        "ask" => "asked",
        _ => "denied",
    };
    let step = found.step.as_ref().map(|step| format!(", step `{step}`")).unwrap_or_default();
    let mut words = format!(
        "Case {id}, entry {}{step}: {} is {ruled} by “{rule}”{}\n\n",
        found.seq,
        found.call.tool,
        because.map(|because| format!(",\nbecause {because}.")).unwrap_or_else(|| ".".into()),
    );
    let rows: Vec<Vec<String>> =
        found.told.arguments.iter().map(|said| line(said, entries, found.seq)).collect();
    if !rows.is_empty() {
        words.push_str(&table(&["argument", "value", "written by", "read in", ""], &[], &rows));
        words.push_str("\n\n");
    }
    words.push_str("Looked at, in this order:\n");
    for row in &found.told.rows {
        let rule = row.rule.as_ref().map(|rule| format!(" (“{rule}”)")).unwrap_or_default();
        words.push_str(&format!("  {:<7} {}{rule}\n", row.says, row.about));
    }
    words.push_str("\nWhat would change it:\n");
    for change in &found.told.would_change {
        words.push_str(&format!("  {change}\n"));
    }
    if found.told.ruling != found.recorded {
        let (ruling, rule, _) = word(&found.told.ruling);
        words.push_str(&format!("\nToday's policy would say: {ruling} by “{rule}”.\n"));
    }
    words
}

fn line(said: &ArgumentSaid, entries: &[Entry], before: u32) -> Vec<String> {
    const VALUE_MAX: usize = 48;
    let whole = said.value.as_str().map_or_else(|| said.value.to_string(), str::to_owned);
    let mut value: String = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    if value.chars().count() > VALUE_MAX {
        value = value.chars().take(VALUE_MAX - 1).collect::<String>() + "…";
    }
    let places: Vec<String> = leaf(said, entries, before)
        .iter()
        .map(|place| format!("entry {}: {}", place.entry, place.field))
        .collect();
    let from = if places.is_empty() { "the worker's files".to_owned() } else { places.join("; ") };
    let vouched = match (&said.vouched, said.authority) {
        (_, false) | (Some(Voucher::Origin(_)), _) => String::new(),
        (Some(voucher), true) => voucher.words(),
        (None, true) => "nobody vouches for it".to_owned(),
    };
    let name = if said.authority { format!("{}!", said.name) } else { said.name.clone() };
    vec![name, value, describe(said.origin).to_owned(), from, vouched]
}
