//! What a model is asked, byte for byte, and what becomes of every way in which it can answer
//! badly.

use crate::asked::{ask, asking, call, opened};
use crate::server::{Answer, Server};
use casework::judgement::{Answer as Said, Decision, Question};
use engine::seams::{Judge as _, JudgeError, Verdict};
use judges::model::{ModelConfig, ModelJudge};
use serde_json::{Value as Json, json};

fn judge(base_url: &str) -> ModelJudge {
    ModelJudge::new(ModelConfig {
        base_url: base_url.to_owned(),
        model: "small-1".into(),
        key: Some("not-a-secret".into()),
        prompt_price: 1_000_000,
        completion_price: 2_000_000,
        workers: Vec::new(),
    })
    .unwrap()
}

fn completion(message: &Json) -> String {
    let usage = json!({ "prompt_tokens": 30, "completion_tokens": 4 });
    json!({ "choices": [{ "message": message }], "usage": usage }).to_string()
}

fn words() -> Answer {
    let body = completion(&json!({ "content": "All done." }));
    Answer::Whole("200 OK", "", body)
}

async fn asked(answer: Answer) -> Result<Verdict, JudgeError> {
    let server = Server::start(answer).await;
    ask(&judge(&server.base_url), &opened(), None, &Question::Next).await
}

