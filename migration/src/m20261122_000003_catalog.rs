//! Products, their options, variants, images and custom data.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop(
            manager,
            &[
                "handle_redirect",
                "metafield",
                "publication",
                "variant",
                "media_translation",
                "media",
                "option_value_translation",
                "option_value",
                "product_option_translation",
                "product_option",
                "product_tag",
                "product_translation",
                "product",
                "tag",
                "product_type",
                "vendor",
            ],
        )
        .await
    }
}

const UP: &str = r"

CREATE TABLE vendor (
    id uuid PRIMARY KEY,
    name text {sorted} NOT NULL UNIQUE
);
CREATE TABLE product_type (
    id uuid PRIMARY KEY,
    name text {sorted} NOT NULL UNIQUE
);
CREATE TABLE tag (
    id uuid PRIMARY KEY,
    name text {sorted} NOT NULL UNIQUE
);
CREATE TABLE product (
    id uuid PRIMARY KEY,
    handle text {sorted} NOT NULL UNIQUE,
    status smallint NOT NULL,
    title text NOT NULL,
    description_html text NOT NULL,
    description_text text NOT NULL,
    vendor_id uuid REFERENCES vendor (id),
    product_type_id uuid REFERENCES product_type (id),
    seo_title text,
    seo_description text,
    gift_card boolean NOT NULL,
    rating_count integer NOT NULL,
    rating_sum integer NOT NULL,
    version integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX product_vendor ON product (vendor_id);
CREATE INDEX product_product_type ON product (product_type_id);
CREATE TABLE product_translation (
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    language text NOT NULL,
    title text,
    description_html text,
    description_text text,
    seo_title text,
    seo_description text,
    PRIMARY KEY (product_id, language)
) {clustered};
CREATE TABLE product_tag (
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    tag_id uuid NOT NULL REFERENCES tag (id),
    position integer NOT NULL,
    PRIMARY KEY (product_id, tag_id)
) {clustered};
CREATE INDEX product_tag_tag ON product_tag (tag_id);
CREATE TABLE product_option (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    position integer NOT NULL CHECK (position BETWEEN 1 AND 3),
    name text NOT NULL,
    UNIQUE (product_id, position)
);
CREATE TABLE product_option_translation (
    product_option_id uuid NOT NULL REFERENCES product_option (id) ON DELETE CASCADE,
    language text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (product_option_id, language)
) {clustered};
CREATE TABLE option_value (
    id uuid PRIMARY KEY,
    product_option_id uuid NOT NULL REFERENCES product_option (id) ON DELETE CASCADE,
    position integer NOT NULL,
    value text NOT NULL,
    UNIQUE (product_option_id, value)
);
CREATE TABLE option_value_translation (
    option_value_id uuid NOT NULL REFERENCES option_value (id) ON DELETE CASCADE,
    language text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (option_value_id, language)
) {clustered};
CREATE TABLE media (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    position integer NOT NULL,
    url text NOT NULL,
    alt text NOT NULL,
    width integer,
    height integer,
    mime_type text,
    created_at bigint NOT NULL
);
CREATE INDEX media_product ON media (product_id, position, id);
CREATE TABLE media_translation (
    media_id uuid NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    language text NOT NULL,
    alt text NOT NULL,
    PRIMARY KEY (media_id, language)
) {clustered};
CREATE TABLE variant (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    position integer NOT NULL,
    option_value1_id uuid NOT NULL REFERENCES option_value (id),
    option_value2_id uuid REFERENCES option_value (id),
    option_value3_id uuid REFERENCES option_value (id),
    title text NOT NULL DEFAULT '',
    sku text {sorted},
    barcode text,
    weight_grams double precision NOT NULL,
    weight_unit smallint NOT NULL,
    inventory_tracker text NOT NULL,
    inventory_policy smallint NOT NULL,
    requires_shipping boolean NOT NULL,
    taxable boolean NOT NULL,
    media_id uuid REFERENCES media (id) ON DELETE SET NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX variant_product ON variant (product_id, position, id);
CREATE UNIQUE INDEX variant_option_values ON variant (
    product_id, option_value1_id,
    coalesce(option_value2_id, option_value1_id), coalesce(option_value3_id, option_value1_id)
);
CREATE UNIQUE INDEX variant_sku ON variant (sku) WHERE sku IS NOT NULL;
CREATE TABLE publication (
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    market_id uuid NOT NULL REFERENCES market (id) ON DELETE CASCADE,
    published_at bigint NOT NULL,
    PRIMARY KEY (product_id, market_id)
) {clustered};
CREATE TABLE metafield (
    owner_id uuid NOT NULL,
    namespace text {sorted} NOT NULL,
    key text {sorted} NOT NULL,
    value_type text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (owner_id, namespace, key)
) {clustered};
CREATE TABLE handle_redirect (
    kind smallint NOT NULL,
    handle text {sorted} NOT NULL,
    target_id uuid NOT NULL,
    PRIMARY KEY (kind, handle)
) {clustered};
";
