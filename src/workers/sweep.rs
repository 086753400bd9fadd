//! Removing what nobody needs any more: uploads that nobody took, keys of changes made long ago, wishlists of visitors who
//! are gone.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::infrastructure::media::MediaFolder;
use crate::services::engagement::wishlists;
use crate::services::{AppContext, Result, idempotency, security, uploads};

/// How often it looks.
const EVERY: Duration = Duration::from_mins(10);

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Sweeps from time to time; keeps wishlists of visitors for so many days after their last change. Never ends by itself.
pub async fn sweep(app: Arc<AppContext>, media: Option<impl AsRef<Path>>, wishlist_days: u32) {
    let folder = media.map(|path| MediaFolder::new(path.as_ref()));
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = once(&app, folder.as_ref(), wishlist_days).await {
            tracing::warn!(%error, "what is old could not be removed");
        }
    }
}

/// Removes all that is old now.
///
/// # Errors
/// Where disk or database fail; what is removed by then stays so.
pub async fn once(app: &AppContext, folder: Option<&MediaFolder>, wishlist_days: u32) -> Result<()> {
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
    let before = now.plus(-i64::from(wishlist_days) * DAY);
    loop {
        let change = app.begin().await?;
        let forgotten = wishlists::forget(&change, before).await?;
        change.commit().await?;
        if forgotten == 0 {
            break;
        }
    }
    while security::sweep(app).await? > 0 {}
    Ok(())
}
