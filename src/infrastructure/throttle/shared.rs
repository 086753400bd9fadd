//! Budgets that all replicas share, in Redis: one script, one round trip, by the clock of Redis.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult, Script};
use tokio::time::timeout;

use super::{Forgive, Growth, Quota};

/// How long an answer may take; then this process decides by itself.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long connecting may take. Nobody waits for it.
const TO_CONNECT: Duration = Duration::from_secs(1);
/// After which time it is tried again to connect.
const AGAIN: Duration = Duration::from_secs(1);

/// `REDIS_URL` is none. What it is is not told: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("REDIS_URL is not the address of a Redis, such as redis://host:6379")]
pub struct WrongUrl;

/// Budgets in Redis.
pub struct Shared(Arc<Inner>);

struct Inner {
    client: Client,
    script: Script,
    delay: Script,
    /// The connection that answered last; none while Redis is away.
    connection: ArcSwapOption<MultiplexedConnection>,
    began: Instant,
    /// Milliseconds from `began` to when it is tried again.
    again: AtomicU64,
}

impl Shared {
    /// Budgets in the Redis of a URL. Connects when it is first asked.
    pub fn new(url: &str) -> Result<Self, WrongUrl> {
        let client = Client::open(url).map_err(|_| WrongUrl)?;
        Ok(Self(Arc::new(Inner {
            client,
            script: Script::new(include_str!("charge.lua")),
            delay: Script::new(include_str!("delay.lua")),
            connection: ArcSwapOption::empty(),
            began: Instant::now(),
            again: AtomicU64::new(0),
        })))
    }

    /// Whether it answered last.
    pub fn is_there(&self) -> bool {
        self.0.connection.load().is_some()
    }

    /// Charges a key: whether it was paid, and nanoseconds until the budget is full. `None` where Redis is away: then
    /// it is connected to in the background, and nobody waits.
    pub async fn charge(&self, key: &str, quota: Quota, points: NonZeroU32) -> Option<(bool, u64)> {
        // Numbers of Lua hold microseconds since 1970, but not nanoseconds.
        let interval = format!("{}.{:03}", quota.interval / 1000, quota.interval % 1000);
        let mut invocation = self.0.script.prepare_invoke();
        invocation.key(format!("vitrine:{key}")).arg(interval).arg(quota.points()).arg(points.get());
        let asked = async |mut asked| invocation.invoke_async::<(u8, u64)>(&mut asked).await;
        let (is_paid, debt) = self.ask(asked).await?;
        Some((is_paid == 1, debt.saturating_mul(1000)))
    }

    /// Begins a try: whether it may be, and else how many milliseconds are to be waited. `None` where Redis is away.
    pub async fn begin(&self, key: &str, growth: Growth) -> Option<Result<(), i64>> {
        let most = u64::try_from(growth.most.as_millis()).unwrap_or(u64::MAX);
        let mut invocation = self.0.delay.prepare_invoke();
        invocation.key(format!("vitrine:{key}")).arg(growth.free).arg(most);
        let asked = async |mut asked| invocation.invoke_async::<(u8, i64)>(&mut asked).await;
        let (may_try, wait) = self.ask(asked).await?;
        Some(if may_try == 1 { Ok(()) } else { Err(wait) })
    }

    /// Takes back what a try was counted as.
    pub async fn forgive(&self, key: &str, what: Forgive) {
        let mut command = match what {
            Forgive::All => redis::cmd("DEL"),
            Forgive::One => redis::cmd("HINCRBY"),
        };
        command.arg(format!("vitrine:{key}"));
        if what == Forgive::One {
            command.arg("failures").arg(-1);
        }
        let asked = async |mut asked| command.query_async::<i64>(&mut asked).await;
        self.ask(asked).await;
    }

    /// Asks something that has to be answered soon. `None` where Redis is away: then it is connected to in the background,
    /// and nobody waits.
    async fn ask<T>(&self, ask: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>) -> Option<T> {
        let Some(connection) = self.0.connection.load_full() else {
            self.connect();
            return None;
        };
        let problem = match timeout(PATIENCE, ask(MultiplexedConnection::clone(&connection))).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it did not answer in time".to_owned(),
        };
        self.0.lose(&connection, &problem);
        None
    }

    /// Tries to connect, unless somebody does or did a moment ago.
    fn connect(&self) {
        let now = u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let due = self.0.again.load(Ordering::Relaxed);
        let next = now.saturating_add(u64::try_from(AGAIN.as_millis()).unwrap_or(u64::MAX));
        let is_ours = now >= due
            && self.0.again.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if is_ours {
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move { inner.open().await });
        }
    }
}

impl Inner {
    async fn open(&self) {
        match timeout(TO_CONNECT, self.opened()).await {
            Ok(Ok(connection)) => {
                self.connection.store(Some(Arc::new(connection)));
                tracing::info!("Redis answers: budgets are shared");
            }
            Ok(Err(error)) => tracing::debug!(%error, "Redis cannot be reached"),
            Err(_) => tracing::debug!("Redis cannot be reached in time"),
        }
    }

    /// A connection over which the script is known.
    async fn opened(&self) -> RedisResult<MultiplexedConnection> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TO_CONNECT))
            .set_response_timeout(None)
            .set_pipeline_buffer_size(1024);
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&settings).await?;
        self.script.load_async(&mut connection).await?;
        self.delay.load_async(&mut connection).await?;
        Ok(connection)
    }

    /// Forgets a connection, once, however many waited for it.
    fn lose(&self, connection: &Arc<MultiplexedConnection>, problem: &str) {
        let current = self.connection.load();
        if !current.as_ref().is_some_and(|current| Arc::ptr_eq(current, connection)) {
            return;
        }
        let before = self.connection.compare_and_swap(&current, None);
        if before.as_ref().is_some_and(|before| Arc::ptr_eq(before, connection)) {
            tracing::warn!(
                problem,
                "Redis is away: until it answers, this process gives its share of the budgets"
            );
        }
    }
}
