//! Asks SQLite, before anything runs, whether the declared statements fit: each is prepared against
//! the schema in a memory database. It writes into no database, but for taking back what another
//! program left half-written, and performs no statement.

use super::DatabaseConfig;
use super::file;
use super::statement::Statement;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

/// A database to prepare statements against.
pub struct Checker {
    connection: SqliteConnection,
}

/// Why a statement or a schema does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Neither the file nor a schema is there.
    #[error("there is neither {path} nor a schema to make it from")]
    Missing {
        /// Where it should be.
        path: String,
    },
    /// The schema is not SQL that SQLite takes.
    #[error("{path} cannot be loaded: {why}")]
    Schema {
        /// The file.
        path: String,
        /// What SQLite said.
        why: String,
    },
    /// SQLite cannot prepare the statement.
    #[error("SQLite cannot prepare it: {why}")]
    Statement {
        /// What SQLite said.
        why: String,
    },
    /// A statement declared to read that would write.
    #[error("it writes, but its effect is `read`")]
    Writes,
}

impl Checker {
    /// Loads the schema into memory; without one, opens the file for reading.
    ///
    /// # Errors
    /// `Missing` or `Schema`.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, CheckError> {
        let Some(schema) = &config.schema else { return Self::of_file(config).await };
        let path = schema.display().to_string();
        let failed = |why: String| CheckError::Schema { path: path.clone(), why };
        let sql =
            tokio::fs::read_to_string(schema).await.map_err(|error| failed(error.to_string()))?;
        let unopened = |error: sqlx::Error| failed(said(&error));
        let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
        let mut connection = options.connect().await.map_err(unopened)?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.map_err(unopened)?;
        Ok(Self { connection })
    }

    async fn of_file(config: &DatabaseConfig) -> Result<Self, CheckError> {
        let path = config.path.display().to_string();
        if !config.path.exists() {
            return Err(CheckError::Missing { path });
        }
        let why = |error: sqlx::Error| CheckError::Schema { path: path.clone(), why: said(&error) };
        file::readable(&config.path).await.map_err(why)?;
        let options = SqliteConnectOptions::new().filename(&config.path).read_only(true);
        let connection = options.disable_statement_logging().connect().await;
        connection.map(|connection| Self { connection }).map_err(why)
    }

    /// Prepares a statement; `reads`: whether it is declared to change nothing.
    ///
    /// # Errors
    /// `Statement` when it does not fit the tables, `Writes` when it would change them.
    pub async fn check(&mut self, statement: &Statement, reads: bool) -> Result<(), CheckError> {
        // `explain` prepares and shows the program without executing it; a `Transaction` whose
        // second operand is not 0 is one that writes
        // (<https://www.sqlite.org/opcode.html#Transaction>).
        let explain = format!("explain {}", statement.numbered);
        let failed = |error: sqlx::Error| CheckError::Statement { why: said(&error) };
        let program = sqlx::query(AssertSqlSafe(explain))
            .fetch_all(&mut self.connection)
            .await
            .map_err(failed)?;
        for line in &program {
            let code: String = line.try_get("opcode").map_err(failed)?;
            let operand: i64 = line.try_get("p2").map_err(failed)?;
            if reads && code == "Transaction" && operand != 0 {
                return Err(CheckError::Writes);
            }
        }
        Ok(())
    }
}

fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(said) => said.message().to_owned(),
        other => other.to_string(),
    }
}
