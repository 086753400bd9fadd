//! How connections are made and what each is told once.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgConnection, Postgres, Sqlite, SqliteConnection};

use super::connections::Connections;
use super::end::End;
use super::lent::{Engine, TRUSTED_WHILE_IDLE};
use super::pipelined::Pipelines;
use super::reader::Reader;
use super::{STATEMENT_TIMEOUT, WRITER_PATIENCE, operation};

/// Statements that a connection keeps prepared.
pub const PREPARED_STATEMENTS: usize = 512;

/// Virtual machine steps between two looks at the clock on SQLite: some tens of microseconds.
const STEPS_BETWEEN_CHECKS: i32 = 10_000;

/// How much of an SQLite file readers see through the page cache of the system instead of copies of their own: 64 MiB.
/// It counts as memory of the process, so the writer, which imports stretch, has none.
const MAPPED_BYTES: &str = "67108864";

/// The one connection that writes to an SQLite file, which it makes where there is none.
pub async fn sqlite_writer(path: &str) -> Result<DatabaseConnection, DbErr> {
    // What is deleted is overwritten with zeros: a person who was erased is not to be found in what is free.
    let options = sqlite(path).create_if_missing(true).pragma("secure_delete", "on");
    let pool = PoolOptions::<Sqlite>::new()
        .max_connections(1)
        .acquire_timeout(WRITER_PATIENCE)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(refused)?;
    Ok(counted(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)))
}

/// Connections that read an SQLite file.
pub async fn sqlite_reader(path: &str, connections: u32) -> Result<Reader, DbErr> {
    let options = sqlite(path).pragma("query_only", "on").pragma("mmap_size", MAPPED_BYTES);
    Ok(Reader::Sqlite(Connections::open(options, connections).await?))
}

fn sqlite(path: &str) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(WRITER_PATIENCE)
        .statement_cache_capacity(PREPARED_STATEMENTS)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-16000")
        .disable_statement_logging()
}

impl Engine for Sqlite {
    /// A statement that runs past its end is interrupted.
    async fn bound(connection: &mut SqliteConnection, end: Arc<End>) -> sqlx::Result<()> {
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS_BETWEEN_CHECKS, move || end.is_to_come());
        Ok(())
    }
}

/// Connections that write to PostgreSQL.
pub async fn postgres_writer(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let pool = PoolOptions::<Postgres>::new()
        .max_connections(connections)
        .acquire_timeout(WRITER_PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > TRUSTED_WHILE_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(postgres(url)?)
        .await
        .map_err(refused)?;
    Ok(counted(SqlxPostgresConnector::from_sqlx_postgres_pool(pool)))
}

/// Connections that read from PostgreSQL.
pub async fn postgres_reader(url: &str, connections: u32) -> Result<Reader, DbErr> {
    let options = postgres(url)?.options([("default_transaction_read_only", "on")]);
    let pipelines = Pipelines::new(&options, connections)?;
    // Searches are not read side by side. Words that are rare and words that are in every document want other plans, and
    // those by an index only come about where to look a row up is not taken for the turn of a disk.
    let options = options.options([("plan_cache_mode", "force_custom_plan"), ("random_page_cost", "1.1")]);
    Ok(Reader::Postgres(Connections::open(options, connections).await?, pipelines))
}

fn postgres(url: &str) -> Result<PgConnectOptions, DbErr> {
    let mut options = PgConnectOptions::from_str(url).map_err(refused)?;
    if is_loopback(options.get_host()) && !url.contains("sslmode=") {
        // What never leaves the machine need not be encrypted for the way.
        options = options.ssl_mode(PgSslMode::Disable);
    }
    Ok(options
        .application_name("vitrine")
        .statement_cache_capacity(PREPARED_STATEMENTS)
        .options([
            ("statement_timeout", format!("{}ms", STATEMENT_TIMEOUT.as_millis())),
            ("lock_timeout", format!("{}ms", WRITER_PATIENCE.as_millis())),
            ("jit", "off".to_owned()),
            // Texts are constant and keys come as arrays of unknown length: planning anew for each length costs more
            // than it gains.
            ("plan_cache_mode", "force_generic_plan".to_owned()),
        ])
        .disable_statement_logging())
}

impl Engine for Postgres {
    /// The server ends statements by itself, after [`STATEMENT_TIMEOUT`].
    async fn bound(_: &mut PgConnection, _: Arc<End>) -> sqlx::Result<()> {
        Ok(())
    }
}

/// Counts what changes ask of it.
fn counted(mut connection: DatabaseConnection) -> DatabaseConnection {
    connection.set_metric_callback(|info| operation::count(info.elapsed, &info.statement.sql));
    connection
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Why a connection could not be made.
pub fn refused(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
