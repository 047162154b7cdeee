//! Who is signed in: links and sign-ins as passes in the store, by the hash of their secret, so
//! that they outlive the process. It decides who speaks and how sure that is, not what they may do.

mod opening;

pub(crate) use opening::Attempt;

use crate::access::{Need, may};
use crate::password::Hashing;
use crate::throttle::Throttle;
use casework::office::{Change, Proof, Role};
use casework::time::{HOUR_MS, MINUTE_MS};
use casework::{Actor, Digest, PersonId, Timestamp};
use engine::clock::Clock;
use engine::seams::{AmendError, Amendment, Pass, People, Person, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, RwLock};

/// How long a link works.
const LINK_MS: u64 = 10 * MINUTE_MS;
/// How long a sign-in lasts, however much it is used.
pub(crate) const SESSION_MS: u64 = 12 * HOUR_MS;
/// How long a sign-in lasts that nobody uses.
const IDLE_MS: u64 = HOUR_MS;
/// Its use is written down no oftener than this.
const SEEN_MS: u64 = MINUTE_MS;

/// Links and sign-ins. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    clock: Clock,
    cookie: String,
    people: Arc<dyn People>,
    throttle: Mutex<Throttle>,
    hashing: Hashing,
    names: RwLock<BTreeMap<PersonId, String>>,
}

/// The machine gave no random bytes, so no key can be made that nobody could guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot make a sign-in key: the machine gives no random bytes")]
pub struct NoRandomness;

/// Why nobody was signed in, or no link made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// See [`NoRandomness`].
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The office's people do not allow it, or they cannot be read.
    #[error(transparent)]
    Amend(#[from] AmendError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Amend(error.into())
    }
}

/// Who sends a request.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) who: PersonId,
    /// What every form and every changing API request must repeat.
    pub(crate) csrf: String,
    pub(crate) secret: String,
    /// What they may do.
    pub(crate) roles: BTreeSet<Role>,
    /// How they proved who they are, last.
    pub(crate) proof: Proof,
    /// When they did.
    pub(crate) proved_at: Timestamp,
    /// Whether they have a password to prove it with again.
    pub(crate) has_password: bool,
}

impl Signed {
    /// Whether their roles allow it.
    pub(crate) fn may(&self, need: Need) -> bool {
        may(&self.roles, need)
    }
}

impl Sessions {
    /// Over an office's people. Cookies get a name of the office's own, because browsers do not
    /// tell ports apart: two offices on one machine would sign each other out. `place` is what
    /// tells it from others, such as its folder; over TLS the name binds the cookie to this host.
    pub fn new(clock: Clock, people: Arc<dyn People>, place: &str, over_tls: bool) -> Self {
        let own = Digest::of(format!("dayshift cookie\n{place}").as_bytes()).to_string();
        let own = own.get(..8).unwrap_or_default();
        let prefix = if over_tls { "__Host-" } else { "" };
        let cookie = format!("{prefix}dayshift_{own}");
        let (throttle, hashing) = (Mutex::default(), Hashing::default());
        let names = RwLock::default();
        Self(Arc::new(Inner { clock, cookie, people, throttle, hashing, names }))
    }

    /// The key of a new link for a person: `/?key=…` signs them in once, within ten minutes.
    ///
    /// Whoever is not among the people yet becomes one when they use it: the office's owner, if it
    /// has none, else a reviewer.
    ///
    /// # Errors
    /// When the machine gives no random bytes, or it cannot be saved.
    pub async fn new_link(&self, who: PersonId, by: Actor) -> Result<String, SignInError> {
        let key = random_hex::<32>()?;
        let now = self.0.clock.now();
        let link = Pass {
            is_link: true,
            until: now.plus_ms(LINK_MS),
            ..self.pass(&key, who.clone(), Proof::Link, now)
        };
        let amended =
            Amendment { passes: vec![link], ..Amendment::of(vec![Change::LinkMade { who }]) };
        self.0.people.amend(by, now, Box::new(move |_| Ok(amended.clone()))).await?;
        Ok(key)
    }

    /// Who holds this secret. `counts` says whether a person did something: what a page fetches by
    /// itself does not keep a sign-in alive.
    pub(crate) async fn signed(
        &self,
        secret: &str,
        counts: bool,
    ) -> Result<Option<Signed>, StoreError> {
        let now = self.0.clock.now();
        let found = self.0.people.pass(hash(secret)).await?;
        let Some((pass, Some(person))) = found else { return Ok(None) };
        let idle = now.since_ms(pass.seen_at) >= IDLE_MS;
        if pass.is_link || now >= pass.until || idle {
            return Ok(None);
        }
        if counts && now.since_ms(pass.seen_at) >= SEEN_MS {
            self.0.people.seen(pass.hash, now).await?;
        }
        self.remember(&person);
        let csrf = Digest::of(format!("dayshift form\n{secret}").as_bytes()).to_string();
        Ok(Some(Signed {
            who: pass.who,
            csrf,
            secret: secret.to_owned(),
            roles: person.roles,
            proof: pass.proof,
            proved_at: pass.proved_at,
            has_password: person.password.is_some(),
        }))
    }

    /// Ends a sign-in, or all of that person.
    pub(crate) async fn end(&self, signed: &Signed, everywhere: bool) -> Result<(), AmendError> {
        let (who, ours) = (signed.who.clone(), hash(&signed.secret));
        let by = Actor::Person(who.clone());
        let decide = Box::new(move |roll: &engine::seams::Roll| {
            let change = Change::SignedOut { who: who.clone(), everywhere };
            let mut ending = Amendment::of(vec![change]);
            ending.ended.push(ours);
            Ok(if everywhere { ending.ending_all_of(&who, None, roll) } else { ending })
        });
        self.0.people.amend(by, self.0.clock.now(), decide).await
    }

    /// What a person is called, as far as they were seen.
    pub(crate) fn name_of(&self, who: &PersonId) -> Option<String> {
        self.0.names.read().ok()?.get(who).cloned()
    }

    /// Keeps a person's name for pages.
    pub(crate) fn remember(&self, person: &Person) {
        let known = self.name_of(&person.who);
        if known.as_ref() != Some(&person.name)
            && let Ok(mut names) = self.0.names.write()
        {
            names.insert(person.who.clone(), person.name.clone());
        }
    }

    /// The cookie's name.
    pub(crate) fn cookie(&self) -> &str {
        &self.0.cookie
    }

    /// Whoever keeps the people.
    pub(crate) fn people(&self) -> &dyn People {
        &*self.0.people
    }

    fn pass(&self, secret: &str, who: PersonId, proof: Proof, now: Timestamp) -> Pass {
        Pass {
            hash: hash(secret),
            who,
            is_link: false,
            proof,
            began_at: now,
            proved_at: now,
            seen_at: now,
            until: now.plus_ms(SESSION_MS),
        }
    }
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    let (one, other) = (hash(one), hash(other));
    let differs = one.0.iter().zip(other.0).fold(0u8, |sum, (a, b)| sum | (a ^ b));
    std::hint::black_box(differs) == 0
}

/// Passes are looked up by this; a lookup that told how far two hashes agree would tell nothing of
/// a secret that has it.
pub(crate) fn hash(secret: &str) -> Digest {
    Digest::of(format!("dayshift pass\n{secret}").as_bytes())
}

pub(crate) fn random_hex<const N: usize>() -> Result<String, NoRandomness> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    let mut text = String::with_capacity(2 * N);
    for byte in bytes {
        write!(text, "{byte:02x}").map_err(|_| NoRandomness)?;
    }
    Ok(text)
}
