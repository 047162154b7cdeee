//! Where a case stands between two entries, and what an open ask holds up. The fold makes these;
//! what follows from them is said in `next_step`.

use crate::ask::{Approved, Ask};
use crate::journal::Outcome;
use crate::judgement::{Decision, Question};
use crate::permit::Permit;
use crate::policy::Ruling;
use crate::time::Timestamp;
use crate::tool::ToolCall;

/// Where a case stands between two entries.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Unopened,
    Ready,
    Judging {
        step: Option<usize>,
        question: Question,
    },
    Decided(Decision),
    Edited {
        step: Option<usize>,
        call: ToolCall,
        /// As it was shown, with what was asked about it.
        from: ToolCall,
        ask: Box<Ask>,
        approved: Approved,
    },
    Asked {
        ask: Ask,
        announced: bool,
        pending: Pending,
    },
    /// Nobody answered in time; somebody else is asked next.
    Lapsed {
        ask: Ask,
        pending: Pending,
    },
    Permitted {
        step: Option<usize>,
        call: ToolCall,
        permit: Permit,
        /// What people approved, where they did: looked at again before it runs.
        approved: Option<Box<Ask>>,
    },
    /// Shadow: it would run, or a person would be asked.
    Withheld {
        step: Option<usize>,
        call: ToolCall,
    },
    Started {
        step: Option<usize>,
        call: ToolCall,
        permit: Permit,
    },
    Resting {
        until: Timestamp,
    },
    Unable {
        why: String,
    },
    Concluding(Outcome),
    Closed(Outcome),
}

/// A proposal with what was said about it, on its way into the fold.
pub(super) struct Ruled<'a> {
    pub(super) step: Option<usize>,
    pub(super) call: &'a ToolCall,
    pub(super) ruling: &'a Ruling,
    pub(super) ask: Option<&'a Ask>,
    pub(super) permit: Permit,
}

/// What an open ask holds up.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pending {
    Approval { step: Option<usize>, call: ToolCall },
    Judgement { step: Option<usize>, question: Question },
    InDoubt { step: Option<usize>, call: ToolCall, permit: Permit },
    Question { step: Option<usize> },
    TakeOver,
}
