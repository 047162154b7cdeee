//! Offices that load, how a problem is shown, and what is written for a new office.

use super::super::start::StartError;
use super::super::{copy_example, load, read_worker, tool_specs, write_new};
use super::{line, office, problems, replace};
use std::path::Path;

#[test]
fn a_new_office_loads_without_a_word() {
    let dir = office();
    let loaded = load(dir.path()).unwrap_or_else(|p| panic!("{:#?}", lines(&p)));
    assert_eq!(lines(&loaded.warnings), Vec::<String>::new());
    assert_eq!(loaded.workers.len(), 1);
    assert_eq!(loaded.workers[0].worker.procedure.steps.len(), 4);
    let names: Vec<_> = tool_specs(&loaded).keys().map(ToString::to_string).collect();
    assert!(names.contains(&"request.add".to_owned()) && names.contains(&"mail.reply".to_owned()));
    assert!(!dir.path().join("data/desk.db").exists(), "loading must not make the database");
}

#[test]
fn the_example_office_loads_without_a_word() {
    let dir = tempfile::tempdir().unwrap();
    copy_example(dir.path()).unwrap();
    let loaded = load(dir.path()).unwrap_or_else(|p| panic!("{:#?}", lines(&p)));
    assert_eq!(lines(&loaded.warnings), Vec::<String>::new());
    assert!(loaded.workers.iter().all(|file| !file.examples.is_empty()));
}

#[test]
fn nothing_is_written_into_a_folder_that_holds_something() {
    let dir = office();
    assert!(matches!(write_new(dir.path()), Err(StartError::NotEmpty { .. })));
}

#[test]
fn a_version_is_its_files_and_can_be_read_back() {
    let dir = office();
    let first = load(dir.path()).unwrap();
    let kept = dir.path().join("kept/inbox");
    std::fs::create_dir_all(&kept).unwrap();
    for (path, bytes) in &first.workers[0].files {
        std::fs::write(kept.join(path.file_name().unwrap()), bytes).unwrap();
    }
    replace(&dir.path().join("workers/inbox/playbook.md"), "wants to know", "asks");
    let second = load(dir.path()).unwrap();
    assert_ne!(first.workers[0].worker.version, second.workers[0].worker.version);
    let old = read_worker(&second, &kept).unwrap();
    assert_eq!(old.worker, first.workers[0].worker);
}

#[test]
fn a_problem_is_shown_with_its_place_and_what_to_do() {
    let dir = office();
    let file = dir.path().join("workers/inbox/worker.toml");
    replace(&file, "\"mail.reply\"]", "\"mail.repy\"]");
    let found = problems(dir.path());
    let first = &found[0];
    let at = file.display();
    let expected = format!(
        "error[W012]: no tool named `mail.repy`
   ╭─[{at}:4:40]
 4 │ tools = [\"request.add\", \"request.get\", \"mail.repy\"]
   │                                        ─────┬─────
   │                                             ╰─────── did you mean `mail.reply`?
  help: `dayshift tools` lists what the connectors of this office offer · docs/errors/W012.md
"
    );
    assert_eq!(first.render(false), expected);
    assert!(first.render(true).contains('\u{1b}'));
    let json = first.to_json();
    assert_eq!((&json["line"], &json["column"]), (&4.into(), &40.into()));
    assert_eq!(json["code"], "W012");
}

#[test]
fn an_office_that_is_not_there_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let found = problems(dir.path());
    assert_eq!(found.len(), 1);
    assert!(found[0].render(false).starts_with("error[W001]: this file cannot be read: "));
}

#[test]
fn every_code_has_a_page() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/office");
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    for entry in std::fs::read_dir(sources).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for piece in text.split("\"W").skip(1) {
            let digits: String = piece.chars().take_while(char::is_ascii_digit).collect();
            if digits.len() == 3 {
                let page = pages.join(format!("W{digits}.md"));
                assert!(page.is_file(), "{} has no page", page.display());
            }
        }
    }
}

fn lines(problems: &[super::Problem]) -> Vec<String> {
    problems.iter().map(line).collect()
}
