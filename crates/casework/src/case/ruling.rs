//! What a call is made of before it is ruled on: arguments with who wrote them and by what they
//! were swayed, outsider text made harmless; the ruling on it; and what is learned from what it
//! read. The rulings themselves are `policy`'s.

use super::Case;
use crate::condition::Condition;
use crate::ids::ToolName;
use crate::origin::canonical::{Canonical, Sort, canonical};
use crate::origin::{Origin, Value};
use crate::policy::{self, Circumstances, Ruling, Voucher};
use crate::procedure::Act;
use crate::template::{Template, TemplateError};
use crate::tool::{Effect, Kind, Parameter, ToolCall, ToolSpec};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The same call with the same result this often is a standstill.
const REPEATS_MAX: u32 = 2;

impl Case {
    pub(super) fn rule(&self, call: &ToolCall, planned: bool) -> Ruling {
        let repeats = self.repeats(call);
        let standstill = format!("`{}` gave the same result {repeats} times", call.tool);
        let exceeded = (repeats >= REPEATS_MAX).then_some(standstill.as_str());
        policy::rule(call, &self.circumstances(planned, exceeded))
    }

    /// Why a call would be ruled on as it would, now: the same rows as the ruling itself.
    pub fn explain(&self, call: &ToolCall) -> policy::Explanation {
        let repeats = self.repeats(call);
        let standstill = format!("`{}` gave the same result {repeats} times", call.tool);
        let exceeded = (repeats >= REPEATS_MAX).then_some(standstill.as_str());
        policy::explain(call, &self.circumstances(true, exceeded))
    }

    /// The party of the case and what is its own.
    pub fn counterparty(&self) -> &crate::party::Party {
        &self.counterparty
    }

    fn circumstances<'a>(&'a self, planned: bool, exceeded: Option<&'a str>) -> Circumstances<'a> {
        Circumstances {
            worker: &self.charter.worker,
            tools: &self.charter.tools,
            scope: &self.scope,
            party: &self.counterparty,
            planned,
            spent: self.spent,
            exceeded,
        }
    }

    /// A procedure's loops have their own bounds, and polling gives the same result until it
    /// changes.
    fn repeats(&self, call: &ToolCall) -> u32 {
        let led = self.charter.worker.procedure.steps.is_empty();
        let times = || self.seen.get(&Self::shape(call)).map_or(0, |(_, times)| *times);
        if led { times() } else { 0 }
    }

    /// The arguments of a step's call. What an outsider wrote and would be sent to others is made
    /// harmless here, so that what is ruled on, approved and sent is the same text.
    pub(super) fn arguments(
        &self,
        tool: &ToolName,
        with: &BTreeMap<String, Template>,
    ) -> Result<Value, TemplateError> {
        let spec = self.charter.tools.get(tool);
        let keeps = |found: &Canonical| self.is_written_by_trusted(found);
        let mut arguments = Value::map();
        for (name, template) in with {
            let filled = match spec.is_some_and(|spec| goes_out(spec, name)) {
                true => template.fill_harmless(&self.scope, &keeps)?,
                false => template.fill(&self.scope)?,
            };
            arguments.set(name, filled.lowered_to(self.swayed_by(template)));
        }
        Ok(arguments)
    }

    /// A model's arguments are its own words, unless someone better vouches for them: an equal
    /// value of the case, the party's own records, the author's list. Free text is never equal.
    pub(super) fn proposed(&self, tool: &ToolName, arguments: &Json) -> Value {
        let (Some(map), Some(spec)) = (arguments.as_object(), self.charter.tools.get(tool)) else {
            return Value::new(arguments.clone(), Origin::Composed);
        };
        let keeps = |found: &Canonical| self.is_written_by_trusted(found);
        let mut proposed = Value::map();
        for (name, data) in map {
            let value = self.endorsed(name, Value::new(data.clone(), Origin::Composed), spec);
            let value = if goes_out(spec, name) { value.harmless(&keeps) } else { value };
            proposed.set(name, value);
        }
        proposed
    }

