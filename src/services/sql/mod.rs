//! Statements whose text never changes, written once for both engines.
//!
//! | word | stands for |
//! | --- | --- |
//! | `{uuids $1}` | a table with the column `id`: the keys bound as parameter 1 |
//! | `{ints $1}` | the same for whole numbers |
//! | `{texts $1}` | the same for texts |
//! | `{lateral}` … `{window}` … `{end}` | the first part on PostgreSQL, the second on SQLite |

mod columns;

use std::collections::HashMap;
use std::sync::OnceLock;

use entity::id::Id;
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

pub use self::columns::Columns;
use crate::infrastructure::database::{Row, RowSource};

/// A statement with one text for each engine.
#[derive(Debug)]
pub struct Sql {
    text: &'static str,
    postgres: OnceLock<String>,
    sqlite: OnceLock<String>,
}

impl Sql {
    /// A statement; parameters are `$1`, `$2`, ... on both engines.
    pub const fn new(text: &'static str) -> Self {
        Self { text, postgres: OnceLock::new(), sqlite: OnceLock::new() }
    }

    /// Its text on one engine.
    pub fn on(&self, engine: DbBackend) -> &str {
        match engine {
            DbBackend::Postgres => self.postgres.get_or_init(|| translate(self.text, engine, &mut [])),
            _ => self.sqlite.get_or_init(|| translate(self.text, engine, &mut [])),
        }
    }

    /// All rows that it finds.
    pub async fn all(
        &self,
        db: &impl ConnectionTrait,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let engine = db.get_database_backend();
        db.query_all_raw(Statement::from_sql_and_values(engine, self.on(engine), values)).await
    }

    /// The same to be read by [`Columns`]: for what is read side by side with other things.
    pub async fn fetch(
        &self,
        db: &impl RowSource,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Row>, DbErr> {
        db.fetch(self.on(db.get_database_backend()), values.into_iter().collect()).await
    }

    /// The first row that it finds.
    pub async fn one(
        &self,
        db: &impl ConnectionTrait,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.all(db, values).await?.into_iter().next())
    }

