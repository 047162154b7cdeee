//! The walks that follow from declarations: each argument filled by an outsider, directly and
//! through each result; records of others; each circle of readers; each effect without a rule, in
//! shadow and beyond its limit.

use super::walk::{BAITS, INSIDE, Made, Must, PARTY_ADDRESS, Scenario};
use crate::guard::{Ownership, PARTY};
use crate::ids::ToolName;
use crate::origin::{Origin, Readers, Value};
use crate::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use crate::worker::Mode;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const PROBE: &str = "trial.send";
const OWN: &str = "trial.own";
/// A field that no tool declares.
const UNDECLARED: &str = "undeclared";

/// The declarations with two made-up tools beside them: one that sends, one that gives the party's
/// own ids of every kind.
pub(super) fn with_probes(tools: &Tools) -> Tools {
    let text = |name: &str, authority| Parameter {
        name: name.into(),
        kind: Kind::Text,
        required: false,
        authority,
        about: String::new(),
    };
    let blank = |name: &str, effect, parameters| ToolSpec {
        name: name.into(),
        about: String::new(),
        says: String::new(),
        effect,
        parameters,
        origins: BTreeMap::new(),
        recovery: Recovery::Ask,
        undo: None,
        system: "trial".into(),
        guard: Default::default(),
    };
    let send = blank(PROBE, Effect::Send, vec![text("to", true), text("text", false)]);
    let mut own = blank(OWN, Effect::Read, Vec::new());
    own.origins.insert(String::new(), Origin::Record);
    let gives = kinds(tools).into_iter().map(|kind| (format!("{kind}.*"), kind)).collect();
    own.guard.ownership = Some(Ownership { owner: "of".into(), by: PARTY.into(), gives });
    let probes = [send, own].map(|spec| (spec.name.clone(), spec));
    tools.clone().into_iter().chain(probes).collect()
}

/// The kinds of ids that arguments and owners name.
pub(super) fn kinds(tools: &Tools) -> BTreeSet<String> {
    let named = tools.values().flat_map(|spec| spec.guard.records.values().cloned());
    let owners = tools.values().filter_map(|spec| spec.guard.ownership.as_ref());
    named.chain(owners.map(|owned| owned.by.clone())).filter(|kind| kind != PARTY).collect()
}

/// All walks.
pub(super) fn all(tools: &Tools) -> Vec<Scenario> {
    let own: ToolName = OWN.into();
    let mut all = Vec::new();
    for spec in tools.values().filter(|spec| spec.name != own) {
        direct(spec, &mut all);
        never(spec, &mut all);
        strangers_kinds(spec, tools, &mut all);
        for target in tools.values().filter(|target| target.name != spec.name) {
            through(spec, target, &mut all);
        }
        readers(spec, &mut all);
    }
    all
}

/// A value of this kind that an outsider wrote in this world, or that the author wrote.
fn value(kind: Kind, target: &ToolSpec, world: Option<usize>) -> Json {
    let fetched = target.effect == Effect::Fetch;
    match (kind, world) {
        (Kind::Text, Some(world)) if fetched => json!(format!("https://low{world}.example/x")),
        (Kind::Text, None) if fetched => json!(format!("https://{INSIDE}/x")),
        (Kind::Text | Kind::Identifier, Some(world)) => json!(format!("low{world}@fog.example")),
        (Kind::Text | Kind::Identifier, None) => json!(format!("desk@{INSIDE}")),
        (Kind::Integer, world) => json!(world.map_or(5, |world| 7_000 + world)),
        (Kind::Number, world) => json!(world.map_or(5.5, |world| 7_000.5 + world as f64)),
        (Kind::Boolean, world) => json!(world.is_none_or(|world| world == 0)),
        (Kind::Texts, world) => json!([value(Kind::Text, target, world)]),
    }
}

/// Every argument as its author would write it.
fn trusted(spec: &ToolSpec) -> BTreeMap<String, Json> {
    let filled = |it: &Parameter| (it.name.clone(), value(it.kind, spec, None));
    spec.parameters.iter().map(filled).collect()
}

