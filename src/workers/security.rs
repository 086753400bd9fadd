//! Writing down what was noticed of attacks.

use std::sync::Arc;
use std::time::Duration;

use crate::services::AppContext;
use crate::services::identity::keep_watch;

/// How often it looks. Where nothing was noticed, that costs nothing.
const EVERY: Duration = Duration::from_secs(1);
/// How many looks there are between two at what the owners have not been told yet: one statement a minute.
const BETWEEN: u32 = 60;

/// Keeps watch. Never ends by itself.
pub async fn watch(app: Arc<AppContext>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut looks = 0;
    loop {
        ticks.tick().await;
        looks = (looks + 1) % BETWEEN;
        if let Err(error) = keep_watch(&app, looks == 0).await {
            tracing::warn!(%error, "what was noticed of attacks could not be written down");
        }
    }
}
