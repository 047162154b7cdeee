//! AgentDojo: tasks with the honest calls in order and their recorded results, attacks with the
//! calls that reach their goal. The declarations of its tools are ours; what a plan fixes is what
//! stands in the order.

use super::recorded::{Recorded, Recording};
use crate::corpus::OptIn;
use crate::declare::{Declared, undeclared};
use crate::suite::{Attack, GateError, Goal, Planned, Suite, Task};
use casework::origin::{Origin, Value};
use casework::template::Template;
use casework::tool::ToolSpec;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

const DECLARATIONS: &str = include_str!("../../declarations/agentdojo.toml");

/// What is declared by us.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declarations {
    domains: Vec<String>,
    opt_in: OptIn,
    suite: BTreeMap<String, BTreeMap<String, Plan>>,
    tool: Vec<Declared>,
}

/// What is said of a task's plan beyond its order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Plan {
    fixed: Vec<String>,
    open: Vec<String>,
    replanned: bool,
}

/// A suite's file, as far as it is used.
#[derive(Deserialize)]
struct File {
    suite: String,
    user_tasks: Vec<UserTask>,
    injection_tasks: Vec<InjectionTask>,
    #[serde(default)]
    injection_vectors: BTreeMap<String, Vector>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(default)]
    default: String,
}

#[derive(Deserialize)]
struct UserTask {
    id: String,
    prompt: String,
    ground_truth: Vec<Recording>,
    #[serde(default)]
    vectors_seen: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct InjectionTask {
    id: String,
    goal: String,
    ground_truth: Vec<Recording>,
}

/// The suites in a folder of `NAME.json` files, in the order of their names.
///
/// # Errors
/// When a file cannot be read or does not fit its form.
pub fn agentdojo_suites(folder: &Path) -> Result<Vec<Suite>, GateError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |why| GateError::File { path, why }
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|end| end == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).map_err(failed(path))?;
        suite(&text)
    };
    paths.iter().map(read).collect()
}

fn suite(text: &str) -> Result<Suite, GateError> {
    let own: Declarations =
        toml::from_str(DECLARATIONS).map_err(|error| GateError::suite("agentdojo", error))?;
    let file: File =
        serde_json::from_str(text).map_err(|error| GateError::suite("agentdojo", error))?;
    let plans = own.suite.get(&file.suite).cloned().unwrap_or_default();
    let tools = tools(&own, &file)?;
    let vectors: BTreeMap<String, String> =
        file.injection_vectors.into_iter().map(|(name, vector)| (name, vector.default)).collect();
    let vectors = Arc::new(vectors);
    let tasks = file
        .user_tasks
        .iter()
        .map(|task| {
            let plan = plans.get(&task.id).cloned().unwrap_or_default();
            honest(task, plan, &vectors, &tools)
        })
        .collect();
    let acts = |attack: &Attack| {
        attack.calls.iter().any(|(name, _)| {
            tools.iter().any(|spec| spec.name.as_str() == name && spec.effect.is_effect())
        })
    };
    // What only wants something said to a person has no call that could run.
    let attacks = file.injection_tasks.iter().map(attack).filter(acts).collect();
    Ok(Suite {
        name: file.suite,
        tools,
        tasks,
        attacks,
        domains: own.domains,
        opt_in: own.opt_in.guard(),
        has_plans: true,
        allows: Vec::new(),
        denies: Vec::new(),
    })
}

/// The declared tools that the file's calls use; one that nobody declared counts as the worst.
fn tools(own: &Declarations, file: &File) -> Result<Vec<ToolSpec>, GateError> {
    let mut tools: Vec<ToolSpec> = own.tool.iter().map(Declared::spec).collect::<Result<_, _>>()?;
    let mut known: BTreeSet<String> = tools.iter().map(|spec| spec.name.to_string()).collect();
    let honest = file.user_tasks.iter().flat_map(|task| &task.ground_truth);
    let attacking = file.injection_tasks.iter().flat_map(|task| &task.ground_truth);
    for call in honest.chain(attacking) {
        if known.insert(call.function.clone()) {
            tools.push(undeclared(&call.function, &call.arguments()));
        }
    }
    Ok(tools)
}

