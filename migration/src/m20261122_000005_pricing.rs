//! What a variant costs in each market.

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
        ddl::drop(manager, &["price"]).await
    }
}

const UP: &str = r"

CREATE TABLE price (
    variant_id uuid NOT NULL REFERENCES variant (id) ON DELETE CASCADE,
    market_id uuid NOT NULL REFERENCES market (id) ON DELETE CASCADE,
    amount bigint NOT NULL CHECK (amount >= 0),
    compare_at bigint CHECK (compare_at >= 0),
    unit_cost bigint CHECK (unit_cost >= 0),
    PRIMARY KEY (variant_id, market_id)
) {clustered};
";
