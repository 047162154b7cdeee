//! Named SQL statements on an SQLite file as tools: reads on a read-only connection, writes exactly
//! once by a marker that is committed together with them. It holds no statement of its own about
//! your data and decides nothing: what may run, the permit says.

mod check;
mod file;
mod statement;
mod trouble;
mod values;

use casework::PermittedCall;
use casework::tool::{Effect, Recovery, ToolSpec};
use engine::seams::{LookUp, Tool, ToolError, ToolResult, Work};
use file::{READ_LIMIT, WRITE_LIMIT};
use futures_util::StreamExt;
use serde_json::Value as Json;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Either, Row, Sqlite, SqlitePool};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use check::{CheckError, Checker};
pub use file::probe;
pub use statement::{Statement, StatementError};

/// The most rows a statement may give. More is refused rather than cut off: a case must not decide
/// on half of what it asked for.
pub const ROWS_MAX: usize = 1_000;

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// Its name in the office file.
    pub name: String,
    /// The SQLite file.
    pub path: PathBuf,
    /// SQL that makes the file when it is not there.
    pub schema: Option<PathBuf>,
}

/// One declared statement: what becomes a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementConfig {
    /// The tool as others see it.
    pub spec: ToolSpec,
    /// The SQL.
    pub statement: Statement,
    /// Whether the result is one map or null, instead of a list of maps.
    pub one: bool,
}

/// What holds for every statement of a database, whatever its author declares: a marker makes each
/// call repeatable, and all of them share one system.
pub fn complete(mut spec: ToolSpec, database: &str) -> ToolSpec {
    spec.recovery = Recovery::Repeat;
    spec.system = format!("database:{database}");
    spec
}

/// The statements of one database as tools. Nothing is opened until one of them is called.
pub fn database_tools(
    config: DatabaseConfig,
    statements: Vec<StatementConfig>,
) -> Vec<Arc<dyn Tool>> {
    let file = Arc::new(file::File::new(config));
    let tool = |declared| Arc::new(DatabaseTool { file: Arc::clone(&file), declared }) as Arc<_>;
    statements.into_iter().map(tool).collect()
}

struct DatabaseTool {
    file: Arc<file::File>,
    declared: StatementConfig,
}

impl Tool for DatabaseTool {
    fn spec(&self) -> &ToolSpec {
        &self.declared.spec
    }

    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>> {
        Box::pin(async move {
            let arguments = call.arguments().data();
            let data = if self.reads() {
                self.read(arguments).await?
            } else {
                self.write(&call.key().to_string(), arguments).await?
            };
            Ok(ToolResult { data, threads: Vec::new() })
        })
    }

    fn look_up<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<LookUp, ToolError>> {
        Box::pin(async move {
            let pool = self.file.reading().await?;
            let mut connection = pool.acquire().await.map_err(|error| self.trouble(&error))?;
            let path = self.file.path();
            file::readable(path).await.map_err(|error| self.trouble(&error))?;
            let known = has_markers(&mut connection).await.map_err(|error| self.trouble(&error))?;
            let marker = match known {
                true => marker(&mut connection, &call.key().to_string()).await,
                false => Ok(None),
            };
            Ok(match marker.map_err(|error| self.trouble(&error))? {
                Some(data) => LookUp::Happened(ToolResult { data, threads: Vec::new() }),
                None => LookUp::Never,
            })
        })
    }
}

impl DatabaseTool {
    fn reads(&self) -> bool {
        matches!(self.declared.spec.effect, Effect::Read | Effect::Fetch)
    }

    fn trouble(&self, error: &sqlx::Error) -> ToolError {
        trouble::sort(error, self.file.path(), self.reads())
    }

    async fn read(&self, arguments: &Json) -> Result<Json, ToolError> {
        let pool: &SqlitePool = self.file.reading().await?;
        let mut connection = pool.acquire().await.map_err(|error| self.trouble(&error))?;
        match self.run(&mut connection, arguments, READ_LIMIT).await {
            // It may be a write that was broken off, by us or by another program.
            Err(ToolError::Unavailable { .. }) => {
                let path = self.file.path();
                file::readable(path).await.map_err(|error| self.trouble(&error))?;
                self.run(&mut connection, arguments, READ_LIMIT).await
            }
            ended => ended,
        }
    }

