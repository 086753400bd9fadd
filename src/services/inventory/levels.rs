//! Stock levels, and the ledger that sums up to them.

use std::collections::{HashMap, HashSet};

use entity::id::{LocationId, StockMovementId, VariantId};
use entity::inventory::stock_movement::MovementReason;
use sea_orm::{ActiveEnum, ConnectionTrait, QueryResult};
use serde_json::json;

use crate::services::bulk::{Kind, Rows, Together, key};
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
    read(&LEVELS.all(db, [ids]).await?)
}

/// The same for a change: nobody else changes them before it ends.
pub async fn locked(
    change: &Change<'_>,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Vec<Level>>> {
    static LOCKED: Sql = Sql::new(
        "SELECT s.variant_id, s.location_id, s.available FROM stock_level s \
         WHERE s.variant_id IN (SELECT id FROM {uuids $1} k) \
         ORDER BY s.variant_id, s.location_id {lateral}FOR UPDATE{window}{end}",
    );
    let ids = uuids(change.engine(), variants.into_iter().map(|id| id.0));
    read(&LOCKED.all(&change.tx, [ids]).await?)
}

fn read(rows: &[QueryResult]) -> Result<HashMap<VariantId, Vec<Level>>> {
    let mut levels: HashMap<VariantId, Vec<Level>> = HashMap::new();
    for row in rows {
        let level = Level { location: row.try_get_by_index(1)?, available: row.try_get_by_index(2)? };
        levels.entry(row.try_get_by_index(0)?).or_default().push(level);
    }
    Ok(levels)
}

/// A level that was counted anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of what.
    pub variant: VariantId,
    /// Where.
    pub location: LocationId,
    /// How many there were; `None` where nobody had counted yet.
    pub before: Option<i64>,
    /// How many there are.
    pub now: i64,
}

/// Writes levels, and the movements that lead to them, together with other writes.
pub fn write_with(writes: &mut Together, change: &Change<'_>, counted: &[Counted], reason: MovementReason) {
    let (mut levels, mut movements) = (Vec::new(), Vec::new());
    for count in counted.iter().filter(|count| count.before != Some(count.now)) {
        let (of, at) = (key(count.variant.0), key(count.location.0));
        levels.push(json!([of, at, count.now, change.now.0]));
        let delta = count.now.saturating_sub(count.before.unwrap_or(0));
        if delta != 0 {
            let id = key(StockMovementId::generate().0);
            movements.push(json!([id, of, at, delta, reason.to_value(), change.now.0]));
        }
    }
    writes.upsert(LEVEL, levels);
    writes.upsert(MOVEMENT, movements);
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
    let count = |(variant, pieces): &(VariantId, i64)| {
        let before = known.insert(*variant, *pieces);
        (before != Some(*pieces)).then_some(Counted { variant: *variant, location, before, now: *pieces })
    };
    let counted: Vec<Counted> = counted.iter().filter_map(count).collect();
    let mut writes = Together::default();
    write_with(&mut writes, change, &counted, reason);
    writes.send(&change.tx).await?;
    Ok(counted.iter().map(|count| count.variant).collect())
}
