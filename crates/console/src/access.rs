//! Who may do what: the one table that every route is checked against, and when a sign-in must be
//! recent. Whether a certain person may answer a certain ask is the case's to say.

use crate::sessions::Signed;
use casework::Timestamp;
use casework::office::Role;
use casework::time::MINUTE_MS;
use casework::tool::Effect;
use std::collections::BTreeSet;

/// A decision that cannot be taken back needs a proof of who decides that is no older.
const FRESH_MS: u64 = 5 * MINUTE_MS;

/// What a route needs of whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Nothing: the stylesheet, and what leads to a sign-in.
    Nothing,
    /// A sign-in, whatever its roles: one's own account.
    SignIn,
    /// To see cases, asks and workers.
    Look,
    /// To answer asks and to end cases.
    Decide,
    /// To pause workers and to stop everything: whoever decides may also hold things up.
    Pause,
    /// To let paused workers go on.
    Resume,
    /// To see the office's own journal.
    Audit,
    /// To say who may what.
    Govern,
}

impl Need {
    /// The roles that may; none for what needs no role.
    pub fn roles(self) -> &'static [Role] {
        use Role::{Auditor, Operator, Owner, Reviewer};
        match self {
            Self::Nothing | Self::SignIn => &[],
            Self::Look => &[Reviewer, Operator, Auditor, Owner],
            Self::Decide | Self::Pause => &[Reviewer, Operator, Owner],
            Self::Resume => &[Operator, Owner],
            Self::Audit => &[Auditor, Owner],
            Self::Govern => &[Owner],
        }
    }
}

/// Whether these roles allow it.
pub(crate) fn may(roles: &BTreeSet<Role>, need: Need) -> bool {
    let wanted = need.roles();
    wanted.is_empty() || wanted.iter().any(|role| roles.contains(role))
}

/// What hangs on a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stakes {
    /// What the call that is asked about does; none where no call is.
    pub(crate) effect: Option<Effect>,
    /// How many people must approve it.
    pub(crate) approvals: u8,
}

/// Whether the one who is signed in has proved who they are recently enough to approve this: what
/// cannot be taken back, or needs two people, needs a proof of the last five minutes.
pub(crate) fn fresh_enough(signed: &Signed, stakes: Stakes, now: Timestamp) -> bool {
    let grave = stakes.effect == Some(Effect::Irreversible) || stakes.approvals > 1;
    !grave || now.since_ms(signed.proved_at) < FRESH_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::PersonId;
    use casework::office::Proof;

    #[test]
    fn what_cannot_be_taken_back_or_needs_two_needs_a_proof_of_the_last_five_minutes() {
        let signed = Signed {
            who: PersonId::new("mo"),
            csrf: String::new(),
            secret: String::new(),
            roles: [Role::Reviewer].into(),
            proof: Proof::Password,
            proved_at: Timestamp(0),
            has_password: true,
        };
        let minutes = |count: u64| Timestamp(0).plus_ms(count * MINUTE_MS);
        let stakes = |effect, approvals| Stakes { effect, approvals };
        for grave in [stakes(Some(Effect::Irreversible), 1), stakes(Some(Effect::Send), 2)] {
            assert!(fresh_enough(&signed, grave, minutes(4)));
            assert!(!fresh_enough(&signed, grave, minutes(5)));
        }
        for light in [stakes(Some(Effect::Send), 1), stakes(None, 1), stakes(None, 0)] {
            assert!(fresh_enough(&signed, light, minutes(700)));
        }
    }
}
