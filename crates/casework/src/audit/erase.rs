//! Takes a person's words out of the lines of journals: each line keeps its place, its form and the
//! head that its journal had after it, so that the chain still verifies. Which journals, and the
//! record of it in the office's own journal, is the caller's.

#[cfg(test)]
mod tests;

use crate::ids::{CaseId, Digest};
use crate::journal::{Chain, Entry, replaced_line};
use crate::office::ErasedEntry;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// What stands where words were.
pub const ERASED: &str = "[erased]";

/// Below this length a text is too common to look for everywhere.
const TELLING_BYTES_MIN: usize = 4;

/// Keys under which free text stands outside labelled values.
const FREE: [&str; 24] = [
    "title",
    "party",
    "thread",
    "key",
    "summary",
    "why",
    "known",
    "because",
    "headline",
    "on_expiry",
    "found",
    "words",
    "said",
    "answer",
    "arguments",
    "fields",
    "text",
    "brief",
    "how",
    "nonce",
    "record",
    "certificate",
    "passed_by",
    "shape",
];

/// A journal whose words were taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedJournal {
    /// All its lines, each ended by a line break.
    pub lines: Vec<u8>,
    /// The lines that differ, for the office's own journal.
    pub entries: Vec<ErasedEntry>,
}

/// A line that would no longer be an entry without the words that must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("case {case}: entry {seq} cannot be read any more when these words are taken out")]
pub struct CannotErase {
    /// The case.
    pub case: CaseId,
    /// The entry.
    pub seq: u32,
}

/// How far a journal is a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// They wrote what the case is about: all words from outside go.
    Own,
    /// They are named in it: texts that hold the name go.
    Named,
    /// They do not stand in it.
    None,
}

/// How far a journal is the person's who writes under this address.
pub fn concern(journal: &[u8], address: &str) -> Concern {
    let address = address.to_lowercase();
    let holds = |line: &[u8]| String::from_utf8_lossy(line).to_lowercase().contains(&address);
    if address.is_empty() || !lines(journal).any(holds) {
        return Concern::None;
    }
    let wrote = lines(journal).filter_map(parse).any(|entry| {
        let arrived = entry.pointer("/event/signal_received/kind/arrived");
        arrived.is_some_and(|arrived| {
            let from = [arrived.get("party"), arrived.pointer("/fields/data/sender")];
            let same = |text: &str| text.to_lowercase().contains(&address);
            from.into_iter().flatten().filter_map(Json::as_str).any(same)
        })
    });
    if wrote { Concern::Own } else { Concern::Named }
}

/// Takes the words out of a journal; `None` when there are none of this person.
///
/// # Errors
/// When an entry would not be one any more; nothing is to be changed then.
pub fn erase(
    case: CaseId,
    journal: &[u8],
    address: &str,
) -> Result<Option<ErasedJournal>, CannotErase> {
    let how_far = concern(journal, address);
    if how_far == Concern::None {
        return Ok(None);
    }
    let eraser = Eraser::of(journal, address, how_far);
    let (mut chain, mut out, mut entries) = (Chain::start(case), Vec::new(), Vec::new());
    for line in lines(journal) {
        let seq = chain.length;
        chain.extend(line);
        let bare = parse(line).ok_or(CannotErase { case, seq })?;
        let without = eraser.without(&bare).ok_or(CannotErase { case, seq })?;
        if without == bare {
            out.extend_from_slice(line);
        } else {
            let new = marked(chain.head, &without);
            entries.push(ErasedEntry { case, seq, now: Digest::of(&new) });
            out.extend_from_slice(&new);
        }
        out.push(b'\n');
    }
    Ok((!entries.is_empty()).then_some(ErasedJournal { lines: out, entries }))
}

/// The line that stands for another one: it names the head that the journal had after that.
fn marked(head: Digest, entry: &Json) -> Vec<u8> {
    let text = entry.to_string();
    let rest = text.strip_prefix('{').unwrap_or_default();
    format!("{{\"erased\":\"{head}\",{rest}").into_bytes()
}

