//! Files dropped into a folder become signals, once each, and stay where they are.

use crate::support::intake;
use casework::signal::{Arrival, SignalKind};
use casework::{Origin, Timestamp};
use connectors::folder::{FILE_BYTES_MAX, FolderConfig, FolderSource};
use engine::clock::Clock;
use engine::run::Stop;
use engine::seams::{Drained, Source, SourceError};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

fn source(path: &Path) -> FolderSource {
    let config = FolderConfig { name: "scans".into(), path: path.to_owned() };
    FolderSource::every(config, Duration::from_millis(5))
}

fn clock() -> Clock {
    Clock::stepped(Timestamp(1_000))
}

fn arrival(kind: &SignalKind) -> &Arrival {
    match kind {
        SignalKind::Arrived(arrival) => arrival,
        other => panic!("not an arrival: {other:?}"),
    }
}

#[tokio::test]
async fn every_file_is_a_signal_once_with_its_bytes_kept() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.txt"), "second").unwrap();
    std::fs::write(folder.path().join("a.csv"), "item,count\nchair,2\n").unwrap();
    std::fs::write(folder.path().join(".hidden"), "not yet").unwrap();
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    let (intake, store) = intake(clock());
    let first = source(folder.path()).drain(&intake).await.unwrap();
    assert_eq!(first, Drained { seen: 2, admitted: 2, duplicates: 0, unreadable: 0 });
    // A restarted program sees the same files and takes none twice.
    let second = source(folder.path()).drain(&intake).await.unwrap();
    assert_eq!(second, Drained { seen: 2, admitted: 0, duplicates: 2, unreadable: 0 });

    let signals = store.signals.lock().unwrap();
    let table = arrival(&signals[0].kind);
    assert_eq!(table.title, "a.csv");
    assert_eq!(table.fields.at("kind").unwrap().data(), "csv");
    assert_eq!(table.fields.at("about.columns").unwrap().data(), &json!(["item", "count"]));
    assert_eq!(table.fields.origin(), Origin::Outside);
    assert_eq!(store.bodies.lock().unwrap()[&table.bodies[0]], b"item,count\nchair,2\n");
    assert_eq!(arrival(&signals[1].kind).fields.at("text").unwrap().data(), "second");
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".hidden", "a.csv", "b.txt", "inner"]);
}

#[tokio::test]
async fn a_changed_file_is_a_new_signal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.txt");
    std::fs::write(&file, "one").unwrap();
    let (intake, store) = intake(clock());
    let source = source(folder.path());
    source.drain(&intake).await.unwrap();
    assert_eq!(source.drain(&intake).await.unwrap(), Drained::default());
    std::fs::write(&file, "one and more").unwrap();
    assert_eq!(source.drain(&intake).await.unwrap().admitted, 1);
    assert_eq!(store.keys().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_still_grows_is_left_until_it_lies_still() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slow.txt");
    let (intake, store) = intake(clock());
    let (stopper, stop) = Stop::new();
    let listening = {
        let (intake, source) = (intake.clone(), source(folder.path()));
        tokio::spawn(async move { source.listen(&intake, stop).await })
    };
    // It grows faster than it is looked at, so no two looks see the same.
    let mut whole = String::new();
    for part in 0..200 {
        whole.push_str(&format!("part {part}\n"));
        std::fs::write(&file, &whole).unwrap();
    }
    let texts = || -> Vec<String> {
        let signals = store.signals.lock().unwrap();
        let text = |signal: &casework::signal::Signal| {
            arrival(&signal.kind).fields.at("text").unwrap().text().unwrap().trim_end().to_owned()
        };
        signals.iter().map(text).collect()
    };
    let arrived = async {
        while texts().last().is_none_or(|text| *text != whole.trim_end()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.unwrap();
    stopper.send(true).unwrap();
    listening.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_file_too_large_is_shown_without_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("big.bin")).unwrap();
    file.set_len(FILE_BYTES_MAX + 1).unwrap();
    let (intake, store) = intake(clock());
    let drained = source(folder.path()).drain(&intake).await.unwrap();
    assert_eq!(drained, Drained { seen: 1, admitted: 1, duplicates: 0, unreadable: 1 });
    let signals = store.signals.lock().unwrap();
    let arrival = arrival(&signals[0].kind);
    assert!(arrival.bodies.is_empty());
    let warning = arrival.fields.at("warnings.0").unwrap();
    assert!(warning.text().unwrap().contains("are more than"), "{warning:?}");
}

#[tokio::test]
async fn a_missing_folder_is_the_operators() {
    let folder = tempfile::tempdir().unwrap();
    let source = source(&folder.path().join("gone"));
    let (intake, _) = intake(clock());
    for outcome in [source.probe().await, source.drain(&intake).await.map(|_| ())] {
        assert!(matches!(outcome, Err(SourceError::Broken { code: "D010", .. })), "{outcome:?}");
    }
}
