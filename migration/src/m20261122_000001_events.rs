//! The outbox: what happened, told in the transaction in which it happened.

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
        ddl::drop(manager, &["outbox_event"]).await
    }
}

const UP: &str = r"

CREATE TABLE outbox_event (
    id {serial},
    {transaction}
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    payload text NOT NULL,
    created_at bigint NOT NULL
);
";
