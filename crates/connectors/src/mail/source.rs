//! The source `mail:<name>`: hears mail of any kind and hands it in. What a mail means is not known
//! here, and a bookmark moves only after what lies before it is admitted.

use super::config::{MailConfig, MailFolders, MailKind};
use super::evidence::Evidence;
use super::fault::Fault;
use super::files::Files;
use super::history::History;
use super::keys::Keys;
use super::letter::{self, Letter, Opened};
use super::mailbox::Mailbox;
use super::own::Own;
use casework::SourceName;
use engine::intake::Intake;
use engine::run::Stop;
use engine::seams::{Admitted, Drained, Source, SourceError, StoreError, Work};
use std::sync::Arc;
use std::time::Duration;

/// A mail account as a source.
#[derive(Debug)]
pub struct MailSource {
    name: SourceName,
    config: MailConfig,
    own: Arc<Own>,
    keys: Arc<Keys>,
}

impl MailSource {
    /// The source of this account, named `mail:<name>`.
    pub fn new(config: MailConfig) -> Self {
        let name = SourceName::new(format!("mail:{}", config.name));
        let own = Arc::new(Own::new(&config));
        let keys = Arc::new(Keys::new(&config.dkim, config.pace.exchange));
        Self { name, config, own, keys }
    }

    fn files(&self, folders: &MailFolders) -> Files {
        let (inbox, pace) = (folders.inbox.as_path(), self.config.pace);
        match self.config.kind {
            MailKind::Maildir(_) => Files::maildir(inbox, pace),
            MailKind::Mbox(_) => Files::mbox(inbox, pace),
            MailKind::Folder(_) | MailKind::Imap(_) => Files::folder(inbox, pace),
        }
    }

    fn desk<'a>(&'a self, intake: &'a Intake) -> Desk<'a> {
        let (own, keys) = (&self.own, &self.keys);
        let (history, drained) = (History::default(), Drained::default());
        Desk { name: &self.name, own, keys, intake, history, drained }
    }
}

impl Source for MailSource {
    fn name(&self) -> &SourceName {
        &self.name
    }

    fn listen<'a>(&'a self, intake: &'a Intake, stop: Stop) -> Work<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let desk = self.desk(intake);
            match &self.config.kind {
                MailKind::Imap(server) => {
                    Mailbox::new(server, self.config.pace).listen(desk, stop).await;
                }
                MailKind::Folder(at) | MailKind::Maildir(at) | MailKind::Mbox(at) => {
                    self.files(at).listen(desk, stop).await;
                }
            }
            Ok(())
        })
    }

    fn drain<'a>(&'a self, intake: &'a Intake) -> Work<'a, Result<Drained, SourceError>> {
        Box::pin(async move {
            let mut desk = self.desk(intake);
            let drained = match &self.config.kind {
                MailKind::Imap(server) => {
                    Mailbox::new(server, self.config.pace).drain(&mut desk).await
                }
                MailKind::Folder(at) | MailKind::Maildir(at) | MailKind::Mbox(at) => {
                    self.files(at).drain(&mut desk).await
                }
            };
            desk.tell(&drained);
            match drained {
                Ok(()) => Ok(desk.drained),
                Err(Trouble::Fault(fault)) => Err(fault.for_source(&self.name)),
                Err(Trouble::Store(error)) => Err(SourceError::Store(error)),
            }
        })
    }

    fn probe<'a>(&'a self) -> Work<'a, Result<(), SourceError>> {
        Box::pin(async move {
            let probed = match &self.config.kind {
                MailKind::Imap(server) => Mailbox::new(server, self.config.pace).probe().await,
                MailKind::Folder(at) | MailKind::Maildir(at) | MailKind::Mbox(at) => {
                    self.files(at).probe().await
                }
            };
            probed.map_err(|fault| fault.for_source(&self.name))
        })
    }
}

/// Why a pass over the mail ended early.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The mail cannot be reached.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It cannot be saved.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where letters are handed in, and what was counted doing so.
pub(super) struct Desk<'a> {
    name: &'a SourceName,
    own: &'a Arc<Own>,
    keys: &'a Arc<Keys>,
    pub(super) intake: &'a Intake,
    /// Whom people of the firm wrote to before, as far as it was read.
    pub(super) history: History,
    drained: Drained,
}

