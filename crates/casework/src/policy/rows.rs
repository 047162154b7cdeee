//! The rows of a ruling, in the order in which they are looked at. Each looks at one thing only; a
//! denial ends it, an ask is kept until no denial can follow, so that nothing that would be denied
//! is ever put to a person.

use super::vouch::{vouched, written_in};
use super::{Circumstances, Spoken, describe, limits, say};
use crate::guard::Standing;
use crate::origin::canonical::{canonical, domain_of};
use crate::origin::{Origin, Readers, Value};
use crate::tool::{Effect, Kind, Parameter, ToolCall, ToolSpec};
use crate::worker::{Mode, Verdict};
use serde_json::Value as Json;

/// One row.
pub(super) struct Row {
    /// What it looks at, in words.
    pub(super) about: &'static str,
    pub(super) look: fn(&Matter<'_>) -> Look,
}

/// What is ruled on.
pub(super) struct Matter<'a> {
    pub(super) call: &'a ToolCall,
    pub(super) spec: &'a ToolSpec,
    pub(super) about: &'a Circumstances<'a>,
    pub(super) spoken: &'a Spoken<'a>,
}

/// What a row says.
pub(super) enum Look {
    /// Nothing.
    Pass,
    /// It may run, if no row before asked.
    Allow { rule: String },
    /// So many people must approve.
    Ask { rule: String, because: String, approvals: u8 },
    /// It does not run.
    Deny { rule: String, because: String },
}

/// All rows, in order.
pub(super) const ROWS: [Row; 13] = [
    Row { about: "the tool's declaration is as approved", look: standing },
    Row { about: "the arguments fit the declaration", look: arguments },
    Row { about: "limits and budgets", look: limit },
    Row { about: "what is read may be read in this case", look: reading },
    Row { about: "what leaves the firm to be fetched", look: fetching },
    Row { about: "it is a live step of the plan", look: planned },
    Row { about: "no rule of the worker denies it", look: denied },
    Row { about: "someone vouches for who, what, how much", look: authority },
    Row { about: "recipients may read what is sent", look: sending },
    Row { about: "no outsider's words to outsiders", look: outsiders },
    Row { about: "it can be taken back, or is under its cap", look: capped },
    Row { about: "a rule of the worker asks or allows", look: ruled },
    Row { about: "the default for the effect", look: by_default },
];

fn is_words(parameter: &Parameter) -> bool {
    matches!(parameter.kind, Kind::Text | Kind::Texts)
}

fn ask(rule: &str, because: String) -> Look {
    Look::Ask { rule: rule.into(), because, approvals: 1 }
}

fn deny(rule: &str, because: String) -> Look {
    Look::Deny { rule: rule.into(), because }
}

fn standing(matter: &Matter<'_>) -> Look {
    let (spec, system) = (matter.spec, &matter.spec.system);
    match spec.guard.standing {
        Standing::Approved => Look::Pass,
        Standing::Changed => deny(
            "changed tool",
            format!("the declaration of `{}` is not the one a person approved", spec.name),
        ),
        Standing::Paused => deny(
            "changed tool",
            format!("`{system}` pauses: a declaration of it is not the one a person approved"),
        ),
    }
}

fn arguments(matter: &Matter<'_>) -> Look {
    match matter.spec.accepts(matter.call.arguments.data()) {
        Ok(()) => Look::Pass,
        Err(error) => deny("arguments", error.to_string()),
    }
}

fn limit(matter: &Matter<'_>) -> Look {
    let over = matter.about.exceeded.map(str::to_owned);
    match over.or_else(|| limits::over_limit(matter.spec, matter.about)) {
        Some(limit) => deny("limit", limit),
        None => Look::Pass,
    }
}

fn reading(matter: &Matter<'_>) -> Look {
    if matter.spec.effect != Effect::Read {
        return Look::Pass;
    }
    let readers = matter.spec.guard.readers.values().copied().max().unwrap_or_default();
    let party = matter.about.party;
    let fits = match readers {
        Readers::Public | Readers::Organisation | Readers::Team => true,
        Readers::CaseParties => party.is_verified() || !party.is_there(),
        Readers::Restricted => false,
    };
    match fits {
        true => Look::Pass,
        false => ask("readers", format!("what it reads is for {} only", readers.word())),
    }
}

