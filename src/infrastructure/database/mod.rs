//! The database: one code path for two engines.
//!
//! Connections that read are apart from those that write: on SQLite one writes, on PostgreSQL as many as read.

mod connect;
mod connections;
mod end;
mod lent;
pub mod migrate;
pub mod operation;
mod pipelined;
mod pool;
mod reader;
mod row;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

pub use self::reader::Reader;
pub use self::row::{Row, RowSource};
pub use crate::config::Address;
use crate::monitoring::metrics::Pool;

/// How long a change waits for its turn to write.
pub const WRITER_PATIENCE: Duration = Duration::from_secs(2);

/// How long one statement may take on PostgreSQL; on SQLite it ends with its operation's deadline.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);

/// The connections to the shop's database.
#[derive(Clone, Debug)]
pub struct Database {
    writer: DatabaseConnection,
    reader: Reader,
    waiting: Arc<AtomicU64>,
}

impl Database {
    /// Connects, with at most `connections` at a time that read.
    pub async fn connect(address: &Address, connections: u32) -> Result<Self, DbErr> {
        let (writer, reader) = match address {
            Address::Sqlite(path) => {
                (connect::sqlite_writer(path).await?, connect::sqlite_reader(path, connections).await?)
            }
            Address::Postgres(url) => {
                let writer = connect::postgres_writer(url, connections).await?;
                (writer, connect::postgres_reader(url, connections).await?)
            }
        };
        Ok(Self { writer, reader, waiting: Arc::default() })
    }

    /// For reads outside a change.
    ///
    /// # Errors
    /// [`operation::Expired`] where the operation has too little time left to start a statement.
    pub fn read(&self) -> Result<&Reader, operation::Expired> {
        operation::check()?;
        Ok(&self.reader)
    }

    /// Opens a transaction that writes. It waits for its turn at most [`WRITER_PATIENCE`].
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let _waiting = Waiting::new(&self.waiting);
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

    /// Copies an SQLite file, as it is now, to one that is not there yet.
    pub async fn copy_to(&self, path: &str) -> Result<(), DbErr> {
        let path = path.replace('\'', "''");
        self.writer.execute_unprepared(&format!("VACUUM INTO '{path}'")).await.map(|_| ())
    }

    /// Changes that wait for their turn to write.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The pools as they are now.
    pub fn pools(&self) -> Vec<Pool> {
        let writer = match &self.writer.inner {
            DatabaseConnectionType::SqlxSqlitePoolConnection(_) => {
                Some(sqlx_pool("write", self.writer.get_sqlite_connection_pool()))
            }
            DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
                Some(sqlx_pool("write", self.writer.get_postgres_connection_pool()))
            }
            DatabaseConnectionType::Disconnected => None,
        };
        self.reader.pools().into_iter().chain(writer).collect()
    }

    /// Ends all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await;
        self.writer.close().await
    }
}

fn sqlx_pool<DB: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<DB>) -> Pool {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    Pool { name, open: pool.size(), idle, most: pool.options().get_max_connections() }
}

/// One more who waits; no more when dropped.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
