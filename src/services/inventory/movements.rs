//! Reading the ledger.

use entity::id::{LocationId, StockMovementId, VariantId};
use entity::inventory::stock_movement;
use sea_orm::{FromQueryResult, Value};

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::keyset::{Key, Keyset, SortValue};
use crate::services::page::{Page, Window};
use crate::services::sql;

/// A movement of stock as it is read.
pub type Movement = stock_movement::Model;

const NEWEST: Keyset = Keyset { columns: &["m.created_at", "m.id"], descending: true };

/// A movement's place in the ledger.
pub fn key(movement: &Movement) -> Key {
    let StockMovementId(id) = movement.id;
    Key { sort: vec![SortValue::Int(movement.created_at.0)], id }
}

/// The movements of a variant, at all locations or one, the newest first.
pub async fn of_variant(
    db: &impl RowSource,
    variant: VariantId,
    location: Option<LocationId>,
    window: &Window<Key>,
) -> Result<Page<Movement>> {
    let mut values: Vec<Value> = vec![variant.0.into(), window.fetch().into()];
    let mut there = String::new();
    if let Some(location) = location {
        values.push(location.0.into());
        there.push_str(" AND m.location_id = $3");
    }
    let bounds = NEWEST.bounds(window, &mut values);
    let order = NEWEST.order(window);
    let text = format!(
        "SELECT m.* FROM stock_movement m WHERE m.variant_id = $1{there}{bounds} ORDER BY {order} LIMIT $2"
    );
    let rows = sql::all(db, &text, values).await?;
    let rows = rows.iter().map(|row| Movement::from_query_result(row, ""));
    Ok(Page::of(rows.collect::<std::result::Result<_, _>>()?, window))
}

/// How many movements of a variant there are, at all locations or one.
pub async fn count(db: &impl RowSource, variant: VariantId, location: Option<LocationId>) -> Result<i64> {
    let mut values: Vec<Value> = vec![variant.0.into()];
    let mut text = "SELECT count(*) FROM stock_movement m WHERE m.variant_id = $1".to_owned();
    if let Some(location) = location {
        values.push(location.0.into());
        text.push_str(" AND m.location_id = $2");
    }
    let rows = sql::all(db, &text, values).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
}
