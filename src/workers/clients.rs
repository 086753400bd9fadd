//! Noticing what other processes change about client apps, and writing down which documents were used.

use std::sync::Arc;
use std::time::Duration;

use crate::services::AppContext;
use crate::services::clients::Follower;

/// How often it looks: one statement. A document that is switched off elsewhere is refused here within a second.
const EVERY: Duration = Duration::from_millis(500);

/// Follows what is changed elsewhere. Never ends by itself.
pub async fn follow(app: Arc<AppContext>, mut follower: Follower) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = follower.catch_up(&app).await {
            tracing::warn!(%error, "what was changed about client apps could not be read");
        }
    }
}
