//! The database: one code path for two engines.
//!
//! SQLite has one connection that writes and a pool of readers; PostgreSQL has one pool for both.

mod connect;
pub mod migrate;
pub mod operation;

use std::fmt;
use std::time::Duration;

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

/// How long a change waits for its turn to write.
pub const WRITER_PATIENCE: Duration = Duration::from_secs(2);

/// How long one statement may take on PostgreSQL; on SQLite it ends with its operation's deadline.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file on this machine.
    Sqlite(String),
    /// A server, as `postgres://user:password@host/database`.
    Postgres(String),
}

impl Address {
    /// Understands `sqlite:PATH`, `sqlite://PATH`, `postgres://...` and `postgresql://...`.
    ///
    /// # Errors
    /// What is wrong with it, without repeating it: it may hold a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path.map(|path| path.split('?').next().unwrap_or_default()) {
            Some("" | ":memory:") => Err("an SQLite database needs the path of a file".to_owned()),
            Some(path) => Ok(Self::Sqlite(path.to_owned())),
            None => Err("it must begin with sqlite: or postgres://".to_owned()),
        }
    }
}

/// Never shows a password.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{path}"),
            Self::Postgres(_) => f.write_str("postgres://..."),
        }
    }
}

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
