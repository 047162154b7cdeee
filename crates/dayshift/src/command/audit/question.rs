//! Questions an auditor asks of an office's trail, each answered by one command: who approved this,
//! whose words influenced it, what would be ruled otherwise today, what touched this person.

use super::{open, trail};
use crate::cli::{ExportArguments, QuestionKind};
use crate::command::Failure;
use crate::office::{self, Office};
use crate::report::Report;
use crate::wiring;
use casework::audit::question::{Approvals, Influence, Reach, approvals, influences, ruling_under};
use casework::policy::Ruling;
use casework::worker::{Charter, Worker};
use casework::{CallId, Case, CaseId, Digest, Entry, Event, WorkerName};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use store::Trail;

/// Answers what is asked.
pub async fn answer(arguments: &ExportArguments, report: &Report) -> Result<(), Failure> {
    let store = open(&arguments.dir).await?;
    let mut trail = store.trail().await?;
    let (object, words) = match (arguments.question, &arguments.about) {
        (Some(QuestionKind::Approvals), _) => {
            let (journal, call) = call_of(&mut trail, arguments).await?;
            let found = approvals(&journal, call).ok_or_else(|| no_call(call))?;
            (json!({ "ok": true, "approvals": found }), approvals_in_words(&found))
        }
        (Some(QuestionKind::Influences), _) => {
            let (journal, call) = call_of(&mut trail, arguments).await?;
            let found = influences(&journal, call).ok_or_else(|| no_call(call))?;
            (json!({ "ok": true, "influences": found }), influences_in_words(&found))
        }
        (Some(QuestionKind::UnderPolicy), _) => {
            let office = wiring::load(&arguments.dir, report)?;
            under_policy(&mut trail, &office, arguments.case.map(CaseId)).await?
        }
        (None, Some(person)) => about(&mut trail, person).await?,
        (None, None) => return Err(Failure::Use("what is the question?".into())),
    };
    drop(trail);
    store.close().await?;
    report.result(&object, &words);
    Ok(())
}

fn no_call(call: CallId) -> Failure {
    Failure::Use(format!("this case has no call {call}"))
}

async fn entries(trail: &mut Trail, case: CaseId) -> Result<Vec<Entry>, Failure> {
    let journal = trail.journal(case).await?;
    let journal = journal.ok_or_else(|| Failure::Use(format!("there is no case {case}")))?;
    Ok(trail::lines(&journal.lines).filter_map(|line| Entry::from_line(line).ok()).collect())
}

async fn call_of(
    trail: &mut Trail,
    arguments: &ExportArguments,
) -> Result<(Vec<Entry>, CallId), Failure> {
    match (arguments.case, arguments.call) {
        (Some(case), Some(call)) => Ok((entries(trail, CaseId(case)).await?, CallId(call))),
        _ => Err(Failure::Use("say which call: `--case N --call K`".into())),
    }
}

fn approvals_in_words(found: &Approvals) -> String {
    let mut words = format!("{} {}\n", found.call.tool, found.call.arguments.data());
    for name in found.call.arguments.keys() {
        let origin = found.call.arguments.at(name).map_or("", |value| value.origin().word());
        words.push_str(&format!("  {name}: {origin}\n"));
    }
    words.push_str(&match &found.ruling {
        Ruling::Allow { rule } => format!("allowed by {rule}; nobody was asked\n"),
        Ruling::Ask { because, to, .. } => format!("asked {to}: {because}\n"),
        Ruling::Deny { because, .. } => format!("denied: {because}\n"),
    });
    for said in &found.replies {
        let what = match (&said.reply, &said.refused) {
            (Some(reply), _) => format!("{reply:?}"),
            (None, why) => format!("did not count: {}", why.as_deref().unwrap_or_default()),
        };
        words.push_str(&format!("{} (entry {}): {what}\n", said.who, said.seq));
    }
    let ran = if found.permit.is_some() { "It was started." } else { "It was not started." };
    words.push_str(ran);
    words
}

