//! Fetching the keys of an outside issuer before somebody needs them.

use std::sync::Arc;
use std::time::Duration;

use crate::services::AppContext;
use crate::services::identity::outside;

/// How often the keys are fetched anew: one that the issuer withdrew is not believed for longer than this and what is
/// remembered of tokens.
const EVERY: Duration = Duration::from_mins(10);
/// How often it is tried while there are none.
const WITHOUT: Duration = Duration::from_secs(30);

/// Fetches them from time to time, where there is an outside issuer. Never ends by itself, unless there is none.
pub async fn follow(app: Arc<AppContext>) {
    while let Ok(Some(_)) = outside::has_keys(&app) {
        if let Err(error) = outside::refresh(&app).await {
            tracing::warn!(%error, "the keys of the outside issuer could not be fetched");
        }
        let has_keys = matches!(outside::has_keys(&app), Ok(Some(true)));
        tokio::time::sleep(if has_keys { EVERY } else { WITHOUT }).await;
    }
}
