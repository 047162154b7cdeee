//! `audit erase`: takes a person's words out of the journals of ended cases and out of all else
//! that the store holds of them, after showing what goes. The erasure is recorded first, in the
//! office's own journal, without the name.

use super::Signed;
use crate::cli::EraseArguments;
use crate::command::Failure;
use crate::report::Report;
use casework::audit::erase::{Concern, concern, erase};
use casework::office::{Change, ErasedEntry};
use casework::{Actor, CaseId, PersonId};
use engine::clock::Clock;
use engine::seams::{AmendError, Amendment, People as _, Store as _};
use serde_json::json;
use std::io::BufRead as _;
use store::{Rewritten, SqliteStore};

/// What would go.
#[derive(Default)]
struct Plan {
    journals: Vec<Rewritten>,
    entries: Vec<ErasedEntry>,
    open: Vec<CaseId>,
}

pub async fn run(arguments: &EraseArguments, report: &Report) -> Result<(), Failure> {
    let EraseArguments { dir, person, why, operator, yes } = arguments;
    if person.trim().len() < 3 {
        return Err(Failure::Use("say whose words: an address".into()));
    }
    if why.to_lowercase().contains(&person.to_lowercase()) {
        return Err(Failure::Use("the reason stays for ever: do not name the person in it".into()));
    }
    let signed = Signed::open(dir).await?;
    let plan = plan(&signed, person).await?;
    if !plan.open.is_empty() {
        let cases: Vec<String> = plan.open.iter().map(ToString::to_string).collect();
        return Err(Failure::NotReached(format!(
            "nothing was erased: end these cases first (`dayshift case cancel`): {}",
            cases.join(", ")
        )));
    }
    if !yes && !confirmed(&plan, person, report)? {
        return Err(Failure::NotReached("nothing was erased".into()));
    }
    let who = PersonId::new(operator.clone().unwrap_or_else(|| "operator".to_owned()));
    let cases: Vec<CaseId> = plan.journals.iter().map(|journal| journal.case).collect();
    let entries = plan.entries.len();
    record(&signed.store, who, why.clone(), plan.entries).await?;
    let removed = signed.store.rewrite(plan.journals, person).await?;
    let Signed { store, mut checkpoints } = signed;
    checkpoints.look(true).await?;
    store.close().await?;
    let object = json!({ "ok": true, "cases": cases, "entries": entries, "bodies": removed.bodies,
        "unclaimed": removed.unclaimed, "lessons": removed.lessons });
    let words = format!(
        "{entries} entries of {} cases were written anew; {} originals, {} unclaimed signals \
         and {} lessons are gone.\nWhat lies outside the office's state is yours to clean: \
         mailboxes, sent mail, tables, earlier exports, backups.",
        cases.len(),
        removed.bodies,
        removed.unclaimed,
        removed.lessons
    );
    report.result(&object, &words);
    Ok(())
}

async fn plan(signed: &Signed, person: &str) -> Result<Plan, Failure> {
    let mut trail = signed.trail().await?;
    let mut plan = Plan::default();
    for case in trail.journals().await?.into_iter().filter(|case| *case != CaseId::OFFICE) {
        let Some(journal) = trail.journal(case).await? else { continue };
        let erased = erase(case, &journal.lines, person)
            .map_err(|error| Failure::NotReached(format!("nothing was erased: {error}")))?;
        let Some(erased) = erased else { continue };
        let row = signed.store.case(case).await?;
        if row.is_none_or(|row| !row.progress.status.is_closed()) {
            plan.open.push(case);
        }
        let own = concern(&journal.lines, person) == Concern::Own;
        let (head, lines) = (journal.head, erased.lines);
        plan.journals.push(Rewritten { case, head, lines, own });
        plan.entries.extend(erased.entries);
    }
    Ok(plan)
}

/// Shows what goes and asks.
fn confirmed(plan: &Plan, person: &str, report: &Report) -> Result<bool, Failure> {
    if report.json {
        return Err(Failure::Use("with --json there is nobody to ask: add --yes".into()));
    }
    report.say(&format!("Words of {person} stand in {} cases:", plan.journals.len()));
    for journal in &plan.journals {
        let how = if journal.own {
            "all that came from outside goes"
        } else {
            "named; texts with the name go"
        };
        report.say(&format!("  case {}: {how}", journal.case));
    }
    report.say("Mails, documents and lessons of these cases go too, and unclaimed mail of theirs.");
    report.say("This cannot be taken back. Type yes to go on:");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::Outside(format!("cannot read an answer: {error}")))?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// Before anything is written anew: if the program is stopped in between, it is done again.
async fn record(
    store: &SqliteStore,
    who: PersonId,
    why: String,
    entries: Vec<ErasedEntry>,
) -> Result<(), Failure> {
    let change = Change::Erased { why, entries };
    let decide = Box::new(move |_: &_| Ok(Amendment::of(vec![change.clone()])));
    match store.amend(Actor::Person(who), Clock::System.now(), decide).await {
        Ok(()) => Ok(()),
        Err(AmendError::Refused { why }) => Err(Failure::NotReached(why.to_owned())),
        Err(AmendError::Store(error)) => Err(error.into()),
    }
}
