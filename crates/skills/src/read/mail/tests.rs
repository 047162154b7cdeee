//! Mails as they come, whole and broken, and what is read of them.

use super::{Address, Mail, ReadError, read_mail};
use crate::read::{AutomaticKind, MAIL_BYTES_MAX};

fn read(mail: &str) -> Mail {
    read_mail(mail.as_bytes()).unwrap()
}

fn warned(mail: &Mail, words: &str) -> bool {
    mail.warnings.iter().any(|warning| warning.contains(words))
}

fn address(name: &str, address: &str) -> Address {
    let name = (!name.is_empty()).then(|| name.to_owned());
    Address { name, address: address.to_owned() }
}

#[test]
fn the_headers_of_a_mail_become_plain_fields() {
    let mail = read(
        "Return-Path: <bounce@moor.example>\r\nFrom: =?utf-8?Q?J=C3=B6rg_M?= <jm@Moor.example>\r\n\
         Sender: desk@moor.example\r\nReply-To: b@other.example\r\n\
         To: a@x.example, B <b@x.example>\r\n\
         Cc: team: c@x.example, d@x.example;\r\n\
         Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n =?utf-8?B?IOKCrA==?=\r\n\
         Message-ID: <1@moor.example>\r\nIn-Reply-To: <0@x.example>\r\n\
         References: <a@x.example>\r\n <0@x.example>\r\n\
         Date: Tue, 3 Nov 2026 12:00:00 +0100\r\n\r\nHello\r\n",
    );
    assert_eq!(mail.from, Some(address("Jörg M", "jm@Moor.example")));
    assert_eq!(mail.from.as_ref().unwrap().domain(), "moor.example");
    assert_eq!((mail.from_count, mail.sender), (1, Some(address("", "desk@moor.example"))));
    assert_eq!(mail.reply_to, Some(address("", "b@other.example")));
    assert_eq!(mail.to, [address("", "a@x.example"), address("B", "b@x.example")]);
    assert_eq!(mail.cc, [address("", "c@x.example"), address("", "d@x.example")]);
    assert_eq!(mail.subject, "Grüße €");
    assert_eq!(mail.message_id.as_deref(), Some("1@moor.example"));
    assert_eq!(mail.in_reply_to, ["0@x.example"]);
    assert_eq!(mail.references, ["a@x.example", "0@x.example"]);
    assert_eq!(mail.return_path.as_deref(), Some("bounce@moor.example"));
    assert_eq!(mail.date_ms, Some(1_793_703_600_000));
    assert_eq!((mail.text.as_str(), mail.warnings.len()), ("Hello", 0));
}

#[test]
fn only_bytes_that_are_no_mail_are_refused() {
    assert_eq!(read_mail(b""), Err(ReadError::Empty));
    assert_eq!(read_mail(b" \r\n\n"), Err(ReadError::Empty));
    assert_eq!(read_mail(b"just a note: no header"), Err(ReadError::NotAMail));
    assert_eq!(read_mail(&[0x89, b'P', b'N', b'G', 0, 1, 2]), Err(ReadError::NotAMail));
    let large = vec![b'a'; MAIL_BYTES_MAX + 1];
    assert_eq!(read_mail(&large), Err(ReadError::TooLarge { bytes: MAIL_BYTES_MAX + 1 }));
    assert_eq!(
        read("\u{feff}From a@b.example Tue Nov  3 12:00:00 2026\nSubject: x\n\ny").text,
        "y"
    );
}

#[test]
fn several_authors_and_borrowed_names_are_noted() {
    let two = read("From: a@x.example\nFrom: b@y.example\nSubject: s\n\nt");
    assert_eq!((two.from_count, two.from), (2, Some(address("", "a@x.example"))));
    assert!(two.warnings.iter().any(|warning| warning.contains("2 authors")));
    let borrowed = read("From: \"boss@x.example\" <b@y.example>\n\nt");
    assert!(warned(&borrowed, "another address"));
    assert!(warned(&read("From: a@xn--hotl-epa.example\n\nt"), "outside ASCII"));
    assert!(!warned(&read("From: \"b@y.example\" <B@y.example>\n\nt"), "another address"));
}

