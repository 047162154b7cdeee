//! Which answers fit which questions, and that what is kept can be read back.

use super::{Answer, Decision, Evidence, Judged, Question, Usage};
use crate::origin::{Origin, Value};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

fn text(words: &str) -> Value {
    Value::new(words, Origin::Outside)
}

fn questions() -> Vec<Question> {
    let candidates = json!([{ "id": 1 }, { "id": "b" }, { "name": "no id" }]);
    vec![
        Question::Classify { text: text("x"), into: vec!["a".into(), "b".into()] },
        Question::Extract { text: text("x"), fields: BTreeMap::from([("n".into(), "no".into())]) },
        Question::Match { subject: text("x"), candidates: Value::new(candidates, Origin::Record) },
        Question::Answer { text: text("x") },
        Question::Write { brief: text("x") },
        Question::Next,
    ]
}

fn fields(name: &str, data: Json) -> Answer {
    Answer::Fields(BTreeMap::from([(name.to_owned(), data)]))
}

#[test]
fn each_question_accepts_its_own_answers_and_no_other() {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let call = |arguments| Decision::Call { tool: "t".into(), arguments };
    let table = [
        (Answer::Label("a".into()), vec!["classify"]),
        (Answer::Label("c".into()), vec![]),
        (Answer::Label("A".into()), vec![]),
        (fields("n", json!("5")), vec!["extract"]),
        (Answer::Fields(BTreeMap::new()), vec!["extract"]),
        (fields("other", json!("5")), vec![]),
        (fields("n", deep.clone()), vec![]),
        (Answer::Record(None), vec!["match"]),
        (Answer::Record(Some(json!(1))), vec!["match"]),
        (Answer::Record(Some(json!("b"))), vec!["match"]),
        (Answer::Record(Some(json!("1"))), vec![]),
        (Answer::Record(Some(Json::Null)), vec![]),
        (Answer::Text("words".into()), vec!["answer", "write"]),
        (Answer::Next(Decision::Finish { summary: "done".into() }), vec!["next"]),
        (Answer::Next(call(json!({ "a": [1] }))), vec!["next"]),
        (Answer::Next(call(deep)), vec![]),
    ];
    for (answer, expected) in table {
        let questions = questions();
        let accepting: Vec<&str> = questions
            .iter()
            .filter(|question| question.accepts(&answer).is_ok())
            .map(Question::word)
            .collect();
        assert_eq!(accepting, expected, "{answer:?}");
    }
}

#[test]
fn a_wrong_label_is_told_the_right_ones() {
    let error = questions()[0].accepts(&Answer::Label("c".into())).unwrap_err();
    assert_eq!(error.to_string(), "`c` is not one of: a, b");
}

#[test]
fn every_answer_reads_back_as_it_was_kept() {
    let answers = [
        Answer::Label("a".into()),
        fields("n", json!(0.1)),
        Answer::Record(None),
        Answer::Record(Some(json!(7))),
        Answer::Text(String::new()),
        Answer::Next(Decision::Wait { length_ms: 5, why: "x".into() }),
    ];
    let usage = Usage { prompt_tokens: 5, completion_tokens: 6, cost_micro_usd: u64::MAX };
    let evidence = Evidence {
        confidence: Some(1.0 / 3.0),
        certificate: Some(json!({ "bound": 0.01 })),
        likeliest: vec![("a".into(), 2.0 / 3.0)],
        passed_by: vec!["learned: unsure".into()],
        usage,
    };
    for answer in answers {
        let who = Some("mo".into());
        let judged = Judged { answer, evidence: evidence.clone(), who };
        let line = serde_json::to_string(&judged).unwrap();
        assert_eq!(serde_json::from_str::<Judged>(&line).unwrap(), judged);
    }
}
