//! Why a call is ruled on as it is, for a person: each row and what it says, each argument with who
//! wrote it and who vouches for it, and what would change the ruling. It is the same walk over the
//! same rows as the ruling itself.

use super::vouch::{Voucher, vouched};
use super::{Circumstances, Look, Ruling, consider, describe};
use crate::origin::{Origin, Readers};
use crate::tool::{ToolCall, ToolSpec};
use serde::Serialize;
use serde_json::Value as Json;

/// The whole explanation of one ruling.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The ruling.
    pub ruling: Ruling,
    /// The rows that were looked at, in order, up to the one that ended it.
    pub rows: Vec<RowSaid>,
    /// The arguments, in the order of the declaration.
    pub arguments: Vec<ArgumentSaid>,
    /// What would change the ruling, one sentence each.
    pub would_change: Vec<String>,
}

/// What one row says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowSaid {
    /// What it looks at.
    pub about: String,
    /// `passes`, `allows`, `asks` or `denies`.
    pub says: String,
    /// The rule it speaks by, where it says something.
    pub rule: Option<String>,
    /// Why, where it asks or denies.
    pub because: Option<String>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArgumentSaid {
    /// Its name.
    pub name: String,
    /// Its exact value.
    pub value: Json,
    /// Who wrote it.
    pub origin: Origin,
    /// Who may read it.
    pub readers: Readers,
    /// Whether it says who, what or how much.
    pub authority: bool,
    /// Who vouches for it; nobody, where there is none.
    pub vouched: Option<Voucher>,
}

/// Explains the ruling on a call.
pub fn explain(call: &ToolCall, about: &Circumstances<'_>) -> Explanation {
    let mut rows = Vec::new();
    let ruling = consider(call, about, &mut |row, look| {
        let (says, rule, because) = match look {
            Look::Pass => ("passes", None, None),
            Look::Allow { rule } => ("allows", Some(rule.clone()), None),
            Look::Ask { rule, because, .. } => ("asks", Some(rule.clone()), Some(because.clone())),
            Look::Deny { rule, because } => ("denies", Some(rule.clone()), Some(because.clone())),
        };
        rows.push(RowSaid { about: row.about.into(), says: says.into(), rule, because });
    });
    let spec = about.tools.get(&call.tool);
    let arguments: Vec<ArgumentSaid> =
        spec.map(|spec| arguments(call, spec, about)).unwrap_or_default();
    let would_change = would_change(&ruling, &rows, &arguments, call);
    Explanation { ruling, rows, arguments, would_change }
}

fn arguments(call: &ToolCall, spec: &ToolSpec, about: &Circumstances<'_>) -> Vec<ArgumentSaid> {
    let said = spec.parameters.iter().filter_map(|parameter| {
        let value = call.arguments.at(&parameter.name)?;
        Some(ArgumentSaid {
            name: parameter.name.clone(),
            value: value.data().clone(),
            origin: value.origin(),
            readers: value.readers(),
            authority: parameter.authority,
            vouched: vouched(&parameter.name, &value, spec, about).ok(),
        })
    });
    said.collect()
}

/// One sentence for each row that does not let it through.
fn would_change(
    ruling: &Ruling,
    rows: &[RowSaid],
    arguments: &[ArgumentSaid],
    call: &ToolCall,
) -> Vec<String> {
    let tool = &call.tool;
    if let Ruling::Allow { rule } = ruling {
        return vec![format!(
            "it is allowed by “{rule}”; a rule of the worker that asks or denies on `{tool}` would \
             stop it"
        )];
    }
    let stops = rows.iter().filter(|row| matches!(row.says.as_str(), "asks" | "denies"));
    let mut all: Vec<String> = stops
        .flat_map(|row| match row.rule.as_deref().unwrap_or_default() {
            "changed tool" => {
                vec![format!(
                    "a person who looked at the new declaration of `{tool}` and accepts it"
                )]
            }
            "arguments" => vec!["arguments that fit the declaration".into()],
            "limit" => vec!["a higher limit in the worker's `limits`".into()],
            "not in the plan" => vec![format!("a step of the worker that calls `{tool}`")],
            "authority" => unvouched(arguments).collect(),
            "readers" => vec![
                "a recipient within the readers, or wider `readers` of the tool \
                 that gave it"
                    .into(),
            ],
            "fetch" => vec![
                "a URL that a colleague or the job description wrote out, or an entry \
                 in the worker's `allow`"
                    .into(),
            ],
            "outsider text" => vec![
                "a recipient inside the firm or the verified party, or a text \
                 without the outsider's words"
                    .into(),
            ],
            "irreversible" => vec![format!("a cap for `{tool}` in the worker's `caps`")],
            "cap" => vec!["an amount within the cap".into()],
            rule if rule.ends_with(" by default") => {
                vec![format!("a rule of the worker that allows `{tool}`")]
            }
            rule => vec![format!("the worker's rule “{rule}” not matching")],
        })
        .collect();
    if let Ruling::Ask { to, approvals, .. } = ruling {
        let people = if *approvals > 1 { format!("{approvals} people of ") } else { String::new() };
        all.push(format!("the approval of {people}the role `{to}`, for exactly these values"));
    }
    all
}

fn unvouched(arguments: &[ArgumentSaid]) -> impl Iterator<Item = String> + '_ {
    let open = |said: &&ArgumentSaid| said.authority && said.vouched.is_none();
    arguments.iter().filter(open).map(|said| {
        format!(
            "`{}` ({}) equal to a value of the job description, a record or a directory in this \
             case, or an id of the verified party's own records, or an entry in the worker's \
             `allow`; now it comes from {}",
            said.name,
            said.value,
            describe(said.origin)
        )
    })
}
