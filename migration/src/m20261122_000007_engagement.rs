//! Reviews, and the public names under which people write them.

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
        ddl::drop(manager, &["review", "reviewer"]).await
    }
}

const UP: &str = r"

CREATE TABLE reviewer (
    id uuid PRIMARY KEY,
    display_name text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE review (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES product (id) ON DELETE CASCADE,
    reviewer_id uuid NOT NULL REFERENCES reviewer (id),
    rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title text NOT NULL,
    body text NOT NULL,
    status smallint NOT NULL,
    note text NOT NULL,
    sealed text,
    version integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    UNIQUE (product_id, reviewer_id),
    CHECK (sealed IS NULL OR (status <> 1 AND title = '' AND body = '' AND note = ''))
);
CREATE INDEX review_newest ON review (product_id, status, created_at, id);
CREATE INDEX review_best ON review (product_id, status, rating, created_at, id);
CREATE INDEX review_waiting ON review (status, updated_at, id);
CREATE INDEX review_author ON review (reviewer_id, created_at, id);
CREATE INDEX review_reviewer ON review (reviewer_id, status, created_at, id);
";
