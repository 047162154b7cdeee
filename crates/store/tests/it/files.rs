//! What is a file's own: full disks, locks, other processes, foreign files, erasure on disk.

use casework::Timestamp;
use engine::seams::{Admitted, Append, Store, StoreError};
use engine::testing::samples::{
    START, WORKER, admitted, append, claimed, closing, opened, room, to_worker,
};
use sqlx::{Connection as _, Executor as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{OpenOptions, SqliteStore};

#[tokio::test(flavor = "multi_thread")]
async fn another_process_admits_and_the_one_that_works_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let works = open(&folder.path().join("office.db")).await;
    let other = open(&folder.path().join("office.db")).await;
    assert_eq!(claimed(&works, START).await, []);
    let works = Arc::new(works);
    let waiting = Arc::clone(&works);
    let waiter = tokio::spawn(async move { waiting.changed().await });
    let case = admitted(&other, to_worker(WORKER, "a", &[])).await;
    tokio::time::timeout(Duration::from_secs(20), waiter).await.unwrap().unwrap();
    let claims = claimed(&*works, START).await;
    assert_eq!(claims.iter().map(|claim| claim.case).collect::<Vec<_>>(), [case]);
    let joined = other.admit(to_worker(WORKER, "b", &["a"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(case)));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_process_works_an_office_until_it_closes() {
    let folder = tempfile::tempdir().unwrap();
    let works = open(&folder.path().join("office.db")).await;
    let other = open(&folder.path().join("office.db")).await;
    opened(&works, "a").await;
    let refused = other.claim(room(WORKER, 1, START)).await;
    assert!(matches!(refused, Err(StoreError::Broken { code: "S005", .. })), "{refused:?}");
    works.close().await.unwrap();
    assert_eq!(claimed(&other, START).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_stands_in_the_file_fences_one_append_of_a_group_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = open(&path).await;
    for key in ["a", "b", "c"] {
        admitted(&store, to_worker(WORKER, key, &[])).await;
    }
    let claims = claimed(&store, START).await;
    let fenced = claims[1].case;
    let text = format!(
        "INSERT INTO entry (case_no, first_seq, count, lines) VALUES ({fenced}, 0, 1, x'0a')"
    );
    raw(&path).await.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    let appends = claims.iter().map(|claim| store.append(append(claim, 0)));
    let appended = futures_util::future::join_all(appends).await;
    assert_eq!(appended, [Ok(()), Err(StoreError::Lost { case: fenced }), Ok(())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_with_its_code_and_nothing_is_half_saved() {
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions { file_pages_max: Some(60), ..OpenOptions::default() };
    let store = SqliteStore::open(&folder.path().join("office.db"), options).await.unwrap();
    let claim = opened(&store, "a").await;
    store.append(append(&claim, 0)).await.unwrap();
    let before = store.journal(claim.case).await;
    let large = Append { lines: vec![b'x'; 400_000], ..append(&claim, 2) };
    let full = store.append(large).await;
    assert!(matches!(full, Err(StoreError::Broken { code: "S001", .. })), "{full:?}");
    assert_eq!(store.journal(claim.case).await, before);
    assert_eq!(store.append(append(&claim, 2)).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_unavailable_and_works_again_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let options = OpenOptions { busy_wait_ms_max: 20, ..OpenOptions::default() };
    let store = SqliteStore::open(&path, options).await.unwrap();
    let mut locking = raw(&path).await;
    locking.execute("BEGIN IMMEDIATE").await.unwrap();
    let refused = store.admit(to_worker(WORKER, "a", &[])).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    locking.execute("ROLLBACK").await.unwrap();
    assert!(matches!(store.admit(to_worker(WORKER, "a", &[])).await, Ok(Admitted::Opened(_))));
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("letter.db");
    std::fs::write(&text, "Dear all, this is a letter. ".repeat(200)).unwrap();
    assert_code(&text, "S003").await;

    let foreign = folder.path().join("foreign.db");
    let creating = sqlx::sqlite::SqliteConnectOptions::new().create_if_missing(true);
    let creating = creating.filename(&foreign);
    let mut connection = sqlx::SqliteConnection::connect_with(&creating).await.unwrap();
    connection.execute("CREATE TABLE body (text TEXT)").await.unwrap();
    connection.close().await.unwrap();
    assert_code(&foreign, "S003").await;

    let newer = folder.path().join("newer.db");
    open(&newer).await.close().await.unwrap();
    let later = "INSERT INTO _sqlx_migrations \
                 SELECT 9999, 'later', installed_on, 1, x'00', 0 FROM _sqlx_migrations LIMIT 1";
    raw(&newer).await.execute(later).await.unwrap();
    assert_code(&newer, "S003").await;
    assert_code(&folder.path().join("no/such/folder.db"), "S002").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_leaves_one_file_without_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = open(&path).await;
    let claim = opened(&store, "a").await;
    store.append(closing(append(&claim, 0))).await.unwrap();
    assert!(folder.path().join("office.db-wal").exists());
    store.close().await.unwrap();
    assert!(!folder.path().join("office.db-wal").exists());
    let late = store.admit(to_worker(WORKER, "b", &[])).await;
    assert!(matches!(late, Err(StoreError::Unavailable { .. })), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_body_is_gone_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = open(&path).await;
    let secret = b"q7#Zr!v0pL".to_vec();
    let digest = store.put_body(secret.clone()).await.unwrap();
    let on_disk = || {
        let files = ["office.db", "office.db-wal"].map(|name| folder.path().join(name));
        let bytes = files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default());
        bytes.collect::<Vec<u8>>().windows(secret.len()).any(|window| window == secret)
    };
    assert!(on_disk());
    store.erase_body(digest).await.unwrap();
    assert!(!on_disk());
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_gives_room_back_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = open(&path).await;
    let key = |number: u32| format!("k{number}");
    for number in 0..600 {
        admitted(&store, to_worker(WORKER, &key(number), &[])).await;
    }
    let claims = claimed(&store, START).await;
    let closed = claims.iter().map(|claim| store.append(closing(append(claim, 0))));
    assert!(futures_util::future::join_all(closed).await.iter().all(Result::is_ok));
    assert_eq!(store.retain_after(Timestamp(0)).await, Ok(0));
    let before = store.size().await.unwrap();
    assert_eq!(store.retain_after(Timestamp(i64::MAX)).await, Ok(600));
    let after = store.size().await.unwrap();
    // The office's own journal says of each which it was, so some of it stays.
    assert!(after.file_bytes < before.file_bytes * 3 / 4, "{before:?} {after:?}");
    assert_eq!((after.cases, after.sealed_journal_bytes, after.free_bytes), (0, 0, 0));
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, OpenOptions::default()).await.unwrap()
}

async fn raw(path: &Path) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    sqlx::SqliteConnection::connect_with(&options).await.unwrap()
}

async fn assert_code(path: &Path, wanted: &str) {
    match SqliteStore::open(path, OpenOptions::default()).await {
        Err(StoreError::Broken { code, .. }) => assert_eq!(code, wanted, "{}", path.display()),
        Err(other) => panic!("{}: {other:?}", path.display()),
        Ok(_) => panic!("{} was opened", path.display()),
    }
}