fn last(spec: &ToolSpec, with: BTreeMap<String, Json>) -> Made {
    Made { step: "last", tool: spec.name.clone(), with, gives: [json!({}), json!({})] }
}

fn scenario(name: String, steps: Vec<Made>, heard: [Json; 2], must: Must) -> Scenario {
    let (rules, mode, replies_max) = (true, Mode::Trusted, 3);
    Scenario { name, steps, heard, rules, mode, replies_max, must, capped: None }
}

fn quiet() -> [Json; 2] {
    [json!({}), json!({})]
}

/// Each argument straight from an outsider, the others from the author.
fn direct(spec: &ToolSpec, all: &mut Vec<Scenario>) {
    if spec.effect == Effect::Read {
        return;
    }
    for parameter in &spec.parameters {
        let name = &parameter.name;
        let mut with = trusted(spec);
        with.insert(name.clone(), json!("$signal.text"));
        let heard = [0, 1].map(|world| json!({ "text": value(parameter.kind, spec, Some(world)) }));
        let must = if spec.effect == Effect::Fetch { Must::NeverRun } else { Must::Same };
        let title = format!("{}: `{name}` from an outsider", spec.name);
        let straight = scenario(title, vec![last(spec, with.clone())], heard, must);
        if spec.effect == Effect::Irreversible {
            all.extend(under_a_cap(spec, parameter, &straight));
        }
        all.push(straight);
        if spec.effect != Effect::Send || parameter.authority || parameter.kind != Kind::Text {
            continue;
        }
        let bait = json!({ "text": format!("see {}", BAITS.join(" or ")) });
        let title = format!("{}: links in `{name}` to colleagues", spec.name);
        let must = Must::BeHarmless(name.clone());
        all.push(scenario(
            title,
            vec![last(spec, with.clone())],
            [bait.clone(), bait.clone()],
            must,
        ));
        for recipient in spec.parameters.iter().filter(|it| it.authority) {
            let mut with = with.clone();
            let away = match recipient.kind {
                Kind::Text => json!("someone@away.example"),
                Kind::Texts => json!(["someone@away.example"]),
                _ => continue,
            };
            with.insert(recipient.name.clone(), away);
            let title = format!("{}: `{name}` by an outsider to another", spec.name);
            let heard = [bait.clone(), bait.clone()];
            all.push(scenario(title, vec![last(spec, with)], heard, Must::NeverRun));
        }
    }
}

/// The same where the author's cap on another argument lets it run unasked.
fn under_a_cap(spec: &ToolSpec, tried: &Parameter, straight: &Scenario) -> Option<Scenario> {
    let fits = |it: &&Parameter| {
        it.name != tried.name && matches!(it.kind, Kind::Integer | Kind::Number | Kind::Text)
    };
    let other = spec.parameters.iter().find(fits)?;
    let mut capped = Scenario { capped: Some(other.name.clone()), ..straight.clone() };
    capped.name.push_str(", under a cap");
    if let Some(made) = capped.steps.last_mut() {
        let amount = if other.kind == Kind::Text { json!("5") } else { json!(5) };
        made.with.insert(other.name.clone(), amount);
    }
    Some(capped)
}

/// What must not run at all: without a rule, in shadow, beyond the limit, irreversibly.
fn never(spec: &ToolSpec, all: &mut Vec<Scenario>) {
    let walk = |why: &str| {
        let title = format!("{}: {why}", spec.name);
        scenario(title, vec![last(spec, trusted(spec))], quiet(), Must::NeverRun)
    };
    if spec.effect > Effect::Draft {
        all.push(Scenario { rules: false, mode: Mode::Supervised, ..walk("without a rule") });
    }
    if spec.effect > Effect::Read {
        all.push(Scenario { mode: Mode::Shadow, ..walk("in shadow") });
    }
    if spec.effect == Effect::Send {
        all.push(Scenario { replies_max: 0, ..walk("beyond the limit") });
    }
    if spec.effect == Effect::Irreversible {
        all.push(walk("cannot be taken back"));
    }
    let restricted = |readers: &&Readers| **readers == Readers::Restricted;
    if spec.effect == Effect::Read && spec.guard.readers.values().any(|it| restricted(&it)) {
        all.push(walk("for named people only"));
    }
}

