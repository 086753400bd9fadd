//! Prices of variants, one a market.

use std::collections::{HashMap, HashSet};

use entity::id::{MarketId, VariantId};
use entity::pricing::price;
use sea_orm::FromQueryResult;
use serde_json::{Value as Json, json};

use crate::infrastructure::database::RowSource;
use crate::services::bulk::{Kind, Rows, Together, key};
use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Result};

/// A price as somebody wants it to be; `None` leaves what is there.
#[derive(Clone, Copy, Debug)]
pub struct PriceDraft {
    /// The variant.
    pub variant: VariantId,
    /// Minor units.
    pub amount: Option<i64>,
    /// Minor units; `Some(None)` clears.
    pub compare_at: Option<Option<i64>>,
    /// Minor units; `Some(None)` clears.
    pub unit_cost: Option<Option<i64>>,
}

pub(super) const PRICE: Rows = Rows {
    table: "price",
    columns: &[
        ("variant_id", Kind::Uuid),
        ("market_id", Kind::Uuid),
        ("amount", Kind::Int),
        ("compare_at", Kind::Int),
        ("unit_cost", Kind::Int),
    ],
    key: 2,
    keep: &[],
};

/// Prices in a market with all that is kept about them, what staff alone may see included.
pub async fn full(
    db: &impl RowSource,
    market: MarketId,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, price::Model>> {
    static FULL: Sql =
        Sql::new("SELECT p.* FROM {uuids $1} k JOIN price p ON p.variant_id = k.id AND p.market_id = $2");
    let ids = uuids(db.get_database_backend(), variants.into_iter().map(|id| id.0));
    let rows = FULL.all(db, [ids, market.0.into()]).await?;
    let prices = rows.iter().map(|row| price::Model::from_query_result(row, ""));
    Ok(prices
        .map(|price| price.map(|price| (price.variant_id, price)))
        .collect::<std::result::Result<_, _>>()?)
}

/// The prices of variants in all markets.
pub async fn everywhere(
    db: &impl RowSource,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Vec<price::Model>>> {
    static EVERYWHERE: Sql = Sql::new("SELECT p.* FROM {uuids $1} k JOIN price p ON p.variant_id = k.id");
    let ids = uuids(db.get_database_backend(), variants.into_iter().map(|id| id.0));
    let mut prices: HashMap<VariantId, Vec<price::Model>> = HashMap::new();
    for row in EVERYWHERE.all(db, [ids]).await? {
        let price = price::Model::from_query_result(&row, "")?;
        prices.entry(price.variant_id).or_default().push(price);
    }
    Ok(prices)
}

/// Prices that are to be set, and markets in which variants are to have none, together with other writes.
pub fn write_with(writes: &mut Together, set: &[price::Model], gone: &[(VariantId, MarketId)]) {
    writes
        .delete(PRICE, gone.iter().map(|(variant, market)| json!([key(variant.0), key(market.0)])).collect());
    writes.upsert(PRICE, set.iter().map(row).collect());
}

fn row(price: &price::Model) -> Json {
    let (variant, market) = (key(price.variant_id.0), key(price.market_id.0));
    json!([variant, market, price.amount, price.compare_at, price.unit_cost])
}

/// What came of setting prices.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Variants whose price is not what it was.
    pub changed: HashSet<VariantId>,
    /// Variants that have no price in the market, and were told none.
    pub unpriced: HashSet<VariantId>,
}

/// Sets prices in one market.
pub async fn set(change: &Change<'_>, market: MarketId, drafts: &[PriceDraft]) -> Result<Outcome> {
    let known = full(&change.tx, market, drafts.iter().map(|draft| draft.variant)).await?;
    let mut outcome = Outcome::default();
    let mut writes = Vec::new();
    for draft in drafts {
        let before = known.get(&draft.variant);
        let Some(after) = told(before, market, draft) else {
            outcome.unpriced.insert(draft.variant);
            continue;
        };
        if before != Some(&after) {
            writes.push(row(&after));
            outcome.changed.insert(after.variant_id);
        }
    }
    PRICE.upsert(&change.tx, writes).await?;
    Ok(outcome)
}

fn told(before: Option<&price::Model>, market_id: MarketId, draft: &PriceDraft) -> Option<price::Model> {
    let old = before.cloned();
    Some(price::Model {
        variant_id: draft.variant,
        market_id,
        amount: draft.amount.or(old.as_ref().map(|old| old.amount))?,
        compare_at: draft.compare_at.unwrap_or(old.as_ref().and_then(|old| old.compare_at)),
        unit_cost: draft.unit_cost.unwrap_or(old.as_ref().and_then(|old| old.unit_cost)),
    })
}
