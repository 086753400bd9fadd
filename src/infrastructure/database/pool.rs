//! What pools of both drivers have in common.

use deadpool::managed::{Manager, PoolError, QueueMode, Status, TimeoutType};
use deadpool::{Runtime, managed};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use super::WRITER_PATIENCE;
use crate::monitoring::metrics::Pool;

/// A pool of at most `most` connections. The one that came back last is lent next.
pub fn of<M: Manager>(manager: M, most: u32) -> Result<managed::Pool<M>, DbErr> {
    managed::Pool::builder(manager)
        .max_size(most as usize)
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WRITER_PATIENCE))
        .create_timeout(Some(WRITER_PATIENCE))
        .recycle_timeout(Some(WRITER_PATIENCE))
        .build()
        .map_err(|error| DbErr::Conn(RuntimeErr::Internal(error.to_string())))
}

/// How many connections there are.
pub fn told(name: &'static str, status: &Status) -> Pool {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (open, idle, most) = (number(status.size), number(status.available), number(status.max_size));
    Pool { name, open, idle, most }
}

/// Why no connection could be had; `refused` tells what came of making one.
pub fn not_lent<E>(error: PoolError<E>, refused: impl FnOnce(E) -> DbErr) -> DbErr {
    match error {
        PoolError::Timeout(TimeoutType::Wait | TimeoutType::Create) => {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
        }
        PoolError::Backend(error) => refused(error),
        PoolError::Closed
        | PoolError::Timeout(_)
        | PoolError::NoRuntimeSpecified
        | PoolError::PostCreateHook(_) => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
    }
}
