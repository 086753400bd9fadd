//! A product's rating: kept with the product, told by whoever keeps the reviews.

use entity::id::ProductId;
use serde_json::json;

use crate::services::bulk::key;
use crate::services::sql::{self, Sql};
use crate::services::{Change, Result};

/// How many reviews a product has, and the sum of their ratings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// Published reviews.
    pub count: i32,
    /// The sum of their ratings, each from 1 to 5.
    pub sum: i32,
}

impl Rating {
    /// The average, from 1 to 5; `None` where nobody has rated.
    pub fn average(self) -> Option<f64> {
        (self.count > 0).then(|| f64::from(self.sum) / f64::from(self.count))
    }

    /// A number by which products sort: the average first, then how many agree.
    pub fn sort_key(self) -> i64 {
        let hundredths = i64::from(self.sum) * 100 / i64::from(self.count.max(1));
        hundredths * 1_000_000 + i64::from(self.count.min(999_999))
    }
}

/// Sets the ratings of products that are there.
pub async fn set(change: &Change<'_>, ratings: &[(ProductId, Rating)]) -> Result<()> {
    static SET: Sql = Sql::new(
        "UPDATE product SET rating_count = r.count, rating_sum = r.sum FROM ( \
           {lateral}SELECT (value->>0)::uuid AS id, (value->>1)::int AS count, (value->>2)::int AS sum \
             FROM jsonb_array_elements($1::jsonb){window}SELECT unhex(value->>0) AS id, value->>1 AS count, \
             value->>2 AS sum FROM json_each($1){end}) r \
         WHERE product.id = r.id",
    );
    let rows = ratings.iter().map(|(product, rating)| json!([key(product.0), rating.count, rating.sum]));
    SET.run(&change.tx, [sql::rows(rows)]).await?;
    change.touch_many(ratings.iter().map(|(product, _)| *product).collect()).await?;
    Ok(())
}
