//! `try`: what would be done with mails, without doing any of it.

use crate::office::{self, Replies};
use crate::program::run;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file below a folder with its bytes.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut folders, mut files) = (vec![dir.to_owned()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(files.insert(path.clone(), std::fs::read(path).unwrap())),
            }
        }
    }
    files
}

fn try_mails(dir: &Path, mails: &Path, cases: usize) {
    let before = contents(dir);
    let said = run(dir, &["try", ".", "--mail", mails.to_str().unwrap(), "--json"]).well();
    let tried = said["cases"].as_array().unwrap();
    assert_eq!((tried.len(), &said["mails"]["seen"]), (cases, &cases.into()), "{said}");
    for case in tried {
        let tools: Vec<&str> =
            case["calls"].as_array().unwrap().iter().filter_map(|c| c["tool"].as_str()).collect();
        assert_eq!(tools, ["tickets.create", "mail.reply"], "{case}");
    }
    let after = contents(dir);
    let (known, found): (Vec<_>, Vec<_>) = (before.keys().collect(), after.keys().collect());
    assert_eq!(known, found);
    assert!(before == after, "a file of the office changed");
}

fn mails_in(dir: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let (folder, mbox) = (dir.join("mails"), dir.join("past.mbox"));
    std::fs::create_dir(&folder).unwrap();
    let mut all = Vec::new();
    for number in 20..23 {
        let mail = office::mail(number);
        std::fs::write(folder.join(format!("{number}.eml")), &mail).unwrap();
        let text = String::from_utf8(mail).unwrap().replace("\r\n", "\n");
        all.push(format!("From guest@guest{number}.example Mon Nov  2 09:14:00 2026\n{text}\n"));
    }
    std::fs::write(&mbox, all.concat()).unwrap();
    let one = folder.join("21.eml");
    (folder, mbox, one)
}

#[test]
fn a_folder_an_mbox_and_one_mail_are_tried_and_a_new_office_stays_as_it_was() {
    let (dir, mails) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    office::write(dir.path(), 2, Replies::Alone);
    let (folder, mbox, one) = mails_in(mails.path());
    try_mails(dir.path(), &folder, 3);
    try_mails(dir.path(), &mbox, 3);
    try_mails(dir.path(), &one, 1);
    assert!(!dir.path().join("state").exists() && office::sent(dir.path()).is_empty());
}

#[test]
fn an_office_with_history_is_tried_without_a_trace() {
    let (dir, mails) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    office::write(dir.path(), 2, Replies::Alone);
    run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    let (folder, _, _) = mails_in(mails.path());
    try_mails(dir.path(), &folder, 3);
    assert_eq!((office::tickets(dir.path()).len(), office::sent(dir.path()).len()), (2, 2));
}

#[test]
fn mails_that_are_not_there_and_a_worker_nobody_knows_are_said() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Alone);
    let missing = run(dir.path(), &["try", ".", "--mail", "nowhere.mbox"]);
    assert!(missing.ended_with(3).stderr.contains("there is no nowhere.mbox"), "{missing:?}");
    let unknown = run(dir.path(), &["try", ".", "--mail", "mailbox", "--worker", "butler"]);
    assert!(unknown.ended_with(3).stderr.contains("no such worker"), "{unknown:?}");
}
