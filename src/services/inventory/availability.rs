//! What can be bought of a product: each variant with its values, and whether there is any.

use std::collections::HashMap;

use entity::id::{MarketId, OptionValueId, ProductId, VariantId};

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::sql::{Sql, uuids};

/// A variant as a choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The variant.
    pub variant: VariantId,
    /// Its value for each of the product's options, in their order.
    pub values: [Option<OptionValueId>; 3],
    /// Whether it can be bought in the market.
    pub available: bool,
}

impl Choice {
    /// Whether it has all of these values.
    pub fn has(&self, values: &[OptionValueId]) -> bool {
        values.iter().all(|value| self.values.contains(&Some(*value)))
    }
}

/// All variants of products as choices, in their order.
pub async fn of_products(
    db: &impl RowSource,
    market: MarketId,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<Choice>>> {
    static CHOICES: Sql = Sql::new(
        "SELECT v.product_id, v.id, v.option_value1_id, v.option_value2_id, v.option_value3_id, \
           CASE WHEN p.amount IS NOT NULL AND (v.inventory_tracker = '' OR v.inventory_policy = 1 OR \
             (SELECT sum(s.available) FROM stock_level s WHERE s.variant_id = v.id) > 0) THEN 1 ELSE 0 END \
         FROM {uuids $1} k JOIN variant v ON v.product_id = k.id \
         LEFT JOIN price p ON p.variant_id = v.id AND p.market_id = $2 \
         ORDER BY v.product_id, v.position, v.id",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let mut choices: HashMap<ProductId, Vec<Choice>> = HashMap::new();
    for row in CHOICES.all(db, [ids, market.0.into()]).await? {
        choices.entry(row.try_get_by_index(0)?).or_default().push(Choice {
            variant: row.try_get_by_index(1)?,
            values: [row.try_get_by_index(2)?, row.try_get_by_index(3)?, row.try_get_by_index(4)?],
            available: row.try_get_by_index::<i32>(5)? == 1,
        });
    }
    Ok(choices)
}
