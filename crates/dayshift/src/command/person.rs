//! People who may sign in, from the machine itself: whoever can read the office's store may add
//! them. Each change is an entry of the office's journal, made by the command line.

use super::{Failure, store_path};
use crate::cli::PersonCommand;
use crate::report::{Report, table};
use crate::wiring;
use casework::office::Role;
use casework::{Actor, PersonId, SourceName};
use console::staff;
use engine::clock::Clock;
use engine::seams::{AmendError, Decide, People as _};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

pub async fn person(command: PersonCommand, report: &Report) -> Result<(), Failure> {
    match command {
        PersonCommand::List { dir } => list(&dir, report).await,
        PersonCommand::Add { dir, who, name, mail, roles } => {
            let office = wiring::load(&dir, report)?;
            let id = PersonId::new(&who);
            let known = office.people.get(&id);
            let name = name.or_else(|| known.map(|person| person.name.clone()));
            let mail = mail.or_else(|| known.map(|person| person.mail.clone()));
            let roles = if roles.is_empty() { vec![Role::Reviewer] } else { roles };
            let (name, mail) = (name.unwrap_or_default(), mail.unwrap_or_default());
            let adding =
                staff::add(id, name, mail, roles.into_iter().collect(), Clock::System.now());
            amend(&dir, adding).await?;
            let next = format!("`dayshift person password {} {who}`", dir.display());
            done(report, &who, &format!("{who} is added. {next} sets a password."))
        }
        PersonCommand::Role { dir, who, roles } => {
            let to: BTreeSet<Role> = roles.into_iter().collect();
            let words: Vec<_> = to.iter().map(|role| role.word()).collect();
            amend(&dir, staff::change_roles(PersonId::new(&who), to.clone())).await?;
            done(report, &who, &format!("{who} is now {}, and signed out.", words.join(", ")))
        }
        PersonCommand::Password { dir, who } => {
            let hash = console::password::hash(&password()?)
                .map_err(|error| Failure::Use(error.to_string()))?;
            amend(&dir, staff::set_password(PersonId::new(&who), hash)).await?;
            done(report, &who, &format!("{who} has a new password, and is signed out."))
        }
        PersonCommand::Remove { dir, who } => {
            amend(&dir, staff::remove(PersonId::new(&who))).await?;
            done(report, &who, &format!("{who} can no longer sign in."))
        }
        PersonCommand::Link { dir, who } => link(&dir, &who, report).await,
    }
}

async fn list(dir: &Path, report: &Report) -> Result<(), Failure> {
    let store = open(dir).await?;
    let roll = store.roll().await?;
    let object: Vec<_> = roll
        .people
        .iter()
        .map(|person| {
            let password = person.password.is_some();
            json!({ "person": person.who, "name": person.name, "mail": person.mail,
                    "roles": person.roles, "password": password })
        })
        .collect();
    let row = |person: &engine::seams::Person| {
        let roles: Vec<_> = person.roles.iter().map(|role| role.word()).collect();
        let password = if person.password.is_some() { "yes" } else { "no" };
        let (who, name) = (person.who.to_string(), person.name.clone());
        vec![who, name, person.mail.clone(), roles.join(", "), password.to_owned()]
    };
    let rows: Vec<_> = roll.people.iter().map(row).collect();
    let words = match rows.is_empty() {
        true => "Nobody yet: the link that `dayshift up` prints makes the first owner.".into(),
        false => table(&["person", "name", "mail", "roles", "password"], &[], &rows),
    };
    report.result(&json!({ "ok": true, "people": object }), &words);
    Ok(store.close().await?)
}

async fn link(dir: &Path, who: &str, report: &Report) -> Result<(), Failure> {
    let office = wiring::load(dir, report)?;
    let store = Arc::new(open(dir).await?);
    let sessions = wiring::sessions(&office, Clock::System, &store);
    let made = sessions.new_link(PersonId::new(who), by()).await;
    let key = made.map_err(|error| Failure::Outside(error.to_string()))?;
    let url = format!("{}/?key={key}", wiring::address(&office, None));
    let words = format!("{url}\n(It signs {who} in once, within ten minutes.)");
    report.result(&json!({ "ok": true, "person": who, "url": url }), &words);
    Ok(store.close().await?)
}

async fn amend(dir: &Path, decide: Decide) -> Result<(), Failure> {
    let store = open(dir).await?;
    let amended = store.amend(by(), Clock::System.now(), decide).await;
    store.close().await?;
    amended.map_err(|error| match error {
        AmendError::Refused { why } => Failure::Use(why.to_owned()),
        AmendError::Store(error) => error.into(),
    })
}

fn done(report: &Report, who: &str, words: &str) -> Result<(), Failure> {
    report.result(&json!({ "ok": true, "person": who }), words);
    Ok(())
}

fn by() -> Actor {
    Actor::Source(SourceName::new("command line"))
}

async fn open(dir: &Path) -> Result<store::SqliteStore, Failure> {
    if !dir.join("office.toml").is_file() {
        return Err(Failure::Setting(format!("{} is no office", dir.display())));
    }
    let path = store_path(dir);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::file("make the folder", folder, &error))?;
    }
    Ok(store::SqliteStore::open(&path, store::OpenOptions::default()).await?)
}

/// A password from the keyboard, unseen and twice, or the first line of standard input. Never an
/// argument: those stand in the shell's history and in the list of processes.
fn password() -> Result<String, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return line();
    }
    let (one, other) = (unseen("New password: ")?, unseen("Once more: ")?);
    if one == other { Ok(one) } else { Err(Failure::Use("the two are not the same".into())) }
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::Outside(format!("cannot read standard input: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn unseen(prompt: &str) -> Result<String, Failure> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let failed = |error: rustix::io::Errno| Failure::Outside(format!("cannot ask here: {error}"));
    let input = std::io::stdin();
    let shown = tcgetattr(&input).map_err(failed)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    // A prompt that cannot be written does not keep anyone from typing.
    let mut out = std::io::stderr();
    let _ = write!(out, "{prompt}").and_then(|()| out.flush());
    tcsetattr(&input, OptionalActions::Flush, &hidden).map_err(failed)?;
    let typed = line();
    tcsetattr(&input, OptionalActions::Flush, &shown).map_err(failed)?;
    let _ = writeln!(out);
    typed
}
