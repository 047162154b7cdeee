//! The file: how connections to it are opened, its schema, its length. Nothing in it is read here.

use crate::fault;
use crate::options::OpenOptions;
use engine::seams::StoreError;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, SqlSafeStr as _};
use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

/// Opens the writer's connection and brings the schema up to date.
pub(crate) async fn open(
    path: &Path,
    options: &OpenOptions,
) -> Result<SqliteConnection, StoreError> {
    let writing = writer_options(connect_options(path, options), options);
    let mut connection = writing.connect().await.map_err(|error| fault::sorted(&error))?;
    let migrated = migrator().run(&mut connection).await;
    migrated.map_err(|error| fault::sorted_migration(&error))?;
    // A killed process leaves entries beside journals that it had sealed.
    let left = sqlx::query(include_str!("sql/left_behind.sql")).execute(&mut connection).await;
    left.map_err(|error| fault::sorted(&error))?;
    Ok(connection)
}

/// The length of the file and of the log beside it.
pub(crate) async fn bytes_on_disk(path: &Path) -> Result<u64, StoreError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let file = tokio::fs::metadata(path).await;
    let file = file.map_err(|error| {
        fault::sorted_file(&format!("find the length of {}", path.display()), &error)
    })?;
    // Without a log there is nothing to add.
    let log = tokio::fs::metadata(log).await.map_or(0, |metadata| metadata.len());
    Ok(file.len() + log)
}

fn migrator() -> Migrator {
    let one = |version, name, text: &'static str| {
        let text = text.into_sql_str();
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text, false)
    };
    Migrator::with_migrations(vec![
        one(1, "cases", include_str!("../migrations/0001_cases.sql")),
        one(2, "audit", include_str!("../migrations/0002_audit.sql")),
        one(3, "people", include_str!("../migrations/0003_people.sql")),
        one(5, "entries in order", include_str!("../migrations/0005_entries_in_order.sql")),
    ])
}

/// How every connection is opened.
pub(crate) fn connect_options(path: &Path, options: &OpenOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .foreign_keys(true)
        .busy_timeout(Duration::from_millis(u64::from(options.busy_wait_ms_max)))
        .pragma("cache_size", "-512")
        .disable_statement_logging()
}

fn writer_options(connect: SqliteConnectOptions, options: &OpenOptions) -> SqliteConnectOptions {
    let writing = connect
        .pragma("cache_size", "-4096")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864")
        .pragma("secure_delete", "FAST");
    match options.file_pages_max {
        Some(pages) => writing.pragma("max_page_count", pages.to_string()),
        None => writing,
    }
}
