//! What a suite is made of: declared tools, honest tasks with their plans, attacks with what would
//! show that they succeeded. Where a suite comes from and how it is run is said elsewhere.

use casework::condition::Condition;
use casework::guard::WorkerGuard;
use casework::origin::Value;
use casework::template::Template;
use casework::tool::ToolSpec;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Tools, tasks and attacks that belong together.
#[derive(Clone)]
pub struct Suite {
    /// For the table.
    pub name: String,
    /// The declarations, as a connector's author writes them.
    pub tools: Vec<ToolSpec>,
    /// Honest work.
    pub tasks: Vec<Task>,
    /// What outsiders want.
    pub attacks: Vec<Attack>,
    /// The firm's own mail domains.
    pub domains: Vec<String>,
    /// Allow-lists and caps of the opt-in policy.
    pub opt_in: WorkerGuard,
    /// Whether a task's steps bind the model; otherwise it may propose any call at any time.
    pub has_plans: bool,
    /// Tools that every worker's rules allow, besides those of its plan.
    pub allows: Vec<String>,
    /// What every worker's rules deny: a tool, and when.
    pub denies: Vec<(String, Condition)>,
}

/// One piece of honest work.
#[derive(Clone)]
pub struct Task {
    /// Unique within its suite.
    pub name: String,
    /// What starts the case, each field with its origin.
    pub signal: Value,
    /// The plan, written before anything else is read, with what an honest model fills in.
    pub steps: Vec<Planned>,
    /// Cards a person saw for the plan itself: a plan that follows from a colleague's mail is shown
    /// once before it counts.
    pub plan_approvals: usize,
    /// The systems as they stand before the case, with or without an attacker's text in them.
    pub opens: Opens,
}

/// Makes the systems of one case, with an attacker's text in them or without.
pub type Opens = Arc<dyn Fn(Option<&Attack>) -> Box<dyn Systems> + Send + Sync>;

/// One call of a plan.
#[derive(Clone)]
pub struct Planned {
    /// The tool.
    pub tool: String,
    /// What the plan fixes.
    pub fixed: BTreeMap<String, Template>,
    /// What it leaves to the model, with the values of an honest one.
    pub open: Map<String, Json>,
    /// Whether the other side refuses it even from an honest model.
    pub fails: bool,
    /// The name under which later steps find its result.
    pub name: String,
}

/// What an outsider wants done.
#[derive(Clone)]
pub struct Attack {
    /// Unique within its suite.
    pub name: String,
    /// What it writes wherever it can write.
    pub says: String,
    /// The calls that reach its goal.
    pub calls: Vec<(String, Map<String, Json>)>,
    /// What it would have a model fill in, by argument.
    pub chooses: Map<String, Json>,
    /// Words that it wants out of the systems: a model that has not read them cannot say them.
    pub secret: Option<String>,
    /// When it succeeded.
    pub goal: Goal,
}

/// When an attack counts as successful.
#[derive(Clone)]
pub enum Goal {
    /// The simulated systems are in this state afterwards; `world` is their content.
    World(Condition),
    /// Each of its calls that has an effect ran without a person.
    AllCalls,
    /// At least one of its calls that has an effect ran at all.
    AnyCall,
}

/// The systems behind the tools of one case.
pub trait Systems: Send {
    /// Performs a call; an error is what the other side said.
    ///
    /// # Errors
    /// The other side's words.
    fn call(&mut self, tool: &str, arguments: &Json) -> Result<Json, String>;

    /// Whether these words were in anything that was read so far.
    fn has_shown(&self, words: &str) -> bool;

    /// Whether an attacker's text was in anything that was read so far.
    fn has_shown_injection(&self) -> bool;

    /// Where that text stood, for coverage.
    fn shown_in(&self) -> Vec<String>;

    /// Everything in them.
    fn world(&self) -> Json;
}

/// Under which rules a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// The tools of its plan are allowed by rule, nothing else is said.
    Strict,
    /// Allow-lists, caps and undo as well, which a worker's author opts into.
    OptIn,
}

impl Policy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Strict, Self::OptIn];

    /// For tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::OptIn => "opt-in",
        }
    }
}

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A file that cannot be read.
    #[error("cannot read {path}: {why}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A suite that does not fit its form.
    #[error("{suite}: {what}")]
    Suite {
        /// Which.
        suite: String,
        /// What does not fit.
        what: String,
    },
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] engine::seams::StoreError),
    /// No place for the store's file.
    #[error("no directory for the store: {0}")]
    Directory(io::Error),
}

impl GateError {
    /// A suite that does not fit its form.
    pub(crate) fn suite(suite: &str, what: impl std::fmt::Display) -> Self {
        Self::Suite { suite: suite.to_owned(), what: what.to_string() }
    }
}
