//! Setting and deleting prices in several markets at once, as a back office does.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::id::{MarketId, ProductId, VariantId};
use entity::money;
use entity::pricing::price;
use sea_orm::FromQueryResult;
use serde_json::json;

use super::prices::PRICE;
use crate::infrastructure::database::RowSource;
use crate::services::bulk::key;
use crate::services::catalog::{bounds, owners};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check};

/// A price as somebody wants it to be, in the market's currency.
#[derive(Clone, Debug)]
pub struct PriceInput {
    /// The variant; `None` where the id was none of a variant.
    pub variant: Option<VariantId>,
    /// The market; `None` where the id was none of a market.
    pub market: Option<MarketId>,
    /// A decimal: `19.99`.
    pub amount: String,
    /// The price before a reduction, as a decimal; `None` leaves it, `Some(None)` clears it.
    pub compare_at: Option<Option<String>>,
}

/// Which prices are to go.
#[derive(Clone, Copy, Debug)]
pub struct PriceKey {
    /// The variant; `None` where the id was none of a variant.
    pub variant: Option<VariantId>,
    /// The market; `None` where the id was none of a market.
    pub market: Option<MarketId>,
}

/// Sets prices.
///
/// # Errors
/// Everything that is wrong with the input, at once; then nothing is set.
pub async fn set(app: &AppContext, _viewer: &Viewer, prices: &[PriceInput]) -> Result<()> {
    let change = app.begin().await?;
    set_in(&change, prices).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn set_in(change: &Change<'_>, prices: &[PriceInput]) -> Result<()> {
    let keys: Vec<_> =
        prices.iter().map(|one| PriceKey { variant: one.variant, market: one.market }).collect();
    let looked = look(change, &keys).await?;
    let mut problems = looked.problems.clone();
    let known = of_variants(&change.tx, looked.owners.keys().copied()).await?;
    let mut rows = Vec::new();
    let mut touched = BTreeSet::new();
    for (index, input) in prices.iter().enumerate() {
        let Some((variant, market)) = input.variant.zip(input.market) else { continue };
        let (Some(product), Some(digits)) = (looked.owners.get(&variant), looked.digits.get(&market)) else {
            continue;
        };
        let before = known.get(&variant).into_iter().flatten().find(|price| price.market_id == market);
        let Some(after) = told(&mut problems, index, input, (variant, market, *digits), before) else {
            continue;
        };
        if before != Some(&after) {
            let before = before.map(|before| looked.told(before)).unwrap_or_default();
            change.changed(variant, &before, &looked.told(&after));
            let (variant, market) = (key(variant.0), key(market.0));
            rows.push(json!([variant, market, after.amount, after.compare_at, after.unit_cost]));
            touched.insert(*product);
        }
    }
    problems.none()?;
    PRICE.upsert(&change.tx, rows).await?;
    tell(change, touched).await
}

/// Deletes prices: without one, a variant is not sold in a market.
///
/// # Errors
/// Everything that is wrong with the input, at once; then nothing is deleted.
pub async fn delete(app: &AppContext, _viewer: &Viewer, keys: &[PriceKey]) -> Result<()> {
    let change = app.begin().await?;
    delete_in(&change, keys).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn delete_in(change: &Change<'_>, keys: &[PriceKey]) -> Result<()> {
    let looked = look(change, keys).await?;
    looked.problems.clone().none()?;
    let known = of_variants(&change.tx, looked.owners.keys().copied()).await?;
    let is_named = |price: &&price::Model| {
        keys.iter().any(|key| key.variant == Some(price.variant_id) && key.market == Some(price.market_id))
    };
    for price in known.values().flatten().filter(is_named) {
        change.changed(price.variant_id, &looked.told(price), &Fields::default());
    }
    let pairs = keys.iter().filter_map(|one| one.variant.zip(one.market));
    PRICE
        .delete(&change.tx, pairs.map(|(variant, market)| json!([key(variant.0), key(market.0)])).collect())
        .await?;
    tell(change, looked.owners.into_values().collect()).await
}

/// The prices of variants in all markets.
pub async fn of_variants(
    db: &impl RowSource,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Vec<price::Model>>> {
    static ALL: Sql = Sql::new(
        "SELECT p.* FROM {uuids $1} k JOIN price p ON p.variant_id = k.id \
         JOIN market m ON m.id = p.market_id AND NOT m.closing \
         ORDER BY p.variant_id, m.is_default DESC, m.position, m.id",
    );
    let ids = uuids(db.get_database_backend(), variants.into_iter().map(|id| id.0));
    let mut prices: HashMap<VariantId, Vec<price::Model>> = HashMap::new();
    for row in ALL.all(db, [ids]).await? {
        let price = price::Model::from_query_result(&row, "")?;
        prices.entry(price.variant_id).or_default().push(price);
    }
    Ok(prices)
}

/// Removes prices of a market that is closed, at most `most`, and answers how many there were.
pub async fn clear_market(change: &Change<'_>, market: MarketId, most: i64) -> Result<u64> {
    static CLEAR: Sql = Sql::new(
        "DELETE FROM price WHERE market_id = $1 AND variant_id IN \
         (SELECT variant_id FROM price WHERE market_id = $1 LIMIT $2)",
    );
    Ok(CLEAR.run(&change.tx, [market.0.into(), most.into()]).await?)
}

/// What the keys of an input lead to.
struct Looked {
    owners: HashMap<VariantId, ProductId>,
    /// Digits of the markets' currencies.
    digits: HashMap<MarketId, u32>,
    /// Handles of the markets.
    handles: HashMap<MarketId, String>,
    problems: Problems,
}

impl Looked {
    /// A price as auditors are told of it.
    fn told(&self, price: &price::Model) -> Fields {
        let market = self.handles.get(&price.market_id).map_or("", String::as_str);
        let digits = self.digits.get(&price.market_id).copied().unwrap_or(0);
        let amount = |minor: i64| money::to_decimal(minor, digits);
        Fields::default()
            .with(&format!("price.{market}"), amount(price.amount))
            .with(&format!("compareAtPrice.{market}"), price.compare_at.map(amount))
    }
}

async fn look(change: &Change<'_>, keys: &[PriceKey]) -> Result<Looked> {
    // The currency stays what it is until the change ends.
    static MARKETS: Sql = Sql::new(
        "SELECT m.id, m.currency, m.handle FROM market m WHERE m.id IN (SELECT id FROM {uuids $1} k) AND NOT m.closing \
         ORDER BY m.id {lateral}FOR KEY SHARE{window}{end}",
    );
    let mut problems = Problems::default();
    check::some(&mut problems, &[&"prices"], keys, check::ROWS);
    problems.clone().none()?;
    let owners = owners::hold(change, keys.iter().filter_map(|key| key.variant)).await?;
    let ids = uuids(change.engine(), keys.iter().filter_map(|key| key.market.map(|id| id.0)));
    let (mut digits, mut handles) = (HashMap::new(), HashMap::new());
    for row in MARKETS.all(&change.tx, [ids]).await? {
        let currency: String = row.try_get_by_index(1)?;
        digits.insert(row.try_get_by_index(0)?, money::exponent(&currency));
        handles.insert(row.try_get_by_index(0)?, row.try_get_by_index(2)?);
    }
    let mut seen = HashSet::new();
    for (index, one) in keys.iter().enumerate() {
        if one.variant.is_none_or(|id| !owners.contains_key(&id)) {
            let message = "there is no such variant";
            problems.add(Reason::NotFound, &[&"prices", &index, &"variantId"], message);
        }
        if one.market.is_none_or(|id| !digits.contains_key(&id)) {
            let message = "there is no such market";
            problems.add(Reason::NotFound, &[&"prices", &index, &"marketId"], message);
        }
        if let Some(pair) = one.variant.zip(one.market)
            && !seen.insert(pair)
        {
            problems.add(Reason::Invalid, &[&"prices", &index], "variant and market are named twice");
        }
    }
    Ok(Looked { owners, digits, handles, problems })
}

fn told(
    problems: &mut Problems,
    index: usize,
    input: &PriceInput,
    (variant_id, market_id, digits): (VariantId, MarketId, u32),
    before: Option<&price::Model>,
) -> Option<price::Model> {
    let amount = amount(problems, &[&"prices", &index, &"amount"], &input.amount, digits);
    let compare_at = match &input.compare_at {
        None => before.and_then(|before| before.compare_at),
        Some(None) => None,
        Some(Some(text)) => {
            Some(self::amount(problems, &[&"prices", &index, &"compareAtAmount"], text, digits)?)
        }
    };
    let amount = amount?;
    if compare_at.is_some_and(|compare_at| compare_at <= amount) {
        let message = "the price before a reduction has to be above the price; null removes it";
        problems.add(Reason::Invalid, &[&"prices", &index, &"compareAtAmount"], message);
    }
    let unit_cost = before.and_then(|before| before.unit_cost);
    Some(price::Model { variant_id, market_id, amount, compare_at, unit_cost })
}

fn amount(problems: &mut Problems, path: check::Path<'_>, text: &str, digits: u32) -> Option<i64> {
    let amount = money::from_decimal(text, digits).filter(|amount| (0..=bounds::PRICE).contains(amount));
    if amount.is_none() {
        let message = format!("an amount is a decimal from 0 with at most {digits} digits after the point");
        problems.add(Reason::Invalid, path, message);
    }
    amount
}

async fn tell(change: &Change<'_>, products: BTreeSet<ProductId>) -> Result<()> {
    events::publish(change, Event::ProductChanged, products.iter().map(|id| id.0)).await?;
    change.touch(products);
    Ok(())
}