    /// Runs it for its effect and tells how many rows it touched.
    pub async fn run(
        &self,
        db: &impl ConnectionTrait,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64, DbErr> {
        let engine = db.get_database_backend();
        let statement = Statement::from_sql_and_values(engine, self.on(engine), values);
        Ok(db.execute_raw(statement).await?.rows_affected())
    }
}

/// All rows of a statement whose text is put together from known parts.
pub async fn all(
    db: &impl ConnectionTrait,
    text: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let engine = db.get_database_backend();
    let text = translate(text, engine, &mut []);
    db.query_all_raw(Statement::from_sql_and_values(engine, text, values)).await
}

/// The same to be read by [`Columns`]: for what is read side by side with other things.
///
/// A key that is alone is bound as itself on PostgreSQL, which then looks it up without a table of keys beside it.
pub async fn fetch(db: &impl RowSource, text: &str, mut values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
    let text = translate(text, db.get_database_backend(), &mut values);
    db.fetch(&text, values).await
}

/// The same for what may take long: nothing that the operation reads at the same time waits for it.
pub async fn apart(db: &impl RowSource, text: &str, values: Vec<Value>) -> Result<Vec<Row>, DbErr> {
    Ok(all(db, text, values).await?.into_iter().map(Row::Plain).collect())
}

/// What is read from each of some rows, in their order.
pub fn each<T>(rows: &[Row], read: impl Fn(&mut Columns<'_>) -> Result<T, DbErr>) -> Result<Vec<T>, DbErr> {
    rows.iter().map(|row| read(&mut Columns::of(row)?)).collect()
}

/// What is read from rows that begin with the id of what they belong to, each owner's in the order of the rows.
pub fn of_owners<I: Id, T>(
    rows: &[Row],
    read: impl Fn(&mut Columns<'_>) -> Result<T, DbErr>,
) -> Result<HashMap<I, Vec<T>>, DbErr> {
    let mut found: HashMap<I, Vec<T>> = HashMap::new();
    // Rows of one owner mostly follow each other.
    let mut latest: Option<(I, Vec<T>)> = None;
    for row in rows {
        let mut columns = Columns::of(row)?;
        let owner = columns.id()?;
        let part = read(&mut columns)?;
        match &mut latest {
            Some((known, parts)) if *known == owner => parts.push(part),
            _ => {
                if let Some((owner, parts)) = latest.replace((owner, vec![part])) {
                    found.entry(owner).or_default().extend(parts);
                }
            }
        }
    }
    if let Some((owner, parts)) = latest {
        found.entry(owner).or_default().extend(parts);
    }
    Ok(found)
}

/// Keys as one parameter.
pub fn uuids(engine: DbBackend, keys: impl IntoIterator<Item = Uuid>) -> Value {
    if engine == DbBackend::Postgres {
        let keys = keys.into_iter().map(|key| Value::Uuid(Some(key))).collect();
        return Value::Array(ArrayType::Uuid, Some(Box::new(keys)));
    }
    let mut json = String::from("[");
    let mut buffer = [0; uuid::fmt::Simple::LENGTH];
    for (index, key) in keys.into_iter().enumerate() {
        json.push_str(if index == 0 { "\"" } else { ",\"" });
        json.push_str(key.simple().encode_lower(&mut buffer));
        json.push('"');
    }
    json.push(']');
    Value::from(json)
}

/// Whole numbers as one parameter.
pub fn ints(engine: DbBackend, numbers: impl IntoIterator<Item = i64>) -> Value {
    if engine == DbBackend::Postgres {
        let numbers = numbers.into_iter().map(|number| Value::BigInt(Some(number))).collect();
        return Value::Array(ArrayType::BigInt, Some(Box::new(numbers)));
    }
    rows(numbers)
}

/// Texts as one parameter.
pub fn texts<T: Into<String>>(engine: DbBackend, texts: impl IntoIterator<Item = T>) -> Value {
    let texts = texts.into_iter().map(Into::into);
    if engine == DbBackend::Postgres {
        let texts = texts.map(|text: String| Value::String(Some(text))).collect();
        return Value::Array(ArrayType::String, Some(Box::new(texts)));
    }
    rows(texts)
}

/// Anything that JSON can say, as one parameter that holds an array.
pub fn rows<T: Into<serde_json::Value>>(rows: impl IntoIterator<Item = T>) -> Value {
    let rows: serde_json::Value = rows.into_iter().collect();
    Value::from(rows.to_string())
}

/// Writes a statement for one engine. Keys that are alone are taken out of their arrays among `values`.
fn translate(text: &str, engine: DbBackend, values: &mut [Value]) -> String {
    let postgres = engine == DbBackend::Postgres;
    let mut out = String::with_capacity(text.len() + 128);
    let mut rest = text;
    let mut writing = true;
    while let Some((before, tail)) = rest.split_once('{') {
        let (word, tail) = tail.split_once('}').unwrap_or((tail, ""));
        if writing {
            out.push_str(before);
        }
        match word.split_once(' ') {
            Some((kind, parameter)) if writing => {
                let alone = postgres && take_out(parameter, values);
                out.push_str(&table(kind, parameter, postgres, alone));
            }
            Some(_) => {}
            None => writing = word == "end" || (word == "lateral") == postgres,
        }
        rest = tail;
    }
    if writing {
        out.push_str(rest);
    }
    out
}

/// Takes a key out of the array that is bound as a parameter, where it is the only one there. Whether it is, or was.
fn take_out(parameter: &str, values: &mut [Value]) -> bool {
    let number = parameter.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
    let Some(value) = number.and_then(|number| values.get_mut(number.checked_sub(1)?)) else { return false };
    let Value::Array(_, keys) = value else { return true };
    match keys.as_deref_mut() {
        Some(keys) if keys.len() == 1 => {
            *value = keys.remove(0);
            true
        }
        _ => false,
    }
}

fn table(kind: &str, parameter: &str, postgres: bool, alone: bool) -> String {
    let ty = match kind {
        "uuids" => "uuid",
        "ints" => "bigint",
        _ => "text",
    };
    match (postgres, alone) {
        (true, true) => format!("(SELECT {parameter}::{ty} AS id)"),
        (true, false) => format!("(SELECT unnest({parameter}::{ty}[]) AS id)"),
        (false, _) if kind == "uuids" => format!("(SELECT unhex(value) AS id FROM json_each({parameter}))"),
        (false, _) => format!("(SELECT value AS id FROM json_each({parameter}))"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_gets_its_own_text() {
        let text = "SELECT x FROM {uuids $1} k {lateral}a{window}b{end} WHERE y";
        assert_eq!(
            translate(text, DbBackend::Postgres, &mut []),
            "SELECT x FROM (SELECT unnest($1::uuid[]) AS id) k a WHERE y"
        );
        assert_eq!(
            translate(text, DbBackend::Sqlite, &mut []),
            "SELECT x FROM (SELECT unhex(value) AS id FROM json_each($1)) k b WHERE y"
        );
    }

    #[test]
    fn a_key_that_is_alone_is_bound_as_itself_wherever_it_stands() {
        let text = "SELECT 1 FROM {uuids $1} k, {ints $2} l, {texts $3} m, {uuids $1} n";
        let (one, engine) = (Uuid::from_u128(7), DbBackend::Postgres);
        let mut values = [uuids(engine, [one]), ints(engine, [1, 2]), texts(engine, ["tea"])];
        assert_eq!(
            translate(text, engine, &mut values),
            "SELECT 1 FROM (SELECT $1::uuid AS id) k, (SELECT unnest($2::bigint[]) AS id) l, \
             (SELECT $3::text AS id) m, (SELECT $1::uuid AS id) n"
        );
        assert_eq!(values, [one.into(), ints(engine, [1, 2]), "tea".into()]);
    }

    #[test]
    fn no_key_is_an_array_without_any() {
        let (engine, text) = (DbBackend::Postgres, "SELECT id FROM {texts $1} k");
        let mut values = [texts(engine, Vec::<String>::new())];
        let told = translate(text, engine, &mut values);
        assert_eq!(told, "SELECT id FROM (SELECT unnest($1::text[]) AS id) k");
        assert_eq!(values, [texts(engine, Vec::<String>::new())]);
    }

    #[test]
    fn sqlite_is_told_every_key_in_an_array() {
        let engine = DbBackend::Sqlite;
        let mut values = [texts(engine, ["tea"])];
        let told = translate("SELECT id FROM {texts $1} k", engine, &mut values);
        assert_eq!(told, "SELECT id FROM (SELECT value AS id FROM json_each($1)) k");
        assert_eq!(values, [Value::from("[\"tea\"]")]);
    }
}
