//! What the mail tools declare about themselves. An approval is bound to these words.

use crate::mail::compose::Verb;
use crate::mail::config::MailConfig;
use casework::ToolName;
use casework::origin::Origin;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec};
use std::collections::BTreeMap;

/// The declaration of one tool of this account.
pub(super) fn spec(config: &MailConfig, verb: Verb) -> ToolSpec {
    let address = &config.address;
    let (name, effect, about, says) = match verb {
        Verb::Reply => (
            "reply",
            Effect::Send,
            format!("Answers a mail from {address}."),
            "Reply to {{ to }}: {{ subject }}",
        ),
        Verb::Send => (
            "send",
            Effect::Send,
            format!("Sends a mail from {address}."),
            "Send a mail to {{ to }}: {{ subject }}",
        ),
        Verb::Draft => (
            "draft",
            Effect::Draft,
            format!("Puts a mail among the drafts of {address}, for a person to send."),
            "Draft a mail to {{ to }}: {{ subject }}",
        ),
    };
    ToolSpec {
        name: ToolName::new(format!("{}.{name}", config.tool_prefix)),
        about,
        says: says.to_owned(),
        effect,
        parameters: parameters(verb),
        origins: BTreeMap::from([("message_id".to_owned(), Origin::Record)]),
        recovery: Recovery::LookUp,
        undo: None,
        system: format!("mail:{}", config.name),
        guard: Default::default(),
    }
}

fn parameters(verb: Verb) -> Vec<Parameter> {
    let text = |name: &str, required: bool, authority: bool, about: &str| Parameter {
        name: name.to_owned(),
        kind: Kind::Text,
        required,
        authority,
        about: about.to_owned(),
    };
    // A draft reaches nobody, so its address decides nothing yet.
    let decides = verb != Verb::Draft;
    let mut all = vec![
        text("to", true, decides, "One mail address, without a name."),
        text("subject", true, false, "One line."),
        text("text", true, false, "The whole text, plain."),
    ];
    if verb == Verb::Reply {
        let about = "The Message-ID of the mail that is answered.";
        let answered = text("in_reply_to", false, false, about);
        all.push(Parameter { kind: Kind::Identifier, ..answered });
    }
    all
}
