//! Budgets in this process: the algorithm is governor's, the memory is ours.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::{Clock, QuantaClock, Reference};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota as GovernorQuota, RateLimiter};

use super::table::Table;
use super::{Quota, State, Verdict};

/// Sets of the table: 524,288 keys in 9 MB.
const SETS: usize = 65_536;
/// Quotas whose limiters are kept; more than an operator ever sets.
const LIMITERS: usize = 4096;

type Limiter<C> = RateLimiter<u64, View, C, StateInformationMiddleware>;
type Limiters<C> = HashMap<Quota, Arc<Limiter<C>>>;

/// Budgets in this process. They go by a clock that nobody can set back.
pub struct Local<C: Clock = QuantaClock> {
    table: Arc<Table>,
    clock: C,
    began: C::Instant,
    limiters: ArcSwap<Limiters<C>>,
}

impl Local {
    /// All budgets are full.
    pub fn new() -> Self {
        Self::with(SETS, QuantaClock::default())
    }
}

impl<C: Clock + Clone> Local<C> {
    /// The same with a table of so many sets, and a clock.
    pub fn with(sets: usize, clock: C) -> Self {
        let began = clock.now();
        Self { table: Arc::new(Table::new(sets)), clock, began, limiters: ArcSwap::default() }
    }

    /// Charges a key's budget.
    pub fn charge(&self, key: &str, quota: Quota, points: NonZeroU32) -> Verdict {
        let number = self.table.number(key);
        self.debt(number, quota);
        match self.limiter(quota).check_key_n(&number, points) {
            Ok(Ok(snapshot)) => {
                let remaining = snapshot.remaining_burst_capacity();
                let spent = quota.points().saturating_sub(remaining);
                let full_in = Duration::from_nanos(quota.interval.saturating_mul(u64::from(spent)));
                Verdict::Paid(State { remaining, full_in })
            }
            Ok(Err(_)) => quota.refusal(self.debt(number, quota), points.get()),
            Err(_) => Verdict::TooMuch,
        }
    }

    /// The refusal that a charge would meet. Charges nothing.
    pub fn look(&self, key: &str, quota: Quota, points: NonZeroU32) -> Option<Verdict> {
        let debt = self.debt(self.table.number(key), quota);
        let wanted = debt.saturating_add(quota.interval.saturating_mul(u64::from(points.get())));
        (wanted > quota.whole()).then(|| quota.refusal(debt, points.get()))
    }

    /// Notes that a budget is full in so many nanoseconds at the earliest, as somebody else says.
    pub fn learn(&self, key: &str, debt: u64) {
        let told = self.now().saturating_add(debt);
        let learnt = |known: Option<u64>| Ok::<_, ()>(((), known.map_or(told, |known| known.max(told))));
        let _ = self.table.replace(self.table.number(key), learnt);
    }

    /// Nanoseconds until the budget is full: never more than the whole takes, also where it was larger before.
    fn debt(&self, number: u64, quota: Quota) -> u64 {
        let now = self.now();
        let full_at = self.table.get(number, now.saturating_add(quota.whole()));
        full_at.unwrap_or(0).saturating_sub(now)
    }

    fn now(&self) -> u64 {
        self.clock.now().duration_since(self.began).as_u64()
    }

    fn limiter(&self, quota: Quota) -> Arc<Limiter<C>> {
        if let Some(known) = self.limiters.load().get(&quota) {
            return Arc::clone(known);
        }
        let view = View { table: Arc::clone(&self.table), began: self.now() };
        let interval = Duration::from_nanos(quota.interval);
        let wanted = GovernorQuota::with_period(interval)
            .unwrap_or(GovernorQuota::per_second(NonZeroU32::MIN))
            .allow_burst(quota.points);
        let limiter = Arc::new(RateLimiter::new(wanted, view, self.clock.clone()));
        self.limiters.rcu(|known| {
            let mut limiters = if known.len() < LIMITERS { Limiters::clone(known) } else { HashMap::new() };
            limiters.insert(quota, Arc::clone(&limiter));
            limiters
        });
        limiter
    }

    /// Memory for keys, in bytes.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.table.bytes()
    }
}

/// The table as one limiter sees it, which counts from its own beginning.
struct View {
    table: Arc<Table>,
    began: u64,
}

impl StateStore for View {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, change: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.table.replace(*key, |full_at| {
            let known = full_at.map(|full_at| Nanos::new(full_at.saturating_sub(self.began)));
            let (outcome, full_at) = change(known)?;
            Ok((outcome, full_at.as_u64().saturating_add(self.began)))
        })
    }
}
