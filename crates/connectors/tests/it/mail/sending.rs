//! Sending into folders: what a mail looks like, what is refused, what can be looked up.

use super::{account, folders};
use crate::support::permitted;
use casework::tool::Effect;
use casework::{PermittedCall, Timestamp};
use connectors::mail::{MailConfig, MailKind, mail_tools};
use engine::clock::Clock;
use engine::seams::{LookUp, Tool, ToolError};
use serde_json::{Value as Json, json};
use skills::read::{AutomaticKind, read_mail};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::tempdir;

/// 2026-11-16T10:00:00Z.
const MOMENT: Timestamp = Timestamp(1_794_823_200_000);

fn tools(config: &MailConfig) -> Vec<Arc<dyn Tool>> {
    mail_tools(config, Clock::stepped(MOMENT))
}

fn config(at: &Path) -> MailConfig {
    account(MailKind::Folder(folders(at)))
}

fn call(tool: &Arc<dyn Tool>, arguments: &Json) -> PermittedCall {
    permitted(tool.spec(), arguments)
}

fn letter(to: &str) -> Json {
    json!({ "to": to, "subject": "Re: Stühle", "text": "Grüße\nHarbour & Pine" })
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with('.') || name.ends_with(".eml")).collect()
}

#[tokio::test]
async fn an_account_has_three_tools_and_says_what_they_do() {
    let at = tempdir().unwrap();
    let tools = tools(&config(at.path()));
    let told: Vec<_> =
        tools.iter().map(|tool| (tool.spec().name.as_str(), tool.spec().effect)).collect();
    let expected =
        [("mail.reply", Effect::Send), ("mail.send", Effect::Send), ("mail.draft", Effect::Draft)];
    assert_eq!(told, expected);
    let arguments = call(&tools[0], &letter("ada@clay.example")).arguments().clone();
    assert_eq!(tools[0].spec().headline(&arguments), "Reply to ada@clay.example: Re: Stühle");
    let authority =
        |name: &str| tools[0].spec().parameters.iter().any(|p| p.name == name && p.authority);
    assert!(authority("to") && !authority("text"));
}

#[tokio::test]
async fn a_reply_is_a_mail_that_other_machines_leave_unanswered() {
    let at = tempdir().unwrap();
    let reply = &tools(&config(at.path()))[0];
    let mut arguments = letter("Ada@clay.example");
    arguments["in_reply_to"] = json!("7@clay.example");
    let call = call(reply, &arguments);
    let result = reply.call(&call).await.unwrap();
    let id = result.data["message_id"].as_str().unwrap().to_owned();
    let digits: String = call.key().to_string().chars().take(32).collect();
    assert_eq!(id, format!("dayshift.{digits}@harbourandpine.example"));
    assert_eq!(result.data, json!({ "message_id": id, "to": "ada@clay.example" }));
    assert_eq!(result.threads, [format!("mail:{id}")]);
    let bytes = fs::read(at.path().join("sent").join(format!("{id}.eml"))).unwrap();
    let mail = read_mail(&bytes).unwrap();
    assert_eq!(mail.message_id.as_deref(), Some(id.as_str()));
    assert_eq!(mail.from.unwrap().address, "support@harbourandpine.example");
    assert_eq!(mail.to[0].address, "Ada@clay.example");
    assert_eq!(mail.subject, "Re: Stühle");
    assert_eq!(mail.text.trim_end(), "Grüße\nHarbour & Pine");
    assert_eq!(mail.in_reply_to, ["7@clay.example"]);
    assert_eq!(mail.references, ["7@clay.example"]);
    assert_eq!(mail.date_ms, Some(MOMENT.0));
    assert_eq!(mail.automatic.unwrap().kind, AutomaticKind::AutoReply);
    let raw = String::from_utf8(bytes).unwrap();
    assert!(raw.contains("X-Auto-Response-Suppress: All\r\n"), "{raw}");
}

#[tokio::test]
async fn the_same_call_sends_one_mail_however_often_it_is_made() {
    let at = tempdir().unwrap();
    let send = &tools(&config(at.path()))[1];
    let call = call(send, &letter("ada@clay.example"));
    let first = send.call(&call).await.unwrap();
    assert_eq!(send.call(&call).await.unwrap(), first);
    assert_eq!(files(&at.path().join("sent")).len(), 1);
}

