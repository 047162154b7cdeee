//! Claims: one carrier per case, the right cases, at the right time.

use crate::seams::{Addressee, Admission, Admitted, ClaimRequest, Store, StoreError};
use crate::testing::samples::{
    START, WORKER, admitted, append, arrival, claimed, opened, resting, room, to_worker,
};
use casework::signal::{Signal, SignalKind};
use casework::{PersonId, Timestamp, WorkerName};
use std::sync::Arc;
use std::time::Duration;

/// Room is given per lane, the oldest due first; what is not asked for is not handed out.
pub async fn claims_respect_lanes_and_order(store: Arc<dyn Store>) {
    for (worker, key, later_ms) in
        [("one", "b", 20), ("one", "a", 10), ("one", "c", 30), ("two", "d", 5), ("three", "e", 1)]
    {
        let mut admission = to_worker(worker, key, &[]);
        admission.signal.at = START.plus_ms(later_ms);
        admitted(&*store, admission).await;
    }
    let request = ClaimRequest {
        lanes: vec![(WorkerName::new("one"), 2), (WorkerName::new("two"), 5)],
        ..room("one", 2, START.plus_ms(1_000))
    };
    let claims = store.claim(request.clone()).await.expect("a claim can be made");
    let keys: Vec<_> = claims.claims.iter().flat_map(|claim| &claim.inbox).collect();
    let keys: Vec<_> = keys.iter().map(|signal| signal.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "d"]);
    let rest = store.claim(request).await.expect("a claim can be made");
    assert_eq!(rest.claims.len(), 1);
    let early = store.claim(room("three", 1, START)).await.expect("a claim can be made");
    assert_eq!((early.claims.len(), early.next_due), (0, Some(START.plus_ms(1))));
}

/// Two carriers never hold one case.
pub async fn a_claimed_case_is_not_claimed_again(store: Arc<dyn Store>) {
    opened(&*store, "a").await;
    assert_eq!(claimed(&*store, START).await, []);
    let both = futures_util::future::join_all((0..20).map(|number| {
        let (store, key) = (Arc::clone(&store), format!("k{number}"));
        async move {
            admitted(&*store, to_worker(WORKER, &key, &[])).await;
            claimed(&*store, START).await
        }
    }));
    let claims: Vec<_> = both.await.into_iter().flatten().collect();
    let mut cases: Vec<_> = claims.iter().map(|claim| claim.case).collect();
    cases.sort();
    cases.dedup();
    assert_eq!((cases.len(), claims.len()), (20, 20));
}

/// A claim that was not renewed in time goes to the next who asks, and the first is told.
pub async fn a_lapsed_claim_is_claimed_by_another(store: Arc<dyn Store>) {
    let first = opened(&*store, "a").await;
    let renewed = store.renew(first.case, first.lease, START.plus_ms(90_000)).await;
    assert_eq!(renewed, Ok(()));
    assert_eq!(claimed(&*store, START.plus_ms(89_999)).await, []);
    let second = claimed(&*store, START.plus_ms(90_000)).await;
    assert_eq!(second.len(), 1);
    let lost = Err(StoreError::Lost { case: first.case });
    assert_eq!(store.append(append(&first, 0)).await, lost);
    assert_eq!(store.renew(first.case, first.lease, START.plus_ms(200_000)).await, lost);
    assert_eq!(store.release(first.case, first.lease, None).await, lost);
}

/// A case given back without a moment waits for a signal that its claim did not show.
pub async fn a_release_without_a_moment_waits_for_a_signal(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.release(claim.case, claim.lease, None).await.expect("a claim can be given back");
    let never = Timestamp(i64::MAX - 100_000);
    assert_eq!(claimed(&*store, never).await, []);
    store.admit(to_worker(WORKER, "b", &["a"])).await.expect("signals are admitted");
    let woken = claimed(&*store, START).await;
    assert_eq!(woken.first().map(|claim| claim.inbox.len()), Some(2));
}

