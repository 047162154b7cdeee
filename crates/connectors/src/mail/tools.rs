//! The tools of a mail account: answer, send, draft. Each acts on a permit and on exactly what it
//! says; whether it may, was decided before.

mod specs;

use super::compose::{Composed, Verb, compose};
use super::config::{MailConfig, MailFolders, MailKind, MailServer};
use super::copies::{Copies, Standing};
use super::letter::thread_key;
use super::outbox::{self, NotPut};
use super::own::Own;
use super::smtp::hand_over;
use casework::tool::ToolSpec;
use casework::{PermittedCall, Timestamp, time::DAY_MS};
use engine::carry::Failpoint;
use engine::clock::Clock;
use engine::seams::{LookUp, Tool, ToolError, ToolResult, Work};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// The tools of this account: `<prefix>.reply`, `<prefix>.send`, `<prefix>.draft`.
pub fn mail_tools(config: &MailConfig, clock: Clock) -> Vec<Arc<dyn Tool>> {
    mail_tools_with(config, clock, None)
}

/// The same tools, which call the failpoint by name at each step of sending by a server: `mail:`
/// and `draft`, `drafted`, `data`, `given`, `taken`, `filed`, `done`, in this order.
pub fn mail_tools_with(
    config: &MailConfig,
    clock: Clock,
    failpoint: Option<Failpoint>,
) -> Vec<Arc<dyn Tool>> {
    let account = Arc::new(Account {
        own: Own::new(config),
        config: config.clone(),
        clock,
        failpoint,
        sent: Mutex::new(BTreeMap::new()),
    });
    [Verb::Reply, Verb::Send, Verb::Draft]
        .into_iter()
        .map(|verb| {
            let spec = specs::spec(&account.config, verb);
            let tool: Arc<dyn Tool> =
                Arc::new(MailTool { account: Arc::clone(&account), verb, spec });
            tool
        })
        .collect()
}

struct MailTool {
    account: Arc<Account>,
    verb: Verb,
    spec: ToolSpec,
}

/// What the tools of one account share.
struct Account {
    config: MailConfig,
    own: Own,
    clock: Clock,
    failpoint: Option<Failpoint>,
    /// When something was sent to whom, in the last day.
    sent: Mutex<BTreeMap<String, Vec<Timestamp>>>,
}

impl Tool for MailTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>> {
        Box::pin(async move {
            let (account, verb) = (&self.account, self.verb);
            let now = account.clock.now();
            let mail = compose(call, verb, &account.config, &account.own, now)
                .map_err(|message| ToolError::Rejected { message })?;
            if verb == Verb::Draft {
                return account.draft(mail).await;
            }
            account.has_room(&mail.to, now)?;
            let sent = account.send(&mail).await;
            if matches!(sent, Ok(_) | Err(ToolError::InDoubt { .. })) {
                account.count(mail.to, now);
            }
            sent
        })
    }

    fn look_up<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<LookUp, ToolError>> {
        Box::pin(async move {
            let id = self.account.own.message_id(call.key());
            let to = call.call().argument("to").as_str().unwrap_or_default().to_lowercase();
            let happened = || LookUp::Happened(result(&id, &to, None));
            let standing = self.account.standing(&id, self.verb).await?;
            if standing == Standing::Sent && self.verb != Verb::Draft {
                self.account.tidy(&id).await;
            }
            Ok(match (standing, self.verb) {
                (Standing::Sent, _) | (Standing::Drafted, Verb::Draft) => happened(),
                (Standing::Nowhere, _) => LookUp::Never,
                (Standing::Drafted, Verb::Reply | Verb::Send) => LookUp::Unknown {
                    known: "it was being handed to the server when the program stopped".to_owned(),
                },
            })
        })
    }
}

impl Account {
    async fn send(&self, mail: &Composed) -> Result<ToolResult, ToolError> {
        match &self.config.kind {
            MailKind::Imap(server) => self.send_by(server, mail).await,
            MailKind::Folder(at) | MailKind::Maildir(at) | MailKind::Mbox(at) => {
                put(at.sent.clone(), mail).await
            }
        }
    }

    /// First the copy in `Drafts`, then the mail, then the copy in `Sent`: so that at each moment
    /// the copies tell what is known.
    async fn send_by(&self, server: &MailServer, mail: &Composed) -> Result<ToolResult, ToolError> {
        let pace = self.config.pace;
        let mut copies = Copies::open(server, pace).await.map_err(|fault| fault.for_tool())?;
        match copies.standing(&mail.id).await.map_err(|fault| fault.for_tool())? {
            Standing::Sent => return Ok(result(&mail.id, &mail.to, None)),
            // Whoever calls again knows that the attempt this copy is of did not send it.
            Standing::Drafted => {}
            Standing::Nowhere => {
                self.reach("mail:draft");
                copies.draft(&mail.bytes).await.map_err(|fault| fault.for_tool())?;
                self.reach("mail:drafted");
            }
        }
        let reach = |point: &str| self.reach(point);
        if let Err(error) = hand_over(server, mail, pace.exchange, &reach).await {
            if !matches!(error, ToolError::InDoubt { .. }) {
                // Left behind it would only make a later look-up say less than is known.
                let _ = copies.undraft(&mail.id).await;
            }
            copies.close().await;
            return Err(error);
        }
        self.reach("mail:taken");
        let warning = copies.sent(&mail.id, &mail.bytes, &reach).await.err();
        self.reach("mail:done");
        if let Some(fault) = &warning {
            tracing::warn!(%fault, "a sent mail has no copy in the mailbox of sent mail");
        }
        let warning = warning.map(|fault| format!("it was sent, but no copy was kept: {fault}"));
        Ok(result(&mail.id, &mail.to, warning))
    }

