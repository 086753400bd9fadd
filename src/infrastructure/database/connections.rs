//! Connections that read, lent for a statement at a time.
//!
//! The driver's own pool asks every connection that comes back whether it still lives: one more round trip for each
//! statement, and on SQLite one more turn of a thread. Here a connection goes back as it is when its statement was
//! answered. One whose statement failed, or whose answer nobody waited for, is asked first, and nobody waits for that.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use deadpool::managed;
use sea_orm::{DbErr, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{Connection, Executor, IntoArguments};

use super::connect::refused;
use super::lent::{Engine, Lent, Maker, Options};
use super::pool::not_lent;
use super::{operation, pool};
use crate::monitoring::metrics::Pool;

/// Some connections to one database.
pub struct Connections<D: Engine>(managed::Pool<Maker<D>>);

impl<D: Engine> Clone for Connections<D> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<D: Engine> fmt::Debug for Connections<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connections").field(&self.0.status()).finish()
    }
}

impl<D: Engine> Connections<D>
where
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    SqlxValues: IntoArguments<D>,
    QueryResult: From<D::Row>,
{
    /// At most `most` connections. The first is made now, which tells whether that can be done.
    pub async fn open(options: Options<D>, most: u32) -> Result<Self, DbErr> {
        let pool = pool::of(Maker(options), most)?;
        drop(pool.get().await.map_err(|error| not_lent(error, refused))?);
        Ok(Self(pool))
    }

    /// All rows that a statement finds.
    ///
    /// Where the database has closed a connection since it was last used, all that are idle are given up and the
    /// statement is sent once more.
    pub async fn rows(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let sql: Arc<str> = statement.sql.into();
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let mut found = self.ask(&sql, values.clone()).await?;
        if found.as_ref().is_err_and(is_lost) {
            self.0.retain(|_, _| false);
            found = self.ask(&sql, values).await?;
        }
        let rows = found.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    async fn ask(&self, sql: &Arc<str>, values: SqlxValues) -> Result<sqlx::Result<Vec<D::Row>>, DbErr> {
        let lent = Lent::new(self.0.get().await.map_err(|error| not_lent(error, refused))?);
        let began = Instant::now();
        let found = lent.rows(Arc::clone(sql), values).await;
        operation::count(began.elapsed(), sql);
        Ok(found)
    }

    /// How many there are.
    pub fn pool(&self, name: &'static str) -> Pool {
        pool::told(name, &self.0.status())
    }

    /// Ends those that are idle, and the others when they come back. One that cannot say goodbye is gone already.
    pub async fn close(&self) {
        let idle = self.0.retain(|_, _| false).removed;
        self.0.close();
        for member in idle {
            let _ = member.connection.close().await;
        }
    }
}

/// SQLSTATEs of a connection that the database ends: by command, by a crash, or because it only just starts.
const ENDED_BY_THE_DATABASE: [&str; 3] = ["57P01", "57P02", "57P03"];

/// Whether the connection was closed, so that the statement did not begin or was ended with it.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| ENDED_BY_THE_DATABASE.contains(&code.as_ref()))
        }
        _ => false,
    }
}
