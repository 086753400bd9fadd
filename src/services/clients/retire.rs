//! Taking documents back: with a date, or at once.

use std::collections::BTreeMap;

use entity::clients::registered_document;
use entity::id::{ClientAppId, DocumentId};
use entity::time::Timestamp;
use sea_orm::FromQueryResult as _;

use super::state;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, texts, uuids};
use crate::services::{AppContext, Change, Problems, Reason, Result};

static RETIRES: Sql =
    Sql::new("UPDATE registered_document SET retires_at = $2 WHERE id IN (SELECT id FROM {uuids $1} k)");
static KILLED: Sql =
    Sql::new("UPDATE registered_document SET killed_at = $2 WHERE id IN (SELECT id FROM {uuids $1} k)");

/// Documents that one call takes back at most.
const MOST: usize = 1000;

/// Refuses documents from a moment on; without one they are there to stay.
///
/// # Errors
/// Where one of the ids is not registered for the app: then nothing is changed.
pub async fn retire(
    app: &AppContext,
    client: ClientAppId,
    ids: &[String],
    at: Option<Timestamp>,
) -> Result<Vec<DocumentId>> {
    set(app, client, ids, &RETIRES, |_| at).await
}

/// Switches documents off, at once: within a second everywhere.
///
/// # Errors
/// As [`retire`].
pub async fn kill(app: &AppContext, client: ClientAppId, ids: &[String]) -> Result<Vec<DocumentId>> {
    set(app, client, ids, &KILLED, Some).await
}

/// Switches documents on again.
///
/// # Errors
/// As [`retire`].
pub async fn revive(app: &AppContext, client: ClientAppId, ids: &[String]) -> Result<Vec<DocumentId>> {
    set(app, client, ids, &KILLED, |_| None).await
}

async fn set(
    app: &AppContext,
    client: ClientAppId,
    ids: &[String],
    statement: &'static Sql,
    value: impl FnOnce(Timestamp) -> Option<Timestamp>,
) -> Result<Vec<DocumentId>> {
    if ids.is_empty() || ids.len() > MOST {
        let message = format!("1 to {MOST} documents can be changed at once");
        return Err(Problems::one(Reason::Invalid, &[&"documents"], message));
    }
    let change = app.begin().await?;
    let known = stored(&change, client, ids).await?;
    let mut problems = Problems::default();
    for (index, id) in ids.iter().enumerate().filter(|(_, id)| !known.contains_key(*id)) {
        let message = format!("no document {id:?} is registered for this app");
        problems.add(Reason::NotFound, &[&"documents", &index], message);
    }
    problems.none()?;
    let found: Vec<DocumentId> = known.values().map(|row| row.id).collect();
    let keys = uuids(change.engine(), found.iter().map(|id| id.0));
    let at = value(change.now).map(|at| at.0);
    statement.run(&change.tx, [keys, at.into()]).await?;
    for (id, after) in stored(&change, client, ids).await? {
        if let Some(before) = known.get(&id) {
            change.changed(after.id, &Fields::of(before), &Fields::of(&after));
        }
    }
    events::publish(&change, Event::DocumentChanged, found.iter().map(|id| id.0)).await?;
    change.commit().await?;
    state::refresh_some(app, &found).await?;
    Ok(found)
}

/// Documents by the app's ids: those that are not registered are missing.
async fn stored(
    change: &Change<'_>,
    client: ClientAppId,
    ids: &[String],
) -> Result<BTreeMap<String, registered_document::Model>> {
    static STORED: Sql = Sql::new(
        "SELECT r.* FROM registered_document r \
         WHERE r.client_id = $1 AND r.document_id IN (SELECT id FROM {texts $2} k)",
    );
    let ids = texts(change.engine(), ids.iter().map(String::as_str));
    let rows = STORED.all(&change.tx, [client.into(), ids]).await?;
    let read = |row| registered_document::Model::from_query_result(row, "");
    rows.iter().map(|row| read(row).map(|row| (row.document_id.clone(), row)).map_err(Into::into)).collect()
}
