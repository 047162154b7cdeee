//! The store suite on SQLite.

use engine::seams::Store;
use engine::testing::store_suite;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use store::{OpenOptions, SqliteStore};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_passes_the_store_suite() {
    let folder = tempfile::tempdir().unwrap();
    let places = Mutex::new(0);
    let next = || {
        let mut place = places.lock().unwrap();
        *place += 1;
        folder.path().join(format!("{place}.db"))
    };
    store_suite::all(|| open(next())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_open_of_the_same_file_finds_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("office.db");
    let last: Mutex<Option<Arc<SqliteStore>>> = Mutex::new(None);
    store_suite::a_fresh_open_finds_all(|| async {
        let before = last.lock().unwrap().take();
        if let Some(before) = before {
            before.close().await.unwrap();
        }
        let store = Arc::new(SqliteStore::open(&path, OpenOptions::default()).await.unwrap());
        *last.lock().unwrap() = Some(Arc::clone(&store));
        store as Arc<dyn Store>
    })
    .await;
}

async fn open(path: PathBuf) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&path, OpenOptions::default()).await.unwrap())
}
