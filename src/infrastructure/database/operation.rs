//! What one operation asks of the database: how many statements, for how long, until when.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::STATEMENT_TIMEOUT;
use super::pipelined::Shared;

tokio::task_local! {
    static CURRENT: Arc<Operation>;
}

/// How much longer than its operation a statement may run.
const GRACE: Duration = Duration::from_secs(1);

/// The operation's time is over, or too short to begin a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired;

/// One operation's use of the database.
#[derive(Debug)]
pub struct Operation {
    deadline: Instant,
    statements: AtomicU64,
    micros: AtomicU64,
    pipeline: Shared,
}

impl Operation {
    /// An operation that has until `deadline`.
    pub fn until(deadline: Instant) -> Arc<Self> {
        Arc::new(Self {
            deadline,
            statements: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            pipeline: Shared::default(),
        })
    }

    /// Statements so far, without BEGIN and COMMIT.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The connection that it reads over at the moment.
    pub(super) fn pipeline(&self) -> &Shared {
        &self.pipeline
    }

    /// Time spent in statements so far, summed up even where they ran side by side.
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

/// Runs something as part of an operation: its statements are counted and end with it.
pub async fn within<F: Future>(operation: Arc<Operation>, work: F) -> F::Output {
    CURRENT.scope(operation, work).await
}

/// The running operation, to carry it into a task of its own.
pub fn current() -> Option<Arc<Operation>> {
    CURRENT.try_with(Clone::clone).ok()
}

/// When the running operation ends, where there is one.
pub fn deadline() -> Option<Instant> {
    CURRENT.try_with(|operation| operation.deadline).ok()
}

/// Refuses to begin a statement that the database could not end in time.
///
/// PostgreSQL ends a statement after [`STATEMENT_TIMEOUT`], whenever it began. So that none outlives
/// its operation by more than a second, none begins later than that much before the end.
pub fn check() -> Result<(), Expired> {
    match deadline() {
        Some(end) if Instant::now() + STATEMENT_TIMEOUT > end + GRACE => Err(Expired),
        _ => Ok(()),
    }
}

/// Counts a statement for the running operation.
pub fn count(elapsed: Duration, sql: &str) {
    let _ = CURRENT.try_with(|operation| {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        operation.statements.fetch_add(1, Ordering::Relaxed);
        operation.micros.fetch_add(micros, Ordering::Relaxed);
    });
    tracing::trace!(target: "sql", ?elapsed, sql, "statement");
}
