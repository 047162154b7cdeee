//! The open asks of the office, the most pressing first: what the list, the JSON and the live
//! counts are made of. Whether a reply counts is not said here.

use crate::desk::Desk;
use crate::failure::Failure;
use casework::ask::{About, Ask};
use casework::{CaseId, PersonId, Status};
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
            let mine = ask.as_ref().is_none_or(|ask| is_asked(ask, who));
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

/// Whether an ask goes to this person; without named people it goes to whoever is signed in.
pub(crate) fn is_asked(ask: &Ask, who: &PersonId) -> bool {
    ask.people.is_empty() || ask.people.contains(who)
}

/// What kind of decision an ask wants, in a word or two.
pub(crate) fn kind(about: &About) -> &'static str {
    match about {
        About::Approval { .. } => "approval",
        About::Judgement { .. } => "judgement",
        About::InDoubt { .. } => "in doubt",
        About::TakeOver { .. } => "take over",
        About::Question => "question",
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
