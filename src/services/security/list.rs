//! What was seen, as staff read it.

use entity::id::AccountId;
use entity::time::Timestamp;
use sea_orm::{QueryResult, Value};

use super::{SecurityEvent, Severity, ThreatKind};
use crate::services::keyset::{Key, Keyset, SortValue};
use crate::services::page::{Page, Window};
use crate::services::sql::{self, ints};
use crate::services::{AppContext, Result};

/// Which events are listed: those that all parts fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Any of these kinds; empty: all.
    pub kinds: Vec<ThreatKind>,
    /// At least as bad.
    pub severity: Option<Severity>,
    /// About this account.
    pub account: Option<AccountId>,
    /// Seen last at this moment or later.
    pub since: Option<Timestamp>,
    /// Seen first before this moment.
    pub until: Option<Timestamp>,
}

const NEWEST: Keyset = Keyset { columns: &["first_at", "id"], descending: true };

/// An event's place in the list.
pub fn key(event: &SecurityEvent) -> Key {
    Key { sort: vec![SortValue::Int(event.first_at.0)], id: event.id.0 }
}

/// A page of events, those that were first seen last before the others.
pub async fn list(app: &AppContext, filter: &Filter, window: &Window<Key>) -> Result<Page<SecurityEvent>> {
    let db = app.db.read()?;
    let (condition, mut values) = conditions(sea_orm::ConnectionTrait::get_database_backend(db), filter);
    let bounds = NEWEST.bounds(window, &mut values);
    let text = format!(
        "SELECT id, kind, severity, subject, window_start, account_id, network, occurrences, first_at, last_at \
         FROM security_event WHERE {condition}{bounds} ORDER BY {} LIMIT {}",
        NEWEST.order(window),
        window.fetch()
    );
    let rows = sql::all(db, &text, values).await?;
    let rows = rows.iter().map(read).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(Page::of(rows, window))
}

/// How many events there are.
pub async fn count(app: &AppContext, filter: &Filter) -> Result<i64> {
    let db = app.db.read()?;
    let (condition, values) = conditions(sea_orm::ConnectionTrait::get_database_backend(db), filter);
    let text = format!("SELECT count(*) FROM security_event WHERE {condition}");
    let row = sql::all(db, &text, values).await?.into_iter().next();
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

fn conditions(engine: sea_orm::DbBackend, filter: &Filter) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let mut text = "true".to_owned();
    let mut also = |condition: &str, value: Value| {
        values.push(value);
        text.push_str(" AND ");
        text.push_str(&condition.replace('#', &format!("${}", values.len())));
    };
    if !filter.kinds.is_empty() {
        let kinds = filter.kinds.iter().map(|kind| i64::from(sea_orm::ActiveEnum::to_value(kind)));
        also("kind IN (SELECT id FROM {ints #} k)", ints(engine, kinds));
    }
    if let Some(severity) = filter.severity {
        also("severity >= #", severity.into());
    }
    if let Some(account) = filter.account {
        also("account_id = #", account.0.into());
    }
    if let Some(since) = filter.since {
        also("last_at >= #", since.0.into());
    }
    if let Some(until) = filter.until {
        also("first_at < #", until.0.into());
    }
    (text, values)
}

fn read(row: &QueryResult) -> std::result::Result<SecurityEvent, sea_orm::DbErr> {
    Ok(SecurityEvent {
        id: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        severity: row.try_get_by_index(2)?,
        subject: row.try_get_by_index(3)?,
        window_start: row.try_get_by_index(4)?,
        account_id: row.try_get_by_index(5)?,
        network: row.try_get_by_index(6)?,
        occurrences: row.try_get_by_index(7)?,
        first_at: row.try_get_by_index(8)?,
        last_at: row.try_get_by_index(9)?,
    })
}
