//! What each command does: it wires what it needs, runs it, reports. One file per command.

mod arranging;
mod audit;
mod card;
mod case;
mod check;
mod demo;
mod doctor;
mod office_work;
mod person;
mod policy;
mod size;
pub mod skill;
mod story;
mod trial;
mod try_mail;

use crate::cli::{Cli, Command, ReadChildCommand};
use crate::report::Report;
use clap::CommandFactory as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ends when it does not end well, by who can act.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something asked for was not reached.
    #[error("{0}")]
    NotReached(String),
    /// The command was used wrongly.
    #[error("{0}")]
    Use(String),
    /// A file or a setting is wrong; everything about it is printed already.
    #[error("{0}")]
    Setting(String),
    /// The other side failed: a server, the disk.
    #[error("{0}")]
    Outside(String),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::NotReached(_) => 1,
            Self::Use(_) => 2,
            Self::Setting(_) => 3,
            Self::Outside(_) => 4,
        }
    }

    /// A file that cannot be read or written.
    pub fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Setting(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl From<engine::seams::StoreError> for Failure {
    fn from(error: engine::seams::StoreError) -> Self {
        Self::Outside(error.to_string())
    }
}

/// Runs a command and says how it ended.
pub async fn run(cli: Cli) -> ExitCode {
    let report = Report { json: cli.json };
    match dispatch(cli, &report).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let words = failure.to_string();
            // Without words the result that is printed already says how it failed.
            if !words.is_empty() {
                report.failure(&words);
            }
            ExitCode::from(failure.code())
        }
    }
}

async fn dispatch(cli: Cli, report: &Report) -> Result<(), Failure> {
    match cli.command {
        Command::Demo(arguments) => demo::demo(arguments, report).await,
        Command::Init { dir } => check::init(&dir, report),
        Command::Check { dir } => check::check(&dir, report),
        Command::Up { dir, port } => office_work::up(&dir, port, report).await,
        Command::Run { dir, until_idle } => office_work::work(&dir, until_idle, report).await,
        Command::Try { dir, mail, worker } => {
            try_mail::try_mail(&dir, &mail, worker.as_deref(), report).await
        }
        Command::Case(command) => case::case(command, report).await,
        Command::Grant(command) => arranging::grant(command, report).await,
        Command::Away(command) => arranging::away(command, report).await,
        Command::Policy(command) => policy::policy(command, report).await,
        Command::Doctor { dir } => doctor::doctor(&dir, report).await,
        Command::Person(command) => person::person(command, report).await,
        Command::Audit(command) => audit::audit(command, report).await,
        Command::Skill(command) => skill::skill(command, report).await,
        // It is served before anything else starts: see `main`.
        Command::ReadChild(_) => Ok(()),
        Command::Tools { dir } => check::tools(&dir, report),
        Command::Size { dir, forget_after_days } => {
            size::size(&dir, forget_after_days, report).await
        }
        Command::Bench(arguments) => {
            let ended = crate::bench::bench(arguments).await;
            ended.map_err(|error| Failure::NotReached(error.to_string()))
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "dayshift", &mut script);
            report.raw(&script);
            Ok(())
        }
    }
}

/// Does the work of the limited process, which starts nothing else of the program.
pub fn read_child(command: &ReadChildCommand) -> ExitCode {
    use connectors::limited::{Work, serve};
    serve(&match command.clone() {
        ReadChildCommand::Pdf => Work::Pdf,
        ReadChildCommand::Picture { page } => Work::Picture { page },
        ReadChildCommand::Words { languages } => Work::Words { languages },
        ReadChildCommand::Languages => Work::Languages,
    })
}

/// Where an office keeps its journal.
pub fn store_path(dir: &std::path::Path) -> PathBuf {
    dir.join("state").join("dayshift.db")
}
