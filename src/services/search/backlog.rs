//! Bringing products up to date that a change left for later, because there were too many of them, and ending what
//! waited for that: languages that come into a market or leave it, and markets that are closed.

use std::collections::BTreeSet;

use entity::id::{MarketId, ProductId};
use sea_orm::DbErr;

use crate::services::catalog::publications;
use crate::services::events::{self, Event};
use crate::services::pricing;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Result};

/// Products that are brought up to date in one change: some tens of milliseconds.
const AT_A_TIME: i64 = 50;

/// Rows of a closed market that are removed in one change.
const ROWS: i64 = 1000;

/// Does all that waits, in small changes between which others get their turn. Answers how many products there were.
///
/// What is done stays done: a process that ends on the way leaves the rest to the next one.
pub async fn catch_up(app: &AppContext) -> Result<usize> {
    let mut count = 0;
    loop {
        let some = project_some(app).await?;
        if some == 0 {
            break;
        }
        count += some;
    }
    settle_languages(app).await?;
    remove_markets(app).await?;
    Ok(count)
}

async fn project_some(app: &AppContext) -> Result<usize> {
    static NEXT: Sql = Sql::new("SELECT product_id FROM stale_product ORDER BY product_id LIMIT $1");
    static DONE: Sql =
        Sql::new("DELETE FROM stale_product WHERE product_id IN (SELECT id FROM {uuids $1} k)");
    if NEXT.one(app.db.read()?, [1_i64.into()]).await?.is_none() {
        return Ok(0);
    }
    let change = app.begin().await?;
    let rows = NEXT.all(&change.tx, [AT_A_TIME.into()]).await?;
    let products = rows.iter().map(|row| row.try_get_by_index(0));
    let products: BTreeSet<ProductId> = products.collect::<std::result::Result<_, DbErr>>()?;
    let count = products.len();
    change.hold(&products).await?;
    DONE.run(&change.tx, [uuids(change.engine(), products.iter().map(|id| id.0))]).await?;
    change.touch(products);
    change.commit().await?;
    Ok(count)
}

/// Shows the languages whose lists are complete, and removes those whose lists are gone.
async fn settle_languages(app: &AppContext) -> Result<()> {
    static WAITING: Sql = Sql::new("SELECT 1 FROM market_language WHERE state <> 1 LIMIT 1");
    static SHOW: Sql = Sql::new(
        "UPDATE market_language SET state = 1 WHERE state = 0 AND NOT EXISTS (SELECT 1 FROM stale_product)",
    );
    static REMOVE: Sql = Sql::new(
        "DELETE FROM market_language WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM stale_product) \
         AND NOT EXISTS (SELECT 1 FROM product_listing l WHERE l.locale_id = market_language.id)",
    );
    if WAITING.one(app.db.read()?, []).await?.is_none() {
        return Ok(());
    }
    let change = app.begin().await?;
    if SHOW.run(&change.tx, []).await? + REMOVE.run(&change.tx, []).await? > 0 {
        events::publish(&change, Event::MarketsChanged, [uuid::Uuid::nil()]).await?;
    }
    change.commit().await?;
    app.refresh_markets().await
}

/// Removes closed markets with their prices and publications, once nothing is listed in them.
async fn remove_markets(app: &AppContext) -> Result<()> {
    static CLOSED: Sql = Sql::new(
        "SELECT m.id FROM market m WHERE m.closing AND NOT EXISTS (SELECT 1 FROM product_listing l \
         JOIN market_language ml ON ml.id = l.locale_id WHERE ml.market_id = m.id)",
    );
    static REMOVE: Sql = Sql::new("DELETE FROM market WHERE id = $1");
    for row in CLOSED.all(app.db.read()?, []).await? {
        let market: MarketId = row.try_get_by_index(0)?;
        let mut left = true;
        while left {
            let change = app.begin().await?;
            let prices = pricing::manage::clear_market(&change, market, ROWS).await?;
            left = prices + publications::clear_market(&change, market, ROWS).await? > 0;
            if !left {
                REMOVE.run(&change.tx, [market.0.into()]).await?;
            }
            change.commit().await?;
        }
    }
    Ok(())
}
