//! Callers that go away and moments around a commit. Ending the whole process is tested elsewhere.

use engine::seams::{Admitted, Store};
use engine::testing::samples::{START, WORKER, append, claimed, opened, resting, to_worker};
use std::sync::Mutex;
use std::task::{Context, Waker};
use store::{Moment, OpenOptions, SqliteStore};

static MOMENTS: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

#[tokio::test]
async fn the_failpoint_is_called_before_and_after_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let note = |moment: Moment| MOMENTS.lock().unwrap().push(moment.name());
    let options = OpenOptions { failpoint: Some(note), ..OpenOptions::default() };
    let store = SqliteStore::open(&folder.path().join("office.db"), options).await.unwrap();
    store.admit(to_worker(WORKER, "a", &[])).await.unwrap();
    assert_eq!(*MOMENTS.lock().unwrap(), ["save:before", "save:after"]);
}

#[tokio::test]
async fn a_caller_that_goes_away_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = SqliteStore::open(&path, OpenOptions::default()).await.unwrap();
    let claim = opened(&store, "a").await;
    // Polled once, so that it is on its way, and then dropped.
    let mut once = Context::from_waker(Waker::noop());
    let mut leaving = store.append(resting(append(&claim, 0), Some(START)));
    assert!(leaving.as_mut().poll(&mut once).is_pending());
    drop(leaving);
    let mut leaving = store.admit(to_worker(WORKER, "b", &["a"]));
    assert!(leaving.as_mut().poll(&mut once).is_pending());
    drop(leaving);
    // The writer keeps order: what is saved after them is saved behind them.
    let again = store.admit(to_worker(WORKER, "b", &["a"])).await;
    assert_eq!(again, Ok(Admitted::Duplicate(Some(claim.case))));
    let claims = claimed(&store, START).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].journal, append(&claim, 0).lines);
}

#[tokio::test]
async fn a_store_that_is_dropped_lets_the_next_one_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let store = SqliteStore::open(&path, OpenOptions::default()).await.unwrap();
    let claim = opened(&store, "a").await;
    store.append(append(&claim, 0)).await.unwrap();
    drop(store);
    let next = SqliteStore::open(&path, OpenOptions::default()).await.unwrap();
    let claims = async {
        loop {
            // The dropped store's writer gives the lock back when it has ended.
            match next.claim(engine::testing::samples::room(WORKER, 9, START)).await {
                Ok(claims) => return claims.claims,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let claims = tokio::time::timeout(std::time::Duration::from_secs(20), claims).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.case).collect::<Vec<_>>(), [claim.case]);
}
