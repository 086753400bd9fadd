//! Keyset paging in SQL: sorted by some columns and an id that decides between equals.

use std::fmt::Write as _;

use sea_orm::{DbBackend, Value};
use uuid::Uuid;

use super::page::Window;
use super::{Result, sql};
use crate::infrastructure::database::{Row, RowSource};

/// One of the values that a list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SortValue {
    /// A whole number.
    Int(i64),
    /// A folded text.
    Text(String),
}

/// A row's place in a sorted list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What the list is sorted by.
    pub sort: Vec<SortValue>,
    /// Decides between equals.
    pub id: Uuid,
}

impl From<&SortValue> for Value {
    fn from(value: &SortValue) -> Self {
        match value {
            SortValue::Int(number) => Value::from(*number),
            SortValue::Text(text) => Value::from(text.clone()),
        }
    }
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug)]
pub struct Keyset {
    /// The columns, the deciding id last.
    pub columns: &'static [&'static str],
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Keyset {
    /// The `ORDER BY` that reads a window from its end.
    pub fn order(&self, window: &Window<Key>) -> String {
        let word = if self.descending == window.is_backward() { "ASC" } else { "DESC" };
        let mut order = String::with_capacity(96);
        for (index, column) in self.columns.iter().enumerate() {
            order.push_str(if index == 0 { "" } else { ", " });
            let _ = write!(order, "{column} {word}");
        }
        order
    }

    /// The conditions that keep a window's rows, with their values.
    pub fn bounds(&self, window: &Window<Key>, values: &mut Vec<Value>) -> String {
        let mut text = String::new();
        let (after, before) = if self.descending { ("<", ">") } else { (">", "<") };
        for (key, relation) in [(&window.after, after), (&window.before, before)] {
            let Some(key) = key else { continue };
            let first = values.len() + 1;
            values.extend(key.sort.iter().map(Value::from));
            values.push(key.id.into());
            let places = (first..=values.len()).map(|place| format!("${place}"));
            let places = places.collect::<Vec<_>>().join(", ");
            let _ = write!(text, " AND ({}) {relation} ({places})", self.columns.join(", "));
        }
        text
    }
}

/// The children of several parents, as many of each as a window shows, read by one statement.
#[derive(Clone, Copy, Debug)]
pub struct Children<'a> {
    /// What kind of keys the parents have: `uuids` or `ints`.
    pub keys: &'static str,
    /// The columns that are read.
    pub columns: &'a str,
    /// The tables that lead from the parent to the child, and those that conditions and order look at.
    pub from: &'a str,
    /// Joins that complete a child's row.
    pub with: &'a str,
    /// The children's own id, where `from` is their table alone.
    pub id: Option<&'a str>,
    /// The column that holds the parent's id.
    pub parent: &'a str,
    /// What else holds of the children: `true`, or a condition.
    pub condition: &'a str,
    /// How they are sorted.
    pub keyset: Keyset,
}

impl Children<'_> {
    /// Reads them: each row begins with its parent's id, and each parent's rows are in the window's order.
    ///
    /// `values` are those of the tables and the condition, which begin with `$2`.
    pub async fn load(
        &self,
        db: &impl RowSource,
        parents: impl IntoIterator<Item = Uuid>,
        window: &Window<Key>,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Row>> {
        let parents = sql::uuids(db.get_database_backend(), parents);
        let all = std::iter::once(parents).chain(values);
        self.load_with(db, window, all.collect()).await
    }

    /// The same with all values: the parents' keys, then those of the condition.
    pub async fn load_with(
        &self,
        db: &impl RowSource,
        window: &Window<Key>,
        mut values: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let bounds = self.keyset.bounds(window, &mut values);
        let order = self.keyset.order(window);
        let text = self.text(db.get_database_backend(), &bounds, &order, window.fetch());
        Ok(sql::fetch(db, &text, values).await?)
    }

    /// PostgreSQL stops reading a parent's children when it has enough. SQLite has no lateral joins: it looks up the
    /// ids of enough children in an index and reads their rows then, or numbers all children where tables lie between.
    /// The limit stands in the text, so that plans know it.
    fn text(&self, engine: DbBackend, bounds: &str, order: &str, limit: i64) -> String {
        let Self { keys, columns, from, with, parent, condition, .. } = self;
        let own = format!("{parent} = k.id AND {condition}{bounds}");
        if engine == DbBackend::Postgres {
            // Texts are long and written with each read: they would grow half a dozen times.
            let mut text = String::with_capacity(1024);
            let _ = write!(
                text,
                "SELECT k.id, c.* FROM {{{keys} $1}} k CROSS JOIN LATERAL (SELECT {columns} FROM {from} {with} \
                 WHERE {own} ORDER BY {order} LIMIT {limit}) c"
            );
            return text;
        }
        match self.id {
            Some(id) => format!(
                "SELECT k.id, {columns} FROM {{{keys} $1}} k CROSS JOIN {from} {with} \
                 WHERE {id} IN (SELECT {id} FROM {from} WHERE {own} ORDER BY {order} LIMIT {limit}) \
                 ORDER BY {order}"
            ),
            None => format!(
                "SELECT * FROM (SELECT k.id, {columns}, row_number() OVER (PARTITION BY k.id ORDER BY {order}) \
                 AS number FROM {{{keys} $1}} k CROSS JOIN {from} {with} WHERE {own}) \
                 WHERE number <= {limit} ORDER BY 1, number"
            ),
        }
    }
}
