//! What a product's own pages show beside what lists show.

use std::collections::HashMap;

use entity::catalog::product::Status;
use entity::id::ProductId;
use sea_orm::{ActiveEnum, DbErr};

use super::spoken::Spoken;
use crate::infrastructure::database::RowSource;
use crate::services::Result;
use crate::services::markets::Locale;
use crate::services::sql::{self, Columns, Sql, uuids};

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
    db: &impl RowSource,
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
    db: &impl RowSource,
    locale: &Locale,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Texts>> {
    let spoken = Spoken { locale, table: "product", alias: "p" };
    let [html, text, title, description] =
        ["description_html", "description_text", "seo_title", "seo_description"]
            .map(|column| spoken.text(column));
    let mut values = vec![uuids(db.get_database_backend(), products.into_iter().map(|id| id.0))];
    let joins = spoken.joins(&mut values);
    let text = format!(
        "SELECT p.id, {html}, {text}, {title}, {description} \
         FROM {{uuids $1}} k JOIN product p ON p.id = k.id{joins}"
    );
    let read = |row: &mut Columns<'_>| {
        let id = row.id()?;
        let texts = Texts {
            description_html: row.get()?,
            description_text: row.get()?,
            seo_title: row.maybe()?,
            seo_description: row.maybe()?,
        };
        Ok((id, texts))
    };
    Ok(sql::each(&sql::fetch(db, &text, values).await?, read)?.into_iter().collect())
}

/// The tags of products in their order.
pub async fn tags(
    db: &impl RowSource,
    products: impl IntoIterator<Item = ProductId>,
) -> Result<HashMap<ProductId, Vec<String>>> {
    static TAGS: Sql = Sql::new(
        "SELECT pt.product_id, t.name FROM {uuids $1} k \
         JOIN product_tag pt ON pt.product_id = k.id JOIN tag t ON t.id = pt.tag_id \
         ORDER BY pt.product_id, pt.position",
    );
    let ids = uuids(db.get_database_backend(), products.into_iter().map(|id| id.0));
    Ok(sql::of_owners(&TAGS.fetch(db, [ids]).await?, name)?)
}

fn name(tag: &mut Columns<'_>) -> std::result::Result<String, DbErr> {
    tag.get()
}
