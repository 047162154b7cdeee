//! Signals: taken once, and to the right case.

use crate::seams::{Addressee, Admission, Admitted, Append, Store};
use crate::testing::samples::{
    START, WORKER, admitted, append, arrival, claimed, closing, opened, resting, to_worker,
};
use casework::ask::Reply;
use casework::signal::{Signal, SignalKind};
use casework::{AskId, CaseId, PersonId};
use futures_util::future::join_all;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The same key twice is taken once, whoever it is for.
pub async fn a_signal_is_taken_once(store: Arc<dyn Store>) {
    let first = store.admit(to_worker(WORKER, "a", &[])).await;
    let Ok(Admitted::Opened(case)) = first else { panic!("{first:?}") };
    let again = store.admit(to_worker(WORKER, "a", &[])).await;
    assert_eq!(again, Ok(Admitted::Duplicate(Some(case))));
    let other = store.admit(to_worker("another", "a", &[])).await;
    assert_eq!(other, Ok(Admitted::Duplicate(Some(case))));
    let claims = claimed(&*store, START).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims.first().map(|claim| claim.inbox.clone()), Some(vec![arrival("a")]));
}

/// A reply in a thread goes to the open case that holds an earlier key of it.
pub async fn the_same_thread_joins_the_open_case(store: Arc<dyn Store>) {
    let case = admitted(&*store, to_worker(WORKER, "a", &[])).await;
    let joined = store.admit(to_worker(WORKER, "b", &["unknown", "a"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(case)));
    let joined = store.admit(to_worker(WORKER, "c", &["b"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(case)));
    let keys = keys_claimed(&*store).await;
    assert_eq!(keys, vec![(case, vec!["a".to_owned(), "b".to_owned(), "c".to_owned()])]);
}

/// Of two open cases, that of the nearer key is joined.
pub async fn the_nearest_thread_key_decides(store: Arc<dyn Store>) {
    let far = admitted(&*store, to_worker(WORKER, "far", &[])).await;
    let near = admitted(&*store, to_worker(WORKER, "near", &[])).await;
    let joined = store.admit(to_worker(WORKER, "b", &["near", "far"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(near)));
    let joined = store.admit(to_worker(WORKER, "c", &["far", "near"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(far)));
}

/// The key of something the case sent finds the case again.
pub async fn a_sent_message_leads_back_to_its_case(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    let sent = Append { threads: vec!["sent-1".to_owned()], ..append(&claim, 0) };
    store.append(resting(sent, None)).await.expect("the case can rest");
    let joined = store.admit(to_worker(WORKER, "b", &["sent-1"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(claim.case)));
}

/// A thread that belongs to another worker's case opens one of this worker's own.
pub async fn another_workers_case_is_not_joined(store: Arc<dyn Store>) {
    let first = admitted(&*store, to_worker("another", "a", &[])).await;
    let second = admitted(&*store, to_worker(WORKER, "b", &["a"])).await;
    assert_ne!(first, second);
}

/// What belongs to a case that has ended opens a new one.
pub async fn a_closed_case_is_not_joined(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(closing(append(&claim, 0))).await.expect("the case can close");
    let next = store.admit(to_worker(WORKER, "b", &["a"])).await;
    assert!(matches!(next, Ok(Admitted::Opened(case)) if case != claim.case), "{next:?}");
}

/// What came in while its case closed is not lost: it opens a new case; replies are void by then.
pub async fn untaken_arrivals_of_a_closed_case_open_a_new_one(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    let joined = store.admit(to_worker(WORKER, "b", &["a"])).await;
    assert_eq!(joined, Ok(Admitted::Joined(claim.case)));
    let reply = Admission { signal: reply("r"), to: Addressee::Case(claim.case) };
    assert_eq!(store.admit(reply).await, Ok(Admitted::Joined(claim.case)));
    store.append(closing(append(&claim, 0))).await.expect("the case can close");

    let moved = claimed(&*store, START).await;
    let Some(fresh) = moved.first() else { panic!("the untaken arrival is due") };
    assert_ne!(fresh.case, claim.case);
    assert_eq!((fresh.version, &fresh.worker), (claim.version, &claim.worker));
    assert_eq!((moved.len(), fresh.journal.len()), (1, 0));
    assert_eq!(fresh.inbox, vec![arrival("b")]);
    let again = store.admit(to_worker(WORKER, "b", &[])).await;
    assert_eq!(again, Ok(Admitted::Duplicate(Some(fresh.case))));
    let row = store.case(fresh.case).await.expect("rows can be read").expect("it has a row");
    assert_eq!(row.progress.title, "about b");
}

/// A signal that no trigger takes is kept once and listed, newest first.
pub async fn nobodys_signals_are_kept_and_shown(store: Arc<dyn Store>) {
    for key in ["a", "b", "c"] {
        let admission = Admission { signal: arrival(key), to: Addressee::Nobody };
        assert_eq!(store.admit(admission).await, Ok(Admitted::Unclaimed));
    }
    let again = Admission { signal: arrival("a"), to: Addressee::Nobody };
    assert_eq!(store.admit(again).await, Ok(Admitted::Duplicate(None)));
    let shown = store.unclaimed(2).await;
    assert_eq!(shown, Ok(vec![arrival("c"), arrival("b")]));
}

/// Many at once, some of one thread: each thread gets one case, and no key is taken twice.
pub async fn arrivals_at_once_open_one_case_each(store: Arc<dyn Store>) {
    let keys: Vec<String> = (0..40).map(|number| format!("k{}", number % 20)).collect();
    let admissions = keys.iter().map(|key| store.admit(to_worker(WORKER, key, &["k0"])));
    let mut opened = BTreeSet::new();
    let mut duplicates = 0;
    for admitted in join_all(admissions).await {
        match admitted {
            Ok(Admitted::Opened(case) | Admitted::Joined(case)) => drop(opened.insert(case)),
            Ok(Admitted::Duplicate(Some(_))) => duplicates += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(duplicates, 20);
    let claims = claimed(&*store, START).await;
    let arrived: usize = claims.iter().map(|claim| claim.inbox.len()).sum();
    assert_eq!((claims.len(), arrived), (opened.len(), 20));
}

/// A person's reply under this key.
fn reply(key: &str) -> Signal {
    let reply = Reply::Say { answer: "yes".to_owned() };
    Signal {
        kind: SignalKind::Answered { ask: AskId(1), who: PersonId::new("mo"), reply },
        ..arrival(key)
    }
}

async fn keys_claimed(store: &dyn Store) -> Vec<(CaseId, Vec<String>)> {
    let claims = claimed(store, START).await;
    let keys = |inbox: Vec<Signal>| inbox.into_iter().map(|signal| signal.key).collect();
    claims.into_iter().map(|claim| (claim.case, keys(claim.inbox))).collect()
}
