//! The store behind the engine's seam: prepares what callers bring, hands it to the writer, and
//! reads for them. Everything that is saved goes through the one writer.

use crate::claims::{self, Leases};
use crate::compress;
use crate::fault;
use crate::file;
use crate::options::OpenOptions;
use crate::reads;
use crate::retain::{self, Chore, FORGET_MAX};
use crate::round::{Appending, Saving};
use crate::writer::{Command, Kept, Reply, Writer, tell};
use casework::case::Lesson;
use casework::office::Change;
use casework::signal::Signal;
use casework::{Actor, CaseId, Digest, Timestamp, WorkerName};
use engine::clock::Clock;
use engine::seams::{
    Admission, Admitted, AmendError, Amendment, Append, CaseQuery, CaseRow, ClaimRequest, Claims,
    Count, People as _, Roll, SizeReport, Store, StoreError, StoredJournal, Work,
};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};

/// How often another process's writes are looked for while somebody waits.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The most that wait for the writer; more callers wait for a place.
const COMMANDS_MAX: usize = 1_024;
/// Bodies from this length on are compressed on a thread where that may take its time.
const LARGE_BODY_BYTES: usize = 64 << 10;

/// Cases, journals and bodies in one SQLite file. Several processes may admit and read; one at a
/// time claims.
pub struct SqliteStore {
    path: PathBuf,
    clock: Clock,
    commands: mpsc::Sender<Command>,
    leases: Arc<Leases>,
    claiming: Mutex<Option<SqliteConnection>>,
    readers: SqlitePool,
    connect: SqliteConnectOptions,
    looked: AtomicI64,
    waited: AtomicU64,
}

impl SqliteStore {
    /// Opens the file, makes it if there is none, and brings its schema up to date. Needs to be
    /// called within a tokio runtime, on which the writer then works.
    ///
    /// # Errors
    /// When the file cannot be opened, is not a store, or was written by a newer program.
    pub async fn open(path: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        let connection = file::open(path, &options).await?;
        let connect = file::connect_options(path, &options);
        let leases = Arc::new(Leases::of(path));
        let (commands, received) = mpsc::channel(COMMANDS_MAX);
        let (told, telling) = mpsc::unbounded_channel();
        let writer =
            Writer::new(connection, received, told, Arc::clone(&leases), options.failpoint);
        on_its_own_thread(writer)?;
        tokio::spawn(tell(telling, Arc::clone(&leases)));
        let readers = SqlitePoolOptions::new()
            .max_connections(2)
            .test_before_acquire(false)
            .connect_lazy_with(connect.clone());
        let store = Self {
            path: path.to_owned(),
            clock: options.clock,
            commands,
            leases,
            claiming: Mutex::new(None),
            readers,
            connect,
            looked: AtomicI64::new(0),
            waited: AtomicU64::new(0),
        };
        store.look().await?;
        Ok(store)
    }