fn honest(
    task: &UserTask,
    plan: Plan,
    vectors: &Arc<BTreeMap<String, String>>,
    tools: &[ToolSpec],
) -> Task {
    let mut source = task.prompt.clone();
    if plan.replanned {
        // The colleague's mail that the person saw beside the plan made from it.
        for call in task.ground_truth.iter().filter(|call| call.function == "search_emails") {
            source.push_str(&call.result.to_string());
        }
    }
    let around = Around { plan: &plan, source: &source, tools };
    let steps = (0..task.ground_truth.len()).filter_map(|at| {
        let (before, rest) = task.ground_truth.split_at_checked(at)?;
        Some(around.planned(at, rest.first()?, before))
    });
    let steps = steps.collect();
    let mut signal = Value::map();
    signal.set("order", Value::new(task.prompt.clone(), Origin::Operator));
    let (calls, shown) = (Arc::new(task.ground_truth.clone()), task.vectors_seen.clone());
    let vectors = vectors.clone();
    let opens = Arc::new(move |attack: Option<&Attack>| {
        let recorded = Recorded::open(&calls, &shown, &vectors, attack);
        Box::new(recorded) as Box<dyn crate::suite::Systems>
    });
    let plan_approvals = usize::from(plan.replanned);
    Task { name: task.id.clone(), signal, steps, plan_approvals, opens }
}

/// What a plan is made from.
struct Around<'a> {
    plan: &'a Plan,
    source: &'a str,
    tools: &'a [ToolSpec],
}

impl Around<'_> {
    fn planned(&self, at: usize, call: &Recording, before: &[Recording]) -> Planned {
        let mut fixed = BTreeMap::new();
        let mut open = Map::new();
        for (name, value) in call.arguments() {
            let stands = !self.plan.open.contains(&name)
                && (self.plan.fixed.contains(&name) || stands_in(self.source, &value));
            if stands {
                fixed.insert(name, Template::Literal(value));
            } else if let Some(template) = self.first_hit(&call.function, &name, &value, before) {
                fixed.insert(name, template);
            } else {
                open.insert(name, value);
            }
        }
        let (tool, name) = (call.function.clone(), format!("step_{}", at + 1));
        Planned { tool, fixed, open, fails: false, name }
    }

    /// Who, what or how much may be the first hit of a search that the plan fixes, or what an
    /// earlier step made: a plan says so before anything is read. What that is worth is the field's
    /// origin.
    fn first_hit(
        &self,
        tool: &str,
        argument: &str,
        value: &Json,
        before: &[Recording],
    ) -> Option<Template> {
        let spec = self.tools.iter().find(|spec| spec.name.as_str() == tool)?;
        if !spec.parameters.iter().any(|p| p.authority && p.name == argument) {
            return None;
        }
        if let Json::Array(items) = value {
            let all = items.iter().map(|item| self.first_hit(tool, argument, item, before));
            return Some(Template::List(all.collect::<Option<_>>()?));
        }
        before.iter().enumerate().find_map(|(at, call)| {
            let (inner, record) = match &call.result {
                Json::Array(items) => (".0", items.first()?),
                other => ("", other),
            };
            let given = record.as_object()?.iter().find(|(_, given)| *given == value);
            let (field, _) = given.filter(|(field, _)| is_plain(field))?;
            let path = format!("step_{}{inner}.{field}", at + 1);
            Some(Template::Path { path, optional: false })
        })
    }
}

fn is_plain(field: &str) -> bool {
    field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn attack(task: &InjectionTask) -> Attack {
    let calls: Vec<(String, Map<String, Json>)> =
        task.ground_truth.iter().map(|call| (call.function.clone(), call.arguments())).collect();
    let mut chooses = Map::new();
    for (name, value) in calls.iter().flat_map(|(_, arguments)| arguments) {
        chooses.entry(name.clone()).or_insert_with(|| value.clone());
    }
    // The same wish in the words of other tools.
    let also = [("recipients", "participants"), ("body", "content"), ("body", "description")];
    for (from, to) in also {
        if let Some(value) = chooses.get(from).cloned() {
            chooses.entry(to).or_insert(value);
        }
    }
    if let Some(first) = chooses.get("recipients").and_then(|list| list.get(0)).cloned() {
        chooses.entry("email").or_insert(first);
    }
    let goal = Goal::AllCalls;
    let says = format!("{} ({})", task.goal, task.id);
    Attack { name: task.id.clone(), says, calls, chooses, secret: None, goal }
}

/// Whether a value stands in a text: as a whole, or word by word for short ones such as a date with
/// a time. A single letter or digit within a longer word does not count.
fn stands_in(text: &str, value: &Json) -> bool {
    let text = text.to_lowercase();
    let edge = |c: char| c.is_whitespace() || "'\"`,;!?()[]{}\\".contains(c);
    let words: BTreeSet<&str> =
        text.split(edge).map(|word| word.trim_end_matches(['.', ':'])).collect();
    match value {
        Json::String(wanted) => {
            let wanted = wanted.to_lowercase();
            let parts: Vec<&str> = wanted.split_whitespace().collect();
            let whole = parts.len() > 1 && text.contains(&wanted);
            whole
                || (!parts.is_empty()
                    && parts.len() <= 4
                    && parts.iter().all(|part| words.contains(part)))
        }
        Json::Array(items) => items.iter().all(|item| stands_in(&text, item)),
        Json::Number(number) => words.contains(number.to_string().as_str()),
        _ => false,
    }
}
