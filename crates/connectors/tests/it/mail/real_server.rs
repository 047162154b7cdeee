//! Against a real Dovecot and Postfix: what is heard, what is sent, and what happens when the
//! server goes away in the middle.

use super::server_process::MailHost;
use super::{Listening, arrivals, mail, until};
use crate::support::{intake, permitted};
use connectors::mail::{MailConfig, MailKind, MailServer, MailSource, Tls, mail_tools};
use engine::clock::Clock;
use engine::seams::{Drained, LookUp, Source, SourceError, Tool, ToolError};
use lettre::address::Envelope;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport as _, Tokio1Executor};
use serde_json::json;
use skills::read::read_mail;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SUPPORT: &str = "support@harbourandpine.example";
const ADA: &str = "ada@clay.example";

fn server(config: &mut MailConfig) -> &mut MailServer {
    match &mut config.kind {
        MailKind::Imap(server) => server,
        other => panic!("not a server: {other:?}"),
    }
}

async fn deliver(config: &MailConfig, to: &str, mail: &str) {
    let MailKind::Imap(server) = &config.kind else { panic!("not a server") };
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(server.smtp.port)
        .build();
    let envelope = Envelope::new(Some(ADA.parse().unwrap()), vec![to.parse().unwrap()]).unwrap();
    transport.send_raw(&envelope, mail.as_bytes()).await.unwrap();
}

fn reply(config: &MailConfig) -> Arc<dyn Tool> {
    mail_tools(config, Clock::System).remove(0)
}

fn letter(to: &str) -> serde_json::Value {
    let answered = "1@clay.example";
    json!({ "to": to, "subject": "Re: Chairs", "text": "Thanks.", "in_reply_to": answered })
}

