//! The one door in. Sources hand signals in here, and so do people's replies; it finds whose
//! trigger a signal concerns and has the store take it once. It decides nothing about what follows.

use crate::arranged::Arranged;
use crate::clock::Clock;
use crate::health::Healths;
use crate::seams::{Addressee, Admission, Admitted, News, Store, StoreError};
use casework::ask::Reply;
use casework::origin::Value;
use casework::signal::{Arrival, Signal, SignalKind};
use casework::worker::Worker;
use casework::{AskId, CaseId, Digest, PersonId, SourceName, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use tokio::sync::broadcast;

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    store: Arc<dyn Store>,
    workers: Arc<RwLock<Vec<Arc<Worker>>>>,
    clock: Clock,
    healths: Healths,
    news: broadcast::Sender<News>,
    arranged: Arranged,
}

impl Intake {
    /// A door to these workers, asked in order.
    pub fn new(store: Arc<dyn Store>, workers: Vec<Arc<Worker>>, clock: Clock) -> Self {
        let workers = Arc::new(RwLock::new(workers));
        let (news, _) = broadcast::channel(256);
        let arranged = Arranged::new(Arc::clone(&store));
        Self { store, workers, clock, healths: Healths::default(), news, arranged }
    }

    /// Takes in something that arrived at a source: once per key, durable on return.
    ///
    /// # Errors
    /// When the store cannot save it; the source must then not move its bookmark.
    pub async fn arrived(
        &self,
        source: &SourceName,
        key: String,
        arrival: Arrival,
    ) -> Result<Admitted, StoreError> {
        let thread = arrival.thread.clone();
        let to = self.taker(source, &arrival.fields).map_or(Addressee::Nobody, |worker| {
            let (worker, version) = (worker.name.clone(), worker.version);
            Addressee::Worker { worker, version, thread }
        });
        self.admit(source.clone(), key, SignalKind::Arrived(arrival), to).await
    }

    /// Takes in a person's reply to an ask. Whether it counts, the case says.
    ///
    /// # Errors
    /// When the store cannot save it.
    pub async fn replied(
        &self,
        case: CaseId,
        ask: AskId,
        who: PersonId,
        reply: Reply,
    ) -> Result<Admitted, StoreError> {
        let key = format!("reply:{case}:{ask}:{}", nonce());
        let kind = SignalKind::Answered { ask, who, reply };
        self.admit(SourceName::new("people"), key, kind, Addressee::Case(case)).await
    }

    /// Takes in a person's wish to end a case.
    ///
    /// # Errors
    /// When the store cannot save it.
    pub async fn cancelled(
        &self,
        case: CaseId,
        who: PersonId,
        why: String,
    ) -> Result<Admitted, StoreError> {
        let key = format!("cancel:{case}:{}", nonce());
        let kind = SignalKind::Cancelled { who, why };
        self.admit(SourceName::new("people"), key, kind, Addressee::Case(case)).await
    }

    /// Keeps original bytes beside the journal.
    ///
    /// # Errors
    /// When the store cannot save them.
    pub async fn keep(&self, bytes: Vec<u8>) -> Result<Digest, StoreError> {
        self.store.put_body(bytes).await
    }

    /// A source's bookmark: what it wrote last with [`Intake::mark`].
    ///
    /// # Errors
    /// When the store cannot read it.
    pub async fn bookmark(&self, source: &SourceName) -> Result<Option<String>, StoreError> {
        self.store.setting(format!("bookmark:{source}")).await
    }

    /// Moves a source's bookmark; call it only after what lies before it is admitted.
    ///
    /// # Errors
    /// When the store cannot save it.
    pub async fn mark(&self, source: &SourceName, bookmark: String) -> Result<(), StoreError> {
        self.store.set_setting(format!("bookmark:{source}"), Some(bookmark)).await
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the office has arranged about approvals.
    pub fn arranged(&self) -> &Arranged {
        &self.arranged
    }

    /// How the sources do.
    pub fn healths(&self) -> &Healths {
        &self.healths
    }

    /// What views want to show at once.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Tells views.
    pub fn tell(&self, news: News) {
        // Nobody listening is fine: views read the store when they open.
        let _ = self.news.send(news);
    }

    /// The workers, after their files were read again.
    pub fn replace_workers(&self, workers: Vec<Arc<Worker>>) {
        if let Ok(mut known) = self.workers.write() {
            *known = workers;
        }
    }

    fn taker(&self, source: &SourceName, fields: &Value) -> Option<Arc<Worker>> {
        let mut scope = BTreeMap::new();
        scope.insert("signal".to_owned(), fields.clone());
        let workers = self.workers.read().ok()?;
        let concerns = |worker: &Worker| {
            worker.triggers.iter().any(|trigger| {
                trigger.source == *source
                    && trigger.when.as_ref().is_none_or(|when| when.holds(&scope).unwrap_or(false))
            })
        };
        workers.iter().find(|worker| concerns(worker)).cloned()
    }

    async fn admit(
        &self,
        source: SourceName,
        key: String,
        kind: SignalKind,
        to: Addressee,
    ) -> Result<Admitted, StoreError> {
        let signal = Signal { key, source, at: self.clock.now(), kind };
        let admitted = self.store.admit(Admission { signal, to }).await?;
        if let Admitted::Opened(case) | Admitted::Joined(case) = admitted {
            self.tell(News::Case(case));
        }
        Ok(admitted)
    }
}

/// Sixteen random hexadecimal digits.
pub(crate) fn nonce() -> String {
    let mut bytes = [0u8; 8];
    // Without randomness from the machine the time of day still tells two apart.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = Clock::System.now().0.to_le_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
