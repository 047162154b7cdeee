//! `[[rule]]`, `[done]` and `[[trigger]]`: what is allowed, what must be true at the end, and what
//! concerns a worker at all. It rules on nothing; the core does.

use super::names::{ALWAYS, Names};
use super::reader::{Node, Said, Table};
use super::steps::{Around, arguments, role, tool};
use super::suggest;
use super::tools::unknown_tool;
use casework::condition::Condition;
use casework::worker::{Done, Rule, Trigger, Verdict};
use casework::{RoleName, SourceName, ToolName};

const VERDICTS: [(&str, Verdict); 3] =
    [("allow", Verdict::Allow), ("ask", Verdict::Ask), ("deny", Verdict::Deny)];

/// The rules, in order.
pub(super) fn rules(worker: &Table<'_>, around: &Around<'_>, steps: &[String]) -> Vec<Rule> {
    let scope = Names::new(ALWAYS).and(steps).and(["args", "origin"]);
    let tables = worker.listed("rule");
    let read = |(at, table): (usize, Table<'_>)| {
        let rule = rule(at, &table, around, &scope);
        table.finish();
        rule
    };
    tables.into_iter().enumerate().filter_map(read).collect()
}

fn rule(at: usize, table: &Table<'_>, around: &Around<'_>, scope: &Names) -> Option<Rule> {
    let tool = table.need_word("tool", "which tool it is about");
    let name = table.word("name").map_or(format!("rule {}", at + 1), |word| word.text.to_owned());
    let to = table.word("to").filter(|word| role(word, around.roles));
    let given: Vec<(Verdict, Node<'_>)> =
        VERDICTS.iter().filter_map(|(key, verdict)| Some((*verdict, table.get(key)?))).collect();
    let [(verdict, node)] = given.as_slice() else {
        let said = Said::new("a rule says one thing");
        table.error(
            "W029",
            said.label("one of `allow`, `ask` and `deny`, with `true` or a condition"),
        );
        return None;
    };
    let when = verdict_condition(node, scope)?;
    let word = tool?;
    let known = &around.known.tools;
    let tool = ToolName::new(word.text);
    if !known.contains_key(&tool) {
        unknown_tool(&word, known.keys().map(ToolName::as_str));
        return None;
    }
    if !around.tools.contains(&tool) {
        let said = Said::new(format!("this rule can never fire: `{tool}` is not in `tools`"));
        let said = said.label("add it to `tools`, or remove the rule");
        word.file.report(super::Severity::Warning, "W040", word.span.clone(), said);
    }
    let to = to.map(|word| RoleName::new(word.text));
    Some(Rule { name, tool, verdict: *verdict, when, to })
}

/// `true` matches always, a text when it holds.
fn verdict_condition(node: &Node<'_>, scope: &Names) -> Option<Option<Condition>> {
    match node.value.as_bool() {
        Some(true) => Some(None),
        Some(false) => {
            let said = Said::new("a rule that never matches says nothing");
            node.error("W029", said.label("`true`, or a condition as a text"));
            None
        }
        None if node.value.is_str() => scope.condition(&node.word()?).map(Some),
        None => {
            node.wrong_type("`true` or a condition");
            None
        }
    }
}

/// What must be true at the end.
pub(super) fn done(worker: &Table<'_>, around: &Around<'_>, steps: &[String]) -> Option<Done> {
    let table = worker.get("done")?.table()?;
    let scope = Names::new(ALWAYS).and(steps);
    let with = table.get("with");
    let read = table.word("read").and_then(|word| {
        let spec = tool(&word, around)?;
        if spec.effect.is_effect() {
            let said = Said::new(format!("`{}` does more than read", spec.name));
            word.error("W006", said.label("a tool whose effect is `read`"));
        }
        Some((spec.name.clone(), arguments(with.as_ref(), spec, &word, &scope)))
    });
    let after = if table.has("read") { scope.and(["found"]) } else { scope.clone() };
    let when = table.word("when").and_then(|word| after.condition(&word));
    let say = table.get("say").and_then(|node| scope.text(&node));
    table.finish();
    Some(Done { read, when, say })
}

/// What concerns the worker.
pub(super) fn triggers(worker: &Table<'_>, sources: &[SourceName]) -> Vec<Trigger> {
    let scope = Names::new(["signal"]);
    let mut triggers = Vec::new();
    for table in worker.listed("trigger") {
        let source = table.need_word("source", "where its work arrives");
        let when = table.word("when").and_then(|word| scope.condition(&word));
        table.finish();
        let Some(word) = source else { continue };
        let source = SourceName::new(word.text);
        if !sources.contains(&source) {
            let said = Said::new(format!("no source named `{source}`"));
            let label = suggest::meant(word.text, sources.iter().map(SourceName::as_str));
            let help = "sources are `mail:NAME`, `schedule:NAME` and `folder:NAME` of office.toml";
            word.error("W013", said.label(label).help(help));
        }
        triggers.push(Trigger { source, when });
    }
    triggers
}
