//! Documents of every kind, mbox files, and what must hold for any bytes at all.

use std::borrow::Cow;

use proptest::prelude::{any, prop, proptest};

use super::{Kind, MAIL_BYTES_MAX, read, read_mail, read_mbox, split_quoted};

const MAIL: &str = "From: Ann <ann@moor.example>\r\nTo: b@x.example\r\n\
    Subject: =?utf-8?B?w7Y=?=\r\n\
    Authentication-Results: mx.example; dmarc=pass (ok) header.from=moor.example\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
    Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    Gr=C3=BC=C3=9Fe=\r\n!\r\n\r\nOn 3 Nov 2026, B <b@x.example> wrote:\r\n> old\r\n--c\r\n\
    Content-Type: text/html\r\n\r\n<p style='display:none'>x</p>\
    <p>Gr&uuml;&szlig;e!</p>\r\n--c--\r\n\
    --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n--b\r\n\
    Content-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    iVBORw0KGgo=\r\n--b--\r\n";

fn kind(name: &str, content: &[u8]) -> Kind {
    read(name, content).kind
}

#[test]
fn content_decides_the_kind_and_the_name_only_in_doubt() {
    assert_eq!(kind("a.bin", MAIL.as_bytes()), Kind::Mail);
    assert_eq!(kind("a.html", b"%PDF-1.7 ..."), Kind::Pdf);
    assert_eq!(kind("a", b"<!DOCTYPE html><p>x"), Kind::Html);
    assert_eq!(kind("a", b"{\"a\": 1}"), Kind::Json);
    assert_eq!(kind("a", b"id;name\n1;x\n2;y\n"), Kind::Csv);
    assert_eq!(kind("a.txt", b"Some words."), Kind::Text);
    assert_eq!(kind("a", &[0, 1, 2, 3, 4, 5]), Kind::Unknown);
    assert_eq!(kind("a.txt", b"\x89PNG\r\n\x1a\n"), Kind::Unknown);
    assert_eq!(kind("a.csv", b"name\n"), Kind::Csv);
    assert_eq!(kind("a.eml", b"Subject: only one header\n\nx"), Kind::Mail);
}

#[test]
fn a_mail_becomes_text_and_fields() {
    let document = read("a.eml", MAIL.as_bytes());
    assert!(document.text.starts_with("Grüße!"), "{}", document.text);
    let field = |name: &str| document.fields.get(name).cloned().unwrap_or_default();
    assert_eq!(field("subject"), "ö");
    assert_eq!(field("new_text"), "Grüße!");
    assert_eq!(field("from").pointer("/address").unwrap(), "ann@moor.example");
    let attached = field("attachments");
    assert_eq!(attached.pointer("/0/name").unwrap(), "inner.eml");
    assert_eq!(attached.pointer("/1/size_bytes").unwrap(), 8);
    assert_eq!(field("authentication").pointer("/0/result").unwrap(), "pass");
    assert!(document.warnings.iter().any(|warning| warning.contains("hidden text")));
    assert!(!document.fields.contains_key("text"));
}

#[test]
fn what_is_not_read_says_so() {
    for content in [&b"%PDF-1.4"[..], &[0, 159, 146, 150, 0, 1], b"PK\x03\x04zip"] {
        let document = read("x", content);
        assert_eq!((document.text.as_str(), document.warnings.len()), ("", 1));
    }
    let large = vec![b' '; MAIL_BYTES_MAX + 1];
    assert!(read("x", &large).warnings.iter().any(|warning| warning.contains("more than")));
}

#[test]
fn tables_json_and_pages_keep_their_structure() {
    let table = read("x.csv", "\u{feff}id,\"full name\"\n1,\"a, b\"\n2,c\n".as_bytes());
    assert_eq!(table.fields["columns"], serde_json::json!(["id", "full name"]));
    assert_eq!(table.fields["line_count"], 2);
    assert_eq!(read("x", b"{\"a\": [1]}").fields["a"], serde_json::json!([1]));
    assert!(!read("x.json", b"{\"a\": ").warnings.is_empty());
    let page = read("x", b"<html><p>New</p><blockquote type=cite>Old</blockquote>");
    assert_eq!(page.fields["new_text"], "New");
    assert_eq!(page.fields["quoted"], "Old");
    assert_eq!(read("x", b"\xff\xfeh\0i\0").text, "hi");
}

#[test]
fn an_mbox_is_cut_into_its_mails() {
    let mbox =
        b"From a@x.example Tue Nov  3 12:00:00 2026\nSubject: 1\n\n>From here\n>>From there\n\
        From now on\n\nFrom b@x.example Tue Nov  3 12:01:00 2026\r\nSubject: 2\r\n\r\ntwo\r\n";
    let mails = read_mbox(mbox);
    let first: &[u8] = b"Subject: 1\n\nFrom here\n>From there\nFrom now on\n";
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], (42, Cow::Borrowed(first)));
    assert_eq!(mails[1].1, Cow::Borrowed(&b"Subject: 2\r\n\r\ntwo\r\n"[..]));
    assert!(mbox[mails[1].0..].starts_with(b"Subject: 2"));
    assert!(read_mbox(b"Subject: a mail, no mbox\n\nFrom x at 1:00\n").is_empty());
    assert!(read("x", mbox).warnings.iter().any(|warning| warning.contains("2 mails")));
}

#[test]
fn a_mail_cut_off_anywhere_is_read_without_panic() {
    for end in 0..MAIL.len() {
        let cut = &MAIL.as_bytes()[..end];
        let enough = end > "From: Ann <ann@moor.example>\r\n".len();
        assert!(read_mail(cut).is_ok() || !enough, "cut at {end}");
        let _document = read("a.eml", cut);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _document = read("x", &bytes);
        let _mail = read_mail(&bytes);
        let _mails = read_mbox(&bytes);
        let _parts = split_quoted(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_mail_with_changed_bytes_is_read_without_panic(
        changes in prop::collection::vec((0..MAIL.len(), any::<u8>()), 1..20)
    ) {
        let mut bytes = MAIL.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let _document = read("a.eml", &bytes);
    }

    #[test]
    fn markup_in_any_order_is_read_without_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<p>", "</p>", "<div style='display:none'>", "</div>", "<table><tr><td>", "<!--", "-->",
            "<style>", "</style>", "{", "}", "a ü ", "&amp;", "&", ";", "<", ">", "\"", "'", "=",
            "<blockquote type=cite>", "</blockquote>", "<br>", "\n",
            "On 3 Nov 2026, a wrote:", "> ",
        ]), 0..60)
    ) {
        let html = pieces.concat();
        let _page = read("a.html", html.as_bytes());
        let mail = format!("From: a@x.example\nContent-Type: text/html\n\n{html}");
        let _mail = read_mail(mail.as_bytes());
    }
}
