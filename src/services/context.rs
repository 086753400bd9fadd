//! The outside world as services see it, and what they keep in memory.

use std::sync::Arc;

use arc_swap::ArcSwap;
use entity::id::ProductId;
use entity::time::Timestamp;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::markets::Markets;
use super::{Change, Result};
use crate::infrastructure::clock::Clock;
use crate::infrastructure::database::Database;

/// Derives rows from the products that a change touched, in the change's own transaction.
pub type Projection = for<'a> fn(&'a Change<'a>, &'a [ProductId]) -> BoxFuture<'a, Result<()>>;

/// What lives as long as the process.
pub struct AppContext {
    /// The shop's database.
    pub db: Database,
    /// What time it is.
    pub clock: Clock,
    /// Run once a touched product when a change commits, in this order.
    pub projections: &'static [Projection],
    /// The most pieces in stock that a shopper is told of: who sees more could count the shop's sales.
    pub quantity_cap: i32,
    /// Rings when products wait to be brought up to date.
    pub stale: Notify,
    markets: ArcSwap<Markets>,
}

impl AppContext {
    /// Puts the context together and reads the markets.
    pub async fn new(
        db: Database,
        clock: Clock,
        projections: &'static [Projection],
        quantity_cap: i32,
    ) -> Result<Self> {
        let markets = ArcSwap::from_pointee(Markets::load(db.read()?).await?);
        Ok(Self { db, clock, projections, quantity_cap, stale: Notify::new(), markets })
    }

    /// The markets, languages and locations as they are now.
    pub fn markets(&self) -> Arc<Markets> {
        self.markets.load_full()
    }

    /// Reads the markets again after they have changed.
    pub async fn refresh_markets(&self) -> Result<()> {
        self.markets.store(Arc::new(Markets::load(self.db.read()?).await?));
        Ok(())
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now().into()
    }

    /// Opens a change.
    pub async fn begin(&self) -> Result<Change<'_>> {
        Change::begin(self).await
    }
}
