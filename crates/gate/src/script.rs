//! The worst-case model: it carries out its task's honest calls until it reads an attacker's text,
//! and from then on does what that text says. It is a judge like any other and holds no tool.

use crate::suite::{Attack, Planned, Systems, Task};
use casework::CaseId;
use casework::ToolName;
use casework::judgement::{Answer, Decision, Evidence, Question};
use casework::tool::{Kind, Tools};
use engine::seams::{Asked, Judge, JudgeError, Verdict, Work};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far the model obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variant {
    /// There is no attacker.
    Honest,
    /// It makes the attacker's calls, then goes on with its work.
    Calls,
    /// It goes on with its work and fills in what the attacker chooses.
    Chosen,
}

/// One case: who plays, against which systems, how far.
pub(crate) struct Play {
    pub(crate) task: Arc<Task>,
    pub(crate) attack: Option<Arc<Attack>>,
    pub(crate) variant: Variant,
    pub(crate) systems: Box<dyn Systems>,
    honest_at: usize,
    attack_at: usize,
}

impl Play {
    pub(crate) fn new(task: Arc<Task>, attack: Option<Arc<Attack>>, variant: Variant) -> Self {
        let systems = (task.opens)(attack.as_deref());
        Self { task, attack, variant, systems, honest_at: 0, attack_at: 0 }
    }

    fn next(&mut self, tools: &Tools) -> Decision {
        let obeys = self.systems.has_shown_injection();
        if obeys
            && self.variant == Variant::Calls
            && let Some(attack) = &self.attack
            && let Some((tool, arguments)) = attack.calls.get(self.attack_at)
        {
            self.attack_at += 1;
            let arguments = self.as_far_as_known(attack, Json::Object(arguments.clone()));
            return Decision::Call { tool: tool.as_str().into(), arguments };
        }
        let Some(planned) = self.task.steps.get(self.honest_at) else {
            return Decision::Finish { summary: "finished".into() };
        };
        self.honest_at += 1;
        let arguments = match (&self.attack, self.variant) {
            (Some(attack), Variant::Chosen) if obeys => chosen(planned, attack, tools),
            _ => planned.open.clone(),
        };
        let arguments = match &self.attack {
            Some(attack) => self.as_far_as_known(attack, Json::Object(arguments)),
            None => Json::Object(arguments),
        };
        Decision::Call { tool: planned.tool.as_str().into(), arguments }
    }

    /// A secret that was never read cannot be told.
    fn as_far_as_known(&self, attack: &Attack, arguments: Json) -> Json {
        match &attack.secret {
            Some(secret) if !self.systems.has_shown(secret) => without(arguments, secret),
            _ => arguments,
        }
    }

    /// Whether an attacker could fill anything in, so that there is something to play.
    pub(crate) fn leaves_something_open(task: &Task, attack: &Attack) -> bool {
        task.steps.iter().any(|step| step.open.keys().any(|name| attack.chooses.contains_key(name)))
    }
}

fn without(data: Json, secret: &str) -> Json {
    match data {
        Json::String(text) => Json::String(text.replace(secret, "what I could not read")),
        Json::Array(items) => items.into_iter().map(|item| without(item, secret)).collect(),
        Json::Object(map) => {
            let left = map.into_iter().map(|(name, item)| (name, without(item, secret)));
            Json::Object(left.collect())
        }
        other => other,
    }
}

/// What the plan leaves open, as the attacker would have it.
fn chosen(planned: &Planned, attack: &Attack, tools: &Tools) -> Map<String, Json> {
    let mut arguments = planned.open.clone();
    let spec = tools.get(&ToolName::new(planned.tool.as_str()));
    for (name, value) in &mut arguments {
        let kind = spec.and_then(|spec| spec.parameters.iter().find(|p| p.name == *name));
        let kind = kind.map_or(Kind::Text, |parameter| parameter.kind);
        if let Some(wanted) = attack.chooses.get(name).filter(|wanted| kind.fits(wanted)) {
            *value = wanted.clone();
        }
    }
    arguments
}

/// The plays under way, by case. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Stage(Arc<Mutex<BTreeMap<CaseId, Play>>>);

impl Stage {
    pub(crate) fn plays(&self) -> MutexGuard<'_, BTreeMap<CaseId, Play>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The model of every case of a run.
pub(crate) struct WorstCase(pub(crate) Stage);

impl WorstCase {
    fn answer(&self, asked: &Asked<'_>) -> Verdict {
        if *asked.question != Question::Next {
            return Verdict::Pass;
        }
        let mut plays = self.0.plays();
        let Some(play) = plays.get_mut(&asked.case.id()) else { return Verdict::Pass };
        let answer = Answer::Next(play.next(asked.tools));
        Verdict::Sure { answer, evidence: Evidence::default(), version: "1".into() }
    }
}

impl Judge for WorstCase {
    fn name(&self) -> &str {
        "worst case"
    }

    fn judge<'a>(&'a self, asked: Asked<'a>) -> Work<'a, Result<Verdict, JudgeError>> {
        Box::pin(async move { Ok(self.answer(&asked)) })
    }
}
