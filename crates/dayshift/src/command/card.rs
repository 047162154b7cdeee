//! A card on the command line: the same one that the console shows, and whether a person means
//! exactly it. It decides nothing.

use super::Failure;
use crate::cli::{FromNowOn, Seen};
use crate::report::Report;
use casework::ask::Ask;
use casework::ask::card::Card;
use casework::grant::{Allowance, Bound, Sum, micro};
use casework::time::parse_length_ms;
use casework::tool::ToolCall;
use casework::{Case, Digest, Timestamp};
use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _};

/// A card in words, the facts first.
pub fn words(card: &Card) -> String {
    let mut text = String::new();
    let mut line = |name: &str, words: &str| {
        if !words.is_empty() {
            let mut lines = words.lines();
            let first = lines.next().unwrap_or_default();
            let _ = writeln!(text, "  {name:<12} {first}");
            for further in lines {
                let _ = writeln!(text, "  {:<12} {further}", "");
            }
        }
    };
    if let Some(call) = &card.call {
        for fact in &call.facts {
            line(&fact.name, &fact.value);
            let places: Vec<String> = fact
                .places
                .iter()
                .map(|place| format!("entry {} {}", place.entry, place.field))
                .collect();
            let sign = if fact.origin.may_authorise() { "◆" } else { "▲" };
            let from = casework::policy::describe(fact.origin);
            line("", &format!("{sign} from {from}{}{}", sep(&places.join(", ")), sep(&fact.note)));
            if let Some(was) = &fact.was {
                line("", &format!("was: {was}"));
            }
        }
        let undo = call.undo.as_ref().map_or("no".to_owned(), |tool| format!("yes, by {tool}"));
        line("tool", &format!("{}{}", call.tool, sep(call.effect.map_or("", |e| e.word()))));
        line("undo", &undo);
    }
    line("why", &card.because);
    line("rule", &card.rule);
    line("asks", &who(card));
    if card.quorum.needed > 1 {
        let names: Vec<&str> = card.approved().iter().map(|one| one.who.as_str()).collect();
        let said = if names.is_empty() { "nobody yet".to_owned() } else { names.join(", ") };
        line("approved", &format!("{} of {}: {said}", names.len(), card.quorum.needed));
    }
    line("then", &card.on_expiry);
    line("worker says", card.worker_says.as_deref().unwrap_or_default());
    line("digest", &card.digest.to_string());
    format!("{}\n{text}", card.headline)
}

fn who(card: &Card) -> String {
    let names: Vec<&str> = card.people.iter().map(|who| who.as_str()).collect();
    if names.is_empty() { "whoever is signed in".into() } else { names.join(" or ") }
}

fn sep(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" · {words}") }
}

/// The digest a person means: the one they name, else the one of the card that is shown to them
/// now, on a terminal.
pub fn seen(seen: &Seen, ask: &Ask, case: &Case, report: &Report) -> Result<Digest, Failure> {
    if let Some(said) = &seen.digest {
        let whole = ask.digest.to_string();
        let fits = said.len() >= 12 && whole.starts_with(&said.to_lowercase());
        return match (fits, Digest::parse(said)) {
            (true, _) => Ok(ask.digest),
            // Another card: the case says so, and a full digest is kept as it was said.
            (false, Some(other)) => Ok(other),
            (false, None) => Err(Failure::Use(
                "the reply is to something other than what is asked now; look at it again".into(),
            )),
        };
    }
    let card = Card::of(case).map(|card| words(&card)).unwrap_or_default();
    if !std::io::stdin().is_terminal() {
        let how = "say which card you mean: --digest, as `dayshift case show` gives it";
        return Err(Failure::Use(how.into()));
    }
    report.say(&card);
    report.say("Exactly this? [y/N]");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes") {
        true => Ok(ask.digest),
        false => Err(Failure::Use("nothing was approved".into())),
    }
}

/// What is allowed from now on, if anything is said about that.
pub fn allowance(
    said: &FromNowOn,
    call: Option<&ToolCall>,
    now: Timestamp,
) -> Result<Option<Allowance>, Failure> {
    let (Some(times_max), Some(call)) = (said.times, call) else { return Ok(None) };
    let wrong = |text: &str| Failure::Use(format!("`{text}` is not NAME=NUMBER"));
    let number = |text: &String| {
        let (name, number) = text.split_once('=').ok_or_else(|| wrong(text))?;
        let micro = micro(&number.into()).ok_or_else(|| wrong(text))?;
        Ok::<_, Failure>((name.to_owned(), micro))
    };
    let mut bounds = std::collections::BTreeMap::new();
    for name in &said.same {
        bounds.insert(name.clone(), Bound::Equal(call.argument(name).clone()));
    }
    for text in &said.at_most {
        let (name, micro) = number(text)?;
        bounds.insert(name, Bound::AtMost { micro });
    }
    let sum = said.sum.as_ref().map(number).transpose()?;
    let sum = sum.map(|(argument, micro_max)| Sum { argument, micro_max });
    let length = parse_length_ms(&said.length)
        .ok_or_else(|| Failure::Use(format!("`{}` is not a length of time", said.length)))?;
    Ok(Some(Allowance { bounds, times_max, sum, until: now.plus_ms(length) }))
}
