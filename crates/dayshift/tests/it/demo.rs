//! The example office, worked once: what it counts, what it never does, and that a second time
//! changes nothing. How good its judge is on other mails is measured elsewhere.

use crate::office;
use crate::program::run;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A row of what a careful colleague would have made of the mails.
struct Expected {
    message_id: String,
    kind: String,
}

fn expected(dir: &Path) -> Vec<Expected> {
    let text = std::fs::read_to_string(dir.join("mailbox/expected.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 8, "{line}");
        Expected { message_id: cells[1].to_owned(), kind: cells[2].to_owned() }
    };
    text.lines().skip(1).map(row).collect()
}

/// A case: how it stands, which mails it took in, which effects it had.
struct Told {
    status: String,
    mails: Vec<String>,
    effects: Vec<String>,
    asked: bool,
}

fn told(dir: &Path, case: &Json) -> Told {
    let number = case["case"].as_u64().unwrap();
    let mut told = Told {
        status: case["progress"]["status"].as_str().unwrap().to_owned(),
        mails: Vec::new(),
        effects: Vec::new(),
        asked: false,
    };
    let mut proposed = BTreeMap::new();
    for entry in office::entries(dir, number) {
        let event = &entry["event"];
        if let Some(key) = event["signal_received"]["key"].as_str() {
            told.mails.push(key.strip_prefix("mail:").unwrap_or(key).to_owned());
        }
        let call = &event["call_proposed"]["call"];
        if let Some(tool) = call["tool"].as_str() {
            proposed.insert(call["id"].to_string(), tool.to_owned());
        }
        let ended = &event["call_ended"];
        if ended["end"].get("succeeded").is_some() {
            let tool = proposed[&ended["call"].to_string()].clone();
            if !["crm.find", "tickets.of_thread", "tickets.get"].contains(&tool.as_str()) {
                told.effects.push(tool);
            }
        }
        told.asked |= event.get("ask_raised").is_some();
    }
    told
}

#[test]
fn the_example_is_worked_alone_where_it_may_and_touched_by_no_false_mail() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--once", "--json", "--dir", "example"];
    let said = run(dir.path(), &arguments).well();
    let keys = ["cases", "done", "asked", "handed_over", "failed", "effects", "wall_ms"];
    assert!(keys.iter().all(|key| said[key].is_u64()), "{said}");
    assert_eq!((&said["failed"], &said["duplicate_effects"]), (&0.into(), &0.into()), "{said}");

    let example = dir.path().join("example");
    let (mails, cases) = (expected(&example), office::cases(&example));
    assert_eq!((mails.len(), &said["cases"]), (84, &cases.len().into()));
    let told: Vec<Told> = cases.iter().map(|case| told(&example, case)).collect();
    every_mail_is_accounted_for(&mails, &told);
    no_false_mail_has_an_effect(&mails, &told);

    let genuine: Vec<&Expected> = mails.iter().filter(|mail| mail.kind == "genuine").collect();
    let alone = |mail: &&&Expected| {
        let case = told.iter().find(|case| case.mails.contains(&mail.message_id));
        case.is_some_and(|case| case.status == "done" && !case.asked)
    };
    let done = genuine.iter().filter(alone).count();
    assert!(done * 2 >= genuine.len(), "only {done} of {} are done without asking", genuine.len());

    let again = run(dir.path(), &arguments).well();
    assert_eq!(office::cases(&example), cases);
    let same = |key: &&str| *key == "wall_ms" || again[key] == said[key];
    assert!(keys.iter().all(same), "{said} {again}");
}

/// A mail is a case of its own, joined an open case of its thread, or came twice. The firm's own
/// mail that comes back is a case as well: it does not carry an id that only we make.
fn every_mail_is_accounted_for(mails: &[Expected], told: &[Told]) {
    let taken: Vec<&String> = told.iter().flat_map(|case| &case.mails).collect();
    let different: BTreeSet<&String> = taken.iter().copied().collect();
    assert_eq!(taken.len(), different.len(), "a mail was taken in twice");
    let known: BTreeSet<&String> = mails.iter().map(|mail| &mail.message_id).collect();
    assert!(different.is_subset(&known), "a mail that is not in the box");
    let missing: Vec<&&String> = known.difference(&different).collect();
    assert!(missing.is_empty(), "in no case: {missing:?}");
    let (joined, twice) = (taken.len() - told.len(), mails.len() - known.len());
    let by_kind = mails.iter().filter(|mail| mail.kind == "duplicate").count();
    assert_eq!(twice, by_kind);
    assert_eq!(told.len() + joined + twice, mails.len());
}

fn no_false_mail_has_an_effect(mails: &[Expected], told: &[Told]) {
    for mail in mails.iter().filter(|mail| ["spoofed", "injecting"].contains(&mail.kind.as_str())) {
        let case = told.iter().find(|case| case.mails.contains(&mail.message_id)).unwrap();
        assert!(case.effects.is_empty(), "{} had {:?}", mail.message_id, case.effects);
    }
}
