//! Mails that pretend to be by somebody, each written by us and signed as well as its author could,
//! read as the program reads them: none makes anybody trusted, and the honest ones do.

use super::signing::{RSA_DOMAIN, Signature, Signers, seconds_from_now};
use super::{account, arrivals, folders};
use crate::support::intake;
use casework::Origin;
use casework::signal::Arrival;
use connectors::mail::{MailKind, MailSource};
use engine::clock::Clock;
use engine::seams::Source as _;

const OURS: &str = "harbourandpine.example";
const EVIL: &str = "kiln.example";
/// Ours, with a Greek letter in it.
const TWIN: &str = "harbοurandpine.example";
const BODY: &str = "Please pay to the account below.\r\n";
const ALL: &[&str] = &["From", "To", "Subject", "Date", "Message-ID"];

fn signers() -> Signers {
    Signers::new(&["clay.example", "example", OURS, EVIL, TWIN, "mail.clay.example"])
}

/// A mail with these headers on top of the usual ones.
fn mail_from(from: &str, more: &str) -> String {
    format!(
        "{more}From: {from}\r\nTo: support@{OURS}\r\nSubject: Chairs\r\n\
         Date: Mon, 02 Nov 2026 09:14:00 +0100\r\nMessage-ID: <7@clay.example>\r\n\r\n{BODY}"
    )
}

fn ada() -> String {
    mail_from("Ada Clay <ada@clay.example>", "")
}

fn by(domain: &str) -> Signature<'_> {
    Signature { domain, ..Signature::default() }
}

/// What our server wrote on top.
fn stated(results: &str) -> String {
    format!("Authentication-Results: mx.{OURS}; {results}\r\n")
}

async fn read(signers: &Signers, mail: &str) -> Arrival {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("inbox")).unwrap();
    std::fs::write(dir.path().join("inbox/1.eml"), mail).unwrap();
    let mut config = account(MailKind::Folder(folders(dir.path())));
    config.dkim = signers.records();
    let (intake, store) = intake(Clock::System);
    MailSource::new(config).drain(&intake).await.unwrap();
    arrivals(&store).remove(0)
}

/// What is trusted in an arrival: the check, the best origin of the sender and of the text.
fn trust(arrival: &Arrival) -> (String, Origin, Origin) {
    let at = |name: &str| arrival.fields.at(name).unwrap();
    let check = at("sender_check").data().as_str().unwrap().to_owned();
    (check, at("sender").origin(), at("text").origin())
}

#[tokio::test]
async fn honest_mail_is_verified_by_its_own_signature() {
    let signers = signers();
    let covers_all = [ALL, &["Reply-To", "From", "Content-Type"]].concat();
    let honest = [
        signers.by_hand(&ada(), Signature::default()),
        signers.by_tool(&ada(), ALL),
        signers.by_tool(&ada(), &covers_all),
        // As a file that was written with other line ends.
        signers.by_tool(&ada(), ALL).replace("\r\n", "\n"),
        // Further signatures, broken or by others, take nothing away.
        signers.by_hand(&signers.by_hand(&ada(), Signature::default()), by(EVIL)),
        format!("DKIM-Signature: v=1; nonsense\r\n{}", signers.by_tool(&ada(), ALL)),
        // Servers on the way add their lines on top.
        format!("Received: from a by b\r\n{}", signers.by_tool(&ada(), ALL)),
        // A domain speaks for those below it.
        signers.by_tool(&mail_from("ada@shop.clay.example", ""), ALL),
        signers.by_hand(
            &ada(),
            Signature { tags: &format!("; x={}", seconds_from_now(600)), ..Signature::default() },
        ),
    ];
    for mail in &honest {
        let expected = ("passed".to_owned(), Origin::Record, Origin::Outside);
        assert_eq!(trust(&read(&signers, mail).await), expected, "{mail}");
    }
}

