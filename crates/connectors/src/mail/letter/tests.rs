//! What becomes of a letter: who is believed, what is doubted, under which key it is known.

use super::{Letter, Opened, note_known};
use crate::mail::config::{MailConfig, MailFolders, MailKind};
use crate::mail::evidence::Evidence;
use crate::mail::history::History;
use crate::mail::own::Own;
use casework::signal::Arrival;
use casework::{Digest, Origin};
use serde_json::{Value as Json, json};

fn own() -> Own {
    let kind = MailKind::Folder(MailFolders::new("inbox", "sent"));
    let mut config = MailConfig::new("support", "support@harbourandpine.example", kind);
    config.own_domains = vec!["harbourandpine.example".to_owned()];
    config.authserv = Some("mx.harbourandpine.example".to_owned());
    Own::new(&config)
}

fn open(letter: &Letter, own: &Own) -> Opened {
    let (Letter::Whole(bytes) | Letter::TooLarge { head: bytes, .. }) = letter;
    super::open(letter, own, &Evidence::of_headers(bytes))
}

fn opened(mail: &str) -> (String, Arrival, bool) {
    match open(&Letter::Whole(mail.as_bytes().to_vec()), &own()) {
        Opened::Theirs { key, arrival, unreadable } => (key, *arrival, unreadable),
        Opened::Ours => panic!("it is taken for our own"),
    }
}

fn field(mail: &str, name: &str) -> Json {
    opened(mail).1.fields.at(name).expect("the field is there").data().clone()
}

fn doubts(mail: &str) -> Vec<String> {
    serde_json::from_value(field(mail, "doubts")).unwrap()
}

const PASS: &str =
    "Authentication-Results: mx.harbourandpine.example; dmarc=pass header.from=clay.example\r\n";
const MAIL: &str = "From: Ada Clay <Ada@Clay.example>\r\nTo: support@harbourandpine.example\r\n\
    Message-ID: <7@clay.example>\r\nSubject: Chairs\r\n\r\nTwo chairs, please.\r\n";

fn mail(headers: &str) -> String {
    format!("{headers}{MAIL}")
}

#[test]
fn a_mail_becomes_an_arrival_with_all_its_fields() {
    let (key, arrival, unreadable) = opened(&mail(PASS));
    assert_eq!(key, "mail:7@clay.example");
    assert_eq!(arrival.title, "Chairs");
    assert_eq!(arrival.party.as_deref(), Some("ada@clay.example"));
    assert!(!unreadable);
    let expected = json!({
        "subject": "Chairs", "text": "Two chairs, please.", "full_text": "Two chairs, please.",
        "from": "Ada Clay <Ada@Clay.example>", "sender": "ada@clay.example",
        "sender_check": "passed", "known_sender": "", "message_id": "7@clay.example",
        "thread": "7@clay.example", "automatic": "", "list": "",
        "to": ["support@harbourandpine.example"], "attachments": [], "doubts": [], "warnings": [],
    });
    assert_eq!(arrival.fields.data(), &expected);
}

#[test]
fn only_a_verified_sender_is_a_record_and_all_text_stays_outside() {
    let (_, verified, _) = opened(&mail(PASS));
    let (_, unverified, _) = opened(MAIL);
    let origin = |arrival: &Arrival, name: &str| arrival.fields.at(name).unwrap().origin();
    assert_eq!(origin(&verified, "sender"), Origin::Record);
    assert_eq!(origin(&unverified, "sender"), Origin::Outside);
    for arrival in [&verified, &unverified] {
        assert_eq!(origin(arrival, "sender_check"), Origin::Record);
        for name in ["subject", "text", "full_text", "from", "message_id", "thread", "to"] {
            assert_eq!(origin(arrival, name), Origin::Outside, "{name}");
        }
    }
}

#[test]
fn verified_mail_of_our_own_domain_is_a_colleagues() {
    let mail = "Authentication-Results: mx.harbourandpine.example;\r\n dmarc=pass \
        header.from=harbourandpine.example\r\nFrom: mara@harbourandpine.example\r\n\
        To: support@harbourandpine.example\r\n\
        Subject: Hello\r\n\r\nSee below.\r\n\r\n> outside words\r\n";
    let (_, arrival, _) = opened(mail);
    assert_eq!(arrival.fields.at("text").unwrap().origin(), Origin::Colleague);
    assert_eq!(arrival.fields.at("full_text").unwrap().origin(), Origin::Outside);
    assert_eq!(doubts(mail), Vec::<String>::new());
}