#[tokio::test]
async fn a_call_can_be_looked_up_before_and_after() {
    let at = tempdir().unwrap();
    for tool in tools(&config(at.path())) {
        let call = call(&tool, &letter("ada@clay.example"));
        assert_eq!(tool.look_up(&call).await.unwrap(), LookUp::Never);
        let result = tool.call(&call).await.unwrap();
        assert_eq!(tool.look_up(&call).await.unwrap(), LookUp::Happened(result));
    }
    assert_eq!(files(&at.path().join("sent")).len(), 2);
    assert_eq!(files(&at.path().join("sent/drafts")).len(), 1);
}

#[tokio::test]
async fn no_argument_can_add_a_header_or_a_recipient() {
    let at = tempdir().unwrap();
    let reply = &tools(&config(at.path()))[0];
    let with = |name: &str, value: &str| {
        let mut arguments = letter("ada@clay.example");
        arguments[name] = json!(value);
        arguments
    };
    let refused = [
        with("subject", "Hi\r\nBcc: eve@kiln.example"),
        with("subject", "Hi\nthere"),
        with("subject", "Hi\u{0}"),
        with("subject", &"x".repeat(2_000)),
        with("in_reply_to", "7@clay.example>\r\nBcc: <eve@kiln.example"),
        with("text", "bell \u{7}"),
        with("to", "ada@clay.example, eve@kiln.example"),
        with("to", "ada@clay.example\r\nBcc: eve@kiln.example"),
        with("to", "Ada <ada@clay.example>"),
        with("to", "ada"),
        with("to", "ada@localhost"),
        with("to", "ada@[127.0.0.1]"),
        with("to", ""),
        with("to", "ada@clаy.example"),
    ];
    for arguments in refused {
        let ended = reply.call(&call(reply, &arguments)).await;
        assert!(matches!(ended, Err(ToolError::Rejected { .. })), "{arguments}: {ended:?}");
    }
    assert_eq!(files(&at.path().join("sent")), Vec::<String>::new());
}

#[tokio::test]
async fn an_odd_message_id_is_left_out_and_the_answer_still_goes() {
    let at = tempdir().unwrap();
    let reply = &tools(&config(at.path()))[0];
    let mut arguments = letter("ada@clay.example");
    arguments["in_reply_to"] = json!("<a b@c>");
    let result = reply.call(&call(reply, &arguments)).await.unwrap();
    let name = format!("{}.eml", result.data["message_id"].as_str().unwrap());
    let mail = read_mail(&fs::read(at.path().join("sent").join(name)).unwrap()).unwrap();
    assert_eq!(mail.in_reply_to, Vec::<String>::new());
}

#[tokio::test]
async fn machines_and_we_ourselves_are_never_answered() {
    let at = tempdir().unwrap();
    let mut config = config(at.path());
    config.own_addresses = vec!["orders@harbourandpine.example".to_owned()];
    let tools = tools(&config);
    let unread = [
        "no-reply@clay.example",
        "orders-noreply@clay.example",
        "MAILER-DAEMON@clay.example",
        "support@harbourandpine.example",
        "Orders@harbourandpine.example",
    ];
    for to in unread {
        let ended = tools[0].call(&call(&tools[0], &letter(to))).await;
        assert!(matches!(ended, Err(ToolError::Rejected { .. })), "{to}: {ended:?}");
    }
    tools[1].call(&call(&tools[1], &letter("oncall@harbourandpine.example"))).await.unwrap();
}

#[tokio::test]
async fn one_recipient_gets_so_many_mails_a_day_and_no_more() {
    let at = tempdir().unwrap();
    let mut config = config(at.path());
    config.caps.sends_per_recipient_per_day = 2;
    let clock = Clock::stepped(MOMENT);
    let tools = mail_tools(&config, clock.clone());
    let (reply, send) = (&tools[0], &tools[1]);
    reply.call(&call(reply, &letter("ada@clay.example"))).await.unwrap();
    send.call(&call(send, &letter("ADA@clay.example"))).await.unwrap();
    let third = send.call(&call(send, &letter("ada@clay.example"))).await;
    assert!(matches!(third, Err(ToolError::Rejected { .. })), "{third:?}");
    send.call(&call(send, &letter("ben@clay.example"))).await.unwrap();
    clock.step_ms(24 * 60 * 60 * 1_000);
    send.call(&call(send, &letter("ada@clay.example"))).await.unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_the_operators() {
    let at = tempdir().unwrap();
    fs::write(at.path().join("sent"), "a file where the folder should be").unwrap();
    let send = &tools(&config(at.path()))[1];
    let ended = send.call(&call(send, &letter("ada@clay.example"))).await;
    assert!(matches!(ended, Err(ToolError::Broken { code: "M003", .. })), "{ended:?}");
}
