//! Whether a reply to an ask counts: who may, until when, on exactly what. The whole table; the
//! fold holds entries to the same. What a reply then leads to is said in `case::asking`.

use super::{About, Ask, Reply, ReplyRefused};
use crate::ids::PersonId;
use crate::time::Timestamp;

impl Ask {
    /// When something is to be done about it: its lapse, or a reminder before that.
    pub fn due_at(&self) -> Option<Timestamp> {
        let reminder = self.reminders.map(|reminders| reminders.at);
        [self.expires_at, reminder].into_iter().flatten().min()
    }

    /// Whether a reply by this person, now, counts; `stands_in_for` is whom they are the deputy of.
    ///
    /// # Errors
    /// Why it does not.
    pub fn admits(
        &self,
        who: &PersonId,
        stands_in_for: Option<&PersonId>,
        reply: &Reply,
        now: Timestamp,
    ) -> Result<(), ReplyRefused> {
        self.admits_person(who, stands_in_for)?;
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(ReplyRefused::Lapsed);
        }
        self.binds(reply)?;
        if approves(reply) { self.admits_approval(who, stands_in_for) } else { Ok(()) }
    }

    /// Whether this person, or the one they stand in for, is asked at all.
    pub(crate) fn admits_person(
        &self,
        who: &PersonId,
        stands_in_for: Option<&PersonId>,
    ) -> Result<(), ReplyRefused> {
        let asked = self.people.is_empty()
            || self.people.contains(who)
            || stands_in_for.is_some_and(|absent| self.people.contains(absent));
        match asked {
            true => Ok(()),
            false => Err(ReplyRefused::NotYours { who: who.clone(), to: self.to.clone() }),
        }
    }

    /// Whether the reply is of a kind this ask takes, and repeats its digest where it must.
    pub(crate) fn binds(&self, reply: &Reply) -> Result<(), ReplyRefused> {
        match (&self.about, reply) {
            (
                About::Approval { .. },
                Reply::Approve { digest }
                | Reply::Grant { digest, .. }
                | Reply::Edit { digest, .. },
            ) if *digest != self.digest => Err(ReplyRefused::Changed),
            (About::Approval { .. }, Reply::Grant { .. }) if self.quorum.needed > 1 => {
                let why = "it needs two people each time".to_owned();
                Err(ReplyRefused::NotGrantable { why })
            }
            (
                About::Approval { .. },
                Reply::Approve { .. }
                | Reply::Grant { .. }
                | Reply::Edit { .. }
                | Reply::Reject { .. },
            )
            | (About::Judgement { .. }, Reply::Say { .. })
            | (About::InDoubt { .. }, Reply::Happened(_))
            | (About::TakeOver { .. }, Reply::Outcome { .. }) => Ok(()),
            (About::Question, Reply::Say { .. }) if self.form.is_empty() => Ok(()),
            (About::Question, Reply::Fill { .. }) if !self.form.is_empty() => Ok(()),
            _ => Err(ReplyRefused::WrongKind),
        }
    }

    /// Whether this person's approval counts beside those that were given: by another person, in
    /// another seat, and not by who asked for the work.
    pub(crate) fn admits_approval(
        &self,
        who: &PersonId,
        stands_in_for: Option<&PersonId>,
    ) -> Result<(), ReplyRefused> {
        let seat = stands_in_for.unwrap_or(who);
        if let Some(requester) = [who, seat].into_iter().find(|p| self.quorum.not_by.contains(p)) {
            return Err(ReplyRefused::Requester { who: requester.clone() });
        }
        for earlier in &self.quorum.approved {
            let taken = earlier.stands_in_for.as_ref().unwrap_or(&earlier.who);
            if earlier.who == *who || taken == seat || taken == who || earlier.who == *seat {
                return Err(ReplyRefused::Already { who: who.clone() });
            }
        }
        Ok(())
    }
}

/// Whether a reply lets something run.
fn approves(reply: &Reply) -> bool {
    matches!(reply, Reply::Approve { .. } | Reply::Grant { .. } | Reply::Edit { .. })
}
