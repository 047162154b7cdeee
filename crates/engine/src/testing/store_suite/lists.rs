//! What people look at: rows, counts, lessons.

use crate::seams::{Append, CaseQuery, Count, Store};
use crate::testing::samples::{
    START, WORKER, admitted, append, claimed, closing, opened, resting, room, to_worker,
};
use casework::ask::{About, Ask, Lapse, Quorum};
use casework::case::Lesson;
use casework::{
    AskId, CaseId, Digest, PersonId, Progress, RoleName, Status, Timestamp, WorkerName,
};
use std::sync::Arc;

/// What was taught comes back per worker, oldest first.
pub async fn lessons_come_back_in_order(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    let lesson = |answer: &str| Lesson {
        step: "queue".to_owned(),
        text: "the portal is \"down\"\nagain".to_owned(),
        answer: answer.to_owned(),
        who: PersonId::new("mo"),
        case: claim.case,
    };
    let both = vec![lesson("portal"), lesson("billing")];
    let taught = Append { lessons: both.clone(), ..append(&claim, 0) };
    store.append(taught).await.expect("entries can be appended");
    let third = Append { lessons: vec![lesson("sales")], ..append(&claim, 2) };
    store.append(third).await.expect("entries can be appended");
    let all = [both, vec![lesson("sales")]].concat();
    assert_eq!(store.lessons(WorkerName::new(WORKER)).await, Ok(all));
    assert_eq!(store.lessons(WorkerName::new("another")).await, Ok(Vec::new()));
}

/// Open cases are counted always, closed ones since a moment.
pub async fn counts_tell_who_stands_where(store: Arc<dyn Store>) {
    let claim = opened(&*store, "a").await;
    store.append(closing(append(&claim, 0))).await.expect("the case can close");
    let claim = opened(&*store, "b").await;
    store.append(resting(append(&claim, 0), None)).await.expect("the case can rest");
    admitted(&*store, to_worker(WORKER, "c", &[])).await;
    admitted(&*store, to_worker("another", "d", &[])).await;
    let count = |worker: &str, status| Count { worker: WorkerName::new(worker), status, cases: 1 };
    let open = [
        count("another", Status::Working),
        count(WORKER, Status::Working),
        count(WORKER, Status::Resting),
    ];
    let all = [open.to_vec(), vec![count(WORKER, Status::Done)]].concat();
    let sorted = |mut counts: Vec<Count>| {
        counts.sort_by(|a, b| (&a.worker, a.status).cmp(&(&b.worker, b.status)));
        counts
    };
    let since_ever = store.counts(Timestamp(0)).await.expect("cases can be counted");
    assert_eq!(sorted(since_ever), sorted(all));
    let since_never = store.counts(Timestamp(i64::MAX)).await.expect("cases can be counted");
    assert_eq!(sorted(since_never), sorted(open.to_vec()));
}

/// Rows are found by standing, worker and words, newest first, page by page.
pub async fn rows_are_found_and_paged(store: Arc<dyn Store>) {
    let mut cases = Vec::new();
    for number in 0..5 {
        cases.push(admitted(&*store, to_worker(WORKER, &format!("k{number}"), &[])).await);
    }
    let other = admitted(&*store, to_worker("another", "100% wool_rug", &[])).await;
    let claims = claimed(&*store, START).await;
    let [first, second, ..] = claims.as_slice() else { panic!("all are due") };
    let asked = asking(append(first, 0));
    let progress = asked.progress.clone();
    store.append(asked).await.expect("the case can ask");
    store.append(closing(append(second, 0))).await.expect("the case can close");

    let found = |query: CaseQuery| {
        let store = Arc::clone(&store);
        async move {
            let rows = store.cases(query).await.expect("rows can be read");
            rows.into_iter().map(|row| row.case).collect::<Vec<CaseId>>()
        }
    };
    let newest_first: Vec<_> = cases.iter().rev().copied().collect();
    let all = [vec![other], newest_first.clone()].concat();
    assert_eq!(found(CaseQuery::default()).await, all);
    let worker = Some(WorkerName::new(WORKER));
    let ours = CaseQuery { worker: worker.clone(), ..CaseQuery::default() };
    assert_eq!(found(ours.clone()).await, newest_first);
    let two = found(CaseQuery { limit: 2, ..ours.clone() }).await;
    assert_eq!(two, newest_first.iter().take(2).copied().collect::<Vec<_>>());
    let rest = found(CaseQuery { before: two.last().copied(), ..ours }).await;
    assert_eq!([two, rest].concat(), newest_first);

    let words = |words: &str| CaseQuery { words: Some(words.to_owned()), ..CaseQuery::default() };
    assert_eq!(found(words("ABOUT k3")).await, [newest_first[1]]);
    assert_eq!(found(words("lindqvist % _")).await, [other]);
    assert_eq!(found(words("about nothing")).await, []);

    let statuses = vec![Status::Asked];
    let asks = store.cases(CaseQuery { statuses, ..CaseQuery::default() }).await;
    let asks = asks.expect("rows can be read");
    assert_eq!(asks.iter().map(|row| row.case).collect::<Vec<_>>(), [first.case]);
    assert_eq!(asks.into_iter().next().map(|row| row.progress), Some(progress));
    let statuses = vec![Status::Asked, Status::Done];
    let both = CaseQuery { statuses, ..CaseQuery::default() };
    assert_eq!(found(both).await, [second.case.max(first.case), second.case.min(first.case)]);
    let left = store.claim(room("another", 9, START)).await.expect("a claim can be made");
    assert_eq!(left.claims.len(), 1);
}

fn asking(append: Append) -> Append {
    let ask = Ask {
        id: AskId(1),
        about: About::Judgement { options: vec![("sales".to_owned(), Some(0.5))] },
        to: RoleName::new("support-lead"),
        people: vec![PersonId::new("mo")],
        headline: "Which queue?".to_owned(),
        because: "no judge was sure".to_owned(),
        expires_at: Some(START.plus_ms(9)),
        on_expiry: "it goes to sales".to_owned(),
        step: Some(2),
        digest: Digest::of(b"what was shown"),
        quorum: Quorum::default(),
        lapse: Lapse::Deny,
        reminders: None,
        shape: None,
        edits: None,
        form: Vec::new(),
    };
    let status = Status::Asked;
    let progress = Progress { status, ask: Some(ask), ..append.progress };
    Append { progress, release: true, ..append }
}
