//! What an office has arranged about approvals beside its job descriptions: its working time, what
//! a lapse leads to, who is away and who stands in, what is granted. It is handed to a case from
//! outside and read only when something new is decided; what came of it stands in the journal, so
//! no journal needs it to be read back.

use super::working::WorkingTime;
use super::{Approved, Ask, Lapse, Quorum, Reminders};
use crate::grant::Grant;
use crate::ids::{PersonId, RoleName, WorkerName};
use crate::time::{HOUR_MS, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrangements {
    /// When the office is open.
    pub working: WorkingTime,
    /// How each worker's asks are treated; those of others lapse into a denial.
    pub terms: BTreeMap<WorkerName, Terms>,
    /// Who holds which role of the office, for escalations to a role no worker names.
    pub roles: BTreeMap<RoleName, Vec<PersonId>>,
    /// Who is away when.
    pub away: Vec<Away>,
    /// People by their mail address in small letters.
    pub addresses: BTreeMap<String, PersonId>,
    /// Whether who asked for a piece of work may also approve what it does.
    pub requester_may_approve: bool,
    /// What is allowed from now on.
    pub grants: Vec<Grant>,
}

/// An office that has arranged nothing.
pub(crate) static NOTHING: Arrangements = Arrangements::nothing();

impl Default for Arrangements {
    fn default() -> Self {
        Self::nothing()
    }
}

/// How the asks of one worker are treated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Whether only working time counts.
    pub working_time: bool,
    /// What a lapse leads to.
    pub lapse: AtLapse,
    /// How often people are reminded; 0: never.
    pub remind_every_ms: u64,
    /// How many reminders there are at most for one ask.
    pub reminders_max: u8,
    /// Roles whose approvals need more than one person.
    pub needed: BTreeMap<RoleName, u8>,
}

/// What a lapse leads to, as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AtLapse {
    /// It is not done.
    #[default]
    Deny,
    /// This role is asked.
    Escalate(RoleName),
    /// It stays open, and people are reminded.
    Remind,
}

/// A person is away, and another one answers in their place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Who is away.
    pub person: PersonId,
    /// Who stands in.
    pub deputy: PersonId,
    /// From when.
    pub from: Timestamp,
    /// Until when, not including it.
    pub until: Timestamp,
}

impl Arrangements {
    /// Nothing arranged.
    pub const fn nothing() -> Self {
        Self {
            working: WorkingTime::ALWAYS,
            terms: BTreeMap::new(),
            roles: BTreeMap::new(),
            away: Vec::new(),
            addresses: BTreeMap::new(),
            requester_may_approve: true,
            grants: Vec::new(),
        }
    }

    /// In whose place `who` may answer an ask: nobody's when they are asked themselves. A deputy of
    /// a deputy answers nothing.
    pub fn stands_in_for(&self, who: &PersonId, ask: &Ask, now: Timestamp) -> Option<&PersonId> {
        if ask.people.is_empty() || ask.people.contains(who) {
            return None;
        }
        let mut absent = self
            .away
            .iter()
            .filter(|away| away.deputy == *who && away.from <= now && now < away.until)
            .map(|away| &away.person)
            .filter(|person| ask.people.contains(person));
        // Of two they stand in for, the one whose word still counts.
        let free = |person: &&PersonId| ask.admits_approval(who, Some(person)).is_ok();
        let first = absent.next()?;
        if free(&first) { Some(first) } else { absent.find(free).or(Some(first)) }
    }

    /// Whether this person is asked, by themselves or as a deputy.
    pub fn is_asked(&self, who: &PersonId, ask: &Ask, now: Timestamp) -> bool {
        ask.people.is_empty()
            || ask.people.contains(who)
            || self.stands_in_for(who, ask, now).is_some()
    }

    /// The terms of a worker's asks.
    pub fn terms(&self, worker: &WorkerName) -> &Terms {
        static PLAIN: Terms = Terms {
            working_time: false,
            lapse: AtLapse::Deny,
            remind_every_ms: 0,
            reminders_max: 0,
            needed: BTreeMap::new(),
        };
        self.terms.get(worker).unwrap_or(&PLAIN)
    }

    /// A deadline so many hours from now, in the time that counts for this worker.
    pub(crate) fn deadline(&self, terms: &Terms, now: Timestamp, length_ms: u64) -> Timestamp {
        match terms.working_time {
            true => self.working.after(now, length_ms),
            false => now.plus_ms(length_ms),
        }
    }

    /// Puts expiry, consequence and reminders on an ask that is raised now.
    pub(crate) fn set_terms(&self, ask: &mut Ask, worker: &crate::worker::Worker, now: Timestamp) {
        let terms = self.terms(&worker.name);
        let length_ms = u64::from(worker.limits.ask_hours) * HOUR_MS;
        ask.expires_at = Some(self.deadline(terms, now, length_ms));
        ask.lapse = match &terms.lapse {
            AtLapse::Deny => Lapse::Deny,
            AtLapse::Remind => Lapse::Remind,
            AtLapse::Escalate(to) => {
                let own = worker.reviewers.get(to).or_else(|| self.roles.get(to));
                let people = own.cloned().unwrap_or_default();
                Lapse::Escalate { to: to.clone(), people, length_ms }
            }
        };
        let mut every_ms = terms.remind_every_ms;
        if ask.lapse == Lapse::Remind {
            ask.expires_at = None;
            every_ms = if every_ms == 0 { length_ms } else { every_ms };
        }
        ask.reminders = (every_ms > 0 && terms.reminders_max > 0).then(|| Reminders {
            at: self.deadline(terms, now, every_ms),
            left: terms.reminders_max,
        });
    }

    /// When the reminder after one that is due now comes, if any may.
    pub(crate) fn next_reminder(
        &self,
        worker: &crate::worker::Worker,
        reminders: Reminders,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let terms = self.terms(&worker.name);
        let length_ms = match terms.remind_every_ms {
            0 => u64::from(worker.limits.ask_hours) * HOUR_MS,
            every_ms => every_ms,
        };
        (reminders.left > 1).then(|| self.deadline(terms, now, length_ms))
    }
}

impl Quorum {
    /// Nobody yet, of so many.
    pub(crate) fn of(needed: u8, not_by: Vec<PersonId>) -> Self {
        Self { needed: needed.max(1), approved: Vec::new(), not_by }
    }

    /// One more approval; whether that is enough.
    pub(crate) fn take(&mut self, approved: Approved) -> bool {
        self.approved.push(approved);
        self.approved.len() >= usize::from(self.needed)
    }
}
