//! Writes the request: the playbook, the case's turns, the tools. The beginning of a case's request
//! is the same bytes each time, so that a provider's cache can hit. Nothing secret is in reach
//! here.

use casework::case::Turn;
use casework::origin::Value;
use casework::tool::{Kind, ToolSpec};
use casework::worker::Worker;
use engine::seams::Asked;
use serde_json::{Map, Value as Json, json};

/// The body of a chat completion request.
pub(super) fn request(
    model: &str,
    asked: &Asked<'_>,
    completion_tokens_max: Option<u64>,
) -> String {
    let mut body = Map::new();
    body.insert("model".into(), model.into());
    body.insert("messages".into(), Json::Array(messages(asked)));
    let tools: Vec<Json> =
        asked.worker.tools.iter().filter_map(|name| asked.tools.get(name)).map(function).collect();
    if !tools.is_empty() {
        body.insert("tools".into(), Json::Array(tools));
    }
    if let Some(limit) = completion_tokens_max {
        body.insert("max_completion_tokens".into(), limit.into());
    }
    Json::Object(body).to_string()
}

fn messages(asked: &Asked<'_>) -> Vec<Json> {
    let mut messages = vec![json!({ "role": "system", "content": system(asked.worker) })];
    let mut open_call = None;
    for turn in asked.case.turns() {
        match turn {
            Turn::Heard { fields } => {
                messages.push(json!({ "role": "user", "content": heard(fields) }));
            }
            Turn::Proposed { call } => {
                let id = format!("call_{}", call.id);
                messages.push(json!({
                    "role": "assistant",
                    "content": null,
                    "tool_calls": [{
                        "id": id,
                        "type": "function",
                        "function": {
                            "name": wire_name(call.tool.as_str()),
                            "arguments": call.arguments.data().to_string(),
                        },
                    }],
                }));
                open_call = Some(id);
            }
            Turn::Told { result } => {
                let content = match result.data() {
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
                messages.push(match open_call.take() {
                    Some(id) => json!({ "role": "tool", "tool_call_id": id, "content": content }),
                    None => json!({ "role": "user", "content": content }),
                });
            }
            Turn::Waited => {
                messages.push(json!({ "role": "user", "content": "The wait is over." }));
            }
        }
    }
    messages
}

fn system(worker: &Worker) -> String {
    if worker.playbook.is_empty() {
        format!("You are {}. Your goal: {}.", worker.role, worker.goal)
    } else {
        worker.playbook.clone()
    }
}

/// What arrived, as a person would read it: the text alone, or with its other short fields above
/// it.
fn heard(fields: &Value) -> String {
    let text = fields.at("text").and_then(|text| text.text().map(str::to_owned));
    let mut lines = String::new();
    for name in ["from", "subject", "name"] {
        if let Some(value) = fields.at(name)
            && let Some(words) = value.text()
        {
            lines.push_str(&format!("{name}: {words}\n"));
        }
    }
    match (text, lines.is_empty()) {
        (Some(text), true) => text,
        (Some(text), false) => format!("{lines}\n{text}"),
        (None, _) => fields.data().to_string(),
    }
}

fn function(spec: &ToolSpec) -> Json {
    let mut properties = Map::new();
    for parameter in &spec.parameters {
        let mut about = match parameter.kind {
            Kind::Text => json!({ "type": "string" }),
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
