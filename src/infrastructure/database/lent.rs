//! How a connection that reads is made, lent and taken back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, Object, RecycleError, RecycleResult};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, IntoArguments};
use tokio::runtime::Handle;

use super::end::End;
use super::{STATEMENT_TIMEOUT, operation};

/// A connection idle for longer is asked whether it lives before it is lent.
pub const TRUSTED_WHILE_IDLE: Duration = Duration::from_secs(30);

/// How long a connection may take to be done with a statement that nobody waits for.
const LEFT_ALONE: Duration = STATEMENT_TIMEOUT.saturating_add(Duration::from_secs(1));

/// Between two tries to connect to a database that is not there.
pub const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// How connections of an engine are made.
pub type Options<D> = <<D as sqlx::Database>::Connection as Connection>::Options;

/// What the engines do differently.
pub trait Engine: sqlx::Database {
    /// Has a new connection end its statements in time.
    fn bound(
        connection: &mut Self::Connection,
        end: Arc<End>,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;
}

/// Makes connections.
pub struct Maker<D: Engine>(pub Options<D>);

/// A connection.
pub struct Member<D: Engine> {
    /// The connection itself.
    pub connection: D::Connection,
    end: Arc<End>,
}

impl<D: Engine> Manager for Maker<D> {
    type Type = Member<D>;
    type Error = sqlx::Error;

    /// Tries until it succeeds or who waits for it gives up: a database that is started anew is back in a moment.
    async fn create(&self) -> sqlx::Result<Member<D>> {
        let mut connection = loop {
            // Boxed: who waits for a connection that is there already carries no handshake around.
            match Box::pin(self.0.connect()).await {
                Err(error) if is_passing(&error) => tokio::time::sleep(BETWEEN_TRIES).await,
                made => break made?,
            }
        };
        let end = Arc::new(End::default());
        D::bound(&mut connection, Arc::clone(&end)).await?;
        Ok(Member { connection, end })
    }

    async fn recycle(&self, member: &mut Member<D>, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.last_used() > TRUSTED_WHILE_IDLE {
            member.connection.ping().await.map_err(RecycleError::Backend)?;
        }
        Ok(())
    }
}

/// Whether the next try to connect may succeed.
fn is_passing(error: &sqlx::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    match error {
        sqlx::Error::Io(error) => {
            matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
        }
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
    }
}

/// A connection while a statement runs on it.
///
/// Dropped before that was answered, the statement is ended where the engine looks at its [`End`]. Then the connection is
/// asked in the background whether it is done, and given up if it is not.
pub struct Lent<D: Engine>(Option<Object<Maker<D>>>);

impl<D: Engine> Lent<D> {
    pub fn new(object: Object<Maker<D>>) -> Self {
        Self(Some(object))
    }

    /// All rows that a statement finds; it ends with its operation.
    pub async fn rows(mut self, sql: Arc<str>, values: SqlxValues) -> sqlx::Result<Vec<D::Row>>
    where
        for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
        SqlxValues: IntoArguments<D>,
    {
        let Some(member) = self.0.as_deref_mut() else { return Err(sqlx::Error::PoolClosed) };
        member.end.set(operation::deadline());
        let query = sqlx::query_with(AssertSqlSafe(sql), values);
        let found = query.fetch_all(&mut member.connection).await;
        if found.is_ok() {
            // Back as it is.
            self.0 = None;
        }
        found
    }
}

impl<D: Engine> Drop for Lent<D> {
    fn drop(&mut self) {
        let Some(object) = self.0.take() else { return };
        object.end.set(Some(Instant::now()));
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(await_the_end(object))),
            Err(_) => drop(Object::take(object)),
        }
    }
}

/// Lets a statement that nobody waits for come to its end before its connection is lent again.
async fn await_the_end<D: Engine>(mut object: Object<Maker<D>>) {
    let done = tokio::time::timeout(LEFT_ALONE, object.connection.ping()).await;
    if !matches!(done, Ok(Ok(()))) {
        drop(Object::take(object));
    }
}
