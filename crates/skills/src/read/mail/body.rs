//! Chooses what to read of a mail, as a person's mail program would, and splits it. It reads the
//! HTML form only for what it adds: text where there is none, marks of history, hidden text.

use std::collections::BTreeSet;

use mail_parser::{Message, MessagePart, PartType};

use crate::read::html::{self, Mark, MarkedLine, Rendered};
use crate::read::quoted::{Parts, split_lines};
use crate::read::{decode, hidden};

/// The text of a mail.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) text: String,
    pub(super) parts: Parts,
    pub(super) html_only: bool,
}

/// Reads the body. `sender` is the author's display name.
pub(super) fn read(
    message: &Message<'_>,
    sender: Option<&str>,
    warnings: &mut Vec<String>,
) -> Body {
    let mut plain = String::new();
    let mut rendered = Vec::new();
    for part in shown_parts(message) {
        match part.body {
            PartType::Text(_) => {
                let text = part_text(message, part, warnings);
                if !plain.is_empty() && !text.trim().is_empty() {
                    plain.push('\n');
                }
                plain.push_str(text.trim_end());
                plain.push('\n');
            }
            PartType::Html(_) => rendered.push(html::render(&part_text(message, part, warnings))),
            _ => {}
        }
    }
    let html_only = plain.trim().is_empty() && rendered.iter().any(|page| !page.lines.is_empty());
    warn_hidden(&rendered, warnings);
    let lines = if html_only {
        rendered.iter().flat_map(|page| page.lines.clone()).collect()
    } else {
        warn_different(&plain, &rendered, warnings);
        html::plain_lines(&plain)
    };
    let text = joined(&lines);
    warnings.extend(hidden::warning(&text, "text"));
    let mut parts = split_lines(&lines, sender);
    if !html_only && parts.quoted.is_empty() {
        parts = marked_parts(&lines, &rendered, sender).unwrap_or(parts);
    }
    Body { text, parts, html_only }
}

/// The parts that a mail program shows, in order, none twice.
fn shown_parts<'a>(message: &'a Message<'a>) -> Vec<&'a MessagePart<'a>> {
    let ids: BTreeSet<u32> = message.text_body.iter().chain(&message.html_body).copied().collect();
    ids.iter().filter_map(|id| message.parts.get(usize::try_from(*id).ok()?)).collect()
}

/// The decoded text of a part. The library's own text serves where nothing is wrong with it.
fn part_text(message: &Message<'_>, part: &MessagePart<'_>, warnings: &mut Vec<String>) -> String {
    let (bytes, damage) = decode::content(message, part);
    let damage = damage.filter(|_| decode::is_damaged(part) || !bytes.is_empty());
    warnings.extend(damage.map(|damage| format!("text: {damage}")));
    let (text, doubt) = decode::text(&bytes, part);
    warnings.extend(doubt);
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

fn joined(lines: &[MarkedLine]) -> String {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.trim_end()).collect();
    texts.join("\n").trim().to_owned()
}

fn warn_hidden(rendered: &[Rendered], warnings: &mut Vec<String>) {
    let count: usize = rendered.iter().map(|page| page.hidden_characters).sum();
    if count > 0 {
        warnings.push(format!("hidden text in the HTML part: {count} characters"));
    }
}

/// Where only the HTML form tells history from new text, its marks are carried over: lines of the
/// plain form that are quoted there are quoted here.
fn marked_parts(
    lines: &[MarkedLine],
    rendered: &[Rendered],
    sender: Option<&str>,
) -> Option<Parts> {
    let marked = || rendered.iter().flat_map(|page| &page.lines);
    let key = |text: &str| words(text).collect::<Vec<_>>().join(" ");
    let with = |wanted: fn(Mark) -> bool| -> BTreeSet<String> {
        let lines = marked().filter(|line| wanted(line.mark));
        lines.map(|line| key(&line.text)).filter(|key| !key.is_empty()).collect()
    };
    let quoted = with(|mark| mark == Mark::Quoted);
    let plain = with(|mark| mark != Mark::Quoted);
    if quoted.is_empty() {
        return None;
    }
    let carried: Vec<MarkedLine> = lines
        .iter()
        .map(|line| {
            let key = key(&line.text);
            let is_quoted = quoted.contains(&key) && !plain.contains(&key);
            let mark = if is_quoted { Mark::Quoted } else { line.mark };
            MarkedLine { text: line.text.clone(), mark }
        })
        .collect();
    Some(split_lines(&carried, sender))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// A person sees the HTML form and a program the plain one; when they share few words, one of
/// them is meant to deceive.
fn warn_different(plain: &str, rendered: &[Rendered], warnings: &mut Vec<String>) {
    const WORDS_MIN: usize = 12;
    let plain: BTreeSet<String> = words(plain).collect();
    let html: BTreeSet<String> =
        rendered.iter().flat_map(|page| words(&page.text()).collect::<Vec<_>>()).collect();
    let smaller = plain.len().min(html.len());
    if smaller >= WORDS_MIN && plain.intersection(&html).count() * 3 < smaller {
        warnings.push("the text and HTML parts say different things".to_owned());
    }
}
