//! Texts in other languages, a table an entity.

use entity::id::{CategoryId, CollectionId, MediaId, OptionValueId, ProductId, ProductOptionId};
use serde_json::{Value as Json, json};

use super::html;
use super::shelf::ShelfTexts;
use super::write::Part;
use crate::services::bulk::{Kind, Rows, key};
use crate::services::change::Unsaid;
use crate::services::sql::Sql;
use crate::services::{Change, Result};

/// A product's texts in another language; `None` falls back.
#[derive(Clone, Debug, Default)]
pub struct ProductTexts {
    /// Its title.
    pub title: Option<String>,
    /// Its description as HTML, not yet sanitised.
    pub description_html: Option<String>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
}

const PRODUCT: Rows = Rows {
    table: "product_translation",
    columns: &[
        ("product_id", Kind::Uuid),
        ("language", Kind::Text),
        ("title", Kind::Text),
        ("description_html", Kind::Text),
        ("description_text", Kind::Text),
        ("seo_title", Kind::Text),
        ("seo_description", Kind::Text),
    ],
    key: 2,
    keep: &[],
};

/// Translates products.
pub async fn products(
    change: &Change<'_>,
    language: &str,
    texts: &[(ProductId, ProductTexts)],
) -> Result<()> {
    let row = |(product, texts): &(ProductId, ProductTexts)| {
        let described = texts.description_html.as_deref().map(html::sanitise);
        let plain = described.as_deref().map(html::to_text);
        let seo = (&texts.seo_title, &texts.seo_description);
        json!([key(product.0), language, texts.title, described, plain, seo.0, seo.1])
    };
    PRODUCT.upsert(&change.tx, texts.iter().map(row).collect()).await?;
    change.touch(texts.iter().map(|(product, _)| *product));
    Ok(())
}

/// A table that translates one text of its owner.
const fn one_text(table: &'static str, columns: &'static [(&'static str, Kind)]) -> Rows {
    Rows { table, columns, key: 2, keep: &[] }
}

const OPTION: Rows = one_text(
    "product_option_translation",
    &[("product_option_id", Kind::Uuid), ("language", Kind::Text), ("name", Kind::Text)],
);
const VALUE: Rows = one_text(
    "option_value_translation",
    &[("option_value_id", Kind::Uuid), ("language", Kind::Text), ("value", Kind::Text)],
);
const MEDIA: Rows =
    one_text("media_translation", &[("media_id", Kind::Uuid), ("language", Kind::Text), ("alt", Kind::Text)]);

/// Translates the names of options; the caller touches their products.
pub async fn options(change: &Change<'_>, language: &str, names: &[(ProductOptionId, String)]) -> Result<()> {
    let row = |(id, name): &(ProductOptionId, String)| json!([key(id.0), language, name]);
    OPTION.upsert(&change.tx, names.iter().map(row).collect()).await?;
    Ok(())
}

/// Translates option values; the caller touches their products.
pub async fn option_values(
    change: &Change<'_>,
    language: &str,
    values: &[(OptionValueId, String)],
) -> Result<()> {
    let row = |(id, value): &(OptionValueId, String)| json!([key(id.0), language, value]);
    VALUE.upsert(&change.tx, values.iter().map(row).collect()).await?;
    Ok(())
}

/// Translates what images show.
pub async fn media(change: &Change<'_>, language: &str, alts: &[(MediaId, String)]) -> Result<()> {
    let row = |(id, alt): &(MediaId, String)| json!([key(id.0), language, alt]);
    MEDIA.upsert(&change.tx, alts.iter().map(row).collect()).await?;
    Ok(())
}

/// Takes back what a part of a product says in a language; variants say nothing of their own.
pub async fn delete(change: &Change<'_>, part: Part, language: &str) -> Result<()> {
    let (rows, id) = match part {
        Part::Product(id) => (PRODUCT, id.0),
        Part::Option(id) => (OPTION, id.0),
        Part::Value(id) => (VALUE, id.0),
        Part::Media(id) => (MEDIA, id.0),
        Part::Variant(_) => return Ok(()),
    };
    rows.delete(&change.tx, vec![json!([key(id), language])]).await?;
    unsay(change, part, language).await
}

/// Notes what an option, or one of its values, is no longer called, since others may be called the same.
async fn unsay(change: &Change<'_>, part: Part, language: &str) -> Result<()> {
    static OPTION: Sql = Sql::new("SELECT o.name FROM product_option o WHERE o.id = $1");
    static VALUE: Sql = Sql::new(
        "SELECT o.name, v.value FROM option_value v JOIN product_option o ON o.id = v.product_option_id \
         WHERE v.id = $1",
    );
    let row = match part {
        Part::Option(id) => OPTION.one(&change.tx, [id.0.into()]).await?,
        Part::Value(id) => VALUE.one(&change.tx, [id.0.into()]).await?,
        _ => None,
    };
    if let Some(row) = row {
        let value = matches!(part, Part::Value(_)).then(|| row.try_get_by_index(1)).transpose()?;
        change.unsay(Unsaid { option: row.try_get_by_index(0)?, value, language: language.to_owned() });
    }
    Ok(())
}

const CATEGORY: Rows = Rows {
    table: "category_translation",
    columns: &[
        ("category_id", Kind::Uuid),
        ("language", Kind::Text),
        ("title", Kind::Text),
        ("description", Kind::Text),
        ("seo_title", Kind::Text),
        ("seo_description", Kind::Text),
    ],
    key: 2,
    keep: &[],
};

/// Translates a category.
pub async fn category(change: &Change<'_>, id: CategoryId, language: &str, texts: &ShelfTexts) -> Result<()> {
    let seo = (&texts.seo_title, &texts.seo_description);
    let row: Json = json!([key(id.0), language, texts.title, texts.description, seo.0, seo.1]);
    CATEGORY.upsert(&change.tx, vec![row]).await?;
    Ok(())
}

/// Removes a translation of a category.
pub async fn remove_category(change: &Change<'_>, id: CategoryId, language: &str) -> Result<()> {
    CATEGORY.delete(&change.tx, vec![json!([key(id.0), language])]).await?;
    Ok(())
}

const COLLECTION: Rows = Rows {
    table: "collection_translation",
    columns: &[
        ("collection_id", Kind::Uuid),
        ("language", Kind::Text),
        ("title", Kind::Text),
        ("description_html", Kind::Text),
        ("description_text", Kind::Text),
        ("seo_title", Kind::Text),
        ("seo_description", Kind::Text),
    ],
    key: 2,
    keep: &[],
};

/// Translates a collection.
pub async fn collection(
    change: &Change<'_>,
    id: CollectionId,
    language: &str,
    texts: &ShelfTexts,
) -> Result<()> {
    let described = texts.description.as_deref().map(html::sanitise);
    let plain = described.as_deref().map(html::to_text);
    let seo = (&texts.seo_title, &texts.seo_description);
    let row: Json = json!([key(id.0), language, texts.title, described, plain, seo.0, seo.1]);
    COLLECTION.upsert(&change.tx, vec![row]).await?;
    Ok(())
}

/// Removes a translation of a collection.
pub async fn remove_collection(change: &Change<'_>, id: CollectionId, language: &str) -> Result<()> {
    COLLECTION.delete(&change.tx, vec![json!([key(id.0), language])]).await?;
    Ok(())
}
