//! Trying again what another change was in the way of.

use std::time::Duration;

use sea_orm::{DbErr, SqlErr};

use crate::services::{Error, Result};

/// How often something is tried; each time may wait for its turn to write, too.
const TRIES: u32 = 40;
/// The first pause before it is tried again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// Does something that others may be in the way of, such as another import: where the database is busy, or somebody
/// else made the same row at the same moment, it is done again a moment later, and finds that row then.
pub async fn patiently<T>(work: impl AsyncFn() -> Result<T>) -> Result<T> {
    let (mut pause, longest) = PAUSES;
    for _ in 1..TRIES {
        match work().await {
            Err(error) if is_passing(&error) => tokio::time::sleep(pause).await,
            outcome => return outcome,
        }
        pause = longest.min(pause * 2);
    }
    work().await
}

fn is_passing(error: &Error) -> bool {
    match error {
        Error::Unavailable => true,
        Error::Internal(cause) => {
            let error = cause.downcast_ref::<DbErr>().and_then(DbErr::sql_err);
            matches!(
                error,
                Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
            )
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn tried(until: u32, error: fn() -> Error) -> (u32, bool) {
        let count = AtomicU32::new(0);
        let outcome = patiently(async || {
            let number = count.fetch_add(1, Ordering::Relaxed) + 1;
            if number < until { Err(error()) } else { Ok(()) }
        })
        .await;
        (count.into_inner(), outcome.is_ok())
    }

    #[tokio::test]
    async fn what_passes_is_waited_for_and_nothing_else() {
        assert_eq!(tried(4, || Error::Unavailable).await, (4, true));
        assert_eq!(tried(5, || Error::BadRequest(String::new())).await, (1, false));
        assert_eq!(tried(5, || Error::internal("broken")).await, (1, false));
    }
}
