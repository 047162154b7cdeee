//! Where replies end and history begins, in the languages and habits of mail programs.

use super::{Parts, split_lines, split_quoted};
use crate::read::html::plain_lines;

fn parts(new: &str, quoted: &str, signature: &str) -> Parts {
    let [new, quoted, signature] = [new, quoted, signature].map(str::to_owned);
    Parts { new, quoted, signature }
}

#[test]
fn an_attribution_with_quoted_lines_is_history_in_every_language() {
    let attributions = [
        "On Mon, 3 Nov 2026 at 11:02, Ann Moor <ann@moor.example> wrote:",
        "On Mon, 3 Nov 2026 at 11:02, Ann Moor <\nann@moor.example> wrote:",
        "Am 03.11.2026 um 11:02 schrieb Ann Moor:",
        "Am Di., 3. Nov. 2026 um 11:02 Uhr schrieb Ann Moor <\nann@moor.example>:",
        "Le mar. 3 nov. 2026 à 11:02, Ann Moor <ann@moor.example> a écrit :",
        "El mar, 3 nov 2026 a las 11:02, Ann Moor (<ann@moor.example>) escribió:",
        "Il giorno mar 3 nov 2026 alle ore 11:02 Ann Moor <ann@moor.example>\nha scritto:",
        "Op di 3 nov. 2026 om 11:02 schreef Ann Moor <ann@moor.example>:",
        "Op 3 nov. 2026 om 11:02 heeft Ann Moor <ann@moor.example> het volgende geschreven:",
        "Den tis 3 nov. 2026 kl 11:02 skrev Ann Moor <ann@moor.example>:",
        "Den 3. nov. 2026 kl. 11.02 skrev Ann Moor:",
        "Em ter., 3 de nov. de 2026 às 11:02, Ann Moor <ann@moor.example> escreveu:",
        "W dniu 3.11.2026 o 11:02, Ann Moor pisze:",
        "wt., 3 lis 2026 o 11:02 Ann Moor <ann@moor.example> napisał(a):",
        "03.11.2026, 11:02, \"Ann Moor\" <ann@moor.example>:",
        "--- On Tue, 11/3/26, Ann Moor <ann@moor.example> wrote:",
    ];
    for attribution in attributions {
        for history in ["> old\n> lines", "\nold\n\nlines"] {
            let text = format!("The new words.\n\n{attribution}\n{history}\n");
            let found = split_quoted(&text);
            assert_eq!(found.new, "The new words.", "{text}");
            assert!(found.quoted.starts_with(attribution), "{text}");
            assert!(found.quoted.ends_with("lines"), "{text}");
        }
    }
}

#[test]
fn telling_what_someone_wrote_is_not_an_attribution() {
    let texts = [
        "On 3 November 2026 I wrote:\n\nplease repair my table.",
        "On 3 November 2026 your colleague wrote to me that these would come:\n\nten chairs",
        "Am 3.11.2026 schrieb ich Ihnen:\n\nBitte reparieren Sie den Tisch.",
        "Delivery on 3.11.2026 to office@moor.example as follows:\n\nten chairs",
        "Date: 3 November\nTable: oak",
        "From: the workshop\nwith love",
    ];
    for text in texts {
        assert_eq!(split_quoted(text), parts(text, "", ""));
    }
}

#[test]
fn everything_below_a_separator_or_header_block_is_history() {
    let below = [
        "-----Original Message-----\nFrom: Ann\n\nold",
        "-------- Ursprüngliche Nachricht --------\nVon: Ann\n\nold",
        "-----Message d’origine-----\nDe : Ann\n\nold",
        "---------- Forwarded message ---------\nFrom: Ann\n\nold",
        "From: Ann Moor <ann@moor.example>\nSent: Monday\nTo: Support\nSubject: x\n\nold",
        "Von: Ann Moor\nGesendet: Mo, 3. Nov. 2026\nAn: Support;\n Office\nBetreff: x\n\nold",
        "De : Ann Moor\nEnvoyé : lundi 3 novembre\nÀ : Support\nObjet : x\n\nold",
        "*From:* Ann Moor\n*Sent:* Monday\n*To:* Support\n\nold",
        "________________________________\nDe: Ann\nEnviado: lunes\nPara: b\nAsunto: x\n\nold",
    ];
    for below in below {
        let found = split_quoted(&format!("New.\n\n{below}"));
        assert_eq!(found, parts("New.", below, ""), "{below}");
    }
}

