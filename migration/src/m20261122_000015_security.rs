//! What was seen of attacks, and the second factor of those who work in the shop.

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
        let tables =
            ["recovery_code", "sign_in_challenge", "second_factor", "security_notice", "security_event"];
        ddl::drop(manager, &tables).await
    }
}

const UP: &str = r"

CREATE TABLE security_event (
    id uuid PRIMARY KEY,
    kind smallint NOT NULL,
    severity smallint NOT NULL,
    subject text {sorted} NOT NULL,
    window_start bigint NOT NULL,
    account_id uuid REFERENCES account (id) ON DELETE SET NULL,
    network text,
    occurrences bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    UNIQUE (kind, subject, window_start)
);
CREATE INDEX security_event_first ON security_event (first_at, id);
CREATE INDEX security_event_account ON security_event (account_id);
CREATE INDEX security_event_last ON security_event (severity, last_at);
CREATE TABLE security_notice (
    kind smallint PRIMARY KEY,
    told_at bigint NOT NULL
);
CREATE TABLE second_factor (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret text NOT NULL,
    last_step bigint NOT NULL,
    failures bigint NOT NULL,
    failed_at bigint,
    created_at bigint NOT NULL,
    confirmed_at bigint
);
CREATE TABLE recovery_code (
    account_id uuid NOT NULL REFERENCES second_factor (account_id) ON DELETE CASCADE,
    hash text {sorted} NOT NULL,
    used_at bigint,
    PRIMARY KEY (account_id, hash)
) {clustered};
CREATE TABLE sign_in_challenge (
    hash text {sorted} PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    password_hash text NOT NULL,
    device text NOT NULL,
    tries bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sign_in_challenge_account ON sign_in_challenge (account_id, expires_at);
CREATE INDEX sign_in_challenge_expires ON sign_in_challenge (expires_at);
";
