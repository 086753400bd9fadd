//! What staff, apps and operators did and read: entries, what each is about, and how far they are sealed.

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
        ddl::drop(manager, &["audit_subject", "audit_entry", "audit_head"]).await
    }
}

const UP: &str = r"

CREATE TABLE audit_entry (
    id uuid PRIMARY KEY,
    created_at bigint NOT NULL,
    kind smallint NOT NULL,
    actor smallint NOT NULL,
    actor_id uuid,
    action text {sorted} NOT NULL,
    request_id text {sorted},
    content text NOT NULL,
    number bigint,
    key_name text,
    seal text
);
CREATE UNIQUE INDEX audit_entry_number ON audit_entry (number) WHERE number IS NOT NULL;
CREATE INDEX audit_entry_unsealed ON audit_entry (created_at, id) WHERE number IS NULL;
CREATE INDEX audit_entry_newest ON audit_entry (created_at, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, created_at, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_entry_request ON audit_entry (request_id) WHERE request_id IS NOT NULL;
CREATE TABLE audit_subject (
    entry_id uuid NOT NULL REFERENCES audit_entry (id) ON DELETE CASCADE,
    subject_id uuid NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (entry_id, subject_id)
) {clustered};
CREATE INDEX audit_subject_subject ON audit_subject (subject_id, created_at, entry_id);
CREATE TABLE audit_head (
    id smallint PRIMARY KEY,
    first_number bigint NOT NULL,
    first_seal text NOT NULL,
    last_number bigint NOT NULL,
    last_seal text NOT NULL,
    sealed_at bigint NOT NULL,
    key_name text NOT NULL,
    seal text NOT NULL
);
";
