//! `workers/NAME/worker.toml`: a job description, with the playbook and the examples beside it. It
//! decides nothing about how the worker then behaves.

use super::problem::Problems;
use super::reader::{Node, Said, Table};
use super::steps::Around;
use super::tools::{choice, unknown_tool};
use super::{Person, WorkerFile, file_of, guard, hours, read_text, rules, steps, suggest};
use casework::tool::Tools;
use casework::worker::{Limits, Mode, Promise, Worker};
use casework::{Digest, Origin, PersonId, RoleName, SourceName, ToolName, Value, WorkerName};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the office offers its workers.
pub(super) struct Known {
    pub(super) tools: Tools,
    pub(super) sources: Vec<SourceName>,
    pub(super) people: BTreeMap<PersonId, Person>,
    pub(super) models: Vec<String>,
    pub(super) domains: Vec<String>,
}

/// Reads one worker; what is wrong is reported, and the rest still read.
pub(super) fn read(
    dir: &Path,
    folder: &Path,
    known: &Known,
    problems: &Problems,
) -> Option<WorkerFile> {
    let path = folder.join("worker.toml");
    let text = read_text(&path, problems)?;
    let file = file_of(&path, &text, problems);
    let (root, is_toml) = file.parse(&text);
    if !is_toml {
        return None;
    }
    let table = Table::new(&file, root.get_ref(), 0..0);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let playbook = std::fs::read(folder.join("playbook.md")).ok();
    let mut files = vec![(relative(dir, &path), text.clone().into_bytes())];
    files.extend(playbook.clone().map(|it| (relative(dir, &folder.join("playbook.md")), it)));

    let role = table.need_text("role", "what this worker is");
    let goal = table.need_text("goal", "what it is for");
    let modes =
        [("shadow", Mode::Shadow), ("supervised", Mode::Supervised), ("trusted", Mode::Trusted)];
    let mode = choice(table.word("mode"), &modes).unwrap_or(Mode::Supervised);
    let tools = tools(&table, known);
    let (reviewers, needed, roles) = reviewers(&table, known);
    let terms = hours::terms(&table, needed, &roles);
    let promise = promise(&table);
    let limits = limits(&table);
    let model = model(&table, known);
    let constants = table.get("charter").map_or(Value::map(), |node| constants(&node));
    let triggers = rules::triggers(&table, &known.sources);
    let around = Around { known, tools: &tools, roles: &roles };
    let (procedure, names) = steps::read(&table, &around);
    let done = rules::done(&table, &around, &names);
    let rules = rules::rules(&table, &around, &names);
    let guard = guard::of_worker(&table, &known.tools, &known.domains);
    if procedure.steps.is_empty() && model.is_none() {
        let said = Said::new("this worker has neither steps nor a model").label("");
        let help = "without `[[step]]`s a model says what comes next; without both, people do";
        table.warning("W042", said.help(help));
    }
    table.finish();
    let worker = Worker {
        name: WorkerName::new(name),
        version: version(&files),
        role,
        goal,
        mode,
        tools,
        reviewers,
        promise,
        limits,
        triggers,
        procedure,
        done,
        rules,
        constants,
        playbook: playbook.map(|it| String::from_utf8_lossy(&it).into_owned()).unwrap_or_default(),
        guard,
    };
    let examples_dir = folder.join("examples");
    let examples = examples(&examples_dir);
    Some(WorkerFile { worker, terms, model, examples_dir, examples, files })
}

/// Reports what is not TOML, when there is no office to read the rest against.
pub(super) fn read_only_toml(folder: &Path, problems: &Problems) {
    let path = folder.join("worker.toml");
    if let Some(text) = read_text(&path, problems) {
        file_of(&path, &text, problems).parse(&text);
    }
}

/// The digest over the files a case keeps to: names and bytes, so that neither can stand for the
/// other.
fn version(files: &[(PathBuf, Vec<u8>)]) -> Digest {
    let mut bytes = Vec::new();
    for (path, content) in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        bytes.extend_from_slice(format!("{name}\n{}\n", content.len()).as_bytes());
        bytes.extend_from_slice(content);
    }
    Digest::of(&bytes)
}

fn relative(dir: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(dir).unwrap_or(path).to_owned()
}

fn examples(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut tables: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "csv"))
        .collect();
    tables.sort();
    tables
}

fn tools(table: &Table<'_>, known: &Known) -> Vec<ToolName> {
    let words = table.get("tools").map(|node| node.words()).unwrap_or_default();
    let mut tools = Vec::new();
    for word in words {
        let tool = ToolName::new(word.text);
        if !known.tools.contains_key(&tool) {
            unknown_tool(&word, known.tools.keys().map(ToolName::as_str));
        }
        tools.push(tool);
    }
    tools
}

type Reviewers = BTreeMap<RoleName, Vec<PersonId>>;