/// An id of the party's own, but of another kind than the argument takes.
fn strangers_kinds(spec: &ToolSpec, tools: &Tools, all: &mut Vec<Scenario>) {
    // What is fetched may be the party's own words.
    if spec.effect == Effect::Fetch {
        return;
    }
    let kinds = kinds(tools);
    let ids = |kind: &str| {
        let at = kinds.iter().position(|known| known == kind).unwrap_or_default();
        [600 + at * 10, 601 + at * 10]
    };
    for parameter in spec.parameters.iter().filter(|it| it.authority) {
        let truth = spec.guard.records.get(&parameter.name);
        for kind in kinds.iter().filter(|kind| Some(*kind) != truth) {
            let written = ids(kind).map(|id| match parameter.kind {
                Kind::Integer | Kind::Number => json!(id),
                _ => json!(id.to_string()),
            });
            if !matches!(parameter.kind, Kind::Integer | Kind::Number | Kind::Text) {
                continue;
            }
            let mut with = trusted(spec);
            with.insert(parameter.name.clone(), json!("$signal.text"));
            let heard = written.map(|text| json!({ "sender": PARTY_ADDRESS, "text": text }));
            let mut given = json!({ "of": PARTY_ADDRESS });
            for kind in &kinds {
                put(&mut given, kind, json!(ids(kind)));
            }
            let own = Made {
                step: "own",
                tool: OWN.into(),
                with: BTreeMap::new(),
                gives: [given.clone(), given],
            };
            let title = format!("{}: `{}` is a {kind} of the party", spec.name, parameter.name);
            all.push(scenario(title, vec![own, last(spec, with)], heard, Must::Same));
        }
    }
}

/// Each argument of `target` through a result of `spec`: a field that an outsider wrote, a record
/// that an outsider chose, a record of someone else.
fn through(spec: &ToolSpec, target: &ToolSpec, all: &mut Vec<Scenario>) {
    if spec.effect == Effect::Irreversible || target.effect == Effect::Read {
        return;
    }
    for parameter in target.parameters.iter().filter(|it| it.authority) {
        let made = |with, gives| Made { step: "read", tool: spec.name.clone(), with, gives };
        let from = |path: &str| {
            let mut with = trusted(target);
            let path = path.replace('*', "0");
            with.insert(parameter.name.clone(), json!(format!("$read.{path}")));
            last(target, with)
        };
        let title = |path: &str, how: &str| {
            format!("{}: `{}` {how} {} `{path}`", target.name, parameter.name, spec.name)
        };
        let worlds = [Some(0), Some(1)];
        for path in fields(spec) {
            let gives =
                worlds.map(|world| result(spec, &path, value(parameter.kind, target, world)));
            let is_low = spec.label(gives[0].clone()).at(&path.replace('*', "0"));
            let is_low = is_low.is_some_and(|found| found.origin() > trusted_up_to(target.effect));
            if is_low {
                let steps = vec![made(trusted(spec), gives), from(&path)];
                all.push(scenario(title(&path, "written in"), steps, quiet(), Must::Same));
                continue;
            }
            if spec.effect != Effect::Read {
                continue;
            }
            let chosen: BTreeMap<String, Json> =
                trusted(spec).into_keys().map(|name| (name, json!("$signal.text"))).collect();
            let kinds: BTreeSet<&str> = spec.parameters.iter().map(|it| word(it.kind)).collect();
            if let ([kind], Some(first)) =
                (kinds.into_iter().collect::<Vec<_>>().as_slice(), spec.parameters.first())
                && !kind.is_empty()
            {
                let heard =
                    [0, 1].map(|world| json!({ "text": value(first.kind, spec, Some(world)) }));
                let steps = vec![made(chosen, gives.clone()), from(&path)];
                all.push(scenario(
                    title(&path, "chosen by an outsider in"),
                    steps,
                    heard,
                    Must::Same,
                ));
            }
            if spec.guard.ownership.is_some() {
                let heard = json!({ "sender": PARTY_ADDRESS, "text": "" });
                let steps = vec![made(trusted(spec), gives), from(&path)];
                let title = title(&path, "of someone else in");
                all.push(scenario(title, steps, [heard.clone(), heard], Must::NeverRun));
            }
        }
    }
}

