//! A connection while one operation reads over it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use deadpool::managed::{Object, Pool};
use sea_orm::{DbErr, RuntimeErr, Value};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_postgres::{Error, Row};

use super::connection::Maker;
use super::error::{is_lost, of_connecting};
use crate::infrastructure::database::pool::not_lent;
use crate::infrastructure::database::{STATEMENT_TIMEOUT, operation};

/// How much longer than its operation a connection is waited for that owes answers.
const GRACE: Duration = Duration::from_secs(1);

/// The connection that an operation reads over at the moment, shared by all that it reads at once.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Weak<Lent>>);

impl Shared {
    /// That connection; one of the pool where there is none, or where it is of another pool or closed.
    pub async fn lend(&self, pool: &Pool<Maker>) -> Result<Arc<Lent>, DbErr> {
        let mut shared = self.0.lock().await;
        if let Some(lent) = shared.upgrade().filter(|lent| lent.is_usable(pool)) {
            return Ok(lent);
        }
        let lent = Lent::of(pool).await?;
        *shared = Arc::downgrade(&lent);
        Ok(lent)
    }
}

/// A connection of a pool, back there when nobody uses it any more, unless the database has closed it.
///
/// Where somebody gave up before a statement was answered, the connection is waited for in the background, and given
/// up if it takes too long. The database ends what runs on a connection that is closed.
pub struct Lent {
    object: Option<Object<Maker>>,
    unanswered: AtomicU32,
    is_lost: AtomicBool,
    end: Instant,
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("unanswered", &self.unanswered).finish_non_exhaustive()
    }
}

impl Lent {
    /// One that nobody else uses.
    pub async fn of(pool: &Pool<Maker>) -> Result<Arc<Self>, DbErr> {
        let object = pool.get().await.map_err(|error| not_lent(error, of_connecting))?;
        let end = operation::deadline().unwrap_or_else(|| Instant::now() + STATEMENT_TIMEOUT);
        Ok(Arc::new(Self {
            object: Some(object),
            unanswered: AtomicU32::new(0),
            is_lost: AtomicBool::new(false),
            end,
        }))
    }

    fn is_usable(&self, pool: &Pool<Maker>) -> bool {
        self.object.as_ref().is_some_and(|object| {
            let own = Object::pool(object);
            let is_alive = !self.is_lost.load(Ordering::Relaxed) && !object.is_closed();
            is_alive && own.is_some_and(|own| std::ptr::eq(own.manager(), pool.manager()))
        })
    }

    /// All rows that a statement finds.
    ///
    /// # Errors
    /// The outer one where there is no connection any more, the inner one where the statement fails.
    pub async fn rows(&self, text: &str, values: &[Value]) -> Result<Result<Vec<Row>, Error>, DbErr> {
        // Taken out when the value is dropped, and not before.
        let given_back = || DbErr::Conn(RuntimeErr::Internal("the connection was given back".to_owned()));
        let connection = self.object.as_deref().ok_or_else(given_back)?;
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        let found = connection.rows(text, values).await;
        self.unanswered.fetch_sub(1, Ordering::Relaxed);
        if found.as_ref().is_err_and(is_lost) {
            // It may take a moment until the connection itself knows.
            self.is_lost.store(true, Ordering::Relaxed);
        }
        Ok(found)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        if *self.is_lost.get_mut() {
            return Object::take(object).abandon();
        }
        if *self.unanswered.get_mut() == 0 {
            // Back as it is.
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(await_the_end(object, self.end + GRACE))),
            Err(_) => Object::take(object).abandon(),
        }
    }
}

/// Lets statements that nobody waits for come to their end before their connection is lent again.
async fn await_the_end(object: Object<Maker>, end: Instant) {
    let done = tokio::time::timeout_at(end.into(), object.ping()).await;
    if !matches!(done, Ok(Ok(()))) {
        Object::take(object).abandon();
    }
}
