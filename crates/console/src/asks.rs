//! The open asks of the office, the most pressing first: what the list, the JSON and the live
//! counts are made of. Whether a reply counts is not said here.

use crate::desk::Desk;
use crate::failure::Failure;
use casework::ask::arrangements::Arrangements;
use casework::ask::{About, Ask, Reply, ReplyRefused};
use casework::{CaseId, PersonId, Status, Timestamp};
use engine::seams::{CaseQuery, CaseRow};

/// So many open asks are looked at; a longer queue says that it is longer.
pub(crate) const ASKS_MAX: usize = 1_000;
const PAGE: u32 = 200;

/// A case that waits for a person.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) row: CaseRow,
    /// None for a case that is stuck: there is nothing to reply to, but someone must look.
    pub(crate) ask: Option<Ask>,
    /// Whether this person may answer.
    pub(crate) mine: bool,
}

/// Everything that waits for people, as seen by one of them: their own first, then by expiry, then
/// by age.
pub(crate) async fn open(desk: &Desk, who: &PersonId) -> Result<Vec<Open>, Failure> {
    let now = desk.now();
    desk.intake.arranged().refresh_away().await?;
    let arranged = desk.intake.arranged().now();
    let mut found: Vec<Open> = waiting(desk)
        .await?
        .into_iter()
        .filter_map(|row| {
            let stuck = row.progress.status == Status::Stuck;
            let ask = row.progress.ask.clone().filter(|_| !stuck);
            let handed_in =
                ask.as_ref().is_some_and(|ask| desk.handed_in.holds(row.case, ask.id, now));
            if handed_in || (ask.is_none() && !stuck) {
                return None;
            }
            let mine = ask.as_ref().is_none_or(|ask| why_not(ask, who, &arranged, now).is_none());
            Some(Open { row, ask, mine })
        })
        .collect();
    let never = i64::MAX;
    found.sort_by_key(|open| {
        let expires = open.ask.as_ref().and_then(|ask| ask.expires_at);
        (!open.mine, expires.map_or(never, |at| at.0), open.row.opened_at, open.row.case)
    });
    Ok(found)
}

/// How many of them this person can answer.
pub(crate) async fn count_mine(desk: &Desk, who: &PersonId) -> Result<usize, Failure> {
    Ok(open(desk, who).await?.iter().filter(|open| open.mine).count())
}

/// Why this person cannot answer an ask now; none when they can. Who has approved already is not
/// asked again.
pub(crate) fn why_not(
    ask: &Ask,
    who: &PersonId,
    arranged: &Arrangements,
    now: Timestamp,
) -> Option<ReplyRefused> {
    if !arranged.is_asked(who, ask, now) {
        return Some(ReplyRefused::NotYours { who: who.clone(), to: ask.to.clone() });
    }
    let About::Approval { .. } = ask.about else { return None };
    let absent = arranged.stands_in_for(who, ask, now);
    match ask.admits(who, absent, &Reply::Approve { digest: ask.digest }, now) {
        // What has lapsed is still shown until the loop says so.
        Err(ReplyRefused::Lapsed) | Ok(()) => None,
        Err(refused) => Some(refused),
    }
}

async fn waiting(desk: &Desk) -> Result<Vec<CaseRow>, Failure> {
    let mut rows: Vec<CaseRow> = Vec::new();
    let mut before: Option<CaseId> = None;
    loop {
        let statuses = vec![Status::Asked, Status::HandedOver, Status::Stuck];
        let query = CaseQuery { statuses, before, limit: PAGE, ..CaseQuery::default() };
        let page = desk.history.cases(query).await?;
        let full = page.len() >= PAGE as usize;
        before = page.iter().map(|row| row.case).min();
        rows.extend(page);
        if !full || rows.len() >= ASKS_MAX {
            return Ok(rows);
        }
    }
}
