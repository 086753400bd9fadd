//! Stock levels, and the ledger that sums up to them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::id::{LocationId, StockMovementId, VariantId};
use entity::inventory::stock_movement::MovementReason;
use sea_orm::ActiveEnum;
use serde_json::json;
use uuid::Uuid;

use crate::infrastructure::database::{Row, RowSource};
use crate::services::bulk::{Kind, Rows, Together, key};
use crate::services::record::Fields;
use crate::services::sql::{self, Sql, rows, uuids};
use crate::services::{Change, Error, Result};

/// How many of a variant there are at a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Where.
    pub location: LocationId,
    /// Pieces; below zero where it was oversold.
    pub available: i64,
}

/// The levels of variants `v` as a column of text, to be read along with them: [`of_text`] reads it.
pub const OF_VARIANT: &str = "coalesce((SELECT \
    {lateral}string_agg(s.location_id || ' ' || s.available, ',')\
    {window}group_concat(hex(s.location_id) || ' ' || s.available, ','){end} \
    FROM stock_level s WHERE s.variant_id = v.id), '')";

/// The levels that [`OF_VARIANT`] tells.
///
/// # Errors
/// Where the text is another one.
pub fn of_text(text: &str) -> Result<Vec<Level>> {
    let level = |part: &str| {
        let (location, available) = part.split_once(' ')?;
        let location = LocationId(Uuid::try_parse(location).ok()?);
        Some(Level { location, available: available.parse().ok()? })
    };
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(level).collect::<Option<_>>().ok_or_else(|| Error::internal("levels that cannot be read"))
}

/// The levels of variants at all locations.
pub async fn of_variants(
    db: &impl RowSource,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Vec<Level>>> {
    static LEVELS: Sql = Sql::new(
        "SELECT s.variant_id, s.location_id, s.available FROM {uuids $1} k \
         JOIN stock_level s ON s.variant_id = k.id",
    );
    let ids = uuids(db.get_database_backend(), variants.into_iter().map(|id| id.0));
    read(&LEVELS.fetch(db, [ids]).await?)
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
    read(&LOCKED.fetch(&change.tx, [ids]).await?)
}

fn read(rows: &[Row]) -> Result<HashMap<VariantId, Vec<Level>>> {
    Ok(sql::of_owners(rows, |row| Ok(Level { location: row.id()?, available: row.get()? }))?)
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
    let changed = counted.iter().filter(|count| count.before != Some(count.now));
    let count = changed.clone().count();
    if count > TOLD {
        change.told("stock", "", None, Some(&Fields::default().with("levelsChanged", count)));
    }
    for count in changed.clone().take(if count > TOLD { 0 } else { TOLD }) {
        told(change, (count.variant, count.location), count.before, count.now);
    }
    for count in changed {
        let (of, at) = (key(count.variant.0), key(count.location.0));
        levels.push(json!([of, at, count.now, change.now.0]));
        let delta = count.now.saturating_sub(count.before.unwrap_or(0));
        if delta != 0 {
            let id = key(StockMovementId::generate().0);
            movements.push(json!([id, of, at, delta, reason.to_value(), None::<&str>, change.now.0]));
        }
    }
    writes.upsert(LEVEL, levels);
    writes.upsert(MOVEMENT, movements);
}

/// Levels that auditors are told one by one where one change sets many; of more it is told how many there were.
const TOLD: usize = 20;

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
        ("note", Kind::Text),
        ("created_at", Kind::Int),
    ],
    key: 1,
    keep: &["variant_id", "location_id", "delta", "reason", "note", "created_at"],
};

/// A variant at a location.
pub type Spot = (VariantId, LocationId);

/// One change of a level, for the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Movement {
    /// What, and where.
    pub spot: Spot,
    /// Pieces that came (above zero) or went.
    pub delta: i64,
}

/// Writes movements into the ledger; those of nothing are left out.
pub async fn record(
    change: &Change<'_>,
    movements: &[Movement],
    reason: MovementReason,
    note: Option<&str>,
) -> Result<()> {
    let row = |movement: &Movement| {
        let (of, at) = (key(movement.spot.0.0), key(movement.spot.1.0));
        let id = key(StockMovementId::generate().0);
        json!([id, of, at, movement.delta, reason.to_value(), note, change.now.0])
    };
    let moved = movements.iter().filter(|movement| movement.delta != 0);
    MOVEMENT.upsert(&change.tx, moved.map(row).collect()).await?;
    Ok(())
}