fn lines(journal: &[u8]) -> impl Iterator<Item = &[u8]> {
    journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// An entry as JSON, without the mark that it was written anew before.
fn parse(line: &[u8]) -> Option<Json> {
    let mut entry: Json = serde_json::from_slice(line).ok()?;
    if replaced_line(line).is_some() {
        entry.as_object_mut()?.remove("erased");
    }
    Some(entry)
}

struct Eraser {
    address: String,
    how_far: Concern,
    /// What the person wrote, in small letters.
    words: BTreeSet<String>,
    /// Answers that a question offered: they are the worker's words, whoever chose them.
    offered: BTreeSet<String>,
}

impl Eraser {
    fn of(journal: &[u8], address: &str, how_far: Concern) -> Self {
        let (mut words, mut offered) = (BTreeSet::new(), BTreeSet::new());
        for entry in lines(journal).filter_map(parse) {
            if let Some(arrived) = entry.pointer("/event/signal_received/kind/arrived") {
                collect(arrived, &mut words);
            }
            if let Some(signal) = entry.pointer("/event/signal_received/key") {
                collect(signal, &mut words);
            }
            if let Some(into) = entry.pointer("/event/question_raised/question/classify/into") {
                let labels = into.as_array().into_iter().flatten().filter_map(Json::as_str);
                offered.extend(labels.map(str::to_owned));
            }
        }
        words.retain(|word| word.len() >= TELLING_BYTES_MIN && !is_digest(word));
        Self { address: address.to_lowercase(), how_far, words, offered }
    }

    /// The entry without the words; with fewer places looked at when it could not be read else.
    fn without(&self, entry: &Json) -> Option<Json> {
        [true, false].into_iter().find_map(|everywhere| {
            let mut without = entry.clone();
            let actor = without.get("by").cloned();
            self.walk(&mut without, false, everywhere);
            if let (Some(map), Some(actor)) = (without.as_object_mut(), actor) {
                map.insert("by".to_owned(), actor);
            }
            let reads = Entry::from_line(without.to_string().as_bytes()).is_ok();
            reads.then_some(without)
        })
    }

    fn walk(&self, json: &mut Json, free: bool, everywhere: bool) {
        match json {
            Json::Object(map) if is_labelled(map) => {
                let outside = self.how_far == Concern::Own && !is_charter(map);
                if let Some(data) = map.get_mut("data") {
                    self.walk(data, outside, true);
                }
            }
            Json::Object(map) => {
                for (key, item) in map {
                    let own = self.how_far == Concern::Own && FREE.contains(&key.as_str());
                    self.walk(item, free || own, everywhere);
                }
            }
            Json::Array(items) => {
                items.iter_mut().for_each(|item| self.walk(item, free, everywhere));
            }
            Json::String(text) if self.goes(text, free, everywhere) => {
                ERASED.clone_into(text);
            }
            _ => {}
        }
    }

    fn goes(&self, text: &str, free: bool, everywhere: bool) -> bool {
        if text.is_empty() || is_digest(text) || self.offered.contains(text) {
            return false;
        }
        let small = text.to_lowercase();
        let named = small.contains(&self.address);
        let own = self.how_far == Concern::Own;
        let told = || self.words.iter().any(|word| small.contains(word));
        free || named || (own && everywhere && told())
    }
}

/// All texts below, in small letters.
fn collect(json: &Json, words: &mut BTreeSet<String>) {
    match json {
        Json::String(text) => {
            words.insert(text.to_lowercase());
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, words)),
        // Of a labelled value only the data: its labels are our own words.
        Json::Object(map) if is_labelled(map) => {
            map.get("data").into_iter().for_each(|data| collect(data, words));
        }
        Json::Object(map) => map.values().for_each(|item| collect(item, words)),
        _ => {}
    }
}

/// Whether this is a value with the origin of its leaves.
fn is_labelled(map: &Map<String, Json>) -> bool {
    map.contains_key("data") && map.contains_key("origin")
}

/// Whether the job description alone wrote it.
fn is_charter(map: &Map<String, Json>) -> bool {
    let plain = map.get("except").is_none();
    plain && map.get("origin").and_then(Json::as_str) == Some("charter")
}

fn is_digest(text: &str) -> bool {
    Digest::parse(text).is_some()
}
