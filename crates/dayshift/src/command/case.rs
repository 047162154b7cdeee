//! Cases on the command line: list, show, and every reply the console takes. Replies go in by the
//! same door; a running office takes them up at once, another when it next works.

use super::{Failure, store_path};
use crate::cli::{CaseArgument, CaseCommand};
use crate::office;
use crate::report::{Report, table};
use crate::wiring;
use casework::ask::{About, Ask, Reply};
use casework::worker::Charter;
use casework::{Case, CaseId, Entry, PersonId, Status};
use engine::clock::Clock;
use engine::intake::Intake;
use engine::seams::{CaseQuery, CaseRow, Store};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Arc;

pub async fn case(command: CaseCommand, report: &Report) -> Result<(), Failure> {
    match command {
        CaseCommand::List { office, status, limit } => {
            list(&office, status.as_deref(), limit, report).await
        }
        CaseCommand::Show(which) => show(&which, report).await,
        CaseCommand::Approve(which) => {
            let reply = |ask: &Ask| Ok(Reply::Approve { digest: ask.digest });
            answer(&which, report, reply).await
        }
        CaseCommand::Edit { case, changes } => {
            let arguments = parse_changes(&changes)?;
            let reply =
                |ask: &Ask| Ok(Reply::Edit { digest: ask.digest, arguments: arguments.clone() });
            answer(&case, report, reply).await
        }
        CaseCommand::Reject { case, why } => {
            answer(&case, report, |_| Ok(Reply::Reject { why: why.clone() })).await
        }
        CaseCommand::Answer { case, answer: said } => {
            answer(&case, report, |ask| in_words(ask, &said)).await
        }
        CaseCommand::Cancel { case, why } => {
            let desk = Desk::open(&case.office, report).await?;
            let id = CaseId(case.case);
            let row = desk.row(id).await?;
            let who = desk.who(&case, None)?;
            desk.intake.cancelled(id, who, why).await?;
            report.result(&json!({ "ok": true, "case": id }), &taken_up(&row));
            desk.close().await
        }
    }
}

/// What the answer means depends on what is asked.
fn in_words(ask: &Ask, said: &str) -> Result<Reply, Failure> {
    Ok(match &ask.about {
        About::Judgement { .. } | About::Question => Reply::Say { answer: said.to_owned() },
        About::TakeOver { .. } => Reply::Outcome { summary: said.to_owned() },
        About::InDoubt { .. } => match said.to_lowercase().as_str() {
            "yes" | "y" => Reply::Happened(true),
            "no" | "n" => Reply::Happened(false),
            _ => return Err(Failure::Use("did it happen? answer yes or no".into())),
        },
        About::Approval { .. } => {
            return Err(Failure::Use("this is approved, edited or rejected".into()));
        }
    })
}

fn parse_changes(changes: &[String]) -> Result<serde_json::Map<String, Json>, Failure> {
    let parse = |change: &String| {
        let (name, value) = change
            .split_once('=')
            .ok_or_else(|| Failure::Use(format!("`{change}` is not NAME=VALUE")))?;
        // A number or true/false where it reads as one, else text.
        let value = serde_json::from_str(value)
            .ok()
            .filter(|value: &Json| value.is_number() || value.is_boolean())
            .unwrap_or_else(|| value.into());
        Ok((name.to_owned(), value))
    };
    changes.iter().map(parse).collect()
}

async fn list(
    dir: &Path,
    status: Option<&str>,
    limit: u32,
    report: &Report,
) -> Result<(), Failure> {
    let statuses = match status {
        None => Vec::new(),
        Some(word) => vec![Status::parse(word).ok_or_else(|| {
            let words: Vec<&str> = Status::ALL.iter().map(|status| status.word()).collect();
            Failure::Use(format!("no status `{word}`; they are: {}", words.join(", ")))
        })?],
    };
    let store = open_store(dir).await?;
    let rows = store.cases(CaseQuery { statuses, limit, ..CaseQuery::default() }).await?;
    let shown: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let (progress, case) = (&row.progress, row.case.to_string());
            let status = progress.status.word().to_owned();
            vec![case, status, progress.title.clone(), progress.note.clone()]
        })
        .collect();
    let words = match shown.is_empty() {
        true => "No such cases.".to_owned(),
        false => table(&["case", "status", "about", "note"], &[0], &shown),
    };
    report.result(&json!({ "ok": true, "cases": rows }), &words);
    Ok(store.close().await?)
}

