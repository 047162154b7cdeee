//! The log of all entries: each commit's hashes once, in its order, whatever else was saved.

use casework::Digest;
use casework::audit::tree::digests;
use engine::seams::{Append, Store as _, StoreError};
use engine::testing::samples::{START, append, closing, opened, resting};
use futures_util::future::join_all;
use std::sync::Arc;
use store::{OpenOptions, SqliteStore, StoredCheckpoint};

async fn store(dir: &tempfile::TempDir) -> Arc<SqliteStore> {
    let path = dir.path().join("office.db");
    Arc::new(SqliteStore::open(&path, OpenOptions::default()).await.unwrap())
}

async fn whole_log(store: &SqliteStore) -> Vec<Digest> {
    let mut all = Vec::new();
    loop {
        let part = store.log(all.len() as u64).await.unwrap();
        if part.is_empty() {
            return all;
        }
        all.extend(part);
    }
}

fn hashes(append: &Append) -> Vec<Digest> {
    digests(&append.hashes).unwrap().collect()
}

#[tokio::test]
async fn the_log_holds_every_entry_once_in_the_order_of_commits() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let (first, second) = (opened(&*store, "a").await, opened(&*store, "b").await);
    let mut wanted = Vec::new();
    for piece in [append(&first, 0), append(&second, 0), resting(append(&second, 2), None)] {
        wanted.extend(hashes(&piece));
        store.append(piece).await.unwrap();
    }
    let last = closing(append(&first, 2));
    wanted.extend(hashes(&last));
    store.append(last).await.unwrap();
    assert_eq!(whole_log(&store).await, wanted);
    for from in 0..=wanted.len() {
        assert_eq!(store.log(from as u64).await.unwrap(), wanted[from..], "from {from}");
    }
}

#[tokio::test]
async fn appends_that_share_a_commit_are_all_in_the_log_and_a_refused_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let mut claims = Vec::new();
    for key in 0..20 {
        claims.push(opened(&*store, &key.to_string()).await);
    }
    let appends = claims.iter().map(|claim| append(claim, 0));
    let twice = appends.clone().chain(appends.clone().take(3)).map(|one| store.append(one));
    let saved = join_all(twice).await;
    assert_eq!(saved.iter().filter(|saved| saved.is_ok()).count(), 20, "{saved:?}");
    let mut wanted: Vec<Digest> = appends.flat_map(|append| hashes(&append)).collect();
    let mut found = whole_log(&store).await;
    wanted.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn an_append_without_a_hash_for_each_entry_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let claim = opened(&*store, "a").await;
    let bad = Append { hashes: vec![1; 32], ..append(&claim, 0) };
    assert!(matches!(store.append(bad).await, Err(StoreError::Corrupt { .. })));
    assert_eq!(store.append(append(&claim, 0)).await, Ok(()));
}

#[tokio::test]
async fn checkpoints_read_back_and_the_first_of_a_size_stays() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    assert_eq!(store.last_checkpoint().await, Ok(None));
    let made = |size, note: &str| StoredCheckpoint {
        size,
        at: START,
        note: note.to_owned(),
        frontier: vec![7; 32],
    };
    store.keep_checkpoints(vec![made(256, "one"), made(300, "two")]).await.unwrap();
    store.keep_checkpoints(vec![made(300, "other")]).await.unwrap();
    assert_eq!(store.last_checkpoint().await, Ok(Some(made(300, "two"))));
    assert_eq!(
        store.trail().await.unwrap().checkpoints().await,
        Ok(vec![made(256, "one"), made(300, "two")])
    );
}

#[tokio::test]
async fn a_trail_stays_as_it_stood_when_it_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let claim = opened(&*store, "a").await;
    store.append(append(&claim, 0)).await.unwrap();
    let mut trail = store.trail().await.unwrap();
    store.append(append(&claim, 2)).await.unwrap();
    assert_eq!(trail.log(0).await.unwrap().len(), 2);
    assert_eq!(trail.journals().await, Ok(vec![claim.case]));
    assert_eq!(trail.journal(claim.case).await.unwrap().unwrap().count, 2);
    assert_eq!(store.log(0).await.unwrap().len(), 4);
}
