//! What people reply on the command line, on asks that a real office raised: approve, edit, reject,
//! answer, cancel, and replies that do not count.

use crate::office::{self, Replies};
use crate::program::{Ran, run};
use casework::ask::Reply;
use casework::{AskId, CaseId, Digest, PersonId};
use engine::clock::Clock;
use engine::intake::Intake;
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;

/// An office whose worker has to ask before it answers the one mail it got.
fn asking() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Asked);
    let said = work(dir.path());
    assert_eq!((&said["asked"], &said["effects"]), (&1.into(), &1.into()), "{said}");
    dir
}

fn work(dir: &Path) -> Json {
    run(dir, &["run", ".", "--until-idle", "--json"]).well()
}

/// What approves says which card it saw: the one that is shown now.
fn reply(dir: &Path, arguments: &[&str]) -> Ran {
    let seen = match arguments {
        ["approve" | "edit", number, ..] => shown(dir, number),
        _ => None,
    };
    let digest = seen.iter().flat_map(|digest| ["--digest", digest.as_str()]);
    let all: Vec<&str> =
        ["case"].into_iter().chain(arguments.iter().copied()).chain(digest).collect();
    run(dir, &[all.as_slice(), &["--json"]].concat())
}

/// The digest on the card of a case's open ask.
fn shown(dir: &Path, number: &str) -> Option<String> {
    let ran = run(dir, &["case", "show", number, "--json"]);
    let said: Json = serde_json::from_str(&ran.stdout).ok()?;
    said["card"]["digest"].as_str().map(str::to_owned)
}

/// Whether the case's journal holds an entry of this kind.
fn has(dir: &Path, kind: &str) -> bool {
    office::entries(dir, 1).iter().any(|entry| entry["event"].get(kind).is_some())
}

#[test]
fn an_approval_sends_exactly_what_was_asked() {
    let dir = asking();
    assert!(office::sent(dir.path()).is_empty());
    let said = reply(dir.path(), &["approve", "1"]).well();
    assert_eq!(said["who"], "ines");
    assert!(office::sent(dir.path()).is_empty(), "a reply alone must perform nothing");
    assert_eq!(work(dir.path())["done"], 1);
    assert_eq!(office::sent_headers(dir.path(), "To"), ["guest@guest0.example"]);
    assert_eq!(office::sent_headers(dir.path(), "Subject"), ["Re: Lamp 0"]);
}

#[test]
fn without_a_terminal_an_approval_says_which_card_it_saw() {
    let dir = asking();
    let blind = run(dir.path(), &["case", "approve", "1", "--json"]);
    assert!(blind.ended_with(2).stderr.contains("--digest"), "{blind:?}");
    let other = "0".repeat(64);
    let other = run(dir.path(), &["case", "approve", "1", "--digest", &other, "--json"]);
    assert!(other.ended_with(2).stderr.contains("look at it again"), "{other:?}");
    let card = run(dir.path(), &["case", "show", "1"]);
    let words = &card.stdout;
    assert!(words.contains("guest@guest0.example") && words.contains("digest"), "{words}");
    let short = shown(dir.path(), "1").unwrap()[..12].to_owned();
    run(dir.path(), &["case", "approve", "1", "--digest", &short, "--json"]).well();
    assert_eq!(work(dir.path())["done"], 1);
}

#[test]
fn an_edit_sends_the_changed_words_and_only_those() {
    let dir = asking();
    reply(dir.path(), &["edit", "1", "--set", "text=We will be there at nine"]).well();
    assert_eq!(work(dir.path())["done"], 1);
    let sent = office::sent(dir.path());
    assert_eq!(sent.len(), 1);
    let text = std::fs::read_to_string(&sent[0]).unwrap();
    assert!(text.contains("We will be there at nine") && !text.contains("Thank you"), "{text}");
}

#[test]
fn a_rejected_call_never_runs_and_its_case_goes_to_a_person_who_ends_it() {
    let dir = asking();
    reply(dir.path(), &["reject", "1", "--why", "he rang already"]).well();
    let said = work(dir.path());
    assert_eq!((&said["handed_over"], &said["effects"]), (&1.into(), &1.into()), "{said}");
    reply(dir.path(), &["answer", "1", "settled by telephone"]).well();
    assert_eq!(work(dir.path())["done"], 1);
    assert_eq!(office::statuses(dir.path()), ["finished_by_person"]);
    assert!(office::sent(dir.path()).is_empty());
}

#[test]
fn a_cancelled_case_performs_nothing_more() {
    let dir = asking();
    reply(dir.path(), &["cancel", "1", "--why", "a test order"]).well();
    assert_eq!(work(dir.path())["cancelled"], 1);
    assert!(office::sent(dir.path()).is_empty());
    let again = reply(dir.path(), &["approve", "1"]);
    assert!(again.ended_with(2).stderr.contains("case 1 asks nothing now"), "{again:?}");
}