#[tokio::test]
async fn honest_mail_is_verified_by_what_our_server_states() {
    let signers = signers();
    for results in [
        "dmarc=pass header.from=clay.example",
        "dkim=pass header.d=clay.example",
        "dkim=fail header.d=kiln.example; dkim=pass header.d=clay.example",
        "spf=pass smtp.mailfrom=ada@clay.example",
        "spf=fail smtp.mailfrom=bounce@kiln.example; dmarc=pass header.from=clay.example",
    ] {
        let arrival = read(&signers, &(stated(results) + &ada())).await;
        assert_eq!(trust(&arrival).1, Origin::Record, "{results}");
    }
}

#[tokio::test]
async fn a_colleague_is_one_who_writes_to_us_and_nobody_else_passed_on() {
    let signers = signers();
    let mara = |more: &str| mail_from(&format!("Mara <mara@{OURS}>"), more);
    let colleagues = [
        signers.by_hand(&mara(""), by(OURS)),
        stated(&format!("dmarc=pass header.from={OURS}")) + &mara(""),
    ];
    for mail in &colleagues {
        let expected = ("passed".to_owned(), Origin::Record, Origin::Colleague);
        assert_eq!(trust(&read(&signers, mail).await), expected, "{mail}");
    }
    let pass = stated(&format!("dmarc=pass header.from={OURS}"));
    let unsigned_reading =
        Signature { headers: &["From", "Subject", "Date", "Message-ID"], ..by(OURS) };
    let others = [
        format!("{pass}{}", mara(&format!("List-Id: <all.{OURS}>\r\n"))),
        format!("{pass}Resent-From: eve@kiln.example\r\n{}", mara("")),
        format!("{pass}X-Forwarded-To: support@{OURS}\r\n{}", mara("")),
        pass + &mara("").replace(&format!("To: support@{OURS}"), "To: eve@kiln.example"),
        signers.by_hand(&mara(""), unsigned_reading),
        mara(""),
    ];
    for mail in &others {
        assert_eq!(trust(&read(&signers, mail).await).2, Origin::Outside, "{mail}");
    }
}

#[tokio::test]
async fn no_mail_that_pretends_makes_anybody_trusted() {
    let signers = signers();
    let mails = pretending(&signers);
    assert!(mails.len() >= 40);
    for (what, mail) in &mails {
        let (check, sender, text) = trust(&read(&signers, mail).await);
        let trusted = check == "passed" || sender != Origin::Outside || text != Origin::Outside;
        assert!(!trusted, "{what}: {check}, sender {sender:?}, text {text:?}\n{mail}");
    }
}

