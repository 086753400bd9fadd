//! Noticing who was signed out elsewhere, and tidying up after those who are gone.

use std::sync::Arc;
use std::time::Duration;

use crate::services::AppContext;
use crate::services::identity::{Follower, tidy};

/// How often it looks: one statement.
const EVERY: Duration = Duration::from_millis(500);
/// How many looks there are between two rounds of tidying: one an hour.
const BETWEEN_TIDYING: u32 = 7_200;

/// Follows what other processes revoke. Never ends by itself.
pub async fn follow(app: Arc<AppContext>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut follower = None;
    let mut looks = 0;
    loop {
        ticks.tick().await;
        let looked = match &mut follower {
            None => Follower::new(&app).await.map(|new| follower = Some(new)),
            Some(follower) => follower.catch_up(&app).await,
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "what was revoked elsewhere could not be read");
        }
        looks = (looks + 1) % BETWEEN_TIDYING;
        if looks == 0
            && let Err(error) = tidy(&app).await
        {
            tracing::warn!(%error, "old codes and devices could not be deleted");
        }
    }
}
