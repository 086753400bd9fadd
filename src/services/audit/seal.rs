//! Sealing: numbering and chaining entries that are committed.
//!
//! An entry is taken when it is seen and has no number yet, so one that is committed late is chained later and never
//! skipped. What is sealed and how far it is sealed is written in one transaction: a sealer that is killed leaves nothing
//! half done.

use entity::audit::{audit_entry, audit_head};
use entity::id::Id as _;
use entity::time::SECOND;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::chain::{self, Keys};
use super::head::{alone, keep, open};
use crate::services::bulk::key;
use crate::services::sql::{Sql, rows};
use crate::services::{AppContext, Change, Result};

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

/// Seals some of the entries that are not sealed yet. Of several processes one does, the others find nothing to do.
///
/// # Errors
/// [`Stuck`](super::head::Stuck) as the cause where the chain so far cannot be continued: nothing is sealed over it.
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
