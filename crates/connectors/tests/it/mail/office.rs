//! The example office's whole mailbox, against what its author says of each mail.

use super::{account, arrivals};
use crate::support::intake;
use connectors::mail::{MailFolders, MailKind, MailSource};
use engine::clock::Clock;
use engine::seams::{Drained, Source};
use std::collections::BTreeMap;
use std::path::PathBuf;

struct Expected {
    file: String,
    kind: String,
}

fn office() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../office/mailbox")
}

/// By Message-ID; of a mail that came twice the first.
fn expected() -> (u64, BTreeMap<String, Expected>) {
    let table = std::fs::read_to_string(office().join("expected.csv")).unwrap();
    let mut rows = 0;
    let mut by_id = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let expected = Expected { file: cells[0].to_owned(), kind: cells[2].to_owned() };
        rows += 1;
        by_id.entry(format!("mail:{}", cells[1])).or_insert(expected);
    }
    (rows, by_id)
}

#[tokio::test]
async fn every_mail_of_the_office_is_taken_once_and_told_apart() {
    let at = tempfile::tempdir().unwrap();
    let inbox = office().join("support");
    let kind = MailKind::Folder(MailFolders::new(inbox, at.path().join("sent")));
    let (intake, store) = intake(Clock::System);
    let drained = MailSource::new(account(kind)).drain(&intake).await.unwrap();
    let (rows, expected) = expected();
    let distinct = expected.len() as u64;
    let wanted =
        Drained { seen: rows, admitted: distinct, duplicates: rows - distinct, unreadable: 0 };
    assert_eq!(drained, wanted);
    let arrivals = arrivals(&store);
    for (key, arrival) in store.keys().iter().zip(&arrivals) {
        let Expected { file, kind } = &expected[key];
        let field = |name: &str| arrival.fields.at(name).unwrap().data().clone();
        let automatic = field("automatic") != "";
        let suspect = field("sender_check") == "failed" || field("doubts") != serde_json::json!([]);
        match kind.as_str() {
            "genuine" | "stranger" => {
                assert!(!automatic, "{file}: {}", field("automatic"));
                assert!(!suspect, "{file}: {} {}", field("sender_check"), field("doubts"));
            }
            "automatic" => assert!(automatic, "{file}"),
            // A director's name before an address of a public provider: there is nothing in the
            // mail itself that gives it away.
            "spoofed" if file.starts_with("044-") => {}
            "spoofed" => assert!(suspect, "{file}"),
            "injecting" => assert_ne!(field("text"), "", "{file}"),
            other => panic!("{file}: what is {other}?"),
        }
    }
}
