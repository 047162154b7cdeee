//! How people reach an office: the desk, who is signed in, the socket and its address. It refuses
//! an address that others reach while nobody can sign in.

use super::{House, LANE_CASES};
use crate::command::Failure;
use crate::office::{self, Office};
use casework::PersonId;
use casework::office::Role;
use connectors::oidc::{Oidc, OidcConfig};
use console::{Door, FirmSignIn, Lane, Sessions, Tls};
use engine::clock::Clock;
use engine::seams::People;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

impl House {
    /// What the console shows of it.
    ///
    /// # Errors
    /// When the firm's own sign-in cannot be set up.
    pub fn desk(&self, sessions: Sessions) -> Result<console::Desk, Failure> {
        let (people, settings) = (self.office.people.iter(), &self.office.console);
        let dir = self.office.dir.display();
        let shown = console::Office {
            name: self.office.name.clone(),
            people: people.map(|(id, person)| (id.clone(), person.name.clone())).collect(),
            zone: jiff::tz::TimeZone::get(&self.office.time_zone)
                .unwrap_or(jiff::tz::TimeZone::UTC),
            sign_in_hint: format!("`dayshift person link {dir} NAME` makes one, or ask an owner."),
            hosts: settings.hosts.clone(),
            behind_tls: settings.is_over_tls(),
            proxies: settings.proxies.clone(),
            provider: self.firm_sign_in()?,
            workers: console::Workers::default(),
            charters: self.engine.charters.clone(),
            switches: self.engine.switches.clone(),
        };
        let lane = |file: &office::WorkerFile| {
            let (name, version) = (&file.worker.name, file.worker.version);
            let charter = self.engine.charters.get(name, version)?;
            Some(Lane { charter, at_once: LANE_CASES })
        };
        shown.workers.replace(self.office.workers.iter().filter_map(lane).collect());
        let (store, intake) = (Arc::clone(&self.engine.store), self.engine.intake.clone());
        Ok(console::Desk::new(store, intake, shown, sessions, self.engine.clock.clone()))
    }

    fn firm_sign_in(&self) -> Result<Option<FirmSignIn>, Failure> {
        let Some(settings) = &self.office.oidc else { return Ok(None) };
        let wrong = |why: String| Failure::Setting(format!("the firm's sign-in: {why}"));
        let secret = settings.secret.as_ref().map(office::SecretRef::fetch).transpose();
        let config = OidcConfig {
            issuer: settings.issuer.clone(),
            client: settings.client.clone(),
            secret: secret.map_err(|error| wrong(error.to_string()))?,
            redirect: settings.redirect.clone(),
        };
        let oidc = Oidc::new(config, self.engine.clock.clone());
        let oidc = Arc::new(oidc.map_err(|error| wrong(error.to_string()))?);
        let (name, domains) = (settings.name.clone(), settings.domains.clone());
        Ok(Some(FirmSignIn::new(name, oidc, domains, settings.people.clone())))
    }

    /// Who is signed in, kept in the office's store.
    pub fn sessions(&self) -> Sessions {
        sessions(&self.office, self.engine.clock.clone(), &self.store)
    }

    /// The person who signs in by the printed link: the first owner, and in an office without one
    /// the first person of its file, who becomes that.
    pub async fn operator(&self) -> Result<PersonId, Failure> {
        let roll = self.store.roll().await?;
        let owner = roll.people.iter().find(|person| person.roles.contains(&Role::Owner));
        let first = owner.map(|person| &person.who).or_else(|| self.office.people.keys().next());
        Ok(first.cloned().unwrap_or_else(|| PersonId::new("operator")))
    }

    /// The socket people come in by.
    pub async fn door(&self, port: u16) -> Result<(Door, SocketAddr), Failure> {
        let settings = &self.office.console;
        if !settings.address.is_loopback() {
            self.somebody_can_sign_in().await?;
        }
        let tls = settings.tls.as_ref().map(|(certificate, key)| Tls::read(certificate, key));
        let tls = tls.transpose().map_err(|error| Failure::Setting(error.to_string()))?;
        let whole = SocketAddr::new(settings.address, port);
        let listener = TcpListener::bind(whole)
            .await
            .map_err(|error| Failure::Outside(format!("cannot serve on {whole}: {error}")))?;
        let bound = listener
            .local_addr()
            .map_err(|error| Failure::Outside(format!("cannot read the port: {error}")))?;
        Ok((Door::new(listener, tls), bound))
    }

    async fn somebody_can_sign_in(&self) -> Result<(), Failure> {
        let roll = self.store.roll().await?;
        if self.office.oidc.is_some() || roll.people.iter().any(|one| one.password.is_some()) {
            return Ok(());
        }
        let (address, dir) = (self.office.console.address, self.office.dir.display());
        Err(Failure::Setting(format!(
            "others reach {address}, and nobody has a password: `dayshift person add {dir} NAME \
             --role owner`, then `dayshift person password {dir} NAME`"
        )))
    }
}

/// Who is signed in at an office, kept in its store.
pub fn sessions(office: &Office, clock: Clock, store: &Arc<store::SqliteStore>) -> Sessions {
    let people = Arc::clone(store) as Arc<dyn People>;
    let place = std::fs::canonicalize(&office.dir);
    let place = place.unwrap_or_else(|_| office.dir.clone()).display().to_string();
    Sessions::new(clock, people, &place, office.console.is_over_tls())
}

/// The address a browser takes: of the socket that is bound, or that the office file names.
pub fn address(office: &Office, bound: Option<SocketAddr>) -> String {
    let settings = &office.console;
    let port = bound.map_or(settings.port, |bound| bound.port());
    match settings.hosts.first() {
        // What is behind a proxy is reached at the proxy's port.
        Some(host) if !settings.proxies.is_empty() => format!("https://{host}"),
        Some(host) if settings.tls.is_some() => format!("https://{host}:{port}"),
        _ => {
            let scheme = if settings.is_over_tls() { "https" } else { "http" };
            format!("{scheme}://{}", SocketAddr::new(settings.address, port))
        }
    }
}
