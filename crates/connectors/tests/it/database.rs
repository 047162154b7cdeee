//! The statements of a real SQLite file as tools: exactly once, bound and never interpolated,
//! bounded.

use crate::support::permitted;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec};
use connectors::database::{
    CheckError, Checker, DatabaseConfig, ROWS_MAX, Statement, StatementConfig, complete,
    database_tools, probe,
};
use engine::seams::{LookUp, Tool, ToolError};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::Arc;

const SCHEMA: &str = "create table note (id integer primary key, words text not null unique, \
    amount real, flag integer) strict;\n";

fn config(folder: &Path) -> DatabaseConfig {
    std::fs::write(folder.join("schema.sql"), SCHEMA).unwrap();
    DatabaseConfig {
        name: "desk".into(),
        path: folder.join("desk.db"),
        schema: Some(folder.join("schema.sql")),
    }
}

fn declared(name: &str, effect: Effect, sql: &str, parameters: &[(&str, Kind)]) -> StatementConfig {
    let parameters = parameters.iter().map(|(name, kind)| Parameter {
        name: (*name).into(),
        kind: *kind,
        required: false,
        authority: false,
        about: String::new(),
    });
    let spec = ToolSpec {
        name: name.into(),
        about: "For a test.".into(),
        says: "Test".into(),
        effect,
        parameters: parameters.collect(),
        origins: [(String::new(), casework::Origin::Record)].into(),
        recovery: Recovery::Ask,
        undo: None,
        system: String::new(),
        guard: Default::default(),
    };
    StatementConfig {
        spec: complete(spec, "desk"),
        statement: Statement::parse(sql).unwrap(),
        one: false,
    }
}

fn tool(folder: &Path, declared: StatementConfig) -> Arc<dyn Tool> {
    database_tools(config(folder), vec![declared]).remove(0)
}

fn add(folder: &Path) -> Arc<dyn Tool> {
    let sql = "insert into note (words) values (:words) returning id, words";
    tool(folder, declared("note.add", Effect::Write, sql, &[("words", Kind::Text)]))
}

fn all(folder: &Path) -> Arc<dyn Tool> {
    tool(folder, declared("note.all", Effect::Read, "select words from note order by id", &[]))
}

async fn give(tool: &Arc<dyn Tool>, arguments: Json) -> Result<Json, ToolError> {
    tool.call(&permitted(tool.spec(), &arguments)).await.map(|result| result.data)
}

#[tokio::test]
async fn the_same_key_performs_once_and_gives_the_same_result() {
    let folder = tempfile::tempdir().unwrap();
    let add = add(folder.path());
    let call = permitted(add.spec(), &json!({ "words": "one" }));
    assert_eq!(add.look_up(&call).await, Ok(LookUp::Never));
    let first = add.call(&call).await.unwrap();
    assert_eq!(first.data, json!([{ "id": 1, "words": "one" }]));
    assert_eq!(add.call(&call).await.unwrap(), first);
    assert_eq!(add.look_up(&call).await, Ok(LookUp::Happened(first)));
    assert_eq!(give(&all(folder.path()), json!({})).await, Ok(json!([{ "words": "one" }])));
}

