//! Replies on their way in: a form or JSON becomes a reply, is checked against the case as it
//! stands now so that the person learns at once, and is handed to the intake. The case checks it
//! again when it arrives; that check is the one that counts.

use crate::access::Stakes;
use crate::asks;
use crate::card::editable;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::granting;
use crate::guard::{Pairs, field};
use crate::pages::step_up::needs_fresh;
use crate::sessions::Signed;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form, Json};
use casework::ask::{Ask, Reply, ReplyRefused};
use casework::tool::{Kind, ToolCall, ToolSpec};
use casework::{AskId, Case, CaseId, Digest, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What an API client sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JsonReply {
    /// The digest of the ask that was shown.
    digest: Digest,
    reply: Reply,
}

/// Takes a form's reply and goes on to the next ask.
pub(crate) async fn by_form(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Path((case, ask)): Path<(u64, u32)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (case, ask) = (CaseId(case), AskId(ask));
    let folded = fold(&desk, case).await?;
    let digest = field(&pairs, "digest").and_then(Digest::parse);
    let open = still_asked(&desk, &folded, ask, digest)?;
    let (then, back) = (format!("/cases/{case}/asks/{ask}/reply"), format!("/asks/{case}/{ask}"));
    if field(&pairs, "kind") != Some("reject") {
        needs_fresh(&desk, &signed, stakes(&folded), (then, &pairs), back)?;
    }
    let reply =
        read_form(&pairs, open, folded.open_ask().and_then(|(_, call)| call), &folded, desk.now())?;
    hand_in(&desk, &signed, &folded, ask, reply).await?;
    let next = asks::open(&desk, &signed.who).await?;
    let next = next.iter().filter(|open| open.mine).find_map(|open| {
        open.ask.as_ref().map(|ask| format!("/asks/{}/{}", open.row.case, ask.id))
    });
    Ok(Redirect::to(next.as_deref().unwrap_or("/")).into_response())
}

/// Takes an API client's reply.
pub(crate) async fn by_json(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
    Path((case, ask)): Path<(u64, u32)>,
    Json(sent): Json<JsonReply>,
) -> Result<Response, Failure> {
    let (case, ask) = (CaseId(case), AskId(ask));
    let folded = fold(&desk, case).await?;
    still_asked(&desk, &folded, ask, Some(sent.digest))?;
    let back = format!("/asks/{case}/{ask}");
    if !matches!(sent.reply, Reply::Reject { .. }) {
        needs_fresh(&desk, &signed, stakes(&folded), (String::new(), &[]), back)?;
    }
    hand_in(&desk, &signed, &folded, ask, sent.reply).await?;
    Ok(Json(serde_json::json!({ "handed_in": true, "case": case, "ask": ask })).into_response())
}

/// What hangs on a reply to the open ask: saying that a call did not happen performs it too.
pub(crate) fn stakes(case: &Case) -> Stakes {
    let open = case.open_ask();
    let call = open.and_then(|(_, call)| call);
    let spec = call.and_then(|call| case.charter().tools.get(&call.tool));
    let approvals = open.map_or(1, |(ask, _)| ask.quorum.needed);
    Stakes { effect: spec.map(|spec| spec.effect), approvals }
}

/// A case as it stands now.
pub(crate) async fn fold(desk: &Desk, case: CaseId) -> Result<Case, Failure> {
    let (row, journal) = desk.find(case).await?;
    let refused = |why: String| Failure::Refused { why, case };
    let charter = desk.office.charters.get(&row.worker, row.version).ok_or_else(|| {
        refused("the files of the worker's version that this case keeps are not here".into())
    })?;
    let mut folded =
        Case::replay(case, charter, &journal.lines).map_err(|error| refused(error.to_string()))?;
    desk.intake.arranged().refresh_away().await?;
    folded.arrange(desk.intake.arranged().now());
    Ok(folded)
}

/// The ask, if it is open and exactly the one that was shown.
pub(crate) fn still_asked<'a>(
    desk: &Desk,
    case: &'a Case,
    ask: AskId,
    digest: Option<Digest>,
) -> Result<&'a Ask, Failure> {
    let refused = |why: ReplyRefused| Failure::Refused { why: why.to_string(), case: case.id() };
    if desk.handed_in.holds(case.id(), ask, desk.now()) {
        let why = "a reply to this was handed in a moment ago".into();
        return Err(Failure::Refused { why, case: case.id() });
    }
    let open = case.open_ask().map(|(open, _)| open).filter(|open| open.id == ask);
    let open = open.ok_or_else(|| refused(ReplyRefused::NotOpen { ask }))?;
    match digest {
        Some(digest) if digest == open.digest => Ok(open),
        Some(_) | None => Err(refused(ReplyRefused::Changed)),
    }
}

