//! A real Dovecot and Postfix, started for one test in a fresh directory and stopped after it. It
//! knows nothing of the program; tests of other crates take this file in as it is.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A running mail server.
pub struct MailHost {
    at: TempDir,
    port: u16,
}

/// Ports of the server, counted from the first: IMAP, IMAP over TLS, SMTP, SMTP over TLS, delivery.
const PORTS: u16 = 5;

impl MailHost {
    /// Starts one; nothing where it is not installed, except on the build server, where that is
    /// a failure.
    pub fn start() -> Option<Self> {
        if !is_installed() {
            assert!(!on_build_server(), "dovecot and postfix must be installed here");
            println!("skipped: dovecot and postfix are not installed, or this is not root");
            return None;
        }
        let host = Self { at: tempfile::tempdir().unwrap(), port: free_ports() };
        host.run("start");
        Some(host)
    }

    /// Where it is spoken to in IMAP; SMTP is two further on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that holds all it has.
    pub fn dir(&self) -> &Path {
        self.at.path()
    }

    /// The files of a user's mailbox; `folder` is empty for the inbox.
    pub fn files(&self, user: &str, folder: &str) -> Vec<PathBuf> {
        let maildir = self.at.path().join("mail").join(user).join("Maildir").join(folder);
        let inside = |sub: &str| {
            let entries = std::fs::read_dir(maildir.join(sub)).into_iter().flatten();
            entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        [inside("new"), inside("cur")].concat()
    }

    /// Starts or stops it; what it holds stays.
    pub fn run(&self, verb: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/mail-server");
        let mut command = Command::new(script);
        command.arg(verb).arg(self.at.path());
        if verb == "start" {
            command.arg(self.port.to_string());
        }
        let status = command.status().unwrap();
        assert!(status.success(), "mail-server {verb} failed: {status}");
    }
}

impl Drop for MailHost {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.run("stop");
            return;
        }
        // A second panic would hide the first, so a failed stop is let pass here.
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/mail-server");
        let _ = Command::new(script).arg("stop").arg(self.at.path()).status();
    }
}

/// The servers change to other users, which only root may.
fn is_installed() -> bool {
    let all = ["/usr/sbin/dovecot", "/usr/sbin/postfix", "/usr/bin/openssl"];
    let user = Command::new("id").arg("-u").output();
    let is_root = user.is_ok_and(|user| user.stdout.trim_ascii() == b"0");
    is_root && all.iter().all(|program| Path::new(program).exists())
}

fn on_build_server() -> bool {
    #[expect(clippy::disallowed_methods, reason = "only the build server is told apart by this")]
    std::env::var("CI").is_ok()
}

/// The first of so many neighbouring ports that are free now. Servers that are not ours cannot be
/// given port 0 and asked what they got.
fn free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let Some(last) = first.checked_add(PORTS) else { continue };
        let bound: Result<Vec<_>, _> =
            (first..last).map(|port| TcpListener::bind(("127.0.0.1", port))).collect();
        if bound.is_ok() {
            return first;
        }
    }
    panic!("no neighbouring ports are free");
}