#[tokio::test]
async fn a_restarted_program_finds_what_the_last_one_did() {
    let folder = tempfile::tempdir().unwrap();
    let call = permitted(add(folder.path()).spec(), &json!({ "words": "one" }));
    let first = add(folder.path()).call(&call).await.unwrap();
    assert_eq!(add(folder.path()).call(&call).await.unwrap(), first);
    assert_eq!(give(&all(folder.path()), json!({})).await, Ok(json!([{ "words": "one" }])));
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_calls_at_once_with_one_key_make_one_row() {
    let folder = tempfile::tempdir().unwrap();
    // Two connectors stand for two processes on one file.
    let tools = [add(folder.path()), add(folder.path())];
    let call = permitted(tools[0].spec(), &json!({ "words": "one" }));
    let calls = (0..50).map(|at| {
        let (tool, call) = (Arc::clone(&tools[at % 2]), call.clone());
        tokio::spawn(async move { tool.call(&call).await })
    });
    for outcome in futures_util::future::join_all(calls).await {
        assert_eq!(outcome.unwrap().unwrap().data, json!([{ "id": 1, "words": "one" }]));
    }
    assert_eq!(give(&all(folder.path()), json!({})).await, Ok(json!([{ "words": "one" }])));
}

#[tokio::test]
async fn a_call_dropped_half_way_leaves_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let add = add(folder.path());
    give(&add, json!({ "words": "first" })).await.unwrap();
    let mut finished = 0;
    // Each pass lets the call go one step further before it is dropped, until one comes through.
    for steps in 0..200 {
        let call = permitted(add.spec(), &json!({ "words": format!("word {steps}") }));
        let mut work = add.call(&call);
        let mut done = false;
        for _ in 0..steps {
            if futures_util::poll!(&mut work).is_ready() {
                done = true;
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(work);
        finished += u32::from(done);
        let kept = add.look_up(&call).await.unwrap() != LookUp::Never;
        let rows = give(&all(folder.path()), json!({})).await.unwrap();
        let word = json!({ "words": format!("word {steps}") });
        let present = rows.as_array().unwrap().contains(&word);
        // The marker is read first, so a commit in between may only add the row.
        assert!(!kept || present, "pass {steps}: marked but not there");
        let again = add.call(&call).await.unwrap();
        assert_eq!(again.data[0]["words"], word["words"], "pass {steps}");
        let rows = give(&all(folder.path()), json!({})).await.unwrap();
        let count = rows.as_array().unwrap().iter().filter(|row| **row == word).count();
        assert_eq!(count, 1, "pass {steps}: not exactly once");
    }
    assert!(finished < 200, "no call was dropped before its end");
}

#[tokio::test]
async fn what_looks_like_sql_in_an_argument_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let add = add(folder.path());
    let text = "x'); drop table note; --";
    give(&add, json!({ "words": text })).await.unwrap();
    assert_eq!(give(&all(folder.path()), json!({})).await, Ok(json!([{ "words": text }])));
}

#[tokio::test]
async fn values_keep_their_kind_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "insert into note (words, amount, flag) \
        select value, :amount, :flag from json_each(:many) \
        returning words, amount, flag, null as n";
    let kinds = [("amount", Kind::Number), ("flag", Kind::Boolean), ("many", Kind::Texts)];
    let many = tool(folder.path(), declared("note.many", Effect::Write, sql, &kinds));
    let given = give(&many, json!({ "amount": 1.5, "flag": true, "many": ["a", "b"] })).await;
    let row = |words: &str| json!({ "words": words, "amount": 1.5, "flag": 1, "n": null });
    assert_eq!(given, Ok(json!([row("a"), row("b")])));
}

#[tokio::test]
async fn a_constraint_is_a_refusal_and_leaves_no_marker() {
    let folder = tempfile::tempdir().unwrap();
    let add = add(folder.path());
    give(&add, json!({ "words": "one" })).await.unwrap();
    let call = permitted(add.spec(), &json!({ "words": "one" }));
    let message = "UNIQUE constraint failed: note.words".to_owned();
    assert_eq!(add.call(&call).await, Err(ToolError::Rejected { message }));
    assert_eq!(add.look_up(&call).await, Ok(LookUp::Never));
}

#[tokio::test]
async fn more_rows_than_the_bound_are_refused_and_a_write_of_them_undone() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < :n) ";
    let count = [("n", Kind::Integer)];
    let sql = format!("{numbers} select i from n");
    let read = tool(folder.path(), declared("n.read", Effect::Read, &sql, &count));
    let rows = give(&read, json!({ "n": ROWS_MAX })).await.unwrap();
    assert_eq!(rows.as_array().unwrap().len(), ROWS_MAX);
    let refused = give(&read, json!({ "n": ROWS_MAX + 1 })).await;
    let message = format!("more than {ROWS_MAX} rows; narrow the statement");
    assert_eq!(refused, Err(ToolError::Rejected { message }));

    let sql = format!("insert into note (words) {numbers} select 'w' || i from n returning id");
    // SQLite wants the `with` before the `insert`.
    let sql = sql.replace(
        &format!("insert into note (words) {numbers}"),
        &format!("{numbers} insert into note (words)"),
    );
    let write = tool(folder.path(), declared("n.write", Effect::Write, &sql, &count));
    assert!(matches!(
        give(&write, json!({ "n": ROWS_MAX + 1 })).await,
        Err(ToolError::Rejected { .. })
    ));
    assert_eq!(give(&all(folder.path()), json!({})).await, Ok(json!([])));
}

