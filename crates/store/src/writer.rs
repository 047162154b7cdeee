//! The one writer: takes what callers want saved, commits all that is there in one transaction, and
//! tells each. A caller that goes away loses nothing; what fails alone is told alone.

use crate::admit::{Answers, Arrivals};
use crate::claims::Leases;
use crate::compress;
use crate::fault;
use crate::options::Moment;
use crate::retain::Chore;
use crate::round::{self, FirstRound, Saving};
use crate::rows::Bound;
use crate::statements::{Prepared, Statements};
use casework::CaseId;
use engine::seams::{Admitted, StoreError};
use futures_util::StreamExt as _;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection as _, Either, Executor as _};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// The most that share a commit: beyond it the wait of the first outgrows what the last saves.
const GROUP_MAX: usize = 128;
/// The most bytes that share a commit, so that large bodies do not pile up in memory.
const GROUP_BYTES_MAX: usize = 8 << 20;

/// So many sealed journals keep their single entries beside them: dropped together, they cost a
/// fraction of what each alone would.
const SEALED_MAX: usize = 256;

/// What became of something saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is durable.
    Saved,
    /// A signal, and where it went.
    Taken(Admitted),
}

/// Whom to tell.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is told to do.
pub(crate) enum Command {
    /// Save this, together with others.
    Save(Saving, Reply<Kept>),
    /// Do this between groups.
    Chore(Chore),
}

/// What became of a group, for those who wait. It is told on their thread, all at once: waking it
/// for each of them would cost more than the commit.
pub(crate) struct Told {
    kept: Vec<(Reply<Kept>, Result<Kept, StoreError>)>,
    /// Something may have become due.
    wakes: bool,
}

/// Tells waiters what became of what they wanted saved, until the writer is gone.
pub(crate) async fn tell(mut told: mpsc::UnboundedReceiver<Told>, leases: Arc<Leases>) {
    while let Some(Told { kept, wakes }) = told.recv().await {
        for (reply, kept) in kept {
            // A caller that went away needs no answer; what it wanted is saved all the same.
            let _ = reply.send(kept);
        }
        if wakes {
            leases.tell();
        }
    }
}

/// Savings that share a commit, and whom to tell.
#[derive(Default)]
struct Group {
    savings: Vec<Saving>,
    replies: Vec<Reply<Kept>>,
    cases: HashSet<CaseId>,
    bytes: usize,
}

/// The writer's state.
pub(crate) struct Writer {
    connection: SqliteConnection,
    commands: mpsc::Receiver<Command>,
    told: mpsc::UnboundedSender<Told>,
    waiting: VecDeque<Command>,
    leases: Arc<Leases>,
    statements: Statements,
    /// Cases whose journal was sealed and whose single entries are not dropped yet.
    sealed: Vec<u64>,
    failpoint: Option<fn(Moment)>,
}

impl Writer {
    /// A writer on this connection; nobody else writes in this process.
    pub(crate) fn new(
        connection: SqliteConnection,
        commands: mpsc::Receiver<Command>,
        told: mpsc::UnboundedSender<Told>,
        leases: Arc<Leases>,
        failpoint: Option<fn(Moment)>,
    ) -> Self {
        let (waiting, statements) = (VecDeque::new(), Statements::default());
        let sealed = Vec::new();
        Self { connection, commands, told, waiting, leases, statements, sealed, failpoint }
    }

    /// Works until all senders are gone or it is told to close.
    pub(crate) async fn work(mut self) {
        while let Some(command) = self.next().await {
            match command {
                Command::Save(saving, reply) => {
                    // Whoever was told a moment ago may have the next thing ready: one turn of the
                    // scheduler lets them join, which saves flushes and costs no wait.
                    tokio::task::yield_now().await;
                    let group = self.gather(saving, reply);
                    self.save(group).await;
                    if self.sealed.len() >= SEALED_MAX {
                        self.drop_outlived().await;
                    }
                }
                Command::Chore(Chore::Close(reply)) => {
                    let closed = self.close().await;
                    // A closer that went away needs no answer.
                    let _ = reply.send(closed);
                    return;
                }
                Command::Chore(chore) => chore.perform(&mut self.connection).await,
            }
        }
    }

    async fn next(&mut self) -> Option<Command> {
        match self.waiting.pop_front() {
            Some(command) => Some(command),
            None => self.commands.recv().await,
        }
    }

