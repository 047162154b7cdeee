//! The table shows what the core rules.

use super::super::table::default_ruling;
use super::super::{load, policy_table};
use super::{office, replace};
use casework::party::Party;
use casework::policy::{Circumstances, Ruling, Spent, rule};
use casework::tool::{Effect, Recovery, ToolCall, ToolSpec, Tools};
use casework::worker::Mode;
use casework::{CallId, Value};
use std::collections::BTreeMap;

fn rows(dir: &std::path::Path) -> Vec<String> {
    let office = load(dir).unwrap();
    policy_table(&office)
        .into_iter()
        .map(|row| {
            let when = row.condition.map(|when| format!(" when {when}")).unwrap_or_default();
            let never = row.never.map(|why| format!(" (never: {why})")).unwrap_or_default();
            format!("{}: {}{when} by {}{never}", row.tool, row.ruling, row.rule)
        })
        .collect()
}

#[test]
fn the_table_names_every_rule_that_may_speak_and_the_default() {
    assert_eq!(
        rows(office().path()),
        [
            "request.add: allow by rule 1",
            "request.get: allow by read by default",
            "mail.reply: deny when args.to != signal.sender by rule 2",
            "mail.reply: ask when `to` from nobody trusted by authority",
            "mail.reply: ask by send by default",
        ]
    );
}

#[test]
fn rules_that_can_never_fire_are_named() {
    let dir = office();
    let file = dir.path().join("workers/inbox/worker.toml");
    let more = "allow = true\n[[rule]]\ntool = \"request.add\"\nname = \"none\"\ndeny = true\n\
        [[rule]]\ntool = \"request.close\"\nask = true";
    replace(&file, "allow = true", more);
    let rows = rows(dir.path());
    assert_eq!(rows[0], "request.add: deny by none");
    assert_eq!(rows[1], "request.add: allow by rule 1 (never: `none` always speaks before it)");
    let last =
        "request.close: ask by rule 3 (never: `request.close` is not among this worker's tools)";
    assert_eq!(rows.last().unwrap(), last);
}

#[test]
fn the_default_is_what_the_core_rules_without_rules() {
    let dir = office();
    let mut worker = load(dir.path()).unwrap().workers.remove(0).worker;
    worker.rules.clear();
    let effects = [
        Effect::Read,
        Effect::Fetch,
        Effect::Draft,
        Effect::Write,
        Effect::Send,
        Effect::Irreversible,
    ];
    for (effect, undo) in effects.into_iter().flat_map(|e| [(e, None), (e, Some("x.undo".into()))])
    {
        for mode in [Mode::Shadow, Mode::Supervised, Mode::Trusted] {
            let spec = ToolSpec {
                name: "x.y".into(),
                about: String::new(),
                says: String::new(),
                effect,
                parameters: Vec::new(),
                origins: BTreeMap::new(),
                recovery: Recovery::Ask,
                undo: undo.clone(),
                system: "x".into(),
                guard: Default::default(),
            };
            worker.mode = mode;
            worker.tools = vec![spec.name.clone()];
            let tools: Tools = [(spec.name.clone(), spec.clone())].into();
            let call = ToolCall { id: CallId(1), tool: spec.name.clone(), arguments: Value::map() };
            let circumstances = Circumstances {
                worker: &worker,
                tools: &tools,
                scope: &BTreeMap::new(),
                party: &Party::default(),
                planned: true,
                spent: Spent::default(),
                exceeded: None,
            };
            let ruled = match rule(&call, &circumstances) {
                Ruling::Allow { .. } => "allow",
                Ruling::Ask { .. } => "ask",
                Ruling::Deny { .. } => "deny",
            };
            assert_eq!(default_ruling(&spec, mode), ruled, "{effect:?} {mode:?} {undo:?}");
        }
    }
}
