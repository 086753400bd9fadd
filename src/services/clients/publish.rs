//! Registering the documents of a version of a client app, all of them or none.

use std::collections::HashMap;

use entity::clients::{client_app, client_version, registered_document, version_document};
use entity::id::{ClientAppId, ClientVersionId, DocumentId};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde_json::{Value as Json, json};

use super::state;
use crate::services::bulk::{self, Kind, Rows};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, texts};
use crate::services::{AppContext, Change, Problems, Reason, Result};

/// Documents that one version of an app can have.
pub const MOST_DOCUMENTS: usize = 20_000;
/// Documents that can be registered for an app, those of all versions together.
const MOST_REGISTERED: u64 = 500_000;
const LONGEST_VERSION: usize = 64;
const LONGEST_ID: usize = 256;

const TEXTS: Rows = Rows {
    table: "document_text",
    columns: &[
        ("hash", Kind::Text),
        ("body", Kind::Text),
        ("operations", Kind::Text),
        ("facts", Kind::Text),
        ("schema_hash", Kind::Text),
    ],
    key: 1,
    keep: &["body"],
};

const REGISTERED: Rows = Rows {
    table: "registered_document",
    columns: &[
        ("id", Kind::Uuid),
        ("client_id", Kind::Uuid),
        ("document_id", Kind::Text),
        ("hash", Kind::Text),
        ("published_at", Kind::Int),
    ],
    key: 1,
    keep: &[],
};

const OF_VERSION: Rows = Rows {
    table: "version_document",
    columns: &[("version_id", Kind::Uuid), ("document_id", Kind::Uuid)],
    key: 2,
    keep: &[],
};

/// A document that was found valid.
#[derive(Clone, Debug)]
pub struct ToPublish {
    /// By which the app names it.
    pub document_id: String,
    /// Its text.
    pub text: String,
    /// SHA-256 of its text in hexadecimal digits.
    pub hash: String,
    /// The names of its operations, with spaces between them.
    pub operations: String,
    /// What the gate found out about it, as JSON.
    pub facts: String,
}

/// The documents of a version of an app.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The version as the app names it: 1 to 64 characters.
    pub version: String,
    /// Its documents; no id twice.
    pub documents: Vec<ToPublish>,
    /// SHA-256 of the schema that they were checked against.
    pub schema_hash: String,
}

/// What came of publishing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Documents that were not registered before.
    pub added: usize,
    /// Documents that were.
    pub known: usize,
}

/// Registers the documents of a version. The same manifest again changes nothing; a document that was to retire stays.
///
/// # Errors
/// What the manifest has wrong, each at its place: an id that is registered for another text, above all.
pub async fn publish(app: &AppContext, client: ClientAppId, manifest: &Manifest) -> Result<Published> {
    let mut problems = Problems::default();
    check(&mut problems, manifest);
    let change = app.begin().await?;
    // Who publishes for the same app waits here.
    let row = client_app::Entity::find_by_id(client).lock_exclusive().one(&change.tx).await?;
    if row.is_none() {
        problems.add(Reason::NotFound, &[&"client"], "there is no such client app");
    }
    let known = known(&change, client, manifest).await?;
    for (index, document) in manifest.documents.iter().enumerate() {
        if known.get(&document.document_id).is_some_and(|(_, hash)| *hash != document.hash) {
            let message = format!("the id {:?} is registered for another text", document.document_id);
            problems.add(Reason::Taken, &[&"documents", &index, &"id"], message);
        }
    }
    let registered =
        registered_document::Entity::find().filter(registered_document::Column::ClientId.eq(client));
    if registered.count(&change.tx).await? + manifest.documents.len() as u64 > MOST_REGISTERED {
        problems.add(
            Reason::Invalid,
            &[],
            format!("an app can have {MOST_REGISTERED} documents: retire some"),
        );
    }
    problems.none()?;
    let version = version(&change, client, &manifest.version).await?;
    let published = write(&change, client, version, manifest, &known).await?;
    let new = manifest.documents.iter().filter(|document| !known.contains_key(&document.document_id));
    let told = Fields::default()
        .with("documentsNew", new.map(|document| document.document_id.clone()).collect::<Vec<_>>())
        .with("documentsKnown", published.known);
    change.told("client_version", &manifest.version, None, Some(&told));
    events::publish(&change, Event::DocumentsPublished, [client.0]).await?;
    change.commit().await?;
    state::refresh_documents(app, client).await?;
    Ok(published)
}

