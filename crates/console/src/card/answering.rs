//! How a card is answered: the buttons and fields that fit what is asked. It reads no reply.

use super::{Choice, Field, Form};
use crate::marks::in_words;
use crate::text::clean;
use casework::ask::form::{Field as Asked, FieldKind};
use casework::ask::{About, Ask};
use casework::judgement::Question;
use casework::tool::{Kind, ToolCall, ToolSpec};
use casework::worker::Charter;
use serde_json::Value as Json;

/// How an ask is answered.
pub(super) fn form(
    ask: &Ask,
    call: Option<&ToolCall>,
    question: Option<&Question>,
    charter: &Charter,
) -> Form {
    match &ask.about {
        About::Approval { .. } => {
            let spec = call.and_then(|call| charter.tools.get(&call.tool));
            Form::Approval(
                call.zip(spec).map(|(call, spec)| fields(call, spec)).unwrap_or_default(),
            )
        }
        About::InDoubt { .. } => Form::Doubt,
        About::TakeOver { .. } => Form::Outcome,
        About::Question if ask.form.is_empty() => Form::Words(String::new()),
        About::Question => Form::Asked(ask.form.iter().map(asked_field).collect()),
        About::Judgement { options } => match question {
            Some(Question::Classify { into, .. }) => Form::Choice(labels(options, into)),
            Some(Question::Match { candidates, .. }) => Form::Choice(records(candidates.data())),
            Some(Question::Extract { fields, .. }) => {
                Form::Fields(fields.iter().map(|(name, about)| words_field(name, about)).collect())
            }
            _ => Form::Words(options.first().map(|(text, _)| text.clone()).unwrap_or_default()),
        },
    }
}

/// The likeliest labels first, with their probability; then the others as the worker's file lists
/// them.
fn labels(options: &[(String, Option<f64>)], into: &[String]) -> Vec<Choice> {
    let known = options.iter().filter(|(label, _)| into.contains(label));
    let likely = |probability: Option<f64>| {
        probability.map(|p| format!("{:.0} in 100", p * 100.0)).unwrap_or_default()
    };
    let first = known.map(|(label, probability)| (label, likely(*probability)));
    let rest = into
        .iter()
        .filter(|label| !options.iter().any(|(known, _)| known == *label))
        .map(|label| (label, String::new()));
    let choice = |(label, likely): (&String, String)| Choice {
        label: label.clone(),
        answer: label.clone(),
        likely,
    };
    first.chain(rest).map(choice).collect()
}

/// A button per candidate; what it sends is the candidate's id as JSON, so `7` and `"7"` stay
/// apart.
fn records(candidates: &Json) -> Vec<Choice> {
    let mut choices: Vec<Choice> = candidates
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let id = one.get("id")?;
            let name = ["name", "title", "label"]
                .iter()
                .find_map(|key| one.get(*key))
                .map(|name| format!(" · {}", in_words(name)))
                .unwrap_or_default();
            let label = clean(&format!("{}{name}", in_words(id))).text;
            Some(Choice { label, answer: id.to_string(), likely: String::new() })
        })
        .collect();
    let none =
        Choice { label: "none of them".into(), answer: String::new(), likely: String::new() };
    choices.push(none);
    choices
}

/// One input per argument that the tool declares: names and the tool itself cannot change.
fn fields(call: &ToolCall, spec: &ToolSpec) -> Vec<Field> {
    spec.parameters
        .iter()
        .map(|parameter| {
            let data = call.argument(&parameter.name);
            let value = editable(data);
            let input = match parameter.kind {
                Kind::Boolean => "boolean",
                Kind::Texts => "long",
                Kind::Integer | Kind::Number => "number",
                Kind::Text if value.contains('\n') || value.chars().count() > 60 => "long",
                Kind::Text | Kind::Identifier => "short",
            };
            Field {
                name: parameter.name.clone(),
                about: parameter.about.clone(),
                value,
                input,
                required: parameter.required,
            }
        })
        .collect()
}

/// An argument as it stands in the edit form; lists are one item a line.
pub(crate) fn editable(data: &Json) -> String {
    let text = match data {
        Json::Null => String::new(),
        Json::Bool(flag) => flag.to_string(),
        Json::Array(items) => items.iter().map(in_words).collect::<Vec<_>>().join("\n"),
        other => in_words(other),
    };
    clean(&text).text.replace("\r\n", "\n")
}

fn words_field(name: &str, about: &str) -> Field {
    let (name, about) = (name.to_owned(), about.to_owned());
    Field { name, about, value: String::new(), input: "short", required: false }
}

/// A field of a question's form.
fn asked_field(field: &Asked) -> Field {
    let input = match field.kind {
        FieldKind::Boolean => "boolean",
        FieldKind::Integer | FieldKind::Number => "number",
        FieldKind::Text | FieldKind::Date | FieldKind::OneOf(_) => "short",
    };
    let about = match field.about.as_str() {
        "" => field.kind.words(),
        about => format!("{about}: {}", field.kind.words()),
    };
    let name = field.name.clone();
    Field { name, about, value: String::new(), input, required: field.required }
}
