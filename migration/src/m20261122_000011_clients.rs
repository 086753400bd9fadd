//! Client apps, and the documents that are registered for them.

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
        let tables = [
            "document_use",
            "version_document",
            "client_version",
            "registered_document",
            "document_text",
            "client_app",
        ];
        ddl::drop(manager, &tables).await
    }
}

const UP: &str = r"

CREATE TABLE client_app (
    id uuid PRIMARY KEY,
    handle text {sorted} NOT NULL UNIQUE,
    name text NOT NULL,
    public_key text {sorted} NOT NULL UNIQUE,
    mode smallint NOT NULL,
    origins text NOT NULL,
    budget_points bigint,
    budget_restore bigint,
    created_at bigint NOT NULL,
    deactivated_at bigint
);
CREATE TABLE document_text (
    hash text {sorted} PRIMARY KEY,
    body text NOT NULL,
    operations text NOT NULL,
    facts text NOT NULL,
    schema_hash text NOT NULL
);
CREATE TABLE registered_document (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES client_app (id) ON DELETE CASCADE,
    document_id text {sorted} NOT NULL,
    hash text {sorted} NOT NULL REFERENCES document_text (hash),
    published_at bigint NOT NULL,
    retires_at bigint,
    killed_at bigint,
    UNIQUE (client_id, document_id)
);
CREATE INDEX registered_document_hash ON registered_document (hash);
CREATE TABLE client_version (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES client_app (id) ON DELETE CASCADE,
    version text {sorted} NOT NULL,
    published_at bigint NOT NULL,
    UNIQUE (client_id, version)
);
CREATE TABLE version_document (
    version_id uuid NOT NULL REFERENCES client_version (id) ON DELETE CASCADE,
    document_id uuid NOT NULL REFERENCES registered_document (id) ON DELETE CASCADE,
    PRIMARY KEY (version_id, document_id)
) {clustered};
CREATE INDEX version_document_document ON version_document (document_id);
CREATE TABLE document_use (
    document_id uuid NOT NULL REFERENCES registered_document (id) ON DELETE CASCADE,
    version text {sorted} NOT NULL,
    used_at bigint NOT NULL,
    PRIMARY KEY (document_id, version)
) {clustered};
";