#[test]
fn answers_below_and_between_quoted_lines_are_new() {
    let text = "On 3 Nov 2026, Ann wrote:\n> Which colour?\nGreen.\n\n> When?\n\nIn May.";
    assert_eq!(split_quoted(text).new, "Green.\n\nIn May.");
}

#[test]
fn the_end_of_a_quoted_line_that_was_wrapped_is_history() {
    let long = "> a very long line of the earlier mail that some program has broken into";
    let text = format!("Yes.\n\n{long}\ntwo\n> and another\n");
    assert_eq!(split_quoted(&text).new, "Yes.");
}

#[test]
fn a_forwarded_mail_without_a_comment_is_new_as_a_whole() {
    let forwarded = "---------- Forwarded message ---------\nFrom: Ann\nSubject: x\n\nRead this.";
    assert_eq!(split_quoted(forwarded), parts(forwarded, "", ""));
    let from_phone = format!("Sent from my phone\n\n{forwarded}");
    assert_eq!(split_quoted(&from_phone).new, from_phone);
}

#[test]
fn signatures_are_split_off() {
    let signatures = [
        "-- \nAnn Moor\nMoor Ltd",
        "--\nAnn Moor",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Get Outlook for iOS",
        "Kind regards,\nAnn Moor\nMoor Ltd\n+44 20 7946 0000",
        "Mit freundlichen Grüßen\n\nAnn Moor",
        "Thanks,\nBest regards,\n\nAnn",
        "Merci d’avance,\nAnn",
        "Best,\nAnn\n\nSent from my iPhone",
        "Ann Moor\nann@moor.example\n(555) 346-9947",
        "----------------\n\nAnn Moor\nt. 555-931-0702",
    ];
    for signature in signatures {
        let found = split_quoted(&format!("The drawer is stuck.\n\n{signature}\n"));
        assert_eq!(found, parts("The drawer is stuck.", "", &signature.replace("-- ", "--")));
    }
}

#[test]
fn the_sender_s_own_name_begins_a_signature() {
    let found = |text: &str| split_lines(&plain_lines(text), Some("Ann Moor")).signature;
    assert_eq!(found("It creaks.\n\nAnn\nMoor Ltd"), "Ann\nMoor Ltd");
    assert_eq!(
        found("It creaks.\n\nWith warm thanks,\nAnn Moor, Moor Ltd"),
        "With warm thanks,\nAnn Moor, Moor Ltd"
    );
    assert_eq!(
        found("Ann\nis waiting for an answer, and has been waiting for three long weeks."),
        ""
    );
}

#[test]
fn requests_are_not_taken_for_signatures() {
    let texts = [
        "Please send it.\n\nThanks!",
        "Thanks,\n\nthe new leg came yesterday and it fits. Could you send the screws, too?",
        "Deliver to:\n\nAnn Moor\n12 High Street\nYork",
        "Best\n\nWhat does the oak table cost?",
        "Von meinem alten Tisch fehlt ein Bein",
    ];
    for text in texts {
        assert_eq!(split_quoted(text), parts(text, "", ""));
    }
}

#[test]
fn every_line_is_kept_in_one_of_the_parts() {
    let text = "a\n\nOn 3 Nov 2026, b <b@b.example> wrote:\n> c\n\nd\n-- \ne";
    let found = split_quoted(text);
    let all = format!("{}\n{}\n{}", found.new, found.quoted, found.signature);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        assert!(all.contains(line.trim_end()), "{line}");
    }
}
