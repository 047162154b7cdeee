//! What the office has arranged about approvals, kept in one place for everybody who needs it: the
//! loop, the console, the command line. It counts the uses of grants, durably and before anything
//! runs on one; which call a grant covers is said in the core.

use crate::seams::{AmendError, Amendment, People, Store, StoreError};
use casework::ask::arrangements::{Arrangements, Away};
use casework::grant::{Draw, Grant, GrantId, Revoked};
use casework::office::Change;
use casework::{Actor, PersonId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, PoisonError, RwLock};

/// The setting that lists the grants there ever were.
const GRANTS: &str = "grants";
/// The setting that lists who is away by command.
const AWAY: &str = "away";

/// The arrangements as they stand. Cheap to clone.
#[derive(Clone)]
pub struct Arranged(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    /// Keeps the office's own journal, where there is one.
    office: RwLock<Option<Arc<dyn People>>>,
    standing: RwLock<Standing>,
    /// One use is counted at a time.
    drawing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Standing {
    /// From files.
    written: Arrangements,
    /// By command.
    away: Vec<Away>,
    /// Both together, and the grants.
    whole: Arc<Arrangements>,
}

/// Why an arrangement could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArrangeError {
    /// There is no such grant.
    #[error("there is no grant {grant}")]
    NoSuchGrant {
        /// Its name.
        grant: GrantId,
    },
    /// It could not be saved.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The office's journal did not take it.
    #[error("the office's journal did not take it: {why}")]
    Refused {
        /// Why not.
        why: &'static str,
    },
}

impl From<AmendError> for ArrangeError {
    fn from(error: AmendError) -> Self {
        match error {
            AmendError::Refused { why } => Self::Refused { why },
            AmendError::Store(error) => Self::Store(error),
        }
    }
}

