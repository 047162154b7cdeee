//! Mail as a source and as tools: files in a fresh directory, a real mail server, and a scripted
//! one only for what a real one cannot be made to do.

mod dead_server;
mod fake_servers;
mod files;
mod injection;
mod office;
mod real_server;
mod sending;
mod server_account;
mod server_process;
mod signing;
mod spoof;

use crate::support::{MemoryStore, intake};
use casework::signal::{Arrival, SignalKind};
use connectors::mail::{MailConfig, MailFolders, MailKind, MailPace, MailSource};
use engine::clock::Clock;
use engine::intake::Intake;
use engine::run::Stop;
use engine::seams::Source;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// An account over files, quick enough for tests.
fn account(kind: MailKind) -> MailConfig {
    let mut config = MailConfig::new("support", "support@harbourandpine.example", kind);
    config.own_domains = vec!["harbourandpine.example".to_owned()];
    config.authserv = Some("mx.harbourandpine.example".to_owned());
    config.pace = MailPace {
        folder_poll: Duration::from_millis(10),
        settle: Duration::ZERO,
        server_poll: Duration::from_secs(60),
        exchange: Duration::from_secs(10),
        retry_first: Duration::from_millis(20),
        retry_most: Duration::from_millis(200),
    };
    config
}

fn folders(at: &Path) -> MailFolders {
    MailFolders::new(at.join("inbox"), at.join("sent"))
}

fn mail(id: &str, subject: &str) -> String {
    format!(
        "From: Ada Clay <ada@clay.example>\r\nTo: support@harbourandpine.example\r\n\
         Message-ID: <{id}@clay.example>\r\nSubject: {subject}\r\n\r\nText of {id}.\r\n"
    )
}

fn arrivals(store: &MemoryStore) -> Vec<Arrival> {
    let signals = store.signals.lock().unwrap();
    let arrived = signals.iter().filter_map(|signal| match &signal.kind {
        SignalKind::Arrived(arrival) => Some(arrival.clone()),
        SignalKind::Answered { .. } | SignalKind::Cancelled { .. } => None,
    });
    arrived.collect()
}

fn titles(store: &MemoryStore) -> Vec<String> {
    arrivals(store).into_iter().map(|arrival| arrival.title).collect()
}

/// Waits for a condition, with a bound.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A source that listens in the background.
struct Listening {
    intake: Intake,
    store: Arc<MemoryStore>,
    stop: watch::Sender<bool>,
    ended: tokio::task::JoinHandle<()>,
}

impl Listening {
    fn start(config: MailConfig) -> Self {
        let (intake, store) = intake(Clock::System);
        Self::start_with(config, intake, store)
    }

    fn start_with(config: MailConfig, intake: Intake, store: Arc<MemoryStore>) -> Self {
        let (stop, given) = Stop::new();
        let door = intake.clone();
        let ended = tokio::spawn(async move {
            MailSource::new(config).listen(&door, given).await.unwrap();
        });
        Self { intake, store, stop, ended }
    }

    fn trouble(&self) -> Option<String> {
        let all = self.intake.healths().all();
        all.values().find_map(|health| health.trouble.clone())
    }

    fn has_polled(&self) -> bool {
        let all = self.intake.healths().all();
        all.values().any(|health| health.last_poll_ok.is_some() && health.trouble.is_none())
    }

    async fn stop(self) -> Arc<MemoryStore> {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(20), self.ended)
            .await
            .expect("it stops when told to")
            .unwrap();
        self.store
    }
}
