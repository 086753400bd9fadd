//! The registered documents as staff see them.

use std::collections::HashMap;

use entity::clients::client_version;
use entity::id::{ClientAppId, DocumentId};
use entity::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Value};
use uuid::Uuid;

use crate::services::keyset::{Key, SortValue};
use crate::services::page::{Page, Window};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Result};

/// Versions of an app that are told at most.
const MOST_VERSIONS: u64 = 500;

/// A registered document with what is known of its use.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    /// Its key.
    pub id: DocumentId,
    /// By which the app names it.
    pub document_id: String,
    /// SHA-256 of its text.
    pub hash: String,
    /// Its text.
    pub text: String,
    /// What the gate found out about it, as JSON.
    pub facts: String,
    /// When it was registered.
    pub published_at: Timestamp,
    /// From when it is refused.
    pub retires_at: Option<Timestamp>,
    /// Since when it is switched off.
    pub killed_at: Option<Timestamp>,
    /// When it was last run, by which versions: the last first; an empty version is one that was never published.
    pub uses: Vec<(String, Timestamp)>,
    /// The versions that have it.
    pub versions: Vec<String>,
}

impl DocumentRow {
    /// Its place among the documents of its app.
    pub fn key(&self) -> Key {
        Key { sort: vec![SortValue::Text(self.document_id.clone())], id: self.id.0 }
    }
}

/// A version that documents were published for.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// As the app names it.
    pub version: String,
    /// When it was first published.
    pub published_at: Timestamp,
}

const COLUMNS: &str = "SELECT r.id, r.document_id, r.hash, t.body, t.facts, r.published_at, r.retires_at, r.killed_at \
     FROM registered_document r JOIN document_text t ON t.hash = r.hash WHERE r.client_id = $1";

/// A page of an app's documents by their ids.
pub async fn documents(
    app: &AppContext,
    client: ClientAppId,
    window: &Window<Key>,
) -> Result<Page<DocumentRow>> {
    let bound = |key: &Option<Key>| match key.as_ref().map(|key| key.sort.as_slice()) {
        Some([SortValue::Text(text)]) => Value::from(text.as_str()),
        _ => Value::String(None),
    };
    let direction = if window.is_backward() { "DESC" } else { "ASC" };
    let text = format!(
        "{COLUMNS} AND ($2 IS NULL OR r.document_id > $2) AND ($3 IS NULL OR r.document_id < $3) \
         ORDER BY r.document_id {direction} LIMIT $4"
    );
    let values = vec![client.into(), bound(&window.after), bound(&window.before), window.fetch().into()];
    let db = app.db.read()?;
    let rows = crate::services::sql::all(db, &text, values).await?;
    let rows = rows.iter().map(document).collect::<Result<Vec<_>>>()?;
    let mut page = Page::of(rows, window);
    tell_uses(app, &mut page.rows).await?;
    Ok(page)
}

/// All documents that a version of an app has, by their ids.
pub async fn of_version(app: &AppContext, client: ClientAppId, version: &str) -> Result<Vec<DocumentRow>> {
    let text = format!(
        "{COLUMNS} AND r.id IN (SELECT d.document_id FROM version_document d JOIN client_version v ON v.id = d.version_id \
         WHERE v.client_id = $1 AND v.version = $2) ORDER BY r.document_id"
    );
    let rows = crate::services::sql::all(app.db.read()?, &text, vec![client.into(), version.into()]).await?;
    rows.iter().map(document).collect()
}

/// The versions of an app, the newest first.
pub async fn versions(app: &AppContext, client: ClientAppId) -> Result<Vec<VersionRow>> {
    let rows = client_version::Entity::find()
        .filter(client_version::Column::ClientId.eq(client))
        .order_by_desc(client_version::Column::Id)
        .limit(MOST_VERSIONS)
        .all(app.db.read()?)
        .await?;
    let shown =
        |row: client_version::Model| VersionRow { version: row.version, published_at: row.published_at };
    Ok(rows.into_iter().map(shown).collect())
}

fn document(row: &QueryResult) -> Result<DocumentRow> {
    Ok(DocumentRow {
        id: row.try_get_by_index(0)?,
        document_id: row.try_get_by_index(1)?,
        hash: row.try_get_by_index(2)?,
        text: row.try_get_by_index(3)?,
        facts: row.try_get_by_index(4)?,
        published_at: row.try_get_by_index(5)?,
        retires_at: row.try_get_by_index(6)?,
        killed_at: row.try_get_by_index(7)?,
        uses: Vec::new(),
        versions: Vec::new(),
    })
}

/// Two statements, however many documents there are.
async fn tell_uses(app: &AppContext, rows: &mut [DocumentRow]) -> Result<()> {
    static USES: Sql = Sql::new(
        "SELECT u.document_id, u.version, u.used_at FROM document_use u \
         WHERE u.document_id IN (SELECT id FROM {uuids $1} k) ORDER BY u.used_at DESC, u.version",
    );
    static VERSIONS: Sql = Sql::new(
        "SELECT d.document_id, v.version FROM version_document d JOIN client_version v ON v.id = d.version_id \
         WHERE d.document_id IN (SELECT id FROM {uuids $1} k) ORDER BY v.id DESC",
    );
    let db = app.db.read()?;
    let ids = uuids(sea_orm::ConnectionTrait::get_database_backend(db), rows.iter().map(|row| row.id.0));
    let mut places: HashMap<Uuid, &mut DocumentRow> = rows.iter_mut().map(|row| (row.id.0, row)).collect();
    for row in USES.all(db, [ids.clone()]).await? {
        if let Some(document) = places.get_mut(&row.try_get_by_index(0)?) {
            document.uses.push((row.try_get_by_index(1)?, row.try_get_by_index(2)?));
        }
    }
    for row in VERSIONS.all(db, [ids]).await? {
        if let Some(document) = places.get_mut(&row.try_get_by_index(0)?) {
            document.versions.push(row.try_get_by_index(1)?);
        }
    }
    Ok(())
}
