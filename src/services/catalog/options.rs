//! The choices that products offer.

use std::collections::HashMap;

use entity::id::{OptionValueId, ProductId, ProductOptionId};

use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{Sql, uuids};

/// A choice that a product offers.
#[derive(Clone, Debug)]
pub struct ProductOption {
    /// Its id.
    pub id: ProductOptionId,
    /// Its name in the base language, by which filters know it.
    pub key: String,
    /// Its name in the language of the request.
    pub name: String,
    /// Its values in their order.
    pub values: Vec<OptionValue>,
}

/// One of the values of an option.
#[derive(Clone, Debug)]
pub struct OptionValue {
    /// Its id.
    pub id: OptionValueId,
    /// The value in the base language, by which filters know it.
    pub key: String,
    /// The value in the language of the request.
    pub value: String,
}

/// The options of products with all their values, in their order.
pub async fn of_products(
    db: &impl RowSource,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<ProductOption>>> {
    static IN_BASE: Sql = Sql::new(
        "SELECT o.product_id, o.id, o.name, o.name, v.id, v.value, v.value \
         FROM {uuids $1} k JOIN product_option o ON o.product_id = k.id \
         JOIN option_value v ON v.product_option_id = o.id \
         ORDER BY o.product_id, o.position, v.position, v.id",
    );
    static TRANSLATED: Sql = Sql::new(
        "SELECT o.product_id, o.id, o.name, coalesce(o1.name, o2.name, o.name), \
           v.id, v.value, coalesce(v1.value, v2.value, v.value) \
         FROM {uuids $1} k JOIN product_option o ON o.product_id = k.id \
         JOIN option_value v ON v.product_option_id = o.id \
         LEFT JOIN product_option_translation o1 ON o1.product_option_id = o.id AND o1.language = $2 \
         LEFT JOIN product_option_translation o2 ON o2.product_option_id = o.id AND o2.language = $3 \
         LEFT JOIN option_value_translation v1 ON v1.option_value_id = v.id AND v1.language = $2 \
         LEFT JOIN option_value_translation v2 ON v2.option_value_id = v.id AND v2.language = $3 \
         ORDER BY o.product_id, o.position, v.position, v.id",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let rows = if locale.is_base() {
        IN_BASE.all(db, [ids]).await?
    } else {
        let [first, second] = locale.chain.clone();
        TRANSLATED.all(db, [ids, first.into(), second.into()]).await?
    };
    let mut options: HashMap<ProductId, Vec<ProductOption>> = HashMap::new();
    for row in rows {
        let of_product = options.entry(row.try_get_by_index(0)?).or_default();
        let id = row.try_get_by_index(1)?;
        if of_product.last().is_none_or(|option| option.id != id) {
            let (key, name) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
            of_product.push(ProductOption { id, key, name, values: Vec::new() });
        }
        let value = OptionValue {
            id: row.try_get_by_index(4)?,
            key: row.try_get_by_index(5)?,
            value: row.try_get_by_index(6)?,
        };
        if let Some(option) = of_product.last_mut() {
            option.values.push(value);
        }
    }
    Ok(options)
}