    fn reach(&self, point: &str) {
        if let Some(hook) = &self.failpoint {
            hook(point);
        }
    }

    async fn draft(&self, mail: Composed) -> Result<ToolResult, ToolError> {
        match &self.config.kind {
            MailKind::Imap(server) => {
                let opened = Copies::open(server, self.config.pace).await;
                let mut copies = opened.map_err(|fault| fault.for_tool())?;
                let standing = copies.standing(&mail.id).await.map_err(|fault| fault.for_tool())?;
                if standing == Standing::Nowhere {
                    copies.draft(&mail.bytes).await.map_err(|fault| fault.for_tool())?;
                }
                copies.close().await;
                Ok(result(&mail.id, &mail.to, None))
            }
            MailKind::Folder(at) | MailKind::Maildir(at) | MailKind::Mbox(at) => {
                put(at.drafts.clone(), &mail).await
            }
        }
    }

    async fn standing(&self, id: &str, verb: Verb) -> Result<Standing, ToolError> {
        match &self.config.kind {
            MailKind::Imap(server) => {
                let opened = Copies::open(server, self.config.pace).await;
                let mut copies = opened.map_err(|fault| fault.for_tool())?;
                let standing = copies.standing(id).await.map_err(|fault| fault.for_tool())?;
                copies.close().await;
                Ok(standing)
            }
            MailKind::Folder(at) | MailKind::Maildir(at) | MailKind::Mbox(at) => {
                let held = holds(folder(at, verb), id.to_owned()).await?;
                Ok(if held { Standing::Sent } else { Standing::Nowhere })
            }
        }
    }

    /// Removes the draft of a mail that went out, if the program stopped before it did: a person
    /// who found it might send it again. Best effort; the mail is in `Sent` whatever comes of it.
    async fn tidy(&self, id: &str) {
        if let MailKind::Imap(server) = &self.config.kind
            && let Ok(mut copies) = Copies::open(server, self.config.pace).await
        {
            if let Err(fault) = copies.undraft(id).await {
                tracing::warn!(%fault, "the draft of a sent mail stays");
            }
            copies.close().await;
        }
    }

    fn has_room(&self, to: &str, now: Timestamp) -> Result<(), ToolError> {
        let most = self.config.caps.sends_per_recipient_per_day as usize;
        let sent = self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let recent = |at: &&Timestamp| now.since_ms(**at) < DAY_MS;
        let count = sent.get(to).map_or(0, |all| all.iter().filter(recent).count());
        if count < most {
            return Ok(());
        }
        let message = format!("{count} mails went to {to} in 24 hours, and no more may");
        Err(ToolError::Rejected { message })
    }

    fn count(&self, to: String, now: Timestamp) {
        let mut sent = self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for all in sent.values_mut() {
            all.retain(|at| now.since_ms(*at) < DAY_MS);
        }
        sent.retain(|_, all| !all.is_empty());
        sent.entry(to).or_default().push(now);
    }
}

fn folder(at: &MailFolders, verb: Verb) -> PathBuf {
    match verb {
        Verb::Reply | Verb::Send => at.sent.clone(),
        Verb::Draft => at.drafts.clone(),
    }
}

async fn put(folder: PathBuf, mail: &Composed) -> Result<ToolResult, ToolError> {
    let (id, bytes) = (mail.id.clone(), mail.bytes.clone());
    let put = tokio::task::spawn_blocking(move || outbox::put(&folder, &id, &bytes)).await;
    match put {
        Ok(Ok(())) => Ok(result(&mail.id, &mail.to, None)),
        Ok(Err(NotPut::Fault(fault))) => Err(fault.for_tool()),
        Ok(Err(NotPut::Unsure(known))) => Err(ToolError::InDoubt { known }),
        Err(error) => Err(ToolError::InDoubt { known: format!("writing the mail ended: {error}") }),
    }
}

async fn holds(folder: PathBuf, id: String) -> Result<bool, ToolError> {
    let held = tokio::task::spawn_blocking(move || outbox::holds(&folder, &id)).await;
    match held {
        Ok(held) => held.map_err(|fault| fault.for_tool()),
        Err(error) => {
            let why = format!("looking for the mail ended: {error}");
            Err(ToolError::Unavailable { why, retry_after_ms: None })
        }
    }
}

fn result(id: &str, to: &str, warning: Option<String>) -> ToolResult {
    let mut data = json!({ "message_id": id, "to": to });
    if let (Some(warning), Some(map)) = (warning, data.as_object_mut()) {
        map.insert("warning".to_owned(), warning.into());
    }
    ToolResult { data, threads: vec![thread_key(id)] }
}