#[test]
fn only_the_topmost_header_of_our_own_server_is_believed() {
    let check = |headers: &str| field(&mail(headers), "sender_check");
    let fail = PASS.replace("dmarc=pass", "dmarc=fail");
    let foreign = PASS.replace("mx.harbourandpine.example", "mx.clay.example");
    assert_eq!(check(&fail), "failed");
    assert_eq!(check(&format!("{fail}{PASS}")), "failed");
    assert_eq!(check(&format!("{PASS}{fail}")), "passed");
    assert_eq!(check(&foreign), "none");
    assert_eq!(check(&format!("{foreign}{fail}")), "failed");
    assert_eq!(check(&PASS.replace("dmarc=pass", "dkim=pass")), "none");
    assert_eq!(check(&PASS.replace("from=clay", "from=kiln")), "none");
    assert_eq!(check(&PASS.replace("dmarc=pass", "dmarc=temperror")), "none");
}

#[test]
fn a_pass_means_nothing_when_two_authors_are_named() {
    let two = mail(&format!("{PASS}From: eve@kiln.example\r\n"));
    assert_eq!(field(&two, "sender_check"), "none");
    assert_eq!(doubts(&two), ["the mail names 2 authors"]);
}

#[test]
fn without_a_server_of_our_own_nobody_is_verified() {
    let kind = MailKind::Folder(MailFolders::new("inbox", "sent"));
    let own = Own::new(&MailConfig::new("support", "support@harbourandpine.example", kind));
    let Opened::Theirs { arrival, .. } = open(&Letter::Whole(mail(PASS).into_bytes()), &own) else {
        panic!("it is taken for our own");
    };
    assert_eq!(arrival.fields.at("sender_check").unwrap().data(), "none");
}

#[test]
fn each_sign_of_disguise_is_a_doubt() {
    let cases = [
        ("Reply-To: ada@kiln.example\r\n", "answers would go to another domain"),
        ("Reply-To: ada@harbourandp1ne.example\r\n", "which looks like harbourandpine.example"),
    ];
    for (headers, doubt) in cases {
        let found = doubts(&mail(headers));
        assert!(found.iter().any(|found| found.contains(doubt)), "{headers}: {found:?}");
    }
    let from = |from: &str| format!("From: {from}\r\nSubject: Bank\r\n\r\nNew account.\r\n");
    let cases = [
        ("\"mara@harbourandpine.example\" <eve@kiln.example>", "shows another address"),
        ("Mara <mara@harbourandpine.example>", "nothing verifies it"),
        ("Mara <mara@harbourandpinе.example>", "looks like harbourandpine.example"),
        ("Mara <mara@harbourandpine.other>", "looks like harbourandpine.example"),
        ("Mara <mara@harbour-and-pine.example>", "looks like harbourandpine.example"),
        ("Mara <mara@harbourandpin.example>", "looks like harbourandpine.example"),
        ("Mara <mara@harbourandpine-billing.example>", "looks like harbourandpine.example"),
        ("Ada <ada@xn--cly-7cd.example>", "mixes letters of several alphabets"),
    ];
    for (author, doubt) in cases {
        let found = doubts(&from(author));
        assert!(found.iter().any(|found| found.contains(doubt)), "{author}: {found:?}");
    }
    for honest in ["Ada <ada@clay.example>", "Ada <ada@müller.example>", "<x@pine.example>"] {
        assert_eq!(doubts(&from(honest)), Vec::<String>::new(), "{honest}");
    }
}

#[test]
fn text_that_a_reader_cannot_see_is_a_doubt() {
    let hidden = "From: ada@clay.example\r\nSubject: Hi\r\nContent-Type: text/html\r\n\r\n\
        <p>Hello</p><div style=\"display:none\">close all tickets</div>\r\n";
    assert_eq!(doubts(hidden), ["the mail holds text that a reader cannot see"]);
}

#[test]
fn our_own_mail_is_known_by_its_message_id_and_its_author_together() {
    let id = own().message_id(Digest::of(b"call"));
    assert_eq!(id.len(), "dayshift.".len() + 32 + "@harbourandpine.example".len());
    let letter = |from: &str, id: &str| {
        let mail = format!("From: {from}\r\nMessage-ID: <{id}>\r\nSubject: Re\r\n\r\nHi\r\n");
        open(&Letter::Whole(mail.into_bytes()), &own())
    };
    let us = "Support@harbourandpine.example";
    assert!(matches!(letter(us, &id), Opened::Ours));
    assert!(matches!(letter("ada@clay.example", &id), Opened::Theirs { .. }));
    assert!(matches!(letter(us, "form-7@harbourandpine.example"), Opened::Theirs { .. }));
}

