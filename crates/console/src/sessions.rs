//! Who is signed in: one-time links become sessions, sessions name a person. Both live in memory as
//! hashes only and end with the process. It knows no password and decides nothing but who speaks.

use casework::{Digest, PersonId, Timestamp};
use engine::clock::Clock;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a link works.
const LINK_MS: u64 = 10 * casework::time::MINUTE_MS;
/// How long a session lasts.
pub(crate) const SESSION_MS: u64 = 12 * casework::time::HOUR_MS;

/// Links and sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    clock: Clock,
    cookie: String,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    links: Vec<Pass>,
    sessions: Vec<Pass>,
}

struct Pass {
    hash: Digest,
    who: PersonId,
    until: Timestamp,
}

/// The machine gave no random bytes, so no key can be made that nobody could guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot make a sign-in key: the machine gives no random bytes")]
pub struct NoRandomness;

/// Who sends a request.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) who: PersonId,
    /// What every form and every changing API request must repeat.
    pub(crate) csrf: String,
    pub(crate) secret: String,
}

impl Sessions {
    /// None yet. Cookies get a name of their own, because browsers do not tell ports apart: two
    /// offices on one machine would sign each other out.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub fn new(clock: Clock) -> Result<Self, NoRandomness> {
        let cookie = format!("dayshift_{}", random_hex::<4>()?);
        Ok(Self(Arc::new(Inner { clock, cookie, live: Mutex::default() })))
    }

    /// The key of a new link for a person: `/?key=…` signs them in once, within ten minutes.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub fn new_link(&self, who: PersonId) -> Result<String, NoRandomness> {
        let key = random_hex::<32>()?;
        let until = self.0.clock.now().plus_ms(LINK_MS);
        self.change(|live| live.links.push(Pass { hash: hash(&key), who, until }));
        Ok(key)
    }

    /// Takes a key, once, and opens a session: its secret. `None` for a key that is used, old or
    /// wrong.
    pub(crate) fn redeem(&self, key: &str) -> Result<Option<String>, NoRandomness> {
        let secret = random_hex::<32>()?;
        let now = self.0.clock.now();
        let wanted = hash(key);
        Ok(self.change(|live| {
            let link = take(&mut live.links, wanted, now)?;
            let until = now.plus_ms(SESSION_MS);
            live.sessions.push(Pass { hash: hash(&secret), who: link.who, until });
            Some(secret)
        }))
    }

    /// Who holds this secret.
    pub(crate) fn signed(&self, secret: &str) -> Option<Signed> {
        let now = self.0.clock.now();
        let wanted = hash(secret);
        let who = self.change(|live| {
            let mut found = None;
            for pass in live.sessions.iter().filter(|pass| now < pass.until) {
                if same(pass.hash, wanted) {
                    found = Some(pass.who.clone());
                }
            }
            found
        })?;
        let csrf = Digest::of(format!("dayshift form\n{secret}").as_bytes()).to_string();
        Some(Signed { who, csrf, secret: secret.to_owned() })
    }

    /// Ends a session.
    pub(crate) fn end(&self, secret: &str) {
        let (now, wanted) = (self.0.clock.now(), hash(secret));
        self.change(|live| take(&mut live.sessions, wanted, now));
    }

    /// The cookie's name.
    pub(crate) fn cookie(&self) -> &str {
        &self.0.cookie
    }

    fn change<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        let mut live = self.0.live.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.now();
        live.links.retain(|pass| now < pass.until);
        live.sessions.retain(|pass| now < pass.until);
        change(&mut live)
    }
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    same(hash(one), hash(other))
}

fn same(one: Digest, other: Digest) -> bool {
    let differs = one.0.iter().zip(other.0).fold(0u8, |sum, (a, b)| sum | (a ^ b));
    std::hint::black_box(differs) == 0
}

fn take(passes: &mut Vec<Pass>, wanted: Digest, now: Timestamp) -> Option<Pass> {
    let mut found = None;
    for (at, pass) in passes.iter().enumerate() {
        if same(pass.hash, wanted) && now < pass.until {
            found = Some(at);
        }
    }
    found.map(|at| passes.swap_remove(at))
}

fn hash(secret: &str) -> Digest {
    Digest::of(format!("dayshift pass\n{secret}").as_bytes())
}

fn random_hex<const N: usize>() -> Result<String, NoRandomness> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    let mut text = String::with_capacity(2 * N);
    for byte in bytes {
        write!(text, "{byte:02x}").map_err(|_| NoRandomness)?;
    }
    Ok(text)
}