#[tokio::test]
async fn a_delivered_mail_is_a_signal_at_once_without_waiting_for_a_poll() {
    let Some(host) = MailHost::start() else { return };
    let config = host.account();
    deliver(&config, SUPPORT, &mail("1", "Waiting before we came")).await;
    let listening = Listening::start(config.clone());
    until("the first is heard", || listening.store.keys().len() == 1).await;
    until("it has polled", || listening.has_polled()).await;
    // The next poll is a minute away, so only IDLE can bring the others.
    for (id, count) in [("2", 2), ("3", 3)] {
        let before = Instant::now();
        deliver(&config, SUPPORT, &mail(id, "Chairs")).await;
        until("it is heard", || listening.store.keys().len() == count).await;
        let heard = before.elapsed();
        println!("heard {} ms after it was handed to the server", heard.as_millis());
        assert!(heard < Duration::from_secs(10), "{heard:?} is no IDLE");
    }
    let store = listening.stop().await;
    assert_eq!(arrivals(&store)[1].fields.at("sender").unwrap().data(), ADA);
    assert_eq!(store.bodies.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn polling_alone_hears_too() {
    let Some(host) = MailHost::start() else { return };
    let mut config = host.account();
    server(&mut config).idle = false;
    config.pace.server_poll = Duration::from_millis(50);
    let listening = Listening::start(config.clone());
    until("it has polled", || listening.has_polled()).await;
    deliver(&config, SUPPORT, &mail("1", "Chairs")).await;
    until("it is heard", || listening.store.keys().len() == 1).await;
    listening.stop().await;
}

#[tokio::test]
async fn a_reply_goes_out_once_and_is_found_where_it_should_be() {
    let Some(host) = MailHost::start() else { return };
    let reply = reply(&host.account());
    let call = permitted(reply.spec(), &letter(ADA));
    assert_eq!(reply.look_up(&call).await.unwrap(), LookUp::Never);
    let result = reply.call(&call).await.unwrap();
    assert_eq!(result.data.get("warning"), None);
    assert_eq!(reply.look_up(&call).await.unwrap(), LookUp::Happened(result.clone()));
    // Made again, the same call finds the first.
    assert_eq!(reply.call(&call).await.unwrap(), result);
    until("it is delivered", || host.files(ADA, "").len() == 1).await;
    assert_eq!(host.files(SUPPORT, ".Sent").len(), 1);
    assert_eq!(host.files(SUPPORT, ".Drafts"), Vec::<std::path::PathBuf>::new());
    let delivered = read_mail(&fs::read(&host.files(ADA, "")[0]).unwrap()).unwrap();
    assert_eq!(delivered.message_id.as_deref(), result.data["message_id"].as_str());
    assert_eq!(delivered.in_reply_to, ["1@clay.example"]);
}

#[tokio::test]
async fn whom_a_person_wrote_to_before_is_known_and_whom_the_program_did_is_not() {
    let Some(host) = MailHost::start() else { return };
    let mut config = host.account();
    server(&mut config).reads_sent = true;
    let (eve, reply) = ("eve@clay.example", reply(&config));
    // Refused or not, its copy could lie in `Sent`; here one does.
    let sent = reply.call(&permitted(reply.spec(), &letter(ADA))).await.unwrap();
    assert!(sent.data["message_id"].as_str().unwrap().starts_with("dayshift."));
    for id in ["1", "2"] {
        deliver(&config, SUPPORT, &mail(id, "Chairs")).await;
        until("it is delivered", || !host.files(SUPPORT, "").is_empty()).await;
        let known = known_senders(&config).await;
        assert!(!known.is_empty() && known.iter().all(String::is_empty), "{known:?}");
    }
    let by_hand = |to: &str| {
        format!(
            "From: Mara <mara@harbourandpine.example>\r\nTo: {to}\r\nSubject: Hi\r\n\r\nHi.\r\n"
        )
    };
    host.file_as_sent(
        SUPPORT,
        &by_hand(&format!("Ada <{}>, bob@kiln.example", ADA.to_uppercase())),
    );
    let known = known_senders(&config).await;
    assert!(known.iter().all(|known| known == ADA), "{known:?}");
    deliver(&config, SUPPORT, &mail("3", "Chairs").replace(ADA, eve)).await;
    until("all are delivered", || host.files(SUPPORT, "").len() == 3).await;
    assert!(known_senders(&config).await.contains(&String::new()), "a stranger stays one");
}

/// What each mail in the inbox says of its sender, to a program that begins anew.
async fn known_senders(config: &MailConfig) -> Vec<String> {
    let (intake, store) = intake(Clock::System);
    let source = MailSource::new(config.clone());
    source.drain(&intake).await.unwrap();
    // What was learned is kept: a second look reads nothing again and knows the same.
    source.drain(&intake).await.unwrap();
    let known = |arrival: casework::signal::Arrival| {
        let value = arrival.fields.at("known_sender").unwrap();
        let said = value.data().as_str().unwrap().to_owned();
        assert!(said.is_empty() || value.origin() == casework::Origin::Directory);
        said
    };
    arrivals(&store).into_iter().map(known).collect()
}

#[tokio::test]
async fn a_draft_lies_among_the_drafts_and_reaches_nobody() {
    let Some(host) = MailHost::start() else { return };
    let draft = mail_tools(&host.account(), Clock::System).remove(2);
    let arguments = json!({ "to": ADA, "subject": "Chairs", "text": "Two are left." });
    let call = permitted(draft.spec(), &arguments);
    assert_eq!(draft.look_up(&call).await.unwrap(), LookUp::Never);
    let result = draft.call(&call).await.unwrap();
    assert_eq!(draft.call(&call).await.unwrap(), result);
    assert_eq!(draft.look_up(&call).await.unwrap(), LookUp::Happened(result));
    assert_eq!(host.files(SUPPORT, ".Drafts").len(), 1);
    assert_eq!(host.files(SUPPORT, ".Sent").len() + host.files(ADA, "").len(), 0);
}

#[tokio::test]
async fn a_refused_recipient_is_rejected_and_leaves_nothing_behind() {
    let Some(host) = MailHost::start() else { return };
    let reply = reply(&host.account());
    let call = permitted(reply.spec(), &letter("nobody@elsewhere.example"));
    let ended = reply.call(&call).await;
    assert!(matches!(ended, Err(ToolError::Rejected { .. })), "{ended:?}");
    assert_eq!(host.files(SUPPORT, ".Drafts").len(), 0);
    assert_eq!(reply.look_up(&call).await.unwrap(), LookUp::Never);
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_and_the_source_keeps_trying() {
    let Some(host) = MailHost::start() else { return };
    let config = host.account_of(SUPPORT, "wrong");
    let source = MailSource::new(config.clone());
    let probed = source.probe().await;
    assert!(matches!(probed, Err(SourceError::Broken { code: "M001", .. })), "{probed:?}");
    assert!(!format!("{config:?}{probed:?}").contains("wrong"), "a password is never shown");
    let listening = Listening::start(config);
    until("trouble is shown", || listening.trouble().is_some()).await;
    assert!(listening.trouble().unwrap().contains("M001"));
    listening.stop().await;

    let mut config = host.account();
    let smtp = &mut server(&mut config).smtp;
    smtp.login = smtp.login.take().map(|mut login| {
        login.password = connectors::Secret::new("wrong");
        login
    });
    let reply = reply(&config);
    let call = permitted(reply.spec(), &letter(ADA));
    let ended = reply.call(&call).await;
    assert!(matches!(ended, Err(ToolError::Broken { code: "M002", .. })), "{ended:?}");
    assert_eq!(reply.look_up(&call).await.unwrap(), LookUp::Never);
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back_loses_nothing_and_doubles_nothing() {
    let Some(host) = MailHost::start() else { return };
    let config = host.account();
    let listening = Listening::start(config.clone());
    deliver(&config, SUPPORT, &mail("1", "Before")).await;
    until("the first is heard", || listening.store.keys().len() == 1).await;
    host.stop();
    until("trouble is shown", || listening.trouble().is_some()).await;
    let reply = reply(&config);
    let call = permitted(reply.spec(), &letter(ADA));
    let ended = reply.call(&call).await;
    assert!(matches!(ended, Err(ToolError::Unavailable { .. })), "{ended:?}");
    host.start_again();
    deliver(&config, SUPPORT, &mail("2", "After")).await;
    until("the second is heard", || listening.store.keys().len() == 2).await;
    until("trouble is over", || listening.trouble().is_none()).await;
    reply.call(&call).await.unwrap();
    until("the reply is delivered", || host.files(ADA, "").len() == 1).await;
    let store = listening.stop().await;
    assert_eq!(store.keys(), ["mail:1@clay.example", "mail:2@clay.example"]);
}

#[tokio::test]
async fn the_bookmark_spares_what_was_read_and_a_new_uidvalidity_doubles_nothing() {
    let Some(host) = MailHost::start() else { return };
    let config = host.account();
    for id in ["1", "2", "3"] {
        deliver(&config, SUPPORT, &mail(id, "Chairs")).await;
    }
    until("all are delivered", || host.files(SUPPORT, "").len() == 3).await;
    let (intake, store) = intake(Clock::System);
    let source = MailSource::new(config.clone());
    let all = |admitted, duplicates| Drained {
        seen: admitted + duplicates,
        admitted,
        duplicates,
        unreadable: 0,
    };
    assert_eq!(source.drain(&intake).await.unwrap(), all(3, 0));
    assert_eq!(source.drain(&intake).await.unwrap(), all(0, 0));
    host.number_anew(SUPPORT);
    assert_eq!(source.drain(&intake).await.unwrap(), all(0, 3));
    assert_eq!(source.drain(&intake).await.unwrap(), all(0, 0));
    assert_eq!(store.keys().len(), 3);
}

#[tokio::test]
async fn a_mail_of_a_hundred_megabytes_is_shown_without_being_fetched() {
    let Some(host) = MailHost::start() else { return };
    let config = host.account();
    let large =
        mail("1", "Photographs") + &"0123456789abcdef0123456789abcdef\r\n".repeat(3_000_000);
    assert!(large.len() > 100_000_000);
    deliver(&config, SUPPORT, &large).await;
    deliver(&config, SUPPORT, &mail("2", "Chairs")).await;
    until("both are delivered", || host.files(SUPPORT, "").len() == 2).await;
    let (intake, store) = intake(Clock::System);
    let drained = MailSource::new(config).drain(&intake).await.unwrap();
    assert_eq!(drained, Drained { seen: 2, admitted: 2, duplicates: 0, unreadable: 1 });
    let mut titles = super::titles(&store);
    titles.sort();
    assert_eq!(titles, ["Chairs", "unreadable mail"]);
    assert_eq!(store.bodies.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn tls_is_used_and_a_certificate_nobody_vouches_for_is_refused() {
    let Some(host) = MailHost::start() else { return };
    for tls in [Tls::Implicit, Tls::StartTls] {
        let mut config = host.account();
        let certificate = host.certificate();
        let server = server(&mut config);
        (server.imap.tls, server.smtp.tls) = (tls, tls);
        if tls == Tls::Implicit {
            host.over_tls(server);
        }
        let probed = MailSource::new(config.clone()).probe().await;
        assert!(matches!(probed, Err(SourceError::Broken { code: "M004", .. })), "{probed:?}");
        let MailKind::Imap(server) = &mut config.kind else { panic!("not a server") };
        server.extra_roots = Some(certificate);
        MailSource::new(config.clone()).probe().await.unwrap();
        let reply = reply(&config);
        reply.call(&permitted(reply.spec(), &letter(ADA))).await.unwrap();
    }
    until("both replies are delivered", || host.files(ADA, "").len() == 2).await;
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_another_machine() {
    let Some(host) = MailHost::start() else { return };
    let mut config = host.account();
    let server = server(&mut config);
    // Reserved for documentation (RFC 5737): no packet may go there, and none does.
    server.imap.host = "192.0.2.1".to_owned();
    let probed = MailSource::new(config.clone()).probe().await;
    assert!(matches!(probed, Err(SourceError::Broken { code: "M004", .. })), "{probed:?}");
}