/// A case given back unchanged can be claimed again, under another number, as it was.
pub async fn a_released_case_is_due_at_once(store: Arc<dyn Store>) {
    let first = opened(&*store, "a").await;
    store.append(append(&first, 0)).await.expect("entries can be appended");
    let released = store.release(first.case, first.lease, Some(START)).await;
    assert_eq!(released, Ok(()));
    let second = claimed(&*store, START).await;
    let Some(claim) = second.first() else { panic!("a released case is due") };
    assert_eq!(claim.journal, append(&first, 0).lines);
    assert_eq!(claim.inbox, []);
    assert_ne!(claim.lease, first.lease);
}

/// A case given back until a moment is due then, although its inbox is not empty.
pub async fn a_release_can_wait(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    let until = START.plus_ms(5_000);
    store.release(claim.case, claim.lease, Some(until)).await.expect("it can be given back");
    let early = store.claim(room(WORKER, 1, START)).await.expect("a claim can be made");
    assert_eq!((early.claims.len(), early.next_due), (0, Some(until)));
    let due = claimed(&*store, until).await;
    assert_eq!(due.first().map(|claim| claim.inbox.clone()), Some(vec![arrival("a")]));
}

/// What arrives while a case is carried makes it due as soon as it is given back.
pub async fn an_arrival_while_carried_wakes_the_case_on_release(store: Arc<dyn Store>) {
    let later = Some(START.plus_ms(1_000_000));
    let first = opened(&*store, "a").await;
    let joined = store.admit(to_worker(WORKER, "b", &["a"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(first.case)));
    assert_eq!(claimed(&*store, START).await, []);
    store.append(resting(append(&first, 0), later)).await.expect("the case can rest");
    let second = claimed(&*store, START).await;
    let Some(second) = second.first() else { panic!("an arrival wakes its case") };
    assert_eq!(second.inbox, vec![arrival("b")]);

    store.admit(to_worker(WORKER, "c", &["a"])).await.expect("signals are admitted");
    store.release(second.case, second.lease, later).await.expect("it can be given back");
    let third = claimed(&*store, START).await;
    assert_eq!(third.first().map(|claim| claim.inbox.len()), Some(2));
}

/// A signal addressed to a resting case wakes it; one to a case that never was is refused.
pub async fn a_reply_wakes_a_resting_case(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(resting(append(&claim, 0), None)).await.expect("the case can rest");
    assert_eq!(claimed(&*store, Timestamp(i64::MAX - 100_000)).await, []);
    let kind = SignalKind::Cancelled { who: PersonId::new("mo"), why: "by mistake".to_owned() };
    let signal = Signal { kind, ..arrival("r") };
    let admission = Admission { signal: signal.clone(), to: Addressee::Case(claim.case) };
    assert_eq!(store.admit(admission).await, Ok(Admitted::Joined(claim.case)));
    let woken = claimed(&*store, START).await;
    assert_eq!(woken.first().map(|claim| claim.inbox.clone()), Some(vec![signal]));

    let nowhere = casework::CaseId(claim.case.0 + 1_000);
    let admission = Admission { signal: arrival("x"), to: Addressee::Case(nowhere) };
    assert_eq!(store.admit(admission).await, Err(StoreError::Lost { case: nowhere }));
}

/// Who waits for a change hears of an arrival, also of one just before the wait.
pub async fn waiters_hear_of_arrivals(store: Arc<dyn Store>) {
    assert_eq!(claimed(&*store, START).await, []);
    admitted(&*store, to_worker(WORKER, "a", &[])).await;
    let bound = Duration::from_secs(20);
    let heard = tokio::time::timeout(bound, store.changed()).await;
    assert!(heard.is_ok(), "an arrival before the wait is heard of");
    let waiting = Arc::clone(&store);
    let waiter = tokio::spawn(async move { waiting.changed().await });
    admitted(&*store, to_worker(WORKER, "b", &[])).await;
    let heard = tokio::time::timeout(bound, waiter).await;
    assert!(heard.is_ok(), "an arrival during the wait is heard of");
}
