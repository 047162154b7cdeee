//! Writes the request: the playbook, the case's turns, the tools. The beginning of a case's request
//! is the same bytes each time, so that a provider's cache can hit. Nothing secret is in reach
//! here.

use casework::case::Turn;
use casework::origin::Value;
use casework::procedure::Act;
use casework::tool::{Kind, ToolSpec};
use casework::worker::Worker;
use engine::seams::Asked;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;

/// A chat completion request. What stays the same over a case's requests stands first.
#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message<'a> {
    System { content: Cow<'a, str> },
    User { content: Cow<'a, str> },
    Assistant { content: (), tool_calls: [Proposal; 1] },
    Tool { tool_call_id: String, content: Cow<'a, str> },
}

#[derive(Serialize)]
struct Proposal {
    id: String,
    r#type: &'static str,
    function: Function,
}

#[derive(Serialize)]
struct Function {
    name: String,
    arguments: String,
}

/// Room for what the turns of a short case take.
const TURNS_BYTES: usize = 8 << 10;

/// The body of a chat completion request; `tools` as [`functions`] wrote them.
pub(super) fn request(
    model: &str,
    asked: &Asked<'_>,
    tools: Option<&RawValue>,
    max_completion_tokens: Option<u64>,
) -> Vec<u8> {
    let messages = messages(asked);
    let request = Request { model, tools, max_completion_tokens, messages };
    let known = tools.map_or(0, |tools| tools.get().len()) + asked.worker.playbook.len();
    let mut body = Vec::with_capacity(known + TURNS_BYTES);
    // Text and numbers of our own can always be written, and what is written is UTF-8.
    let _ = serde_json::to_writer(&mut body, &request);
    body
}

/// The worker's tools as the protocol describes functions; none when it has none.
pub(super) fn functions(asked: &Asked<'_>) -> Option<Box<RawValue>> {
    let known = asked.worker.tools.iter().filter_map(|name| asked.tools.get(name));
    let functions: Vec<Json> = known.map(function).collect();
    if functions.is_empty() {
        return None;
    }
    RawValue::from_string(Json::Array(functions).to_string()).ok()
}

fn messages<'a>(asked: &Asked<'a>) -> Vec<Message<'a>> {
    let mut messages = vec![Message::System { content: system(asked.worker) }];
    let mut open_call = None;
    for turn in asked.case.turns() {
        messages.push(match turn {
            Turn::Heard { fields } => Message::User { content: heard(fields) },
            Turn::Proposed { call } => {
                let id = format!("call_{}", call.id);
                open_call = Some(id.clone());
                let name = wire_name(call.tool.as_str());
                let arguments = written(call.arguments.data());
                let function = Function { name, arguments };
                let tool_calls = [Proposal { id, r#type: "function", function }];
                Message::Assistant { content: (), tool_calls }
            }
            Turn::Told { result } => {
                let content = match result.data() {
                    Json::String(text) => Cow::Borrowed(text.as_str()),
                    other => Cow::Owned(written(other)),
                };
                match open_call.take() {
                    Some(tool_call_id) => Message::Tool { tool_call_id, content },
                    None => Message::User { content },
                }
            }
            Turn::Waited => Message::User { content: "The wait is over.".into() },
        });
    }
    messages
}

/// JSON as text; twice as fast as by its `Display`.
fn written(data: &Json) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

fn system(worker: &Worker) -> Cow<'_, str> {
    let playbook: Cow<'_, str> = if worker.playbook.is_empty() {
        format!("You are {}. Your goal: {}.", worker.role, worker.goal).into()
    } else {
        worker.playbook.as_str().into()
    };
    if !worker.procedure.led_by_model {
        return playbook;
    }
    let mut text = playbook.into_owned();
    text.push_str("\n\nThe plan. Leave out what does not apply; other calls are denied:");
    for (at, step) in worker.procedure.steps.iter().enumerate() {
        if let Act::Call { tool, .. } = &step.act {
            text.push_str(&format!("\n{}. {}", at + 1, wire_name(tool.as_str())));
        }
    }
    text.into()
}

/// What arrived, as a person would read it: the text alone, or with its other short fields above
/// it.
fn heard(fields: &Value) -> Cow<'_, str> {
    let word = |name: &str| fields.data().get(name).and_then(Json::as_str);
    let mut lines = String::new();
    for name in ["from", "subject", "name"] {
        if let Some(words) = word(name) {
            lines.push_str(&format!("{name}: {words}\n"));
        }
    }
    match (word("text"), lines.is_empty()) {
        (Some(text), true) => text.into(),
        (Some(text), false) => format!("{lines}\n{text}").into(),
        (None, _) => written(fields.data()).into(),
    }
}

fn function(spec: &ToolSpec) -> Json {
    let mut properties = Map::new();
    for parameter in &spec.parameters {
        let mut about = match parameter.kind {
            Kind::Text | Kind::Identifier => json!({ "type": "string" }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Number => json!({ "type": "number" }),
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        };
        if !parameter.about.is_empty()
            && let Some(map) = about.as_object_mut()
        {
            map.insert("description".into(), parameter.about.as_str().into());
        }
        properties.insert(parameter.name.clone(), about);
    }
    let required: Vec<&str> =
        spec.parameters.iter().filter(|p| p.required).map(|p| p.name.as_str()).collect();
    json!({
        "type": "function",
        "function": {
            "name": wire_name(spec.name.as_str()),
            "description": spec.about,
            "parameters": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            },
        },
    })
}

/// Function names may not hold a dot; ours do.
pub(super) fn wire_name(name: &str) -> String {
    name.replace('.', "__")
}

/// Our name of a function.
pub(super) fn tool_name(wire: &str) -> String {
    wire.replace("__", ".")
}
