//! The limits of one case, as far as a ruling sees them. Budgets of all cases are the engine's.

use super::Circumstances;
use crate::tool::{Effect, ToolSpec};

/// The limit that this call would exceed, in words.
pub(super) fn over_limit(spec: &ToolSpec, about: &Circumstances<'_>) -> Option<String> {
    let limits = &about.worker.limits;
    if about.spent.calls >= limits.calls_max {
        return Some(format!("the case has made its {} calls", limits.calls_max));
    }
    if spec.effect == Effect::Send && about.spent.sends >= limits.replies_max {
        return Some(format!("the case has sent its {} messages", limits.replies_max));
    }
    if about.spent.micro_usd > limits.spend_micro_usd_max {
        return Some("the case has spent its budget".into());
    }
    None
}
