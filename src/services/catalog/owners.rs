//! Which products variants belong to, held for a change that is about to price or stock them.

use std::collections::HashMap;

use entity::id::{ProductId, VariantId};
use sea_orm::DbErr;

use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Result};

/// The products of variants; a variant that is not there is left out.
///
/// Until the change ends none of them is deleted, and no other change derives rows from their products.
pub async fn hold(
    change: &Change<'_>,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, ProductId>> {
    static HOLD: Sql = Sql::new(
        "SELECT v.id, v.product_id FROM variant v JOIN product p ON p.id = v.product_id \
         WHERE v.id IN (SELECT id FROM {uuids $1} k) ORDER BY p.id, v.id \
         {lateral}FOR NO KEY UPDATE OF p FOR KEY SHARE OF v{window}{end}",
    );
    let ids = uuids(change.engine(), variants.into_iter().map(|id| id.0));
    let rows = HOLD.all(&change.tx, [ids]).await?;
    let pairs = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    Ok(pairs.collect::<std::result::Result<_, DbErr>>()?)
}
