//! Uses of a grant are counted once each and never beyond its limit, whoever draws at once; a grant
//! taken back in another process permits nothing more.

use crate::memory_store::MemoryStore;
use casework::ask::Shape;
use casework::ask::arrangements::Away;
use casework::grant::{Allowance, Draw, Grant, GrantId, Used};
use casework::{AskId, CaseId, Digest, PersonId, Timestamp};
use engine::arranged::Arranged;
use std::collections::BTreeMap;
use std::sync::Arc;

const NOW: Timestamp = Timestamp(10);

fn grant(times_max: u32) -> Grant {
    Grant {
        id: GrantId { case: CaseId(12), ask: AskId(7) },
        worker: "invoices".into(),
        shape: Shape { step: None, tool: "bank.draft".into(), rule: "rule 2".into() },
        declaration: Digest::of(b"declared"),
        allowance: Allowance {
            bounds: BTreeMap::new(),
            times_max,
            sum: None,
            until: Timestamp(1_000),
        },
        who: "fi".into(),
        at: Timestamp(0),
        used: Used::default(),
        revoked: None,
    }
}

fn draw() -> Draw {
    Draw { grant: grant(1).id, micro: 0 }
}

#[tokio::test]
async fn many_draws_at_once_never_use_more_than_there_is() {
    let store = Arc::new(MemoryStore::default());
    let arranged = Arranged::new(store.clone());
    arranged.add(grant(5)).await.unwrap();
    let one = || {
        let arranged = arranged.clone();
        tokio::spawn(async move { arranged.draw(&draw(), NOW).await.unwrap() })
    };
    let drawing: Vec<_> = (0..64).map(|_| one()).collect();
    let mut counted = 0;
    for drawn in drawing {
        counted += u32::from(drawn.await.unwrap());
    }
    assert_eq!(counted, 5);
    let again = Arranged::new(store);
    again.recall().await.unwrap();
    assert_eq!(again.now().grants[0].used.times, 5, "it is the same after a restart");
    assert!(!again.draw(&draw(), NOW).await.unwrap());
}

#[tokio::test]
async fn a_grant_taken_back_in_another_process_stops_at_once() {
    let store = Arc::new(MemoryStore::default());
    let (working, command) = (Arranged::new(store.clone()), Arranged::new(store));
    working.add(grant(5)).await.unwrap();
    assert!(working.draw(&draw(), NOW).await.unwrap());
    let (who, why) = (PersonId::new("fi"), "enough".to_owned());
    command.revoke(draw().grant, who, why, NOW).await.unwrap();
    assert!(!working.draw(&draw(), NOW).await.unwrap());
    assert!(working.now().grants[0].revoked.is_some());
    let unknown = GrantId { case: CaseId(1), ask: AskId(1) };
    assert!(command.revoke(unknown, "fi".into(), String::new(), NOW).await.is_err());
}

#[tokio::test]
async fn who_is_away_is_known_to_every_process_until_they_are_back() {
    let store = Arc::new(MemoryStore::default());
    let (working, command) = (Arranged::new(store.clone()), Arranged::new(store));
    let away = Away {
        person: "mo".into(),
        deputy: "ines".into(),
        from: Timestamp(0),
        until: Timestamp(99),
    };
    command.set_away("mo".into(), away.clone(), NOW).await.unwrap();
    working.refresh_away().await.unwrap();
    assert_eq!(working.now().away, [away]);
    command.end_away("mo".into(), "mo".into(), NOW).await.unwrap();
    working.refresh_away().await.unwrap();
    assert!(working.now().away.is_empty());
}
