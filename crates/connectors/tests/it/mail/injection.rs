//! What somebody could try to smuggle through an argument of a mail tool, tried with each argument
//! of each tool, and looked for in the bytes: in files, and as they arrive at a real server.

use super::server_process::MailHost;
use super::{account, folders, until};
use crate::support::permitted;
use connectors::mail::{MailConfig, MailKind, mail_tools};
use engine::clock::Clock;
use engine::seams::{Tool, ToolError};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const ADA: &str = "ada@clay.example";
const MARK: &str = "eve@kiln.example";

/// What is put into an argument, in the middle and at its end.
fn smuggled() -> Vec<String> {
    let breaks = [
        "\r\n",
        "\n",
        "\r",
        "\0",
        "\u{b}",
        "\u{c}",
        "\u{1c}",
        "\u{1e}",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\r\n\r\n",
        "\n\n",
        "\r\n ",
        "\r\n\t",
        "\r\n.\r\n",
        "\n.\n",
        "%0d%0a",
        "\\r\\n",
        "=0D=0A",
        "&#13;&#10;",
        "\u{feff}\n",
        "\u{560d}\u{560a}",
        "\u{ff0d}\u{ff0a}",
    ];
    let mut all: Vec<String> = breaks.iter().map(|end| format!("a{end}Bcc: {MARK}")).collect();
    let commands = format!("\r\n.\r\nMAIL FROM:<{MARK}>\r\nRCPT TO:<{MARK}>\r\nDATA\r\n");
    all.push(commands.replace("\r\n", "\n"));
    all.push(commands);
    all.push(format!("=?utf-8?q?a=0D=0ABcc:_{MARK}?="));
    all.push("=?utf-8?b?YQ0KQmNjOiBldmVAa2lsbi5leGFtcGxl?=".to_owned());
    all.extend([900, 990, 998, 5_000].map(|length| "x".repeat(length)));
    all.extend([300, 998].map(|length| "ü".repeat(length)));
    all.push("a\u{0301}".repeat(300));
    all.push(format!("{MARK}, {MARK}"));
    all.push(format!("<{MARK}>"));
    all
}

/// The call with something put into one argument.
fn attempts(tool: &Arc<dyn Tool>) -> Vec<Json> {
    let honest = |name: &str| match name {
        "to" => ADA,
        "in_reply_to" => "7@clay.example",
        _ => "Chairs",
    };
    let names: Vec<&str> = tool.spec().parameters.iter().map(|p| p.name.as_str()).collect();
    let usual: Json = names
        .iter()
        .map(|name| ((*name).to_owned(), json!(honest(name))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let mut all = Vec::new();
    for name in &names {
        for smuggled in smuggled() {
            let honest = honest(name);
            for value in [format!("{honest}{smuggled}"), format!("{smuggled}{honest}"), smuggled] {
                let mut arguments = usual.clone();
                arguments[*name] = json!(value);
                all.push(arguments);
            }
        }
    }
    all
}

fn headers_of(mail: &[u8]) -> (Vec<(String, String)>, String) {
    let text = String::from_utf8(mail.to_vec()).unwrap().replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            headers.last_mut().unwrap().1.push_str(line);
        } else {
            let (name, value) =
                line.split_once(": ").unwrap_or_else(|| panic!("no header: {line}"));
            headers.push((name.to_lowercase(), value.to_owned()));
        }
    }
    (headers, body.to_owned())
}

/// Asserts that a mail is one that only we wrote, whatever it was made of.
fn is_clean(mail: &[u8], arguments: &Json) {
    let shown = String::from_utf8_lossy(mail);
    let (headers, _) = headers_of(mail);
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let ours = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "auto-submitted",
        "x-auto-response-suppress",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ];
    let servers = ["return-path", "delivered-to", "received"];
    for name in &names {
        assert!(ours.contains(name) || servers.contains(name), "{name} in {shown}");
    }
    for name in ours {
        assert!(names.iter().filter(|found| **found == name).count() <= 1, "{name} in {shown}");
    }
    let to: Vec<_> = headers.iter().filter(|(name, _)| name == "to").collect();
    assert_eq!(to.len(), 1, "{shown}");
    assert_eq!(to[0].1, arguments["to"].as_str().unwrap(), "{shown}");
    for line in shown.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        assert!(line.len() <= 998 && !line.contains(['\r', '\0']), "{line:?} in {shown}");
    }
    let parsed = skills::read::read_mail(mail).unwrap();
    assert_eq!((parsed.from_count, parsed.to.len(), parsed.cc.len()), (1, 1, 0), "{shown}");
    assert!(!parsed.subject.chars().any(char::is_control), "{shown}");
    let said = arguments["subject"].as_str().unwrap();
    assert_eq!(parsed.subject.trim(), said.trim(), "what was approved is what is read: {shown}");
}

