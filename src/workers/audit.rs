//! Sealing audit entries, and deleting those that are too old.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use crate::services::audit::{self, Keys, retention};
use crate::services::{AppContext, Error, Result};

/// How often it looks: one statement, where there is nothing to seal.
const EVERY: Duration = Duration::from_secs(1);
/// Between two transactions others get a chance to write.
const PAUSE: Duration = Duration::from_millis(2);
/// Looks between two counts of what is not sealed yet.
const BETWEEN_COUNTS: u32 = 10;
/// Looks between two rounds of deleting, and between two marks in the log.
const BETWEEN_ROUNDS: u32 = 3_600;

/// Seals each second what is committed, and deletes once an hour what is older than `keep`. Never ends by itself.
pub async fn seal(app: Arc<AppContext>, keys: Keys, keep: Option<Duration>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut looks, mut told) = (0_u32, None);
    loop {
        ticks.tick().await;
        let sealed = once(&app, &keys, keep, looks).await;
        let problem = sealed.as_ref().err().map(cause);
        // The same problem is told once an hour.
        if problem != told || looks.is_multiple_of(BETWEEN_ROUNDS) {
            if let Some(problem) = &problem {
                tracing::error!(target: "vitrine::audit", problem, "audit entries are not sealed");
            }
            told = problem;
        }
        looks = looks.wrapping_add(1);
    }
}

async fn once(app: &AppContext, keys: &Keys, keep: Option<Duration>, looks: u32) -> Result<()> {
    let is_round = looks.is_multiple_of(BETWEEN_ROUNDS);
    if is_round {
        audit::head::renew(app, keys).await?;
    }
    let sealed = seal_all(app, keys).await;
    if looks.is_multiple_of(BETWEEN_COUNTS) {
        let behind = audit::behind(app).await?;
        app.metrics.audit_unsealed.set(behind.entries);
        app.metrics.audit_unsealed_seconds.set(behind.seconds);
    }
    sealed?;
    if !is_round {
        return Ok(());
    }
    if let Some(keep) = keep {
        let before = app.now().plus(-i64::try_from(keep.as_micros()).unwrap_or(i64::MAX));
        while retention::prune(app, keys, before).await? > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }
    // Where logs are kept elsewhere, this is what the database can be held against.
    if let Some(mark) = audit::head::mark(app).await? {
        tracing::info!(target: "vitrine::audit", %mark, "the audit log is sealed up to this mark");
    }
    Ok(())
}

/// Seals all that is committed.
///
/// # Errors
/// Where the chain so far cannot be continued, or the database fails.
pub async fn seal_all(app: &AppContext, keys: &Keys) -> Result<()> {
    while audit::seal(app, keys).await?.is_more {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn cause(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
