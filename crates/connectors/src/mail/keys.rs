//! Where the public keys of DKIM signatures come from (RFC 6376, section 3.6): a list that the
//! operator keeps, then the system's resolver if it may be asked. It verifies nothing.

use super::config::DkimKeys;
use mail_auth::common::parse::TxtRecordParser as _;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{DnsError, Error, MessageAuthenticator, ResolverCache, Txt};
use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// The keys of one account.
pub(super) struct Keys {
    known: BTreeMap<String, Arc<DomainKey>>,
    /// Verifies with what it is handed, and asks nobody.
    pub(super) verifier: Option<MessageAuthenticator>,
    resolver: Option<MessageAuthenticator>,
    patience: Duration,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.known.keys().collect();
        let asks = self.resolver.is_some();
        f.debug_struct("Keys").field("known", &names).field("asks_dns", &asks).finish()
    }
}

impl Keys {
    pub(super) fn new(config: &DkimKeys, patience: Duration) -> Self {
        let mut known = BTreeMap::new();
        for (name, record) in &config.known {
            match DomainKey::parse(record.as_bytes()) {
                Ok(key) => _ = known.insert(plain(name), Arc::new(key)),
                Err(error) => tracing::warn!(%name, %error, "a key is no DKIM key record"),
            }
        }
        let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        let verifier = MessageAuthenticator::new(nobody, ResolverOpts::default());
        let resolver = config.ask_dns.then(MessageAuthenticator::new_system_conf);
        let usable = |made: Result<_, _>, what: &str| {
            made.inspect_err(|error| tracing::error!(%error, "{what}")).ok()
        };
        Self {
            known,
            verifier: usable(verifier, "no signature can be verified"),
            resolver: resolver.and_then(|made| usable(made, "the system's resolver is unusable")),
            patience,
        }
    }

    /// Whether no key can ever be found.
    pub(super) fn are_off(&self) -> bool {
        self.known.is_empty() && self.resolver.is_none()
    }

    /// The key of a selector and a domain. One that is being tried out (`t=y`) proves nothing yet,
    /// nor does one for SHA-1 only (RFC 8301).
    pub(super) async fn find(&self, selector: &str, domain: &str) -> Option<Arc<DomainKey>> {
        const TESTING: u64 = 0x10;
        const HASHES: u64 = 0x03;
        const SHA1_ONLY: u64 = 0x01;
        let name = plain(&format!("{selector}._domainkey.{domain}"));
        let key = match self.known.get(&name) {
            Some(key) => Arc::clone(key),
            None => self.ask(&name).await?,
        };
        (key.f & TESTING == 0 && key.f & HASHES != SHA1_ONLY).then_some(key)
    }

    async fn ask(&self, name: &str) -> Option<Arc<DomainKey>> {
        let resolver = self.resolver.as_ref()?;
        let asked = resolver.txt_lookup::<DomainKey>(format!("{name}."), None::<&Found>);
        match timeout(self.patience, asked).await {
            Ok(Ok(key)) => Some(key),
            Ok(Err(error)) => {
                tracing::debug!(%name, %error, "no key");
                None
            }
            Err(_) => {
                tracing::warn!(%name, "the name server does not answer");
                None
            }
        }
    }
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

/// The keys found for one mail, in the form in which the verifier looks for them. It has an answer
/// for each name, so that verifying never asks the network.
#[derive(Default)]
pub(super) struct Found(HashMap<Box<str>, Txt>);

impl Found {
    pub(super) fn insert(&mut self, selector: &str, domain: &str, key: Arc<DomainKey>) {
        let name = format!("{}.", plain(&format!("{selector}._domainkey.{domain}")));
        self.0.insert(name.into(), Txt::DomainKey(key));
    }
}

impl ResolverCache<Box<str>, Txt> for Found {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let nothing = || Txt::Error(Error::Dns(DnsError::InvalidRecordType));
        Some(self.0.get(name).cloned().unwrap_or_else(nothing))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}
