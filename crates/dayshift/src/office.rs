//! An office as its files say it: people, connections, tools, workers. Reads all of it, reports all
//! that is wrong with places and suggestions, and starts nothing; how things behave is said
//! elsewhere.

mod condition;
mod connect;
mod console;
mod firm;
mod form;
mod guard;
mod hours;
mod mail;
mod names;
mod problem;
mod reader;
mod rules;
mod secret;
mod start;
mod steps;
mod suggest;
mod table;
#[cfg(test)]
mod tests;
mod tools;
mod worker;

use casework::ask::arrangements::{Arrangements, Terms};
use casework::tool::Tools;
use casework::worker::Worker;
use casework::{PersonId, RoleName, SourceName};
use connectors::database::{DatabaseConfig, StatementConfig};
use connectors::folder::FolderConfig;
use connectors::schedule::ScheduleConfig;
use problem::Problems;
use reader::{File, Said};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use connect::connect;
pub use console::{Console, OidcSettings};
pub use hours::{Hours, period};
pub use mail::MailAccount;
pub use problem::{Problem, Severity};
pub use secret::{SecretError, SecretRef};
pub use start::{copy_example, write_new};
pub use table::{PolicyRow, policy_table};

/// An office that can work.
#[derive(Clone, Debug)]
pub struct Office {
    /// The folder that holds `office.toml`; all paths in it start here.
    pub dir: PathBuf,
    /// What it is called.
    pub name: String,
    /// What it is, in a few words.
    pub about: String,
    /// Its own mail domains: who is inside.
    pub domains: Vec<String>,
    /// The time zone of its schedules: `Europe/Berlin`.
    pub time_zone: String,
    /// Its people.
    pub people: BTreeMap<PersonId, Person>,
    /// When it is open.
    pub hours: Hours,
    /// What it has arranged about approvals; working time and terms are put to it when it opens.
    pub arrangements: Arrangements,
    /// Its mail accounts, in the order of the file.
    pub mail: Vec<MailAccount>,
    /// Its databases.
    pub databases: Vec<DatabaseConfig>,
    /// The statements declared on each database, by its name.
    pub statements: BTreeMap<String, Vec<StatementConfig>>,
    /// Its schedules.
    pub schedules: Vec<ScheduleConfig>,
    /// The folders it watches.
    pub folders: Vec<FolderConfig>,
    /// The models it may use.
    pub models: BTreeMap<String, ModelConfig>,
    /// Its workers, by name.
    pub workers: Vec<WorkerFile>,
    /// Where people look at it.
    pub console: Console,
    /// The firm's own sign-in, where it has one.
    pub oidc: Option<OidcSettings>,
    /// What is probably not meant so.
    pub warnings: Vec<Problem>,
}

/// A person of the firm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their mail address.
    pub mail: String,
    /// The roles they hold.
    pub roles: Vec<RoleName>,
}

/// A model that workers may ask.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelConfig {
    /// Where it is: an endpoint that speaks the chat completions protocol.
    pub base_url: String,
    /// What it is called there.
    pub model: String,
    /// The key it wants, if any.
    pub key: Option<SecretRef>,
    /// What a million tokens read cost, in dollars.
    pub price_prompt_per_million_usd: f64,
    /// What a million tokens written cost, in dollars.
    pub price_completion_per_million_usd: f64,
}

