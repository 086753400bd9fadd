//! Sealing: numbering and chaining entries that are committed.
//!
//! An entry is taken when it is seen and has no number yet, so one that is committed late is chained later and never
//! skipped. What is sealed and how far it is sealed is written in one transaction: a sealer that is killed leaves nothing
//! half done.

use entity::audit::{audit_entry, audit_head};
use entity::id::Id as _;
use entity::time::{SECOND, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, DatabaseTransaction, DbBackend, EntityTrait, IntoActiveModel as _,
    Iterable as _, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

use super::chain::{self, Keys};
use super::verify::Mark;
use crate::services::bulk::key;
use crate::services::sql::{Sql, rows};
use crate::services::{AppContext, Change, Error, Result};

/// Entries that are sealed in one transaction: others want to write, too.
const AT_ONCE: u64 = 500;

/// How far sealing got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Entries that were sealed.
    pub entries: u64,
    /// Whether there may be more.
    pub is_more: bool,
}

/// How far sealing is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Entries that are not sealed.
    pub entries: i64,
    /// For how many seconds the oldest of them has waited.
    pub seconds: i64,
}

/// Why entries cannot be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stuck {
    /// The key is not among those that are set.
    #[error("the head of the audit log is sealed with the key {0}, which is not among VITRINE_SECRETS")]
    KeyLost(String),
    /// It is not what was sealed.
    #[error("the head of the audit log was changed or removed: run `vitrine audit verify`")]
    Tampered,
}

/// Seals some of the entries that are not sealed yet. Of several processes one does, the others find nothing to do.
///
/// # Errors
/// [`Stuck`] as the cause where the chain so far cannot be continued: nothing is sealed over it.
pub async fn seal(app: &AppContext, keys: &Keys) -> Result<Sealed> {
    static ANY: Sql = Sql::new("SELECT 1 FROM audit_entry WHERE number IS NULL LIMIT 1");
    if ANY.one(app.db.read()?, []).await?.is_none() {
        return Ok(Sealed::default());
    }
    let change = app.begin_upkeep().await?;
    if !alone(&change.tx, change.engine()).await? {
        return Ok(Sealed::default());
    }
    let mut head = open(&change, keys).await?;
    let waiting = audit_entry::Entity::find()
        .filter(audit_entry::Column::Number.is_null())
        .order_by_asc(audit_entry::Column::CreatedAt)
        .order_by_asc(audit_entry::Column::Id)
        .limit(AT_ONCE)
        .all(&change.tx)
        .await?;
    write(&change, keys, &mut head, &waiting).await?;
    keep(&change, keys, head).await?;
    change.commit().await?;
    let entries = waiting.len() as u64;
    Ok(Sealed { entries, is_more: entries == AT_ONCE })
}

async fn write(
    change: &Change<'_>,
    keys: &Keys,
    head: &mut audit_head::Model,
    waiting: &[audit_entry::Model],
) -> Result<()> {
    static SEAL: Sql = Sql::new(
        "UPDATE audit_entry SET number = s.number, key_name = s.key_name, seal = s.seal FROM \
         {lateral}(SELECT (value->>0)::uuid AS id, (value->>1)::bigint AS number, value->>2 AS key_name, \
         value->>3 AS seal FROM jsonb_array_elements($1::jsonb)) s\
         {window}(SELECT unhex(value->>0) AS id, value->>1 AS number, value->>2 AS key_name, value->>3 AS seal \
         FROM json_each($1)) s{end} WHERE audit_entry.id = s.id AND audit_entry.number IS NULL",
    );
    let (sealing, name) = (keys.sealing(), keys.sealing().name());
    let mut sealed = Vec::with_capacity(waiting.len());
    for entry in waiting {
        head.last_number += 1;
        head.last_seal = chain::seal_of(sealing, &head.last_seal, head.last_number, entry);
        sealed.push(json!([key(entry.id.uuid()), head.last_number, name, head.last_seal]));
    }
    if !sealed.is_empty() {
        SEAL.run(&change.tx, [rows(sealed)]).await?;
    }
    Ok(())
}