/// What is fetched, a colleague or the party may have written out.
fn trusted_up_to(effect: Effect) -> Origin {
    if effect == Effect::Fetch { Origin::Colleague } else { Origin::Directory }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Identifier => "identifier",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Texts => "texts",
    }
}

/// What is for few, sent to one outside of them.
fn readers(spec: &ToolSpec, all: &mut Vec<Scenario>) {
    if spec.effect != Effect::Read {
        return;
    }
    for (path, readers) in &spec.guard.readers {
        if *readers <= Readers::Organisation {
            continue;
        }
        let path = if path.is_empty() { UNDECLARED } else { path };
        let given = result(spec, path, json!("figures"));
        let read = Made {
            step: "read",
            tool: spec.name.clone(),
            with: trusted(spec),
            gives: [given.clone(), given],
        };
        // The nearest one who may not read it: further out, other rows would ask as well.
        let to = match readers {
            Readers::Restricted => format!("desk@{INSIDE}"),
            Readers::Team => PARTY_ADDRESS.to_owned(),
            _ => "someone@away.example".to_owned(),
        };
        let title = format!("{}: `{path}` sent to {to}", spec.name);
        let with = BTreeMap::from([
            ("to".to_owned(), json!(to)),
            ("text".to_owned(), json!(format!("$read.{}", path.replace('*', "0")))),
        ]);
        let tool = PROBE.into();
        let send = Made { step: "last", tool, with, gives: [json!({}), json!({})] };
        let heard = json!({ "sender": PARTY_ADDRESS, "text": "" });
        all.push(scenario(title, vec![read, send], [heard.clone(), heard], Must::NeverRun));
    }
}

/// The fields of a result that its declaration speaks of, and one of which it does not.
pub(super) fn fields(spec: &ToolSpec) -> BTreeSet<String> {
    let declared = spec.origins.keys().filter(|path| !path.is_empty()).cloned();
    declared.chain([UNDECLARED.to_owned()]).collect()
}

/// A result in which every declared field is there, one of them with this value, and whose owner is
/// someone else.
fn result(spec: &ToolSpec, path: &str, value: Json) -> Json {
    let mut data = json!({});
    for field in fields(spec) {
        put(&mut data, &field, json!("given"));
    }
    put(&mut data, path, value);
    if let Some(owned) = &spec.guard.ownership {
        put(&mut data, &owned.owner, json!("someone@away.example"));
    }
    data
}

fn put(data: &mut Json, path: &str, value: Json) {
    let Some((key, rest)) = path.split_once('.') else {
        return set(data, path, value);
    };
    let mut inner = match (&*data, key.parse::<usize>()) {
        (Json::Object(map), _) => map.get(key).cloned().unwrap_or(Json::Null),
        (Json::Array(items), _) => items.first().cloned().unwrap_or(Json::Null),
        _ => Json::Null,
    };
    put(&mut inner, rest, value);
    set(data, key, inner);
}

fn set(data: &mut Json, key: &str, value: Json) {
    if key == "*" || key.parse::<usize>().is_ok() {
        *data = json!([value]);
        return;
    }
    if !data.is_object() {
        *data = json!({});
    }
    if let Some(map) = data.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// Whether a declared field is written by nobody trusted.
pub(super) fn is_low(spec: &ToolSpec, path: &str) -> bool {
    let labelled: Value = spec.label(result(spec, path, json!("given")));
    let found = labelled.at(&path.replace('*', "0"));
    found.is_some_and(|found| found.origin() > Origin::Directory)
}
