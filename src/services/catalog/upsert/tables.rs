//! The rows that an upsert writes, table by table.

use entity::catalog::{media, metafield, option_value, product, product_option, publication, variant};
use entity::id::{CategoryId, ProductId, TagId};
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};
use serde_json::{Value as Json, json};

use crate::services::bulk::{Kind, Rows, key, maybe_key};

const PRODUCT: Rows = Rows {
    table: "product",
    columns: &[
        ("id", Kind::Uuid),
        ("handle", Kind::Text),
        ("status", Kind::Int),
        ("title", Kind::Text),
        ("description_html", Kind::Text),
        ("description_text", Kind::Text),
        ("vendor_id", Kind::Uuid),
        ("product_type_id", Kind::Uuid),
        ("seo_title", Kind::Text),
        ("seo_description", Kind::Text),
        ("gift_card", Kind::Bool),
        ("rating_count", Kind::Int),
        ("rating_sum", Kind::Int),
        ("version", Kind::Int),
        ("created_at", Kind::Int),
        ("updated_at", Kind::Int),
    ],
    key: 1,
    keep: &["handle", "rating_count", "rating_sum", "created_at"],
};

const OPTION: Rows = Rows {
    table: "product_option",
    columns: &[("id", Kind::Uuid), ("product_id", Kind::Uuid), ("position", Kind::Int), ("name", Kind::Text)],
    key: 1,
    keep: &["product_id"],
};

const OPTION_VALUE: Rows = Rows {
    table: "option_value",
    columns: &[
        ("id", Kind::Uuid),
        ("product_option_id", Kind::Uuid),
        ("position", Kind::Int),
        ("value", Kind::Text),
    ],
    key: 1,
    keep: &["product_option_id"],
};

const MEDIA: Rows = Rows {
    table: "media",
    columns: &[
        ("id", Kind::Uuid),
        ("product_id", Kind::Uuid),
        ("position", Kind::Int),
        ("url", Kind::Text),
        ("alt", Kind::Text),
        ("width", Kind::Int),
        ("height", Kind::Int),
        ("mime_type", Kind::Text),
        ("created_at", Kind::Int),
    ],
    key: 1,
    keep: &["product_id", "created_at"],
};

const VARIANT: Rows = Rows {
    table: "variant",
    columns: &[
        ("id", Kind::Uuid),
        ("product_id", Kind::Uuid),
        ("position", Kind::Int),
        ("option_value1_id", Kind::Uuid),
        ("option_value2_id", Kind::Uuid),
        ("option_value3_id", Kind::Uuid),
        ("sku", Kind::Text),
        ("barcode", Kind::Text),
        ("weight_grams", Kind::Real),
        ("weight_unit", Kind::Int),
        ("inventory_tracker", Kind::Text),
        ("inventory_policy", Kind::Int),
        ("requires_shipping", Kind::Bool),
        ("taxable", Kind::Bool),
        ("media_id", Kind::Uuid),
        ("created_at", Kind::Int),
        ("updated_at", Kind::Int),
    ],
    key: 1,
    keep: &["product_id", "created_at"],
};

const METAFIELD: Rows = Rows {
    table: "metafield",
    columns: &[
        ("owner_id", Kind::Uuid),
        ("namespace", Kind::Text),
        ("key", Kind::Text),
        ("value_type", Kind::Text),
        ("value", Kind::Text),
    ],
    key: 3,
    keep: &[],
};

const PUBLICATION: Rows = Rows {
    table: "publication",
    columns: &[("product_id", Kind::Uuid), ("market_id", Kind::Uuid), ("published_at", Kind::Int)],
    key: 2,
    keep: &[],
};

const PRODUCT_TAG: Rows = Rows {
    table: "product_tag",
    columns: &[("product_id", Kind::Uuid), ("tag_id", Kind::Uuid), ("position", Kind::Int)],
    key: 2,
    keep: &[],
};

const PRODUCT_CATEGORY: Rows = Rows {
    table: "product_category",
    columns: &[("product_id", Kind::Uuid), ("category_id", Kind::Uuid), ("position", Kind::Int)],
    key: 2,
    keep: &[],
};

/// Everything that one upsert adds, overwrites and removes.
#[derive(Debug, Default)]
pub struct Writes {
    products: Vec<Json>,
    options: Vec<Json>,
    values: Vec<Json>,
    media: Vec<Json>,
    variants: Vec<Json>,
    metafields: Vec<Json>,
    gone_metafields: Vec<Json>,
    publications: Vec<Json>,
    gone_publications: Vec<Json>,
    tags: Vec<Json>,
    gone_tags: Vec<Json>,
    categories: Vec<Json>,
    gone_categories: Vec<Json>,
}

