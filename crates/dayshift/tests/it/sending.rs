//! The crash proof of sending: the program is killed at every step of a real hand-over to a real
//! mail server, and at random moments of it, and each time the guest holds one mail in the end. It
//! cuts no power, and the server itself never fails here.

use crate::office::{self, SERVER};
use crate::program::{self, Ran, Seeded, until};
use crate::server_process::MailHost;
use serde_json::Value as Json;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The steps of sending, and whether a kill at each leaves unknown whether the mail went out.
const STEPS: [(&str, bool); 7] = [
    ("mail:draft", false),
    ("mail:drafted", true),
    ("mail:data", true),
    ("mail:given", true),
    ("mail:taken", true),
    ("mail:filed", false),
    ("mail:done", false),
];
/// The points around the call, each reached several times in one case.
const POINTS: [&str; 4] = ["save:before", "save:after", "call:before", "call:after"];
const COUNT_MAX: u64 = 60;
const RANDOM_KILLS: u32 = 20;
const RANDOM_ATTEMPTS_MAX: u64 = 200;
const WORK: [&str; 4] = ["run", ".", "--until-idle", "--json"];
const PASSWORD: &str = "wick-and-glass";

#[test]
fn a_kill_at_any_step_of_a_send_leaves_one_mail_and_never_two() {
    let Some(host) = host() else { return };
    for (step, unknown) in STEPS {
        let desk = Desk::open(&host);
        assert!(desk.work_until(step, 1), "{step} is never reached");
        let said = desk.work();
        assert_eq!(said["asked"] == 1, unknown, "after a kill at {step}: {said}");
        desk.settle(step);
    }
    // And again while recovering from it: at the same step, where it is reached once more.
    for (step, _) in STEPS {
        let desk = Desk::open(&host);
        assert!(desk.work_until(step, 1));
        for point in ["call:before", "save:before", "save:after", step] {
            desk.work_until(point, 1);
        }
        desk.settle(&format!("{step} and while recovering"));
    }
}

#[test]
fn a_kill_around_the_call_of_a_send_leaves_one_mail_and_never_two() {
    let Some(host) = host() else { return };
    for point in POINTS {
        let mut kills = 0;
        for count in 1.. {
            assert!(count < COUNT_MAX, "{point} is reached for ever");
            let desk = Desk::open(&host);
            let killed = desk.work_until(point, count);
            desk.settle(&format!("{point}@{count}"));
            if !killed {
                break;
            }
            kills += 1;
        }
        assert!(kills >= 2, "{point} was reached {kills} times only");
    }
}

#[test]
fn a_kill_at_a_random_moment_of_a_send_leaves_one_mail_and_never_two() {
    let Some(host) = host() else { return };
    let usual = usual_send_time(&host);
    let mut kills = 0;
    for seed in 0..RANDOM_ATTEMPTS_MAX {
        let desk = Desk::open(&host);
        let delay = Duration::from_micros(Seeded(seed).below(usual.as_micros() as u64));
        kills += u32::from(desk.killed_while_sending(delay));
        desk.settle(&format!("seed {seed}, killed {delay:?} into the send"));
        if kills == RANDOM_KILLS {
            return;
        }
    }
    panic!("only {kills} kills came between the start and the end of a send of {usual:?}");
}

/// From the first sign of a send on the server to the end of the program.
fn usual_send_time(host: &MailHost) -> Duration {
    let measure = || {
        let desk = Desk::open(host);
        let mut child = program::command(desk.dir.path(), &WORK);
        let mut child = child.stdout(std::process::Stdio::null()).spawn().unwrap();
        until("the send begins", || desk.send_has_begun().then_some(()));
        let began = Instant::now();
        assert!(child.wait().unwrap().success());
        began.elapsed()
    };
    let mut times: Vec<Duration> = (0..3).map(|_| measure()).collect();
    times.sort();
    times[1]
}

/// An office with one waiting mail, on the shared server, with mailboxes of its own.
struct Desk<'a> {
    host: &'a MailHost,
    dir: TempDir,
    address: String,
    guest: String,
}

static DESKS: AtomicU32 = AtomicU32::new(0);
const DESKS_MAX: u32 = 1_000;

/// A server that knows all desks and guests: one that was told of them later might look too late.
fn host() -> Option<MailHost> {
    let host = MailHost::start()?;
    let mut users = String::new();
    for number in 0..DESKS_MAX {
        for user in [address(number), guest(number)] {
            users += &format!("{user}:{{PLAIN}}{PASSWORD}::::::\n");
        }
    }
    let file = std::fs::File::options().append(true).open(host.dir().join("users"));
    file.unwrap().write_all(users.as_bytes()).unwrap();
    Some(host)
}

fn address(number: u32) -> String {
    format!("desk{number}@harbourandpine.example")
}

fn guest(number: u32) -> String {
    format!("guest{number}@clay.example")
}

impl<'a> Desk<'a> {
    fn open(host: &'a MailHost) -> Self {
        let number = DESKS.fetch_add(1, Ordering::SeqCst);
        let (address, guest) = (address(number), guest(number));
        assert!(number < DESKS_MAX, "more desks than the server knows");
        let dir = tempfile::tempdir().unwrap();
        office::write_on_server(dir.path(), host.port(), &address, PASSWORD);
        let desk = Self { host, dir, address, guest };
        deliver(host.port() + 2, &desk.guest, &desk.address, &desk.letter());
        until("the mail has arrived", || (host.files(&desk.address, "").len() == 1).then_some(()));
        desk
    }

