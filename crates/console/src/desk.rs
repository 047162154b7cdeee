//! What the console works on: a store it can only read, the one door for changes, and plain data
//! about the office. It holds no rule, and nothing here outlives the process.

use crate::failure::Failure;
use crate::moments::Moments;
use crate::provider::FirmSignIn;
use crate::sessions::{Sessions, Signed};
use casework::office::Change;
use casework::worker::Charter;
use casework::{Actor, AskId, CaseId, PersonId, Timestamp};
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::run::Switches;
use engine::seams::{
    AmendError, Amendment, CaseQuery, CaseRow, Count, Roll, SizeReport, Store, StoreError,
    StoredJournal,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, RwLock};

/// How long a reply that was handed in hides its ask while the case has not taken it yet.
const HANDED_IN_MS: u64 = 60_000;

/// What the console works on. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub(crate) history: History,
    pub(crate) intake: Intake,
    pub(crate) office: Arc<Office>,
    pub(crate) sessions: Sessions,
    pub(crate) clock: Clock,
    pub(crate) handed_in: HandedIn,
}

impl Desk {
    /// A desk over a store, which it only reads.
    pub fn new(
        store: Arc<dyn Store>,
        intake: Intake,
        office: Office,
        sessions: Sessions,
        clock: Clock,
    ) -> Self {
        let (history, office) = (History(store), Arc::new(office));
        Self { history, intake, office, sessions, clock, handed_in: HandedIn::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn moments(&self) -> Moments {
        Moments::new(self.office.zone.clone(), self.now())
    }

    pub(crate) fn name_of(&self, who: &PersonId) -> String {
        let known = self.office.people.get(who).cloned();
        known.or_else(|| self.sessions.name_of(who)).unwrap_or_else(|| who.to_string())
    }

    /// Records what a person changed in the office.
    pub(crate) async fn record(
        &self,
        signed: &Signed,
        changes: Vec<Change>,
    ) -> Result<(), AmendError> {
        let by = Actor::Person(signed.who.clone());
        let amendment = Amendment::of(changes);
        let decide = Box::new(move |_: &Roll| Ok(amendment.clone()));
        self.sessions.people().amend(by, self.now(), decide).await
    }

    /// A case's row and journal.
    pub(crate) async fn find(&self, case: CaseId) -> Result<(CaseRow, StoredJournal), Failure> {
        let missing = || Failure::NoSuch { what: format!("case {case}") };
        let row = self.history.case(case).await?.ok_or_else(missing)?;
        let journal = self.history.journal(case).await?.ok_or_else(missing)?;
        Ok((row, journal))
    }
}

/// The office as its files say it is.
#[derive(Clone)]
pub struct Office {
    /// The firm's name, for the rail.
    pub name: String,
    /// People by the name that journals hold, with the name that pages show.
    pub people: BTreeMap<PersonId, String>,
    /// In which moments are shown and days begin.
    pub zone: TimeZone,
    /// How a person gets a sign-in link, in one sentence: the binary knows its own commands.
    pub sign_in_hint: String,
    /// Addresses of proxies: with any, nobody else reaches the console, and what they say of where
    /// a request comes from is believed.
    pub proxies: Vec<IpAddr>,
    /// Host names under which the console is reached, besides those of the loopback.
    pub hosts: Vec<String>,
    /// Whether browsers reach it over TLS, so that the cookie is never sent without.
    pub behind_tls: bool,
    /// The firm's own sign-in, where it has one.
    pub provider: Option<FirmSignIn>,
    /// The workers there are now.
    pub workers: Workers,
    /// Every version of them that a case keeps.
    pub charters: Charters,
    /// Pause and stop.
    pub switches: Switches,
}

/// A worker as it is now, with its lane.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The worker and its tools.
    pub charter: Charter,
    /// How many of its cases are carried at once.
    pub at_once: u32,
}

/// The workers there are now, in the order of the office. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Workers(Arc<RwLock<Vec<Lane>>>);

impl Workers {
    /// Says which workers there are, at the start and after their files were read again.
    pub fn replace(&self, lanes: Vec<Lane>) {
        if let Ok(mut known) = self.0.write() {
            *known = lanes;
        }
    }

    pub(crate) fn lanes(&self) -> Vec<Lane> {
        self.0.read().map(|known| known.clone()).unwrap_or_default()
    }
}

/// The store, of which the console can only read: it holds no other handle to it.
#[derive(Clone)]
pub(crate) struct History(Arc<dyn Store>);

impl History {
    pub(crate) async fn journal(&self, case: CaseId) -> Result<Option<StoredJournal>, StoreError> {
        self.0.journal(case).await
    }

    pub(crate) async fn case(&self, case: CaseId) -> Result<Option<CaseRow>, StoreError> {
        self.0.case(case).await
    }

    pub(crate) async fn cases(&self, query: CaseQuery) -> Result<Vec<CaseRow>, StoreError> {
        self.0.cases(query).await
    }

    pub(crate) async fn counts(&self, since: Timestamp) -> Result<Vec<Count>, StoreError> {
        self.0.counts(since).await
    }

    pub(crate) async fn unclaimed(
        &self,
        limit: u32,
    ) -> Result<Vec<casework::signal::Signal>, StoreError> {
        self.0.unclaimed(limit).await
    }

    pub(crate) async fn size(&self) -> Result<SizeReport, StoreError> {
        self.0.size().await
    }
}

/// Replies on their way into their cases: until the case has taken one, its ask is not shown as
/// open. Losing this is harmless, the case itself refuses a second reply.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandedIn(Arc<Mutex<BTreeMap<(CaseId, AskId), Timestamp>>>);

impl HandedIn {
    pub(crate) fn note(&self, case: CaseId, ask: AskId, now: Timestamp) {
        if let Ok(mut known) = self.0.lock() {
            known.retain(|_, at| now.since_ms(*at) < HANDED_IN_MS);
            known.insert((case, ask), now);
        }
    }

    pub(crate) fn forget(&self, case: CaseId, ask: AskId) {
        if let Ok(mut known) = self.0.lock() {
            known.remove(&(case, ask));
        }
    }

    pub(crate) fn holds(&self, case: CaseId, ask: AskId, now: Timestamp) -> bool {
        self.0.lock().is_ok_and(|known| {
            known.get(&(case, ask)).is_some_and(|at| now.since_ms(*at) < HANDED_IN_MS)
        })
    }
}
