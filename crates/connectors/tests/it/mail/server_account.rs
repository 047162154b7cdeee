//! The accounts on the real server, as the program is told of them.

use super::account;
use super::server_process::MailHost;
use connectors::Secret;
use connectors::mail::{Endpoint, Login, MailConfig, MailKind, MailServer, Tls};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

impl MailHost {
    /// The support account on it.
    pub fn account(&self) -> MailConfig {
        self.account_of("support@harbourandpine.example", "tide-and-timber")
    }

    /// An account on it.
    pub fn account_of(&self, user: &str, password: &str) -> MailConfig {
        let login = Login { user: user.to_owned(), password: Secret::new(password) };
        let end = |port: u16| Endpoint {
            host: "127.0.0.1".to_owned(),
            port: self.port() + port,
            tls: Tls::Plain,
            login: Some(login.clone()),
        };
        let mut config = account(MailKind::Imap(Box::new(MailServer::new(end(0), end(2)))));
        config.address = user.to_owned();
        config
    }

    /// Where it is reached with TLS from the first byte.
    pub fn over_tls(&self, server: &mut MailServer) {
        server.imap.port = self.port() + 1;
        server.smtp.port = self.port() + 3;
    }

    /// Puts a mail among a user's sent ones, as a person's mail program would.
    pub fn file_as_sent(&self, user: &str, mail: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap());
        let mut say = |command: &str, wanted: &str| {
            stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
            let mut line = String::new();
            while !line.starts_with(wanted) {
                line.clear();
                assert!(answers.read_line(&mut line).unwrap() > 0, "no {wanted} to {command}");
                assert!(!line.starts_with("a NO") && !line.starts_with("a BAD"), "{line}");
            }
        };
        say(&format!("a LOGIN {user} tide-and-timber"), "a OK");
        say(&format!("a APPEND Sent (\\Seen) {{{}}}", mail.len()), "+");
        say(mail, "a OK");
        say("a LOGOUT", "* BYE");
    }

    /// Starts it again at the same place.
    pub fn start_again(&self) {
        self.run("start");
    }

    /// Stops it; what it holds stays.
    pub fn stop(&self) {
        self.run("stop");
    }

    /// The certificate it shows.
    pub fn certificate(&self) -> Vec<u8> {
        std::fs::read(self.dir().join("cert.pem")).unwrap()
    }

    /// Makes the server number a user's mail anew, under another UIDVALIDITY.
    pub fn number_anew(&self, user: &str) {
        let maildir = self.dir().join("mail").join(user).join("Maildir");
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
}