#[test]
fn the_reply_of_somebody_who_may_not_is_refused_and_changes_nothing() {
    let dir = asking();
    for (person, why) in [("paul", "may not answer"), ("nobody", "`nobody`")] {
        let commands: [&[&str]; 3] = [
            &["approve", "1"],
            &["edit", "1", "--set", "text=no"],
            &["reject", "1", "--why", "no"],
        ];
        for arguments in commands {
            let refused = reply(dir.path(), &[arguments, &["--as", person]].concat());
            assert!(refused.ended_with(2).stderr.contains(why), "{refused:?}");
        }
    }
    let stranger = reply(dir.path(), &["cancel", "1", "--why", "no", "--as", "nobody"]);
    assert!(stranger.ended_with(2).stderr.contains("`nobody`"), "{stranger:?}");
    let said = work(dir.path());
    assert_eq!((&said["asked"], &said["effects"]), (&1.into(), &1.into()), "{said}");
}

#[test]
fn what_is_asked_takes_only_its_own_kind_of_reply() {
    let dir = asking();
    let words = reply(dir.path(), &["answer", "1", "yes"]);
    assert!(words.ended_with(2).stderr.contains("approved, edited or rejected"), "{words:?}");
    let no_pair = reply(dir.path(), &["edit", "1", "--set", "text"]);
    assert!(no_pair.ended_with(2).stderr.contains("is not NAME=VALUE"), "{no_pair:?}");
    let no_argument = reply(dir.path(), &["edit", "1", "--set", "colour=blue"]);
    assert_eq!(no_argument.code, Some(2), "{no_argument:?}");
    let no_case = reply(dir.path(), &["approve", "99"]);
    assert!(no_case.ended_with(2).stderr.contains("there is no case 99"), "{no_case:?}");
}

#[test]
fn a_second_approval_before_the_office_works_does_nothing_twice() {
    let dir = asking();
    reply(dir.path(), &["approve", "1"]).well();
    reply(dir.path(), &["approve", "1"]).well();
    let said = work(dir.path());
    assert_eq!((&said["done"], &said["effects"]), (&1.into(), &2.into()), "{said}");
    assert_eq!(office::sent(dir.path()).len(), 1);
    assert!(has(dir.path(), "reply_refused"));
}

#[test]
fn an_approval_of_what_was_shown_before_does_not_count_for_what_is_asked_now() {
    let dir = asking();
    let ask = office::cases(dir.path())[0]["progress"]["ask"].clone();
    let number = AskId(ask["id"].as_u64().unwrap() as u32);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let path = dir.path().join("state/dayshift.db");
        let store = store::SqliteStore::open(&path, store::OpenOptions::default()).await.unwrap();
        let store = Arc::new(store);
        let intake = Intake::new(store.clone(), Vec::new(), Clock::System);
        let stale = Reply::Approve { digest: Digest::of(b"what was shown yesterday") };
        intake.replied(CaseId(1), number, PersonId::new("ines"), stale).await.unwrap();
        store.close().await.unwrap();
    });
    let said = work(dir.path());
    assert_eq!((&said["asked"], &said["effects"]), (&1.into(), &1.into()), "{said}");
    assert!(has(dir.path(), "reply_refused") && office::sent(dir.path()).is_empty());
    reply(dir.path(), &["approve", "1"]).well();
    assert_eq!(work(dir.path())["done"], 1);
}

#[test]
fn a_question_takes_one_of_its_labels_and_the_case_goes_on_with_it() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["init", "desk", "--json"]).well();
    let desk = dir.path().join("desk");
    assert_eq!(work(&desk)["asked"], 1);
    let wrong = reply(&desk, &["answer", "1", "elephant"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    reply(&desk, &["answer", "1", "order"]).well();
    let said = work(&desk);
    assert_eq!((&said["asked"], &said["effects"]), (&1.into(), &1.into()), "{said}");
    let asked = office::cases(&desk)[0]["progress"]["ask"].clone();
    assert!(asked["about"].get("approval").is_some(), "{asked}");
    reply(&desk, &["approve", "1"]).well();
    assert_eq!(work(&desk)["done"], 1);
    let kinds = office::column(&desk.join("data/desk.db"), "select kind from request");
    assert_eq!((kinds, office::sent(&desk).len()), (vec!["order".to_owned()], 1));
}

#[test]
fn a_case_keeps_its_job_description_even_if_its_copy_was_half_written() {
    let dir = asking();
    let kept = kept_copies(dir.path());
    assert!(!kept.is_empty());
    for path in kept {
        std::fs::write(path, "role = \"cut o").unwrap();
    }
    work(dir.path());
    let worker = dir.path().join("workers/desk/worker.toml");
    let edited = std::fs::read_to_string(&worker).unwrap().replace("Thank you.", "We have it.");
    std::fs::write(&worker, edited).unwrap();
    reply(dir.path(), &["approve", "1"]).well();
    assert_eq!(work(dir.path())["done"], 1);
    let sent = office::sent(dir.path());
    let text = std::fs::read_to_string(&sent[0]).unwrap();
    assert!(text.contains("Thank you."), "{text}");
}

fn kept_copies(dir: &Path) -> Vec<std::path::PathBuf> {
    let (mut folders, mut files) = (vec![dir.join("state/versions")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}
