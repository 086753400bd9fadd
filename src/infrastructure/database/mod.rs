//! The database: one code path for two engines.
//!
//! SQLite has one connection that writes and a pool of readers; PostgreSQL has one pool for both.

mod connect;
pub mod migrate;
pub mod operation;

use std::time::Duration;

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

pub use crate::config::Address;

/// How long a change waits for its turn to write.
pub const WRITER_PATIENCE: Duration = Duration::from_secs(2);

/// How long one statement may take on PostgreSQL; on SQLite it ends with its operation's deadline.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);

/// The connections to the shop's database.
#[derive(Clone, Debug)]
pub struct Database {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Database {
    /// Connects, with at most `connections` at a time that read.
    pub async fn connect(address: &Address, connections: u32) -> Result<Self, DbErr> {
        match address {
            Address::Sqlite(path) => {
                let writer = connect::sqlite(path, connect::Use::Write, 1).await?;
                let reader = connect::sqlite(path, connect::Use::Read, connections).await?;
                Ok(Self { writer, reader })
            }
            Address::Postgres(url) => {
                let both = connect::postgres(url, connections).await?;
                Ok(Self { writer: both.clone(), reader: both })
            }
        }
    }

    /// For reads outside a change.
    ///
    /// # Errors
    /// [`operation::Expired`] where the operation has too little time left to start a statement.
    pub fn read(&self) -> Result<&DatabaseConnection, operation::Expired> {
        operation::check()?;
        Ok(&self.reader)
    }

    /// Opens a transaction that writes. It waits for its turn at most [`WRITER_PATIENCE`].
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.writer
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// The connection that writes, for migrations.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Ends all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}
