//! Products that somebody who looks at one may like as well.

use std::collections::HashMap;

use entity::id::ProductId;
use entity::time::Timestamp;
use sea_orm::{ConnectionTrait, Value};

use super::listings::{self, Listing};
use crate::services::Result;
use crate::services::keyset::{Children, Keyset};
use crate::services::markets::Locale;
use crate::services::page::Window;

/// From a product's main category to the other products in it.
const NEIGHBOURS: &str = "product_category pc \
    JOIN category pcat ON pcat.id = pc.category_id \
    JOIN facet pf ON pf.kind = 3 AND pf.name = '' AND pf.value = pcat.handle \
    JOIN listing_facet lf ON lf.facet_id = pf.id \
    JOIN product_listing l ON l.id = lf.listing_id";

/// The best rated other products of each product's main category, at most `size` of each.
pub async fn of_products(
    db: &impl ConnectionTrait,
    locale: &Locale,
    now: Timestamp,
    products: impl IntoIterator<Item = ProductId>,
    size: u32,
) -> Result<HashMap<ProductId, Vec<Listing>>> {
    let mut values: Vec<Value> = vec![locale.id.into(), now.0.into()];
    values.extend(listings::languages(locale));
    let children = Children {
        keys: "uuids",
        columns: &listings::columns(locale),
        from: &format!("{NEIGHBOURS} {}", listings::joins(locale, 4)),
        parent: "pc.product_id",
        condition: "pc.position = 0 AND l.product_id <> pc.product_id \
            AND l.locale_id = $2 AND l.published_at <= $3",
        keyset: Keyset { columns: &["l.available", "l.rating_key", "l.product_id"], descending: true },
    };
    let window = Window::first(size);
    let rows = children.load(db, products.into_iter().map(|id| id.0), &window, values).await?;
    let mut found: HashMap<ProductId, Vec<Listing>> = HashMap::new();
    for row in &rows {
        let neighbours = found.entry(row.try_get_by_index(0)?).or_default();
        if neighbours.len() < size as usize {
            neighbours.push(listings::read(row, 1)?);
        }
    }
    Ok(found)
}
