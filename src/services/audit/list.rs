//! The audit log as auditors read it.

use entity::audit::audit_entry;
use entity::id::{AuditEntryId, Id as _};
use entity::time::Timestamp;
use sea_orm::{ActiveEnum as _, FromQueryResult as _, QueryResult, Value};
use uuid::Uuid;

use super::{ActorKind, EntryKind, Told};
use crate::services::keyset::{Key, Keyset, SortValue};
use crate::services::page::{Page, Window};
use crate::services::record::Content;
use crate::services::{AppContext, Result, sql};

/// An entry with its content read.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: AuditEntryId,
    /// When it was written.
    pub created_at: Timestamp,
    /// What it tells of.
    pub kind: EntryKind,
    /// What kind of actor it was.
    pub actor: ActorKind,
    /// The account or the token.
    pub actor_id: Option<Uuid>,
    /// The root field, or the command.
    pub action: String,
    /// The request.
    pub request_id: Option<String>,
    /// What it is about.
    pub subjects: Vec<Told>,
    /// How many more things it is about.
    pub more: usize,
    /// Its place in the chain.
    pub number: Option<i64>,
}

/// Which entries are listed: those for which all of it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// What they tell of.
    pub kind: Option<i16>,
    /// Whether an operator acted.
    pub actor: Option<i16>,
    /// The account or the token.
    pub actor_id: Option<Uuid>,
    /// The root field, or the command.
    pub action: Option<String>,
    /// What they are about.
    pub subject: Option<Uuid>,
    /// Not before this moment.
    pub from: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
    /// The request.
    pub request_id: Option<String>,
}

impl Filter {
    /// Only entries of a kind.
    #[must_use]
    pub fn of_kind(self, kind: Option<EntryKind>) -> Self {
        Self { kind: kind.map(|kind| kind.to_value()), ..self }
    }

    /// Only entries of a kind of actor.
    #[must_use]
    pub fn of_actor(self, actor: Option<ActorKind>) -> Self {
        Self { actor: actor.map(|actor| actor.to_value()), ..self }
    }
}

const NEWEST: Keyset = Keyset { columns: &["e.created_at", "e.id"], descending: true };
const NEWEST_OF_SUBJECT: Keyset = Keyset { columns: &["s.created_at", "s.entry_id"], descending: true };

/// An entry's place in the list.
pub fn key(entry: &Entry) -> Key {
    Key { sort: vec![SortValue::Int(entry.created_at.0)], id: entry.id.uuid() }
}

/// A page of the entries, the newest first.
///
/// # Errors
/// Where the database cannot be read.
pub async fn entries(app: &AppContext, filter: &Filter, window: &Window<Key>) -> Result<Page<Entry>> {
    let keyset = if filter.subject.is_some() { NEWEST_OF_SUBJECT } else { NEWEST };
    let mut values = Vec::new();
    let condition = condition(filter, &mut values);
    let bounds = keyset.bounds(window, &mut values);
    let (order, limit) = (keyset.order(window), window.fetch());
    let text = format!("SELECT e.* FROM {condition}{bounds} ORDER BY {order} LIMIT {limit}");
    let rows = sql::all(app.db.read()?, &text, values).await?;
    let entries = rows.iter().map(entry).collect::<Result<_>>()?;
    Ok(Page::of(entries, window))
}

/// How many entries there are.
///
/// # Errors
/// Where the database cannot be read.
pub async fn count(app: &AppContext, filter: &Filter) -> Result<i64> {
    let mut values = Vec::new();
    let text = format!("SELECT count(*) FROM {}", condition(filter, &mut values));
    let rows = sql::all(app.db.read()?, &text, values).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Where entries come from, and what holds of them. Text is put together of known parts only.
fn condition(filter: &Filter, values: &mut Vec<Value>) -> String {
    let Filter { kind, actor, actor_id, action, subject, from, until, request_id } = filter;
    let tables = match subject {
        Some(_) => "audit_subject s JOIN audit_entry e ON e.id = s.entry_id",
        None => "audit_entry e",
    };
    let parts: [(&str, Option<Value>); 8] = [
        ("s.subject_id =", subject.map(Value::from)),
        ("e.kind =", kind.map(Value::from)),
        ("e.actor =", actor.map(Value::from)),
        ("e.actor_id =", actor_id.map(Value::from)),
        ("e.action =", action.clone().map(Value::from)),
        ("e.request_id =", request_id.clone().map(Value::from)),
        ("e.created_at >=", from.map(Value::from)),
        ("e.created_at <", until.map(Value::from)),
    ];
    let mut text = format!("{tables} WHERE true");
    for (condition, value) in parts {
        let Some(value) = value else { continue };
        values.push(value);
        text.push_str(&format!(" AND {condition} ${}", values.len()));
    }
    text
}

fn entry(row: &QueryResult) -> Result<Entry> {
    let row = audit_entry::Model::from_query_result(row, "")?;
    // One that somebody tampered with must not keep auditors from reading the others.
    let content: Content = serde_json::from_str(&row.content).unwrap_or_default();
    Ok(Entry {
        id: row.id,
        created_at: row.created_at,
        kind: row.kind,
        actor: row.actor,
        actor_id: row.actor_id,
        action: row.action,
        request_id: row.request_id,
        subjects: content.subjects,
        more: content.more,
        number: row.number,
    })
}