fn influences_in_words(found: &[Influence]) -> String {
    if found.is_empty() {
        return "No words from outside the firm's records influenced it.".to_owned();
    }
    let line = |one: &Influence| {
        let how = match &one.how {
            Reach::Argument(name) => format!("stands in `{name}`"),
            Reach::Judged => "was judged before it".to_owned(),
            Reach::InView => "was in the model's view".to_owned(),
        };
        let Influence { seq, from, path, words, .. } = one;
        format!("entry {seq}, {from}, {path} ({}): {how}\n    {words}", one.origin.word())
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Everything that touched a person: cases and the office's own journal.
async fn about(trail: &mut Trail, person: &str) -> Result<(Json, String), Failure> {
    let (mut touched, mut words) = (Vec::new(), String::new());
    for case in trail.journals().await? {
        let Some(journal) = trail.journal(case).await? else { continue };
        let mut seqs = Vec::new();
        for (seq, line) in trail::lines(&journal.lines).enumerate() {
            if trail::names(line, person) {
                seqs.push(seq);
                if let Ok(entry) = Entry::from_line(line) {
                    let told = crate::command::story::line(&entry);
                    words.push_str(&format!("case {case} entry {seq}: {told}\n"));
                }
            }
        }
        if !seqs.is_empty() {
            touched.push(json!({ "case": case, "entries": seqs }));
        }
    }
    if words.is_empty() {
        words = format!("Nothing here names {person}.");
    }
    Ok((json!({ "ok": true, "about": person, "touched": touched }), words))
}

/// Rules again on every call that was proposed, as the worker's files say today.
async fn under_policy(
    trail: &mut Trail,
    office: &Office,
    only: Option<CaseId>,
) -> Result<(Json, String), Failure> {
    let tools = Arc::new(office::tool_specs(office));
    let (mut calls, mut differ, mut unread) = (0_u64, Vec::new(), Vec::new());
    let cases = match only {
        Some(case) => vec![case],
        None => {
            trail.journals().await?.into_iter().filter(|case| *case != CaseId::OFFICE).collect()
        }
    };
    for case in cases {
        let Some(journal) = trail.journal(case).await? else { continue };
        let first =
            trail::lines(&journal.lines).next().and_then(|line| Entry::from_line(line).ok());
        let Some(Event::CaseOpened { worker, version, .. }) = first.map(|entry| entry.event) else {
            continue;
        };
        let today = office.workers.iter().find(|file| file.worker.name == worker);
        let then = recorded(office, &worker, version);
        let (Some(today), Some(then)) = (today, then) else {
            unread.push(case);
            continue;
        };
        let charter =
            |worker: Worker| Charter { worker: Arc::new(worker), tools: Arc::clone(&tools) };
        let (today, then) = (charter(today.worker.clone()), charter(then));
        let mut end = 0;
        for line in journal.lines.split_inclusive(|byte| *byte == b'\n') {
            let before = journal.lines.get(..end).unwrap_or_default();
            end += line.len();
            let Ok(entry) = Entry::from_line(line.trim_ascii_end()) else { continue };
            let Event::CallProposed { call, ruling, .. } = entry.event else { continue };
            let Ok(folded) = Case::replay(case, then.clone(), before) else {
                unread.push(case);
                break;
            };
            calls += 1;
            let now = ruling_under(&folded, &call, &today);
            if verdict(&now) != verdict(&ruling) {
                differ.push((case, call, ruling, now));
            }
        }
    }
    let words = differ.iter().map(|(case, call, then, now)| {
        let (then, now) = (verdict(then), verdict(now));
        format!("case {case} call {}: {} was {then}, today {now}", call.id, call.tool)
    });
    let mut words: Vec<String> = words.collect();
    words.insert(0, format!("{} of {calls} calls would be ruled otherwise today.", differ.len()));
    let differ: Vec<Json> = differ
        .iter()
        .map(|(case, call, then, now)| {
            json!({ "case": case, "call": call.id, "tool": call.tool, "then": then, "now": now })
        })
        .collect();
    let object = json!({ "ok": true, "calls": calls, "differ": differ, "unread": unread });
    Ok((object, words.join("\n")))
}

/// The worker's files as they were when a case began.
fn recorded(office: &Office, worker: &WorkerName, version: Digest) -> Option<Worker> {
    let same = office.workers.iter().find(|file| file.worker.version == version);
    let same = same.filter(|file| file.worker.name == *worker).map(|file| file.worker.clone());
    same.or_else(|| wiring::versions::recall(office, worker, version))
}

fn verdict(ruling: &Ruling) -> &'static str {
    match ruling {
        Ruling::Allow { .. } => "allowed",
        Ruling::Ask { .. } => "asked",
        Ruling::Deny { .. } => "denied",
    }
}
