//! The outside world as services see it, and what they keep in memory.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use entity::id::ProductId;
use entity::time::Timestamp;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::budgets::Budgets;
use super::clients::{Clients, ClientsState};
use super::identity::{Identity, Settings};
use super::markets::Markets;
use super::personal::Personal;
use super::security::SecurityState;
use super::{Change, Error, Result};
use crate::infrastructure::clock::Clock;
use crate::infrastructure::database::Database;
use crate::monitoring::metrics::Metrics;

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
    /// Who keeps something about people: told in this order, forgotten from the last to the first.
    pub personal: &'static [Personal],
    /// The most pieces in stock that a shopper is told of: who sees more could count the shop's sales.
    pub quantity_cap: i32,
    /// What callers may spend.
    pub budgets: Budgets,
    /// What is counted of all that happens.
    pub metrics: Arc<Metrics>,
    /// Rings when products wait to be brought up to date.
    pub stale: Notify,
    /// The client apps.
    pub client_apps: ClientsState,
    /// What was noticed of attacks.
    pub security: SecurityState,
    markets: ArcSwap<Markets>,
    identity: OnceLock<Identity>,
}

impl AppContext {
    /// Puts the context together and reads the markets.
    pub async fn new(
        db: Database,
        clock: Clock,
        projections: &'static [Projection],
        personal: &'static [Personal],
        quantity_cap: i32,
    ) -> Result<Self> {
        let markets = ArcSwap::from_pointee(Markets::load(db.read()?).await?);
        Ok(Self {
            db,
            clock,
            projections,
            personal,
            quantity_cap,
            budgets: Budgets::default(),
            metrics: Arc::default(),
            stale: Notify::new(),
            client_apps: ClientsState::default(),
            security: SecurityState::default(),
            markets,
            identity: OnceLock::new(),
        })
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

    /// The client apps as they are now: none before somebody follows them.
    pub fn clients(&self) -> Arc<Clients> {
        self.client_apps.now()
    }

    /// Sets up who may sign in: what serves needs it, imports and the like do not.
    pub async fn open_identity(&self, settings: Settings) -> Result<()> {
        let identity = Identity::open(self, settings).await?;
        self.identity.set(identity).map_err(|_| Error::internal("identity is set up already"))
    }

    /// What signing in needs.
    pub fn identity(&self) -> Result<&Identity> {
        self.identity.get().ok_or_else(|| Error::internal("identity is not set up: no secrets were given"))
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now().into()
    }

    /// Opens a change.
    pub async fn begin(&self) -> Result<Change<'_>> {
        Change::begin(self).await
    }

    /// Opens a change that nobody asked for and that shows nowhere: it leaves no entry for auditors.
    pub async fn begin_upkeep(&self) -> Result<Change<'_>> {
        Change::begin_upkeep(self).await
    }
}
