//! Bringing products up to date that changes left for later.

use std::sync::Arc;
use std::time::Duration;

use crate::services::AppContext;
use crate::services::search::backlog;

/// How often it looks for what another process left: three statements that find nothing.
const EVERY: Duration = Duration::from_secs(5);

/// Works whenever a change rings, and from time to time. Never ends by itself.
pub async fn catch_up(app: Arc<AppContext>) {
    loop {
        if let Err(error) = backlog::catch_up(&app).await {
            tracing::warn!(%error, "products could not be brought up to date");
        }
        let _ = tokio::time::timeout(EVERY, app.stale.notified()).await;
    }
}