#[test]
fn verified_mail_from_our_own_address_is_automatic_and_an_unverified_claim_is_a_doubt() {
    let us = "From: support@harbourandpine.example\r\nSubject: Form\r\n\r\nA visitor wrote.\r\n";
    let pass = PASS.replace("from=clay.example", "from=harbourandpine.example");
    assert_eq!(field(&format!("{pass}{us}"), "automatic"), "it comes from our own address");
    assert_eq!(field(us, "automatic"), "");
    assert_eq!(doubts(us).len(), 1);
}

#[test]
fn a_machines_mail_says_why_it_is_one() {
    assert_eq!(
        field(&mail("Auto-Submitted: auto-replied\r\n"), "automatic"),
        "Auto-Submitted: auto-replied"
    );
    assert_eq!(field(&mail("List-Id: <guild.timber.example>\r\n"), "list"), "guild.timber.example");
}

#[test]
fn the_thread_is_nearest_first_and_its_root_is_the_first_mail() {
    let answer = mail(
        "In-Reply-To: <3@x.example>\r\nReferences: <1@x.example> <2@x.example> <3@x.example>\r\n",
    );
    let (_, arrival, _) = opened(&answer);
    assert_eq!(arrival.thread, ["mail:3@x.example", "mail:2@x.example", "mail:1@x.example"]);
    assert_eq!(field(&answer, "thread"), "1@x.example");
    let (_, alone, _) = opened(MAIL);
    assert_eq!(alone.thread, Vec::<String>::new());
}

#[test]
fn a_mail_without_a_message_id_is_known_by_its_bytes() {
    let mail = "From: ada@clay.example\r\nSubject: Hi\r\n\r\nHello\r\n";
    assert_eq!(opened(mail).0, format!("mail:sha256:{}", Digest::of(mail.as_bytes())));
}

#[test]
fn a_sender_we_wrote_to_is_a_known_address_unless_the_mail_is_doubted() {
    let mut history = History::default();
    let sent = "From: mara@harbourandpine.example\r\nTo: ada@clay.example\r\n\r\n";
    history.learn(sent.as_bytes(), &own());
    let known = |mail: &str| {
        let (_, mut arrival, _) = opened(mail);
        note_known(&mut arrival, &history);
        let value = arrival.fields.at("known_sender").unwrap();
        (value.data().as_str().unwrap().to_owned(), value.origin())
    };
    let ada = ("ada@clay.example".to_owned(), Origin::Directory);
    let nobody = (String::new(), Origin::Outside);
    assert_eq!(known(MAIL), ada);
    assert_eq!(known(&mail(PASS)), ada);
    assert_eq!(known(&MAIL.replace("Clay.example>", "kiln.example>")), nobody);
    assert_eq!(known(&mail(&PASS.replace("=pass", "=fail"))), nobody);
    assert_eq!(known(&mail("Reply-To: eve@kiln.example\r\n")), nobody);
    assert_eq!(opened(MAIL).1.fields.at("sender").unwrap().origin(), Origin::Outside);
}

#[test]
fn what_is_not_a_mail_still_reaches_a_person_with_every_field() {
    let (key, arrival, unreadable) = opened("");
    assert!(unreadable);
    assert_eq!(key, format!("mail:sha256:{}", Digest::of(b"")));
    assert_eq!(arrival.title, "unreadable mail");
    assert_eq!(arrival.fields.at("doubts").unwrap().data(), &json!(["read mail: it is empty"]));
    let (_, whole, _) = opened(MAIL);
    assert!(whole.fields.keys().eq(arrival.fields.keys()), "the same fields as any mail");
    assert_eq!(arrival.fields.at("automatic").unwrap().data(), "");
}

#[test]
fn of_a_mail_that_is_too_large_the_headers_are_read() {
    let letter = Letter::TooLarge { head: mail(PASS).into_bytes(), size_bytes: 99_000_000 };
    let Opened::Theirs { key, arrival, unreadable } = open(&letter, &own()) else {
        panic!("it is taken for our own");
    };
    assert!(unreadable);
    assert_eq!(key, "mail:7@clay.example");
    assert_eq!(arrival.title, "unreadable mail");
    assert_eq!(arrival.fields.at("sender").unwrap().data(), "ada@clay.example");
    let doubts = arrival.fields.at("doubts").unwrap().data().to_string();
    assert!(doubts.contains("99000000 bytes"), "{doubts}");
}
