//! A tiny office on disk: a folder of mails, a table of tickets, one worker that judges nothing. It
//! runs nothing.

use crate::program::run;
use serde_json::Value as Json;
use sqlx::{Connection as _, Row as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The name under which the office's own server writes its findings.
pub const SERVER: &str = "mx.lantern.example";

const OFFICE: &str = r#"
name = "Lantern Works"
about = "an invented lamp maker"
domains = ["lantern.example"]

[people.ines]
name = "Ines Roth"
mail = "ines@lantern.example"
roles = ["lead"]

[people.paul]
name = "Paul Weir"
mail = "paul@lantern.example"
roles = ["store"]

[mail.desk]
kind = "folder"
inbox = "mailbox"
sent = "sent"
address = "desk@lantern.example"
authserv = "mx.lantern.example"

[database.desk]
path = "data/desk.db"
schema = "data/desk.sql"

[tool."tickets.create"]
database = "desk"
about = "Opens a ticket."
says = "Open a ticket: {{ title }}"
effect = "write"
one = true
sql = """insert into ticket (title, sender, message_id) values (:title, :sender, :message_id)
returning id"""
parameters.title = { kind = "text", required = true }
parameters.sender = { kind = "text", required = true }
parameters.message_id = { kind = "text", required = true }
origins = { id = "record" }

[tool."tickets.get"]
database = "desk"
about = "Reads one ticket."
says = "Read ticket {{ id }}"
effect = "read"
one = true
sql = "select id, title, sender, status from ticket where id = :id"
parameters.id = { kind = "integer", required = true }
origins = { "" = "record" }
"#;

// No column is unique: a ticket written twice has to show.
const SCHEMA: &str = "create table ticket (
  id integer primary key, title text not null, sender text not null, message_id text not null,
  status text not null default 'open') strict;";

const WORKER: &str = r#"
role = "Desk"
goal = "Every mail is kept as a ticket and answered"
mode = "supervised"
tools = ["tickets.create", "tickets.get", "mail.reply"]
reviewers = { default = ["lead"] }
limits = { calls = 10, open_days = 14, replies = 2, ask_hours = 72 }

[[trigger]]
source = "mail:desk"

[[step]]
name = "doubtful"
when = 'size(signal.doubts) > 0 || size(signal.warnings) > 0'
hand_over = "a person should look at this mail: {{ signal.doubts }} {{ signal.warnings }}"

[[step]]
name = "ticket"
call = "tickets.create"
with.title = "{{ signal.subject | no subject }}"
with.sender = "$signal.sender"
with.message_id = "$signal.message_id"

[[step]]
name = "reply"
call = "mail.reply"
with.to = "$signal.sender"
with.subject = "Re: {{ signal.subject | your mail }}"
with.in_reply_to = "$signal.message_id"
with.text = "Thank you. This is ticket {{ ticket.id }}."

[done]
read = "tickets.get"
with = { id = "$ticket.id" }
when = 'found.status == "open"'
say = "ticket {{ ticket.id }}"

[[rule]]
tool = "tickets.create"
allow = 'signal.sender_check == "passed"'
"#;

const MAY_REPLY: &str = r#"
[[rule]]
tool = "mail.reply"
allow = 'signal.sender_check == "passed" && args.to == signal.sender'
"#;

/// Whether the worker may answer mails alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Replies {
    Alone,
    Asked,
}

/// Writes the office with so many ordinary mails.
pub fn write(dir: &Path, mails: usize, replies: Replies) {
    let worker = dir.join("workers/desk");
    for folder in [worker.as_path(), &dir.join("data"), &dir.join("mailbox")] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let rules = if replies == Replies::Alone { MAY_REPLY } else { "" };
    std::fs::write(dir.join("office.toml"), OFFICE).unwrap();
    std::fs::write(dir.join("data/desk.sql"), SCHEMA).unwrap();
    std::fs::write(worker.join("worker.toml"), format!("{WORKER}{rules}")).unwrap();
    std::fs::write(worker.join("playbook.md"), "Keep every mail and answer it.\n").unwrap();
    for number in 0..mails {
        put_mail(dir, &format!("{number:03}.eml"), &mail(number));
    }
}

/// The same office without mails, its account on a real server of this machine.
pub fn write_on_server(dir: &Path, imap_port: u16, address: &str, password: &str) {
    write(dir, 0, Replies::Alone);
    let account = format!(
        "kind = \"imap\"\nhost = \"127.0.0.1\"\nport = {imap_port}\ntls = \"plain\"\n\
         user = \"{address}\"\npassword = {{ file = \"password\" }}\naddress = \"{address}\"\n\
         smtp = {{ host = \"127.0.0.1\", port = {}, tls = \"plain\" }}\n",
        imap_port + 2
    );
    let folder = "kind = \"folder\"\ninbox = \"mailbox\"\nsent = \"sent\"\n\
                  address = \"desk@lantern.example\"\n";
    assert!(OFFICE.contains(folder));
    std::fs::write(dir.join("office.toml"), OFFICE.replace(folder, &account)).unwrap();
    std::fs::write(dir.join("password"), password).unwrap();
}

/// An ordinary mail by a proven sender.
pub fn mail(number: usize) -> Vec<u8> {
    format!(
        "Authentication-Results: {SERVER}; dmarc=pass header.from=guest{number}.example\r\n\
         From: Guest {number} <guest@guest{number}.example>\r\n\
         To: desk@lantern.example\r\n\
         Subject: Lamp {number}\r\n\
         Date: Mon, 02 Nov 2026 09:14:00 +0100\r\n\
         Message-ID: <mail-{number}@guest{number}.example>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n\
         The lamp with number {number} flickers.\r\n"
    )
    .into_bytes()
}

/// Puts a mail into the inbox as one that has lain there for a while: only such are read at once.
pub fn put_mail(dir: &Path, name: &str, bytes: &[u8]) {
    let path = dir.join("mailbox").join(name);
    std::fs::write(&path, bytes).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the file's age is real time")]
    let now = SystemTime::now();
    file.set_modified(now - Duration::from_secs(3_600)).unwrap();
}

/// All cases, oldest first.
pub fn cases(dir: &Path) -> Vec<Json> {
    let listed = run(dir, &["case", "list", "--json", "--limit", "1000"]).well();
    let mut cases = listed["cases"].as_array().unwrap().clone();
    cases.reverse();
    cases
}

/// The status of every case, oldest first.
pub fn statuses(dir: &Path) -> Vec<String> {
    let status = |case: &Json| case["progress"]["status"].as_str().unwrap().to_owned();
    cases(dir).iter().map(status).collect()
}

/// The journal of a case.
pub fn entries(dir: &Path, case: u64) -> Vec<Json> {
    let shown = run(dir, &["case", "show", &case.to_string(), "--json"]).well();
    shown["entries"].as_array().unwrap().clone()
}

/// The Message-IDs that tickets were opened for, sorted.
pub fn tickets(dir: &Path) -> Vec<String> {
    column(&dir.join("data/desk.db"), "select message_id from ticket order by message_id")
}

/// The first column of what a statement gives; nothing where there is no file.
pub fn column(path: &Path, sql: &'static str) -> Vec<String> {
    if !path.exists() {
        return Vec::new();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    })
}

/// The mails that went out.
pub fn sent(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir.join("sent")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The values of a header of the mails that went out, sorted; headers here are never folded.
pub fn sent_headers(dir: &Path, name: &str) -> Vec<String> {
    let prefix = format!("{name}: ");
    let value = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(&prefix).map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    let mut values: Vec<String> = sent(dir).iter().map(value).collect();
    values.sort();
    values
}
