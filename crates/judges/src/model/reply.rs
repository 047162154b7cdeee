//! Reads a chat completion. The first tool call is the decision; words without one end the case.
//! What is neither is malformed, and said so precisely.

use super::prompt::tool_name;
use casework::judgement::Decision;
use engine::seams::JudgeError;
use serde::Deserialize;

/// What was read.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) decision: Decision,
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<ToolCall>>,
}

#[derive(Deserialize)]
struct ToolCall {
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

#[derive(Default, Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

pub(super) fn read(bytes: &[u8]) -> Result<Reply, JudgeError> {
    let malformed = |why: String| JudgeError::Malformed { why };
    let completion: Completion = serde_json::from_slice(bytes)
        .map_err(|error| malformed(format!("not a chat completion: {error}")))?;
    let message = completion.choices.into_iter().next().map(|choice| choice.message);
    let message = message.ok_or_else(|| malformed("a completion without a choice".into()))?;
    let call = message.tool_calls.unwrap_or_default().into_iter().next();
    let decision = match (call, message.content) {
        (Some(call), _) => {
            let written = match call.function.arguments.trim() {
                "" => "{}",
                written => written,
            };
            let arguments: serde_json::Value = serde_json::from_str(written).map_err(|error| {
                malformed(format!("arguments of {} are not JSON: {error}", call.function.name))
            })?;
            if !arguments.is_object() {
                return Err(malformed(format!("arguments of {} are no map", call.function.name)));
            }
            let tool = tool_name(&call.function.name).as_str().into();
            Decision::Call { tool, arguments }
        }
        (None, Some(words)) if !words.trim().is_empty() => Decision::Finish { summary: words },
        (None, _) => return Err(malformed("neither a call nor words".into())),
    };
    let usage = completion.usage.unwrap_or_default();
    Ok(Reply {
        decision,
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
    })
}
