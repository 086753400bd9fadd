//! Many rows in one statement whose text never changes: the rows travel as one JSON parameter.

use std::collections::HashMap;
use std::fmt::Write as _;

use sea_orm::{DbBackend, DbErr, QueryResult, Statement, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::sql::Sql;
use crate::infrastructure::database::RowSource;

/// How a column's values travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key.
    Uuid,
    /// A text.
    Text,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Real,
    /// True or false.
    Bool,
}

/// Which rows of a table are written, and what happens to those that are there already.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// The table.
    pub table: &'static str,
    /// Its columns in the order of the rows' values, the primary key first.
    pub columns: &'static [(&'static str, Kind)],
    /// How many of the columns make the key; where there is one, the others are overwritten.
    pub key: usize,
    /// Columns that keep their first value.
    pub keep: &'static [&'static str],
}

impl Rows {
    /// Writes the rows: new ones are added, known ones overwritten.
    ///
    /// Each row is a JSON array with one value a column; keys are [`key`]. Of several rows with one key the last wins.
    pub async fn upsert(&self, db: &impl RowSource, rows: Vec<Json>) -> Result<u64, DbErr> {
        if rows.is_empty() {
            return Ok(0);
        }
        let engine = db.get_database_backend();
        let parameter = Value::from(Json::Array(last_of_each(rows, self.key)).to_string());
        let statement = Statement::from_sql_and_values(engine, self.insert(engine, 1), [parameter]);
        Ok(db.execute_raw(statement).await?.rows_affected())
    }

    /// Writes the rows as [`upsert`](Self::upsert) does and answers columns of those that were written.
    pub async fn upsert_returning(
        &self,
        db: &impl RowSource,
        rows: Vec<Json>,
        columns: &str,
    ) -> Result<Vec<QueryResult>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let engine = db.get_database_backend();
        let parameter = Value::from(Json::Array(last_of_each(rows, self.key)).to_string());
        let text = format!("{} RETURNING {columns}", self.insert(engine, 1));
        db.query_all_raw(Statement::from_sql_and_values(engine, text, [parameter])).await
    }

    /// Removes the rows with these keys: JSON arrays of the key columns' values.
    pub async fn delete(&self, db: &impl RowSource, keys: Vec<Json>) -> Result<u64, DbErr> {
        if keys.is_empty() {
            return Ok(0);
        }
        let engine = db.get_database_backend();
        let parameter = Value::from(Json::Array(keys).to_string());
        let statement = Statement::from_sql_and_values(engine, self.removal(engine, 1), [parameter]);
        Ok(db.execute_raw(statement).await?.rows_affected())
    }

    fn removal(&self, engine: DbBackend, parameter: usize) -> String {
        let key = &self.columns[..self.key];
        let names = key.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        format!(
            "DELETE FROM {} WHERE ({names}) IN (SELECT {} FROM {})",
            self.table,
            values(engine, key),
            source(engine, parameter),
        )
    }

    fn insert(&self, engine: DbBackend, parameter: usize) -> String {
        let names = self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let mut text = format!(
            "INSERT INTO {} ({}) SELECT {} FROM {} WHERE true ON CONFLICT",
            self.table,
            names.join(", "),
            values(engine, self.columns),
            source(engine, parameter),
        );
        let changing = names[self.key..].iter().filter(|name| !self.keep.contains(name));
        let updates = changing.map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>();
        if updates.is_empty() {
            text.push_str(" DO NOTHING");
        } else {
            let key = names[..self.key].join(", ");
            let _ = write!(text, " ({key}) DO UPDATE SET {}", updates.join(", "));
        }
        text
    }
}

/// Writes to several tables that go to the database in one round trip.
///
/// On PostgreSQL they are one statement, whose parts do not see each other's rows: what depends on rows being gone goes
/// into a second one. On SQLite they run one after the other. No row occurs twice.
#[derive(Debug, Default)]
pub struct Together(Vec<Part>);

#[derive(Debug)]
struct Part {
    text: PartText,
    values: Vec<Value>,
}

#[derive(Debug)]
enum PartText {
    Upsert(Rows),
    Delete(Rows),
    Run(&'static Sql),
}

impl Together {
    /// Adds and overwrites rows, as [`Rows::upsert`] does.
    pub fn upsert(&mut self, table: Rows, rows: Vec<Json>) {
        if !rows.is_empty() {
            let value = Json::Array(last_of_each(rows, table.key)).to_string().into();
            self.0.push(Part { text: PartText::Upsert(table), values: vec![value] });
        }
    }

