//! When products came to be and when they are published, for sources that know better than the clock.

use entity::id::{MarketId, ProductId};
use entity::time::Timestamp;
use serde_json::json;

use crate::services::bulk::{Kind, Rows, key};
use crate::services::sql::{self, Sql};
use crate::services::{Change, Result};

const PUBLICATION: Rows = Rows {
    table: "publication",
    columns: &[("product_id", Kind::Uuid), ("market_id", Kind::Uuid), ("published_at", Kind::Int)],
    key: 2,
    keep: &[],
};

/// Publishes products in markets from a moment on, past or still to come; an earlier date is overwritten.
pub async fn set(change: &Change<'_>, dates: &[(ProductId, MarketId, Timestamp)]) -> Result<()> {
    let row = |(product, market, from): &(ProductId, MarketId, Timestamp)| {
        json!([key(product.0), key(market.0), from.0])
    };
    PUBLICATION.upsert(&change.tx, dates.iter().map(row).collect()).await?;
    change.touch(dates.iter().map(|(product, _, _)| *product));
    Ok(())
}

/// Tells when products that are there came to be; they count as unchanged since.
pub async fn created(change: &Change<'_>, dates: &[(ProductId, Timestamp)]) -> Result<()> {
    static CREATED: Sql = Sql::new(
        "UPDATE product SET created_at = r.moment, updated_at = r.moment FROM ( \
           {lateral}SELECT (value->>0)::uuid AS id, (value->>1)::bigint AS moment \
             FROM jsonb_array_elements($1::jsonb){window}SELECT unhex(value->>0) AS id, value->>1 AS moment \
             FROM json_each($1){end}) r \
         WHERE product.id = r.id",
    );
    if dates.is_empty() {
        return Ok(());
    }
    let rows = dates.iter().map(|(product, moment)| json!([key(product.0), moment.0]));
    CREATED.run(&change.tx, [sql::rows(rows)]).await?;
    change.touch(dates.iter().map(|(product, _)| *product));
    Ok(())
}

/// Removes publications in a market that is closed, at most `most`, and answers how many there were.
pub async fn clear_market(change: &Change<'_>, market: MarketId, most: i64) -> Result<u64> {
    static CLEAR: Sql = Sql::new(
        "DELETE FROM publication WHERE market_id = $1 AND product_id IN \
         (SELECT product_id FROM publication WHERE market_id = $1 LIMIT $2)",
    );
    Ok(CLEAR.run(&change.tx, [market.0.into(), most.into()]).await?)
}
