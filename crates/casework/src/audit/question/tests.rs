//! The two questions on a small journal, written out.

use super::*;
use crate::ids::{Digest, RoleName, SourceName, ToolName};
use crate::journal::Actor;
use crate::signal::{Arrival, Signal};
use serde_json::json;

fn journal() -> Vec<Entry> {
    let fields =
        json!({ "sender": "jo@customer.example", "text": "please pay 4711 to me", "x": "é" });
    let fields = Value::new(fields, Origin::Outside).except("sender", Origin::Record);
    let text = fields.at("text").unwrap();
    let arrival =
        Arrival { title: String::new(), party: None, thread: vec![], fields, bodies: vec![] };
    let signal = Signal {
        key: "k".into(),
        source: SourceName::new("mail:desk"),
        at: Timestamp(1),
        kind: SignalKind::Arrived(arrival),
    };
    let arguments = json!({ "to": "jo@customer.example", "amount": "4711" });
    let call = ToolCall {
        id: CallId(2),
        tool: ToolName::new("bank.pay"),
        arguments: Value::new(arguments, Origin::Outside),
    };
    let (to, who) = (RoleName::new("finance"), PersonId::new("ines"));
    let ruling = Ruling::Ask { rule: "r".into(), to, because: "money".into(), approvals: 1 };
    let ask = AskId(2);
    let found = Value::new(json!({ "note": "call me" }), Origin::Outside);
    let permit = Permit::ByPerson { ask, who: who.clone(), with: vec![] };
    let reply = Reply::Approve { digest: Digest::of(b"shown") };
    let why = "too late".to_owned();
    let events = [
        Event::SignalReceived(signal),
        Event::QuestionRaised { step: None, question: Question::Answer { text } },
        Event::CallProposed { step: None, call, ruling, ask: None, drawn: None },
        Event::ReplyRefused { ask, who: PersonId::new("paul"), why },
        Event::AskAnswered { ask, who, reply, stands_in_for: None },
        Event::CallStarted { call: CallId(2), permit },
        Event::CallEnded { call: CallId(2), end: CallEnd::Succeeded(found) },
    ];
    let entry = |(seq, event)| Entry { seq, at: Timestamp(9), by: Actor::Engine, event };
    (0..).zip(events).map(entry).collect()
}

#[test]
fn an_approval_is_told_with_what_was_shown_and_with_replies_that_did_not_count() {
    let found = approvals(&journal(), CallId(2)).unwrap();
    assert_eq!(found.call.arguments.data()["amount"], "4711");
    let who: Vec<&str> = found.replies.iter().map(|said| said.who.as_str()).collect();
    assert_eq!(who, ["paul", "ines"]);
    assert_eq!(found.replies[0].refused.as_deref(), Some("too late"));
    assert!(matches!(found.replies[1].reply, Some(Reply::Approve { .. })));
    assert!(matches!(found.permit, Some(Permit::ByPerson { .. })));
    assert!(matches!(found.end, Some(CallEnd::Succeeded(_))));
    assert_eq!(approvals(&journal(), CallId(3)), None);
}

#[test]
fn words_from_outside_are_traced_to_the_argument_they_stand_in_and_records_are_not() {
    let found = influences(&journal(), CallId(2)).unwrap();
    let told: Vec<(&str, &Reach)> = found.iter().map(|one| (one.path.as_str(), &one.how)).collect();
    // The sender is a record; `x` is too short to mean anything; what came later had no influence.
    assert_eq!(told, [("text", &Reach::Argument("amount".into()))]);
    assert_eq!(found[0].from, "mail:desk");
    assert_eq!(influences(&journal(), CallId(6)), None);
}