pub(crate) async fn hand_in(
    desk: &Desk,
    signed: &Signed,
    case: &Case,
    ask: AskId,
    reply: Reply,
) -> Result<(), Failure> {
    let now = desk.now();
    case.admit_reply(ask, &signed.who, &reply, now)
        .map_err(|why| Failure::Refused { why: why.to_string(), case: case.id() })?;
    desk.handed_in.note(case.id(), ask, now);
    let admitted = desk.intake.replied(case.id(), ask, signed.who.clone(), reply).await;
    if admitted.is_err() {
        desk.handed_in.forget(case.id(), ask);
    }
    admitted?;
    Ok(())
}

fn read_form(
    pairs: &[(String, String)],
    ask: &Ask,
    call: Option<&ToolCall>,
    case: &Case,
    now: Timestamp,
) -> Result<Reply, Failure> {
    let text = |name: &str| field(pairs, name).unwrap_or_default().replace("\r\n", "\n");
    let words = |name: &str, missing: &str| match text(name).trim() {
        "" => Err(Failure::Bad { why: missing.to_owned() }),
        words => Ok(words.to_owned()),
    };
    let digest = ask.digest;
    Ok(match field(pairs, "kind").unwrap_or_default() {
        "approve" => Reply::Approve { digest },
        "grant" => {
            let call =
                call.ok_or_else(|| Failure::Bad { why: "there is no call to allow".into() })?;
            Reply::Grant { digest, allowance: granting::allowance(pairs, call, now)? }
        }
        "edit" => {
            let spec = call.and_then(|call| case.charter().tools.get(&call.tool));
            let (call, spec) = call
                .zip(spec)
                .ok_or_else(|| Failure::Bad { why: "there is no call to edit".into() })?;
            Reply::Edit { digest, arguments: changes(pairs, call, spec)? }
        }
        "reject" => Reply::Reject { why: words("why", "say why, so that the worker can see it")? },
        "say" => Reply::Say { answer: text("answer") },
        "form" => Reply::Fill { fields: granting::filled(pairs, ask)? },
        "words" => Reply::Say { answer: words("answer", "the answer is empty")? },
        "fields" => {
            let found: Map<String, Value> = pairs
                .iter()
                .filter_map(|(name, value)| Some((name.strip_prefix("field.")?, value.trim())))
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            Reply::Say { answer: Value::Object(found).to_string() }
        }
        "happened" => Reply::Happened(true),
        "not_happened" => Reply::Happened(false),
        "outcome" => Reply::Outcome { summary: words("summary", "say what you did")? },
        _ => return Err(Failure::Bad { why: "the form does not say what is decided".into() }),
    })
}

/// The arguments that differ from what was shown, each of its declared type.
fn changes(
    pairs: &[(String, String)],
    call: &ToolCall,
    spec: &ToolSpec,
) -> Result<Map<String, Value>, Failure> {
    let mut changed = Map::new();
    for parameter in &spec.parameters {
        let Some(sent) = field(pairs, &format!("arg.{}", parameter.name)) else { continue };
        let sent = sent.replace("\r\n", "\n");
        let before = call.argument(&parameter.name);
        // What differs only by marks that the form does not show is a change too: the person saw
        // the text without them, and that is what may run.
        let shown = editable(before);
        if sent == shown && (before.is_null() || shown == raw(before)) {
            continue;
        }
        let wrong =
            |what: &str| Failure::Bad { why: format!("`{}` must be {what}", parameter.name) };
        let value = match parameter.kind {
            _ if sent.trim().is_empty() && !parameter.required => Value::Null,
            Kind::Text | Kind::Identifier => sent.into(),
            Kind::Integer => {
                let number = sent.trim().parse::<i64>();
                number.map_err(|_| wrong("a whole number"))?.into()
            }
            Kind::Number => {
                let number = sent.trim().parse::<f64>().ok().filter(|number| number.is_finite());
                let whole = sent.trim().parse::<i64>().ok().map(Value::from);
                whole.or(number.map(Value::from)).ok_or_else(|| wrong("a number"))?
            }
            Kind::Boolean => (sent == "true").into(),
            Kind::Texts => {
                let lines = sent.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.map(Value::from).collect::<Vec<_>>().into()
            }
        };
        changed.insert(parameter.name.clone(), value);
    }
    Ok(changed)
}

/// The text of an argument as it would run.
fn raw(data: &Value) -> String {
    match data {
        Value::String(text) => text.clone(),
        _ => editable(data),
    }
}