    /// Gives up all claims, moves the write-ahead log into the file and closes it. Later calls find
    /// the store unavailable.
    ///
    /// # Errors
    /// When the log could not be moved; nothing is lost, it is read again on the next open.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.readers.close().await;
        if let Some(connection) = self.claiming.lock().await.take() {
            connection.close().await.map_err(|error| fault::sorted(&error))?;
        }
        let closed = self.chore(Chore::Close).await;
        self.leases.disown();
        closed
    }

    pub(crate) async fn save(&self, saving: Saving) -> Result<Kept, StoreError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Save(saving, reply)).await;
        sent.map_err(|_| fault::closed())?;
        answer.await.map_err(|_| fault::closed())?
    }

    pub(crate) async fn chore<T>(
        &self,
        chore: impl FnOnce(Reply<T>) -> Chore,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.commands.send(Command::Chore(chore(reply))).await;
        sent.map_err(|_| fault::closed())?;
        answer.await.map_err(|_| fault::closed())?
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(|error| fault::sorted(&error))
    }

    /// A connection of its own, for a reader that takes its time.
    pub(crate) async fn another_reader(&self) -> Result<SqliteConnection, StoreError> {
        self.connect.connect().await.map_err(|error| fault::sorted(&error))
    }

    /// Whether another process wrote since the last look.
    async fn look(&self) -> Result<bool, StoreError> {
        let version = self.chore(Chore::Look).await?;
        Ok(self.looked.swap(version, Ordering::Relaxed) != version)
    }

    /// Writes of this process and releases show at once, other processes' when next looked for.
    async fn wait_for_change(&self) {
        let mut changes = self.leases.changes();
        let change = *changes.borrow_and_update();
        if self.waited.swap(change, Ordering::Relaxed) != change {
            return;
        }
        while let Err(_elapsed) = tokio::time::timeout(LOOK_EVERY, changes.changed()).await {
            // A look that fails is repeated: polling is the truth.
            if matches!(self.look().await, Ok(true)) {
                self.leases.tell();
            }
        }
        self.waited.store(*changes.borrow(), Ordering::Relaxed);
    }

    /// Says in the office's own journal which cases are removed next: the log keeps their hashes,
    /// and whoever verifies it must know why their entries are gone.
    async fn tell_forgotten(&self, before: Timestamp) -> Result<(), StoreError> {
        let cases = retain::next_forgotten(&mut *self.reader().await?, before).await?;
        if cases.is_empty() {
            return Ok(());
        }
        let change = Change::Forgotten { cases };
        let decide = Box::new(move |_: &Roll| Ok(Amendment::of(vec![change.clone()])));
        match self.amend(Actor::Engine, self.clock.now(), decide).await {
            Ok(()) => Ok(()),
            Err(AmendError::Store(error)) => Err(error),
            Err(AmendError::Refused { why }) => Err(StoreError::Unavailable { why: why.into() }),
        }
    }

    async fn append_prepared(&self, append: Append) -> Result<(), StoreError> {
        if append.hashes.len() != append.count as usize * 32 {
            return Err(fault::unreadable("an append: not one hash for each entry"));
        }
        let at = self.clock.now();
        let appending = Appending { append, sealed: None, at, moves: true, people: Vec::new() };
        self.save(Saving::Append(Box::new(appending))).await.map(drop)
    }

    async fn release_claim(
        &self,
        case: CaseId,
        lease: u64,
        due_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let seen = self.leases.seen(case, lease).ok_or(StoreError::Lost { case })?;
        self.save(Saving::Release(case, lease, due_at, seen)).await.map(drop)
    }
}