/// Whatever a fetch is given leaves the firm: each argument must be written out by someone of the
/// firm or the party, and nothing a model composed may go.
fn fetching(matter: &Matter<'_>) -> Look {
    if matter.spec.effect != Effect::Fetch {
        return Look::Pass;
    }
    let mut asked = None;
    for (name, value) in matter.filled(|_| true) {
        if value.readers() > Readers::Organisation {
            let readers = value.readers().word();
            asked.get_or_insert(format!("`{name}` holds what is for {readers} only"));
        }
        let listed = matches!(
            vouched(&name, &value, matter.spec, matter.about),
            Ok(super::Voucher::AllowList)
        );
        let verbatim = value
            .text()
            .is_some_and(|url| written_in(url, matter.about, Origin::Colleague).is_some());
        match value.origin() {
            _ if listed || verbatim => {}
            Origin::Composed if value.text().is_some() || value.data().is_array() => {
                return deny("fetch", format!("`{name}` was composed by a model"));
            }
            origin if origin > Origin::Colleague => {
                asked.get_or_insert(format!("`{name}` comes from {}", describe(origin)));
            }
            _ => {}
        }
    }
    asked.map_or(Look::Pass, |because| ask("fetch", because))
}

fn planned(matter: &Matter<'_>) -> Look {
    // Reads too: which tools run must not depend on what an outsider wrote.
    match matter.about.planned {
        true => Look::Pass,
        false => deny("not in the plan", "the worker's steps do not hold this call".into()),
    }
}

fn denied(matter: &Matter<'_>) -> Look {
    match matter.spoken {
        Spoken::Broken { rule, why } => deny(rule, why.clone()),
        Spoken::Rule(rule) if rule.verdict == Verdict::Deny => deny(&rule.name, say(rule)),
        _ => Look::Pass,
    }
}

fn authority(matter: &Matter<'_>) -> Look {
    if !matter.spec.effect.is_effect() {
        return Look::Pass;
    }
    for (name, value) in matter.filled(|parameter| parameter.authority) {
        if let Err(origin) = vouched(&name, &value, matter.spec, matter.about) {
            return ask("authority", format!("`{name}` comes from {}", describe(origin)));
        }
    }
    Look::Pass
}

fn sending(matter: &Matter<'_>) -> Look {
    if matter.spec.effect != Effect::Send {
        return Look::Pass;
    }
    let recipients = matter.recipients();
    for (name, value) in matter.filled(|_| true) {
        let readers = value.readers();
        let may_read = |reach: Reach| match readers {
            Readers::Public | Readers::Organisation => true,
            Readers::Team => reach == Reach::Inside,
            Readers::CaseParties => reach != Reach::Outside,
            Readers::Restricted => false,
        };
        if let Some((who, _)) = recipients.iter().find(|(_, reach)| !may_read(*reach)) {
            let readers = readers.word();
            return ask("readers", format!("`{name}` is for {readers} only, and it goes to {who}"));
        }
    }
    Look::Pass
}

fn outsiders(matter: &Matter<'_>) -> Look {
    if matter.spec.effect != Effect::Send {
        return Look::Pass;
    }
    let recipients = matter.recipients();
    let Some((who, _)) = recipients.iter().find(|(_, reach)| *reach == Reach::Outside) else {
        return Look::Pass;
    };
    let is_text = |parameter: &Parameter| !parameter.authority && is_words(parameter);
    let low = |(_, value): &(String, Value)| value.origin().is_outsiders();
    match matter.filled(is_text).into_iter().find(low) {
        Some((name, value)) => ask(
            "outsider text",
            format!("`{name}` comes from {} and goes to {who}", describe(value.origin())),
        ),
        None => Look::Pass,
    }
}

