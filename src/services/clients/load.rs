//! Reading client apps and their documents.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::Arc;

use entity::clients::{client_app, client_version, document_text};
use entity::id::{ClientAppId, DocumentId};
use entity::time::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, Value};
use uuid::Uuid;

use super::{Budget, Client, Documents, Registered};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Error, Result};

/// Documents that are read at a time.
const PAGE: i64 = 1_000;

/// All apps, without their documents.
pub(super) async fn clients(app: &AppContext) -> Result<Vec<Client>> {
    let rows = client_app::Entity::find().order_by_asc(client_app::Column::Id).all(app.db.read()?).await?;
    Ok(rows.into_iter().map(client).collect())
}

/// An app as its row tells it.
pub(super) fn client(row: client_app::Model) -> Client {
    let amount =
        |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok()).and_then(NonZeroU32::new);
    let budget = amount(row.budget_points).zip(amount(row.budget_restore));
    Client {
        id: row.id,
        handle: row.handle,
        name: row.name,
        key: row.public_key,
        mode: row.mode,
        origins: row.origins.split_whitespace().map(str::to_owned).collect(),
        budget: budget.map(|(points, per_second)| Budget { points, per_second }),
        created_at: row.created_at,
        deactivated_at: row.deactivated_at,
        documents: Arc::default(),
    }
}

/// A statement that answers documents as one JSON text: to hand over a row costs several times what it takes to find it.
macro_rules! documents {
    ($which:literal) => {
        Sql::new(concat!(
            "SELECT {lateral}json_agg(json_build_array(d.client_id, d.id, d.document_id, d.hash, d.schema_hash, \
             d.retires_at, d.killed_at, d.operations))::text{window}json_group_array(json_array(hex(d.client_id), \
             hex(d.id), d.document_id, d.hash, d.schema_hash, d.retires_at, d.killed_at, d.operations)){end} \
             FROM (SELECT r.client_id, r.id, r.document_id, r.hash, t.schema_hash, r.retires_at, r.killed_at, t.operations \
             FROM registered_document r JOIN document_text t ON t.hash = r.hash WHERE ",
            $which,
            ") d"
        ))
    };
}

/// A document as that JSON text tells it.
type Row = (String, String, Box<str>, Box<str>, String, Option<i64>, Option<i64>, Box<str>);

/// The documents of all apps.
pub(super) async fn all_documents(app: &AppContext) -> Result<HashMap<ClientAppId, Documents>> {
    static ALL: Sql = documents!("r.id > $1 ORDER BY r.id LIMIT $2");
    let mut all: HashMap<ClientAppId, Documents> = HashMap::new();
    page_by_page(app, &ALL, &[], |client, document| all.entry(client).or_default().put(document)).await?;
    for version in client_version::Entity::find().all(app.db.read()?).await? {
        all.entry(version.client_id).or_default().versions.insert(version.version.into());
    }
    Ok(all)
}

/// The documents of one app.
pub(super) async fn documents(app: &AppContext, client: ClientAppId) -> Result<Documents> {
    static OF_CLIENT: Sql = documents!("r.id > $1 AND r.client_id = $3 ORDER BY r.id LIMIT $2");
    let mut documents = Documents::default();
    page_by_page(app, &OF_CLIENT, &[client.into()], |_, document| documents.put(document)).await?;
    let versions = client_version::Entity::find().filter(client_version::Column::ClientId.eq(client));
    let versions = versions.all(app.db.read()?).await?;
    documents.versions = versions.into_iter().map(|version| version.version.into()).collect();
    Ok(documents)
}

/// Documents by their keys, and whose they are.
pub(super) async fn some(
    app: &AppContext,
    ids: &[DocumentId],
) -> Result<HashMap<ClientAppId, Vec<Registered>>> {
    static SOME: Sql = documents!("r.id IN (SELECT id FROM {uuids $1} k)");
    let db = app.db.read()?;
    let ids = uuids(db.get_database_backend(), ids.iter().map(|id| id.0));
    let (mut some, mut shared) = (HashMap::<_, Vec<_>>::new(), HashSet::new());
    for (client, document) in read(&SOME.all(db, [ids]).await?, &mut shared)? {
        some.entry(client).or_default().push(document);
    }
    Ok(some)
}

/// Reads documents some at a time: all at once would take several times the memory that is kept.
/// What is registered meanwhile may be missed; the event that tells of it comes after.
async fn page_by_page(
    app: &AppContext,
    sql: &Sql,
    values: &[Value],
    mut keep: impl FnMut(ClientAppId, Registered),
) -> Result<()> {
    let (mut shared, mut last) = (HashSet::new(), DocumentId(Uuid::nil()));
    loop {
        let values = [last.into(), PAGE.into()].into_iter().chain(values.iter().cloned());
        let found = read(&sql.all(app.db.read()?, values).await?, &mut shared)?;
        let is_last = i64::try_from(found.len()).unwrap_or(i64::MAX) < PAGE;
        for (client, document) in found {
            last = last.max(document.id);
            keep(client, document);
        }
        if is_last {
            return Ok(());
        }
    }
}

/// What a statement told. What many documents have in common is kept once.
fn read(rows: &[QueryResult], shared: &mut HashSet<Arc<str>>) -> Result<Vec<(ClientAppId, Registered)>> {
    let Some(row) = rows.first() else { return Ok(Vec::new()) };
    let text: Option<String> = row.try_get_by_index(0)?;
    let rows: Vec<Row> = serde_json::from_str(text.as_deref().unwrap_or("[]")).map_err(Error::internal)?;
    let read = |(client, id, document_id, hash, schema_hash, retires_at, killed_at, operations): Row| {
        let document = Registered {
            id: DocumentId(Uuid::parse_str(&id).map_err(Error::internal)?),
            document_id,
            hash,
            operations,
            schema_hash: once(shared, schema_hash),
            retires_at: retires_at.map(Timestamp),
            is_killed: killed_at.is_some(),
        };
        Ok((ClientAppId(Uuid::parse_str(&client).map_err(Error::internal)?), document))
    };
    rows.into_iter().map(read).collect()
}

fn once(shared: &mut HashSet<Arc<str>>, text: String) -> Arc<str> {
    if let Some(known) = shared.get(text.as_str()) {
        return Arc::clone(known);
    }
    let text: Arc<str> = text.into();
    shared.insert(Arc::clone(&text));
    text
}

/// The text of a document.
pub async fn text(app: &AppContext, hash: &str) -> Result<Option<String>> {
    let row = document_text::Entity::find_by_id(hash).one(app.db.read()?).await?;
    Ok(row.map(|row| row.body))
}
