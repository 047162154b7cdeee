//! `person …` and what the office's journal says of it; what changed in the files is recorded.

use crate::office::{self, Replies};
use crate::program::{command, run};
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

/// Runs `person password`, the password on standard input.
fn set_password(dir: &Path, who: &str, password: &str) -> Option<i32> {
    let mut command = command(dir, &["person", "password", ".", who]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    child.wait().unwrap().code()
}

#[test]
fn people_are_added_listed_changed_and_removed_and_no_password_is_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Asked);
    let person = |arguments: &[&str]| {
        let all = [&["person"], arguments, &["--json"]].concat();
        run(dir.path(), &all)
    };
    person(&["add", ".", "pat", "--role", "owner"]).well();
    person(&["add", ".", "rae", "--name", "Rae Ito"]).well();
    person(&["add", ".", "rae"]).ended_with(2);
    person(&["add", ".", "No One"]).ended_with(2);
    person(&["add", ".", "sam", "--role", "king"]).ended_with(2);
    person(&["role", ".", "pat", "auditor"]).ended_with(2);
    person(&["remove", ".", "pat"]).ended_with(2);
    person(&["role", ".", "rae", "auditor", "reviewer"]).well();
    assert_eq!(set_password(dir.path(), "rae", "too short"), Some(2));
    let password = "a sentence nobody guesses";
    assert_eq!(set_password(dir.path(), "rae", password), Some(0));
    assert_eq!(set_password(dir.path(), "nobody", password), Some(2));
    let listed = person(&["list", "."]).well();
    assert_eq!(listed["people"][1]["roles"], serde_json::json!(["reviewer", "auditor"]));
    assert_eq!(listed["people"][1]["password"], true);
    assert_eq!(listed["people"][0]["password"], false);
    let link = person(&["link", ".", "rae"]).well();
    assert!(link["url"].as_str().unwrap().contains("/?key="), "{link}");
    person(&["remove", ".", "rae"]).well();
    for file in std::fs::read_dir(dir.path().join("state")).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
        let found = bytes.windows(password.len()).any(|part| part == password.as_bytes());
        assert!(!found, "{}", path.display());
    }
    run(dir.path(), &["audit", "verify", ".", "--json"]).well();
}

#[test]
fn what_changed_in_the_files_is_recorded_once_with_the_lines_that_differ() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Asked);
    let work = || run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    let workers = std::fs::read_dir(dir.path().join("workers")).unwrap();
    let worker = workers.map(|entry| entry.unwrap().path()).next().unwrap();
    let file = worker.join("worker.toml");
    work();
    work();
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replacen("goal = \"", "goal = \"Differently: ", 1);
    assert_ne!(text, changed);
    std::fs::write(&file, changed).unwrap();
    work();
    let database = dir.path().join("state").join("dayshift.db");
    let sql = "select cast(lines as text) from entry where case_no = 0 order by first_seq";
    let lines = office::column(&database, sql).concat();
    let told: Vec<&str> = lines.lines().collect();
    let of = |kind: &str| told.iter().filter(|line| line.contains(kind)).count();
    assert_eq!((of("office_file_changed"), of("worker_changed")), (1, 2), "{lines}");
    assert!(told.last().unwrap().contains("+goal = \\\"Differently: "), "{lines}");
    run(dir.path(), &["audit", "verify", ".", "--json"]).well();
}
