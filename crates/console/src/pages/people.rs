//! People: who may sign in and what they may do. Owners change it, after a recent proof of who they
//! are; each change is an entry of the office's journal.

use super::step_up::needs_fresh_owner;
use super::{Shell, render};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::guard::{Pairs, field};
use crate::sessions::Signed;
use crate::staff;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use casework::office::Role;
use casework::{Actor, PersonId};
use engine::seams::{Decide, Person, Roll};
use std::collections::BTreeSet;

struct Row {
    who: String,
    name: String,
    mail: String,
    /// Each role, and whether they have it.
    roles: Vec<(&'static str, bool)>,
    in_words: String,
    password: bool,
    /// How many sign-ins, and when the last was used.
    seen: String,
    own: bool,
}

struct Candidate {
    who: String,
    name: String,
}

/// A link that was just made; it is shown once.
struct Made {
    name: String,
    path: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    shell: Shell,
    rows: Vec<Row>,
    /// People of the office's files who cannot sign in.
    others: Vec<Candidate>,
    made: Option<Made>,
    roles: Vec<(&'static str, &'static str)>,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    page(&desk, &signed, None).await
}

/// Adds a person and makes a link for them.
pub(crate) async fn add(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    needs_fresh_owner(&desk, &signed, "/people".into(), &pairs)?;
    let sent = |name: &str| field(&pairs, name).unwrap_or_default().trim().to_owned();
    let who = PersonId::new(sent("who"));
    let known = desk.office.people.get(&who).cloned();
    let name = Some(sent("name")).filter(|name| !name.is_empty()).or(known).unwrap_or_default();
    let adding = staff::add(who.clone(), name, sent("mail"), sent_roles(&pairs), desk.now());
    amend(&desk, &signed, adding).await?;
    made(&desk, &signed, who).await
}

/// Gives a person other roles.
pub(crate) async fn roles(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(who): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    needs_fresh_owner(&desk, &signed, format!("/people/{who}/roles"), &pairs)?;
    amend(&desk, &signed, staff::change_roles(PersonId::new(who), sent_roles(&pairs))).await?;
    Ok(Redirect::to("/people").into_response())
}

/// Makes a link for a person.
pub(crate) async fn link(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(who): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    needs_fresh_owner(&desk, &signed, format!("/people/{who}/link"), &pairs)?;
    let who = PersonId::new(who);
    if desk.sessions.people().roll().await?.person(&who).is_none() {
        return Err(Failure::NoSuch { what: "person of this name".into() });
    }
    made(&desk, &signed, who).await
}

/// Signs a person out everywhere.
pub(crate) async fn sign_out(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(who): Path<String>,
) -> Result<Response, Failure> {
    amend(&desk, &signed, staff::sign_out_everywhere(PersonId::new(who))).await?;
    Ok(Redirect::to("/people").into_response())
}

/// Removes a person.
pub(crate) async fn remove(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(who): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    needs_fresh_owner(&desk, &signed, format!("/people/{who}/remove"), &pairs)?;
    amend(&desk, &signed, staff::remove(PersonId::new(who))).await?;
    Ok(Redirect::to("/people").into_response())
}

/// `reviewer, auditor`.
pub(crate) fn in_words(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
}

async fn made(desk: &Desk, signed: &Signed, who: PersonId) -> Result<Response, Failure> {
    let by = Actor::Person(signed.who.clone());
    let key = desk.sessions.new_link(who.clone(), by).await?;
    let made = Made { name: desk.name_of(&who), path: format!("/?key={key}") };
    page(desk, signed, Some(made)).await
}

async fn amend(desk: &Desk, signed: &Signed, decide: Decide) -> Result<(), Failure> {
    let by = Actor::Person(signed.who.clone());
    Ok(desk.sessions.people().amend(by, desk.now(), decide).await?)
}

fn sent_roles(pairs: &[(String, String)]) -> BTreeSet<Role> {
    let sent = pairs.iter().filter(|(name, _)| name == "role");
    sent.filter_map(|(_, word)| Role::parse(word)).collect()
}

async fn page(desk: &Desk, signed: &Signed, made: Option<Made>) -> Result<Response, Failure> {
    let roll = desk.sessions.people().roll().await?;
    roll.people.iter().for_each(|person| desk.sessions.remember(person));
    let unknown = |who: &&PersonId| roll.person(who).is_none();
    let others = desk.office.people.keys().filter(unknown);
    let others = others.map(|who| Candidate { who: who.to_string(), name: desk.name_of(who) });
    render(&PeoplePage {
        shell: Shell::new(desk, signed, "people").await?,
        rows: roll.people.iter().map(|person| row(desk, signed, &roll, person)).collect(),
        others: others.collect(),
        made,
        roles: vec![
            ("reviewer", "answers what workers ask"),
            ("operator", "answers, and lets paused workers go on"),
            ("auditor", "sees everything, changes nothing"),
            ("owner", "all of that, and says who may what"),
        ],
    })
}

fn row(desk: &Desk, signed: &Signed, roll: &Roll, person: &Person) -> Row {
    let now = desk.now();
    let theirs = roll.passes.iter().filter(|pass| pass.who == person.who && !pass.is_link);
    let theirs: Vec<_> = theirs.filter(|pass| now < pass.until).collect();
    let last = theirs.iter().map(|pass| pass.seen_at).max();
    let seen = match last {
        Some(at) => {
            let count = super::counted(theirs.len() as u64, "sign-in", "sign-ins");
            format!("{count}, last used {} ago", desk.moments().ago(at))
        }
        None => "not signed in".into(),
    };
    Row {
        who: person.who.to_string(),
        name: person.name.clone(),
        mail: person.mail.clone(),
        roles: Role::ALL.iter().map(|r| (r.word(), person.roles.contains(r))).collect(),
        in_words: in_words(&person.roles),
        password: person.password.is_some(),
        seen,
        own: person.who == signed.who,
    }
}
