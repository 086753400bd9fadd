//! Budgets that are spent and come back: so much at once, so much in the course of time.
//!
//! A budget is a token bucket, kept by the generic cell rate algorithm: one moment for each key, until which what was
//! spent has come back. In process it is [`local`], bounded in memory; with Redis it is [`shared`] by all replicas, and
//! what Redis told last is kept here for the time when it is away.

mod delays;
mod local;
mod shared;
mod table;

use std::num::NonZeroU32;
use std::time::Duration;

pub use crate::config::{Budget, Budgets, Tries};
pub use delays::{Forgive, Growth};
pub use shared::WrongUrl;

use delays::Delays;
use local::Local;
use shared::Shared;

/// Nanoseconds in which every empty budget is full again; sums of two of them fit into 64 bits.
const LONGEST: u64 = 1 << 62;

/// How large a budget is, and how fast it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota {
    points: NonZeroU32,
    /// Nanoseconds in which one point comes back; at least one.
    interval: u64,
}

impl Quota {
    /// So many points, of which one comes back each `interval` (at least a nanosecond, at most an hour). An empty budget
    /// is full again within 146 years: of more points there are fewer.
    pub fn new(points: NonZeroU32, interval: Duration) -> Self {
        let interval = interval.min(Duration::from_hours(1)).as_nanos();
        let interval = u64::try_from(interval).unwrap_or(u64::MAX).max(1);
        let most = u32::try_from(LONGEST / interval).unwrap_or(u32::MAX);
        Self { points: points.min(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN)), interval }
    }

    /// Points in a full budget.
    pub fn points(&self) -> u32 {
        self.points.get()
    }

    /// Nanoseconds in which an empty budget is full again.
    fn whole(&self) -> u64 {
        self.interval.saturating_mul(u64::from(self.points.get()))
    }

    /// The part of it that one of several replicas gives: as full as fast, but smaller.
    fn share(&self, replicas: u32) -> Self {
        let points = NonZeroU32::new(self.points.get() / replicas.max(1)).unwrap_or(NonZeroU32::MIN);
        let interval = self.interval.saturating_mul(u64::from(self.points.get())) / u64::from(points.get());
        Self { points, interval: interval.max(1) }
    }

    /// What is left where it takes so many nanoseconds until the budget is full.
    fn state(&self, debt: u64) -> State {
        let left = self.whole().saturating_sub(debt) / self.interval;
        State { remaining: u32::try_from(left).unwrap_or(u32::MAX), full_in: Duration::from_nanos(debt) }
    }

    /// What becomes of a charge that has no room: how long to wait until it has.
    fn refusal(&self, debt: u64, points: u32) -> Verdict {
        let wanted = debt.saturating_add(self.interval.saturating_mul(u64::from(points)));
        let wait = Duration::from_nanos(wanted.saturating_sub(self.whole()));
        Verdict::Refused { state: self.state(debt), wait }
    }
}

impl From<Budget> for Quota {
    fn from(budget: Budget) -> Self {
        Self::new(budget.points, Duration::from_secs(1) / budget.per_second.get())
    }
}

impl From<Tries> for Quota {
    fn from(tries: Tries) -> Self {
        Self::new(tries.at_once, Duration::from_hours(1) / tries.per_hour.get())
    }
}

/// How full a budget is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Points that are left.
    pub remaining: u32,
    /// How long it takes until it is full if nothing is spent.
    pub full_in: Duration,
}

/// What became of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was paid.
    Paid(State),
    /// There is not enough left. Nothing was charged.
    Refused {
        /// How full the budget is.
        state: State,
        /// After which time there is enough.
        wait: Duration,
    },
    /// Not even a full budget would do.
    TooMuch,
}

/// All budgets.
pub struct Throttle {
    local: Local,
    delays: Delays,
    shared: Option<Shared>,
    replicas: u32,
}

impl Throttle {
    /// Budgets of this process alone.
    pub fn alone() -> Self {
        Self { local: Local::new(), delays: Delays::new(), shared: None, replicas: 1 }
    }

    /// Budgets that so many replicas share by a Redis. It is connected to in the background; until it answers, and
    /// whenever it does not, this process gives its share.
    ///
    /// # Errors
    /// Where the URL is none.
    pub fn with_redis(url: &str, replicas: u32) -> Result<Self, WrongUrl> {
        let shared = Some(Shared::new(url)?);
        Ok(Self { local: Local::new(), delays: Delays::new(), shared, replicas })
    }

    /// Charges a key's budget so many points, or none of them. Asks Redis once, or not at all where this process knows
    /// already that there is not enough.
    pub async fn charge(&self, key: &str, quota: Quota, points: NonZeroU32) -> Verdict {
        if points > quota.points {
            return Verdict::TooMuch;
        }
        let Some(shared) = &self.shared else { return self.local.charge(key, quota, points) };
        if let Some(refused) = self.local.look(key, quota, points) {
            return refused;
        }
        let Some((is_paid, debt)) = shared.charge(key, quota, points).await else {
            let share = quota.share(self.replicas);
            return self.local.charge(key, share, points.min(share.points));
        };
        self.local.learn(key, debt);
        if is_paid { Verdict::Paid(quota.state(debt)) } else { quota.refusal(debt, points.get()) }
    }

    /// The refusal that a charge would meet, as far as this process knows. Asks nobody, charges nothing.
    pub fn look(&self, key: &str, quota: Quota, points: NonZeroU32) -> Option<Verdict> {
        self.local.look(key, quota, points)
    }

    /// Begins a try at a moment in milliseconds. With Redis all replicas count together; while it is away, this process
    /// counts alone.
    ///
    /// # Errors
    /// How long is to be waited; then nothing is counted.
    pub async fn begin(&self, key: &str, growth: Growth, now: i64) -> Result<(), Duration> {
        let told = match &self.shared {
            Some(shared) => shared.begin(key, growth).await,
            None => None,
        };
        let outcome = told.unwrap_or_else(|| self.delays.begin(key, growth, now));
        outcome.map_err(|wait| Duration::from_millis(u64::try_from(wait).unwrap_or_default()))
    }

    /// Takes back what a try was counted as.
    pub async fn forgive(&self, key: &str, what: Forgive) {
        self.delays.forgive(key, what);
        if let Some(shared) = &self.shared {
            shared.forgive(key, what).await;
        }
    }

    /// Whether Redis answers, where there is one.
    pub fn is_shared(&self) -> Option<bool> {
        self.shared.as_ref().map(Shared::is_there)
    }
}

#[cfg(test)]
mod tests;