/// Seals the head anew where another key seals by now, so that the former one is needed for old entries only.
///
/// # Errors
/// As [`seal`].
pub async fn renew(app: &AppContext, keys: &Keys) -> Result<()> {
    let head = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
    if head.is_none_or(|head| head.key_name == keys.sealing().name()) {
        return Ok(());
    }
    let change = app.begin_upkeep().await?;
    if alone(&change.tx, change.engine()).await? {
        let head = open(&change, keys).await?;
        keep(&change, keys, head).await?;
    }
    change.commit().await
}

/// Whether this is the only one that works on the chain, until its transaction ends. On SQLite there is one writer.
pub(super) async fn alone(tx: &DatabaseTransaction, engine: DbBackend) -> Result<bool> {
    static ALONE: Sql = Sql::new("SELECT pg_try_advisory_xact_lock(1447647001)");
    if engine != DbBackend::Postgres {
        return Ok(true);
    }
    let row = ALONE.one(tx, []).await?;
    Ok(row.map_or(Ok(false), |row| row.try_get_by_index(0))?)
}

/// The head, once its seal is found true. The first sealer finds none.
pub(super) async fn open(change: &Change<'_>, keys: &Keys) -> Result<audit_head::Model> {
    let Some(head) = audit_head::Entity::find_by_id(1_i16).one(&change.tx).await? else {
        let sealed = audit_entry::Entity::find().filter(audit_entry::Column::Number.is_not_null());
        if sealed.one(&change.tx).await?.is_some() {
            return Err(Error::internal(Stuck::Tampered));
        }
        return Ok(empty());
    };
    let key = keys.named(&head.key_name);
    let key = key.ok_or_else(|| Error::internal(Stuck::KeyLost(head.key_name.clone())))?;
    if !chain::same(&chain::seal_of_head(key, &head), &head.seal) {
        return Err(Error::internal(Stuck::Tampered));
    }
    Ok(head)
}

/// Of a log without sealed entries.
pub(super) fn empty() -> audit_head::Model {
    audit_head::Model {
        id: 1,
        first_number: 0,
        first_seal: String::new(),
        last_number: 0,
        last_seal: String::new(),
        sealed_at: Timestamp::default(),
        key_name: String::new(),
        seal: String::new(),
    }
}

/// Seals the head and writes it.
pub(super) async fn keep(change: &Change<'_>, keys: &Keys, mut head: audit_head::Model) -> Result<()> {
    let key = keys.sealing();
    head.sealed_at = change.now;
    head.key_name = key.name();
    head.seal = chain::seal_of_head(key, &head);
    let row = head.into_active_model().reset_all();
    let others = audit_head::Column::iter().filter(|column| !matches!(column, audit_head::Column::Id));
    audit_head::Entity::insert(row)
        .on_conflict(OnConflict::column(audit_head::Column::Id).update_columns(others).to_owned())
        .exec_without_returning(&change.tx)
        .await?;
    Ok(())
}

/// Where the log ends.
///
/// # Errors
/// Where the database cannot be read.
pub async fn mark(app: &AppContext) -> Result<Option<Mark>> {
    let head = audit_head::Entity::find_by_id(1_i16).one(app.db.read()?).await?;
    Ok(head.map(|head| Mark { number: head.last_number, seal: head.last_seal }))
}

/// How many entries are not sealed, and for how long the oldest of them has waited.
///
/// # Errors
/// Where the database cannot be read.
pub async fn behind(app: &AppContext) -> Result<Behind> {
    static BEHIND: Sql = Sql::new("SELECT count(*), min(created_at) FROM audit_entry WHERE number IS NULL");
    let Some(row) = BEHIND.one(app.db.read()?, []).await? else { return Ok(Behind::default()) };
    let oldest: Option<i64> = row.try_get_by_index(1)?;
    let seconds = oldest.map_or(0, |oldest| (app.now().0 - oldest).max(0) / SECOND);
    Ok(Behind { entries: row.try_get_by_index(0)?, seconds })
}
