//! Products that somebody who looks at one may like as well.

use std::collections::HashMap;

use entity::id::CategoryId;
use entity::time::Timestamp;

use super::listings::{self, COLUMNS, Listing};
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::keyset::{Children, Keyset};
use crate::services::markets::Locale;
use crate::services::page::Window;
use crate::services::sql;

const IN_CATEGORY: Children<'static> = Children {
    keys: "uuids",
    columns: COLUMNS,
    from: "product_listing l",
    with: "",
    id: Some("l.id"),
    parent: "l.category_id",
    condition: "l.locale_id = $2 AND l.published_at <= $3",
    keyset: Keyset { columns: &["l.available", "l.rating_key", "l.product_id"], descending: true },
};
const IN_BRANCH: Children<'static> = Children { parent: "l.branch_id", ..IN_CATEGORY };

/// The best products whose main category is one of these, at most `size` of each: what can be bought first, the best
/// rated of them first.
pub async fn best_in_categories(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    categories: impl IntoIterator<Item = CategoryId>,
    size: u32,
) -> Result<HashMap<CategoryId, Vec<Listing>>> {
    best(IN_CATEGORY, db, locale, now, categories, size).await
}

/// The same of products whose main category is right below one of these.
pub async fn best_below_categories(
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    categories: impl IntoIterator<Item = CategoryId>,
    size: u32,
) -> Result<HashMap<CategoryId, Vec<Listing>>> {
    best(IN_BRANCH, db, locale, now, categories, size).await
}

async fn best(
    children: Children<'static>,
    db: &impl RowSource,
    locale: &Locale,
    now: Timestamp,
    categories: impl IntoIterator<Item = CategoryId>,
    size: u32,
) -> Result<HashMap<CategoryId, Vec<Listing>>> {
    let categories = categories.into_iter().map(|id| id.0);
    let values = [locale.id.into(), now.0.into()];
    let rows = children.load(db, categories, &Window::first(size), values).await?;
    Ok(sql::of_owners(&rows, listings::read)?)
}