    /// One transaction holds the effect and its marker, so both are there or neither is. A second
    /// call with the same key finds the marker and performs nothing.
    async fn write(&self, key: &str, arguments: &Json) -> Result<Json, ToolError> {
        let trouble = |error: sqlx::Error| self.trouble(&error);
        let pool: &SqlitePool = self.file.writing().await?;
        let mut connection = pool.acquire().await.map_err(trouble)?;
        // Dropped before its commit, the transaction is rolled back.
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(trouble)?;
        sqlx::query(MARKERS).execute(&mut *transaction).await.map_err(trouble)?;
        if let Some(result) = marker(&mut transaction, key).await.map_err(trouble)? {
            return Ok(result);
        }
        let result = self.run(&mut transaction, arguments, WRITE_LIMIT).await?;
        sqlx::query("insert into dayshift_call (key, result, at) values (?1, ?2, datetime('now'))")
            .bind(key)
            .bind(result.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(trouble)?;
        transaction.commit().await.map_err(trouble)?;
        Ok(result)
    }

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        arguments: &Json,
        limit: Duration,
    ) -> Result<Json, ToolError> {
        file::stop_after(connection, limit).await.map_err(|error| self.trouble(&error))?;
        let outcome = self.rows(connection, arguments).await;
        file::stop_never(connection).await.map_err(|error| self.trouble(&error))?;
        let (mut rows, changed) = outcome?;
        if !self.declared.statement.gives_rows && rows.is_empty() && !self.reads() {
            return Ok(serde_json::json!({ "changed": changed }));
        }
        match (self.declared.one, rows.len()) {
            (false, _) => Ok(Json::Array(rows)),
            (true, 0 | 1) => Ok(rows.pop().unwrap_or(Json::Null)),
            (true, count) => {
                Err(ToolError::Rejected { message: format!("{count} rows where one is declared") })
            }
        }
    }

    async fn rows(
        &self,
        connection: &mut SqliteConnection,
        arguments: &Json,
    ) -> Result<(Vec<Json>, u64), ToolError> {
        let statement = &self.declared.statement;
        // The text is the author's; every value of a call is bound, never written into it.
        let query = sqlx::query::<Sqlite>(AssertSqlSafe(statement.numbered.clone()));
        let declared = &self.declared.spec.parameters;
        let query = values::bind(query, &statement.parameters, declared, arguments)?;
        self.collect(connection, query).await
    }

    async fn collect(
        &self,
        connection: &mut SqliteConnection,
        query: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<(Vec<Json>, u64), ToolError> {
        #[expect(deprecated, reason = "the only call that gives rows and the count of changes")]
        let mut stream = query.fetch_many(connection);
        let (mut rows, mut changed) = (Vec::new(), 0);
        while let Some(next) = stream.next().await {
            match next.map_err(|error| self.trouble(&error))? {
                Either::Left(done) => changed += done.rows_affected(),
                Either::Right(_) if rows.len() == ROWS_MAX => {
                    let message = format!("more than {ROWS_MAX} rows; narrow the statement");
                    return Err(ToolError::Rejected { message });
                }
                Either::Right(row) => rows.push(self.json(&row)?),
            }
        }
        Ok((rows, changed))
    }

    fn json(&self, row: &SqliteRow) -> Result<Json, ToolError> {
        values::to_json(row).map_err(|error| ToolError::Rejected {
            message: format!("a value of {} cannot be read: {error}", shown(self.file.path())),
        })
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The marker table, made on first use.
const MARKERS: &str = "create table if not exists dayshift_call \
    (key text primary key, result text not null, at text not null)";

async fn has_markers(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let table = "select 1 from sqlite_master where type = 'table' and name = 'dayshift_call'";
    Ok(sqlx::query(table).fetch_optional(connection).await?.is_some())
}

/// The result kept under a key; `None` when no call with it was committed.
async fn marker(connection: &mut SqliteConnection, key: &str) -> Result<Option<Json>, sqlx::Error> {
    let row = sqlx::query("select result from dayshift_call where key = ?1")
        .bind(key)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text: String = row.try_get(0)?;
    // A marker that cannot be read still says that the call was made.
    Ok(Some(serde_json::from_str(&text).unwrap_or(Json::Null)))
}
