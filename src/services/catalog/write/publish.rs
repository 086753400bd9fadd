//! In which markets a product is on offer, and since when.

use entity::catalog::publication;
use entity::id::{MarketId, ProductId};
use entity::time::Timestamp;

use super::{Editing, NOT_HERE, fields};
use crate::services::problem::{Problems, Reason};
use crate::services::{AppContext, Result, Viewer};

/// Publishes a product in markets, each from a moment on; from now on where none is told and it was not there yet.
pub async fn publish(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    markets: &[(MarketId, Option<Timestamp>)],
) -> Result<ProductId> {
    check(app, markets.iter().map(|(market, _)| *market), "markets")?;
    let mut editing = Editing::open(app, product, version, "productId").await?;
    let now = editing.change.now;
    let whole = editing.whole();
    for (market_id, from) in markets {
        match whole.publications.iter_mut().find(|row| row.market_id == *market_id) {
            Some(row) => row.published_at = from.unwrap_or(row.published_at),
            None => whole.publications.push(publication::Model {
                product_id: product,
                market_id: *market_id,
                published_at: from.unwrap_or(now),
            }),
        }
    }
    editing.save().await
}

/// Takes a product off the shelves of markets.
pub async fn unpublish(
    app: &AppContext,
    _viewer: &Viewer,
    product: ProductId,
    version: Option<i32>,
    markets: &[MarketId],
) -> Result<ProductId> {
    check(app, markets.iter().copied(), "marketIds")?;
    let mut editing = Editing::open(app, product, version, "productId").await?;
    editing.whole().publications.retain(|row| !markets.contains(&row.market_id));
    editing.save().await
}

fn check(app: &AppContext, named: impl Iterator<Item = MarketId> + Clone, field: &str) -> Result<()> {
    let mut problems = Problems::default();
    let known = app.markets();
    fields::rows(&mut problems, &[&field], named.clone().count(), 1, 250);
    fields::named_once(&mut problems, &[&field], named.clone());
    for (index, id) in named.enumerate() {
        if known.markets.iter().all(|market| market.id != id) {
            problems.add(Reason::NotFound, &[&field, &index], NOT_HERE);
        }
    }
    problems.none()
}
