//! What makes a mail doubtful: signs that its author may not be who a reader takes them for. Each
//! is one sentence for a person; what follows from a doubt, the worker's file says.

use super::lookalike::{is_look_alike, mixes_alphabets};
use super::own::{Own, domain_of};
use super::sender::SenderCheck;
use skills::read::{Address, Mail};

/// The doubts about a mail, none when there is nothing odd.
pub(super) fn doubts(mail: &Mail, own: &Own, check: SenderCheck) -> Vec<String> {
    let mut doubts = Vec::new();
    match &mail.from {
        None => doubts.push("the mail names no author".to_owned()),
        Some(from) => author(from, own, check, &mut doubts),
    }
    if mail.from_count > 1 {
        doubts.push(format!("the mail names {} authors", mail.from_count));
    }
    if let (Some(from), Some(reply_to)) = (&mail.from, &mail.reply_to) {
        let (author, answers) = (from.domain(), reply_to.domain());
        if !are_related(&author, &answers) {
            doubts.push(format!("answers would go to another domain, {answers}, not to {author}"));
        }
        about_domain(&answers, own, "answers would go to", &mut doubts);
    }
    let hidden = |warning: &&String| warning.starts_with("hidden text in the HTML part");
    doubts.extend(
        mail.warnings
            .iter()
            .filter(hidden)
            .map(|_| "the mail holds text that a reader cannot see".to_owned()),
    );
    doubts.dedup();
    doubts
}

fn author(from: &Address, own: &Own, check: SenderCheck, doubts: &mut Vec<String>) {
    let domain = from.domain();
    if let Some(other) = from.name.as_deref().and_then(|name| other_address(name, &from.address)) {
        doubts.push(format!("the sender's name shows another address, {other}"));
    }
    if own.is_domain(&domain) && check != SenderCheck::Passed {
        doubts.push(format!("the mail claims to come from {domain}, and nothing verifies it"));
    }
    about_domain(&domain, own, "the mail comes from", doubts);
}

fn about_domain(domain: &str, own: &Own, what: &str, doubts: &mut Vec<String>) {
    if own.is_domain(domain) {
        return;
    }
    if let Some(real) = own.domains().find(|real| is_look_alike(domain, real)) {
        doubts.push(format!("{what} {domain}, which looks like {real}"));
    }
    if mixes_alphabets(domain) {
        doubts.push(format!("{what} {domain}, which mixes letters of several alphabets"));
    }
}

/// An address in a shown name that is not the sender's.
fn other_address(name: &str, address: &str) -> Option<String> {
    let edge = |c: char| !c.is_alphanumeric();
    name.split_whitespace()
        .map(|word| word.trim_matches(edge))
        .find(|word| word.contains('@') && domain_of(word).contains('.'))
        .filter(|word| !word.eq_ignore_ascii_case(address))
        .map(str::to_owned)
}

/// The same domain, or one a part of the other.
fn are_related(one: &str, other: &str) -> bool {
    let part_of = |part: &str, whole: &str| part.ends_with(&format!(".{whole}"));
    one == other || part_of(one, other) || part_of(other, one)
}
