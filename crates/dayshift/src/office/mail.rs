//! `[mail.NAME]`: one mail account each. It connects to nothing; passwords stay references until
//! then.

use super::reader::{Node, Said, Table};
use super::secret::{self, SecretError, SecretRef};
use super::tools::choice;
use casework::tool::ToolSpec;
use connectors::Secret;
use connectors::mail::{
    DkimKeys, Endpoint, Login, MailConfig, MailFolders, MailKind, MailServer, Tls, mail_tools,
};
use engine::clock::Clock;
use std::path::Path;

/// A mail account whose passwords are not fetched yet.
#[derive(Clone, Debug)]
pub struct MailAccount {
    /// The account, with empty passwords.
    pub config: MailConfig,
    /// The password for reading.
    pub imap_password: Option<SecretRef>,
    /// The password for sending; the one for reading where none is named.
    pub smtp_password: Option<SecretRef>,
}

impl MailAccount {
    /// What its tools declare.
    pub fn specs(&self) -> Vec<ToolSpec> {
        let tools = mail_tools(&self.config, Clock::System);
        tools.iter().map(|tool| tool.spec().clone()).collect()
    }

    /// The account with its passwords.
    ///
    /// # Errors
    /// When one of them is not where the file says.
    pub fn with_passwords(&self) -> Result<MailConfig, SecretError> {
        let mut config = self.config.clone();
        let reading = self.imap_password.as_ref().map(SecretRef::fetch).transpose()?;
        let sending = self.smtp_password.as_ref().map(SecretRef::fetch).transpose()?;
        if let MailKind::Imap(server) = &mut config.kind {
            let sending = sending.or_else(|| reading.clone());
            for (endpoint, secret) in [(&mut server.imap, reading), (&mut server.smtp, sending)] {
                if let (Some(login), Some(secret)) = (&mut endpoint.login, secret) {
                    login.password = secret;
                }
            }
        }
        Ok(config)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    Maildir,
    Mbox,
    Imap,
}

pub(super) fn read(
    table: &Table<'_>,
    dir: &Path,
    firm: &str,
    domains: &[String],
) -> Vec<MailAccount> {
    let mut accounts = Vec::new();
    for (name, account) in table.named("mail") {
        let kinds = [
            ("folder", Kind::Folder),
            ("maildir", Kind::Maildir),
            ("mbox", Kind::Mbox),
            ("imap", Kind::Imap),
        ];
        let kind = choice(account.need_word("kind", "where its mail lies"), &kinds);
        let address = account.need_text("address", "which address it is");
        let read = kind.and_then(|kind| match kind {
            Kind::Imap => server(&account, dir),
            Kind::Folder => folders(&account, dir, MailKind::Folder),
            Kind::Maildir => folders(&account, dir, MailKind::Maildir),
            Kind::Mbox => folders(&account, dir, MailKind::Mbox),
        });
        let display_name = account.word("display_name").map_or(firm, |word| word.text).to_owned();
        let own_addresses = super::firm::words(&account, "own_addresses");
        let authserv = account.word("authserv").map(|word| word.text.to_owned());
        let dkim = dkim(&account, dir);
        let per_day = account.get("sends_per_recipient_per_day").and_then(|node| node.whole());
        let prefix = account.word("tools").map(|word| word.text.to_owned());
        account.finish();
        let Some((kind, imap_password, smtp_password)) = read else { continue };
        let mut config = MailConfig::new(name.text, address, kind);
        // The first account's tools are `mail.…`, so that most job descriptions need no more.
        config.tool_prefix = prefix.unwrap_or_else(|| match accounts.is_empty() {
            true => "mail".to_owned(),
            false => format!("mail_{}", name.text),
        });
        config.display_name = Some(display_name);
        config.own_addresses = own_addresses;
        config.own_domains = domains.to_vec();
        config.authserv = authserv;
        config.dkim = dkim;
        if let Some(per_day) = per_day.and_then(|count| u32::try_from(count).ok()) {
            config.caps.sends_per_recipient_per_day = per_day;
        }
        accounts.push(MailAccount { config, imap_password, smtp_password });
    }
    accounts
}

/// Which keys senders' signatures are verified with; with neither setting none is.
fn dkim(account: &Table<'_>, dir: &Path) -> DkimKeys {
    let words = [("off", false), ("dns", true)];
    let asks = account.word("dkim").and_then(|word| choice(Some(word), &words));
    let known = account.word("dkim_keys").and_then(|word| {
        let text = match std::fs::read_to_string(dir.join(word.text)) {
            Ok(text) => text,
            Err(error) => {
                let said = Said::new(format!("the keys cannot be read: {error}"));
                word.error("W001", said.label("a file with a key record in each line"));
                return None;
            }
        };
        let line = match DkimKeys::parse(&text) {
            Ok(known) => return Some(known),
            Err(line) => line,
        };
        let said = Said::new(format!("line {line} of `{}` is no key record", word.text));
        word.error("W006", said.label("each line is NAME._domainkey.DOMAIN and a record"));
        None
    });
    DkimKeys { known: known.unwrap_or_default(), ask_dns: asks.unwrap_or(false) }
}

type Read = (MailKind, Option<SecretRef>, Option<SecretRef>);

fn folders(account: &Table<'_>, dir: &Path, kind: fn(MailFolders) -> MailKind) -> Option<Read> {
    let inbox = account.need_word("inbox", "where mail arrives");
    let sent = account.need_word("sent", "where sent mail is written");
    let drafts = account.word("drafts");
    let inbox = inbox?;
    if !dir.join(inbox.text).exists() {
        let said = Said::new(format!("there is no mailbox at `{}`", inbox.text));
        inbox.error("W001", said.label("no such file or folder"));
    }
    let mut folders = MailFolders::new(dir.join(inbox.text), dir.join(sent?.text));
    if let Some(drafts) = drafts {
        folders.drafts = dir.join(drafts.text);
    }
    Some((kind(folders), None, None))
}

fn server(account: &Table<'_>, dir: &Path) -> Option<Read> {
    let (imap, imap_password) = endpoint(account, dir, 993, Tls::Implicit);
    let mailbox = account.word("mailbox").map(|word| word.text.to_owned());
    let sent = account.word("sent").map(|word| word.text.to_owned());
    let drafts = account.word("drafts").map(|word| word.text.to_owned());
    let idle = account.get("idle").and_then(|node| node.flag());
    let reads_sent = account.get("reads_sent").and_then(|node| node.flag());
    let first_look = account.get("first_look_days").and_then(|node| node.whole());
    let roots = account.word("ca").and_then(|word| match std::fs::read(dir.join(word.text)) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let said = Said::new(format!("the certificates cannot be read: {error}"));
            word.error("W001", said.label("a PEM file"));
            None
        }
    });
    let smtp = account.need("smtp", "which server sends").and_then(|node: Node<'_>| node.table());
    let smtp = smtp.map(|table| {
        let read = endpoint(&table, dir, 465, Tls::Implicit);
        table.finish();
        read
    });
    let (mut smtp, smtp_password) = smtp?;
    let mut smtp_endpoint = smtp.take()?;
    let imap = imap?;
    if smtp_endpoint.login.is_none() && smtp_password.is_none() && smtp_endpoint.tls != Tls::Plain {
        smtp_endpoint.login.clone_from(&imap.login);
    }
    let mut server = MailServer::new(imap, smtp_endpoint);
    server.extra_roots = roots;
    server.first_look_days = first_look.and_then(|days| u32::try_from(days).ok());
    server.reads_sent = reads_sent.unwrap_or(true);
    server.idle = idle.unwrap_or(server.idle);
    server.mailbox = mailbox.unwrap_or(server.mailbox);
    server.sent = sent.unwrap_or(server.sent);
    server.drafts = drafts.unwrap_or(server.drafts);
    Some((MailKind::Imap(Box::new(server)), imap_password, smtp_password))
}

fn endpoint(
    table: &Table<'_>,
    dir: &Path,
    port: u16,
    tls: Tls,
) -> (Option<Endpoint>, Option<SecretRef>) {
    let host = table.need_word("host", "the server's name").map(|word| word.text.to_owned());
    let words = [("implicit", Tls::Implicit), ("starttls", Tls::StartTls), ("plain", Tls::Plain)];
    let tls = table.word("tls").and_then(|word| choice(Some(word), &words)).unwrap_or(tls);
    let port = table
        .get("port")
        .and_then(|node| {
            let port = node.whole().map(u16::try_from)?;
            if port.is_err() {
                node.error("W008", Said::new("a port is at most 65535"));
            }
            port.ok()
        })
        .unwrap_or(port);
    let user = table.word("user").map(|word| word.text.to_owned());
    let password = table.get("password").and_then(|node| secret::read(&node, dir));
    let login = user.map(|user| Login { user, password: Secret::new("") });
    (host.map(|host| Endpoint { host, port, tls, login }), password)
}
