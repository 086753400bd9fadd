//! The shop, and the markets in which it sells.

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
        ddl::drop(manager, &["market_language", "market_country", "market", "shop"]).await
    }
}

const UP: &str = r"

CREATE TABLE shop (
    id integer PRIMARY KEY CHECK (id = 1),
    name text NOT NULL,
    description text NOT NULL,
    base_language text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE market (
    id uuid PRIMARY KEY,
    handle text {sorted} NOT NULL UNIQUE,
    name text NOT NULL,
    currency text NOT NULL CHECK (length(currency) = 3),
    tax_inclusive boolean NOT NULL,
    is_default boolean NOT NULL,
    position integer NOT NULL,
    created_at bigint NOT NULL
);
CREATE UNIQUE INDEX market_default ON market (is_default) WHERE is_default;
CREATE TABLE market_country (
    market_id uuid NOT NULL REFERENCES market (id) ON DELETE CASCADE,
    country text NOT NULL CHECK (length(country) = 2),
    PRIMARY KEY (market_id, country)
) {clustered};
CREATE TABLE market_language (
    id {serial},
    market_id uuid NOT NULL REFERENCES market (id) ON DELETE CASCADE,
    language text NOT NULL,
    position integer NOT NULL,
    UNIQUE (market_id, language),
    UNIQUE (market_id, position)
);
";
