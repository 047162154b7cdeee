//! A conversation with an IMAP server (RFC 3501), signed in. Every command's end is read and
//! checked here: the library's own searches take a lost connection for an empty answer, and an
//! empty answer would mean that a mail was never sent.

mod sign_in;

use super::config::MailServer;
use super::connect::Line;
use super::fault::{Fault, NO_MAILBOX};
use async_imap::Session;
use async_imap::imap_proto::{
    AttributeValue, Capability, MailboxDatum, RequestId, Response, ResponseCode, Status,
};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// One signed-in connection.
#[derive(Debug)]
pub(super) struct Talk {
    session: Session<Box<dyn Line>>,
    patience: Duration,
    /// Whether the server can say at once that mail has come.
    pub(super) can_idle: bool,
    can_expunge_one: bool,
    /// Whether the server said that mail has come since this was last cleared.
    pub(super) news: bool,
    /// Mails in the mailbox that is open, as far as the server said.
    count: u32,
}

/// One mail as a FETCH tells it.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// Its number in the mailbox.
    pub(super) uid: u32,
    /// Its size in bytes, when asked for.
    pub(super) size_bytes: Option<u64>,
    /// Its bytes, when asked for.
    pub(super) bytes: Option<Vec<u8>>,
}

/// How a command ended when it did not end well.
enum Ended {
    /// The server said no, or that it does not understand.
    No(String),
    /// The connection is of no more use.
    Lost(Fault),
}

impl Ended {
    fn fault(self, doing: &str) -> Fault {
        match self {
            Self::No(why) => Fault::unavailable(format!("{doing}: the server said {why}")),
            Self::Lost(fault) => fault,
        }
    }

    /// The same, for a mailbox that cannot be used: only the operator can help.
    fn about_mailbox(self, mailbox: &str) -> Fault {
        match self {
            Self::No(why) => {
                Fault::broken(NO_MAILBOX, format!("open the mailbox `{mailbox}`: {why}"))
            }
            Self::Lost(fault) => fault,
        }
    }
}

