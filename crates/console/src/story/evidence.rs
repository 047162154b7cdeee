//! How an answer was come by, in words: a person, a certificate with its base, or a judge's own
//! guess. It reads certificates leniently, because old journals keep old shapes.

use casework::Actor;
use casework::judgement::{Evidence, Judged};
use serde_json::Value as Json;

/// One line for the margin.
pub(crate) fn in_one_line(judged: &Judged, by: &Actor, name_of: &dyn Fn(&str) -> String) -> String {
    if let Some(who) = &judged.who {
        return format!("{} answered", name_of(who.as_str()));
    }
    let judge = match by {
        Actor::Judge { name, .. } => &format!("the {name} judge"),
        Actor::Person(who) => return format!("{} answered", name_of(who.as_str())),
        Actor::Engine => "the program",
        Actor::Source(source) => source.as_str(),
    };
    let evidence = &judged.evidence;
    if let Some(promise) = evidence.certificate.as_ref().and_then(promise) {
        return format!("{judge}: {promise}");
    }
    match evidence.confidence {
        Some(confidence) => format!("{judge}: {} by its own estimate", percent(confidence)),
        None => format!("{judge}: no measure of how sure"),
    }
}

/// The rows behind "Why?".
pub(crate) fn in_full(judged: &Judged, by: &Actor) -> Vec<(String, String)> {
    let evidence = &judged.evidence;
    let mut rows = Vec::new();
    if let Actor::Judge { name, version } = by {
        row(&mut rows, "judge", format!("{name} {version}"));
    }
    if let Some(certificate) = &evidence.certificate {
        certificate_rows(certificate, &mut rows);
    }
    if let Some(confidence) = evidence.confidence {
        row(&mut rows, "score of this answer", format!("{confidence:.3}"));
    }
    for (answer, probability) in &evidence.likeliest {
        row(&mut rows, answer, percent(*probability));
    }
    for passed in &evidence.passed_by {
        row(&mut rows, "passed by", passed.clone());
    }
    usage_rows(evidence, &mut rows);
    rows
}

/// A share as people say it: `2 in 100`, `1 in 400`.
pub(crate) fn share(rate: f64) -> String {
    if rate <= 0.0 {
        return "0 in 100".into();
    }
    let hundredths = rate * 100.0;
    if hundredths >= 1.0 && (hundredths - hundredths.round()).abs() < 0.05 {
        format!("{hundredths:.0} in 100")
    } else if hundredths >= 1.0 {
        format!("{hundredths:.1} in 100")
    } else {
        format!("1 in {:.0}", 1.0 / rate)
    }
}

/// A probability with its base.
pub(crate) fn percent(probability: f64) -> String {
    format!("{:.0} in 100", (probability * 100.0).clamp(0.0, 100.0))
}

/// Money spent on models, in dollars; small sums keep their digits.
pub(crate) fn dollars(micro_usd: u64) -> String {
    if micro_usd == 0 {
        return "nothing".into();
    }
    format!("${}.{:04}", micro_usd / 1_000_000, micro_usd % 1_000_000 / 100)
}

fn promise(certificate: &Json) -> Option<String> {
    let wrong = number(certificate, "wrong_at_most")?;
    let base = number(certificate, "examples");
    let from = base.map(|base| format!(", from {base:.0} examples")).unwrap_or_default();
    Some(format!("sure to {}{from}", share(wrong)))
}

fn certificate_rows(certificate: &Json, rows: &mut Vec<(String, String)>) {
    let get = |name: &str| number(certificate, name);
    if let Some(wrong) = get("wrong_at_most") {
        let sure = get("sure").map(|sure| format!(", with {} certainty", percent(sure)));
        let text = format!("at most {} wrong{}", share(wrong), sure.unwrap_or_default());
        row(rows, "promise", text);
    }
    if let Some(examples) = get("examples") {
        row(rows, "learned from", format!("{examples:.0} examples"));
    }
    if let (Some(held), Some(decided)) = (get("calibration_n"), get("decided")) {
        let wrong = get("errors_seen").unwrap_or(0.0);
        let text = format!("{decided:.0} of {held:.0} decided alone, {wrong:.0} of them wrong");
        row(rows, "checked on examples held out", text);
    }
    if let Some(bound) = get("bound") {
        row(rows, "error is below", share(bound));
    }
    if let Some(threshold) = get("threshold") {
        row(rows, "decides alone from a score of", format!("{threshold:.3}"));
    }
    for name in ["date", "digest"] {
        if let Some(text) = certificate.get(name).and_then(Json::as_str) {
            row(rows, name, text.chars().take(24).collect());
        }
    }
}

fn usage_rows(evidence: &Evidence, rows: &mut Vec<(String, String)>) {
    let usage = evidence.usage;
    if usage.is_nothing() {
        return;
    }
    let tokens = format!("{} read, {} written", usage.prompt_tokens, usage.completion_tokens);
    row(rows, "tokens", tokens);
    row(rows, "cost", dollars(usage.cost_micro_usd));
}

fn row(rows: &mut Vec<(String, String)>, name: &str, text: String) {
    rows.push((name.to_owned(), text));
}

fn number(data: &Json, name: &str) -> Option<f64> {
    data.get(name)?.as_f64()
}
