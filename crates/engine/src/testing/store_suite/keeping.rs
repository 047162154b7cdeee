//! Bodies, settings, retention, and what a fresh open finds.

use crate::seams::{Addressee, Admission, Admitted, CaseQuery, Store, StoredJournal};
use crate::testing::samples::{
    START, WORKER, admitted, append, arrival, claimed, closing, head_of, lines, opened, resting,
    to_worker,
};
use casework::signal::{Signal, SignalKind};
use casework::{Digest, Timestamp};
use std::future::Future;
use std::sync::Arc;

/// The same bytes twice are one body, found by digest.
pub async fn the_same_body_is_kept_once(store: Arc<dyn Store>) {
    let bytes = b"a body that comes twice, and comes twice, and comes twice".to_vec();
    let digest = store.put_body(bytes.clone()).await;
    assert_eq!(digest, Ok(Digest::of(&bytes)));
    let once = store.size().await.expect("sizes can be read").body_bytes;
    store.put_body(bytes.clone()).await.expect("a body can be kept again");
    let twice = store.size().await.expect("sizes can be read").body_bytes;
    assert_eq!((once > 0, twice), (true, once));
    assert_eq!(store.body(Digest::of(&bytes)).await, Ok(Some(bytes)));
    assert_eq!(store.body(Digest::of(b"unknown")).await, Ok(None));
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let digest = store.put_body(large.clone()).await.expect("a large body can be kept");
    assert_eq!(store.body(digest).await, Ok(Some(large)));
    let digest = store.put_body(Vec::new()).await.expect("an empty body can be kept");
    assert_eq!(store.body(digest).await, Ok(Some(Vec::new())));
}

/// What was erased does not come back, even when the same bytes are put again.
pub async fn an_erased_body_stays_erased(store: Arc<dyn Store>) {
    let digest = store.put_body(b"private".to_vec()).await.expect("a body can be kept");
    let other = store.put_body(b"another".to_vec()).await.expect("a body can be kept");
    store.erase_body(digest).await.expect("a body can be erased");
    assert_eq!(store.body(digest).await, Ok(None));
    assert_eq!(store.put_body(b"private".to_vec()).await, Ok(digest));
    assert_eq!(store.body(digest).await, Ok(None));
    assert_eq!(store.body(other).await, Ok(Some(b"another".to_vec())));
}

/// A setting is what was set last.
pub async fn settings_are_set_and_removed(store: Arc<dyn Store>) {
    let set = |value: Option<&str>| {
        store.set_setting("bookmark".to_owned(), value.map(ToOwned::to_owned))
    };
    let get = || store.setting("bookmark".to_owned());
    assert_eq!(get().await, Ok(None));
    set(Some("uid 7")).await.expect("a setting can be set");
    set(Some("uid 8")).await.expect("a setting can be set");
    assert_eq!(get().await, Ok(Some("uid 8".to_owned())));
    set(None).await.expect("a setting can be removed");
    assert_eq!(get().await, Ok(None));
}

/// Old closed cases go with their journals and bodies; others stay, and so do the keys.
pub async fn old_cases_are_forgotten_with_their_bodies(store: Arc<dyn Store>) {
    let shared = store.put_body(b"in both mails".to_vec()).await.expect("a body can be kept");
    let own = store.put_body(b"in the old mail".to_vec()).await.expect("a body can be kept");
    admitted(&*store, with_bodies("old", vec![shared, own])).await;
    let old = claimed(&*store, START).await;
    let Some(old) = old.first() else { panic!("a new case is due") };
    store.append(closing(append(old, 0))).await.expect("the case can close");
    let open = admitted(&*store, with_bodies("open", vec![shared])).await;

    assert_eq!(store.retain_after(Timestamp(0)).await, Ok(0));
    assert_eq!(store.retain_after(Timestamp(i64::MAX)).await, Ok(1));
    assert_eq!(store.journal(old.case).await, Ok(None));
    assert_eq!(store.case(old.case).await, Ok(None));
    assert_eq!(store.body(own).await, Ok(None));
    assert_eq!(store.body(shared).await, Ok(Some(b"in both mails".to_vec())));
    let again = store.admit(to_worker(WORKER, "old", &[])).await;
    assert_eq!(again, Ok(Admitted::Duplicate(Some(old.case))));
    let left = store.cases(CaseQuery::default()).await.expect("rows can be read");
    assert_eq!(left.iter().map(|row| row.case).collect::<Vec<_>>(), [open]);
    let next = admitted(&*store, to_worker(WORKER, "next", &[])).await;
    assert!(next > open, "numbers of cases are not given twice");
}

/// Opening the same place again finds what was saved, and cases that were carried are due.
pub async fn a_fresh_open_finds_all<F, Fut>(open: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Store>>,
{
    let store = open().await;
    let closed = opened(&*store, "closed").await;
    store.append(append(&closed, 0)).await.expect("entries can be appended");
    store.append(closing(append(&closed, 2))).await.expect("the case can close");
    let resting_case = opened(&*store, "resting").await;
    let rest = resting(append(&resting_case, 0), Some(START.plus_ms(500)));
    store.append(rest).await.expect("the case can rest");
    let carried = opened(&*store, "carried").await;
    store.append(append(&carried, 0)).await.expect("entries can be appended");
    let digest = store.put_body(b"kept".to_vec()).await.expect("a body can be kept");
    let rows = store.cases(CaseQuery::default()).await;
    drop(store);

    let store = open().await;
    assert_eq!(store.cases(CaseQuery::default()).await, rows);
    assert_eq!(store.body(digest).await, Ok(Some(b"kept".to_vec())));
    let whole = lines(0, 4);
    let head = head_of(closed.case, &whole);
    let stored = store.journal(closed.case).await;
    assert_eq!(stored, Ok(Some(StoredJournal { lines: whole, head, count: 4 })));
    let due = claimed(&*store, START).await;
    let found: Vec<_> = due.iter().map(|claim| (claim.case, claim.journal.clone())).collect();
    assert_eq!(found, vec![(carried.case, lines(0, 2))]);
    let due = claimed(&*store, START.plus_ms(500)).await;
    assert_eq!(due.first().map(|claim| claim.case), Some(resting_case.case));
    let again = store.admit(to_worker(WORKER, "closed", &[])).await;
    assert_eq!(again, Ok(Admitted::Duplicate(Some(closed.case))));
}

fn with_bodies(key: &str, bodies: Vec<Digest>) -> Admission {
    let signal = arrival(key);
    let SignalKind::Arrived(mut arrived) = signal.kind else { panic!("samples arrive") };
    arrived.bodies = bodies;
    let to: Addressee = to_worker(WORKER, key, &[]).to;
    Admission { signal: Signal { kind: SignalKind::Arrived(arrived), ..arrival(key) }, to }
}
