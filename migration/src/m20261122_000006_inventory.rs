//! Where stock lies, how much, and every movement of it.

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
        ddl::drop(manager, &["stock_movement", "stock_level", "location"]).await
    }
}

const UP: &str = r"

CREATE TABLE location (
    id uuid PRIMARY KEY,
    handle text {sorted} NOT NULL UNIQUE,
    name text NOT NULL,
    country text,
    position integer NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE stock_level (
    variant_id uuid NOT NULL REFERENCES variant (id) ON DELETE CASCADE,
    location_id uuid NOT NULL REFERENCES location (id),
    available bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (variant_id, location_id)
) {clustered};
CREATE TABLE stock_movement (
    id uuid PRIMARY KEY,
    variant_id uuid NOT NULL REFERENCES variant (id) ON DELETE CASCADE,
    location_id uuid NOT NULL REFERENCES location (id),
    delta bigint NOT NULL CHECK (delta <> 0),
    reason smallint NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX stock_movement_level ON stock_movement (variant_id, location_id);
";
