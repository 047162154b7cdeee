//! A real Dovecot and Postfix, started for one test in a fresh directory and stopped after it.

use super::account;
use connectors::Secret;
use connectors::mail::{Endpoint, Login, MailConfig, MailKind, MailServer, Tls};
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

    /// Starts it again at the same place.
    pub fn start_again(&self) {
        self.run("start");
    }

    /// Stops it; what it holds stays.
    pub fn stop(&self) {
        self.run("stop");
    }

    /// The support account on it.
    pub fn account(&self) -> MailConfig {
        self.account_of("support@harbourandpine.example", "tide-and-timber")
    }

    /// An account on it.
    pub fn account_of(&self, user: &str, password: &str) -> MailConfig {
        let login = Login { user: user.to_owned(), password: Secret::new(password) };
        let end = |port: u16| Endpoint {
            host: "127.0.0.1".to_owned(),
            port: self.port + port,
            tls: Tls::Plain,
            login: Some(login.clone()),
        };
        let mut config = account(MailKind::Imap(Box::new(MailServer::new(end(0), end(2)))));
        config.address = user.to_owned();
        config
    }

    /// The certificate it shows.
    pub fn certificate(&self) -> Vec<u8> {
        std::fs::read(self.at.path().join("cert.pem")).unwrap()
    }

    /// Where it is reached with TLS from the first byte.
    pub fn over_tls(&self, server: &mut MailServer) {
        server.imap.port = self.port + 1;
        server.smtp.port = self.port + 3;
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

    /// Makes the server number a user's mail anew, under another UIDVALIDITY.
    pub fn number_anew(&self, user: &str) {
        let maildir = self.at.path().join("mail").join(user).join("Maildir");
        for entry in std::fs::read_dir(&maildir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == "dovecot-uidlist" {
                // The first line is `3 V<validity> N<next number> …`.
                let list = std::fs::read_to_string(&path).unwrap();
                std::fs::write(&path, list.replacen(" V1", " V2", 1)).unwrap();
            } else if name.starts_with("dovecot") {
                std::fs::remove_file(path).unwrap();
            }
        }
    }

    fn run(&self, verb: &str) {
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
            self.stop();
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
