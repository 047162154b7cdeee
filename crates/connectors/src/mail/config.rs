//! What a mail account is, as plain data that is handed in. It reads no file and no environment,
//! and checks nothing: what does not work is found by `Source::probe`.

use crate::secret::Secret;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// One mail account: where its mail comes from, and how mail is sent from it.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// Its name in the office file: `support`. The source is then `mail:support`.
    pub name: String,
    /// What its tools' names begin with: `mail` for the first account, so that workers say
    /// `mail.reply`.
    pub tool_prefix: String,
    /// Where its mail lies.
    pub kind: MailKind,
    /// The address that mail is sent from: `support@harbourandpine.example`.
    pub address: String,
    /// The name shown beside it, if any: `Harbour & Pine`.
    pub display_name: Option<String>,
    /// Further addresses of this account: mail from these is never answered.
    pub own_addresses: Vec<String>,
    /// The firm's domains: verified mail from these is a colleague's, unverified mail is doubted.
    pub own_domains: Vec<String>,
    /// The name under which the account's own server writes `Authentication-Results`. Only these
    /// headers are believed; without it nobody's sender address counts as verified.
    pub authserv: Option<String>,
    /// Where the keys come from with which signatures are verified here.
    pub dkim: DkimKeys,
    /// Bounds.
    pub caps: MailCaps,
    /// How often to look and how long to wait.
    pub pace: MailPace,
}

impl MailConfig {
    /// An account with the usual bounds, nothing verified and no further addresses.
    pub fn new(name: impl Into<String>, address: impl Into<String>, kind: MailKind) -> Self {
        Self {
            name: name.into(),
            tool_prefix: "mail".to_owned(),
            kind,
            address: address.into(),
            display_name: None,
            own_addresses: Vec::new(),
            own_domains: Vec::new(),
            authserv: None,
            dkim: DkimKeys::default(),
            caps: MailCaps::default(),
            pace: MailPace::default(),
        }
    }
}

/// Where the public keys of DKIM signatures come from. With neither, no signature is verified here
/// and only `authserv` can vouch for a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DkimKeys {
    /// Key records by name: `mail._domainkey.clay.example` and `v=DKIM1; p=…`.
    pub known: BTreeMap<String, String>,
    /// Whether the system's name servers are asked for other keys.
    pub ask_dns: bool,
}

impl DkimKeys {
    /// Reads key records from text: a name and a record per line, the record as it is or in the
    /// quoted pieces of a zone file, with `IN TXT` before it or not; `#` and `;` begin a comment
    /// line.
    ///
    /// # Errors
    /// The number of the first line that is none of these.
    pub fn parse(text: &str) -> Result<BTreeMap<String, String>, usize> {
        let mut known = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let (name, rest) = line.split_once(char::is_whitespace).ok_or(index + 1)?;
            let rest = rest.trim_start().trim_start_matches("IN").trim_start();
            let rest = rest.trim_start_matches("TXT").trim();
            let record: String = match rest.contains('"') {
                true => rest.split('"').skip(1).step_by(2).collect(),
                false => rest.to_owned(),
            };
            if !name.contains("._domainkey.") || !record.contains("p=") {
                return Err(index + 1);
            }
            known.insert(name.trim_end_matches('.').to_lowercase(), record);
        }
        Ok(known)
    }
}

/// Where mail lies and how it leaves.
#[derive(Clone, Debug)]
pub enum MailKind {
    /// A folder of `.eml` files, taken in the order of their names.
    Folder(MailFolders),
    /// A maildir with `new` and `cur`; files are read where they lie and never moved.
    Maildir(MailFolders),
    /// One mbox file, to which mail is added at its end.
    Mbox(MailFolders),
    /// A server: IMAP for reading, SMTP for sending.
    Imap(Box<MailServer>),
}

/// Mail on disk: sending writes a file, from where another program may take it.
#[derive(Clone, Debug)]
pub struct MailFolders {
    /// The folder of `.eml` files, the maildir, or the mbox file.
    pub inbox: PathBuf,
    /// The folder that gets what is sent, one `.eml` per mail; made when it is missing.
    pub sent: PathBuf,
    /// The folder that gets drafts; made when it is missing.
    pub drafts: PathBuf,
}

impl MailFolders {
    /// An inbox, with drafts in the folder `drafts` inside `sent`.
    pub fn new(inbox: impl Into<PathBuf>, sent: impl Into<PathBuf>) -> Self {
        let sent = sent.into();
        Self { inbox: inbox.into(), drafts: sent.join("drafts"), sent }
    }
}

/// Mail on a server.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Reading.
    pub imap: Endpoint,
    /// Sending.
    pub smtp: Endpoint,
    /// Certificates to trust besides the public ones, as PEM: a firm's own authority.
    pub extra_roots: Option<Vec<u8>>,
    /// The mailbox that is read: `INBOX`. It is opened read-only; no flag of it changes.
    pub mailbox: String,
    /// Whether to let the server say at once that mail has come, where it can (RFC 2177).
    pub idle: bool,
    /// The mailbox that gets a copy of what was sent: `Sent`.
    pub sent: String,
    /// The mailbox that holds drafts, and a mail's copy while it is being handed over: `Drafts`.
    pub drafts: String,
    /// Whether `sent` is read as well, to learn whom people of the firm wrote to before.
    pub reads_sent: bool,
    /// On the first look, take only mail that came in the last so many days; `None` takes all.
    pub first_look_days: Option<u32>,
}

impl MailServer {
    /// A server with the usual names of mailboxes; all mail in `INBOX` is taken.
    pub fn new(imap: Endpoint, smtp: Endpoint) -> Self {
        Self {
            imap,
            smtp,
            extra_roots: None,
            mailbox: "INBOX".to_owned(),
            idle: true,
            sent: "Sent".to_owned(),
            drafts: "Drafts".to_owned(),
            reads_sent: false,
            first_look_days: None,
        }
    }
}

/// One server to talk to.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port: 993 or 143 for IMAP, 465, 587 or 25 for SMTP.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Who we are there; `None` for a relay on this machine that asks for nobody's name.
    pub login: Option<Login>,
}

/// A user's name and password.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password, or an app password.
    pub password: Secret,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// TLS after a greeting in the clear; a server that does not offer it is refused.
    StartTls,
    /// No protection. Refused for any address but this machine's own.
    Plain,
}

/// Bounds on what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailCaps {
    /// Mails to one address in 24 hours, over all cases: a second belt beside the worker's limits.
    /// It is counted in memory, so a restart begins anew.
    pub sends_per_recipient_per_day: u32,
}

impl Default for MailCaps {
    fn default() -> Self {
        Self { sends_per_recipient_per_day: 20 }
    }
}

/// How often to look and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailPace {
    /// Between two looks into a folder or file.
    pub folder_poll: Duration,
    /// How long a file must have lain unchanged before it is read, so that none is read half
    /// written.
    pub settle: Duration,
    /// Between two looks into a mailbox on a server, whatever the server said meanwhile.
    pub server_poll: Duration,
    /// How long one exchange with a server may take before the connection counts as dead.
    pub exchange: Duration,
    /// Before the first attempt to reconnect; each failure doubles it.
    pub retry_first: Duration,
    /// Its bound; after a refused password this long at once, since servers lock accounts.
    pub retry_most: Duration,
}

impl Default for MailPace {
    fn default() -> Self {
        Self {
            folder_poll: Duration::from_secs(2),
            settle: Duration::from_millis(200),
            server_poll: Duration::from_secs(60),
            exchange: Duration::from_secs(30),
            retry_first: Duration::from_secs(1),
            retry_most: Duration::from_secs(300),
        }
    }
}
