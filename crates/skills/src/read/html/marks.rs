//! Knows how mail programs mark quoted history and signatures in HTML. It looks at one tag at a
//! time and leaves words such as "On … wrote:" to the splitting of plain lines.

use super::tokens::attributes;

/// What a stretch of a mail is, as far as its markup says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mark {
    /// Nothing is said about it.
    #[default]
    Plain,
    /// Copied from an earlier mail.
    Quoted,
    /// The sender's signature.
    Signature,
}

/// How far a mark reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The element that carries it.
    Element,
    /// Everything from here to the end of the document.
    Rest,
}

/// Classes of elements that hold quoted mail (Gmail, Yahoo, Proton, Tuta, Zoho, Thunderbird).
const QUOTED_CLASSES: [&str; 9] = [
    "gmail_quote",
    "gmail_quote_container",
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "moz-cite-prefix",
    "moz-forward-container",
    "front-blockquote",
];

/// Identifiers of elements that hold quoted mail (Outlook for Mac and its successors).
const QUOTED_IDS: [&str; 3] =
    ["OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "yahoo_quoted"];

/// Identifiers of elements after which all is quoted mail (Outlook on the web, Hotmail, Zimbra).
const QUOTED_FROM_IDS: [&str; 4] = ["divRplyFwdMsg", "appendonsend", "stopSpelling", "zwchr"];

const SIGNATURE_CLASSES: [&str; 4] =
    ["gmail_signature", "moz-signature", "protonmail_signature_block", "x_gmail_signature"];

/// The mark that an opening tag puts on what it holds or on what follows it.
pub(super) fn mark_of(name: &str, tag_attributes: &str) -> Option<(Mark, Reach)> {
    let mut mark = None;
    for (attribute, value) in attributes(tag_attributes) {
        let found = match attribute.as_str() {
            "class" => class_mark(&value),
            "id" => id_mark(&value),
            "type" if name == "blockquote" && value.eq_ignore_ascii_case("cite") => {
                Some((Mark::Quoted, Reach::Element))
            }
            "data-signatureblock" if value == "true" => Some((Mark::Signature, Reach::Element)),
            _ => None,
        };
        mark = mark.or(found);
    }
    mark
}

fn class_mark(classes: &str) -> Option<(Mark, Reach)> {
    classes.split_whitespace().find_map(|class| {
        if QUOTED_CLASSES.contains(&class) {
            Some((Mark::Quoted, Reach::Element))
        } else if SIGNATURE_CLASSES.contains(&class) {
            Some((Mark::Signature, Reach::Element))
        } else {
            None
        }
    })
}

fn id_mark(id: &str) -> Option<(Mark, Reach)> {
    // Outlook on the web puts `x_` before the identifiers of a mail it quotes.
    let id = id.trim_start_matches("x_");
    if QUOTED_IDS.contains(&id) {
        Some((Mark::Quoted, Reach::Element))
    } else if QUOTED_FROM_IDS.contains(&id) {
        Some((Mark::Quoted, Reach::Rest))
    } else if id == "Signature" {
        Some((Mark::Signature, Reach::Element))
    } else {
        None
    }
}
