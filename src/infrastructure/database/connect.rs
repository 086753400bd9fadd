//! How connections are made and what each is told once.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::{STATEMENT_TIMEOUT, WRITER_PATIENCE, operation};

/// Statements that a connection keeps prepared.
const PREPARED_STATEMENTS: usize = 512;

/// A connection idle for longer is tried before it is used.
const TRUSTED_WHILE_IDLE: Duration = Duration::from_secs(30);

/// Virtual machine steps between two looks at the clock on SQLite: some tens of microseconds.
const STEPS_BETWEEN_CHECKS: i32 = 10_000;

/// How much of an SQLite file readers see through the page cache of the system instead of copies of their own: 64 MiB.
/// It counts as memory of the process, so the writer, which imports stretch, has none.
const MAPPED_BYTES: &str = "67108864";

/// What a connection to an SQLite file is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Read,
    Write,
}

pub async fn sqlite(path: &str, usage: Use, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(usage == Use::Write)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(WRITER_PATIENCE)
        .statement_cache_capacity(PREPARED_STATEMENTS)
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-16000")
        .disable_statement_logging();
    if usage == Use::Write {
        // What is deleted is overwritten with zeros: a person who was erased is not to be found in what is free.
        options = options.pragma("secure_delete", "on");
    }
    if usage == Use::Read {
        options = options.pragma("query_only", "on").pragma("mmap_size", MAPPED_BYTES);
    }
    let pool = PoolOptions::<sqlx::Sqlite>::new()
        .max_connections(connections)
        .acquire_timeout(WRITER_PATIENCE)
        .test_before_acquire(false)
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                if usage == Use::Read {
                    stop_at_deadline(connection).await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(refused)?;
    let mut connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    connection.set_metric_callback(operation::count);
    Ok(connection)
}

/// A statement that runs past its operation's deadline is interrupted.
async fn stop_at_deadline(connection: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    let mut handle = connection.lock_handle().await?;
    match operation::deadline() {
        Some(deadline) => {
            let in_time = move || std::time::Instant::now() < deadline;
            handle.set_progress_handler(STEPS_BETWEEN_CHECKS, in_time);
        }
        None => handle.remove_progress_handler(),
    }
    Ok(())
}

pub async fn postgres(url: &str, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = PgConnectOptions::from_str(url).map_err(refused)?;
    if is_loopback(options.get_host()) && !url.contains("sslmode=") {
        // What never leaves the machine need not be encrypted for the way.
        options = options.ssl_mode(PgSslMode::Disable);
    }
    let options = options
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
        .disable_statement_logging();
    let pool = PoolOptions::<sqlx::Postgres>::new()
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
        .connect_with(options)
        .await
        .map_err(refused)?;
    let mut connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    connection.set_metric_callback(operation::count);
    Ok(connection)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn refused(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
