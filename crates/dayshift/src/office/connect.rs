//! Makes the connectors of an office: its tools and its sources, with the secrets they need.
//! Nothing is opened or heard yet.

use super::{Office, Problem, SecretError, Severity};
use connectors::database::database_tools;
use connectors::folder::FolderSource;
use connectors::mail::{MailSource, mail_tools_with};
use connectors::schedule::ScheduleSource;
use engine::carry::Failpoint;
use engine::clock::Clock;
use engine::seams::{Source, Tool};
use std::sync::Arc;

/// What an office is connected to.
pub struct Connected {
    /// What can act, on a permit.
    pub tools: Vec<Arc<dyn Tool>>,
    /// What hears.
    pub sources: Vec<Arc<dyn Source>>,
}

/// Connects an office.
///
/// # Errors
/// Every secret that is not where `office.toml` says it is. It waits for nothing yet; a connector
/// that has to ask its server what it offers will.
pub async fn connect(
    office: &Office,
    clock: Clock,
    failpoint: Option<Failpoint>,
) -> Result<Connected, Vec<Problem>> {
    let mut connected = Connected { tools: Vec::new(), sources: Vec::new() };
    let mut problems = Vec::new();
    for database in &office.databases {
        let statements = office.statements.get(&database.name).cloned().unwrap_or_default();
        connected.tools.extend(database_tools(database.clone(), statements));
    }
    for account in &office.mail {
        match account.with_passwords() {
            Ok(config) => {
                let failpoint = failpoint.clone();
                connected.tools.extend(mail_tools_with(&config, clock.clone(), failpoint));
                connected.sources.push(Arc::new(MailSource::new(config)));
            }
            Err(error) => problems.push(no_secret(office, &account.config.name, &error)),
        }
    }
    for schedule in &office.schedules {
        connected.sources.push(Arc::new(ScheduleSource::new(schedule.clone())));
    }
    for folder in &office.folders {
        connected.sources.push(Arc::new(FolderSource::new(folder.clone())));
    }
    if problems.is_empty() { Ok(connected) } else { Err(problems) }
}

fn no_secret(office: &Office, account: &str, error: &SecretError) -> Problem {
    Problem {
        code: "W031",
        severity: Severity::Error,
        file: office.dir.join("office.toml").display().to_string(),
        span: 0..0,
        text: format!("the password of `mail.{account}` cannot be had: {error}"),
        label: String::new(),
        help: "set it where the file says it is".into(),
        source: Arc::from(""),
    }
}
