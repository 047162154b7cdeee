//! `up`: the console is served to whoever holds the link, and a TERM ends it in order.

use crate::office::{self, Replies};
use crate::program::{command, until};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running office that is ended with the test, however that ends.
struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(host: &str, path: &str, cookie: &str) -> String {
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    exchange(host, &format!("GET {path} HTTP/1.1\r\n{cookie}"), "")
}

fn post(host: &str, path: &str, form: &str) -> String {
    let head = format!(
        "POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Origin: http://{host}\r\nContent-Length: {}\r\n",
        form.len()
    );
    exchange(host, &head, form)
}

/// One request on a connection of its own; the whole answer as text.
fn exchange(host: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "{head}Host: {host}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_console_wants_its_key_and_a_term_ends_it_in_order() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 2, Replies::Asked);
    let mut starting = command(dir.path(), &["up", ".", "--port", "0", "--json"]);
    let mut up = Up(starting.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(up.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let url = said["url"].as_str().unwrap();
    let (host, key) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    assert!(host.starts_with("127.0.0.1:"), "{url}");

    for path in ["/", "/cases", "/api/cases"] {
        let refused = get(host, path, "");
        assert!(refused.starts_with("HTTP/1.1 401"), "{path}: {refused}");
    }
    // Looking at the link signs nobody in: a program that previews links must not use it up.
    assert!(get(host, &format!("/{key}"), "").contains("action=\"/sign-in\""));
    let key = key.strip_prefix("?").unwrap();
    assert!(post(host, "/sign-in", "key=wrong").starts_with("HTTP/1.1 401"));
    let signed_in = post(host, "/sign-in", key);
    let cookie = signed_in.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let value = name.eq_ignore_ascii_case("set-cookie").then_some(value)?;
        Some(value.split(';').next()?.to_owned())
    });
    let cookie = cookie.unwrap_or_else(|| panic!("no cookie in {signed_in}"));
    assert!(post(host, "/sign-in", key).starts_with("HTTP/1.1 401"), "a link signs in once");
    let shown = until("both mails are asked about", || {
        let page = get(host, "/api/cases", &cookie);
        (page.matches("\"asked\"").count() >= 2).then_some(page)
    });
    assert!(shown.starts_with("HTTP/1.1 200") && shown.contains("Lamp 1"), "{shown}");

    let kill = format!("kill -TERM {}", up.0.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let ended = until("it ends after a TERM", || up.0.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    assert_eq!(office::statuses(dir.path()), ["asked", "asked"]);
}