type Mails = Vec<(&'static str, String)>;

fn pretending(signers: &Signers) -> Mails {
    let mut all = by_address(signers);
    all.extend(by_signature(signers));
    all.extend(by_headers_nobody_signed(signers));
    all.extend(by_statement(signers));
    all
}

/// Disguises in the address. The attacker signs as well as anyone can, with his own domain.
fn by_address(signers: &Signers) -> Mails {
    let from = |from: &str| signers.by_hand(&mail_from(from, ""), by(EVIL));
    let two = signers.by_tool(&ada(), ALL).replacen("From:", "From: eve@kiln.example\r\nFrom:", 1);
    let pass = stated("dmarc=pass header.from=clay.example");
    let stated_from = |from: &str| format!("{pass}{}", mail_from(from, ""));
    let list = "List-Id: <guild.kiln.example>\r\n";
    vec![
        ("unsigned", ada()),
        ("another's domain", from("Ada Clay <ada@clay.example>")),
        ("a part of another's domain", from("Ada <ada@shop.clay.example>")),
        ("a twin of our domain", signers.by_hand(&mail_from(&format!("a@{TWIN}"), ""), by(TWIN))),
        ("a twin, stated", {
            stated("dmarc=pass header.from=xn--harburandpine-srj.example")
                + &mail_from("a@xn--harburandpine-srj.example", "")
        }),
        ("two From headers", two),
        (
            "two From headers, stated",
            pass.clone() + &mail_from("ada@clay.example\r\nFrom: e@x.example", ""),
        ),
        ("two addresses", from("ada@clay.example, eve@kiln.example")),
        ("two addresses, stated", stated_from("ada@clay.example, eve@kiln.example")),
        ("two addresses, the other first", from("eve@kiln.example, ada@clay.example")),
        ("an empty group", from("undisclosed:;")),
        ("an empty group, stated", stated_from("undisclosed:;")),
        ("a group of two", stated_from("team: ada@clay.example, eve@kiln.example;")),
        ("an empty address", stated_from("\"ada@clay.example\" <>")),
        ("no address", stated_from("ada")),
        ("no user", stated_from("<@clay.example>")),
        ("a space before the colon", {
            pass.clone() + &ada().replacen("From:", "From : eve@kiln.example\r\nFrom:", 1)
        }),
        ("a bare carriage return", pass.clone() + &ada().replacen("From:", "X: y\rFrom:", 1)),
        ("over a strange list", format!("{pass}{list}{}", ada())),
        ("over a strange list, signed", format!("{list}{}", signers.by_tool(&ada(), ALL))),
    ]
}

/// Signatures that hold and prove nothing, or do not hold.
fn by_signature(signers: &Signers) -> Mails {
    let hand = |wanted: Signature<'_>| signers.by_hand(&ada(), wanted);
    let whole = hand(Signature::default());
    let short = Signature { tags: "; l=10", body_bytes: Some(10), ..Signature::default() };
    let added = |mail: String| mail + "And to this one.\r\n";
    let expired = format!("; t={}; x={}", seconds_from_now(-900), seconds_from_now(-600));
    let tags = |tags: &'static str| hand(Signature { tags, ..Signature::default() });
    vec![
        ("signed by the sibling", hand(by(EVIL))),
        ("signed by a part of the domain", hand(by("mail.clay.example"))),
        ("signed by what is above all", hand(by("example"))),
        ("signed for part of the body", hand(short)),
        ("something added to a part", added(hand(short))),
        (
            "part signed, stated",
            stated("dmarc=pass header.from=clay.example") + &added(hand(short)),
        ),
        ("part signed, stated as signed", {
            stated("dkim=pass header.d=clay.example") + &added(hand(short))
        }),
        ("nothing of the body signed", {
            hand(Signature { tags: "; l=0", body_bytes: Some(0), ..Signature::default() })
        }),
        ("expired", hand(Signature { tags: &expired, ..Signature::default() })),
        ("another's identity", tags("; i=@kiln.example")),
        ("no From signed", hand(Signature { headers: &["Subject"], ..Signature::default() })),
        ("a key that is being tried", signers.by_hand_as("test", &ada(), Signature::default())),
        ("no such key", signers.by_hand_as("gone", &ada(), Signature::default())),
        ("another version", whole.replacen("v=1", "v=2", 1)),
        ("SHA-1", whole.replacen("a=ed25519-sha256", "a=rsa-sha1", 1)),
        ("no signature in it", whole.split_once(" b=").unwrap().0.to_owned() + " b=\r\n" + &ada()),
        ("another body", whole.replace("account below", "account above")),
        ("another body, by the tool", signers.by_tool(&ada(), ALL).replace("below", "above")),
        ("something added", added(signers.by_tool(&ada(), ALL))),
        ("another subject", whole.replace("Subject: Chairs", "Subject: Urgent")),
        ("another author", whole.replace("ada@clay", "bob@clay")),
        ("our name over it, disowned", stated("dmarc=fail header.from=clay.example") + &whole),
    ]
}

/// A genuine mail sent again, with something changed that its signature does not cover.
fn by_headers_nobody_signed(signers: &Signers) -> Mails {
    let few = &["From", "From", "To", "Date", "Message-ID"];
    let without_subject = signers.by_tool(&ada(), few);
    let whole = signers.by_tool(&ada(), ALL);
    let with = |line: &str| format!("{line}\r\n{whole}");
    vec![
        ("a subject nobody signed", without_subject.replace("Chairs", "New account")),
        ("a second subject", with("Subject: New account")),
        ("an address for answers", with("Reply-To: eve@kiln.example")),
        ("a sender", with("Sender: eve@kiln.example")),
        ("a second From", with("From: Ada Clay <eve@kiln.example>")),
        ("a second date", with("Date: Tue, 03 Nov 2026 09:14:00 +0100")),
        ("a second Message-ID", with("Message-ID: <8@clay.example>")),
        ("a second way to read it", with("Content-Type: text/html\r\nContent-Type: text/plain")),
    ]
}

/// Findings that our server did not write, or that say something else.
fn by_statement(signers: &Signers) -> Mails {
    let pass = stated("dmarc=pass header.from=clay.example");
    let none = stated("dmarc=none header.from=clay.example");
    let theirs = pass.replace(OURS, "clay.example");
    let forged = signers.by_hand(&(pass.clone() + &ada()), by(EVIL));
    let inside = ada().replacen("To:", &format!("{pass}To:"), 1);
    vec![
        ("another server's finding", format!("{theirs}{}", ada())),
        ("another server's above ours", format!("{theirs}{none}{}", ada())),
        ("forged below ours", format!("{none}{pass}{}", ada())),
        ("forged twice below ours", format!("{none}{pass}{pass}{}", ada())),
        ("forged below the author's headers", inside),
        ("forged at the end", ada().replacen("\r\n\r\n", &format!("\r\n{pass}\r\n"), 1)),
        ("forged and signed, ours above", none + &forged),
        ("about another domain", stated("dmarc=pass header.from=kiln.example") + &ada()),
        ("about a part of the domain", stated("dmarc=pass header.from=mail.clay.example") + &ada()),
        ("signed by another", stated("dkim=pass header.d=kiln.example") + &ada()),
        ("sent from another", stated("spf=pass smtp.mailfrom=eve@kiln.example") + &ada()),
        ("in a comment", stated("none (dmarc=pass header.from=clay.example)") + &ada()),
        ("in a quoted name", stated("x=\"; dmarc=pass header.from=clay.example\"") + &ada()),
        ("our name begun", pass.replace(OURS, &format!("{OURS}.kiln.example")) + &ada()),
        ("in the name shown", mail_from(&format!("\"{}\" <a@kiln.example>", pass.trim()), "")),
    ]
}

#[tokio::test]
async fn a_display_name_or_a_sibling_domain_is_nobody_but_its_owner() {
    let signers = signers();
    for from in
        ["\"Ada Clay ada@clay.example\" <ada@kiln.example>", "ada@clay.example.kiln.example"]
    {
        let arrival = read(&signers, &signers.by_hand(&mail_from(from, ""), by(EVIL))).await;
        let sender = arrival.fields.at("sender").unwrap();
        assert!(sender.data().as_str().unwrap().ends_with("kiln.example"), "{from}");
        let party = arrival.fields.origin_of_leaf(&"ada@clay.example".into());
        assert_eq!(party.unwrap_or(Origin::Outside), Origin::Outside, "{from}");
        assert_eq!(arrival.party.as_deref(), sender.data().as_str());
    }
    assert_eq!(RSA_DOMAIN, "clay.example");
}

#[tokio::test]
async fn without_keys_no_signature_is_believed_and_no_network_is_asked() {
    let keyed = signers();
    let mail = keyed.by_tool(&ada(), ALL);
    let nobody = read(&Signers::new(&[]), &keyed.by_hand(&ada(), Signature::default())).await;
    assert_eq!(trust(&nobody).0, "none");
    assert_eq!(trust(&read(&keyed, &mail).await).0, "passed");
}
