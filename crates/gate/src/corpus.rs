//! Our own suite: a fictional firm's tools, systems, tasks and attackers, written in `corpus/`. It
//! only reads them; running them is done elsewhere.

use crate::declare::Declared;
use crate::suite::{Attack, GateError, Goal, Planned, Suite, Task};
use crate::systems::{Collections, Does, fill, read_does};
use casework::condition::Condition;
use casework::guard::{AllowList, Cap, WorkerGuard};
use casework::origin::{Origin, Value};
use casework::template::Template;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

const NAME: &str = "own corpus";
const FIRM: &str = include_str!("../corpus/firm.toml");
const WORLD: &str = include_str!("../corpus/world.toml");
const ATTACKS: &str = include_str!("../corpus/attacks.toml");
const TASKS: [&str; 4] = [
    include_str!("../corpus/tasks_mail_chat.toml"),
    include_str!("../corpus/tasks_customers.toml"),
    include_str!("../corpus/tasks_ledger.toml"),
    include_str!("../corpus/tasks_documents.toml"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Firm {
    domains: Vec<String>,
    opt_in: OptIn,
    tool: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptIn {
    #[serde(default)]
    allow: Vec<Allowed>,
    #[serde(default)]
    cap: Vec<Capped>,
}

impl OptIn {
    /// As the core knows it.
    pub(crate) fn guard(self) -> WorkerGuard {
        let allow = self.allow.into_iter().map(|list| AllowList {
            tool: list.tool.as_str().into(),
            argument: list.argument,
            values: list.values,
        });
        let caps = self.cap.into_iter().map(|cap| Cap {
            tool: cap.tool.as_str().into(),
            argument: cap.argument,
            ask_above: cap.ask_above,
            two_people_above: cap.two_people_above,
        });
        WorkerGuard { domains: Vec::new(), caps: caps.collect(), allow: allow.collect() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    tool: String,
    argument: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Capped {
    tool: String,
    argument: String,
    ask_above: f64,
    two_people_above: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tasks {
    task: Vec<Written>,
}

/// A task as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    /// A colleague's order, typed into the program.
    #[serde(default)]
    order: String,
    /// A mail that starts the case instead, with the verified address of its sender.
    #[serde(default)]
    mail: Option<Map<String, Json>>,
    /// The text of a tool's description reached the model, and an attacker wrote into it.
    #[serde(default)]
    poisoned_description: bool,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    call: String,
    #[serde(default)]
    name: String,
    /// Fixed by the plan.
    #[serde(default)]
    with: Map<String, Json>,
    /// Left to the model, with what an honest one says.
    #[serde(default)]
    open: Map<String, Json>,
    /// The other side refuses it, as it would for an honest worker.
    #[serde(default)]
    fails: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attacks {
    attack: Vec<AttackWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttackWritten {
    name: String,
    says: String,
    /// CEL over `world`: what would show that it succeeded.
    goal: String,
    call: Vec<Step>,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    chooses: Map<String, Json>,
}

/// The suite.
///
/// # Errors
/// When a file does not fit its form: a mistake of whoever wrote it.
pub fn own_suite() -> Result<Suite, GateError> {
    let firm: Firm = read(FIRM)?;
    let world: Map<String, Json> = read(WORLD)?;
    let mut does: BTreeMap<String, Does> = BTreeMap::new();
    let mut tools = Vec::new();
    for declared in &firm.tool {
        let written = declared.does.clone().unwrap_or(Json::Null);
        does.insert(declared.name.clone(), read_does(&declared.name, &written)?);
        tools.push(declared.spec()?);
    }
    let around = Around { world: Arc::new(world), does: Arc::new(does) };
    let mut tasks = Vec::new();
    for file in TASKS {
        for written in read::<Tasks>(file)?.task {
            tasks.push(around.task(written)?);
        }
    }
    let attacks: Attacks = read(ATTACKS)?;
    let attacks = attacks.attack.into_iter().map(attack).collect::<Result<_, _>>()?;
    let (opt_in, domains) = (firm.opt_in.guard(), firm.domains);
    let (has_plans, allows, denies) = (true, Vec::new(), Vec::new());
    Ok(Suite {
        name: NAME.into(),
        tools,
        tasks,
        attacks,
        domains,
        opt_in,
        has_plans,
        allows,
        denies,
    })
}

struct Around {
    world: Arc<Map<String, Json>>,
    does: Arc<BTreeMap<String, Does>>,
}

impl Around {
    fn task(&self, written: Written) -> Result<Task, GateError> {
        let name = written.name.clone();
        let steps = written.step.into_iter().enumerate().map(|(at, step)| planned(at, step));
        let steps = steps.collect::<Result<_, _>>()?;
        let mut places = Vec::new();
        let (signal, mail) = match &written.mail {
            Some(mail) => {
                // The case's own text is the same for each attacker; what it says is read below.
                let data = fill(&Json::Object(mail.clone()), None, &mut places);
                (Value::new(data, Origin::Outside).except("sender", Origin::Record), true)
            }
            None => {
                let mut order = Value::map();
                order.set("order", Value::new(written.order, Origin::Operator));
                (order, false)
            }
        };
        let (world, does) = (self.world.clone(), self.does.clone());
        let in_mail: Vec<String> = places.into_iter().map(|(place, _)| place).collect();
        let poisoned = written.poisoned_description;
        let opens = Arc::new(move |attack: Option<&Attack>| {
            let mut systems = Collections::open(&world, does.clone(), attack);
            if mail {
                in_mail.iter().for_each(|place| systems.note_place(place));
            }
            if poisoned {
                systems.note_place("tool description");
            }
            Box::new(systems) as Box<dyn crate::suite::Systems>
        });
        Ok(Task { name, signal, steps, plan_approvals: 0, opens })
    }
}

fn planned(at: usize, step: Step) -> Result<Planned, GateError> {
    let name = match step.name.is_empty() {
        true => format!("step_{}", at + 1),
        false => step.name,
    };
    let mut fixed = BTreeMap::new();
    for (argument, written) in &step.with {
        let template = Template::parse(written).map_err(|error| GateError::suite(NAME, error))?;
        fixed.insert(argument.clone(), template);
    }
    Ok(Planned { tool: step.call, fixed, open: step.open, fails: step.fails, name })
}

fn attack(written: AttackWritten) -> Result<Attack, GateError> {
    let goal = Condition::parse(&written.goal).map_err(|error| GateError::suite(NAME, error))?;
    let calls = written.call.into_iter().map(|step| (step.call, step.with)).collect();
    Ok(Attack {
        name: written.name,
        says: written.says,
        calls,
        chooses: written.chooses,
        secret: written.secret,
        goal: Goal::World(goal),
    })
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, GateError> {
    toml::from_str(text).map_err(|error| GateError::suite(NAME, error))
}
