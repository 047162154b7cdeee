//! Declarations made wrong, one at a time, each towards less oversight; and a family of made-up
//! declarations to try them on. What a wrong one does is seen in the walks.

use super::scenarios::{fields, is_low, kinds};
use crate::guard::{Ownership, PARTY};
use crate::origin::{Origin, Readers};
use crate::tool::{Effect, Kind, Parameter, Recovery, ToolSpec, Tools};
use std::collections::BTreeMap;

const EFFECTS: [Effect; 6] =
    [Effect::Read, Effect::Fetch, Effect::Draft, Effect::Write, Effect::Send, Effect::Irreversible];

/// Every single wrong declaration of `of`, within all tools of the trial.
pub(super) fn all(truth: &Tools, of: &Tools) -> Vec<(String, Tools)> {
    let mut flips = Vec::new();
    for spec in of.values() {
        let mut flip = |what: String, change: &dyn Fn(&mut ToolSpec)| {
            let mut wrong = truth.clone();
            if let Some(spec) = wrong.get_mut(&spec.name) {
                change(spec);
            }
            flips.push((format!("{}: {what}", spec.name), wrong));
        };
        for (at, parameter) in spec.parameters.iter().enumerate().filter(|(_, it)| it.authority) {
            // Of what only looks, the arguments decide nothing.
            if spec.effect.is_effect() {
                let what = format!("`{}` is no authority", parameter.name);
                flip(what, &|spec| {
                    if let Some(parameter) = spec.parameters.get_mut(at) {
                        parameter.authority = false;
                    }
                });
            }
        }
        for effect in EFFECTS.into_iter().filter(|effect| *effect < spec.effect) {
            flip(format!("its effect is only {}", effect.word()), &|spec| spec.effect = effect);
        }
        // An irreversible call is asked each time, so its result never comes of itself.
        if spec.effect != Effect::Irreversible {
            for path in fields(spec).into_iter().filter(|path| is_low(spec, path)) {
                flip(format!("`{path}` is a record"), &|spec| {
                    spec.origins.insert(path.clone(), Origin::Record);
                });
            }
        }
        for (path, _) in spec.guard.readers.iter().filter(|(_, it)| **it > Readers::Organisation) {
            flip(format!("`{path}` is for anyone"), &|spec| {
                spec.guard.readers.remove(path);
            });
        }
        if spec.guard.ownership.is_some() {
            flip("its records belong to nobody".into(), &|spec| spec.guard.ownership = None);
        }
        for (name, kind) in &spec.guard.records {
            let others = kinds(truth);
            for other in others.iter().filter(|other| *other != kind) {
                flip(format!("`{name}` is the id of a {other}"), &|spec| {
                    spec.guard.records.insert(name.clone(), other.clone());
                });
            }
        }
    }
    flips
}

/// A made-up office's declarations, other ones for each seed.
pub fn family(seed: u64) -> Tools {
    let mut draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut tools = Tools::new();
    for at in 0..6 {
        let effect = EFFECTS.get(at).copied().unwrap_or(Effect::Read);
        let spec = tool(at, effect, &mut draw);
        tools.insert(spec.name.clone(), spec);
    }
    let owner = owned_read(&mut draw);
    tools.insert(owner.name.clone(), owner);
    tools
}

/// A small generator (xorshift, Marsaglia 2003): the same family for the same seed, everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T], otherwise: T) -> T {
        let at = self.below(all.len() as u64) as usize;
        all.get(at).copied().unwrap_or(otherwise)
    }
}

const KINDS: [Kind; 5] = [Kind::Text, Kind::Text, Kind::Integer, Kind::Number, Kind::Texts];
const IDS: [&str; 3] = ["order", "invoice", "room"];

fn tool(at: usize, effect: Effect, draw: &mut Draw) -> ToolSpec {
    let parameter = |name: String, kind, authority| Parameter {
        name,
        kind,
        required: true,
        authority,
        about: String::new(),
    };
    // Who gets it, first; then other things that decide, and one that does not.
    let first = match effect {
        Effect::Send | Effect::Fetch => Kind::Text,
        _ => draw.one_of(&KINDS, Kind::Text),
    };
    let mut parameters = vec![parameter("first".into(), first, effect > Effect::Read)];
    for more in 0..draw.below(3) {
        let kind = draw.one_of(&KINDS, Kind::Text);
        parameters.push(parameter(format!("more{more}"), kind, effect > Effect::Read));
    }
    parameters.push(parameter("text".into(), Kind::Text, false));
    let mut origins = BTreeMap::from([("id".to_owned(), Origin::Record)]);
    for path in ["who.mail", "lines.*.amount", "note"] {
        let low = [Origin::Outside, Origin::Party, Origin::Colleague, Origin::Record];
        origins.insert(path.to_owned(), draw.one_of(&low, Origin::Outside));
    }
    let mut spec = ToolSpec {
        name: format!("desk{at}.act").as_str().into(),
        about: String::new(),
        says: String::new(),
        effect,
        parameters,
        origins,
        recovery: Recovery::Ask,
        undo: None,
        system: "desk".into(),
        guard: Default::default(),
    };
    if effect == Effect::Read {
        let few = [Readers::Team, Readers::CaseParties, Readers::Restricted];
        spec.guard.readers.insert("note".into(), draw.one_of(&few, Readers::Team));
    }
    if effect > Effect::Draft && matches!(first, Kind::Integer | Kind::Number) {
        spec.guard.records.insert("first".into(), draw.one_of(&IDS, "order").to_owned());
    }
    spec
}

fn owned_read(draw: &mut Draw) -> ToolSpec {
    let mut spec = tool(9, Effect::Read, draw);
    spec.guard.readers.clear();
    let gives = BTreeMap::from([("id".to_owned(), draw.one_of(&IDS, "order").to_owned())]);
    spec.origins.insert("owner".into(), Origin::Record);
    spec.guard.ownership = Some(Ownership { owner: "owner".into(), by: PARTY.into(), gives });
    spec
}
