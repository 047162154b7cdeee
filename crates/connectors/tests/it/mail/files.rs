//! Mail that lies in files.

use super::{Listening, account, arrivals, folders, mail, titles, until};
use crate::support::intake;
use connectors::mail::{MailKind, MailSource};
use engine::clock::Clock;
use engine::seams::{Drained, Source, SourceError};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::tempdir;

fn put(folder: &Path, name: &str, mail: &str) {
    fs::create_dir_all(folder).unwrap();
    replace(&folder.join(name), mail);
}

/// In one piece, as whoever delivers into a folder that is being read should do it.
fn replace(file: &Path, text: &str) {
    let temporary = file.with_extension("tmp");
    fs::write(&temporary, text).unwrap();
    fs::rename(temporary, file).unwrap();
}

#[tokio::test]
async fn a_folder_is_taken_in_by_name_and_each_mail_once() {
    let at = tempdir().unwrap();
    let inbox = at.path().join("inbox");
    put(&inbox, "2.eml", &mail("two", "Second"));
    put(&inbox, "1.EML", &mail("one", "First"));
    put(&inbox, "3.eml", &mail("one", "First"));
    put(&inbox, ".hidden.eml", &mail("hidden", "Hidden"));
    put(&inbox, "notes.txt", "no mail");
    let (intake, store) = intake(Clock::System);
    let source = MailSource::new(account(MailKind::Folder(folders(at.path()))));
    let first = source.drain(&intake).await.unwrap();
    assert_eq!(first, Drained { seen: 3, admitted: 2, duplicates: 1, unreadable: 0 });
    assert_eq!(titles(&store), ["First", "Second"]);
    let again = source.drain(&intake).await.unwrap();
    assert_eq!(again, Drained { seen: 3, admitted: 0, duplicates: 3, unreadable: 0 });
}

#[tokio::test]
async fn the_bytes_are_kept_before_the_case_points_at_them() {
    let at = tempdir().unwrap();
    let text = mail("one", "First");
    put(&at.path().join("inbox"), "1.eml", &text);
    let (intake, store) = intake(Clock::System);
    MailSource::new(account(MailKind::Folder(folders(at.path())))).drain(&intake).await.unwrap();
    let bodies = arrivals(&store).remove(0).bodies;
    assert_eq!(store.bodies.lock().unwrap()[&bodies[0]], text.as_bytes());
}

#[tokio::test]
async fn a_mail_that_cannot_be_read_is_shown_and_the_others_go_on() {
    let at = tempdir().unwrap();
    let inbox = at.path().join("inbox");
    put(&inbox, "1.eml", "");
    put(&inbox, "3.eml", &mail("three", "Third"));
    let large = fs::File::create(inbox.join("2.eml")).unwrap();
    std::io::Write::write_all(&mut &large, mail("two", "Large").as_bytes()).unwrap();
    large.set_len(100 * 1024 * 1024).unwrap();
    let (intake, store) = intake(Clock::System);
    let source = MailSource::new(account(MailKind::Folder(folders(at.path()))));
    let drained = source.drain(&intake).await.unwrap();
    assert_eq!(drained, Drained { seen: 3, admitted: 3, duplicates: 0, unreadable: 2 });
    assert_eq!(titles(&store), ["unreadable mail", "unreadable mail", "Third"]);
    assert_eq!(store.keys()[1], "mail:two@clay.example");
    assert_eq!(arrivals(&store)[1].bodies, Vec::new());
}

#[tokio::test]
async fn a_folder_is_heard_while_it_fills() {
    let at = tempdir().unwrap();
    fs::create_dir(at.path().join("inbox")).unwrap();
    let listening = Listening::start(account(MailKind::Folder(folders(at.path()))));
    until("it has looked", || listening.has_polled()).await;
    put(&at.path().join("inbox"), "1.eml", &mail("one", "First"));
    until("the mail is taken in", || listening.store.keys().len() == 1).await;
    put(&at.path().join("inbox"), "0.eml", &mail("zero", "Earlier by name"));
    until("the other is taken in", || listening.store.keys().len() == 2).await;
    listening.stop().await;
}