    /// Takes what is there, in order, up to the caps; a second append to one case waits its turn.
    fn gather(&mut self, saving: Saving, reply: Reply<Kept>) -> Group {
        let mut group = Group::default();
        self.put(&mut group, saving, reply);
        while group.savings.len() < GROUP_MAX && group.bytes < GROUP_BYTES_MAX {
            let waiting = self.waiting.pop_front();
            let Some(command) = waiting.or_else(|| self.commands.try_recv().ok()) else { break };
            match command {
                Command::Save(saving, reply) if group.takes(&saving) => {
                    self.put(&mut group, saving, reply);
                }
                other => {
                    self.waiting.push_front(other);
                    break;
                }
            }
        }
        group
    }

    /// Puts a saving into the group, unless its claim is another's by now.
    fn put(&self, group: &mut Group, mut saving: Saving, reply: Reply<Kept>) {
        if let Err(error) = seal(&mut saving) {
            // A caller that went away needs no answer.
            return drop(reply.send(Err(error)));
        }
        let refused = match &mut saving {
            // The office's own journal is nobody's claim; the number of its entries is the fence.
            Saving::Append(appending) if appending.append.case == CaseId::OFFICE => None,
            Saving::Append(appending) => {
                let append = &appending.append;
                let saved = self.leases.saved(append.case, append.lease);
                appending.moves = round::moves(append, saved.map(|(standing, _)| standing));
                let follows = saved.is_some_and(|(_, entries)| entries == append.first_seq);
                (!follows).then_some(append.case)
            }
            Saving::Release(case, lease, ..) => {
                self.leases.saved(*case, *lease).is_none().then_some(*case)
            }
            Saving::Admit(_) | Saving::Body(..) | Saving::Setting(..) => None,
        };
        match refused {
            // A caller that went away needs no answer.
            Some(case) => drop(reply.send(Err(StoreError::Lost { case }))),
            None => group.add(saving, reply),
        }
    }

    async fn save(&mut self, group: Group) {
        if group.savings.is_empty() {
            return;
        }
        let all: Vec<&Saving> = group.savings.iter().collect();
        let kept = match self.commit(&all).await {
            Ok(kept) => kept,
            Err(error) => self.failed(&all, &error).await,
        };
        let mut wakes = false;
        for (saving, kept) in group.savings.iter().zip(&kept) {
            wakes |= kept.is_ok() && self.settle(saving);
        }
        // Without a listener nobody waits any more.
        let kept = group.replies.into_iter().zip(kept).collect();
        let _ = self.told.send(Told { kept, wakes });
    }

    /// After a commit: ends claims; true when something may have become due by it.
    fn settle(&mut self, saving: &Saving) -> bool {
        match saving {
            Saving::Append(appending) => {
                let (append, status) = (&appending.append, appending.append.progress.status);
                if appending.sealed.is_some() {
                    self.sealed.push(append.case.0);
                }
                if append.release {
                    self.leases.end(append.case, append.lease);
                } else {
                    let entries = append.first_seq.saturating_add(append.count);
                    self.leases.moved(append.case, append.lease, status, entries);
                }
                append.release && !status.is_closed()
            }
            Saving::Release(case, lease, ..) => {
                self.leases.end(*case, *lease);
                true
            }
            Saving::Admit(_) => true,
            Saving::Body(..) | Saving::Setting(..) => false,
        }
    }

    /// The group did not stand. When a fence held, each is tried alone so that only the bad one
    /// fails.
    async fn failed(
        &mut self,
        all: &[&Saving],
        error: &sqlx::Error,
    ) -> Vec<Result<Kept, StoreError>> {
        self.undo().await;
        if !fault::is_fence(error) {
            let sorted = fault::sorted(error);
            tracing::warn!(%error, savings = all.len(), "a group of savings was not committed");
            return all.iter().map(|_| Err(sorted.clone())).collect();
        }
        let mut kept = Vec::with_capacity(all.len());
        for saving in all {
            kept.push(match self.commit(&[*saving]).await {
                Ok(mut one) => one.pop().unwrap_or_else(|| Err(fault::closed())),
                Err(error) => {
                    self.undo().await;
                    Err(alone(saving, &error))
                }
            });
        }
        kept
    }