impl Arranged {
    /// Nothing arranged yet.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let (standing, drawing) = (RwLock::default(), tokio::sync::Mutex::default());
        Self(Arc::new(Inner { store, office: RwLock::default(), standing, drawing }))
    }

    /// All of it, now.
    pub fn now(&self) -> Arc<Arrangements> {
        let standing = self.0.standing.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&standing.whole)
    }

    /// What the files say; grants and what was arranged by command stay.
    pub fn write(&self, written: Arrangements) {
        self.change(|standing| standing.written = written);
    }

    /// Where changes of it are journaled.
    pub fn journal_in(&self, office: Arc<dyn People>) {
        *self.0.office.write().unwrap_or_else(PoisonError::into_inner) = Some(office);
    }

    /// Reads back what was arranged before: grants with their uses, and who is away.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recall(&self) -> Result<(), StoreError> {
        let mut grants = Vec::new();
        for id in self.read::<Vec<GrantId>>(GRANTS).await?.unwrap_or_default() {
            if let Some(mut grant) = self.read::<Grant>(&key(id)).await? {
                grant.revoked = self.read::<Revoked>(&revoked_key(id)).await?;
                grants.push(grant);
            }
        }
        self.change_grants(|known| *known = grants);
        self.refresh_away().await
    }

    /// Reads again who is away: it may have been said in another process.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn refresh_away(&self) -> Result<(), StoreError> {
        let away = self.read::<Vec<Away>>(AWAY).await?.unwrap_or_default();
        let standing = self.0.standing.read().unwrap_or_else(PoisonError::into_inner);
        let same = standing.away == away;
        drop(standing);
        if !same {
            self.change(|standing| standing.away = away);
        }
        Ok(())
    }

    /// Keeps a grant that a recorded reply made. The same one twice is kept once.
    ///
    /// # Errors
    /// When it cannot be saved.
    pub async fn add(&self, grant: Grant) -> Result<(), ArrangeError> {
        let _one_at_a_time = self.0.drawing.lock().await;
        let mut ids = self.read::<Vec<GrantId>>(GRANTS).await?.unwrap_or_default();
        if ids.contains(&grant.id) {
            return Ok(());
        }
        self.keep(&key(grant.id), Some(&grant)).await?;
        ids.push(grant.id);
        self.keep(GRANTS, Some(&ids)).await?;
        let (worker, tool) = (grant.worker.clone(), grant.shape.tool.clone());
        let (who, at) = (grant.who.clone(), grant.at);
        let change = Change::GrantMade { grant: grant.id, worker, tool };
        self.change_grants(|known| known.push(grant));
        self.note(who, at, change).await
    }

    /// Counts a use, durably; false when the grant no longer stands or has no room for it. Called
    /// before anything runs on it, so that a crash can only lose a use, never add one.
    ///
    /// # Errors
    /// When it cannot be saved: nothing may run on it then.
    pub async fn draw(&self, draw: &Draw, now: Timestamp) -> Result<bool, StoreError> {
        let _one_at_a_time = self.0.drawing.lock().await;
        let known = self.now();
        let Some(mut grant) = known.grants.iter().find(|grant| grant.id == draw.grant).cloned()
        else {
            return Ok(false);
        };
        let taken = grant.take(draw, now);
        if taken {
            self.keep(&key(grant.id), Some(&grant)).await?;
            // Read after the use is saved: a grant taken back before this moment permits nothing.
            grant.revoked = self.read::<Revoked>(&revoked_key(grant.id)).await?;
        }
        let stands = grant.revoked.is_none();
        self.put(grant);
        Ok(taken && stands)
    }

    /// Takes a grant back; it stops at once, in every process.
    ///
    /// # Errors
    /// When there is no such grant, or it cannot be saved.
    pub async fn revoke(
        &self,
        id: GrantId,
        who: PersonId,
        why: String,
        now: Timestamp,
    ) -> Result<(), ArrangeError> {
        let Some(mut grant) = self.read::<Grant>(&key(id)).await? else {
            return Err(ArrangeError::NoSuchGrant { grant: id });
        };
        let revoked = Revoked { who: who.clone(), at: now, why: why.clone() };
        self.keep(&revoked_key(id), Some(&revoked)).await?;
        grant.revoked = Some(revoked);
        let used = self.now().grants.iter().find(|known| known.id == id).map(|known| known.used);
        grant.used = used.unwrap_or(grant.used);
        self.put(grant);
        self.note(who, now, Change::GrantRevoked { grant: id, why }).await
    }

    /// Says that a person is away and who stands in; what was said of them before ends.
    ///
    /// # Errors
    /// When it cannot be saved.
    pub async fn set_away(
        &self,
        by: PersonId,
        away: Away,
        now: Timestamp,
    ) -> Result<(), ArrangeError> {
        let mut all = self.others_away(&away.person).await?;
        all.push(away.clone());
        self.keep(AWAY, Some(&all)).await?;
        self.refresh_away().await?;
        self.note(by, now, Change::AwaySet(away)).await
    }

    /// Says that a person is back.
    ///
    /// # Errors
    /// When it cannot be saved.
    pub async fn end_away(
        &self,
        by: PersonId,
        person: PersonId,
        now: Timestamp,
    ) -> Result<(), ArrangeError> {
        let others = self.others_away(&person).await?;
        self.keep(AWAY, Some(&others)).await?;
        self.refresh_away().await?;
        self.note(by, now, Change::AwayEnded { person }).await
    }

    async fn others_away(&self, person: &PersonId) -> Result<Vec<Away>, StoreError> {
        let mut all = self.read::<Vec<Away>>(AWAY).await?.unwrap_or_default();
        all.retain(|known| known.person != *person);
        Ok(all)
    }

    fn put(&self, grant: Grant) {
        self.change_grants(|known| match known.iter_mut().find(|known| known.id == grant.id) {
            Some(known) => *known = grant,
            None => known.push(grant),
        });
    }

    fn change_grants(&self, change: impl FnOnce(&mut Vec<Grant>)) {
        let mut standing = self.0.standing.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut Arc::make_mut(&mut standing.whole).grants);
    }

    fn change(&self, change: impl FnOnce(&mut Standing)) {
        let mut standing = self.0.standing.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut standing);
        let away = standing.written.away.iter().chain(&standing.away).cloned().collect();
        let grants = standing.whole.grants.clone();
        standing.whole = Arc::new(Arrangements { away, grants, ..standing.written.clone() });
    }

    async fn note(&self, who: PersonId, at: Timestamp, change: Change) -> Result<(), ArrangeError> {
        let office = self.0.office.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(office) = office {
            let amendment = Amendment::of(vec![change]);
            let decide = Box::new(move |_: &crate::seams::Roll| Ok(amendment.clone()));
            office.amend(Actor::Person(who), at, decide).await?;
        }
        Ok(())
    }

    async fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let Some(text) = self.0.store.setting(name.to_owned()).await? else { return Ok(None) };
        let read = serde_json::from_str(&text);
        let broken = |error| StoreError::Corrupt { why: format!("the setting {name}: {error}") };
        read.map(Some).map_err(broken)
    }

    async fn keep(&self, name: &str, value: Option<&impl Serialize>) -> Result<(), StoreError> {
        let text = value.map(serde_json::to_string).transpose();
        let broken = |error| StoreError::Corrupt { why: format!("the setting {name}: {error}") };
        self.0.store.set_setting(name.to_owned(), text.map_err(broken)?).await
    }
}

fn key(id: GrantId) -> String {
    format!("grant:{id}")
}

fn revoked_key(id: GrantId) -> String {
    format!("grant:{id}:revoked")
}