/// Who is asked, as people; a name in the file is a role that people hold, or a person.
fn reviewers(table: &Table<'_>, known: &Known) -> (Reviewers, BTreeMap<RoleName, u8>, Vec<String>) {
    let node = table.get("reviewers");
    let mut reviewers = Reviewers::new();
    let mut roles = vec!["default".to_owned()];
    let mut needed = BTreeMap::new();
    let named = node.as_ref().and_then(Node::table);
    for (role, node) in named.iter().flat_map(Table::entries) {
        let mut people = Vec::new();
        let words = node.words();
        // The same name twice stands for two people.
        let times = |name: &str| words.iter().filter(|word| word.text == name).count();
        let most = words.iter().map(|word| times(word.text)).max().unwrap_or(1);
        for word in &words {
            let held = |person: &Person| person.roles.iter().any(|held| held.as_str() == word.text);
            let found: Vec<PersonId> = known
                .people
                .iter()
                .filter(|(id, person)| id.as_str() == word.text || held(person))
                .map(|(id, _)| id.clone())
                .collect();
            if found.is_empty() {
                unknown_reviewer(word, known);
            }
            people.extend(found);
        }
        people.sort();
        people.dedup();
        if most > people.len() && !people.is_empty() {
            let said = Said::new(format!("{most} people must approve, and only one is named"));
            node.warning("W041", said.label("nobody could ever approve this alone"));
        }
        let most = u8::try_from(most).unwrap_or(u8::MAX);
        needed.insert(RoleName::new(role.text), most.max(1));
        reviewers.insert(RoleName::new(role.text), people);
        roles.push(role.text.to_owned());
    }
    if reviewers.get(&Worker::default_role()).is_none_or(Vec::is_empty) {
        let said = Said::new("nobody is asked by default");
        let help = "`reviewers = { default = [\"support-lead\"] }`; without it cases wait unseen";
        match &node {
            Some(node) => node.warning("W041", said.label("add `default`").help(help)),
            None => table.warning("W041", said.help(help)),
        }
    }
    (reviewers, needed, roles)
}

fn unknown_reviewer(word: &super::reader::Word<'_>, known: &Known) {
    let people = known.people.keys().map(PersonId::as_str);
    let held = known.people.values().flat_map(|person| person.roles.iter().map(RoleName::as_str));
    let said = Said::new(format!("nobody is `{}` or holds this role", word.text));
    let label = suggest::meant(word.text, people.chain(held));
    word.error("W014", said.label(label).help("people and their roles stand in office.toml"));
}

fn promise(table: &Table<'_>) -> Promise {
    let mut promise = Promise::default();
    let Some(given) = table.get("promise").and_then(|node| node.table()) else { return promise };
    let share = |key: &'static str, highest: f64, fallback: f64| {
        let Some(node) = given.get(key) else { return fallback };
        match node.number() {
            Some(number) if number > 0.0 && number < highest => number,
            Some(number) => {
                let said = Said::new(format!("`{key}` cannot be {number}"));
                node.error("W008", said.label(format!("more than 0 and less than {highest}")));
                fallback
            }
            None => fallback,
        }
    };
    promise.wrong_at_most = share("wrong_at_most", 0.5, promise.wrong_at_most);
    promise.sure = share("sure", 1.0, promise.sure);
    given.finish();
    promise
}

fn limits(table: &Table<'_>) -> Limits {
    let mut limits = Limits::default();
    let Some(given) = table.get("limits").and_then(|node| node.table()) else { return limits };
    let count = |key: &'static str, least: u32, fallback: u32| {
        let Some(node) = given.get(key) else { return fallback };
        match node.whole().map(u32::try_from) {
            Some(Ok(number)) if number >= least => number,
            Some(_) => {
                let said = Said::new(format!("`{key}` is out of range"));
                node.error("W008", said.label(format!("{least} or more")));
                fallback
            }
            None => fallback,
        }
    };
    limits.calls_max = count("calls", 0, limits.calls_max);
    limits.thoughts_max = count("thoughts", 0, limits.thoughts_max);
    limits.open_days_max = count("open_days", 1, limits.open_days_max);
    limits.replies_max = count("replies", 0, limits.replies_max);
    limits.ask_hours = count("ask_hours", 1, limits.ask_hours);
    if let Some(node) = given.get("spend_usd")
        && let Some(spend) = node.number()
    {
        if (0.0..=1_000_000.0).contains(&spend) {
            limits.spend_micro_usd_max = (spend * 1_000_000.0).round() as u64;
        } else {
            node.error(
                "W008",
                Said::new("`spend_usd` is out of range").label("dollars, 0 or more"),
            );
        }
    }
    given.finish();
    limits
}

fn model(table: &Table<'_>, known: &Known) -> Option<String> {
    let word = table.word("model")?;
    if !known.models.iter().any(|name| name == word.text) {
        let said = Said::new(format!("no model named `{}`", word.text));
        let label = suggest::meant(word.text, known.models.iter().map(String::as_str));
        word.error("W030", said.label(label).help("`[model.NAME]` in office.toml declares one"));
    }
    Some(word.text.to_owned())
}

/// Constants of the job description, all of its own origin.
fn constants(node: &Node<'_>) -> Value {
    if !node.value.is_table() {
        node.wrong_type("a table");
        return Value::map();
    }
    Value::new(node.json(), Origin::Charter)
}