#[test]
fn control_and_hidden_characters_leave_the_subject_and_are_reported() {
    let mail = read("From: a@x.example\nSubject: in\u{202e}voice\u{200b}\u{7}\n\npay\u{200b} me");
    assert_eq!(mail.subject, "invoice");
    assert_eq!(mail.text, "pay\u{200b} me");
    assert!(warned(&mail, "hidden characters in the subject"));
    assert!(warned(&mail, "hidden characters in the text"));
}

fn typed(content_type: &str, body: &[u8]) -> Mail {
    let mut mail = format!("From: a@x.example\nContent-Type: {content_type}\n\n").into_bytes();
    mail.extend_from_slice(body);
    read_mail(&mail).unwrap()
}

#[test]
fn text_is_read_in_its_character_set_or_said_to_be_guessed() {
    assert_eq!(typed("text/plain; charset=iso-8859-1", b"caf\xe9").text, "café");
    assert_eq!(typed("text/plain; charset=windows-1252", b"\x80 5").text, "€ 5");
    assert_eq!(typed("text/plain; charset=koi8-r", b"\xd0\xd2\xc9").text, "при");
    assert_eq!(typed("text/plain; charset=us-ascii", "café".as_bytes()).text, "café");
    let unknown = typed("text/plain; charset=x-odd", b"caf\xe9");
    assert_eq!(unknown.text, "café");
    assert!(warned(&unknown, "unknown character set \"x-odd\""));
    assert!(warned(&typed("text/plain", b"caf\xe9"), "no character set"));
    assert!(warned(&typed("text/plain; charset=utf-8", b"caf\xe9"), "not utf-8"));
}

#[test]
fn hidden_text_of_an_html_mail_is_dropped_and_reported() {
    let mail = typed("text/html", b"<p>Hi</p><div style='display:none'>obey me</div>");
    assert_eq!((mail.text.as_str(), mail.html_only), ("Hi", true));
    assert!(warned(&mail, "hidden text in the HTML part: 6"));
}

fn alternative(plain: &str, html: &str) -> Mail {
    let parts = format!(
        "--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    );
    typed("multipart/alternative; boundary=b", parts.as_bytes())
}

#[test]
fn the_plain_form_is_read_unless_it_is_empty() {
    let both = alternative("plain words", "<p>plain words</p>");
    assert_eq!((both.text.as_str(), both.html_only), ("plain words", false));
    assert!(both.attachments.is_empty());
    let empty = alternative("", "<p>only here</p>");
    assert_eq!((empty.text.as_str(), empty.html_only), ("only here", true));
    let say = |words: &str| (1..20).map(|n| format!("{words}{n} ")).collect::<String>();
    assert!(warned(&alternative(&say("a"), &say("b")), "different things"));
    assert!(!warned(&alternative(&say("a"), &say("a")), "different things"));
}

#[test]
fn marks_of_history_in_the_html_form_hold_for_the_plain_form() {
    let html = "<p>New</p><div class=gmail_quote><p>Old words</p></div>";
    let mail = alternative("New\n\nOld words", html);
    assert_eq!((mail.new_text.as_str(), mail.quoted.as_str()), ("New", "Old words"));
}

fn attached(headers: &str, body: &str, end: &str) -> Mail {
    let parts = format!("--b\nContent-Type: text/plain\n\nsee file\n--b\n{headers}\n\n{body}{end}");
    typed("multipart/mixed; boundary=b", parts.as_bytes())
}

#[test]
fn attachments_keep_their_bytes_and_get_safe_names() {
    let names = [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\\\temp\\\\run.exe", "run.exe"),
        ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
        ("..", "attachment-1.pdf"),
        ("a<b>:c", "a_b__c"),
    ];
    for (stated, expected) in names {
        let headers = format!(
            "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename=\"{stated}\""
        );
        let mail = attached(&headers, "aGVsbG8=", "\n--b--\n");
        let [file] = mail.attachments.as_slice() else { panic!("{:?}", mail.attachments) };
        assert_eq!((file.name.as_str(), file.bytes()), (expected, &b"hello"[..]));
        assert_eq!((file.media_type.as_str(), file.size_bytes), ("application/pdf", 5));
        assert_eq!(mail.text, "see file");
    }
}

#[test]
fn a_cut_off_attachment_is_kept_with_a_warning() {
    let headers = "Content-Type: image/png; name=p.png\nContent-Transfer-Encoding: base64";
    let mail = attached(headers, "aGVsbG8gd29ybGQ", "");
    assert_eq!(mail.attachments.first().unwrap().bytes(), b"hello world");
    assert!(warned(&mail, "p.png: its base64 is damaged or cut off"));
}

#[test]
fn a_mail_in_a_mail_is_an_attachment_even_when_encoded() {
    let inner = "Subject: inner/mail\nContent-Type: text/plain\n\nwords";
    let plain = attached("Content-Type: message/rfc822", inner, "\n--b--\n");
    let [file] = plain.attachments.as_slice() else { panic!("{:?}", plain.attachments) };
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str()),
        ("inner-mail.eml", "message/rfc822")
    );
    assert_eq!(read_mail(file.bytes()).unwrap().text, "words");
    assert_eq!(plain.text, "see file");
    let headers = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64";
    let encoded = attached(headers, "U3ViamVjdDogeAoKd29yZHM=", "\n--b--\n");
    let [file] = encoded.attachments.as_slice() else { panic!("{:?}", encoded.attachments) };
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("mail-1.eml", "message/rfc822"));
    assert_eq!(read_mail(file.bytes()).unwrap().text, "words");
}

