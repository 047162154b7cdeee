//! What came in, laid out as a letter: who wrote it, what is new, what is quoted, what is attached
//! and what is odd about it. It knows mail's field names; other sources show as rows.

use crate::marks::{self, Fact, Mark};
use crate::text::clean;
use casework::signal::Arrival;
use casework::{Origin, Value};
use serde_json::Value as Json;

/// Field names that the layout has a place for; all others are rows.
const PLACED: [&str; 17] = [
    "subject",
    "text",
    "full_text",
    "from",
    "sender",
    "sender_check",
    "to",
    "attachments",
    "doubts",
    "warnings",
    "automatic",
    "list",
    "thread",
    "message_id",
    "party",
    "title",
    "quoted",
];

/// A letter.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) sender_mark: Mark,
    pub(crate) sender_check: String,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) text_mark: Mark,
    pub(crate) hidden: String,
    pub(crate) folded: String,
    pub(crate) attachments: Vec<String>,
    pub(crate) oddities: Vec<String>,
    pub(crate) others: Vec<Fact>,
}

/// Lays an arrival out.
pub(crate) fn letter(arrival: &Arrival) -> Letter {
    let fields = &arrival.fields;
    let full = text(fields, "full_text");
    let mut new = text(fields, "text");
    let mut folded = match full.trim().strip_prefix(new.trim()) {
        Some(rest) => rest.trim().to_owned(),
        None => full.clone(),
    };
    if new.trim().is_empty() {
        new = std::mem::take(&mut folded);
    }
    if folded.is_empty() {
        (new, folded) = split_quoted(&new);
    }
    let shown = clean(&new);
    let from = [text(fields, "from"), text(fields, "sender")]
        .into_iter()
        .find(|name| !name.is_empty())
        .or_else(|| arrival.party.clone())
        .unwrap_or_default();
    let others = fields.keys().filter(|name| !PLACED.contains(name)).filter_map(|name| {
        let mut rows = marks::facts(&fields.at(name)?);
        for row in &mut rows {
            let below = if row.name == "value" { String::new() } else { format!(".{}", row.name) };
            row.name = format!("{name}{below}");
        }
        Some(rows)
    });
    Letter {
        from: clean(&from).text,
        sender_mark: marks::mark(origin(fields, "sender")),
        sender_check: checked(&text(fields, "sender_check")).into(),
        to: clean(&text(fields, "to")).text,
        hidden: shown.note(),
        text: shown.text,
        text_mark: marks::mark(origin(fields, "text")),
        folded: clean(&folded).text,
        attachments: list(fields, "attachments"),
        oddities: oddities(fields),
        others: others.flatten().collect(),
    }
}

fn oddities(fields: &Value) -> Vec<String> {
    let mut found = list(fields, "doubts");
    found.extend(list(fields, "warnings"));
    let automatic = text(fields, "automatic");
    if !automatic.is_empty() {
        found.push(format!("written by a machine: {}", clean(&automatic).text));
    }
    found
}

/// The words of a sender check; empty when the source makes none.
fn checked(word: &str) -> &'static str {
    match word {
        "passed" => "the sender is who it says, by its domain's signature",
        "failed" => "the sender may not be who it says: its domain's check failed",
        "none" => "nothing proves who the sender is",
        _ => "",
    }
}

fn text(fields: &Value, name: &str) -> String {
    fields.data().get(name).map(plain).unwrap_or_default()
}

fn origin(fields: &Value, name: &str) -> Origin {
    fields.at(name).map_or(Origin::Outside, |value| value.origin())
}

fn plain(data: &Json) -> String {
    match data {
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => marks::in_words(other),
    }
}

/// Items as lines; an attachment is its name, kind and size.
fn list(fields: &Value, name: &str) -> Vec<String> {
    let Some(Json::Array(items)) = fields.data().get(name) else { return Vec::new() };
    items
        .iter()
        .map(|item| match item.get("name").and_then(Json::as_str) {
            Some(file) => {
                let kind = item.get("media_type").and_then(Json::as_str).unwrap_or_default();
                let size = item.get("size_bytes").and_then(Json::as_u64);
                let size = size.map(|bytes| format!(", {}", bytes_in_words(bytes)));
                format!("{} ({kind}{})", clean(file).text, size.unwrap_or_default())
            }
            None => clean(&plain(item)).text,
        })
        .collect()
}

/// A size as people say it.
pub(crate) fn bytes_in_words(bytes: u64) -> String {
    let units = ["KB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} bytes");
    }
    let mut size = bytes;
    for unit in units {
        if size < 1_000_000 || unit == "TB" {
            return format!("{}.{} {unit}", size / 1_000, size % 1_000 / 100);
        }
        size /= 1_000;
    }
    format!("{bytes} bytes")
}

/// Where the reader of a source did not split it: everything from the first quoted block to the
/// end.
fn split_quoted(text: &str) -> (String, String) {
    let mut at = 0;
    let mut before: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with('>') {
            let start = before.unwrap_or(at);
            let (new, quoted) = text.split_at_checked(start).unwrap_or((text, ""));
            return (new.trim_end().to_owned(), quoted.to_owned());
        }
        let introduces = line.trim_end().ends_with(':');
        before = introduces.then_some(at).or(before.filter(|_| line.trim().is_empty()));
        at += line.len();
    }
    (text.to_owned(), String::new())
}

#[cfg(test)]
mod tests {
    use super::{bytes_in_words, letter, split_quoted};
    use casework::signal::Arrival;
    use casework::{Origin, Value};
    use serde_json::json;

    #[test]
    fn the_quoted_part_is_folded_with_the_line_that_introduces_it() {
        let (new, quoted) = split_quoted("Yes please.\n\nOn Monday Mo wrote:\n\n> Shall we?\n");
        assert_eq!(new, "Yes please.");
        assert_eq!(quoted, "On Monday Mo wrote:\n\n> Shall we?\n");
        assert_eq!(split_quoted("no quote: here"), ("no quote: here".into(), String::new()));
    }

    #[test]
    fn a_mail_shows_its_new_text_and_keeps_the_rest_folded() {
        let fields = json!({
            "subject": "Again", "text": "Still broken\u{202E}.",
            "full_text": "Still broken\u{202E}.\n> We are on it", "sender": "ann@shop.example",
            "attachments": [{ "name": "a.png", "media_type": "image/png", "size_bytes": 2300 }],
            "doubts": ["two authors"], "row": { "id": 7 },
        });
        let arrival = Arrival {
            title: "Again".into(),
            party: None,
            thread: Vec::new(),
            fields: Value::new(fields, Origin::Outside),
            bodies: Vec::new(),
        };
        let letter = letter(&arrival);
        assert_eq!(
            (letter.text.as_str(), letter.folded.as_str()),
            ("Still broken.", "> We are on it")
        );
        assert_eq!(letter.from, "ann@shop.example");
        assert_eq!(letter.attachments, ["a.png (image/png, 2.3 KB)"]);
        assert_eq!(letter.oddities, ["two authors"]);
        assert_eq!(letter.others.first().map(|fact| fact.name.as_str()), Some("row.id"));
        assert!(!letter.hidden.is_empty());
    }

    #[test]
    fn sizes_are_said_with_one_digit() {
        assert_eq!(bytes_in_words(999), "999 bytes");
        assert_eq!(bytes_in_words(1_250), "1.2 KB");
        assert_eq!(bytes_in_words(3_480_000), "3.4 MB");
    }
}
