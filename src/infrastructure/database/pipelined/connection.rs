//! How a connection is made, and what it keeps.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use quick_cache::sync::Cache;
use sea_orm::{DbErr, Value};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::is_passing;
use super::values::{Written, type_of};
use super::{address, tls};
use crate::infrastructure::database::connect::PREPARED_STATEMENTS;
use crate::infrastructure::database::lent::{BETWEEN_TRIES, TRUSTED_WHILE_IDLE};

/// How often the database looks whether the connection of a running statement was closed. On systems where it cannot
/// look, it refuses this.
const LOOK_WHETHER_CLOSED: &str = "SET client_connection_check_interval = '500ms'";

/// How long a connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Makes connections.
pub struct Maker {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Maker {
    /// Makes those that the options name.
    pub fn new(options: &PgConnectOptions) -> Result<Self, DbErr> {
        Ok(Self { config: address::of(options), tls: tls::of(options)? })
    }

    async fn connect(&self) -> Result<Connection, Error> {
        let (client, driver) = self.config.connect(self.tls.clone()).await?;
        // It ends with the client. What ends it otherwise, who waits for an answer is told.
        let driver = tokio::spawn(driver);
        let _ = client.batch_execute(LOOK_WHETHER_CLOSED).await;
        Ok(Connection { client, driver, prepared: Cache::new(PREPARED_STATEMENTS) })
    }
}

impl Manager for Maker {
    type Type = Connection;
    type Error = Error;

    /// Tries until it succeeds or who waits for it gives up: a database that is started anew is back in a moment.
    async fn create(&self) -> Result<Connection, Error> {
        loop {
            match Box::pin(self.connect()).await {
                Err(error) if is_passing(&error) => tokio::time::sleep(BETWEEN_TRIES).await,
                made => return made,
            }
        }
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Error> {
        if connection.is_closed() {
            return Err(RecycleError::message("it was closed"));
        }
        if metrics.last_used() > TRUSTED_WHILE_IDLE {
            connection.ping().await.map_err(RecycleError::Backend)?;
        }
        Ok(())
    }
}

/// A connection and the statements that are prepared on it.
pub struct Connection {
    client: Client,
    driver: JoinHandle<Result<(), Error>>,
    prepared: Cache<Arc<str>, Statement>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

impl Connection {
    /// All rows that a statement finds.
    pub async fn rows(&self, text: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        let statement = match self.prepared.get(text) {
            Some(statement) => statement,
            None => self.prepare(text, values).await?,
        };
        let written: Vec<Written<'_>> = values.iter().map(Written).collect();
        let written: Vec<&(dyn ToSql + Sync)> = written.iter().map(|value| value as _).collect();
        self.client.query(&statement, &written).await
    }

    async fn prepare(&self, text: &str, values: &[Value]) -> Result<Statement, Error> {
        let types: Vec<Type> = values.iter().map(|value| type_of(value).unwrap_or(Type::UNKNOWN)).collect();
        let statement = self.client.prepare_typed(text, &types).await?;
        self.prepared.insert(text.into(), statement.clone());
        Ok(statement)
    }

    /// Waits until everything that was asked has been answered.
    pub async fn ping(&self) -> Result<(), Error> {
        self.client.check_connection().await
    }

    /// Says goodbye. One that cannot is gone already.
    pub async fn close(self) {
        drop((self.prepared, self.client));
        let _ = tokio::time::timeout(GOODBYE, self.driver).await;
    }

    /// Closes it at once, whatever it owes: a driver whose client is gone would wait for all answers.
    pub fn abandon(self) {
        self.driver.abort();
    }

    /// Whether it is of no use any more.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}
