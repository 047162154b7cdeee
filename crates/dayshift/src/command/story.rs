//! One journal entry as one line for a terminal. The console tells the same story at length.

use casework::journal::{CallEnd, Outcome};
use casework::policy::Ruling;
use casework::signal::SignalKind;
use casework::{Actor, Entry, Event};

/// The line.
pub fn line(entry: &Entry) -> String {
    let at = jiff::Timestamp::from_millisecond(entry.at.0)
        .map(|at| at.strftime("%d %b %H:%M:%S").to_string())
        .unwrap_or_default();
    format!("{at}  {:<14} {}", by(&entry.by), what(&entry.event))
}

fn by(actor: &Actor) -> String {
    match actor {
        Actor::Engine => "dayshift".to_owned(),
        Actor::Source(name) => name.to_string(),
        Actor::Judge { name, .. } => format!("{name} judge"),
        Actor::Person(who) => who.to_string(),
    }
}

fn what(event: &Event) -> String {
    match event {
        Event::CaseOpened { worker, version, .. } => {
            format!("opened for {worker}, version {}", version.short())
        }
        Event::SignalReceived(signal) => match &signal.kind {
            SignalKind::Arrived(arrival) => format!("“{}” arrived", arrival.title),
            SignalKind::Answered { .. } => "a reply arrived".to_owned(),
            SignalKind::Cancelled { .. } => "a cancellation arrived".to_owned(),
        },
        Event::QuestionRaised { question, .. } => format!("a question: {}", question.word()),
        Event::Judged(judged) => {
            let sure = judged.evidence.confidence;
            let sure =
                sure.map_or(String::new(), |sure| format!(", sure to {:.0} in 100", sure * 100.0));
            format!("answered: {}{sure}", judged.answer.data())
        }
        Event::CallProposed { call, ruling, .. } => {
            let ruled = match ruling {
                Ruling::Allow { rule } => format!("allowed by {rule}"),
                Ruling::Ask { because, .. } => format!("asked: {because}"),
                Ruling::Deny { because, .. } => format!("denied: {because}"),
            };
            format!("{} {} — {ruled}", call.tool, call.arguments.data())
        }
        Event::AskRaised(ask) => format!("asks {}: {} ({})", ask.to, ask.headline, ask.because),
        Event::AskAnnounced { ask } => format!("ask {ask} is shown"),
        Event::AskAnswered { ask, reply, .. } => format!("answered ask {ask}: {reply:?}"),
        Event::ReplyRefused { ask, why, .. } => {
            format!("a reply to ask {ask} did not count: {why}")
        }
        Event::AskReminded { ask, .. } => format!("people were reminded of ask {ask}"),
        Event::AskLapsed { ask } => format!("nobody answered ask {ask} in time"),
        Event::AskWithdrawn { ask, why } => format!("ask {ask} was withdrawn: {why}"),
        Event::CallStarted { call, .. } => format!("call {call} started"),
        Event::CallEnded { call, end } => match end {
            CallEnd::Succeeded(result) => format!("call {call} done: {}", result.data()),
            CallEnd::Failed { why } => format!("call {call} failed: {why}"),
            CallEnd::InDoubt { known } => format!("call {call} is in doubt: {known}"),
            CallEnd::Withheld => format!("call {call} was withheld (shadow)"),
        },
        Event::OutcomeChecked { held, found } => {
            let held = if *held { "holds" } else { "does not hold" };
            format!("the post-condition {held}: {}", found.data())
        }
        Event::RestChosen { why, .. } => format!("rests: {why}"),
        Event::OfficeChanged(change) => format!("{change:?}"),
        Event::CaseClosed(outcome) => match outcome {
            Outcome::Done { summary } => format!("done: {summary}"),
            Outcome::SetAside { why } => format!("set aside: {why}"),
            Outcome::HandedOver { who, summary } => format!("finished by {who}: {summary}"),
            Outcome::Cancelled { who, why } => format!("cancelled by {who}: {why}"),
            Outcome::WouldHaveEnded { how } => format!("would have ended: {how}"),
        },
    }
}
