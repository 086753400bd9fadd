//! The rows of products, table by table.

use entity::catalog::{media, metafield, option_value, product, product_option, publication, variant};
use entity::id::ProductId;
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::services::bulk::{Kind, Rows, key, maybe_key};

pub const PRODUCT: Rows = Rows {
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
    keep: &["rating_count", "rating_sum", "created_at"],
};

pub const OPTION: Rows = Rows {
    table: "product_option",
    columns: &[("id", Kind::Uuid), ("product_id", Kind::Uuid), ("position", Kind::Int), ("name", Kind::Text)],
    key: 1,
    keep: &["product_id"],
};

/// The same for options that come from another product.
pub const MOVED_OPTION: Rows = Rows { keep: &[], ..OPTION };

pub const OPTION_VALUE: Rows = Rows {
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

pub const MEDIA: Rows = Rows {
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

pub const VARIANT: Rows = Rows {
    table: "variant",
    columns: &[
        ("id", Kind::Uuid),
        ("product_id", Kind::Uuid),
        ("position", Kind::Int),
        ("option_value1_id", Kind::Uuid),
        ("option_value2_id", Kind::Uuid),
        ("option_value3_id", Kind::Uuid),
        ("title", Kind::Text),
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

pub const METAFIELD: Rows = Rows {
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

pub const PUBLICATION: Rows = Rows {
    table: "publication",
    columns: &[("product_id", Kind::Uuid), ("market_id", Kind::Uuid), ("published_at", Kind::Int)],
    key: 2,
    keep: &[],
};

pub const PRODUCT_TAG: Rows = Rows {
    table: "product_tag",
    columns: &[("product_id", Kind::Uuid), ("tag_id", Kind::Uuid), ("position", Kind::Int)],
    key: 2,
    keep: &[],
};

pub const PRODUCT_CATEGORY: Rows = Rows {
    table: "product_category",
    columns: &[("product_id", Kind::Uuid), ("category_id", Kind::Uuid), ("position", Kind::Int)],
    key: 2,
    keep: &[],
};

pub const REDIRECT: Rows = Rows {
    table: "handle_redirect",
    columns: &[("kind", Kind::Int), ("handle", Kind::Text), ("target_id", Kind::Uuid)],
    key: 2,
    keep: &[],
};

pub fn product(row: &product::Model) -> Json {
    json!([
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
    ])
}

pub fn option(row: &product_option::Model) -> Json {
    json!([key(row.id.0), key(row.product_id.0), row.position, row.name])
}

pub fn value(row: &option_value::Model) -> Json {
    json!([key(row.id.0), key(row.product_option_id.0), row.position, row.value])
}

pub fn media(row: &media::Model) -> Json {
    json!([
        key(row.id.0),
        key(row.product_id.0),
        row.position,
        row.url,
        row.alt,
        row.width,
        row.height,
        row.mime_type,
        row.created_at.0,
    ])
}

pub fn variant(row: &variant::Model) -> Json {
    json!([
        key(row.id.0),
        key(row.product_id.0),
        row.position,
        key(row.option_value1_id.0),
        maybe_key(row.option_value2_id.map(|id| id.0)),
        maybe_key(row.option_value3_id.map(|id| id.0)),
        row.title,
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
    ])
}

pub fn metafield(row: &metafield::Model) -> Json {
    json!([key(row.owner_id), row.namespace, row.key, row.value_type, row.value])
}

pub fn publication(row: &publication::Model) -> Json {
    json!([key(row.product_id.0), key(row.market_id.0), row.published_at.0])
}

/// A row that ties a product to something in a place.
pub fn tie(product: ProductId, to: Uuid, position: i32) -> Json {
    json!([key(product.0), key(to), position])
}
