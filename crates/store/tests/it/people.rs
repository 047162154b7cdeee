//! People, passes and the office's own journal: saved with their entries, or not at all.

use casework::journal::Chain;
use casework::office::{Change, Proof, Role};
use casework::{Actor, CaseId, Digest, Entry, Event, PersonId, Timestamp};
use engine::seams::{AmendError, Amendment, CaseQuery, Pass, People, Person, Store, office_chain};
use engine::testing::samples::{START, WORKER, admitted, to_worker};
use std::path::Path;
use store::{OpenOptions, SqliteStore};

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, OpenOptions::default()).await.unwrap()
}

fn person(who: &str, roles: &[Role]) -> Person {
    Person {
        who: PersonId::new(who),
        name: format!("{who} \u{2014} \"quoted\""),
        mail: format!("{who}@harbour.example"),
        roles: roles.iter().copied().collect(),
        password: None,
        added_at: START,
    }
}

fn pass(who: &str, hash: &[u8], until: i64) -> Pass {
    Pass {
        hash: Digest::of(hash),
        who: PersonId::new(who),
        is_link: false,
        proof: Proof::Password,
        began_at: START,
        proved_at: START,
        seen_at: START,
        until: Timestamp(START.0 + until),
    }
}

fn adding(who: &'static str) -> engine::seams::Decide {
    Box::new(move |_| {
        let added = person(who, &[Role::Reviewer, Role::Auditor]);
        let (name, roles) = (added.who.clone(), added.roles.clone());
        let changes = vec![Change::PersonAdded { who: name, roles }];
        Ok(Amendment { changes, people: vec![added], ..Amendment::default() })
    })
}

/// The office's entries; fails when they are not chained as a journal is.
async fn entries(store: &SqliteStore) -> Vec<Entry> {
    let journal = store.journal(CaseId::OFFICE).await.unwrap().unwrap();
    let mut chain = Chain::start(CaseId::OFFICE);
    let lines = journal.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let entries: Vec<Entry> = lines
        .map(|line| {
            chain.extend(line);
            Entry::from_line(line).unwrap()
        })
        .collect();
    assert_eq!((chain.head, chain.length), (journal.head, journal.count));
    assert!(entries.iter().zip(0..).all(|(entry, seq)| entry.seq == seq));
    entries
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_and_its_entry_survive_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = open(&path).await;
    assert_eq!(store.journal(CaseId::OFFICE).await.unwrap().unwrap().head, office_chain().head);
    store.amend(Actor::Engine, START, adding("mo")).await.unwrap();
    let signing_in = Box::new(|roll: &engine::seams::Roll| {
        assert_eq!(roll.people.len(), 1);
        let who = PersonId::new("mo");
        let changes = vec![Change::SignedIn { who, proof: Proof::Password, failed_before: 2 }];
        let passes = vec![pass("mo", b"a", 10), pass("mo", b"b", 1_000)];
        Ok(Amendment { changes, passes, ..Amendment::default() })
    });
    store.amend(Actor::Person(PersonId::new("mo")), START, signing_in).await.unwrap();
    store.seen(Digest::of(b"b"), Timestamp(START.0 + 7)).await.unwrap();
    store.close().await.unwrap();
    let store = open(&path).await;
    let (found, whose) = store.pass(Digest::of(b"b")).await.unwrap().unwrap();
    let seen_at = Timestamp(START.0 + 7);
    assert_eq!(found, Pass { seen_at, ..pass("mo", b"b", 1_000) });
    assert_eq!(whose, Some(person("mo", &[Role::Reviewer, Role::Auditor])));
    assert_eq!(store.pass(Digest::of(b"c")).await.unwrap(), None);
    let told = entries(&store).await;
    assert_eq!(told.len(), 2);
    assert!(matches!(
        told[1].event,
        Event::OfficeChanged(Change::SignedIn { failed_before: 2, .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_out_or_was_ended_is_gone_and_a_removed_person_keeps_no_pass() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("office.db")).await;
    store.amend(Actor::Engine, START, adding("mo")).await.unwrap();
    let passes = [pass("mo", b"a", 10), pass("mo", b"b", 1_000), pass("mo", b"c", 1_000)];
    let add = Box::new(move |_: &_| {
        let changes = vec![Change::LinkMade { who: PersonId::new("mo") }];
        Ok(Amendment { changes, passes: passes.to_vec(), ..Amendment::default() })
    });
    store.amend(Actor::Engine, START, add).await.unwrap();
    let end = Box::new(|_: &_| {
        let changes = vec![Change::SignedOut { who: PersonId::new("mo"), everywhere: false }];
        Ok(Amendment { changes, ended: vec![Digest::of(b"b")], ..Amendment::default() })
    });
    store.amend(Actor::Engine, Timestamp(START.0 + 10), end).await.unwrap();
    let left = store.roll().await.unwrap().passes;
    assert_eq!(left, [pass("mo", b"c", 1_000)]);
    let remove = Box::new(|_: &_| {
        let who = PersonId::new("mo");
        let changes = vec![Change::PersonRemoved { who: who.clone() }];
        Ok(Amendment { changes, removed: vec![who], ..Amendment::default() })
    });
    store.amend(Actor::Engine, START, remove).await.unwrap();
    assert_eq!(store.roll().await.unwrap(), engine::seams::Roll::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_amend_at_once_and_neither_overwrites_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let (one, other) = (open(&path).await, open(&path).await);
    let names: [&'static str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let amending = names.iter().enumerate().map(|(at, name)| {
        let store = if at % 2 == 0 { &one } else { &other };
        store.amend(Actor::Engine, START, adding(name))
    });
    for done in futures_util::future::join_all(amending).await {
        done.unwrap();
    }
    assert_eq!(one.roll().await.unwrap().people.len(), 8);
    assert_eq!(entries(&other).await.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_saves_nothing_and_no_list_shows_the_office_as_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("office.db")).await;
    let refused = store.amend(Actor::Engine, START, Box::new(|_| Err("there is no such person")));
    assert_eq!(refused.await, Err(AmendError::Refused { why: "there is no such person" }));
    assert_eq!(entries(&store).await, []);
    store.amend(Actor::Engine, START, adding("mo")).await.unwrap();
    let case = admitted(&store, to_worker(WORKER, "a", &[])).await;
    assert_eq!(case, CaseId(1));
    let rows = store.cases(CaseQuery::default()).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.case).collect::<Vec<_>>(), [case]);
    assert_eq!(store.case(CaseId::OFFICE).await.unwrap(), None);
    assert_eq!(store.size().await.unwrap().cases, 1);
    assert_eq!(store.counts(Timestamp(0)).await.unwrap().len(), 1);
    assert_eq!(store.retain_after(Timestamp(i64::MAX)).await.unwrap(), 0);
    assert_eq!(entries(&store).await.len(), 1);
}