impl Desk<'_> {
    /// Takes one letter in: its bytes first, so that no case ever points at bytes that are missing.
    pub(super) async fn take_in(&mut self, letter: Letter) -> Result<(), StoreError> {
        self.drained.seen += 1;
        let (letter, opened) = self.open(letter).await;
        let Opened::Theirs { key, mut arrival, unreadable } = opened else {
            tracing::debug!(source = %self.name, "skipped a mail that we sent ourselves");
            return Ok(());
        };
        letter::note_known(&mut arrival, &self.history);
        if let Letter::Whole(bytes) = letter
            && letter::fits(bytes.len() as u64)
        {
            arrival.bodies.push(self.intake.keep(bytes).await?);
        }
        let admitted = self.intake.arrived(self.name, key, *arrival).await?;
        self.intake.healths().seen(self.name, self.intake.now());
        match admitted {
            Admitted::Duplicate(_) => self.drained.duplicates += 1,
            Admitted::Opened(_) | Admitted::Joined(_) | Admitted::Unclaimed => {
                self.drained.admitted += 1;
            }
        }
        self.drained.unreadable += u64::from(unreadable);
        Ok(())
    }

    /// The source's bookmark.
    pub(super) async fn bookmark(&self) -> Result<Option<String>, StoreError> {
        self.intake.bookmark(self.name).await
    }

    /// Moves it.
    pub(super) async fn mark(&self, bookmark: String) -> Result<(), StoreError> {
        self.intake.mark(self.name, bookmark).await
    }

    /// Brings back what is known of the sent mail.
    pub(super) async fn recall_history(&mut self) -> Result<(), StoreError> {
        self.history = History::kept(self.intake.bookmark(&self.sent_mail()).await?);
        Ok(())
    }

    /// Learns from the headers of a sent mail.
    pub(super) fn learn(&mut self, sent: &[u8]) {
        self.history.learn(sent, self.own);
    }

    /// Keeps what is known of the sent mail.
    pub(super) async fn keep_history(&self) -> Result<(), StoreError> {
        self.intake.mark(&self.sent_mail(), self.history.to_keep()).await
    }

    /// The name under which it is kept, beside the source's own bookmark.
    fn sent_mail(&self) -> SourceName {
        SourceName::new(format!("{}:sent", self.name))
    }

    /// Tells people how a pass went.
    pub(super) fn tell(&self, passed: &Result<(), Trouble>) {
        match passed {
            Ok(()) => self.intake.healths().poll_ok(self.name, self.intake.now()),
            Err(trouble) => {
                tracing::warn!(source = %self.name, %trouble, "mail cannot be heard");
                self.intake.healths().trouble(self.name, trouble.to_string());
            }
        }
    }

    /// Opens a letter, a large one aside so that it holds nobody else up.
    async fn open(&self, letter: Letter) -> (Letter, Opened) {
        let large = matches!(&letter, Letter::Whole(bytes) if bytes.len() > LARGE_BYTES);
        if !large {
            let evidence = evidence(&letter, self.keys).await;
            let opened = letter::open(&letter, self.own, &evidence);
            return (letter, opened);
        }
        let (own, keys) = (Arc::clone(self.own), Arc::clone(self.keys));
        let kept = letter.clone();
        let runtime = tokio::runtime::Handle::current();
        let opened = tokio::task::spawn_blocking(move || {
            let evidence = runtime.block_on(evidence(&letter, &keys));
            letter::open(&letter, &own, &evidence)
        });
        let opened = opened.await;
        let opened = opened.unwrap_or_else(|_| {
            letter::unread(&kept, "read mail: it cannot be taken apart", self.own)
        });
        (kept, opened)
    }
}

/// What a letter proves; of one that was not fetched whole, only its headers are looked at.
async fn evidence(letter: &Letter, keys: &Keys) -> Evidence {
    match letter {
        Letter::Whole(bytes) => Evidence::of(bytes, keys).await,
        Letter::TooLarge { head, .. } => Evidence::of_headers(head),
    }
}

/// A mail from this size on takes milliseconds to read.
const LARGE_BYTES: usize = 256 * 1024;

/// Waits, and says whether to go on.
pub(super) async fn pause(length: Duration, stop: &mut Stop) -> bool {
    tokio::select! {
        () = stop.given() => false,
        () = tokio::time::sleep(length) => !stop.is_given(),
    }
}
