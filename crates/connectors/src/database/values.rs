//! Arguments become bound values, rows become JSON. Nothing is ever written into the SQL text.

use casework::tool::{Kind, Parameter};
use engine::seams::ToolError;
use serde_json::{Map, Value as Json};
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteTypeInfo};
use sqlx::{Column, Row, Sqlite, TypeInfo, ValueRef};

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// Binds the arguments of a call in the order of the statement's parameters, by declared kind.
/// An absent argument is null; a list of texts is bound as its JSON, for `json_each`.
pub(super) fn bind<'q>(
    mut query: Query<'q>,
    names: &[String],
    declared: &[Parameter],
    arguments: &Json,
) -> Result<Query<'q>, ToolError> {
    for name in names {
        let value = arguments.get(name).unwrap_or(&Json::Null);
        let kind = declared.iter().find(|parameter| parameter.name == *name).map(|p| p.kind);
        let unfit =
            || ToolError::Rejected { message: format!("the argument `{name}` does not fit") };
        query = match (value, kind.ok_or_else(unfit)?) {
            (Json::Null, _) => query.bind(None::<String>),
            (Json::String(text), Kind::Text | Kind::Identifier) => query.bind(text.clone()),
            (Json::Bool(flag), Kind::Boolean) => query.bind(*flag),
            (Json::Number(number), Kind::Integer) => query.bind(number.as_i64().ok_or_else(unfit)?),
            (Json::Number(number), Kind::Number) => match number.as_i64() {
                Some(whole) => query.bind(whole),
                None => query.bind(number.as_f64().ok_or_else(unfit)?),
            },
            (list @ Json::Array(_), Kind::Texts) => query.bind(list.to_string()),
            _ => return Err(unfit()),
        };
    }
    Ok(query)
}

/// A row as a map from column name to value. Bytes become hexadecimal text; numbers that JSON
/// cannot say become null.
pub(super) fn to_json(row: &SqliteRow) -> Result<Json, sqlx::Error> {
    let mut map = Map::new();
    for (at, column) in row.columns().iter().enumerate() {
        let raw = row.try_get_raw(at)?;
        let kind: &SqliteTypeInfo = &raw.type_info();
        let value = if raw.is_null() {
            Json::Null
        } else {
            match kind.name() {
                "INTEGER" => Json::from(row.try_get_unchecked::<i64, _>(at)?),
                "REAL" => Json::from(row.try_get_unchecked::<f64, _>(at)?),
                "BLOB" => Json::from(hex(&row.try_get_unchecked::<Vec<u8>, _>(at)?)),
                _ => Json::from(row.try_get_unchecked::<String, _>(at)?),
            }
        };
        map.insert(column.name().to_owned(), value);
    }
    Ok(Json::Object(map))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
