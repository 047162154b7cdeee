//! Mails that cannot be read as they should be: each becomes a case that a person sees, and the
//! others are worked as usual.

use crate::office::{self, Replies};
use crate::program::run;

fn headed(name: &str, more: &str) -> String {
    format!(
        "Authentication-Results: {}; dmarc=pass header.from={name}.example\r\n\
         From: {name} <post@{name}.example>\r\nTo: desk@lantern.example\r\n\
         Subject: About {name}\r\nDate: Mon, 02 Nov 2026 09:14:00 +0100\r\n\
         Message-ID: <{name}@{name}.example>\r\nMIME-Version: 1.0\r\n{more}",
        office::SERVER
    )
}

fn large() -> Vec<u8> {
    let mut mail = headed("large", "Content-Type: text/plain; charset=utf-8\r\n\r\n").into_bytes();
    let line = "The same line again and again, forty million bytes of it in all.\r\n";
    while mail.len() < 40_000_000 {
        mail.extend_from_slice(line.as_bytes());
    }
    mail
}

fn cut_attachment() -> String {
    let text = "Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\nThe plan is attached.\r\n--=_b\r\n\
        Content-Type: application/pdf; name=\"plan.pdf\"\r\n\
        Content-Disposition: attachment; filename=\"plan.pdf\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQKJeLjz9MKMSAwIG9iago8PC9UeX";
    headed("cut", text)
}

fn unknown_charset() -> Vec<u8> {
    let more = "Content-Type: text/plain; charset=x-lamplight-9\r\n\
        Content-Transfer-Encoding: 8bit\r\n\r\nDie Lampe f";
    let mut mail = headed("charset", more).into_bytes();
    mail.extend_from_slice(b"\xfcr den Flur \x81\x9d\r\n");
    mail
}

#[test]
fn each_bad_mail_is_shown_to_a_person_and_the_others_are_done() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 3, Replies::Alone);
    office::put_mail(dir.path(), "a-large.eml", &large());
    office::put_mail(dir.path(), "b-cut.eml", cut_attachment().as_bytes());
    office::put_mail(dir.path(), "c-charset.eml", &unknown_charset());
    office::put_mail(dir.path(), "d-empty.eml", b"");
    let said = run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    let cases = office::cases(dir.path());
    let shown = || {
        let line = |case: &serde_json::Value| {
            format!("{} {}", case["progress"]["status"], case["progress"]["note"])
        };
        cases.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_eq!((&said["cases"], &said["failed"]), (&7.into(), &0.into()), "{}", shown());
    let of = |number: usize| cases[number]["progress"]["status"].as_str().unwrap();
    assert!((0..3).all(|number| of(number) == "done"), "{}", shown());
    let seen = |number: usize| ["asked", "handed_over"].contains(&of(number));
    assert!((3..7).all(seen), "{}", shown());
    assert_eq!(office::tickets(dir.path()).len(), 3, "{}", shown());
}

#[test]
fn nothing_changes_when_the_bad_mails_are_heard_again() {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), 1, Replies::Alone);
    office::put_mail(dir.path(), "c-charset.eml", &unknown_charset());
    office::put_mail(dir.path(), "d-empty.eml", b"");
    let first = run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    let before = office::cases(dir.path());
    let second = run(dir.path(), &["run", ".", "--until-idle", "--json"]).well();
    assert_eq!(
        (first["cases"].clone(), before),
        (second["cases"].clone(), office::cases(dir.path()))
    );
}
