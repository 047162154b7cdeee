//! A worker as its job description says: role, goal, tools, procedure, rules, limits. Reading it
//! from a file, with source spans for errors, is the binary's work; this is what was read.

use crate::condition::Condition;
use crate::guard::WorkerGuard;
use crate::ids::{Digest, PersonId, RoleName, SourceName, ToolName, WorkerName};
use crate::origin::Value;
use crate::procedure::Procedure;
use crate::template::Template;
use crate::tool::Tools;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much a worker is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It says what it would do; nothing but reading is performed, and nobody is asked.
    Shadow,
    /// What no rule allows is asked.
    Supervised,
    /// What no rule mentions is allowed where it can be taken back.
    Trusted,
}

/// What is allowed to be wrong in what is decided without a person.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The largest share of wrong answers among those decided alone.
    pub wrong_at_most: f64,
    /// With this confidence.
    pub sure: f64,
}

impl Default for Promise {
    fn default() -> Self {
        Self { wrong_at_most: 0.01, sure: 0.90 }
    }
}

/// Bounds on one case. Beyond any of them calls are denied and the case is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Tool calls.
    pub calls_max: u32,
    /// Model calls.
    pub thoughts_max: u32,
    /// Spend on models, in millionths of a dollar.
    pub spend_micro_usd_max: u64,
    /// How long a case may stay open.
    pub open_days_max: u32,
    /// Sends to the party of one thread.
    pub replies_max: u32,
    /// How long a person has to answer.
    pub ask_hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls_max: 20,
            thoughts_max: 20,
            spend_micro_usd_max: 200_000,
            open_days_max: 14,
            replies_max: 3,
            ask_hours: 72,
        }
    }
}

/// Which signals concern a worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The source.
    pub source: SourceName,
    /// A further condition on `signal`.
    pub when: Option<Condition>,
}

/// What a rule says when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Run it.
    Allow,
    /// Ask a person first.
    Ask,
    /// Do not run it.
    Deny,
}

/// One rule of a worker: deny beats ask beats allow.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// For rulings and the policy table: `rule 2`, or the name its author gave.
    pub name: String,
    /// The tool it is about.
    pub tool: ToolName,
    /// What it says.
    pub verdict: Verdict,
    /// When: names `args`, `origin`, `signal`, `step` results. Without one it always matches.
    pub when: Option<Condition>,
    /// Who is asked; the worker's default role otherwise.
    pub to: Option<RoleName>,
}

/// What must be true at the end, read back from the system of record where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// A reading tool and its arguments; its result is named `found` in the condition.
    pub read: Option<(ToolName, BTreeMap<String, Template>)>,
    /// The condition.
    pub when: Option<Condition>,
    /// One line that says how the case ended.
    pub say: Option<Template>,
}

/// A worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// Its name: its folder's.
    pub name: WorkerName,
    /// Digest of its files. A case keeps the version it began with.
    pub version: Digest,
    /// What it is.
    pub role: String,
    /// What it is for.
    pub goal: String,
    /// How much it is trusted.
    pub mode: Mode,
    /// What it may use at all.
    pub tools: Vec<ToolName>,
    /// Who is asked, by role; `default` where no other is named.
    pub reviewers: BTreeMap<RoleName, Vec<PersonId>>,
    /// What it promises of its own decisions.
    pub promise: Promise,
    /// Bounds on one case.
    pub limits: Limits,
    /// What concerns it.
    pub triggers: Vec<Trigger>,
    /// Its steps; empty: a model decides what comes next, under the same policy.
    pub procedure: Procedure,
    /// What must be true at the end.
    pub done: Option<Done>,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Caps and allow-lists of its author, and what counts as inside the firm.
    pub guard: WorkerGuard,
    /// Constants of the job description: `charter.…`.
    pub constants: Value,
    /// How a good colleague does this work, for models and people.
    pub playbook: String,
}

impl Worker {
    /// The role asked where none is named.
    pub fn default_role() -> RoleName {
        RoleName::new("default")
    }

    /// The people of a role; those of the default role where it has none of its own.
    pub fn people(&self, role: &RoleName) -> Vec<PersonId> {
        self.reviewers
            .get(role)
            .or_else(|| self.reviewers.get(&Self::default_role()))
            .cloned()
            .unwrap_or_default()
    }
}

/// A worker together with the tools of its office: all that rulings depend on besides the journal.
#[derive(Clone, Debug)]
pub struct Charter {
    /// The worker.
    pub worker: Arc<Worker>,
    /// The tools.
    pub tools: Arc<Tools>,
}