impl Writes {
    pub fn product(&mut self, row: &product::Model) {
        self.products.push(json!([
            key(row.id.0),
            row.handle,
            row.status.to_value(),
            row.title,
            row.description_html,
            row.description_text,
            maybe_key(row.vendor_id.map(|id| id.0)),
            maybe_key(row.product_type_id.map(|id| id.0)),
            row.seo_title,
            row.seo_description,
            row.gift_card,
            row.rating_count,
            row.rating_sum,
            row.version,
            row.created_at.0,
            row.updated_at.0,
        ]));
    }

    pub fn option(&mut self, row: &product_option::Model) {
        self.options.push(json!([key(row.id.0), key(row.product_id.0), row.position, row.name]));
    }

    pub fn value(&mut self, row: &option_value::Model) {
        let option = key(row.product_option_id.0);
        self.values.push(json!([key(row.id.0), option, row.position, row.value]));
    }

    pub fn media(&mut self, row: &media::Model) {
        self.media.push(json!([
            key(row.id.0),
            key(row.product_id.0),
            row.position,
            row.url,
            row.alt,
            row.width,
            row.height,
            row.mime_type,
            row.created_at.0,
        ]));
    }

    pub fn variant(&mut self, row: &variant::Model) {
        self.variants.push(json!([
            key(row.id.0),
            key(row.product_id.0),
            row.position,
            key(row.option_value1_id.0),
            maybe_key(row.option_value2_id.map(|id| id.0)),
            maybe_key(row.option_value3_id.map(|id| id.0)),
            row.sku,
            row.barcode,
            row.weight_grams,
            row.weight_unit.to_value(),
            row.inventory_tracker,
            row.inventory_policy.to_value(),
            row.requires_shipping,
            row.taxable,
            maybe_key(row.media_id.map(|id| id.0)),
            row.created_at.0,
            row.updated_at.0,
        ]));
    }

    pub fn metafield(&mut self, row: &metafield::Model) {
        self.metafields.push(json!([key(row.owner_id), row.namespace, row.key, row.value_type, row.value]));
    }

    pub fn remove_metafield(&mut self, row: &metafield::Model) {
        self.gone_metafields.push(json!([key(row.owner_id), row.namespace, row.key]));
    }

    pub fn publish(&mut self, row: &publication::Model) {
        let product = key(row.product_id.0);
        self.publications.push(json!([product, key(row.market_id.0), row.published_at.0]));
    }

    pub fn unpublish(&mut self, row: &publication::Model) {
        self.gone_publications.push(json!([key(row.product_id.0), key(row.market_id.0)]));
    }

    pub fn tags(&mut self, product: ProductId, old: &[TagId], new: &[TagId]) {
        let gone = old.iter().filter(|tag| !new.contains(tag));
        self.gone_tags.extend(gone.map(|tag| json!([key(product.0), key(tag.0)])));
        let row = |(tag, position): (&TagId, i32)| json!([key(product.0), key(tag.0), position]);
        self.tags.extend(new.iter().zip(0..).map(row));
    }

    pub fn categories(&mut self, product: ProductId, old: &[CategoryId], new: &[CategoryId]) {
        let gone = old.iter().filter(|category| !new.contains(category));
        let pair = |category: &CategoryId| json!([key(product.0), key(category.0)]);
        self.gone_categories.extend(gone.map(pair));
        let row =
            |(category, position): (&CategoryId, i32)| json!([key(product.0), key(category.0), position]);
        self.categories.extend(new.iter().zip(0..).map(row));
    }

    /// Writes everything, at most one statement a table and kind of write, parents before children.
    pub async fn flush(self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        PRODUCT.upsert(db, self.products).await?;
        OPTION.upsert(db, self.options).await?;
        OPTION_VALUE.upsert(db, self.values).await?;
        MEDIA.upsert(db, self.media).await?;
        VARIANT.upsert(db, self.variants).await?;
        METAFIELD.delete(db, self.gone_metafields).await?;
        METAFIELD.upsert(db, self.metafields).await?;
        PUBLICATION.delete(db, self.gone_publications).await?;
        PUBLICATION.upsert(db, self.publications).await?;
        PRODUCT_TAG.delete(db, self.gone_tags).await?;
        PRODUCT_TAG.upsert(db, self.tags).await?;
        PRODUCT_CATEGORY.delete(db, self.gone_categories).await?;
        PRODUCT_CATEGORY.upsert(db, self.categories).await?;
        Ok(())
    }
}
