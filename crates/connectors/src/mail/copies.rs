//! The copies of what is sent, on an IMAP server: in `Drafts` while a mail is being handed over, in
//! `Sent` after. Together they tell after a crash whether a mail went out.

use super::config::{MailPace, MailServer};
use super::fault::Fault;
use super::talk::Talk;

/// The mailboxes with our copies, on one connection.
pub(super) struct Copies<'a> {
    server: &'a MailServer,
    pace: MailPace,
    talk: Talk,
}

/// What the copies of a mail say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is in `Sent`: it went out.
    Sent,
    /// It is only in `Drafts`: it was on its way.
    Drafted,
    /// There is none: nobody tried to send it.
    Nowhere,
}

impl<'a> Copies<'a> {
    pub(super) async fn open(server: &'a MailServer, pace: MailPace) -> Result<Self, Fault> {
        let talk = Talk::open(server, pace.exchange).await?;
        Ok(Self { server, pace, talk })
    }

    /// Where a mail stands.
    pub(super) async fn standing(&mut self, id: &str) -> Result<Standing, Fault> {
        if !self.find(&self.server.sent, id).await?.is_empty() {
            return Ok(Standing::Sent);
        }
        if !self.find(&self.server.drafts, id).await?.is_empty() {
            return Ok(Standing::Drafted);
        }
        Ok(Standing::Nowhere)
    }

    /// Keeps a copy in `Drafts`.
    pub(super) async fn draft(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.talk.select_or_create(&self.server.drafts).await?;
        self.talk.append(&self.server.drafts, "(\\Draft \\Seen)", bytes).await
    }

    /// Removes the copy from `Drafts`.
    pub(super) async fn undraft(&mut self, id: &str) -> Result<(), Fault> {
        let found = self.find(&self.server.drafts, id).await?;
        if found.is_empty() { Ok(()) } else { self.talk.remove(&found).await }
    }

    /// Keeps a copy in `Sent` and removes the one in `Drafts`, on another connection if need be.
    /// The mail went out whatever comes of this, so the error is a warning and no more.
    pub(super) async fn sent(
        mut self,
        id: &str,
        bytes: &[u8],
        reach: &(dyn Fn(&str) + Sync),
    ) -> Result<(), Fault> {
        let mut kept = self.keep_sent(id, bytes, reach).await;
        for _ in 1..SENT_ATTEMPTS {
            if kept.is_ok() {
                break;
            }
            tokio::time::sleep(self.pace.retry_first).await;
            if let Ok(talk) = Talk::open(self.server, self.pace.exchange).await {
                self.talk = talk;
                kept = self.keep_sent(id, bytes, reach).await;
            }
        }
        self.talk.close().await;
        kept
    }

    /// Says goodbye.
    pub(super) async fn close(self) {
        self.talk.close().await;
    }

    async fn keep_sent(
        &mut self,
        id: &str,
        bytes: &[u8],
        reach: &(dyn Fn(&str) + Sync),
    ) -> Result<(), Fault> {
        // An attempt that lost its answer may have kept it; one copy is enough.
        if self.find(&self.server.sent, id).await?.is_empty() {
            self.talk.append(&self.server.sent, "(\\Seen)", bytes).await?;
        }
        reach("mail:filed");
        self.undraft(id).await
    }

    async fn find(&mut self, mailbox: &str, id: &str) -> Result<Vec<u32>, Fault> {
        self.talk.select_or_create(mailbox).await?;
        self.talk.search(&format!("UNDELETED HEADER Message-ID \"<{id}>\"")).await
    }
}

const SENT_ATTEMPTS: u32 = 3;
