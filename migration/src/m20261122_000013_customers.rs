//! What the shop knows about customers beside their accounts, all of it sealed, and who was erased.

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
        ddl::run(manager, "DROP INDEX account_newest").await?;
        let tables = ["erased_account", "consent_change", "customer_address", "customer_profile"];
        ddl::drop(manager, &tables).await
    }
}

const UP: &str = r"

CREATE TABLE customer_profile (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    phone text,
    birthday text,
    default_shipping uuid,
    default_billing uuid
);
CREATE TABLE customer_address (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sealed text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX customer_address_account ON customer_address (account_id, created_at, id);
CREATE TABLE consent_change (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    purpose smallint NOT NULL,
    is_given boolean NOT NULL,
    source text NOT NULL,
    by_staff boolean NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX consent_change_account ON consent_change (account_id, purpose, created_at, id);
CREATE TABLE erased_account (
    account_id uuid PRIMARY KEY,
    erased_at bigint NOT NULL
);
CREATE INDEX account_newest ON account (kind, created_at, id);
";
