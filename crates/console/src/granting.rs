//! Two forms in full: what is allowed from now on, and the fields of a question. Whether what they
//! say holds, the case says.

use crate::failure::Failure;
use crate::guard::field;
use casework::Timestamp;
use casework::ask::Ask;
use casework::grant::{Allowance, Bound, Sum, micro};
use casework::time::DAY_MS;
use casework::tool::ToolCall;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a person allows from now on, as their form says it.
pub(crate) fn allowance(
    pairs: &[(String, String)],
    call: &ToolCall,
    now: Timestamp,
) -> Result<Allowance, Failure> {
    let number = |name: &str, what: &str| {
        let sent = field(pairs, name).unwrap_or_default().trim();
        sent.parse::<u32>().map_err(|_| Failure::Bad { why: format!("{what} must be a number") })
    };
    let amount = |name: &str, what: &str| {
        let sent = field(pairs, name).unwrap_or_default().trim();
        micro(&sent.into()).ok_or_else(|| Failure::Bad { why: format!("{what} must be an amount") })
    };
    let mut bounds = BTreeMap::new();
    let mut sum = None;
    for (key, how) in pairs {
        let Some(name) = key.strip_prefix("bound.") else { continue };
        let bound = match how.as_str() {
            "same" => Bound::Equal(call.argument(name).clone()),
            "trusted" => Bound::Trusted,
            "most" => Bound::AtMost { micro: amount(&format!("most.{name}"), name)? },
            _ => return Err(Failure::Bad { why: format!("`{name}` has no such bound") }),
        };
        bounds.insert(name.to_owned(), bound);
        let in_all = format!("sum.{name}");
        if field(pairs, &in_all).is_some_and(|sent| !sent.trim().is_empty()) {
            let micro_max = amount(&in_all, name)?;
            sum = Some(Sum { argument: name.to_owned(), micro_max });
        }
    }
    let (times_max, days) = (number("times", "how often")?, number("days", "for how long")?);
    let until = now.plus_ms(u64::from(days) * DAY_MS);
    Ok(Allowance { bounds, times_max, sum, until })
}

/// A question's form as it was filled in, each field of its own type; empty fields are left out.
pub(crate) fn filled(pairs: &[(String, String)], ask: &Ask) -> Result<Map<String, Value>, Failure> {
    let mut fields = Map::new();
    for asked in &ask.form {
        let sent = field(pairs, &format!("field.{}", asked.name)).unwrap_or_default();
        if sent.trim().is_empty() {
            continue;
        }
        let value = asked.kind.read(sent).ok_or_else(|| Failure::Bad {
            why: format!("`{}` must be {}", asked.name, asked.kind.words()),
        })?;
        fields.insert(asked.name.clone(), value);
    }
    Ok(fields)
}
