//! Accounts, their devices and codes, roles of the staff, tokens of apps, keys, and whom an outside issuer calls what.

use sea_orm_migration::prelude::*;

use crate::ddl;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        ddl::run_each(manager, FOLLOW, "").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run_each(manager, "DROP INDEX outbox_event_transaction", "").await?;
        let tables = [
            "outside_identity",
            "signing_key",
            "lookup_key",
            "app_token",
            "account_role",
            "role",
            "one_time_code",
            "session",
            "data_key",
            "account",
        ];
        ddl::drop(manager, &tables).await
    }
}

const UP: &str = r"

CREATE TABLE account (
    id uuid PRIMARY KEY,
    kind smallint NOT NULL,
    email text NOT NULL,
    email_hash text {sorted} NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    password_hash text,
    verified_at bigint,
    deactivated_at bigint,
    created_at bigint NOT NULL,
    UNIQUE (kind, email_hash)
);
CREATE TABLE data_key (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    sealed text NOT NULL
);
CREATE TABLE outside_identity (
    id uuid PRIMARY KEY,
    hash text {sorted} NOT NULL UNIQUE,
    account_id uuid REFERENCES account (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    signed_out_at bigint
);
CREATE INDEX outside_identity_account ON outside_identity (account_id);
CREATE TABLE session (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name text NOT NULL,
    family_hash text {sorted} NOT NULL UNIQUE,
    refresh_hash text NOT NULL,
    previous_hash text,
    rotated_at bigint,
    successor text,
    created_at bigint NOT NULL,
    used_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    ended_at bigint
);
CREATE INDEX session_account ON session (account_id, ended_at, used_at);
CREATE TABLE one_time_code (
    hash text {sorted} PRIMARY KEY,
    purpose smallint NOT NULL,
    account_id uuid REFERENCES account (id) ON DELETE CASCADE,
    email_hash text {sorted} NOT NULL,
    payload text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE INDEX one_time_code_email ON one_time_code (email_hash, purpose);
CREATE INDEX one_time_code_account ON one_time_code (account_id, purpose);
CREATE INDEX one_time_code_expires ON one_time_code (expires_at);
CREATE TABLE role (
    id uuid PRIMARY KEY,
    handle text {sorted} NOT NULL UNIQUE,
    name text NOT NULL,
    permissions text NOT NULL,
    is_owner boolean NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE account_role (
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role_id uuid NOT NULL REFERENCES role (id),
    PRIMARY KEY (account_id, role_id)
) {clustered};
CREATE INDEX account_role_role ON account_role (role_id);
CREATE TABLE app_token (
    id uuid PRIMARY KEY,
    hash text {sorted} NOT NULL UNIQUE,
    name text NOT NULL,
    hint text NOT NULL,
    scopes text NOT NULL,
    created_by uuid REFERENCES account (id) ON DELETE SET NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    used_at bigint,
    revoked_at bigint
);
CREATE TABLE lookup_key (
    id integer PRIMARY KEY,
    sealed text NOT NULL
);
CREATE TABLE signing_key (
    kid text {sorted} PRIMARY KEY,
    private_key text NOT NULL,
    public_key text NOT NULL,
    signs_from bigint NOT NULL,
    created_at bigint NOT NULL,
    retired_at bigint
);
";

/// Who follows the outbox on PostgreSQL goes by transaction, so that late committers are not missed.
const FOLLOW: &str = "CREATE INDEX outbox_event_transaction ON outbox_event (transaction_id)";