    async fn commit(
        &mut self,
        savings: &[&Saving],
    ) -> Result<Vec<Result<Kept, StoreError>>, sqlx::Error> {
        self.at(Moment::SaveBefore);
        let arrivals = Arrivals::of(savings.iter().copied());
        let first = FirstRound::of(savings.iter().copied());
        let parts = first.parts();
        let prepared = self.statements.first(parts);
        let rows = self.run(prepared, first.into_arguments(&arrivals)).await?;
        let mut decided = Vec::new();
        if parts.asks() {
            let answers = Answers::read(&rows)?;
            let (admitted, second) = arrivals.decide(answers);
            decided = admitted;
            let prepared = self.statements.second(second.parts());
            self.run(prepared, second.into_arguments()).await?;
        }
        self.at(Moment::SaveAfter);
        let mut decided = decided.into_iter();
        let kept = savings.iter().map(|saving| match saving {
            Saving::Admit(_) => {
                let admitted = decided.next().unwrap_or_else(|| Err(fault::closed()));
                admitted.map(Kept::Taken)
            }
            Saving::Append(_) | Saving::Body(..) | Saving::Setting(..) | Saving::Release(..) => {
                Ok(Kept::Saved)
            }
        });
        Ok(kept.collect())
    }

    /// Runs all statements of a text to their end and collects their rows.
    async fn run(
        &mut self,
        prepared: Prepared,
        arguments: SqliteArguments,
    ) -> Result<Vec<SqliteRow>, sqlx::Error> {
        if let Some(setup) = prepared.setup {
            sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut self.connection).await?;
        }
        let query = sqlx::query_with(AssertSqlSafe(prepared.text), arguments);
        let mut results = (&mut self.connection).fetch_many(query);
        let mut rows = Vec::new();
        while let Some(result) = results.next().await {
            if let Either::Right(row) = result? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Drops the single entries of sealed journals. When that fails they are in nobody's way, and
    /// the next opening of the file drops them.
    async fn drop_outlived(&mut self) {
        let cases = std::mem::take(&mut self.sealed);
        if cases.is_empty() {
            return;
        }
        let bound = Bound::default().rows(&cases);
        let query = sqlx::query_with(include_str!("sql/outlived.sql"), bound.into_arguments());
        if let Err(error) = query.execute(&mut self.connection).await {
            tracing::warn!(%error, cases = cases.len(), "entries of sealed journals stay for now");
        }
    }

    async fn undo(&mut self) {
        // Without an open transaction there is nothing to undo, which SQLite reports as an error.
        let _ = (&mut self.connection).execute("ROLLBACK").await;
        self.statements.forget();
    }

    /// Moves all of the log into the file, so that one file is left, and lets go of it.
    async fn close(mut self) -> Result<(), StoreError> {
        self.drop_outlived().await;
        let Self { mut connection, .. } = self;
        let checkpoint = (&mut connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
        let closed = connection.close().await;
        checkpoint.map_err(|error| fault::sorted(&error))?;
        closed.map_err(|error| fault::sorted(&error))
    }

    fn at(&self, moment: Moment) {
        if let Some(failpoint) = self.failpoint {
            failpoint(moment);
        }
    }
}

impl Group {
    fn takes(&self, saving: &Saving) -> bool {
        touched(saving).is_none_or(|case| !self.cases.contains(&case))
    }

    fn add(&mut self, saving: Saving, reply: Reply<Kept>) {
        self.cases.extend(touched(&saving));
        self.bytes += match &saving {
            Saving::Admit(admission) => admission.1.len(),
            Saving::Append(appending) => {
                let sealed = appending.sealed.as_ref().map_or(0, |sealed| sealed.bytes.len());
                appending.append.lines.len() + sealed
            }
            Saving::Body(_, body) => body.bytes.len(),
            Saving::Setting(..) | Saving::Release(..) => 0,
        };
        self.savings.push(saving);
        self.replies.push(reply);
    }
}

/// Compresses the journal of a case that closes: here, so that the carrier's thread need not.
fn seal(saving: &mut Saving) -> Result<(), StoreError> {
    if let Saving::Append(appending) = saving {
        let whole = appending.append.sealed.take();
        appending.sealed = whole.map(|whole| compress::journal(&whole)).transpose()?;
    }
    Ok(())
}

/// The case whose row a saving changes as its carrier.
fn touched(saving: &Saving) -> Option<CaseId> {
    match saving {
        Saving::Append(appending) => Some(appending.append.case),
        Saving::Release(case, ..) => Some(*case),
        Saving::Admit(_) | Saving::Body(..) | Saving::Setting(..) => None,
    }
}

/// Why a saving failed alone.
fn alone(saving: &Saving, error: &sqlx::Error) -> StoreError {
    match saving {
        Saving::Append(appending) if fault::is_fence(error) => {
            StoreError::Lost { case: appending.append.case }
        }
        Saving::Append(_)
        | Saving::Admit(_)
        | Saving::Body(..)
        | Saving::Setting(..)
        | Saving::Release(..) => fault::sorted(error),
    }
}
