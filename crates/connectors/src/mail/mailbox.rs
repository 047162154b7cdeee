//! Mail that lies on an IMAP server: one pass over what is new, and listening with IDLE where the
//! server can, with polling as the truth. It opens the mailbox read-only and changes nothing there.

use super::config::{MailPace, MailServer};
use super::fault::Fault;
use super::letter::{HEAD_BYTES, Letter, fits};
use super::source::{Desk, Trouble, pause};
use super::talk::{Fetched, Talk};
use engine::run::Stop;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;

/// The mailbox of one account.
pub(super) struct Mailbox<'a> {
    server: &'a MailServer,
    pace: MailPace,
}

/// How far the mailbox was read: all numbers up to `uid`, which mean something only under this
/// UIDVALIDITY.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Bookmark {
    uidvalidity: u32,
    uid: u32,
}

/// Mails and bytes fetched at once: enough to hide the way to the server, little enough to hold.
const BATCH_MAILS_MAX: usize = 32;
const BATCH_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Mails whose sizes are asked for at once; a command line must not grow without bound.
const SIZES_MAX: usize = 500;
/// What says to whom a mail was sent, and by whom; and its bytes at most, usually.
const SENT_HEADERS: &str =
    "UID BODY.PEEK[HEADER.FIELDS (FROM TO CC MESSAGE-ID AUTO-SUBMITTED PRECEDENCE)]";
const HEADERS_BYTES: u64 = 1024;
/// How often the sent mail is looked at again.
const SENT_EVERY: Duration = Duration::from_secs(15 * 60);

impl<'a> Mailbox<'a> {
    pub(super) fn new(server: &'a MailServer, pace: MailPace) -> Self {
        Self { server, pace }
    }

    /// Takes in all that is there now.
    pub(super) async fn drain(&self, desk: &mut Desk<'_>) -> Result<(), Trouble> {
        let (mut talk, mut bookmark) = self.open(desk).await?;
        self.pass(&mut talk, &mut bookmark, desk).await?;
        talk.close().await;
        Ok(())
    }

    /// Whether the mailbox can be opened.
    pub(super) async fn probe(&self) -> Result<(), Fault> {
        let mut talk = Talk::open(self.server, self.pace.exchange).await?;
        talk.examine(&self.server.mailbox).await?;
        talk.close().await;
        Ok(())
    }

    /// Hears until stopped, and connects again as often as needed.
    pub(super) async fn listen(&self, mut desk: Desk<'_>, mut stop: Stop) {
        let mut wait = self.pace.retry_first;
        while !stop.is_given() {
            let mut heard = false;
            // A stop may come at any await: a mail that is taken in and not yet marked falls out by
            // its key the next time.
            let trouble = tokio::select! {
                () = stop.given() => return,
                trouble = self.connection(&mut desk, &mut heard) => trouble,
            };
            if heard {
                wait = self.pace.retry_first;
            }
            let is_broken = matches!(trouble, Trouble::Fault(Fault::Broken { .. }));
            desk.tell(&Err(trouble));
            // A server locks accounts on which a wrong password is tried too often.
            let length = if is_broken { self.pace.retry_most } else { wait };
            if !pause(length, &mut stop).await {
                return;
            }
            wait = (wait * 2).min(self.pace.retry_most);
        }
    }

    /// One connection from its beginning to its end: what ended it. `heard` is set when anything
    /// went well on it.
    async fn connection(&self, desk: &mut Desk<'_>, heard: &mut bool) -> Trouble {
        let (mut talk, mut bookmark) = match self.open(desk).await {
            Ok(opened) => opened,
            Err(trouble) => return trouble,
        };
        let mut sent_read = Instant::now();
        loop {
            if self.server.reads_sent && sent_read.elapsed() >= SENT_EVERY {
                if let Err(trouble) = self.look_at_sent(&mut talk, &bookmark, desk).await {
                    return trouble;
                }
                sent_read = Instant::now();
            }
            talk.news = false;
            if let Err(trouble) = self.pass(&mut talk, &mut bookmark, desk).await {
                return trouble;
            }
            desk.tell(&Ok(()));
            *heard = true;
            if !(self.server.idle && talk.can_idle) {
                tokio::time::sleep(self.pace.server_poll).await;
            } else if let Err(fault) = talk.idle(self.pace.server_poll).await {
                return fault.into();
            }
        }
    }

    async fn open(&self, desk: &mut Desk<'_>) -> Result<(Talk, Bookmark), Trouble> {
        let mut talk = Talk::open(self.server, self.pace.exchange).await?;
        if self.server.reads_sent {
            desk.recall_history().await?;
            self.read_sent(&mut talk, desk).await?;
        }
        let uidvalidity = talk.examine(&self.server.mailbox).await?;
        let stored = desk.bookmark().await?;
        // A bookmark that cannot be read, or of another UIDVALIDITY, means reading all again: what
        // was taken before falls out by its key.
        let bookmark = stored
            .and_then(|stored| serde_json::from_str::<Bookmark>(&stored).ok())
            .filter(|bookmark| bookmark.uidvalidity == uidvalidity)
            .unwrap_or(Bookmark { uidvalidity, uid: 0 });
        Ok((talk, bookmark))
    }