#[tokio::test]
async fn a_file_that_still_grows_is_left_until_it_lies_still() {
    let at = tempdir().unwrap();
    let inbox = at.path().join("inbox");
    let clock = Clock::stepped(Clock::System.now());
    let whole = mail("one", "First");
    put(&inbox, "1.eml", &whole[..40]);
    let mut config = account(MailKind::Folder(folders(at.path())));
    config.pace.settle = Duration::from_secs(3600);
    let (intake, store) = intake(clock.clone());
    // The clock stands just after the file was written; the pass must leave it alone.
    clock.step_ms(1_000);
    let listening = Listening::start_with(config, intake, store);
    until("it has looked", || listening.has_polled()).await;
    assert_eq!(listening.store.keys(), Vec::<String>::new());
    put(&inbox, "1.eml", &whole);
    clock.step_ms(2 * 3_600_000);
    until("it is taken in", || listening.store.keys() == ["mail:one@clay.example"]).await;
    assert_eq!(titles(&*listening.stop().await), ["First"]);
}

#[tokio::test]
async fn a_missing_folder_is_the_operators_and_heals_by_itself() {
    let at = tempdir().unwrap();
    let config = account(MailKind::Folder(folders(at.path())));
    let source = MailSource::new(config.clone());
    let probed = source.probe().await;
    assert!(matches!(probed, Err(SourceError::Broken { code: "M003", .. })), "{probed:?}");
    let listening = Listening::start(config);
    until("trouble is shown", || listening.trouble().is_some()).await;
    assert!(listening.trouble().unwrap().contains("M003"));
    put(&at.path().join("inbox"), "1.eml", &mail("one", "First"));
    until("the mail is taken in", || listening.store.keys().len() == 1).await;
    until("trouble is over", || listening.trouble().is_none()).await;
    listening.stop().await;
    source.probe().await.unwrap();
}

#[tokio::test]
async fn a_maildir_keeps_its_order_and_a_read_mail_is_not_taken_twice() {
    let at = tempdir().unwrap();
    let (new, cur) = (at.path().join("inbox/new"), at.path().join("inbox/cur"));
    put(&cur, "1700000001.M1.host:2,S", &mail("one", "First"));
    put(&new, "1700000002.M2.host", &mail("two", "Second"));
    let listening = Listening::start(account(MailKind::Maildir(folders(at.path()))));
    until("both are taken in", || listening.store.keys().len() == 2).await;
    fs::rename(new.join("1700000002.M2.host"), cur.join("1700000002.M2.host:2,S")).unwrap();
    put(&new, "1700000003.M3.host", &mail("three", "Third"));
    until("the third is taken in", || listening.store.keys().len() == 3).await;
    assert_eq!(titles(&*listening.stop().await), ["First", "Second", "Third"]);
}

#[tokio::test]
async fn an_mbox_file_gives_what_is_added_at_its_end() {
    let at = tempdir().unwrap();
    let file = at.path().join("inbox");
    let entry = |id: &str, subject: &str| {
        format!("From ada@clay.example Mon Nov 16 10:00:00 2026\n{}\n", mail(id, subject))
    };
    fs::write(&file, entry("one", "First") + &entry("two", "Second")).unwrap();
    let listening = Listening::start(account(MailKind::Mbox(folders(at.path()))));
    until("both are taken in", || listening.store.keys().len() == 2).await;
    let all = entry("one", "First") + &entry("two", "Second") + &entry("three", "Third");
    replace(&file, &all);
    until("the third is taken in", || listening.store.keys().len() == 3).await;
    assert_eq!(titles(&*listening.stop().await), ["First", "Second", "Third"]);
}
