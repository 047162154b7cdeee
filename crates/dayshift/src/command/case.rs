//! Cases on the command line: list, show, and every reply the console takes. Replies go in by the
//! same door; a running office takes them up at once, another when it next works.

use super::{Failure, card, store_path};
use crate::cli::{CaseArgument, CaseCommand};
use crate::office;
use crate::report::{Report, table};
use crate::wiring;
use casework::ask::card::Card;
use casework::ask::{About, Ask, Reply};
use casework::worker::Charter;
use casework::{Case, CaseId, Entry, PersonId, Status, Timestamp};
use engine::clock::Clock;
use engine::intake::Intake;
use engine::seams::{CaseQuery, CaseRow, People, Store};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Arc;

pub async fn case(command: CaseCommand, report: &Report) -> Result<(), Failure> {
    match command {
        CaseCommand::List { office, status, limit } => {
            list(&office, status.as_deref(), limit, report).await
        }
        CaseCommand::Show(which) => show(&which, report).await,
        CaseCommand::Approve { case: which, seen, from_now_on } => {
            let reply = |ask: &Ask, case: &Case, now: Timestamp| {
                let digest = card::seen(&seen, ask, case, report)?;
                let call = case.open_ask().and_then(|(_, call)| call);
                Ok(match card::allowance(&from_now_on, call, now)? {
                    Some(allowance) => Reply::Grant { digest, allowance },
                    None => Reply::Approve { digest },
                })
            };
            answer(&which, report, reply).await
        }
        CaseCommand::Edit { case: which, seen, changes } => {
            let arguments = parse_changes(&changes)?;
            let reply = |ask: &Ask, case: &Case, _: Timestamp| {
                let digest = card::seen(&seen, ask, case, report)?;
                Ok(Reply::Edit { digest, arguments: arguments.clone() })
            };
            answer(&which, report, reply).await
        }
        CaseCommand::Reject { case, why } => {
            answer(&case, report, |_, _, _| Ok(Reply::Reject { why: why.clone() })).await
        }
        CaseCommand::Answer { case, answer: Some(said), .. } => {
            answer(&case, report, |ask, _, _| in_words(ask, &said)).await
        }
        CaseCommand::Answer { case, answer: None, fields } => {
            answer(&case, report, |ask, _, _| in_fields(ask, &fields)).await
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

/// A form filled in on the command line, each field of its own type.
fn in_fields(ask: &Ask, said: &[String]) -> Result<Reply, Failure> {
    let mut fields = serde_json::Map::new();
    for pair in said {
        let (name, typed) = pair
            .split_once('=')
            .ok_or_else(|| Failure::Use(format!("`{pair}` is not NAME=VALUE")))?;
        let field = ask.form.iter().find(|field| field.name == name);
        let value = match field {
            Some(field) => field
                .kind
                .read(typed)
                .ok_or_else(|| Failure::Use(format!("`{name}` must be {}", field.kind.words())))?,
            None => typed.into(),
        };
        fields.insert(name.to_owned(), value);
    }
    Ok(Reply::Fill { fields })
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
    // The card needs the worker's files; where these are gone the ask is still shown.
    let card = match (&row.progress.ask, wiring::load(&which.office, report)) {
        (Some(_), Ok(office)) => {
            fold(&office, &row, &journal.lines).ok().as_ref().and_then(Card::of)
        }
        _ => None,
    };
    match (&card, &row.progress.ask) {
        (Some(card), _) => words.push_str(&format!("\nwaits: {}", card::words(card))),
        (None, Some(ask)) => {
            words.push_str(&format!("\nwaits for {}: {}\n", ask.to, ask.headline));
        }
        (None, None) => {}
    }
    let head = journal.head;
    let object = json!({ "ok": true, "case": row, "entries": entries, "head": head, "card": card });
    report.result(&object, &words);
    Ok(store.close().await?)
}

/// Hands a reply in, after asking the case whether it counts.
async fn answer(
    which: &CaseArgument,
    report: &Report,
    reply: impl Fn(&Ask, &Case, Timestamp) -> Result<Reply, Failure>,
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
    let case = desk.fold(&row).await?;
    let reply = reply(&ask, &case, desk.now())?;
    case.admit_reply(ask.id, &who, &reply, desk.now())
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
pub(super) struct Desk {
    store: Arc<store::SqliteStore>,
    pub(super) intake: Intake,
    pub(super) office: office::Office,
}

impl Desk {
    pub(super) async fn open(dir: &Path, report: &Report) -> Result<Self, Failure> {
        let office = wiring::load(dir, report)?;
        let store = open_store(dir).await?;
        let intake = Intake::new(Arc::clone(&store) as Arc<dyn Store>, Vec::new(), Clock::System);
        let people = Arc::clone(&store) as Arc<dyn People>;
        let now = Clock::System.now();
        wiring::arranging::arrange(&office, intake.arranged(), people, now).await?;
        Ok(Self { store, intake, office })
    }

    pub(super) async fn row(&self, id: CaseId) -> Result<CaseRow, Failure> {
        let row = self.store.case(id).await?;
        row.ok_or_else(|| Failure::Use(format!("there is no case {id}")))
    }

    pub(super) async fn lines(&self, case: CaseId) -> Result<Vec<u8>, Failure> {
        let journal = self.store.journal(case).await?;
        Ok(journal.map(|journal| journal.lines).unwrap_or_default())
    }

    /// The worker as it was when the case began, with the tools of today.
    pub(super) fn charter(&self, row: &CaseRow) -> Result<Charter, Failure> {
        Ok(fold(&self.office, row, &[])?.charter().clone())
    }

    async fn fold(&self, row: &CaseRow) -> Result<Case, Failure> {
        let lines = self.lines(row.case).await?;
        let mut case = fold(&self.office, row, &lines)?;
        case.arrange(self.intake.arranged().now());
        Ok(case)
    }

    pub(super) fn now(&self) -> Timestamp {
        Clock::System.now()
    }

    /// Who answers: the person named, else the first who may. A name nobody knows is a slip of the
    /// keyboard, and must not stand in the journal as somebody who answered.
    fn who(&self, which: &CaseArgument, ask: Option<&Ask>) -> Result<PersonId, Failure> {
        self.known(which.person.as_deref(), ask)
    }

    pub(super) fn known(
        &self,
        person: Option<&str>,
        ask: Option<&Ask>,
    ) -> Result<PersonId, Failure> {
        let people = &self.office.people;
        if let Some(person) = person {
            let person = PersonId::new(person);
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

    pub(super) async fn close(self) -> Result<(), Failure> {
        Ok(self.store.close().await?)
    }
}

/// A case as its journal says, by the version of the worker's files that it keeps.
fn fold(office: &office::Office, row: &CaseRow, lines: &[u8]) -> Result<Case, Failure> {
    let tools = Arc::new(office::tool_specs(office));
    let current = office.workers.iter().find(|file| file.worker.version == row.version);
    let worker = match current {
        Some(file) => file.worker.clone(),
        None => wiring::versions::recall(office, &row.worker, row.version).ok_or_else(|| {
            let gone = "its version of the job description is gone";
            Failure::Setting(format!("case {}: {gone}", row.case))
        })?,
    };
    let charter = Charter { worker: Arc::new(worker), tools };
    Case::replay(row.case, charter, lines).map_err(|error| Failure::NotReached(error.to_string()))
}

async fn open_store(dir: &Path) -> Result<Arc<store::SqliteStore>, Failure> {
    let path = store_path(dir);
    if !path.is_file() {
        return Err(Failure::Setting(format!("no cases yet: there is no {}", path.display())));
    }
    Ok(Arc::new(store::SqliteStore::open(&path, store::OpenOptions::default()).await?))
}