#[tokio::test]
async fn the_request_is_exactly_the_case_and_the_tools_of_the_worker() {
    let server = Server::start(words()).await;
    let mut case = opened();
    let arguments = json!({ "mail": "jo@lantern.example" });
    call(&mut case, "crm.find", arguments, json!({ "id": "c-1" }));
    ask(&judge(&server.base_url), &case, None, &Question::Next).await.unwrap();

    let request = server.last();
    assert!(request.head.starts_with("post /v1/chat/completions "), "{}", request.head);
    assert!(request.head.contains("authorization: bearer not-a-secret"));
    assert!(request.head.contains("content-type: application/json"));
    assert!(!request.body.contains("not-a-secret"));
    let body: Json = serde_json::from_str(&request.body).unwrap();
    let id = body["messages"][2]["tool_calls"][0]["id"].clone();
    let messages = json!([
        { "role": "system", "content": "You are Front desk. Your goal: nobody waits." },
        { "role": "user",
          "content": "from: jo@lantern.example\nsubject: Hello\n\nWho am I?" },
        { "role": "assistant", "content": null, "tool_calls": [{
            "id": id, "type": "function",
            "function": { "name": "crm__find", "arguments": "{\"mail\":\"jo@lantern.example\"}" },
        }] },
        { "role": "tool", "tool_call_id": id, "content": "{\"id\":\"c-1\"}" },
    ]);
    let tools = json!([
        { "type": "function", "function": {
            "name": "crm__find", "description": "finds a customer", "parameters": {
                "type": "object", "required": ["mail"], "additionalProperties": false,
                "properties": {
                    "mail": { "type": "string", "description": "the address" },
                    "exact": { "type": "boolean" },
                },
            },
        } },
        { "type": "function", "function": {
            "name": "crm__list", "description": "lists customers", "parameters": {
                "type": "object", "required": [], "additionalProperties": false,
                "properties": { "tags": { "type": "array", "items": { "type": "string" } } },
            },
        } },
    ]);
    let expected = json!({
        "model": "small-1", "messages": messages, "tools": tools, "max_completion_tokens": 2048,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn the_next_request_of_a_case_begins_with_the_bytes_of_the_one_before() {
    let server = Server::start(words()).await;
    let judge = judge(&server.base_url);
    let mut case = opened();
    let mut before = String::new();
    for number in 0..3 {
        ask(&judge, &case, None, &Question::Next).await.unwrap();
        let body = server.last().body;
        // All but the end of the list of messages, which stands last.
        let said = body.strip_suffix("]}").unwrap().to_owned();
        assert!(said.starts_with(&before), "{before}\nis not how this begins:\n{said}");
        assert!(said.len() > before.len());
        before = said;
        let arguments = json!({ "mail": format!("{number}@lantern.example") });
        call(&mut case, "crm.find", arguments, json!({ "number": number }));
    }
}

#[tokio::test]
async fn a_call_is_a_decision_with_its_cost() {
    let message = json!({ "content": null, "tool_calls": [{ "id": "x", "type": "function",
        "function": { "name": "crm__find", "arguments": "{\"mail\":\"a@b.example\"}" } }] });
    let verdict = asked(Answer::Whole("200 OK", "", completion(&message))).await.unwrap();
    let Verdict::Sure { answer, evidence, version } = verdict else { panic!("{verdict:?}") };
    let arguments = json!({ "mail": "a@b.example" });
    assert_eq!(answer, Said::Next(Decision::Call { tool: "crm.find".into(), arguments }));
    assert_eq!(version, "small-1");
    assert_eq!(evidence.usage.cost_micro_usd, 30 + 2 * 4);
}

#[tokio::test]
async fn tokens_beyond_all_counting_cost_no_panic() {
    let usage = json!({ "prompt_tokens": u64::MAX, "completion_tokens": u64::MAX });
    let body = json!({ "choices": [{ "message": { "content": "x" } }], "usage": usage });
    let verdict = asked(Answer::Whole("200 OK", "", body.to_string())).await.unwrap();
    let Verdict::Sure { evidence, .. } = verdict else { panic!("{verdict:?}") };
    assert!(evidence.usage.cost_micro_usd > 1_000_000_000);
}

#[tokio::test]
async fn what_an_answer_can_cost_at_most_covers_what_it_costs() {
    let server = Server::start(words()).await;
    let judge = judge(&server.base_url);
    let case = opened();
    let worst = judge.cost_at_most_micro_usd(&asking(&case, None, &Question::Next));
    ask(&judge, &case, None, &Question::Next).await.unwrap();
    let bytes = server.last().body.len() as u64;
    assert_eq!(worst, bytes + 2 * 2_048, "a token is at least a byte");
}

#[tokio::test]
async fn refusals_are_sorted_by_who_can_act() {
    let unavailable = [
        ("429 Too Many Requests", "retry-after: 7\r\n", Some(7_000)),
        ("503 Service Unavailable", "", None),
        ("500 Internal Server Error", "retry-after: soon\r\n", None),
        ("408 Request Timeout", "", None),
    ];
    for (status, headers, wait_ms) in unavailable {
        match asked(Answer::Whole(status, headers, "busy".into())).await {
            Err(JudgeError::Unavailable { retry_after_ms, why }) => {
                assert_eq!(retry_after_ms, wait_ms, "{status}");
                assert!(why.contains("busy"), "{why}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
    let broken = [
        ("401 Unauthorized", "J001"),
        ("403 Forbidden", "J001"),
        ("400 Bad Request", "J002"),
        ("404 Not Found", "J002"),
        ("302 Found", "J002"),
    ];
    for (status, wanted) in broken {
        match asked(Answer::Whole(status, "", "no".into())).await {
            Err(JudgeError::Broken { code, .. }) => assert_eq!(code, wanted, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_bad_answer_is_malformed() {
    for body in ["", "<html>", "{\"choices\":[]}", "{\"choices\":[{\"message\":{}}]}"] {
        let said = asked(Answer::Whole("200 OK", "", body.into())).await;
        assert!(matches!(said, Err(JudgeError::Malformed { .. })), "{body}: {said:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_malformed_and_not_kept() {
    match asked(Answer::Endless(12 << 20)).await {
        Err(JudgeError::Malformed { why }) => assert_eq!(why, "an answer of more than 10 MiB"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_or_a_server_that_is_gone_is_unavailable() {
    let cut = asked(Answer::CutOff).await;
    assert!(matches!(cut, Err(JudgeError::Unavailable { .. })), "{cut:?}");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    match ask(&judge(&base_url), &opened(), None, &Question::Next).await {
        Err(JudgeError::Unavailable { why, .. }) => assert!(!why.contains("/v1"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn any_other_question_is_passed_on_without_a_request() {
    let server = Server::start(words()).await;
    let text = casework::origin::Value::new("x", casework::Origin::Outside);
    let question = Question::Answer { text };
    let said = ask(&judge(&server.base_url), &opened(), None, &question).await;
    assert_eq!(said, Ok(Verdict::Pass));
    assert!(server.requests.lock().unwrap().is_empty());
}
