//! What a back office needs: versions, uploads, keys of changes made once, and products that wait to be projected.

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
        ddl::run(manager, DOWN).await
    }
}

const UP: &str = r"

ALTER TABLE category ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE collection ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE market ADD COLUMN closing boolean NOT NULL DEFAULT false;
ALTER TABLE market_language ADD COLUMN state smallint NOT NULL DEFAULT 1;
ALTER TABLE location ADD COLUMN closed boolean NOT NULL DEFAULT false;
ALTER TABLE stock_movement ADD COLUMN note text;
CREATE INDEX stock_movement_newest ON stock_movement (variant_id, created_at, id);
CREATE TABLE upload (
    id uuid PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    state smallint NOT NULL,
    filename text NOT NULL,
    mime_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    path text,
    width integer,
    height integer,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX upload_created ON upload (created_at);
CREATE TABLE idempotency_key (
    viewer text {sorted} NOT NULL,
    key text {sorted} NOT NULL,
    change text NOT NULL,
    input_hash text NOT NULL,
    outcome text,
    created_at bigint NOT NULL,
    PRIMARY KEY (viewer, key)
) {clustered};
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);
CREATE TABLE stale_product (
    product_id uuid PRIMARY KEY REFERENCES product (id) ON DELETE CASCADE
) {clustered};
";

const DOWN: &str = r"
DROP TABLE stale_product;
DROP TABLE idempotency_key;
DROP TABLE upload;
DROP INDEX stock_movement_newest;
ALTER TABLE stock_movement DROP COLUMN note;
ALTER TABLE location DROP COLUMN closed;
ALTER TABLE market_language DROP COLUMN state;
ALTER TABLE market DROP COLUMN closing;
ALTER TABLE collection DROP COLUMN version;
ALTER TABLE category DROP COLUMN version;
";
