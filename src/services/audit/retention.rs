//! Deleting entries for their age, so that the rest can still be verified: the head says, sealed, where the log begins.

use entity::audit::audit_entry;
use entity::time::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::chain::Keys;
use super::head::{alone, keep, open};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Result};

/// Entries that go in one transaction.
const AT_ONCE: u64 = 500;

/// Deletes sealed entries that were written before a moment, from the oldest on and up to the first younger one, at most
/// 500; answers how many.
///
/// # Errors
/// As sealing: what cannot be continued is not shortened either.
pub async fn prune(app: &AppContext, keys: &Keys, before: Timestamp) -> Result<u64> {
    static PRUNE: Sql = Sql::new("DELETE FROM audit_entry WHERE id IN (SELECT id FROM {uuids $1} k)");
    let sealed = audit_entry::Entity::find()
        .filter(audit_entry::Column::Number.is_not_null())
        .order_by_asc(audit_entry::Column::Number);
    let oldest = sealed.clone().one(app.db.read()?).await?;
    if oldest.is_none_or(|entry| entry.created_at >= before) {
        return Ok(0);
    }
    let change = app.begin_upkeep().await?;
    if !alone(&change.tx, change.engine()).await? {
        return Ok(0);
    }
    let mut head = open(&change, keys).await?;
    let first = sealed.limit(AT_ONCE).all(&change.tx).await?;
    let old: Vec<&audit_entry::Model> = first.iter().take_while(|entry| entry.created_at < before).collect();
    // An entry that is missing is not to vanish in a gap that looks like age.
    let is_whole =
        old.iter().zip(head.first_number + 1..).all(|(entry, number)| entry.number == Some(number));
    let Some(last) = old.last().filter(|_| is_whole) else { return Ok(0) };
    head.first_number = last.number.unwrap_or_default();
    head.first_seal = last.seal.clone().unwrap_or_default();
    PRUNE.run(&change.tx, [uuids(change.engine(), old.iter().map(|entry| entry.id.0))]).await?;
    keep(&change, keys, head).await?;
    change.commit().await?;
    Ok(old.len() as u64)
}
