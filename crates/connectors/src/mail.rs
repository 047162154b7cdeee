//! Mail as a source and as tools: a folder, a maildir, an mbox file, or a server by IMAP and SMTP.
//! It hands in what arrived and sends what it has a permit for; it decides neither who is answered
//! nor what a mail means.

mod compose;
mod config;
mod connect;
mod copies;
mod doubts;
mod evidence;
mod fault;
mod files;
mod header_section;
mod history;
mod keys;
mod letter;
mod lookalike;
mod mailbox;
mod outbox;
mod own;
mod sender;
mod smtp;
mod source;
mod talk;
mod tools;

pub use config::{
    DkimKeys, Endpoint, Login, MailCaps, MailConfig, MailFolders, MailKind, MailPace, MailServer,
    Tls,
};
pub use source::MailSource;
pub use tools::{mail_tools, mail_tools_with};
