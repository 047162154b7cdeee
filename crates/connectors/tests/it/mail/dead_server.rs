//! What happens when a server falls silent, hangs up or says no at the worst moment.

use super::fake_servers::{FakeImap, Manners, Smtp, fake_smtp};
use super::{Listening, account, mail, titles, until};
use crate::support::permitted;
use casework::PermittedCall;
use connectors::Secret;
use connectors::mail::{Endpoint, Login, MailConfig, MailKind, MailServer, Tls, mail_tools};
use engine::clock::Clock;
use engine::seams::{LookUp, Tool, ToolError};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn config(imap: &FakeImap, smtp_port: u16) -> MailConfig {
    let login = Login { user: "support".to_owned(), password: Secret::new("secret") };
    let end = |port: u16, login: Option<Login>| Endpoint {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::Plain,
        login,
    };
    let server = MailServer::new(end(imap.port, Some(login)), end(smtp_port, None));
    let mut config = account(MailKind::Imap(Box::new(server)));
    config.pace.exchange = Duration::from_millis(500);
    config
}

fn reply(config: &MailConfig) -> (Arc<dyn Tool>, PermittedCall) {
    let reply = mail_tools(config, Clock::System).remove(0);
    let arguments = json!({ "to": "ada@clay.example", "subject": "Re: Chairs", "text": "Yes." });
    let call = permitted(reply.spec(), &arguments);
    (reply, call)
}

#[tokio::test]
async fn a_line_that_died_while_idle_is_noticed_and_replaced() {
    let imap = FakeImap::start(Manners { dead_after_idle: true, ..Manners::default() }).await;
    let mut config = config(&imap, 1);
    config.pace.server_poll = Duration::from_millis(100);
    let listening = Listening::start(config);
    until("it has polled", || listening.has_polled()).await;
    imap.boxes.lock().unwrap().entry("INBOX".to_owned()).or_default().push(mail("1", "Chairs"));
    until("the mail is heard", || listening.store.keys().len() == 1).await;
    assert!(*imap.connections.lock().unwrap() >= 2, "on another line");
    assert_eq!(titles(&*listening.stop().await), ["Chairs"]);
}

#[tokio::test]
async fn a_source_stops_when_told_to_although_its_line_is_dead() {
    let imap = FakeImap::start(Manners { dead_after_idle: true, ..Manners::default() }).await;
    let mut config = config(&imap, 1);
    config.pace.exchange = Duration::from_secs(3600);
    let listening = Listening::start(config);
    until("it has polled", || listening.has_polled()).await;
    listening.stop().await;
}

#[tokio::test]
async fn a_server_that_repeats_its_count_is_not_asked_again_and_again() {
    let imap = FakeImap::start(Manners::default()).await;
    imap.boxes.lock().unwrap().entry("INBOX".to_owned()).or_default().push(mail("1", "Chairs"));
    let mut config = config(&imap, 1);
    config.pace.server_poll = Duration::from_millis(300);
    let begun = Instant::now();
    let listening = Listening::start(config);
    until("it waits for the fourth time", || *imap.idles.lock().unwrap() >= 4).await;
    assert!(begun.elapsed() >= Duration::from_millis(900), "three waits lasted until a poll");
    assert_eq!(titles(&*listening.stop().await), ["Chairs"]);
}

#[tokio::test]
async fn a_mail_whose_taking_is_unknown_is_in_doubt_and_is_not_repeated() {
    for manner in [Smtp::HangsUpAfterData, Smtp::SilentAfterData] {
        let imap = FakeImap::start(Manners::default()).await;
        let (port, given) = fake_smtp(manner).await;
        let (reply, call) = reply(&config(&imap, port));
        let ended = reply.call(&call).await;
        assert!(matches!(ended, Err(ToolError::InDoubt { .. })), "{manner:?}: {ended:?}");
        let looked = reply.look_up(&call).await.unwrap();
        assert!(matches!(looked, LookUp::Unknown { .. }), "{manner:?}: {looked:?}");
        assert_eq!(given.lock().unwrap().len(), 1);
        assert_eq!((imap.mailbox("Drafts").len(), imap.mailbox("Sent").len()), (1, 0));
    }
}

#[tokio::test]
async fn what_the_server_surely_did_not_take_never_happened() {
    let cases = [
        (Smtp::HangsUpBeforeData, true),
        (Smtp::Says("451 try later"), true),
        (Smtp::Says("554 no"), false),
    ];
    for (manner, may_be_repeated) in cases {
        let imap = FakeImap::start(Manners::default()).await;
        let (port, _) = fake_smtp(manner).await;
        let (reply, call) = reply(&config(&imap, port));
        match reply.call(&call).await {
            Err(ToolError::Unavailable { .. }) => assert!(may_be_repeated, "{manner:?}"),
            Err(ToolError::Rejected { .. }) => assert!(!may_be_repeated, "{manner:?}"),
            other => panic!("{manner:?}: {other:?}"),
        }
        assert_eq!(reply.look_up(&call).await.unwrap(), LookUp::Never, "{manner:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_while_looking_up_is_no_answer() {
    let imap = FakeImap::start(Manners::default()).await;
    let (port, given) = fake_smtp(Smtp::Takes).await;
    let (reply, call) = reply(&config(&imap, port));
    reply.call(&call).await.unwrap();
    imap.manners.lock().unwrap().hangs_up_on_search = true;
    let looked = reply.look_up(&call).await;
    assert!(matches!(looked, Err(ToolError::Unavailable { .. })), "{looked:?}");
    let again = reply.call(&call).await;
    assert!(matches!(again, Err(ToolError::Unavailable { .. })), "{again:?}");
    imap.manners.lock().unwrap().hangs_up_on_search = false;
    assert!(matches!(reply.look_up(&call).await.unwrap(), LookUp::Happened(_)));
    assert_eq!(given.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_sent_mail_without_a_copy_is_sent_all_the_same() {
    let imap = FakeImap::start(Manners { refuses: Some("Sent"), ..Manners::default() }).await;
    let (port, given) = fake_smtp(Smtp::Takes).await;
    let (reply, call) = reply(&config(&imap, port));
    let result = reply.call(&call).await.unwrap();
    assert!(result.data["warning"].as_str().unwrap().contains("no copy was kept"));
    assert_eq!(given.lock().unwrap().len(), 1);
    // The copy among the drafts stays, so that a look-up can never say that nothing was sent.
    assert!(matches!(reply.look_up(&call).await.unwrap(), LookUp::Unknown { .. }));
}