fn check(problems: &mut Problems, manifest: &Manifest) {
    let is_printable = |text: &str| text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    let version = &manifest.version;
    if version.is_empty() || version.len() > LONGEST_VERSION || !is_printable(version) {
        let message = format!("a version has 1 to {LONGEST_VERSION} bytes and no blanks");
        problems.add(Reason::Invalid, &[&"version"], message);
    }
    if manifest.documents.is_empty() || manifest.documents.len() > MOST_DOCUMENTS {
        let message = format!("a manifest has 1 to {MOST_DOCUMENTS} documents");
        problems.add(Reason::Invalid, &[&"documents"], message);
    }
    for (index, document) in manifest.documents.iter().enumerate() {
        let id = &document.document_id;
        if id.is_empty() || id.len() > LONGEST_ID || !is_printable(id) {
            let message = format!("an id has 1 to {LONGEST_ID} bytes and no blanks");
            problems.add(Reason::Invalid, &[&"documents", &index, &"id"], message);
        }
    }
}

/// The documents among these that are registered: their keys and hashes by the app's ids.
async fn known(
    change: &Change<'_>,
    client: ClientAppId,
    manifest: &Manifest,
) -> Result<HashMap<String, (DocumentId, String)>> {
    static KNOWN: Sql = Sql::new(
        "SELECT r.document_id, r.id, r.hash FROM registered_document r \
         WHERE r.client_id = $1 AND r.document_id IN (SELECT id FROM {texts $2} k)",
    );
    let ids = texts(change.engine(), manifest.documents.iter().map(|document| document.document_id.as_str()));
    let mut known = HashMap::new();
    for row in KNOWN.all(&change.tx, [client.into(), ids]).await? {
        known.insert(row.try_get_by_index(0)?, (row.try_get_by_index(1)?, row.try_get_by_index(2)?));
    }
    Ok(known)
}

async fn version(change: &Change<'_>, client: ClientAppId, name: &str) -> Result<ClientVersionId> {
    let known = client_version::Entity::find()
        .select_only()
        .column(client_version::Column::Id)
        .filter(client_version::Column::ClientId.eq(client))
        .filter(client_version::Column::Version.eq(name));
    if let Some(id) = known.into_tuple::<ClientVersionId>().one(&change.tx).await? {
        return Ok(id);
    }
    let row = client_version::ActiveModel {
        id: Set(ClientVersionId::generate()),
        client_id: Set(client),
        version: Set(name.to_owned()),
        published_at: Set(change.now),
    };
    Ok(row.insert(&change.tx).await?.id)
}

async fn write(
    change: &Change<'_>,
    client: ClientAppId,
    version: ClientVersionId,
    manifest: &Manifest,
    known: &HashMap<String, (DocumentId, String)>,
) -> Result<Published> {
    static STAYS: Sql = Sql::new(
        "UPDATE registered_document SET retires_at = NULL WHERE client_id = $1 AND retires_at IS NOT NULL \
         AND document_id IN (SELECT id FROM {texts $2} k)",
    );
    let mut published = Published::default();
    let (mut bodies, mut rows, mut of_version): (Vec<Json>, Vec<Json>, Vec<Json>) = Default::default();
    for document in &manifest.documents {
        let ToPublish { document_id, text, hash, operations, facts } = document;
        let id = if let Some((id, _)) = known.get(document_id) {
            published.known += 1;
            *id
        } else {
            published.added += 1;
            let id = DocumentId::generate();
            rows.push(json!([bulk::key(id.0), bulk::key(client.0), document_id, hash, change.now.0]));
            id
        };
        bodies.push(json!([hash, text, operations, facts, manifest.schema_hash]));
        of_version.push(json!([bulk::key(version.0), bulk::key(id.0)]));
    }
    TEXTS.upsert(&change.tx, bodies).await?;
    REGISTERED.upsert(&change.tx, rows).await?;
    let ids = texts(change.engine(), known.keys().map(String::as_str));
    STAYS.run(&change.tx, [client.into(), ids]).await?;
    version_document::Entity::delete_many()
        .filter(version_document::Column::VersionId.eq(version))
        .exec(&change.tx)
        .await?;
    OF_VERSION.upsert(&change.tx, of_version).await?;
    Ok(published)
}
