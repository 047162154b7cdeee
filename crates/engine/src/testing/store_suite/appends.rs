//! Appends: durable, in order, fenced.

use crate::seams::{Append, CaseRow, Claim, Store, StoreError, StoredJournal};
use crate::testing::samples::{
    START, WORKER, admitted, append, claimed, closing, head_of, lines, opened, resting, to_worker,
};
use casework::journal::Chain;
use futures_util::future::join_all;
use std::sync::Arc;

/// What was appended in pieces reads back as one, with its head.
pub async fn entries_read_back_in_order(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    let empty = StoredJournal { lines: vec![], head: Chain::start(claim.case).head, count: 0 };
    assert_eq!(store.journal(claim.case).await, Ok(Some(empty)));
    for first_seq in [0, 2, 4] {
        store.append(append(&claim, first_seq)).await.expect("entries can be appended");
    }
    let whole = lines(0, 6);
    let head = head_of(claim.case, &whole);
    let stored = store.journal(claim.case).await;
    assert_eq!(stored, Ok(Some(StoredJournal { lines: whole, head, count: 6 })));
    assert_eq!(store.journal(casework::CaseId(claim.case.0 + 1)).await, Ok(None));
}

/// The row says what the last append said.
pub async fn an_append_shows_in_the_row(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    let rest = resting(append(&claim, 0), Some(START.plus_ms(77)));
    let progress = rest.progress.clone();
    store.append(rest).await.expect("the case can rest");
    let row = store.case(claim.case).await.expect("rows can be read").expect("it has a row");
    let wanted = CaseRow {
        case: claim.case,
        worker: claim.worker,
        version: claim.version,
        opened_at: START,
        changed_at: row.changed_at,
        progress,
    };
    assert_eq!(row, wanted);
}

/// An append without entries changes the row, not the journal.
pub async fn a_standing_alone_can_be_saved(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(append(&claim, 0)).await.expect("entries can be appended");
    let before = store.journal(claim.case).await;
    let nothing = Append {
        count: 0,
        lines: Vec::new(),
        hashes: Vec::new(),
        taken: Vec::new(),
        ..append(&claim, 2)
    };
    let head = head_of(claim.case, &lines(0, 2));
    let standing = resting(Append { head, ..nothing }, Some(START.plus_ms(3)));
    store.append(standing.clone()).await.expect("a standing can be saved");
    assert_eq!(store.journal(claim.case).await, before);
    let row = store.case(claim.case).await.expect("rows can be read");
    assert_eq!(row.map(|row| row.progress), Some(standing.progress));
    let claims = claimed(&*store, START.plus_ms(3)).await;
    let [again] = claims.as_slice() else { panic!("the case is due") };
    assert_eq!(store.append(append(again, 2)).await, Ok(()));
}

/// After a release the old claim appends nothing.
pub async fn a_lost_lease_cannot_append(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(resting(append(&claim, 0), Some(START))).await.expect("the case can rest");
    let lost = Err(StoreError::Lost { case: claim.case });
    assert_eq!(store.append(append(&claim, 2)).await, lost);
    let next = claimed(&*store, START).await;
    assert_eq!(store.append(append(&claim, 2)).await, lost);
    let Some(next) = next.first() else { panic!("the case is due") };
    assert_eq!(store.append(append(next, 2)).await, Ok(()));
    assert_eq!(count(&*store, claim.case).await, Some(4));
}

/// The same number twice, or one too far, is refused, and nothing of it is kept.
pub async fn a_taken_number_is_refused(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(append(&claim, 0)).await.expect("entries can be appended");
    let lost = Err(StoreError::Lost { case: claim.case });
    assert_eq!(store.append(append(&claim, 0)).await, lost);
    assert_eq!(store.append(append(&claim, 1)).await, lost);
    assert_eq!(store.append(append(&claim, 4)).await, lost);
    assert_eq!(store.append(closing(append(&claim, 4))).await, lost);
    let twice = [store.append(append(&claim, 2)), store.append(append(&claim, 2))];
    let stood = join_all(twice).await.into_iter().filter(Result::is_ok).count();
    assert_eq!((stood, count(&*store, claim.case).await), (1, Some(4)));
}

/// A closed case's journal is kept in another form and reads back the same.
pub async fn a_closed_case_reads_back_byte_for_byte(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(append(&claim, 0)).await.expect("entries can be appended");
    store.append(closing(append(&claim, 2))).await.expect("the case can close");
    let whole = lines(0, 4);
    let head = head_of(claim.case, &whole);
    let stored = store.journal(claim.case).await;
    assert_eq!(stored, Ok(Some(StoredJournal { lines: whole, head, count: 4 })));
    assert_eq!(claimed(&*store, START.plus_ms(1_000_000)).await, []);
    let size = store.size().await.expect("sizes can be read");
    assert_eq!((size.cases, size.open_journal_bytes), (1, 0));
    assert!(size.sealed_journal_bytes > 0 && size.file_bytes > 0, "{size:?}");
}

/// A hundred carriers at once lose nothing.
pub async fn hundred_appends_at_once_all_stand(store: Arc<dyn Store>) {
    let claims = many(&*store, 100).await;
    let appended = join_all(claims.iter().map(|claim| store.append(append(claim, 0)))).await;
    assert!(appended.iter().all(Result::is_ok), "{appended:?}");
    let closed = join_all(claims.iter().map(|claim| store.append(closing(append(claim, 2)))));
    assert!(closed.await.iter().all(Result::is_ok));
    for claim in &claims {
        assert_eq!(count(&*store, claim.case).await, Some(4));
    }
}

/// Appends that come together do not fall together.
pub async fn one_bad_append_in_a_group_fails_alone(store: Arc<dyn Store>) {
    let claims = many(&*store, 20).await;
    let appends = claims.iter().enumerate().map(|(place, claim)| {
        let bad = place % 7 == 3;
        let good = append(claim, 0);
        let wrong = Append { first_seq: 9, ..append(claim, 0) };
        let ending = closing(append(claim, 0));
        store.append(if bad {
            wrong
        } else if place % 2 == 0 {
            good
        } else {
            ending
        })
    });
    for (place, appended) in join_all(appends).await.into_iter().enumerate() {
        assert_eq!(appended.is_err(), place % 7 == 3, "append {place}: {appended:?}");
    }
    for (place, claim) in claims.iter().enumerate() {
        let wanted = if place % 7 == 3 { 0 } else { 2 };
        assert_eq!(count(&*store, claim.case).await, Some(wanted));
    }
}

async fn many(store: &dyn Store, cases: u32) -> Vec<Claim> {
    for number in 0..cases {
        admitted(store, to_worker(WORKER, &format!("k{number}"), &[])).await;
    }
    let claims = claimed(store, START).await;
    assert_eq!(u32::try_from(claims.len()), Ok(cases));
    claims
}

async fn count(store: &dyn Store, case: casework::CaseId) -> Option<u32> {
    let journal = store.journal(case).await.expect("journals can be read")?;
    let written = journal.lines.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(u32::try_from(written), Ok(journal.count), "the count is that of the lines");
    Some(journal.count)
}