/// An irreversible call is asked, unless its author put a cap on it; above a cap one person is
/// asked, above the second two.
fn capped(matter: &Matter<'_>) -> Look {
    let mut caps = matter.about.worker.guard.caps.iter();
    let caps: Vec<_> = caps.by_ref().filter(|cap| cap.tool == matter.spec.name).collect();
    if caps.is_empty() && matter.spec.effect == Effect::Irreversible {
        return ask("irreversible", "it cannot be taken back".into());
    }
    let mut asked = Look::Pass;
    for cap in caps {
        let written = matter.call.argument(&cap.argument);
        let amount = match canonical(written) {
            _ if written.is_null() => None,
            Some(number) => number.text.parse::<f64>().ok(),
            None => None,
        };
        let Some(amount) = amount else {
            let because = format!("`{}` is not a number, so its cap cannot be held", cap.argument);
            return deny("cap", because);
        };
        let shown = |bound: f64| format!("`{}` is {amount}, more than {bound}", cap.argument);
        match cap.two_people_above {
            Some(bound) if amount > bound => {
                let (rule, because) = ("cap".to_owned(), shown(bound));
                return Look::Ask { rule, because, approvals: 2 };
            }
            _ if amount > cap.ask_above => asked = ask("cap", shown(cap.ask_above)),
            _ => {}
        }
    }
    asked
}

fn ruled(matter: &Matter<'_>) -> Look {
    match matter.spoken {
        Spoken::Rule(rule) if rule.verdict == Verdict::Ask => ask(&rule.name, say(rule)),
        Spoken::Rule(rule) if rule.verdict == Verdict::Allow => {
            Look::Allow { rule: rule.name.clone() }
        }
        _ => Look::Pass,
    }
}

/// What holds where no rule speaks.
fn by_default(matter: &Matter<'_>) -> Look {
    let (spec, worker) = (matter.spec, matter.about.worker);
    let rule = format!("{} by default", spec.effect.word());
    let because = format!("no rule of this worker speaks of `{}`", spec.name);
    match spec.effect {
        Effect::Read | Effect::Fetch | Effect::Draft => Look::Allow { rule },
        // A model that read an outsider's words may have chosen the tool by them.
        Effect::Write
            if worker.mode == Mode::Trusted && spec.undo.is_some() && !matter.is_swayed() =>
        {
            Look::Allow { rule }
        }
        Effect::Write | Effect::Send => Look::Ask { rule, because, approvals: 1 },
        Effect::Irreversible => Look::Deny { rule, because },
    }
}

/// Where a recipient is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    Inside,
    Party,
    Outside,
}

impl Matter<'_> {
    /// The arguments that are filled, of these parameters.
    fn filled(&self, of: impl Fn(&Parameter) -> bool) -> Vec<(String, Value)> {
        let parameters = self.spec.parameters.iter().filter(|parameter| of(parameter));
        parameters
            .filter_map(|parameter| {
                let value = self.call.arguments.at(&parameter.name)?;
                (!value.is_empty()).then(|| (parameter.name.clone(), value))
            })
            .collect()
    }

    /// Who gets it. A send that names nobody reaches anyone.
    fn recipients(&self) -> Vec<(String, Reach)> {
        let texts = |parameter: &Parameter| parameter.authority && is_words(parameter);
        let mut all = Vec::new();
        for (_, value) in self.filled(texts) {
            value.each_leaf(&mut |leaf, _, origin| {
                if let Json::String(who) = leaf {
                    all.push((who.clone(), self.reach(who, origin)));
                }
            });
        }
        if all.is_empty() {
            all.push(("anyone".to_owned(), Reach::Outside));
        }
        all
    }

    fn reach(&self, who: &str, origin: Origin) -> Reach {
        if self.about.party.is_at(&Json::String(who.to_owned())) {
            return Reach::Party;
        }
        let inside = match domain_of(who) {
            Some(domain) => self.about.worker.guard.domains.contains(&domain),
            // A room or a channel: inside where the author or a person of the firm named it.
            None => !who.contains('@') && origin <= Origin::Operator,
        };
        if inside { Reach::Inside } else { Reach::Outside }
    }

    fn is_swayed(&self) -> bool {
        self.about.worker.procedure.steps.is_empty()
            && self.about.scope.values().any(|value| value.origin() > Origin::Colleague)
    }
}
