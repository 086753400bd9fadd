//! Wishlists of customers and visitors, and which account writes reviews under which public face.

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
        ddl::drop(manager, &["wishlist_item", "wishlist", "reviewer_account"]).await
    }
}

const UP: &str = r"

CREATE TABLE reviewer_account (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    reviewer_id uuid NOT NULL UNIQUE REFERENCES reviewer (id)
);
CREATE TABLE wishlist (
    id uuid PRIMARY KEY,
    account_id uuid REFERENCES account (id) ON DELETE CASCADE,
    token_hash text {sorted} UNIQUE,
    name text NOT NULL,
    is_default boolean NOT NULL,
    merged_by uuid REFERENCES account (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CHECK ((account_id IS NULL) <> (token_hash IS NULL)),
    CHECK (account_id IS NOT NULL OR name = '')
);
CREATE INDEX wishlist_account ON wishlist (account_id, created_at, id);
CREATE UNIQUE INDEX wishlist_default ON wishlist (account_id) WHERE is_default;
CREATE INDEX wishlist_merged ON wishlist (merged_by);
CREATE INDEX wishlist_forgotten ON wishlist (updated_at) WHERE account_id IS NULL;
CREATE TABLE wishlist_item (
    id uuid PRIMARY KEY,
    wishlist_id uuid NOT NULL REFERENCES wishlist (id) ON DELETE CASCADE,
    position integer NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid,
    title text NOT NULL,
    added_at bigint NOT NULL
);
CREATE UNIQUE INDEX wishlist_item_place ON wishlist_item (wishlist_id, position);
CREATE UNIQUE INDEX wishlist_item_product ON wishlist_item (wishlist_id, product_id) WHERE variant_id IS NULL;
CREATE UNIQUE INDEX wishlist_item_variant ON wishlist_item (wishlist_id, variant_id) WHERE variant_id IS NOT NULL;
";
