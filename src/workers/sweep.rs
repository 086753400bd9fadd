//! Removing what nobody needs any more: uploads that nobody took, keys of changes made long ago.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::infrastructure::media::MediaFolder;
use crate::services::{AppContext, Result, idempotency, security, uploads};

/// How often it looks.
const EVERY: Duration = Duration::from_mins(10);

/// Sweeps from time to time. Never ends by itself.
pub async fn sweep(app: Arc<AppContext>, media: Option<impl AsRef<Path>>) {
    let folder = media.map(|path| MediaFolder::new(path.as_ref()));
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = once(&app, folder.as_ref()).await {
            tracing::warn!(%error, "what is old could not be removed");
        }
    }
}

/// Removes all that is old now.
///
/// # Errors
/// Where disk or database fail; what is removed by then stays so.
pub async fn once(app: &AppContext, folder: Option<&MediaFolder>) -> Result<()> {
    let now = app.now();
    while uploads::sweep(app, folder, now.plus(-uploads::KEPT)).await? > 0 {}
    loop {
        let change = app.begin().await?;
        let forgotten = idempotency::forget(&change, now.plus(-idempotency::KEPT)).await?;
        change.commit().await?;
        if forgotten == 0 {
            break;
        }
    }
    while security::sweep(app).await? > 0 {}
    Ok(())
}
