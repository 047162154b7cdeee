//! What replies become. The request is tested where a case is driven, in `tests/it`.

use super::reply::read;
use casework::judgement::Decision;
use engine::seams::JudgeError;

fn decision(message: &str) -> Result<Decision, JudgeError> {
    let body = format!(r#"{{"choices":[{{"message":{message}}}]}}"#);
    read(body.as_bytes()).map(|reply| reply.decision)
}

#[test]
fn the_first_tool_call_is_the_decision() {
    let message = r#"{"content":null,"tool_calls":[{"id":"a","function":
        {"name":"crm__find","arguments":"{\"mail\":\"jo@x.example\"}"}}]}"#;
    let expected = Decision::Call {
        tool: "crm.find".into(),
        arguments: serde_json::json!({ "mail": "jo@x.example" }),
    };
    assert_eq!(decision(message).unwrap(), expected);
}

#[test]
fn words_alone_end_the_case() {
    let expected = Decision::Finish { summary: "All done.".into() };
    assert_eq!(decision(r#"{"content":"All done."}"#).unwrap(), expected);
}

#[test]
fn nonsense_is_malformed_and_never_a_decision() {
    let nonsense = [
        r#"{"content":null}"#,
        r#"{"content":"  "}"#,
        r#"{"tool_calls":[{"function":{"name":"x","arguments":"{"}}]}"#,
        r#"{"tool_calls":[{"function":{"name":"x","arguments":"[1]"}}]}"#,
        r#"{"tool_calls":[{"function":{"arguments":"{}"}}]}"#,
        r#"17"#,
    ];
    for message in nonsense {
        assert!(matches!(decision(message), Err(JudgeError::Malformed { .. })), "{message}");
    }
    assert!(matches!(read(b"<html>"), Err(JudgeError::Malformed { .. })));
    assert!(matches!(read(br#"{"choices":[]}"#), Err(JudgeError::Malformed { .. })));
}