impl Store for SqliteStore {
    fn admit(&self, admission: Admission) -> Work<'_, Result<Admitted, StoreError>> {
        Box::pin(async move {
            let json = serde_json::to_string(&admission.signal);
            let json = json.map_err(|_| fault::unreadable("a signal on its way in"))?;
            match self.save(Saving::Admit(Box::new((admission, json)))).await? {
                Kept::Taken(admitted) => Ok(admitted),
                Kept::Saved => Err(fault::closed()),
            }
        })
    }

    fn claim(&self, request: ClaimRequest) -> Work<'_, Result<Claims, StoreError>> {
        Box::pin(async move {
            let mut claiming = self.claiming.lock().await;
            if self.commands.is_closed() {
                return Err(fault::closed());
            }
            let connection = match claiming.take() {
                Some(connection) => connection,
                None => self.connect.connect().await.map_err(|error| fault::sorted(&error))?,
            };
            claims::claim(&self.leases, claiming.insert(connection), &request).await
        })
    }

    fn append(&self, append: Append) -> Work<'_, Result<(), StoreError>> {
        Box::pin(self.append_prepared(append))
    }

    fn renew(
        &self,
        case: CaseId,
        lease: u64,
        until: Timestamp,
    ) -> Work<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let renewed = self.leases.renew(case, lease, until);
            if renewed { Ok(()) } else { Err(StoreError::Lost { case }) }
        })
    }

    fn release(
        &self,
        case: CaseId,
        lease: u64,
        due_at: Option<Timestamp>,
    ) -> Work<'_, Result<(), StoreError>> {
        Box::pin(self.release_claim(case, lease, due_at))
    }

    fn changed(&self) -> Work<'_, ()> {
        Box::pin(self.wait_for_change())
    }

    fn journal(&self, case: CaseId) -> Work<'_, Result<Option<StoredJournal>, StoreError>> {
        Box::pin(async move { reads::journal(&mut *self.reader().await?, case).await })
    }

    fn case(&self, case: CaseId) -> Work<'_, Result<Option<CaseRow>, StoreError>> {
        Box::pin(async move { reads::case(&mut *self.reader().await?, case).await })
    }

    fn cases(&self, query: CaseQuery) -> Work<'_, Result<Vec<CaseRow>, StoreError>> {
        Box::pin(async move { reads::cases(&mut *self.reader().await?, query).await })
    }

    fn counts(&self, since: Timestamp) -> Work<'_, Result<Vec<Count>, StoreError>> {
        Box::pin(async move { reads::counts(&mut *self.reader().await?, since).await })
    }

    fn put_body(&self, bytes: Vec<u8>) -> Work<'_, Result<Digest, StoreError>> {
        Box::pin(async move {
            let (digest, compressed) = compressed(bytes).await?;
            self.save(Saving::Body(digest, compressed)).await?;
            Ok(digest)
        })
    }

    fn body(&self, digest: Digest) -> Work<'_, Result<Option<Vec<u8>>, StoreError>> {
        Box::pin(async move { reads::body(&mut *self.reader().await?, digest).await })
    }

    fn erase_body(&self, digest: Digest) -> Work<'_, Result<(), StoreError>> {
        Box::pin(self.chore(move |reply| Chore::Erase(digest, reply)))
    }

    fn setting(&self, name: String) -> Work<'_, Result<Option<String>, StoreError>> {
        Box::pin(async move { reads::setting(&mut *self.reader().await?, name).await })
    }

    fn set_setting(&self, name: String, value: Option<String>) -> Work<'_, Result<(), StoreError>> {
        Box::pin(async move { self.save(Saving::Setting(name, value)).await.map(drop) })
    }

    fn lessons(&self, worker: WorkerName) -> Work<'_, Result<Vec<Lesson>, StoreError>> {
        Box::pin(async move { reads::lessons(&mut *self.reader().await?, worker).await })
    }

    fn unclaimed(&self, limit: u32) -> Work<'_, Result<Vec<Signal>, StoreError>> {
        Box::pin(async move { reads::unclaimed(&mut *self.reader().await?, limit).await })
    }

    fn size(&self) -> Work<'_, Result<SizeReport, StoreError>> {
        Box::pin(async move {
            let report = reads::size(&mut *self.reader().await?).await?;
            Ok(SizeReport { file_bytes: file::bytes_on_disk(&self.path).await?, ..report })
        })
    }

    fn retain_after(&self, before: Timestamp) -> Work<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let mut cases = 0;
            loop {
                self.tell_forgotten(before).await?;
                let forgotten = self.chore(move |reply| Chore::Forget(before, reply)).await?;
                cases += forgotten;
                if forgotten < FORGET_MAX.unsigned_abs() {
                    break;
                }
            }
            self.chore(Chore::Sweep).await?;
            Ok(cases)
        })
    }
}

/// The writer works beside whoever carries cases: putting statements together, compressing and
/// reading what SQLite's thread answers would otherwise take turns with them.
fn on_its_own_thread(writer: Writer) -> Result<(), StoreError> {
    let refused = |error: std::io::Error| fault::sorted_file("start the writer's thread", &error);
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(refused)?;
    let thread = std::thread::Builder::new().name("store-writer".to_owned());
    thread.spawn(move || runtime.block_on(writer.work())).map_err(refused)?;
    Ok(())
}

/// Digests and compresses a body; a large one where it may take its time.
async fn compressed(bytes: Vec<u8>) -> Result<(Digest, compress::Compressed), StoreError> {
    let large = bytes.len() >= LARGE_BODY_BYTES;
    let work = move || Ok((Digest::of(&bytes), compress::body(&bytes)?));
    if !large {
        return work();
    }
    // The thread ends early only when the runtime shuts down.
    tokio::task::spawn_blocking(work).await.map_err(|_| fault::closed())?
}