fn mails_in(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mails = entries.filter(|entry| entry.path().extension().is_some_and(|e| e == "eml"));
    mails.map(|entry| fs::read(entry.path()).unwrap()).collect()
}

#[tokio::test]
async fn no_argument_of_any_mail_tool_reaches_beyond_its_place_in_a_file() {
    let mut outcomes = (0, 0);
    for index in 0..3 {
        let at = tempfile::tempdir().unwrap();
        let mut config = account(MailKind::Folder(folders(at.path())));
        config.caps.sends_per_recipient_per_day = u32::MAX;
        let tool = mail_tools(&config, Clock::System).remove(index);
        for arguments in attempts(&tool) {
            let call = permitted(tool.spec(), &arguments);
            let (sent, drafts) = (at.path().join("sent"), at.path().join("sent/drafts"));
            match tool.call(&call).await {
                Ok(_) => {
                    outcomes.0 += 1;
                    let mails = [mails_in(&sent), mails_in(&drafts)].concat();
                    assert_eq!(mails.len(), 1, "{arguments}");
                    is_clean(&mails[0], &arguments);
                    fs::remove_dir_all(&sent).unwrap();
                }
                Err(ToolError::Rejected { message }) => {
                    outcomes.1 += 1;
                    assert!(!message.contains(['\r', '\n', '\0']), "{message:?}");
                    assert!(message.len() < 1_500, "{message}");
                }
                Err(other) => panic!("{arguments}: {other:?}"),
            }
        }
    }
    assert!(outcomes.0 > 100 && outcomes.1 > 300, "{outcomes:?}");
}

#[tokio::test]
async fn no_argument_reaches_beyond_its_place_at_a_real_server() {
    let Some(host) = MailHost::start() else { return };
    let mut config: MailConfig = host.account();
    config.caps.sends_per_recipient_per_day = u32::MAX;
    let reply = mail_tools(&config, Clock::System).remove(0);
    // Of what goes out, each kind once: a real server takes its time.
    let mut sent: Vec<Json> = Vec::new();
    let mut seen = BTreeSet::new();
    for arguments in attempts(&reply) {
        let begins: String = arguments.to_string().chars().take(60).collect();
        let smuggles = ["text", "subject"].iter().any(|name| arguments[*name] != "Chairs");
        if !smuggles || !seen.insert(begins) {
            continue;
        }
        match reply.call(&permitted(reply.spec(), &arguments)).await {
            Ok(_) => sent.push(arguments),
            Err(ToolError::Rejected { .. }) => {}
            Err(other) => panic!("{arguments}: {other:?}"),
        }
    }
    assert!(sent.len() >= 10, "{}", sent.len());
    until("all are delivered", || host.files(ADA, "").len() >= sent.len()).await;
    let files = host.files(ADA, "");
    assert_eq!(files.len(), sent.len(), "more arrived than was sent");
    let arrived: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for arguments in &sent {
        let subject = arguments["subject"].as_str().unwrap().trim().to_owned();
        let text = arguments["text"].as_str().unwrap().replace("\r\n", "\n");
        let is_it = |mail: &&Vec<u8>| {
            let parsed = skills::read::read_mail(mail).unwrap();
            let same = parsed.text.replace("\r\n", "\n").trim() == text.trim();
            parsed.subject.trim() == subject && same
        };
        let found = arrived.iter().find(is_it);
        is_clean(
            found.unwrap_or_else(|| panic!("it did not arrive as it was: {arguments}")),
            arguments,
        );
    }
}
