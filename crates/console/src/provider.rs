//! Signing in with the firm's own sign-in: sends the browser there, takes it back, and finds the
//! person whom the identity means. What is verified about the identity is the seam's work.

use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::{add_cookie, cookies, path_of_ours};
use crate::pages::sign_in::gone_on;
use crate::sessions::{Attempt, hash, random_hex};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use casework::office::Proof;
use casework::time::MINUTE_MS;
use casework::{Digest, PersonId, Timestamp};
use engine::seams::{Begun, Identity, Provider, ProviderError, Roll};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// How long a person may take at the provider.
const AWAY_MS: u64 = 10 * MINUTE_MS;
/// So many may be on their way at once; beyond, the oldest start again.
const AWAY_MAX: usize = 1_000;
/// Clocks of two machines may differ by so much.
const SKEW_MS: u64 = MINUTE_MS;

/// The firm's own sign-in.
#[derive(Clone)]
pub struct FirmSignIn {
    /// What it is called on the button: `Harbour account`.
    pub shown: String,
    /// Who verifies identities.
    pub provider: Arc<dyn Provider>,
    /// Mail addresses count only in these domains; empty: in all.
    pub domains: Vec<String>,
    /// Whom a subject or a verified mail address means, before addresses of people are looked at.
    pub people: BTreeMap<String, PersonId>,
    away: Away,
}

type Away = Arc<Mutex<BTreeMap<Digest, Traveller>>>;

struct Traveller {
    begun: Begun,
    /// The hash of what this browser alone holds: nobody can be made to finish another's sign-in.
    browser: Digest,
    next: String,
    until: Timestamp,
}

impl FirmSignIn {
    /// With nobody on their way.
    pub fn new(
        shown: String,
        provider: Arc<dyn Provider>,
        domains: Vec<String>,
        people: BTreeMap<String, PersonId>,
    ) -> Self {
        Self { shown, provider, domains, people, away: Away::default() }
    }

    /// Whom an identity means: a subject or an address that the office's files name, else the
    /// person with that verified address, if its domain is one of the firm's.
    fn whose(&self, identity: &Identity, roll: &Roll) -> Option<PersonId> {
        let mail = identity.mail.as_ref().map(|mail| mail.to_lowercase());
        let mail = mail.filter(|mail| self.is_ours(mail));
        let named = self.people.get(&identity.subject);
        let named = named.or_else(|| self.people.get(mail.as_ref()?));
        if let Some(who) = named {
            return roll.person(who).map(|person| person.who.clone());
        }
        let mail = mail?;
        let same = |person: &&engine::seams::Person| person.mail.to_lowercase() == mail;
        roll.people.iter().find(same).map(|person| person.who.clone())
    }

    fn is_ours(&self, mail: &str) -> bool {
        let Some((_, domain)) = mail.rsplit_once('@') else { return false };
        self.domains.is_empty() || self.domains.iter().any(|own| own.eq_ignore_ascii_case(domain))
    }

    fn put(&self, begun: Begun, browser: Digest, next: String, now: Timestamp) {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.retain(|_, traveller| now < traveller.until);
        while away.len() >= AWAY_MAX {
            let oldest = away.iter().min_by_key(|(_, one)| one.until).map(|(key, _)| *key);
            oldest.map(|key| away.remove(&key));
        }
        let (key, until) = (hash(&begun.state), now.plus_ms(AWAY_MS));
        away.insert(key, Traveller { begun, browser, next, until });
    }

    /// Takes back who came with this state, once, if it is the same browser.
    fn take(&self, state: &str, browsers: &[String], now: Timestamp) -> Option<Traveller> {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        let one = away.remove(&hash(state))?;
        let same = browsers.iter().any(|secret| hash(secret) == one.browser);
        (same && now < one.until).then_some(one)
    }
}

/// The address of ours that sends there and comes back to `next`.
pub(crate) fn link(next: &str, again: bool) -> String {
    let mut to = String::new();
    for byte in next.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                to.push(char::from(byte));
            }
            _ => to.push_str(&format!("%{byte:02X}")),
        }
    }
    let again = if again { "again=1&" } else { "" };
    format!("/sign-in/firm?{again}next={to}")
}

/// Sends the browser to the provider. `again` wants a proof of now.
pub(crate) async fn leave(
    State(desk): State<Desk>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let firm = firm(&desk)?;
    let next = query.get("next").and_then(|next| path_of_ours(next)).unwrap_or("/").to_owned();
    let begun = firm.provider.begin(query.contains_key("again")).await.map_err(failed)?;
    let browser = random_hex::<32>().map_err(|error| Failure::Bad { why: error.to_string() })?;
    let mut response = Redirect::to(&begun.url).into_response();
    firm.put(begun, hash(&browser), next, desk.now());
    add_cookie(&desk, &cookie(&desk), &browser, AWAY_MS / 1_000, &mut response);
    Ok(response)
}

/// Takes the browser back from the provider.
pub(crate) async fn come_back(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let firm = firm(&desk)?;
    let refused = |why: &str| Failure::Bad { why: why.to_owned() };
    let sent = |name: &str| query.get(name).cloned().unwrap_or_default();
    let browsers = cookies(&headers, &cookie(&desk));
    let one = firm.take(&sent("state"), &browsers, desk.now());
    let one = one.ok_or_else(|| refused("this sign-in did not begin here; start it again"))?;
    if query.contains_key("error") {
        return Err(refused("the firm's sign-in was not finished there; start it again"));
    }
    let again = one.begun.again;
    let identity = firm.provider.finish(one.begun, sent("code")).await.map_err(failed)?;
    let roll = desk.sessions.people().roll().await?;
    let nobody = "this account belongs to nobody here; an owner adds people";
    let who = firm.whose(&identity, &roll).ok_or_else(|| refused(nobody))?;
    let now = desk.now();
    let old = crate::guard::signed(&desk, &headers).await?.filter(|signed| signed.who == who);
    let recent = identity.proved_at.is_some_and(|at| now.since_ms(at) < AWAY_MS + SKEW_MS);
    let attempt = match old {
        Some(signed) if again && recent => desk.sessions.again(&signed, Proof::Provider).await?,
        _ if again => return Err(refused("the firm's sign-in did not ask again who you are")),
        _ => desk.sessions.open(who, Proof::Provider, 0).await?,
    };
    let Attempt::Opened(secret) = attempt else { return Err(refused(nobody)) };
    let mut response = gone_on(&desk, Some(&secret), &one.next);
    add_cookie(&desk, &cookie(&desk), "", 0, &mut response);
    Ok(response)
}

fn firm(desk: &Desk) -> Result<&FirmSignIn, Failure> {
    let missing = || Failure::NoSuch { what: "sign-in of the firm set up here".into() };
    desk.office.provider.as_ref().ok_or_else(missing)
}

fn cookie(desk: &Desk) -> String {
    format!("{}_away", desk.sessions.cookie())
}

fn failed(error: ProviderError) -> Failure {
    tracing::warn!(%error, "a sign-in at the firm's provider failed");
    Failure::Bad { why: error.to_string() }
}