#[tokio::test]
async fn one_row_is_a_map_none_is_null_and_two_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sql = "select words from note where words like :like";
    let mut find = declared("note.find", Effect::Read, sql, &[("like", Kind::Text)]);
    find.one = true;
    let find = tool(folder.path(), find);
    assert_eq!(give(&find, json!({ "like": "%" })).await, Ok(Json::Null));
    let add = add(folder.path());
    give(&add, json!({ "words": "one" })).await.unwrap();
    assert_eq!(give(&find, json!({ "like": "%" })).await, Ok(json!({ "words": "one" })));
    give(&add, json!({ "words": "two" })).await.unwrap();
    let message = "2 rows where one is declared".to_owned();
    assert_eq!(give(&find, json!({ "like": "%" })).await, Err(ToolError::Rejected { message }));
}

#[tokio::test]
async fn a_read_that_writes_is_refused_before_and_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let writing = declared("note.sly", Effect::Read, "delete from note returning id", &[]);
    let mut checker = Checker::open(&config(folder.path())).await.unwrap();
    let checked = checker.check(&writing.statement, true).await;
    assert_eq!(checked, Err(CheckError::Writes));
    assert_eq!(checker.check(&writing.statement, false).await, Ok(()));

    give(&add(folder.path()), json!({ "words": "one" })).await.unwrap();
    let refused = give(&tool(folder.path(), writing), json!({})).await;
    assert!(matches!(refused, Err(ToolError::Broken { code: "D006", .. })), "{refused:?}");
    assert_eq!(give(&all(folder.path()), json!({})).await, Ok(json!([{ "words": "one" }])));
}

#[tokio::test]
async fn the_check_prepares_against_the_schema_and_says_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let mut checker = Checker::open(&config(folder.path())).await.unwrap();
    let missing = Statement::parse("select wrds from note").unwrap();
    let why = "no such column: wrds".to_owned();
    assert_eq!(checker.check(&missing, true).await, Err(CheckError::Statement { why }));
    assert!(!folder.path().join("desk.db").exists(), "checking must not make the file");
}

#[tokio::test]
async fn a_missing_and_a_foreign_file_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let config = DatabaseConfig { schema: None, ..config(folder.path()) };
    let missing = probe(&config).await;
    assert!(matches!(missing, Err(ToolError::Broken { code: "D001", .. })), "{missing:?}");
    std::fs::write(&config.path, "not a database, but longer than a header".repeat(40)).unwrap();
    let foreign = probe(&config).await;
    assert!(matches!(foreign, Err(ToolError::Broken { code: "D003", .. })), "{foreign:?}");
}

#[tokio::test]
async fn a_schema_that_fails_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    std::fs::write(folder.path().join("schema.sql"), "create table a (x); create nonsense")
        .unwrap();
    let broken = probe(&config).await;
    assert!(matches!(broken, Err(ToolError::Broken { code: "D004", .. })), "{broken:?}");
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["schema.sql"]);
}

#[tokio::test]
async fn what_a_killed_program_left_half_written_is_taken_back_before_it_is_read() {
    use sqlx::{ConnectOptions as _, Executor as _};
    let (alive, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    give(&add(alive.path()), json!({ "words": "whole" })).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(alive.path().join("desk.db"));
    let mut writer = options.connect().await.unwrap();
    // With a cache of a few pages the middle of a transaction is already in the file.
    writer.execute("pragma cache_size = 2; begin").await.unwrap();
    for number in 0..500 {
        let words = sqlx::query("insert into note (words) values (hex(randomblob(500)) || ?1)");
        words.bind(number).execute(&mut writer).await.unwrap();
    }
    for file in ["desk.db", "desk.db-journal"] {
        std::fs::copy(alive.path().join(file), killed.path().join(file)).unwrap();
    }
    let read = give(&all(killed.path()), json!({})).await;
    assert_eq!(read, Ok(json!([{ "words": "whole" }])));
    assert!(!killed.path().join("desk.db-journal").exists());
}
