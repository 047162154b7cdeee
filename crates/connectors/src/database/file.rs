//! The SQLite file behind the statements: opened on first use, made from its schema when it is not
//! there, one connection that writes and a few that cannot. It knows no statement.

use super::DatabaseConfig;
use super::trouble;
use engine::seams::ToolError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqlitePool};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// The longest a reading statement may take.
pub(super) const READ_LIMIT: Duration = Duration::from_secs(10);
/// The longest a writing statement may take; others wait for it.
pub(super) const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// How long another program's lock is waited for.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Reading connections.
const READERS_MAX: u32 = 4;
/// Two that make a file at once do not share an unfinished one.
static MAKING: AtomicU32 = AtomicU32::new(0);
/// How many steps SQLite's machine takes between two looks at the time.
const STEPS_PER_LOOK: i32 = 4_000;

pub(super) struct File {
    config: DatabaseConfig,
    reading: OnceCell<SqlitePool>,
    writing: OnceCell<SqlitePool>,
}

impl File {
    pub(super) fn new(config: DatabaseConfig) -> Self {
        Self { config, reading: OnceCell::new(), writing: OnceCell::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.config.path
    }

    /// Connections that cannot write.
    pub(super) async fn reading(&self) -> Result<&SqlitePool, ToolError> {
        self.reading
            .get_or_try_init(|| async {
                make_if_missing(&self.config).await?;
                let options = options(self.path()).read_only(true);
                Ok(pool(READERS_MAX).connect_lazy_with(options))
            })
            .await
    }

    /// The one connection that writes: callers of this process wait in line instead of at the lock.
    pub(super) async fn writing(&self) -> Result<&SqlitePool, ToolError> {
        self.writing
            .get_or_try_init(|| async {
                make_if_missing(&self.config).await?;
                Ok(pool(1).connect_lazy_with(options(self.path())))
            })
            .await
    }
}

/// Whether the database can be opened and read now; makes it from its schema when it is not there.
///
/// # Errors
/// `Broken` with the page that says what to do, `Unavailable` when another program holds it.
pub async fn probe(config: &DatabaseConfig) -> Result<(), ToolError> {
    make_if_missing(config).await?;
    let sorted = |error: sqlx::Error| trouble::sort(&error, &config.path, true);
    readable(&config.path).await.map_err(sorted)
}

/// Makes sure that a connection that cannot write can read: what a program left half-written when
/// it was killed has to be taken back first, and only a connection that can write may do that.
/// SQLite does it by itself with the first thing that is read.
pub(super) async fn readable(path: &Path) -> Result<(), sqlx::Error> {
    let look = "select count(*) from sqlite_master";
    let mut connection = options(path).read_only(true).connect().await?;
    let looked = sqlx::query(look).fetch_one(&mut connection).await;
    connection.close().await?;
    match looked {
        Err(error) if trouble::is_broken_off(&error) => {}
        looked => return looked.map(drop),
    }
    let mut connection = options(path).connect().await?;
    let looked = sqlx::query(look).fetch_one(&mut connection).await;
    connection.close().await?;
    looked.map(drop)
}

/// Has SQLite give up on what this connection executes next, once it took longer than `limit`.
pub(super) async fn stop_after(
    connection: &mut SqliteConnection,
    limit: Duration,
) -> Result<(), sqlx::Error> {
    let until = Instant::now() + limit;
    let within = move || Instant::now() < until;
    connection.lock_handle().await?.set_progress_handler(STEPS_PER_LOOK, within);
    Ok(())
}

/// Takes the limit off again.
pub(super) async fn stop_never(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    connection.lock_handle().await?.remove_progress_handler();
    Ok(())
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY_WAIT)
        .disable_statement_logging()
}

fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(BUSY_WAIT * 6)
        // A call that was dropped half-way leaves its limit behind.
        .before_acquire(|connection, _| {
            Box::pin(async move { stop_never(connection).await.map(|()| true) })
        })
}

/// Makes the file from its schema: under another name first, so that it is there whole or not at
/// all.
async fn make_if_missing(config: &DatabaseConfig) -> Result<(), ToolError> {
    let path = &config.path;
    if path.exists() {
        return Ok(());
    }
    let shown = path.display();
    let broken = |code, why: String| ToolError::Broken { code, why: format!("{shown}: {why}") };
    let Some(schema) = &config.schema else {
        return Err(broken(trouble::MISSING, "the file is not there and has no schema".into()));
    };
    let unread = |error| broken(trouble::BAD_SCHEMA, format!("{}: {error}", schema.display()));
    let sql = tokio::fs::read_to_string(schema).await.map_err(unread)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let unmade = |error: std::io::Error| broken(trouble::MISSING, error.to_string());
    tokio::fs::create_dir_all(folder).await.map_err(unmade)?;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let turn = MAKING.fetch_add(1, Ordering::Relaxed);
    let making = folder.join(format!(".{file_name}.{}-{turn}.making", std::process::id()));
    let loaded = load(&making, sql).await;
    let moved = match loaded {
        Ok(()) => take_name(&making, path).map_err(unmade),
        Err(error) => Err(broken(trouble::BAD_SCHEMA, error.to_string())),
    };
    // Gone already when it was renamed.
    let _ = std::fs::remove_file(&making);
    moved
}

async fn load(path: &Path, sql: String) -> Result<(), sqlx::Error> {
    let left_over = std::fs::remove_file(path);
    drop(left_over);
    let mut connection = options(path).create_if_missing(true).connect().await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}

/// Gives the finished file its name, unless another process was faster: theirs then stays.
fn take_name(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(from, to) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has links.
        Err(_) => std::fs::rename(from, to),
        Ok(()) => Ok(()),
    }
}