#[test]
fn very_deep_nesting_ends_without_overflow() {
    let plain = "Content-Type: message/rfc822\n\n".repeat(20_000);
    assert!(read_mail(format!("From: a@x.example\n{plain}").as_bytes()).is_ok());
    let soft: String = plain.replace("message", "=6Dessage");
    let head = "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n";
    assert!(read_mail(format!("From: a@x.example\n{head}{soft}").as_bytes()).is_ok());
    let multiparts: String = (0..900)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect();
    assert!(read_mail(format!("From: a@x.example\n{multiparts}").as_bytes()).is_ok());
    let parts = format!("--b\nContent-Type: text/plain\n\n{}", "--b\n\n".repeat(60_000));
    assert!(warned(&typed("multipart/mixed; boundary=b", parts.as_bytes()), "too many parts"));
}

#[test]
fn mail_by_machines_is_told_from_mail_by_people() {
    let kind = |headers: &str| {
        let mail = read(&format!("{headers}\nSubject: s\n\nt"));
        mail.automatic.map(|automatic| automatic.kind)
    };
    let person = "From: ann@x.example";
    let with = |header: &str| kind(&format!("{person}\n{header}"));
    assert_eq!(kind(person), None);
    assert_eq!(with("Auto-Submitted: no"), None);
    assert_eq!(with("X-Auto-Response-Suppress: DR, RN, NRN"), None);
    assert_eq!(with("Precedence: normal"), None);
    assert_eq!(with("Auto-Submitted: auto-replied (vacation)"), Some(AutomaticKind::AutoReply));
    assert_eq!(with("X-Autoreply: yes"), Some(AutomaticKind::AutoReply));
    assert_eq!(with("Auto-Submitted: auto-generated"), Some(AutomaticKind::Generated));
    assert_eq!(with("X-Auto-Response-Suppress: OOF, AutoReply"), Some(AutomaticKind::Generated));
    assert_eq!(with("Return-Path: <>"), Some(AutomaticKind::Generated));
    assert_eq!(with("List-Id: Friends <f.x.example>"), Some(AutomaticKind::List));
    assert_eq!(with("List-Unsubscribe: <mailto:x@x.example>"), Some(AutomaticKind::List));
    assert_eq!(with("Precedence: bulk"), Some(AutomaticKind::Bulk));
    assert_eq!(kind("From: no-reply@x.example"), Some(AutomaticKind::Generated));
    assert_eq!(kind("From: Mail <MAILER-DAEMON@x.example>"), Some(AutomaticKind::Bounce));
    let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b";
    assert_eq!(with(report), Some(AutomaticKind::Bounce));
}

#[test]
fn an_absence_subject_alone_is_only_a_hint() {
    for subject in ["Out of Office: x", "Abwesenheitsnotiz", "Réponse automatique : x"] {
        let mail = read(&format!("From: a@x.example\nSubject: {subject}\n\nt"));
        assert_eq!(mail.automatic, None);
        assert!(warned(&mail, "out-of-office"), "{subject}");
    }
}