    /// Learns from the sent mail, and goes back to the mailbox that is heard.
    async fn look_at_sent(
        &self,
        talk: &mut Talk,
        bookmark: &Bookmark,
        desk: &mut Desk<'_>,
    ) -> Result<(), Trouble> {
        self.read_sent(talk, desk).await?;
        if talk.examine(&self.server.mailbox).await? != bookmark.uidvalidity {
            let why = format!("open the mailbox `{}`: it is numbered anew", self.server.mailbox);
            return Err(Fault::unavailable(why).into());
        }
        Ok(())
    }

    /// Learns from the mail that was sent since the last time; leaves its mailbox open.
    async fn read_sent(&self, talk: &mut Talk, desk: &mut Desk<'_>) -> Result<(), Trouble> {
        let uidvalidity = match talk.examine(&self.server.sent).await {
            Ok(uidvalidity) => uidvalidity,
            // Nothing was sent yet; or the name is wrong, which the first send will tell.
            Err(Fault::Broken { .. }) => return Ok(()),
            Err(fault) => return Err(fault.into()),
        };
        desk.history.begin(uidvalidity);
        let first = desk.history.uid.saturating_add(1);
        let mut uids = talk.search(&format!("UID {first}:*")).await?;
        uids.retain(|uid| *uid >= first);
        for some in uids.chunks(SIZES_MAX) {
            let mails = talk.fetch(some, SENT_HEADERS, some.len() as u64 * HEADERS_BYTES).await?;
            for mail in mails {
                desk.learn(mail.bytes.as_deref().unwrap_or_default());
            }
            desk.history.uid = some.iter().copied().max().unwrap_or(desk.history.uid);
            desk.keep_history().await?;
        }
        Ok(())
    }

    /// Takes in all mail behind the bookmark, and moves it.
    async fn pass(
        &self,
        talk: &mut Talk,
        bookmark: &mut Bookmark,
        desk: &mut Desk<'_>,
    ) -> Result<(), Trouble> {
        let first = bookmark.uid.saturating_add(1);
        let mut wanted = format!("UID {first}:*");
        if let Some(days) = self.server.first_look_days
            && bookmark.uid == 0
        {
            wanted = format!("{wanted} SINCE {}", since(desk, days));
        }
        let mut uids = talk.search(&wanted).await?;
        // The last mail is part of `n:*` even when its number is below n (RFC 3501, section 6.4.8).
        uids.retain(|uid| *uid >= first);
        for some in uids.chunks(SIZES_MAX) {
            let sizes = talk.fetch(some, "UID RFC822.SIZE", 0).await?;
            for batch in batches(sizes) {
                self.take_in(talk, &batch, desk).await?;
                bookmark.uid = batch.iter().map(|mail| mail.uid).max().unwrap_or(bookmark.uid);
                let stored = serde_json::to_string(bookmark).unwrap_or_default();
                desk.mark(stored).await?;
            }
        }
        Ok(())
    }

    /// Fetches mails and takes them in, oldest first.
    async fn take_in(
        &self,
        talk: &mut Talk,
        batch: &[Fetched],
        desk: &mut Desk<'_>,
    ) -> Result<(), Trouble> {
        let uids: Vec<u32> = batch.iter().map(|mail| mail.uid).collect();
        let size_bytes = batch.iter().filter_map(|mail| mail.size_bytes).sum::<u64>();
        let too_large = !fits(size_bytes);
        let parts = if too_large {
            format!("UID BODY.PEEK[]<0.{HEAD_BYTES}>")
        } else {
            "UID BODY.PEEK[]".to_owned()
        };
        let expected = if too_large { HEAD_BYTES as u64 } else { size_bytes };
        let mut mails = talk.fetch(&uids, &parts, expected).await?;
        mails.sort_unstable_by_key(|mail| mail.uid);
        // A mail that is missing from the answer was removed in between by somebody else.
        for bytes in mails.into_iter().filter_map(|mail| mail.bytes) {
            let letter = if too_large {
                Letter::TooLarge { head: bytes, size_bytes }
            } else {
                Letter::Whole(bytes)
            };
            desk.take_in(letter).await?;
        }
        Ok(())
    }
}

/// Mails in batches, ascending; one that is too large to be read whole has a batch of its own.
fn batches(mut mails: Vec<Fetched>) -> Vec<Vec<Fetched>> {
    mails.sort_unstable_by_key(|mail| mail.uid);
    let mut batches: Vec<Vec<Fetched>> = Vec::new();
    let mut bytes = 0;
    for mail in mails {
        let size_bytes = mail.size_bytes.unwrap_or(0);
        bytes += size_bytes;
        match batches.last_mut() {
            Some(last) if last.len() < BATCH_MAILS_MAX && bytes <= BATCH_BYTES_MAX => {
                last.push(mail);
            }
            _ => {
                bytes = size_bytes;
                batches.push(vec![mail]);
            }
        }
    }
    batches
}

/// The day so many days ago, as IMAP writes it.
fn since(desk: &Desk<'_>, days: u32) -> String {
    let ago = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
    let ms = desk.intake.now().0 - i64::try_from(ago.as_millis()).unwrap_or(0);
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%d-%b-%Y").to_string()
}
