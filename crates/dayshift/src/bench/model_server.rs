//! A scripted OpenAI-compatible model, so that the bench and tests run alone: it counts the tool
//! results of a conversation and answers with the next of three calls, then with words.

use axum::Router;
use axum::extract::Json;
use axum::routing::post;
use serde_json::{Value as Json_, json};

const FINAL: &str = "Hello, thank you for writing. We confirmed the duplicate charge on your \
    account and issued a refund; it will arrive in 3 to 5 business days. Your ticket is now \
    resolved.";

/// Starts it on a free port of the loopback; returns its address up to `/v1`. It ends with the
/// process.
///
/// # Errors
/// When no port can be had.
pub async fn start() -> Result<String, std::io::Error> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().route("/v1/chat/completions", post(answer));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the scripted model ended");
        }
    });
    Ok(format!("http://{address}/v1"))
}

async fn answer(Json(request): Json<Json_>) -> Json<Json_> {
    let messages = request.get("messages").and_then(Json_::as_array);
    let role = |message: &&Json_| message.get("role").is_some_and(|role| role == "tool");
    let step = messages.map_or(0, |all| all.iter().filter(role).count());
    let case = messages
        .and_then(|all| all.iter().find_map(|message| case_of(message.get("content")?.as_str()?)))
        .unwrap_or_default();
    let call = |name: &str, arguments: Json_| {
        json!({ "role": "assistant", "content": null, "tool_calls": [{
            "id": format!("call_{step}"),
            "type": "function",
            "function": { "name": name, "arguments": arguments.to_string() },
        }]})
    };
    let message = match step {
        0 => call("lookup_customer", json!({ "case_id": case, "email": "customer@example.com" })),
        1 => call(
            "search_kb",
            json!({ "case_id": case, "query": "invoice charged twice refund policy" }),
        ),
        2 => call(
            "update_ticket",
            json!({ "case_id": case, "status": "resolved", "note": "Duplicate charge confirmed." }),
        ),
        _ => json!({ "role": "assistant", "content": FINAL }),
    };
    Json(json!({
        "id": "scripted",
        "object": "chat.completion",
        "model": "mock-1",
        "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 600, "completion_tokens": 32, "total_tokens": 632 },
    }))
}

fn case_of(text: &str) -> Option<String> {
    let at = text.find("case-")?;
    text.get(at..at + 11).map(str::to_owned)
}