/// A worker with what lies beside its job description.
#[derive(Clone, Debug)]
pub struct WorkerFile {
    /// What its job description says.
    pub worker: Worker,
    /// How its asks are treated.
    pub terms: Terms,
    /// The model it may ask, by name in the office file.
    pub model: Option<String>,
    /// Where its labelled past cases lie.
    pub examples_dir: PathBuf,
    /// The tables in there, sorted.
    pub examples: Vec<PathBuf>,
    /// The files its version is made of, relative to the office.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// Reads an office; every problem is found, not the first only.
///
/// # Errors
/// All problems, warnings among them, when there is at least one error.
pub fn load(dir: &Path) -> Result<Office, Vec<Problem>> {
    let problems = Problems::default();
    let office = read(dir, &problems);
    let failed = problems.any_error();
    let found = problems.into_sorted();
    match office {
        Some(mut office) if !failed => {
            office.warnings = found;
            Ok(office)
        }
        _ => Err(found),
    }
}

/// What each secret is for, and where it is.
pub fn secrets(office: &Office) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut put = |what: String, secret: Option<&SecretRef>| {
        all.extend(secret.map(|secret| (what, secret.place())));
    };
    for account in &office.mail {
        let name = &account.config.name;
        put(format!("mail {name}: password for reading"), account.imap_password.as_ref());
        put(format!("mail {name}: password for sending"), account.smtp_password.as_ref());
    }
    for (name, model) in &office.models {
        put(format!("model {name}: key"), model.key.as_ref());
    }
    if let Some(oidc) = &office.oidc {
        put("the firm's sign-in: client secret".into(), oidc.secret.as_ref());
    }
    all
}

/// The tools of an office by name: what its connectors declare.
pub fn tool_specs(office: &Office) -> Tools {
    let statements = office.statements.values().flatten().map(|declared| declared.spec.clone());
    let mail = office.mail.iter().flat_map(MailAccount::specs);
    statements.chain(mail).map(|spec| (spec.name.clone(), spec)).collect()
}

/// Reads one worker's folder against an office: the files of an earlier version. `None` when they
/// are gone, or no longer fit what the office offers; a half-fitting job description is not worked
/// by.
pub fn read_worker(office: &Office, folder: &Path) -> Option<WorkerFile> {
    let problems = Problems::default();
    let read = worker::read(&office.dir, folder, &known(office), &problems);
    read.filter(|_| !problems.any_error())
}

fn read(dir: &Path, problems: &Problems) -> Option<Office> {
    let text = read_text(&dir.join("office.toml"), problems)?;
    let file = file_of(&dir.join("office.toml"), &text, problems);
    let (root, is_toml) = file.parse(&text);
    let office = is_toml.then(|| firm::read(dir, &file, &root));
    let folders = worker_folders(dir);
    // Without the office nothing can be said about the workers but whether they are TOML.
    let Some(mut office) = office else {
        for folder in folders {
            worker::read_only_toml(&folder, problems);
        }
        return None;
    };
    let known = known(&office);
    for folder in &folders {
        if let Some(read) = worker::read(dir, folder, &known, problems) {
            office.workers.push(read);
        }
    }
    if folders.is_empty() {
        let said = Said::new("this office has no workers");
        file.report(Severity::Warning, "W041", 0..0, said.help("each is a folder in `workers`"));
    }
    Some(office)
}

fn known(office: &Office) -> worker::Known {
    worker::Known {
        tools: tool_specs(office),
        sources: sources(office),
        people: office.people.clone(),
        models: office.models.keys().cloned().collect(),
        domains: office.domains.clone(),
    }
}

/// The names under which workers may listen.
fn sources(office: &Office) -> Vec<SourceName> {
    let mail = office.mail.iter().map(|account| format!("mail:{}", account.config.name));
    let schedules = office.schedules.iter().map(|schedule| format!("schedule:{}", schedule.name));
    let folders = office.folders.iter().map(|folder| format!("folder:{}", folder.name));
    mail.chain(schedules).chain(folders).map(SourceName::new).collect()
}

/// The folders in `workers` that hold a job description, sorted by name.
fn worker_folders(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir.join("workers")) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("worker.toml").is_file())
        .collect();
    folders.sort();
    folders
}

fn file_of<'a>(path: &Path, text: &str, problems: &'a Problems) -> File<'a> {
    File { shown: path.display().to_string(), text: Arc::from(text), problems }
}

/// A file's text; that it cannot be read is reported.
fn read_text(path: &Path, problems: &Problems) -> Option<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) => {
            let help = "`dayshift init DIR` writes a new office";
            file_of(path, "", problems).report(
                Severity::Error,
                "W001",
                0..0,
                Said::new(format!("this file cannot be read: {error}")).help(help),
            );
            None
        }
    }
}