    fn endorsed(&self, name: &str, value: Value, spec: &ToolSpec) -> Value {
        let about = self.circumstances(true, None);
        if let Json::Array(items) = value.data() {
            let origins: Vec<Origin> = items
                .iter()
                .map(|item| self.endorsed(name, Value::new(item.clone(), Origin::Composed), spec))
                .map(|item| item.origin())
                .collect();
            let labelled = origins.into_iter().enumerate();
            return labelled
                .fold(value, |value, (at, origin)| value.except(&at.to_string(), origin));
        }
        let origin = match policy::vouched(name, &value, spec, &about) {
            Ok(Voucher::Origin(origin) | Voucher::Equal(_, origin)) => origin,
            Ok(Voucher::AllowList) => Origin::Charter,
            Ok(Voucher::OwnRecord) => Origin::Party,
            Ok(Voucher::TwoSources(..)) => Origin::Colleague,
            // A URL is verbatim where it stands in a text, whoever wrote that.
            Err(_) => match value.text().filter(|_| spec.effect == Effect::Fetch) {
                Some(url) => policy::written_in(url, &about, Origin::Outside)
                    .map_or(Origin::Composed, |(_, origin)| origin),
                None => Origin::Composed,
            },
        };
        value.except("", origin)
    }

    fn is_written_by_trusted(&self, found: &Canonical) -> bool {
        if found.sort == Sort::Number {
            return false;
        }
        self.scope.values().any(|value| {
            let mut is_there = false;
            value.each_leaf(&mut |leaf, _, origin| {
                is_there |= origin.may_authorise() && canonical(leaf).as_ref() == Some(found);
            });
            is_there
        })
    }

    /// What decided whether the values of a template are there, and which: the conditions of steps
    /// whose value may be lacking, and of loops that were gone round. The call itself is not
    /// lowered by its own step's condition: its author wrote it for that branch
    /// (`docs/decisions/090-rulings.md`).
    fn swayed_by(&self, template: &Template) -> Origin {
        let steps = &self.charter.worker.procedure.steps;
        let mut origin = Origin::Charter;
        for (path, may_lack) in template.holes() {
            let root = path.split('.').next().unwrap_or_default();
            let Some(at) = steps.iter().position(|step| step.name == root) else { continue };
            let own = steps.get(at).and_then(|step| step.when.as_ref()).filter(|_| may_lack);
            let around = steps.iter().enumerate().filter_map(|(end, step)| match step.act {
                Act::Again { to, .. }
                    if (to..end).contains(&at) && self.again.contains_key(&end) =>
                {
                    step.when.as_ref()
                }
                _ => None,
            });
            for condition in own.into_iter().chain(around) {
                origin = origin.join(self.read_by(condition));
            }
        }
        origin
    }

    fn read_by(&self, condition: &Condition) -> Origin {
        let read = |path: &String| {
            let (root, rest) = path.split_once('.').unwrap_or((path, ""));
            let value = self.scope.get(root)?;
            Some(value.at(rest).map_or_else(|| value.origin(), |part| part.origin()))
        };
        condition.reads().iter().filter_map(read).fold(Origin::Charter, Origin::join)
    }

    /// What a call gave, as much as it is worth: the selection of a record by a low value lowers
    /// it, unless it turns out to be the party's own.
    pub(super) fn learn(&mut self, call: &ToolCall, result: Value) -> Value {
        let tools = Arc::clone(&self.charter.tools);
        let Some(spec) = tools.get(&call.tool) else { return result };
        if spec.effect.is_effect() {
            return result;
        }
        let about = self.circumstances(true, None);
        let chosen = call.arguments.keys().filter_map(|name| {
            let value = call.arguments.at(name).filter(|value| !value.is_empty())?;
            let origin = value.origin();
            let is_vouched =
                !origin.may_authorise() && policy::vouched(name, &value, spec, &about).is_ok();
            Some(if is_vouched { Origin::Record } else { origin })
        });
        let chosen = chosen.fold(Origin::Charter, Origin::join);
        let knew = self.counterparty.is_recognised();
        let result = self.counterparty.learn(result, spec.guard.ownership.as_ref(), chosen);
        if !knew && self.counterparty.is_recognised() {
            for name in ["first", "signal"] {
                if let Some(fields) = self.scope.remove(name) {
                    self.scope.insert(name.into(), self.counterparty.speaks(fields));
                }
            }
        }
        result
    }
}

/// Whether an argument is text that others will read.
fn goes_out(spec: &ToolSpec, name: &str) -> bool {
    let unread = |p: &Parameter| p.authority || p.kind == Kind::Identifier;
    spec.effect == Effect::Send && !spec.parameters.iter().any(|p| p.name == name && unread(p))
}
