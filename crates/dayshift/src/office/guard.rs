//! What oversight needs beyond effect and origins, as the files say it: readers, owners and kinds
//! of ids of a tool; caps and allow-lists of a worker. It rules on nothing.

use super::reader::{Said, Table, Word};
use super::suggest;
use super::tools::{choice, unknown_tool};
use casework::guard::{AllowList, Cap, Ownership, PARTY, ToolGuard, WorkerGuard};
use casework::origin::canonical::canonical_domain;
use casework::tool::{Kind, Parameter, Tools};
use casework::{Readers, ToolName};
use std::collections::BTreeMap;

const READERS: [(&str, Readers); 5] = [
    ("public", Readers::Public),
    ("organisation", Readers::Organisation),
    ("team", Readers::Team),
    ("case parties", Readers::CaseParties),
    ("restricted", Readers::Restricted),
];

/// `readers`, `owner` and the kinds of ids of `[tool."…"]`.
pub(super) fn of_tool(tool: &Table<'_>) -> ToolGuard {
    let mut guard = ToolGuard::default();
    if let Some(readers) = tool.get("readers").and_then(|node| node.table()) {
        guard.readers = readers
            .entries()
            .filter_map(|(path, node)| Some((path.text.to_owned(), choice(node.word(), &READERS)?)))
            .collect();
    }
    if let Some(owner) = tool.get("owner").and_then(|node| node.table()) {
        let field = owner.need_text("field", "which field of a record names its owner");
        let by = owner.word("by").map_or_else(|| PARTY.to_owned(), |word| word.text.to_owned());
        let gives = named_words(&owner, "gives");
        owner.finish();
        guard.ownership = Some(Ownership { owner: field, by, gives });
    }
    for (name, parameter) in tool.named("parameters") {
        if let Some(kind) = parameter.word("record") {
            guard.records.insert(name.text.to_owned(), kind.text.to_owned());
        }
    }
    guard
}

fn named_words(table: &Table<'_>, key: &'static str) -> BTreeMap<String, String> {
    let Some(named) = table.get(key).and_then(|node| node.table()) else { return BTreeMap::new() };
    let words = named.entries().filter_map(|(name, node)| Some((name, node.word()?)));
    words.map(|(name, word)| (name.text.to_owned(), word.text.to_owned())).collect()
}

/// `caps` and `allow` of a worker, and what is inside the firm.
pub(super) fn of_worker(worker: &Table<'_>, tools: &Tools, domains: &[String]) -> WorkerGuard {
    let domains = domains.iter().filter_map(|domain| canonical_domain(domain)).collect();
    let caps = worker.listed("caps").into_iter().filter_map(|table| {
        let cap = cap(&table, tools);
        table.finish();
        cap
    });
    let caps = caps.collect();
    let allow = worker.listed("allow").into_iter().filter_map(|table| {
        let list = allow_list(&table, tools);
        table.finish();
        list
    });
    WorkerGuard { domains, caps, allow: allow.collect() }
}

fn cap(table: &Table<'_>, tools: &Tools) -> Option<Cap> {
    let is_number = |parameter: &Parameter| matches!(parameter.kind, Kind::Integer | Kind::Number);
    let (tool, argument) = argument(table, tools, &is_number, "a number");
    let amount = |key: &'static str| table.get(key).and_then(|node| node.number());
    let ask_above = table
        .need("ask_above", "above which amount a person is asked")
        .and_then(|node| node.number())?;
    let two_people_above = amount("two_people_above");
    if two_people_above.is_some_and(|second| second < ask_above) {
        let said = Said::new("`two_people_above` is less than `ask_above`");
        table.error("W008", said.label("the second cap is the higher one"));
    }
    Some(Cap { tool: tool?, argument: argument?, ask_above, two_people_above })
}

fn allow_list(table: &Table<'_>, tools: &Tools) -> Option<AllowList> {
    let is_any = |_: &Parameter| true;
    let (tool, argument) = argument(table, tools, &is_any, "an argument");
    let values = table.need("values", "what the author vouches for").map(|node| node.words());
    let values: Vec<Word<'_>> = values?;
    for word in &values {
        if matches!(word.text, "*" | "*@" | "*@*" | "") {
            let said = Said::new("this entry would vouch for everything");
            word.error("W008", said.label("name values, a beginning or a domain"));
        }
    }
    let values = values.into_iter().map(|word| word.text.to_owned()).collect();
    Some(AllowList { tool: tool?, argument: argument?, values })
}

/// The tool and the argument that an entry is about, each checked.
fn argument(
    table: &Table<'_>,
    tools: &Tools,
    fits: &dyn Fn(&Parameter) -> bool,
    wanted: &str,
) -> (Option<ToolName>, Option<String>) {
    let tool = table.need_word("tool", "which tool it is about");
    let argument = table.need_word("argument", "which of its arguments");
    let (Some(tool), Some(argument)) = (tool, argument) else { return (None, None) };
    let name = ToolName::new(tool.text);
    let Some(spec) = tools.get(&name) else {
        unknown_tool(&tool, tools.keys().map(ToolName::as_str));
        return (None, None);
    };
    let fitting = || spec.parameters.iter().filter(|parameter| fits(parameter));
    if !fitting().any(|parameter| parameter.name == argument.text) {
        let said = Said::new(format!("`{}` of `{name}` is not {wanted}", argument.text));
        let label = suggest::meant(argument.text, fitting().map(|it| it.name.as_str()));
        argument.error("W019", said.label(label));
        return (Some(name), None);
    }
    (Some(name), Some(argument.text.to_owned()))
}
