//! Standing grants: a person who approves a call may allow what is like it from now on, within
//! limits, so many times, until a day. A grant answers one kind of ask and no other: the same
//! worker, step, tool as declared then, and rule. It never reaches what a rule denies, what cannot
//! be taken back, or what needs two people; and where it says nothing of an authority argument,
//! that argument must have a trusted origin. Counting its uses is the engine's work.

#[cfg(test)]
mod tests;

use crate::ask::Shape;
use crate::ids::{AskId, CaseId, Digest, PersonId, WorkerName};
use crate::origin::Origin;
use crate::time::{DAY_MS, Timestamp};
use crate::tool::{Effect, ToolCall, ToolSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

/// So many uses at most in one grant.
pub const TIMES_MAX: u32 = 10_000;
/// So long at most does one last.
pub const LENGTH_MS_MAX: u64 = 366 * DAY_MS;

/// A grant's name: the ask from whose card it was made. `12.7` is ask 7 of case 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GrantId {
    /// The case.
    pub case: CaseId,
    /// The ask in it.
    pub ask: AskId,
}

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.case, self.ask)
    }
}

impl GrantId {
    /// Reads `12.7`.
    pub fn parse(text: &str) -> Option<Self> {
        let (case, ask) = text.split_once('.')?;
        Some(Self { case: CaseId(case.parse().ok()?), ask: AskId(ask.parse().ok()?) })
    }
}

/// What a person allows from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Bounds on arguments, by name. An authority argument without one must have a trusted origin;
    /// any other may be anything.
    #[serde(default)]
    pub bounds: BTreeMap<String, Bound>,
    /// How often.
    pub times_max: u32,
    /// How much in all: the sum of an argument over all uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Sum>,
    /// Until when, not including it.
    pub until: Timestamp,
}

/// A bound on an argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Exactly this.
    Equal(Json),
    /// A number of at most so many millionths.
    AtMost {
        /// Millionths: 1.50 is 1 500 000.
        micro: i64,
    },
    /// Whatever has a trusted origin: a directory, a record, the job description.
    Trusted,
}

/// A bound on a sum over all uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// Of which argument.
    pub argument: String,
    /// In millionths.
    pub micro_max: i64,
}

/// A grant as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Its name.
    pub id: GrantId,
    /// Whose asks it answers.
    pub worker: WorkerName,
    /// Which of them.
    pub shape: Shape,
    /// The digest of the tool's declaration when it was made.
    pub declaration: Digest,
    /// What it allows.
    pub allowance: Allowance,
    /// Who made it.
    pub who: PersonId,
    /// When.
    pub at: Timestamp,
    /// How much of it is used.
    #[serde(default)]
    pub used: Used,
    /// Whether it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
}

/// What is used of a grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// How often.
    pub times: u32,
    /// The sum so far, in millionths.
    pub micro: i64,
}

/// That a grant was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// By whom.
    pub who: PersonId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// One use of a grant: kept in the entry of the call that it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Of which.
    pub grant: GrantId,
    /// What it adds to the sum, in millionths.
    #[serde(default)]
    pub micro: i64,
}

/// How a grant stands, for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may be used.
    Stands,
    /// All of it is used.
    UsedUp,
    /// Its time is over.
    Expired,
    /// A person took it back.
    Revoked,
}

impl Allowance {
    /// Whether this may be granted on a tool at all.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn fits(&self, spec: &ToolSpec, now: Timestamp) -> Result<(), String> {
        if spec.effect == Effect::Irreversible {
            return Err("what cannot be taken back is approved each time".into());
        }
        if self.times_max == 0 || self.times_max > TIMES_MAX {
            return Err(format!("it must be for 1 to {TIMES_MAX} times"));
        }
        if self.until <= now || self.until.since_ms(now) > LENGTH_MS_MAX {
            return Err("it must end after now and within a year".into());
        }
        let known = |name: &str| spec.parameters.iter().any(|parameter| parameter.name == name);
        let named = self.bounds.keys().chain(self.sum.iter().map(|sum| &sum.argument));
        if let Some(name) = named.into_iter().find(|name| !known(name)) {
            return Err(format!("`{}` has no argument `{name}`", spec.name));
        }
        let negative = |bound: &Bound| matches!(bound, Bound::AtMost { micro } if *micro < 0);
        if self.bounds.values().any(negative) || self.sum.as_ref().is_some_and(|s| s.micro_max < 0)
        {
            return Err("a bound cannot be less than nothing".into());
        }
        Ok(())
    }
}

