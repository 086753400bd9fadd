//! Connections to PostgreSQL that are sent several statements at once.
//!
//! What hangs on the rows of a list is read by a few small statements side by side. The ORM's driver sends the next one
//! over a connection when the one before was answered, so each of them takes a connection of its own, wakes another
//! process of the database, and is sent and received by itself. Here all that an operation reads at a time goes over one
//! connection, mostly in one packet. Statements of different operations never wait for each other on a connection.

mod address;
mod connection;
mod error;
mod lent;
mod tls;
mod values;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use deadpool::managed;
use sea_orm::{DbErr, Value};
use sqlx::postgres::PgConnectOptions;
use tokio_postgres::{Error, Row};

use self::connection::Maker;
use self::lent::Lent;
pub use self::lent::Shared;
use super::{operation, pool};
use crate::monitoring::metrics::Pool;

/// Some such connections to one database.
#[derive(Clone)]
pub struct Pipelines(managed::Pool<Maker>);

impl fmt::Debug for Pipelines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pipelines").field(&self.0.status()).finish()
    }
}

impl Pipelines {
    /// At most `most` connections, each made when it is needed first.
    ///
    /// # Errors
    /// Where the options name files that cannot be read, or hold no certificates.
    pub fn new(options: &PgConnectOptions, most: u32) -> Result<Self, DbErr> {
        pool::of(Maker::new(options)?, most).map(Self)
    }

    /// All rows that a statement finds.
    ///
    /// Where the database has closed a connection since it was last used, all that are idle are given up and the
    /// statement is sent once more.
    pub async fn rows(&self, text: &str, values: &[Value]) -> Result<Vec<Row>, DbErr> {
        let mut found = self.ask(text, values).await?;
        if found.as_ref().is_err_and(error::is_lost) {
            self.0.retain(|_, _| false);
            found = self.ask(text, values).await?;
        }
        found.map_err(error::of_query)
    }

    async fn ask(&self, text: &str, values: &[Value]) -> Result<Result<Vec<Row>, Error>, DbErr> {
        let lent = self.lend().await?;
        let began = Instant::now();
        let found = lent.rows(text, values).await;
        operation::count(began.elapsed(), text);
        found
    }

    /// The connection that the running operation reads over at the moment, or else another one.
    async fn lend(&self) -> Result<Arc<Lent>, DbErr> {
        match operation::current() {
            Some(operation) => operation.pipeline().lend(&self.0).await,
            None => Lent::of(&self.0).await,
        }
    }

    /// How many there are.
    pub fn pool(&self) -> Pool {
        pool::told("pipelined", &self.0.status())
    }

    /// Ends those that are idle, and the others when they come back.
    pub async fn close(&self) {
        let idle = self.0.retain(|_, _| false).removed;
        self.0.close();
        for connection in idle {
            connection.close().await;
        }
    }
}
