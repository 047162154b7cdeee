//! How a sign-in begins and how it is proved again: by a link, a password, or the firm's provider.
//! Each gets a new secret, so one that leaked before is worth nothing after.

use super::{Sessions, SignInError, Signed, hash, random_hex};
use crate::throttle::Wait;
use casework::office::{Change, Proof, Role};
use casework::{Actor, PersonId};
use engine::seams::{AmendError, Amendment, Person, Roll};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What came of an attempt to sign in, or to prove again who one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The secret of the sign-in.
    Opened(String),
    /// Not with this name and password, link or account. It is not said which part is wrong.
    Refused,
    /// Not before so many seconds have passed.
    TooSoon {
        /// How many.
        seconds: u64,
    },
}

impl Sessions {
    /// Takes a key, once, and signs its person in. Whoever is not known yet becomes the owner of an
    /// office without one, else a reviewer: links are made by whoever holds the machine, or by an
    /// owner.
    pub(crate) async fn redeem(
        &self,
        key: &str,
        names: &BTreeMap<PersonId, String>,
    ) -> Result<Attempt, SignInError> {
        let (now, wanted) = (self.0.clock.now(), hash(key));
        let link = self.0.people.pass(wanted).await?.map(|(pass, _)| pass);
        let Some(link) = link.filter(|pass| pass.is_link && now < pass.until) else {
            return Ok(Attempt::Refused);
        };
        let (secret, who) = (random_hex::<32>()?, link.who);
        let name = names.get(&who).cloned().unwrap_or_else(|| who.to_string());
        let by = Actor::Person(who.clone());
        let pass = self.pass(&secret, who.clone(), Proof::Link, now);
        let decide = Box::new(move |roll: &Roll| {
            // Another browser may have used it since.
            roll.pass(wanted, now).ok_or("the link was used already")?;
            let mut opening = Amendment { ended: vec![wanted], ..Amendment::default() };
            if roll.person(&who).is_none() {
                let role = if roll.owners() == 0 { Role::Owner } else { Role::Reviewer };
                let added = Person {
                    who: who.clone(),
                    name: name.clone(),
                    mail: String::new(),
                    roles: [role].into(),
                    password: None,
                    added_at: now,
                };
                let (who, roles) = (who.clone(), added.roles.clone());
                opening.changes.push(Change::PersonAdded { who, roles });
                opening.people.push(added);
            }
            let (who, proof) = (who.clone(), Proof::Link);
            opening.changes.push(Change::SignedIn { who, proof, failed_before: 0 });
            opening.passes.push(pass.clone());
            Ok(opening)
        });
        match self.0.people.amend(by, now, decide).await {
            Ok(()) => Ok(Attempt::Opened(secret)),
            Err(AmendError::Refused { .. }) => Ok(Attempt::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs somebody in by name, or mail address, and password.
    pub(crate) async fn by_password(
        &self,
        name: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Attempt, SignInError> {
        let name = name.trim().to_lowercase();
        let roll = self.0.people.roll().await?;
        let named = |person: &&Person| {
            person.who.0.to_lowercase() == name
                || (!name.is_empty() && person.mail.to_lowercase() == name)
        };
        let person = roll.people.iter().find(named);
        // One row per person, however they are called.
        let counted = person.map_or(name.as_str(), |person| person.who.as_str());
        let failed_before = match self.checked(counted, person, password, from).await? {
            Checked::Right { failed_before } => failed_before,
            Checked::Not(attempt) => return Ok(attempt),
        };
        match person {
            Some(person) => self.open(person.who.clone(), Proof::Password, failed_before).await,
            None => Ok(Attempt::Refused),
        }
    }

    /// Signs in somebody whose identity was verified elsewhere.
    pub(crate) async fn open(
        &self,
        who: PersonId,
        proof: Proof,
        failed_before: u32,
    ) -> Result<Attempt, SignInError> {
        let (now, secret) = (self.0.clock.now(), random_hex::<32>()?);
        let pass = self.pass(&secret, who.clone(), proof, now);
        let by = Actor::Person(who.clone());
        let decide = Box::new(move |roll: &Roll| {
            roll.person(&who).ok_or("there is no such person")?;
            let change = Change::SignedIn { who: who.clone(), proof, failed_before };
            Ok(Amendment { passes: vec![pass.clone()], ..Amendment::of(vec![change]) })
        });
        match self.0.people.amend(by, now, decide).await {
            Ok(()) => Ok(Attempt::Opened(secret)),
            Err(AmendError::Refused { .. }) => Ok(Attempt::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Proves by password again who is signed in.
    pub(crate) async fn again_by_password(
        &self,
        signed: &Signed,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Attempt, SignInError> {
        let roll = self.0.people.roll().await?;
        let person = roll.person(&signed.who);
        match self.checked(signed.who.as_str(), person, password, from).await? {
            Checked::Right { .. } => self.again(signed, Proof::Password).await,
            Checked::Not(attempt) => Ok(attempt),
        }
    }

    /// Notes that who is signed in proved it again: a new secret, valid no longer than the old.
    pub(crate) async fn again(
        &self,
        signed: &Signed,
        proof: Proof,
    ) -> Result<Attempt, SignInError> {
        let (now, old) = (self.0.clock.now(), hash(&signed.secret));
        let secret = random_hex::<32>()?;
        let new = self.pass(&secret, signed.who.clone(), proof, now);
        let (who, by) = (signed.who.clone(), Actor::Person(signed.who.clone()));
        let decide = Box::new(move |roll: &Roll| {
            let before = roll.pass(old, now).ok_or("the sign-in has ended")?;
            let (began_at, until) = (before.began_at, before.until);
            let pass = engine::seams::Pass { began_at, until, ..new.clone() };
            let change = Change::SteppedUp { who: who.clone(), proof };
            let (passes, ended) = (vec![pass], vec![old]);
            Ok(Amendment { passes, ended, ..Amendment::of(vec![change]) })
        });
        match self.0.people.amend(by, now, decide).await {
            Ok(()) => Ok(Attempt::Opened(secret)),
            Err(AmendError::Refused { .. }) => Ok(Attempt::Refused),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a sign-in a new secret, after what its person may do changed.
    pub(crate) async fn rotated(
        &self,
        signed: &Signed,
        changes: Vec<Change>,
        person: Option<Person>,
    ) -> Result<Option<String>, SignInError> {
        let (now, old) = (self.0.clock.now(), hash(&signed.secret));
        let secret = random_hex::<32>()?;
        let (who, by) = (signed.who.clone(), Actor::Person(signed.who.clone()));
        let (new_hash, done) = (hash(&secret), Arc::new(Mutex::new(false)));
        let kept = Arc::clone(&done);
        let decide = Box::new(move |roll: &Roll| {
            let pass = roll.pass(old, now).map(|before| engine::seams::Pass {
                hash: new_hash,
                seen_at: now,
                ..before.clone()
            });
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = pass.is_some();
            let people = person.clone().into_iter().collect();
            let passes = pass.into_iter().collect();
            let rotating = Amendment { people, passes, ..Amendment::of(changes.clone()) };
            Ok(rotating.ending_all_of(&who, None, roll))
        });
        self.0.people.amend(by, now, decide).await?;
        let rotated = *done.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(rotated.then_some(secret))
    }

    async fn checked(
        &self,
        name: &str,
        person: Option<&Person>,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Checked, SignInError> {
        let now = self.0.clock.now();
        let begun = self.throttle(|throttle| throttle.begin(name, from, now));
        let count = match begun {
            Ok(count) => count,
            Err(Wait { seconds }) => return Ok(Checked::Not(Attempt::TooSoon { seconds })),
        };
        let known = person.and_then(|person| person.password.clone());
        match self.0.hashing.matches(password, known).await {
            // The machine has as much to do as it can; the next attempt may find it free.
            None => Ok(Checked::Not(Attempt::TooSoon { seconds: 1 })),
            Some(true) => {
                let failed_before = self.throttle(|throttle| throttle.passed(name, from));
                Ok(Checked::Right { failed_before })
            }
            Some(false) => {
                if count.is_power_of_two() {
                    let who = person.map(|person| person.who.clone());
                    let failed = Amendment::of(vec![Change::SignInFailed { who, count }]);
                    let decide = Box::new(move |_: &Roll| Ok(failed.clone()));
                    self.0.people.amend(Actor::Engine, now, decide).await?;
                }
                Ok(Checked::Not(Attempt::Refused))
            }
        }
    }

    fn throttle<T>(&self, use_it: impl FnOnce(&mut crate::throttle::Throttle) -> T) -> T {
        use_it(&mut self.0.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

enum Checked {
    Right { failed_before: u32 },
    Not(Attempt),
}
