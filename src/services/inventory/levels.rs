//! Stock levels, and the ledger that sums up to them.

use std::collections::{HashMap, HashSet};

use entity::id::{LocationId, StockMovementId, VariantId};
use entity::inventory::stock_movement::MovementReason;
use sea_orm::{ActiveEnum, ConnectionTrait};
use serde_json::json;

use crate::services::bulk::{Kind, Rows, key};
use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Result};

/// How many of a variant there are at a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Where.
    pub location: LocationId,
    /// Pieces; below zero where it was oversold.
    pub available: i64,
}

/// The levels of variants at all locations.
pub async fn of_variants(
    db: &impl ConnectionTrait,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Vec<Level>>> {
    static LEVELS: Sql = Sql::new(
        "SELECT s.variant_id, s.location_id, s.available FROM {uuids $1} k \
         JOIN stock_level s ON s.variant_id = k.id",
    );
    let ids = uuids(db.get_database_backend(), variants.into_iter().map(|id| id.0));
    let mut levels: HashMap<VariantId, Vec<Level>> = HashMap::new();
    for row in LEVELS.all(db, [ids]).await? {
        let level = Level { location: row.try_get_by_index(1)?, available: row.try_get_by_index(2)? };
        levels.entry(row.try_get_by_index(0)?).or_default().push(level);
    }
    Ok(levels)
}

const LEVEL: Rows = Rows {
    table: "stock_level",
    columns: &[
        ("variant_id", Kind::Uuid),
        ("location_id", Kind::Uuid),
        ("available", Kind::Int),
        ("updated_at", Kind::Int),
    ],
    key: 2,
    keep: &[],
};

const MOVEMENT: Rows = Rows {
    table: "stock_movement",
    columns: &[
        ("id", Kind::Uuid),
        ("variant_id", Kind::Uuid),
        ("location_id", Kind::Uuid),
        ("delta", Kind::Int),
        ("reason", Kind::Int),
        ("created_at", Kind::Int),
    ],
    key: 1,
    keep: &["variant_id", "location_id", "delta", "reason", "created_at"],
};

/// Makes levels at one location what was counted, and answers which variants' changed.
///
/// Each change leaves a movement of the difference in the ledger; what is right already leaves nothing.
pub async fn set(
    change: &Change<'_>,
    location: LocationId,
    counted: &[(VariantId, i64)],
    reason: MovementReason,
) -> Result<HashSet<VariantId>> {
    static KNOWN: Sql = Sql::new(
        "SELECT s.variant_id, s.available FROM stock_level s \
         WHERE s.location_id = $2 AND s.variant_id IN (SELECT id FROM {uuids $1} k) \
         ORDER BY s.variant_id {lateral}FOR UPDATE{window}{end}",
    );
    let ids = uuids(change.engine(), counted.iter().map(|(variant, _)| variant.0));
    let mut known: HashMap<VariantId, i64> = HashMap::new();
    for row in KNOWN.all(&change.tx, [ids, location.0.into()]).await? {
        known.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    let (mut levels, mut movements, mut changed) = (Vec::new(), Vec::new(), HashSet::new());
    for (variant, pieces) in counted {
        let before = known.insert(*variant, *pieces);
        if before == Some(*pieces) {
            continue;
        }
        let (of, at) = (key(variant.0), key(location.0));
        levels.push(json!([of, at, pieces, change.now.0]));
        changed.insert(*variant);
        let delta = pieces.saturating_sub(before.unwrap_or(0));
        if delta != 0 {
            let id = key(StockMovementId::generate().0);
            movements.push(json!([id, of, at, delta, reason.to_value(), change.now.0]));
        }
    }
    LEVEL.upsert(&change.tx, levels).await?;
    MOVEMENT.upsert(&change.tx, movements).await?;
    Ok(changed)
}