impl Grant {
    /// How it stands now.
    pub fn standing(&self, now: Timestamp) -> Standing {
        let spent = self.allowance.sum.as_ref().is_some_and(|sum| self.used.micro >= sum.micro_max);
        match () {
            () if self.revoked.is_some() => Standing::Revoked,
            () if now >= self.allowance.until => Standing::Expired,
            () if self.used.times >= self.allowance.times_max || spent => Standing::UsedUp,
            () => Standing::Stands,
        }
    }

    /// What a call would use of it; none when it does not cover that call.
    pub fn covers(
        &self,
        worker: &WorkerName,
        shape: &Shape,
        spec: &ToolSpec,
        call: &ToolCall,
        now: Timestamp,
    ) -> Option<Draw> {
        let same = self.worker == *worker && self.shape == *shape && call.tool == spec.name;
        if !same
            || self.standing(now) != Standing::Stands
            || spec.effect == Effect::Irreversible
            || spec.digest() != self.declaration
            || !spec.parameters.iter().all(|parameter| {
                let bound = self.allowance.bounds.get(&parameter.name);
                allows(bound, parameter.authority, call, &parameter.name)
            })
        {
            return None;
        }
        let micro = match &self.allowance.sum {
            Some(sum) => micro(call.argument(&sum.argument))?,
            None => 0,
        };
        let draw = Draw { grant: self.id, micro };
        self.has_room(&draw).then_some(draw)
    }

    /// Counts a use in; false when there is no room for it, and nothing is counted.
    pub fn take(&mut self, draw: &Draw, now: Timestamp) -> bool {
        let stands = self.standing(now) == Standing::Stands;
        let taken = stands && draw.grant == self.id && self.has_room(draw);
        if taken {
            self.used.times += 1;
            self.used.micro = self.used.micro.saturating_add(draw.micro);
        }
        taken
    }

    fn has_room(&self, draw: &Draw) -> bool {
        let fits = |sum: &Sum| {
            let after = self.used.micro.checked_add(draw.micro);
            draw.micro >= 0 && after.is_some_and(|after| after <= sum.micro_max)
        };
        self.used.times < self.allowance.times_max && self.allowance.sum.as_ref().is_none_or(fits)
    }
}

fn allows(bound: Option<&Bound>, authority: bool, call: &ToolCall, name: &str) -> bool {
    let data = call.argument(name);
    let trusted = || {
        call.arguments.at(name).is_none_or(|value| {
            let origin = value.origin();
            value.is_empty() || origin.may_authorise() || origin == Origin::Party
        })
    };
    match bound {
        Some(Bound::Equal(wanted)) => data == wanted,
        Some(Bound::AtMost { micro: most }) => micro(data).is_some_and(|micro| micro <= *most),
        Some(Bound::Trusted) => trusted(),
        None => !authority || trusted(),
    }
}

/// A number that is not negative, in millionths; none for anything that is not exactly that, so
/// that nothing is rounded into a limit.
pub fn micro(data: &Json) -> Option<i64> {
    let text = match data {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(part)
}

/// Millionths as people write them: `1240.5`.
pub fn in_words(micro: i64) -> String {
    let (whole, part) = (micro / 1_000_000, micro % 1_000_000);
    match part {
        0 => whole.to_string(),
        part => format!("{whole}.{part:06}").trim_end_matches('0').to_owned(),
    }
}
