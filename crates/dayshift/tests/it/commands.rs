//! The other commands: new offices, checks, sizes, health, help, and a second process on one
//! office. What cases and mails go through is not here.

use crate::office::{self, Replies};
use crate::program::{command, run, until};
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_new_office_checks_and_works() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["init", "desk", "--json"]).well();
    let checked = run(dir.path(), &["check", "desk", "--json"]).well();
    assert_eq!(checked["ok"], true);
    assert!(!checked["policy"].as_array().unwrap().is_empty(), "{checked}");
    let worked = run(dir.path(), &["run", "desk", "--until-idle", "--json"]).well();
    assert_eq!((&worked["cases"], &worked["failed"]), (&1.into(), &0.into()), "{worked}");
    let again = run(dir.path(), &["init", "desk"]);
    assert!(again.ended_with(3).stderr.contains("not empty"), "{again:?}");
    let none = run(dir.path(), &["run", "elsewhere", "--until-idle"]);
    assert!(none.ended_with(3).stderr.contains("elsewhere"), "{none:?}");
}

#[test]
fn a_typo_in_a_job_description_is_shown_at_its_place() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 0, Replies::Alone);
    let path = dir.path().join("workers/desk/worker.toml");
    let wrong =
        std::fs::read_to_string(&path).unwrap().replace("\"mail.reply\"]", "\"mail.repyl\"]");
    std::fs::write(&path, &wrong).unwrap();
    let told = run(dir.path(), &["check", ".", "--json"]);
    let object = told.ended_with(3).json();
    assert_eq!(object["ok"], false);
    let errors = object["errors"].as_array().unwrap();
    let typo = errors.iter().find(|error| {
        let at = |end: &str| error["span"][end].as_u64().unwrap() as usize;
        wrong.get(at("start")..at("end")).is_some_and(|text| text.contains("mail.repyl"))
    });
    let typo = typo.unwrap_or_else(|| panic!("no error at the typo: {object}"));
    let line = 1 + wrong.lines().position(|line| line.contains("mail.repyl")).unwrap();
    assert_eq!(typo["line"], line, "{typo}");
    assert!(typo["file"].as_str().unwrap().ends_with("worker.toml"), "{typo}");
    let words = run(dir.path(), &["check", "."]);
    assert!(words.ended_with(3).stderr.contains("mail.repyl"), "{words:?}");
    let work = run(dir.path(), &["run", ".", "--until-idle"]);
    assert!(work.ended_with(3).stderr.contains("mail.repyl"), "{work:?}");
}

#[test]
fn the_size_is_said_and_old_cases_can_be_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 3, Replies::Alone);
    run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    let size = run(dir.path(), &["size", ".", "--json"]).well();
    assert_eq!((&size["size"]["cases"], &size["forgotten"]), (&3.into(), &0.into()), "{size}");
    assert!(size["size"]["file_bytes"].as_u64() > Some(0), "{size}");
    let kept = run(dir.path(), &["size", ".", "--forget-after-days", "1", "--json"]).well();
    assert_eq!(kept["forgotten"], 0, "{kept}");
    let forgotten = run(dir.path(), &["size", ".", "--forget-after-days", "0", "--json"]).well();
    assert_eq!(forgotten["forgotten"], 3, "{forgotten}");
}

#[test]
fn the_size_of_an_office_that_never_worked_is_refused_and_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let told = run(dir.path(), &["size", ".", "--json"]);
    assert_eq!(told.ended_with(3).json()["ok"], false);
    assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none());
}

#[test]
fn the_doctor_finds_a_healthy_office_and_a_missing_inbox() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Alone);
    let healthy = run(dir.path(), &["doctor", ".", "--json"]).well();
    assert_eq!(healthy["ok"], true, "{healthy}");
    let mailbox = dir.path().join("mailbox");
    std::fs::remove_dir_all(&mailbox).unwrap();
    let missing = run(dir.path(), &["doctor", "."]);
    assert!(missing.ended_with(3).stderr.contains("there is no mailbox at"), "{missing:?}");
    // Something is there, and it is no folder.
    std::fs::write(&mailbox, "").unwrap();
    let told = run(dir.path(), &["doctor", ".", "--json"]);
    let object = told.ended_with(4).json();
    let connectors = object["connectors"].as_array().unwrap();
    let inbox = connectors.iter().find(|connector| connector["connector"] == "mail:desk").unwrap();
    assert_eq!(inbox["ok"], false, "{object}");
    assert!(inbox["trouble"].as_str().unwrap().contains("mailbox"), "{object}");
    let words = run(dir.path(), &["doctor", "."]);
    assert!(words.ended_with(4).stdout.contains("mail:desk"), "{words:?}");
}

#[test]
fn lists_and_tools_say_what_there_is_and_refuse_what_is_not() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 2, Replies::Asked);
    let early = run(dir.path(), &["case", "list"]);
    assert!(early.ended_with(3).stderr.contains("no cases yet"), "{early:?}");
    run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    let asked = run(dir.path(), &["case", "list", "--status", "asked", "--json"]).well();
    assert_eq!(asked["cases"].as_array().unwrap().len(), 2);
    let none = run(dir.path(), &["case", "list", "--status", "done", "--json"]).well();
    assert_eq!(none["cases"].as_array().unwrap().len(), 0);
    let unknown = run(dir.path(), &["case", "list", "--status", "happy"]);
    assert!(unknown.ended_with(2).stderr.contains("no status `happy`"), "{unknown:?}");
    let tools = run(dir.path(), &["tools", ".", "--json"]).well();
    let names: Vec<_> = tools["tools"].as_array().unwrap().iter().map(|t| &t["name"]).collect();
    assert!(names.iter().any(|name| **name == "tickets.create"), "{tools}");
}

#[test]
fn a_second_process_on_one_office_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Alone);
    let mut first = command(dir.path(), &["run", "."]);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the first has done its case", || (!office::sent(dir.path()).is_empty()).then_some(()));
    let second = run(dir.path(), &["run", ".", "--until-idle", "--json"]);
    let reading = run(dir.path(), &["case", "list", "--json"]);
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(
        second.ended_with(4).stderr.contains("another process works this office"),
        "{second:?}"
    );
    assert_eq!(reading.code, Some(0), "{reading:?}");
    assert_eq!(run(dir.path(), &["run", ".", "--until-idle", "--json"]).well()["done"], 1);
}

#[test]
fn every_command_has_help_and_a_shell_gets_its_completions() {
    let dir = tempfile::tempdir().unwrap();
    let mut waiting = vec![Vec::new()];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let arguments: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let told = run(dir.path(), &arguments);
        assert_eq!(told.code, Some(0), "{told:?}");
        assert!(told.stdout.contains("Usage:"), "{told:?}");
        seen += 1;
        waiting.extend(commands_in(&told.stdout).map(|name| [path.clone(), vec![name]].concat()));
    }
    assert!(seen > 20, "{seen} commands");
    for shell in ["bash", "zsh", "fish"] {
        let script = run(dir.path(), &["completions", shell]);
        assert!(script.ended_with(0).stdout.contains("dayshift"), "{shell}");
    }
    assert_eq!(run(dir.path(), &["dance"]).code, Some(2));
    assert!(is_empty(dir.path()));
}

/// The names in the list of commands of a help text.
fn commands_in(help: &str) -> impl Iterator<Item = String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    // A name stands two columns in; what is further in goes on with the line before.
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn is_empty(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().next().is_none()
}