async fn show(which: &CaseArgument, report: &Report) -> Result<(), Failure> {
    let store = open_store(&which.office).await?;
    let id = CaseId(which.case);
    let (Some(row), Some(journal)) = (store.case(id).await?, store.journal(id).await?) else {
        return Err(Failure::Use(format!("there is no case {id}")));
    };
    let mut entries = Vec::new();
    let mut words = format!(
        "case {id} · {} · {}\n{}\n",
        row.worker,
        row.progress.status.word(),
        row.progress.title
    );
    for line in journal.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let entry: Json = serde_json::from_slice(line).unwrap_or_default();
        if let Ok(read) = Entry::from_line(line) {
            words.push_str(&super::story::line(&read));
            words.push('\n');
        }
        entries.push(entry);
    }
    if let Some(ask) = &row.progress.ask {
        words.push_str(&format!("\nwaits for {}: {}\n  {}\n", ask.to, ask.headline, ask.because));
    }
    let object = json!({ "ok": true, "case": row, "entries": entries, "head": journal.head });
    report.result(&object, &words);
    Ok(store.close().await?)
}

/// Hands a reply in, after asking the case whether it counts.
async fn answer(
    which: &CaseArgument,
    report: &Report,
    reply: impl Fn(&Ask) -> Result<Reply, Failure>,
) -> Result<(), Failure> {
    let desk = Desk::open(&which.office, report).await?;
    let id = CaseId(which.case);
    let row = desk.row(id).await?;
    let ask = row
        .progress
        .ask
        .clone()
        .ok_or_else(|| Failure::Use(format!("case {id} asks nothing now")))?;
    let who = desk.who(which, Some(&ask))?;
    let reply = reply(&ask)?;
    let case = desk.fold(&row).await?;
    case.admit_reply(ask.id, &who, &reply, Clock::System.now())
        .map_err(|error| Failure::Use(format!("case {id}: {error}")))?;
    desk.intake.replied(id, ask.id, who.clone(), reply).await?;
    let object = json!({ "ok": true, "case": id, "ask": ask.id, "who": who });
    report.result(&object, &taken_up(&row));
    desk.close().await
}

fn taken_up(row: &CaseRow) -> String {
    format!("Taken in. Case {} goes on when its office works (`dayshift up`).", row.case)
}

/// What replies need: the store, the door, the workers to fold a case with.
struct Desk {
    store: Arc<store::SqliteStore>,
    intake: Intake,
    office: office::Office,
}

impl Desk {
    async fn open(dir: &Path, report: &Report) -> Result<Self, Failure> {
        let office = wiring::load(dir, report)?;
        let store = open_store(dir).await?;
        let intake = Intake::new(Arc::clone(&store) as Arc<dyn Store>, Vec::new(), Clock::System);
        Ok(Self { store, intake, office })
    }

    async fn row(&self, id: CaseId) -> Result<CaseRow, Failure> {
        let row = self.store.case(id).await?;
        row.ok_or_else(|| Failure::Use(format!("there is no case {id}")))
    }

    async fn fold(&self, row: &CaseRow) -> Result<Case, Failure> {
        let tools = Arc::new(office::tool_specs(&self.office));
        let current = self.office.workers.iter().find(|file| file.worker.version == row.version);
        let worker = match current {
            Some(file) => file.worker.clone(),
            None => wiring::versions::recall(&self.office, &row.worker, row.version).ok_or_else(
                || {
                    let gone = "its version of the job description is gone";
                    Failure::Setting(format!("case {}: {gone}", row.case))
                },
            )?,
        };
        let journal = self.store.journal(row.case).await?;
        let lines = journal.map(|journal| journal.lines).unwrap_or_default();
        let charter = Charter { worker: Arc::new(worker), tools };
        Case::replay(row.case, charter, &lines)
            .map_err(|error| Failure::NotReached(error.to_string()))
    }

    /// Who answers: the person named, else the first who may. A name nobody knows is a slip of the
    /// keyboard, and must not stand in the journal as somebody who answered.
    fn who(&self, which: &CaseArgument, ask: Option<&Ask>) -> Result<PersonId, Failure> {
        let people = &self.office.people;
        if let Some(person) = &which.person {
            let person = PersonId::new(person.clone());
            if people.is_empty() || people.contains_key(&person) {
                return Ok(person);
            }
            let known: Vec<&str> = people.keys().map(PersonId::as_str).collect();
            let known = known.join(", ");
            return Err(Failure::Use(format!(
                "nobody here is called `{person}`; there are: {known}"
            )));
        }
        let may = ask.and_then(|ask| ask.people.first().cloned());
        Ok(may
            .or_else(|| people.keys().next().cloned())
            .unwrap_or_else(|| PersonId::new("operator")))
    }

    async fn close(self) -> Result<(), Failure> {
        Ok(self.store.close().await?)
    }
}

async fn open_store(dir: &Path) -> Result<Arc<store::SqliteStore>, Failure> {
    let path = store_path(dir);
    if !path.is_file() {
        return Err(Failure::Setting(format!("no cases yet: there is no {}", path.display())));
    }
    Ok(Arc::new(store::SqliteStore::open(&path, store::OpenOptions::default()).await?))
}
