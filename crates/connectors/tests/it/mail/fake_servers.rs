//! IMAP and SMTP servers in this process that misbehave on purpose, which real ones cannot be asked
//! to. They know only what the tests need.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How a fake IMAP server behaves; it counts its connections.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// The first connection falls silent for ever once it idles.
    pub dead_after_idle: bool,
    /// It hangs up instead of answering a search.
    pub hangs_up_on_search: bool,
    /// It refuses to keep mail in this mailbox.
    pub refuses: Option<&'static str>,
}

/// A fake IMAP server.
#[derive(Clone, Debug)]
pub struct FakeImap {
    /// Its port.
    pub port: u16,
    /// Its mailboxes.
    pub boxes: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
    /// How many connections there were.
    pub connections: Arc<Mutex<u32>>,
    /// How often anyone began to idle; each time it tells how many mails there are.
    pub idles: Arc<Mutex<u32>>,
    /// How it behaves, from the next command on.
    pub manners: Arc<Mutex<Manners>>,
}

impl FakeImap {
    pub async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            port: listener.local_addr().unwrap().port(),
            boxes: Arc::default(),
            connections: Arc::default(),
            idles: Arc::default(),
            manners: Arc::new(Mutex::new(manners)),
        };
        let server = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *server.connections.lock().unwrap() += 1;
                let server = server.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        fake
    }

    /// What a mailbox holds.
    pub fn mailbox(&self, name: &str) -> Vec<String> {
        self.boxes.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let is_first = *self.connections.lock().unwrap() == 1;
        let mut stream = BufReader::new(stream);
        stream.write_all(b"* OK ready\r\n").await.ok()?;
        let mut open = String::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end();
            let (tag, command) = line.split_once(' ')?;
            let manners = self.manners.lock().unwrap().clone();
            let answer = if command == "CAPABILITY" {
                "* CAPABILITY IMAP4rev1 IDLE UIDPLUS\r\n".to_owned()
            } else if command.starts_with("SELECT") || command.starts_with("EXAMINE") {
                open = command.split('"').nth(1)?.to_owned();
                format!("* {} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n", self.mailbox(&open).len())
            } else if command.starts_with("UID SEARCH") {
                if manners.hangs_up_on_search {
                    return None;
                }
                format!("* SEARCH{}\r\n", self.found(&open, command))
            } else if command.starts_with("UID FETCH") {
                self.fetched(&open, command)
            } else if command.starts_with("UID EXPUNGE") {
                let uid: usize = command.rsplit(' ').next()?.parse().ok()?;
                self.boxes.lock().unwrap().get_mut(&open)?[uid - 1].clear();
                String::new()
            } else if command.starts_with("APPEND") {
                stream.write_all(b"+ go on\r\n").await.ok()?;
                let size = command.rsplit('{').next()?.trim_end_matches('}').parse().ok()?;
                let mut mail = vec![0; size];
                stream.read_exact(&mut mail).await.ok()?;
                stream.read_line(&mut String::new()).await.ok()?;
                let name = command.split('"').nth(1)?.to_owned();
                if manners.refuses == Some(name.as_str()) {
                    stream.write_all(format!("{tag} NO full\r\n").as_bytes()).await.ok()?;
                    continue;
                }
                let mail = String::from_utf8(mail).unwrap();
                self.boxes.lock().unwrap().entry(name).or_default().push(mail);
                String::new()
            } else if command == "IDLE" {
                *self.idles.lock().unwrap() += 1;
                let count = self.mailbox(&open).len();
                let told = format!("+ idling\r\n* {count} EXISTS\r\n");
                stream.write_all(told.as_bytes()).await.ok()?;
                if manners.dead_after_idle && is_first {
                    std::future::pending::<()>().await;
                }
                stream.read_line(&mut String::new()).await.ok()?;
                String::new()
            } else {
                String::new()
            };
            stream.write_all(format!("{answer}{tag} OK done\r\n").as_bytes()).await.ok()?;
        }
    }

    /// The numbers of the mails that hold the quoted words of a search, or of all.
    fn found(&self, open: &str, command: &str) -> String {
        let words = command.split('"').nth(1).unwrap_or_default();
        let all = self.mailbox(open).into_iter().enumerate();
        all.filter(|(_, mail)| !mail.is_empty() && mail.contains(words))
            .map(|(at, _)| format!(" {}", at + 1))
            .collect()
    }

    fn fetched(&self, open: &str, command: &str) -> String {
        let set = command.split(' ').nth(2).unwrap_or_default();
        let uids = set.split(',').filter_map(|uid| uid.parse::<usize>().ok());
        uids.map(|uid| {
            let mail = &self.mailbox(open)[uid - 1];
            let size = mail.len();
            match command.contains("BODY") {
                true => format!("* {uid} FETCH (UID {uid} BODY[] {{{size}}}\r\n{mail})\r\n"),
                false => format!("* {uid} FETCH (UID {uid} RFC822.SIZE {size})\r\n"),
            }
        })
        .collect()
    }
}

/// Where a fake SMTP server breaks off, or what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smtp {
    /// It takes the mail.
    Takes,
    /// It hangs up when the mail begins.
    HangsUpBeforeData,
    /// It takes all of the mail and hangs up without a word.
    HangsUpAfterData,
    /// It takes all of the mail and never says a word.
    SilentAfterData,
    /// It answers the mail with this.
    Says(&'static str),
}

/// A fake SMTP server: its port, and the mails it was given whole.
pub async fn fake_smtp(manner: Smtp) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let given: Arc<Mutex<Vec<String>>> = Arc::default();
    let mails = Arc::clone(&given);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            take_mail(stream, manner, &mails).await;
        }
    });
    (port, given)
}

async fn take_mail(stream: TcpStream, manner: Smtp, mails: &Mutex<Vec<String>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 fake\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if !line.starts_with("DATA") {
            stream.write_all(b"250 ok\r\n").await.ok()?;
            continue;
        }
        if manner == Smtp::HangsUpBeforeData {
            return None;
        }
        stream.write_all(b"354 go on\r\n").await.ok()?;
        let mut mail = String::new();
        while !mail.ends_with("\r\n.\r\n") {
            stream.read_line(&mut mail).await.ok()?;
        }
        mails.lock().unwrap().push(mail);
        match manner {
            Smtp::HangsUpAfterData | Smtp::HangsUpBeforeData => return None,
            Smtp::SilentAfterData => std::future::pending().await,
            Smtp::Takes => stream.write_all(b"250 taken\r\n").await.ok()?,
            Smtp::Says(words) => {
                stream.write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
            }
        }
    }
}