/// The levels at some spots, held until the change ends; a spot that has none yet gets zero.
pub async fn hold(change: &Change<'_>, spots: &BTreeSet<Spot>) -> Result<HashMap<Spot, i64>> {
    static HOLD: Sql = Sql::new(
        "SELECT s.variant_id, s.location_id, s.available FROM stock_level s \
         WHERE (s.variant_id, s.location_id) IN ( \
           {lateral}SELECT (value->>0)::uuid, (value->>1)::uuid FROM jsonb_array_elements($1::jsonb)\
           {window}SELECT unhex(value->>0), unhex(value->>1) FROM json_each($1){end}) \
         ORDER BY s.variant_id, s.location_id {lateral}FOR UPDATE{window}{end}",
    );
    // A row that is not there cannot be held, so it is made; whoever makes it at the same moment is waited for.
    static MAKE: Sql = Sql::new(
        "INSERT INTO stock_level (variant_id, location_id, available, updated_at) \
         {lateral}SELECT (value->>0)::uuid, (value->>1)::uuid, 0, $2 FROM jsonb_array_elements($1::jsonb)\
         {window}SELECT unhex(value->>0), unhex(value->>1), 0, $2 FROM json_each($1){end} WHERE true \
         ORDER BY 1, 2 ON CONFLICT DO NOTHING",
    );
    let rows = |spots: &mut dyn Iterator<Item = &Spot>| {
        rows(spots.map(|(of, at)| json!([key(of.0), key(at.0)])).collect::<Vec<_>>())
    };
    let mut known: HashMap<Spot, i64> = HashMap::with_capacity(spots.len());
    for try_again in [true, false] {
        let mut missing =
            spots.iter().filter(|spot| !known.contains_key(*spot)).collect::<Vec<_>>().into_iter();
        if missing.len() == 0 {
            break;
        }
        let missing = rows(&mut missing);
        if !try_again {
            MAKE.run(&change.tx, [missing.clone(), change.now.0.into()]).await?;
        }
        for row in HOLD.all(&change.tx, [missing]).await? {
            known.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?), row.try_get_by_index(2)?);
        }
    }
    Ok(known)
}

/// Writes levels that are held, each with the difference in the ledger, and answers which of them changed.
pub(super) async fn write(
    change: &Change<'_>,
    known: &HashMap<Spot, i64>,
    counted: impl IntoIterator<Item = (Spot, i64)>,
    reason: MovementReason,
    note: Option<&str>,
) -> Result<HashSet<Spot>> {
    let (mut levels, mut movements, mut changed) = (Vec::new(), Vec::new(), HashSet::new());
    for (spot, pieces) in counted {
        let before = known.get(&spot).copied().unwrap_or(0);
        if before != pieces {
            levels.push(json!([key(spot.0.0), key(spot.1.0), pieces, change.now.0]));
            movements.push(Movement { spot, delta: pieces.saturating_sub(before) });
            told(change, spot, Some(before), pieces);
            changed.insert(spot);
        }
    }
    LEVEL.upsert(&change.tx, levels).await?;
    record(change, &movements, reason, note).await?;
    Ok(changed)
}

/// Tells auditors of a level.
pub(super) fn told(change: &Change<'_>, (variant, location): Spot, before: Option<i64>, now: i64) {
    let stock = |pieces: Option<i64>| Fields::default().with(&format!("stock.{}", location.0), pieces);
    change.changed(variant, &stock(before), &stock(Some(now)));
}

/// Makes levels at one location what was counted, and answers which variants' changed.
///
/// Each change leaves a movement of the difference in the ledger; what is right already leaves nothing.
pub async fn set(
    change: &Change<'_>,
    location: LocationId,
    counted: &[(VariantId, i64)],
    reason: MovementReason,
) -> Result<HashSet<VariantId>> {
    // Of several counts of one variant the last one is right.
    let counted: BTreeMap<Spot, i64> =
        counted.iter().map(|(variant, pieces)| ((*variant, location), *pieces)).collect();
    let known = hold(change, &counted.keys().copied().collect()).await?;
    let changed = write(change, &known, counted, reason, None).await?;
    Ok(changed.into_iter().map(|(variant, _)| variant).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_the_levels_of_a_variant() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let level = |location, available| Level { location: LocationId(location), available };

        assert_eq!(of_text("").unwrap(), []);
        let hyphens = format!("{one} 5,{other} -7");
        assert_eq!(of_text(&hyphens).unwrap(), [level(one, 5), level(other, -7)]);
        assert_eq!(of_text(&format!("{:X} 0", one.simple())).unwrap(), [level(one, 0)]);
        for broken in [" ", "5", "x 5", &format!("{one}"), &format!("{one} "), &format!("{one} 1 2")] {
            assert!(of_text(broken).is_err(), "{broken}");
        }
    }
}
