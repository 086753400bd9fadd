//! The category tree with its closure, and collections.

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
                "collection_product",
                "collection_translation",
                "collection",
                "product_category",
                "category_closure",
                "category_translation",
                "category",
            ],
        )
        .await
    }
}

const UP: &str = r"

CREATE TABLE category (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES category (id),
    handle text {sorted} NOT NULL UNIQUE,
    title text NOT NULL,
    description text NOT NULL,
    position integer NOT NULL,
    seo_title text,
    seo_description text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX category_parent ON category (parent_id, position, id);
CREATE TABLE category_translation (
    category_id uuid NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    language text NOT NULL,
    title text,
    description text,
    PRIMARY KEY (category_id, language)
) {clustered};
CREATE TABLE category_closure (
    ancestor_id uuid NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    descendant_id uuid NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    depth integer NOT NULL CHECK (depth >= 0),
    PRIMARY KEY (descendant_id, ancestor_id)
) {clustered};
CREATE INDEX category_closure_ancestor ON category_closure (ancestor_id, depth);
CREATE TABLE product_category (
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    category_id uuid NOT NULL REFERENCES category (id),
    position integer NOT NULL,
    PRIMARY KEY (product_id, category_id)
) {clustered};
CREATE INDEX product_category_category ON product_category (category_id);
CREATE TABLE collection (
    id uuid PRIMARY KEY,
    handle text {sorted} NOT NULL UNIQUE,
    title text NOT NULL,
    description_html text NOT NULL,
    description_text text NOT NULL,
    position integer NOT NULL,
    seo_title text,
    seo_description text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX collection_position ON collection (position, id);
CREATE TABLE collection_translation (
    collection_id uuid NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    language text NOT NULL,
    title text,
    description_html text,
    description_text text,
    PRIMARY KEY (collection_id, language)
) {clustered};
CREATE TABLE collection_product (
    collection_id uuid NOT NULL REFERENCES collection (id) ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    position integer NOT NULL,
    PRIMARY KEY (collection_id, product_id)
) {clustered};
CREATE INDEX collection_product_product ON collection_product (product_id);
CREATE INDEX collection_product_position ON collection_product (collection_id, position, product_id);
";
