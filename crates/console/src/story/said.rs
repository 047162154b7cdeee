//! What a person replied, in one sentence for the margin of a story.

use crate::text::one_line;
use casework::PersonId;
use casework::ask::Reply;

/// Who replied, and in whose place.
pub(super) fn in_place_of(who: &PersonId, absent: Option<&PersonId>) -> String {
    match absent {
        Some(absent) => format!("{who} (standing in for {absent})"),
        None => who.to_string(),
    }
}

/// What they said.
pub(super) fn said(who: &str, reply: &Reply) -> String {
    match reply {
        Reply::Approve { .. } => format!("{who} approved exactly this"),
        Reply::Grant { allowance, .. } => {
            format!(
                "{who} approved exactly this, and what is like it from now on, {} times at most",
                allowance.times_max
            )
        }
        Reply::Edit { arguments, .. } => {
            let names: Vec<&str> = arguments.keys().map(String::as_str).collect();
            format!("{who} changed {} and approved", names.join(", "))
        }
        Reply::Reject { why } => format!("{who} rejected it: {why}"),
        Reply::Say { answer } => format!("{who} answered: {}", one_line(answer, 200)),
        Reply::Fill { fields } => {
            let filled: Vec<String> = fields
                .iter()
                .map(|(name, data)| format!("{name} {}", casework::ask::card::in_words(data)))
                .collect();
            format!("{who} answered: {}", one_line(&filled.join(", "), 200))
        }
        Reply::Happened(true) => format!("{who} says it did happen"),
        Reply::Happened(false) => format!("{who} says it did not happen"),
        Reply::Outcome { summary } => format!("{who} finished it: {summary}"),
    }
}
