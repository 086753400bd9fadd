//! What a product's own pages show beside what lists show.

use std::collections::HashMap;

use entity::catalog::product::Status;
use entity::id::ProductId;
use sea_orm::{ActiveEnum, ConnectionTrait};

use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{Sql, uuids};

/// A product's longer texts in the language of the request.
#[derive(Clone, Debug)]
pub struct Texts {
    /// Sanitised HTML.
    pub description_html: String,
    /// The same without markup.
    pub description_text: String,
    /// Title for search engines, where staff wrote one.
    pub seo_title: Option<String>,
    /// Description for search engines, where staff wrote one.
    pub seo_description: Option<String>,
}

/// What staff are told of a product.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Whether it is on offer at all.
    pub status: Status,
    /// Grows by one with each change.
    pub version: i32,
}

/// What staff are told of products.
pub async fn states(
    db: &impl ConnectionTrait,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, State>> {
    static STATES: Sql =
        Sql::new("SELECT p.id, p.status, p.version FROM {uuids $1} k JOIN product p ON p.id = k.id");
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let mut states = HashMap::new();
    for row in STATES.all(db, [ids]).await? {
        let status = Status::try_from_value(&row.try_get_by_index::<i16>(1)?)?;
        states.insert(row.try_get_by_index(0)?, State { status, version: row.try_get_by_index(2)? });
    }
    Ok(states)
}

/// The longer texts of products.
pub async fn texts(
    db: &impl ConnectionTrait,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Texts>> {
    static TEXTS: Sql = Sql::new(
        "SELECT p.id, coalesce(t1.description_html, t2.description_html, p.description_html), \
           coalesce(t1.description_text, t2.description_text, p.description_text), \
           coalesce(t1.seo_title, t2.seo_title, p.seo_title), \
           coalesce(t1.seo_description, t2.seo_description, p.seo_description) \
         FROM {uuids $1} k JOIN product p ON p.id = k.id \
         LEFT JOIN product_translation t1 ON t1.product_id = p.id AND t1.language = $2 \
         LEFT JOIN product_translation t2 ON t2.product_id = p.id AND t2.language = $3",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let [first, second] = locale.chain.clone();
    let mut texts = HashMap::new();
    for row in TEXTS.all(db, [ids, first.into(), second.into()]).await? {
        let of_product = Texts {
            description_html: row.try_get_by_index(1)?,
            description_text: row.try_get_by_index(2)?,
            seo_title: row.try_get_by_index(3)?,
            seo_description: row.try_get_by_index(4)?,
        };
        texts.insert(row.try_get_by_index(0)?, of_product);
    }
    Ok(texts)
}

/// The tags of products in their order.
pub async fn tags(
    db: &impl ConnectionTrait,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<String>>> {
    static TAGS: Sql = Sql::new(
        "SELECT pt.product_id, t.name FROM {uuids $1} k \
         JOIN product_tag pt ON pt.product_id = k.id JOIN tag t ON t.id = pt.tag_id \
         ORDER BY pt.product_id, pt.position",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    let mut tags: HashMap<ProductId, Vec<String>> = HashMap::new();
    for row in TAGS.all(db, [ids]).await? {
        tags.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    Ok(tags)
}
