//! Noticing what other processes changed.

use std::sync::Arc;
use std::time::Duration;

use crate::services::{AppContext, events};

/// How often it looks: one statement that reads one number.
const EVERY: Duration = Duration::from_secs(1);

/// Reads the markets again whenever the outbox has grown. Never ends by itself.
pub async fn markets(app: Arc<AppContext>) {
    let mut seen = newest(&app).await;
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = newest(&app).await;
        if now.is_some() && now != seen {
            match app.refresh_markets().await {
                Ok(()) => seen = now,
                Err(error) => tracing::warn!(%error, "the markets could not be read again"),
            }
        }
    }
}

async fn newest(app: &AppContext) -> Option<i64> {
    match events::newest(app).await {
        Ok(newest) => Some(newest),
        Err(error) => {
            tracing::warn!(%error, "the outbox could not be read");
            None
        }
    }
}