    fn letter(&self) -> String {
        let Self { guest, address, .. } = self;
        format!(
            "Authentication-Results: {SERVER}; dmarc=pass header.from=clay.example\r\n\
             From: Guest <{guest}>\r\nTo: {address}\r\nSubject: Lamp\r\n\
             Message-ID: <lamp-{guest}>\r\n\r\nThe lamp flickers.\r\n"
        )
    }

    /// Works until killed at that point; whether it was.
    fn work_until(&self, point: &str, count: u64) -> bool {
        let mut work = program::command(self.dir.path(), &WORK);
        work.env("DAYSHIFT_FAILPOINT", format!("{point}@{count}"));
        let ran = program::finished(&mut work);
        assert!(matches!(ran.code, None | Some(0)), "{point}@{count}: {ran:?}");
        ran.code.is_none()
    }

    fn work(&self) -> Json {
        program::run(self.dir.path(), &WORK).well()
    }

    /// Kills the program so long after its send began; whether the send was then still under way.
    fn killed_while_sending(&self, delay: Duration) -> bool {
        let mut work = program::command(self.dir.path(), &WORK);
        work.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = work.spawn().unwrap();
        until("the send begins", || self.send_has_begun().then_some(()));
        // The moment is what is tested here; nothing is waited for.
        std::thread::sleep(delay);
        child.kill().unwrap();
        let killed = child.wait().unwrap().code().is_none();
        let entries = office::entries(self.dir.path(), 1);
        let count = |kind: &str| entries.iter().filter(|e| e["event"].get(kind).is_some()).count();
        killed && count("call_started") == 2 && count("call_ended") == 1
    }

    /// The first thing a send does on the server is to look into `Sent`, which makes it.
    fn send_has_begun(&self) -> bool {
        self.host.dir().join("mail").join(&self.address).join("Maildir/.Sent").exists()
    }

    /// Lets the case come to rest, answers what it cannot know, and counts what came of it.
    fn settle(&self, story: &str) {
        let said = self.work();
        assert_eq!(said["cases"], 1, "{story}: {said}");
        let delivered = self.delivered();
        if said["asked"] == 1 {
            self.is_in_doubt(story);
            assert!(delivered <= 1, "{story}: {delivered} mails and a doubt");
            let truth = if delivered == 1 { "yes" } else { "no" };
            program::run(self.dir.path(), &["case", "answer", "1", truth, "--json"]).well();
        } else {
            assert_eq!((delivered, self.copies(".Sent")), (1, 1), "{story}: {said}");
            assert_eq!(self.copies(".Drafts"), 0, "{story}: a draft of a sent mail stays");
        }
        let ran = program::run(self.dir.path(), &WORK);
        let said = ran.well();
        let done = said["done"] == 1 && said["duplicate_effects"] == 0;
        assert!(done && self.delivered() == 1, "{story}: {}", self.shown(&ran));
        assert!(self.copies(".Sent") <= 1, "{story}: {}", self.shown(&ran));
        assert_eq!(office::tickets(self.dir.path()).len(), 1, "{story}: not one ticket");
        let verified = program::run(self.dir.path(), &["audit", "verify", ".", "--json"]).well();
        assert_eq!(verified["ok"], true, "{story}: the trail does not verify");
    }

    /// A person is asked whether it went out, and its draft is there to be looked at.
    fn is_in_doubt(&self, story: &str) {
        let entries = office::entries(self.dir.path(), 1);
        let last = entries.iter().rev().find(|e| e["event"].get("call_ended").is_some()).unwrap();
        let end = last["event"]["call_ended"].to_string();
        assert!(end.contains("in_doubt"), "{story}: {end}");
        assert_eq!((self.copies(".Sent"), self.copies(".Drafts")), (0, 1), "{story}");
    }

    /// The guest's mails, once the server has nothing more to deliver.
    fn delivered(&self) -> usize {
        let queues = ["maildrop", "incoming", "active", "deferred"];
        let spool = self.host.dir().join("spool");
        let rests = || queues.iter().all(|queue| files_below(&spool.join(queue)) == 0);
        until("all is delivered", || rests().then_some(()));
        self.host.files(&self.guest, "").len()
    }

    fn copies(&self, mailbox: &str) -> usize {
        self.host.files(&self.address, mailbox).len()
    }

    fn shown(&self, ran: &Ran) -> String {
        let (sent, drafts) = (self.copies(".Sent"), self.copies(".Drafts"));
        let entries = office::entries(self.dir.path(), 1);
        format!("{ran:?}, {sent} sent, {drafts} drafts, {entries:#?}")
    }
}

fn files_below(dir: &Path) -> usize {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let count = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files_below(&entry.path()),
        Ok(_) => 1,
        // It was delivered and removed in between; the next look will tell.
        Err(_) => 1,
    };
    entries.map(count).sum()
}

/// Gives a mail to the server, as another server would (RFC 5321).
fn deliver(port: u16, from: &str, to: &str, mail: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut heard = |wanted: &str| {
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert!(line.starts_with(wanted), "instead of {wanted}: {line}");
    };
    heard("220");
    let commands = [
        ("HELO clay.example".to_owned(), "250"),
        (format!("MAIL FROM:<{from}>"), "250"),
        (format!("RCPT TO:<{to}>"), "250"),
        ("DATA".to_owned(), "354"),
        (format!("{mail}."), "250"),
        ("QUIT".to_owned(), "221"),
    ];
    for (command, wanted) in commands {
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        heard(wanted);
    }
}