    /// Removes the rows with these keys, as [`Rows::delete`] does.
    pub fn delete(&mut self, table: Rows, keys: Vec<Json>) {
        if !keys.is_empty() {
            let value = Json::Array(keys).to_string().into();
            self.0.push(Part { text: PartText::Delete(table), values: vec![value] });
        }
    }

    /// A statement of any other kind, with its parameters.
    pub fn run(&mut self, text: &'static Sql, values: impl IntoIterator<Item = Value>) {
        self.0.push(Part { text: PartText::Run(text), values: values.into_iter().collect() });
    }

    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the writes of another one after its own.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Sends everything; nothing is sent where there is nothing.
    pub async fn send(self, db: &impl RowSource) -> Result<(), DbErr> {
        if self.0.is_empty() {
            return Ok(());
        }
        let engine = db.get_database_backend();
        let mut before = 0;
        let mut text = |part: &Part| {
            let text = part.text.on(engine, before);
            before += part.values.len();
            text
        };
        let parts: Vec<String> = self.0.iter().map(&mut text).collect();
        let text = match (engine, parts.as_slice()) {
            (_, [only]) => only.clone(),
            (DbBackend::Postgres, _) => {
                let named = parts.iter().zip(1..).map(|(text, number)| format!("w{number} AS ({text})"));
                format!("WITH {} SELECT 1", named.collect::<Vec<_>>().join(", "))
            }
            _ => parts.join("; "),
        };
        let values = self.0.into_iter().flat_map(|part| part.values);
        db.execute_raw(Statement::from_sql_and_values(engine, text, values)).await?;
        Ok(())
    }
}

impl PartText {
    /// Its text where so many parameters stand before its own.
    fn on(&self, engine: DbBackend, before: usize) -> String {
        match self {
            Self::Upsert(rows) => rows.insert(engine, before + 1),
            Self::Delete(rows) => rows.removal(engine, before + 1),
            Self::Run(text) => renumbered(text.on(engine), before),
        }
    }
}

/// A statement whose parameters are numbered after others; `$` before anything but a number is no parameter.
fn renumbered(text: &str, before: usize) -> String {
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        out.push('$');
        match number.parse::<usize>() {
            Ok(number) => out.push_str(&(number + before).to_string()),
            Err(_) => out.push_str(number),
        }
        out.push_str(rest);
    }
    out
}

/// A key as it travels.
pub fn key(key: Uuid) -> Json {
    Json::String(key.simple().to_string())
}

/// A key that may be absent, as it travels.
pub fn maybe_key(value: Option<Uuid>) -> Json {
    value.map_or(Json::Null, key)
}

/// PostgreSQL refuses to overwrite a row twice in one statement.
fn last_of_each(rows: Vec<Json>, key: usize) -> Vec<Json> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(rows.len());
    let mut kept: Vec<Json> = Vec::with_capacity(rows.len());
    for row in rows {
        let columns = row.as_array().map_or(&[][..], |columns| &columns[..key.min(columns.len())]);
        let place = *places.entry(format!("{columns:?}")).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(earlier) => *earlier = row,
            None => kept.push(row),
        }
    }
    kept
}

fn source(engine: DbBackend, parameter: usize) -> String {
    match engine {
        DbBackend::Postgres => format!("(SELECT value FROM jsonb_array_elements(${parameter}::jsonb)) r"),
        _ => format!("(SELECT value FROM json_each(${parameter})) r"),
    }
}

fn values(engine: DbBackend, columns: &[(&'static str, Kind)]) -> String {
    let value = |(index, (_, kind)): (usize, &(&str, Kind))| match (engine, kind) {
        (DbBackend::Postgres, Kind::Uuid) => format!("(r.value->>{index})::uuid"),
        (DbBackend::Postgres, Kind::Int) => format!("(r.value->>{index})::bigint"),
        (DbBackend::Postgres, Kind::Real) => format!("(r.value->>{index})::double precision"),
        (DbBackend::Postgres, Kind::Bool) => format!("(r.value->>{index})::boolean"),
        (_, Kind::Uuid) => format!("unhex(r.value->>{index})"),
        (_, _) => format!("r.value->>{index}"),
    };
    columns.iter().enumerate().map(value).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_after_those_before() {
        let text = "INSERT INTO t SELECT $1, r.value->>'$[0]', $12 FROM json_each($2) r";
        assert_eq!(renumbered(text, 0), text);
        assert_eq!(
            renumbered(text, 9),
            "INSERT INTO t SELECT $10, r.value->>'$[0]', $21 FROM json_each($11) r"
        );
    }
}