impl Talk {
    /// Connects and signs in.
    pub(super) async fn open(server: &MailServer, patience: Duration) -> Result<Self, Fault> {
        let session = sign_in::sign_in(server, patience).await?;
        let mut talk = Self {
            session,
            patience,
            can_idle: false,
            can_expunge_one: false,
            news: false,
            count: 0,
        };
        let (mut idle, mut one) = (false, false);
        let seen = |response: &Response<'_>| {
            if let Response::Capabilities(all) = response {
                let has = |name: &str| {
                    all.iter().any(|c| matches!(c, Capability::Atom(atom) if atom == name))
                };
                (idle, one) = (has("IDLE"), has("UIDPLUS"));
            }
        };
        let asked = talk.command("CAPABILITY", patience, seen).await;
        asked.map_err(|ended| ended.fault("ask what the server can do"))?;
        (talk.can_idle, talk.can_expunge_one) = (idle, one);
        Ok(talk)
    }

    /// Opens a mailbox for reading only; gives its UIDVALIDITY.
    pub(super) async fn examine(&mut self, mailbox: &str) -> Result<u32, Fault> {
        let mut validity = 0;
        let command = format!("EXAMINE {}", quoted(mailbox)?);
        let seen = |response: &Response<'_>| {
            if let Response::Data { outcome, .. } = response
                && let Some(ResponseCode::UidValidity(found)) = outcome.code
            {
                validity = found;
            }
        };
        let opened = self.command(&command, self.patience, seen).await;
        opened.map_err(|ended| ended.about_mailbox(mailbox))?;
        Ok(validity)
    }

    /// Opens a mailbox for writing, making it when it is missing.
    pub(super) async fn select_or_create(&mut self, mailbox: &str) -> Result<(), Fault> {
        let select = format!("SELECT {}", quoted(mailbox)?);
        match self.command(&select, self.patience, |_| {}).await {
            Ok(()) => return Ok(()),
            Err(Ended::Lost(fault)) => return Err(fault),
            Err(Ended::No(_)) => {}
        }
        let create = format!("CREATE {}", quoted(mailbox)?);
        let made = self.command(&create, self.patience, |_| {}).await;
        made.map_err(|ended| ended.about_mailbox(mailbox))?;
        let opened = self.command(&select, self.patience, |_| {}).await;
        opened.map_err(|ended| ended.about_mailbox(mailbox))
    }

    /// The numbers of the mails that fit, ascending.
    pub(super) async fn search(&mut self, wanted: &str) -> Result<Vec<u32>, Fault> {
        let mut found = Vec::new();
        let seen = |response: &Response<'_>| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                found.extend_from_slice(uids);
            }
        };
        let command = format!("UID SEARCH {wanted}");
        let searched = self.command(&command, self.patience, seen).await;
        searched.map_err(|ended| ended.fault("search the mailbox"))?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Fetches parts of mails; `size_bytes` is what is expected in all, and gives it more time.
    pub(super) async fn fetch(
        &mut self,
        uids: &[u32],
        parts: &str,
        size_bytes: u64,
    ) -> Result<Vec<Fetched>, Fault> {
        let mut found = Vec::new();
        let seen = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response {
                found.push(fetched(attributes));
            }
        };
        let set: Vec<String> = uids.iter().map(u32::to_string).collect();
        let command = format!("UID FETCH {} ({parts})", set.join(","));
        let length = self.patience + Duration::from_secs(size_bytes / SLOWEST_BYTES_PER_SECOND);
        let ended = self.command(&command, length, seen).await;
        ended.map_err(|ended| ended.fault("fetch mail"))?;
        // A server may tell a flag change of a mail nobody asked for in between.
        found.retain(|mail| uids.contains(&mail.uid));
        Ok(found)
    }

    /// Puts a mail into a mailbox.
    pub(super) async fn append(
        &mut self,
        mailbox: &str,
        flags: &str,
        mail: &[u8],
    ) -> Result<(), Fault> {
        let doing = format!("put a copy into the mailbox `{mailbox}`");
        let appending = self.session.append(mailbox, Some(flags), None, mail);
        match timeout(self.patience, appending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Fault::of_connection(&doing, &error)),
            Err(_) => Err(Fault::unavailable(format!("{doing}: no answer"))),
        }
    }

    /// Removes mails from the mailbox that is open.
    pub(super) async fn remove(&mut self, uids: &[u32]) -> Result<(), Fault> {
        let set: Vec<String> = uids.iter().map(u32::to_string).collect();
        let set = set.join(",");
        let mark = format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)");
        let marked = self.command(&mark, self.patience, |_| {}).await;
        marked.map_err(|ended| ended.fault("remove a draft"))?;
        // A plain EXPUNGE would also remove what a person has marked, so without UIDPLUS the mark
        // has to do.
        if self.can_expunge_one {
            let expunge = format!("UID EXPUNGE {set}");
            let expunged = self.command(&expunge, self.patience, |_| {}).await;
            expunged.map_err(|ended| ended.fault("remove a draft"))?;
        }
        Ok(())
    }

    /// Waits until the server says that mail has come, or until `length` is over (RFC 2177).
    pub(super) async fn idle(&mut self, length: Duration) -> Result<(), Fault> {
        let doing = "wait for mail";
        let tag = self.say("IDLE").await.map_err(|ended| ended.fault(doing))?;
        let until = Instant::now() + length;
        let mut begun = false;
        while !(begun && self.news) {
            // Before it has begun the server owes an answer; after that it may be silent.
            let patience =
                if begun { until.saturating_duration_since(Instant::now()) } else { self.patience };
            let heard = self.hear(|response| match response {
                Response::Continue(_) => Heard::Begun,
                Response::Done { tag: ended, .. } if *ended == tag => Heard::Ended,
                _ => Heard::Other,
            });
            match timeout(patience, heard).await {
                Ok(heard) => match heard.map_err(|ended| ended.fault(doing))? {
                    Heard::Begun => begun = true,
                    Heard::Ended => return Ok(()),
                    Heard::Other => {}
                },
                Err(_) if begun => break,
                Err(_) => return Err(Fault::unavailable(format!("{doing}: no answer"))),
            }
        }
        let patience = self.patience;
        let done = async {
            let said = self.session.run_command_untagged("DONE").await;
            said.map_err(|error| Ended::Lost(Fault::of_connection(doing, &error)))?;
            self.answer(&tag, |_| {}).await
        };
        match timeout(patience, done).await {
            Ok(ended) => ended.map_err(|ended| ended.fault(doing)),
            Err(_) => Err(Fault::unavailable(format!("{doing}: the connection is dead"))),
        }
    }

    /// Says goodbye; a server that does not answer is left all the same.
    pub(super) async fn close(mut self) {
        let _ = timeout(self.patience.min(GOODBYE), self.session.logout()).await;
    }

    /// One command and all of its answer.
    async fn command(
        &mut self,
        command: &str,
        length: Duration,
        seen: impl FnMut(&Response<'_>),
    ) -> Result<(), Ended> {
        let exchange = async {
            let tag = self.say(command).await?;
            self.answer(&tag, seen).await
        };
        let verb = command.split(' ').next().unwrap_or_default();
        timeout(length, exchange).await.unwrap_or_else(|_| {
            Err(Ended::Lost(Fault::unavailable(format!("{verb}: the server does not answer"))))
        })
    }

    async fn say(&mut self, command: &str) -> Result<RequestId, Ended> {
        let said = self.session.run_command(command).await;
        said.map_err(|error| Ended::Lost(Fault::of_connection("speak to the server", &error)))
    }

    /// The next thing the server says, read on the spot.
    async fn hear<T>(&mut self, read: impl FnOnce(&Response<'_>) -> T) -> Result<T, Ended> {
        let doing = "hear the server";
        let heard = match self.session.read_response().await {
            Ok(Some(heard)) => heard,
            Ok(None) => {
                let why = format!("{doing}: it closed the connection");
                return Err(Ended::Lost(Fault::unavailable(why)));
            }
            Err(error) => return Err(Ended::Lost(Fault::of_connection(doing, &error))),
        };
        match heard.parsed() {
            // Some servers repeat the count whenever waiting begins; only more mail is news.
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.news |= *count > self.count;
                self.count = *count;
            }
            Response::Expunge(_) => self.count = self.count.saturating_sub(1),
            Response::Data { status: Status::Bye, outcome } => {
                let why = outcome.information.as_deref().unwrap_or("goodbye");
                return Err(Ended::Lost(Fault::unavailable(format!("{doing}: it said {why}"))));
            }
            _ => {}
        }
        Ok(read(heard.parsed()))
    }

    async fn answer(
        &mut self,
        tag: &RequestId,
        mut seen: impl FnMut(&Response<'_>),
    ) -> Result<(), Ended> {
        loop {
            let end = self.hear(|response| match response {
                Response::Done { tag: ended, status, outcome } if ended == tag => {
                    let why = outcome.information.as_deref().unwrap_or("no").to_owned();
                    Some(if *status == Status::Ok { Ok(()) } else { Err(Ended::No(why)) })
                }
                other => {
                    seen(other);
                    None
                }
            });
            if let Some(end) = end.await? {
                return end;
            }
        }
    }
}

/// What is heard while waiting for mail.
enum Heard {
    Begun,
    Ended,
    Other,
}

/// How long a goodbye is waited for.
const GOODBYE: Duration = Duration::from_secs(2);

/// A line slower than this counts as dead.
const SLOWEST_BYTES_PER_SECOND: u64 = 64 * 1024;

fn fetched(attributes: &[AttributeValue<'_>]) -> Fetched {
    let mut mail = Fetched::default();
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(uid) => mail.uid = *uid,
            AttributeValue::Rfc822Size(size) => mail.size_bytes = Some(u64::from(*size)),
            AttributeValue::BodySection { data: Some(data), .. } => {
                mail.bytes = Some(data.to_vec());
            }
            _ => {}
        }
    }
    mail
}

/// A mailbox's name as IMAP writes it.
fn quoted(mailbox: &str) -> Result<String, Fault> {
    if mailbox.is_empty() || !mailbox.is_ascii() || mailbox.contains(|c: char| c.is_control()) {
        let why = format!("open the mailbox `{mailbox}`: its name must be written as IMAP does");
        return Err(Fault::broken(NO_MAILBOX, why));
    }
    Ok(format!("\"{}\"", mailbox.replace('\\', "\\\\").replace('"', "\\\"")))
}
