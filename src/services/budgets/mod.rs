//! What callers may spend: every operation is charged its cost before it runs, and tries at accounts are counted.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

pub use delays::Ended;

pub use crate::infrastructure::throttle::{Budget, Budgets as Settings, Throttle, Tries, WrongUrl};

mod delays;

use super::{Error, Result, Viewer};
use crate::infrastructure::throttle::{Quota, State, Verdict};

/// Who pays for an operation: whoever is signed in, else the address; each client app that has a budget of its own apart.
#[derive(Clone, Copy, Debug)]
pub struct Payer<'a> {
    /// Who asks.
    pub viewer: &'a Viewer,
    /// From where.
    pub address: IpAddr,
    /// With which client app; one without a budget of its own does not count.
    pub client: Option<&'a str>,
    /// The budget that is kept with the client app; without, the settings may have one for it.
    pub own: Option<Budget>,
}

/// What was charged, and how the budget stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Whose budget it is: `anonymous`, `customer`, `staff`, `app`, or the client app's name.
    pub policy: Arc<str>,
    /// Points of a full budget.
    pub limit: u32,
    /// Points that are left.
    pub remaining: u32,
    /// Points that come back in a second.
    pub restore_rate: u32,
    /// How long it takes until the budget is full.
    pub full_in: Duration,
    /// After which time the operation can be paid, where it cannot now.
    pub retry_after: Option<Duration>,
}

/// What became of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was paid.
    Paid(Charge),
    /// There is not enough left for now.
    Throttled(Charge),
    /// A full budget would not do.
    TooMuch(Charge),
}

/// What is tried at an account, or with what belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// A password, an address or a code.
    Account,
    /// A refresh token.
    Refresh,
}

/// All budgets; without settings there are none, and everything is paid.
#[derive(Default)]
pub struct Budgets {
    current: ArcSwapOption<Current>,
}

struct Current {
    throttle: Arc<Throttle>,
    settings: Settings,
    names: [Arc<str>; 4],
}

impl Budgets {
    /// Begins to charge.
    pub fn open(&self, throttle: Throttle, settings: Settings) {
        self.set(Arc::new(throttle), settings);
    }

    /// Goes by other settings from now on. What was spent stays spent.
    pub fn change(&self, settings: Settings) {
        if let Some(current) = self.current.load_full() {
            self.set(Arc::clone(&current.throttle), settings);
        }
    }

    fn set(&self, throttle: Arc<Throttle>, settings: Settings) {
        let names = ["anonymous", "customer", "staff", "app"].map(Arc::from);
        self.current.store(Some(Arc::new(Current { throttle, settings, names })));
    }

    /// Charges an operation; `None` where nobody pays.
    pub async fn charge(&self, payer: Payer<'_>, cost: u64) -> Option<Outcome> {
        let current = self.current.load_full()?;
        let account = current.account(payer)?;
        // What no budget holds is more than any.
        let points = NonZeroU32::new(u32::try_from(cost).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        let verdict = current.throttle.charge(&account.key, account.budget.into(), points).await;
        Some(account.outcome(verdict))
    }

    /// The refusal of somebody whose budget is empty, so that nothing has to be looked at. Charges nothing.
    pub fn spent(&self, payer: Payer<'_>) -> Option<Charge> {
        let current = self.current.load();
        let current = current.as_ref()?;
        let account = current.account(payer)?;
        let refused = current.throttle.look(&account.key, account.budget.into(), NonZeroU32::MIN)?;
        match account.outcome(refused) {
            Outcome::Throttled(charge) => Some(charge),
            Outcome::Paid(_) | Outcome::TooMuch(_) => None,
        }
    }

    /// Counts a try. `whose` stands for the account or device that it is at, and tells nothing about it; it is the same
    /// whether there is such an account or not.
    ///
    /// # Errors
    /// Where there were too many of late, at the account or from the address.
    pub async fn attempt(&self, kind: Try, whose: Option<&str>, address: IpAddr) -> Result<()> {
        let Some(current) = self.current.load_full().filter(|current| current.settings.are_on) else {
            return Ok(());
        };
        let settings = &current.settings;
        let (name, of_account, of_address) = match kind {
            Try::Account => ("try", settings.tries_account, settings.tries_address),
            Try::Refresh => ("refresh", settings.refreshes_device, settings.refreshes_address),
        };
        let address = format!("{name}:a:{}", network(address));
        current.attempt(&address, of_address).await?;
        match whose {
            Some(whose) => current.attempt(&format!("{name}:{whose}"), of_account).await,
            None => Ok(()),
        }
    }
}

impl Current {
    fn account(&self, payer: Payer<'_>) -> Option<Account> {
        let settings = &self.settings;
        if !settings.are_on {
            return None;
        }
        let (place, budget, subject) = match payer.viewer {
            Viewer::Anonymous => (0, settings.anonymous, format!("a:{}", network(payer.address))),
            Viewer::Customer { account, .. } => (1, settings.customer, format!("u:{}", account.0)),
            Viewer::Staff { account, .. } => (2, settings.staff, format!("u:{}", account.0)),
            Viewer::App { token, .. } => (3, settings.app, format!("t:{}", token.0)),
            Viewer::Operator => return None,
        };
        let client = payer.client.and_then(|name| {
            let budget = payer.own.or_else(|| settings.clients.get(name).copied());
            Some((name, budget?))
        });
        Some(match client {
            Some((name, budget)) => Account { policy: name.into(), budget, key: format!("{name}:{subject}") },
            None => Account { policy: Arc::clone(&self.names[place]), budget, key: format!(":{subject}") },
        })
    }

    async fn attempt(&self, key: &str, tries: Tries) -> Result<()> {
        match self.throttle.charge(key, tries.into(), NonZeroU32::MIN).await {
            Verdict::Paid(_) | Verdict::TooMuch => Ok(()),
            Verdict::Refused { wait, .. } => Err(Error::Throttled { retry_after: wait }),
        }
    }
}

/// Whose budget is charged.
struct Account {
    policy: Arc<str>,
    budget: Budget,
    key: String,
}

impl Account {
    fn outcome(self, verdict: Verdict) -> Outcome {
        let quota = Quota::from(self.budget);
        let full = State { remaining: quota.points(), full_in: Duration::ZERO };
        match verdict {
            Verdict::Paid(state) => Outcome::Paid(self.charge(state, None)),
            Verdict::Refused { state, wait } => Outcome::Throttled(self.charge(state, Some(wait))),
            Verdict::TooMuch => Outcome::TooMuch(self.charge(full, None)),
        }
    }

    fn charge(self, state: State, retry_after: Option<Duration>) -> Charge {
        Charge {
            policy: self.policy,
            limit: self.budget.points.get(),
            remaining: state.remaining,
            restore_rate: self.budget.per_second.get(),
            full_in: state.full_in,
            retry_after,
        }
    }
}

/// What stands for an address: of version 6 the network of 64 bits, all of which one household has to itself.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Seconds to wait, rounded up: who comes then is not too early.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use entity::id::{AccountId, SessionId};

    use super::*;

    fn settings(points: u32) -> Settings {
        let budget =
            |points| Budget { points: NonZeroU32::new(points).unwrap(), per_second: NonZeroU32::MIN };
        Settings {
            anonymous: budget(points),
            customer: budget(points * 2),
            clients: BTreeMap::from([("ios".to_owned(), budget(points * 3))]),
            tries_account: "3/1".parse().unwrap(),
            tries_address: "5/1".parse().unwrap(),
            ..Settings::default()
        }
    }

    fn budgets(points: u32) -> Budgets {
        let budgets = Budgets::default();
        budgets.open(Throttle::alone(), settings(points));
        budgets
    }

    fn payer(address: &str) -> Payer<'static> {
        Payer { viewer: &Viewer::Anonymous, address: address.parse().unwrap(), client: None, own: None }
    }

    async fn left(budgets: &Budgets, payer: Payer<'_>, cost: u64) -> u32 {
        match budgets.charge(payer, cost).await {
            Some(Outcome::Paid(charge)) => charge.remaining,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_household_has_one_budget_and_the_next_one_another() {
        let budgets = budgets(1000);
        assert_eq!(left(&budgets, payer("2001:db8:1:2::1"), 100).await, 900);
        assert_eq!(left(&budgets, payer("2001:db8:1:2:ffff::9"), 100).await, 800);
        assert_eq!(left(&budgets, payer("2001:db8:1:3::1"), 100).await, 900);
        assert_eq!(left(&budgets, payer("192.0.2.1"), 100).await, 900);
        assert_eq!(left(&budgets, payer("::ffff:192.0.2.1"), 100).await, 800);
    }

    #[tokio::test]
    async fn a_client_app_that_nobody_set_up_brings_no_new_budget() {
        let budgets = budgets(1000);
        let with = |client| Payer { client: Some(client), ..payer("192.0.2.1") };
        assert_eq!(left(&budgets, payer("192.0.2.1"), 100).await, 900);
        assert_eq!(left(&budgets, with("whatever"), 100).await, 800);
        assert_eq!(left(&budgets, with("ios"), 100).await, 2900);
        let account = AccountId::generate();
        let viewer = Viewer::Customer { account, session: SessionId::generate() };
        let signed_in = Payer { viewer: &viewer, ..payer("192.0.2.1") };
        assert_eq!(left(&budgets, signed_in, 100).await, 1900);
        let elsewhere = Viewer::Customer { account, session: SessionId::generate() };
        let signed_in = Payer { viewer: &elsewhere, ..payer("198.51.100.1") };
        assert_eq!(
            left(&budgets, signed_in, 100).await,
            1800,
            "an account has one budget on all its devices"
        );
    }

    #[tokio::test]
    async fn what_is_above_the_whole_budget_is_told_apart() {
        let budgets = budgets(1000);
        for cost in [1001, u64::from(u32::MAX), 1 << 32, 1 << 63, u64::MAX] {
            let outcome = budgets.charge(payer("192.0.2.1"), cost).await;
            assert!(
                matches!(outcome, Some(Outcome::TooMuch(ref charge)) if charge.limit == 1000),
                "{cost}: {outcome:?}"
            );
        }
        assert_eq!(left(&budgets, payer("192.0.2.1"), 0).await, 999, "nothing is for nothing");
        let Some(Outcome::Throttled(charge)) = budgets.charge(payer("192.0.2.1"), 1000).await else {
            panic!("there are only 999 left");
        };
        assert!(charge.retry_after.is_some_and(|wait| wait <= Duration::from_secs(1)), "{charge:?}");
        assert!(budgets.spent(payer("192.0.2.1")).is_none());
        assert_eq!(left(&budgets, payer("192.0.2.1"), 999).await, 0);
        assert!(budgets.spent(payer("192.0.2.1")).is_some_and(|charge| charge.remaining == 0));
    }

    #[tokio::test]
    async fn what_was_spent_stays_spent_under_other_settings() {
        let budgets = budgets(1000);
        assert_eq!(left(&budgets, payer("192.0.2.1"), 900).await, 100);
        budgets.change(settings(2000));
        let now = left(&budgets, payer("192.0.2.1"), 1).await;
        assert!((1099..=1100).contains(&now), "{now}");
        budgets.change(Settings { are_on: false, ..settings(1000) });
        assert!(budgets.charge(payer("192.0.2.1"), 1).await.is_none());
        budgets.change(settings(1000));
        assert!(left(&budgets, payer("192.0.2.1"), 1).await <= 101);
        assert!(
            Budgets::default().charge(payer("192.0.2.1"), 1).await.is_none(),
            "nobody pays where none is set up"
        );
    }

    #[tokio::test]
    async fn tries_are_counted_by_account_and_by_address() {
        let budgets = budgets(1000);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..3 {
            budgets.attempt(Try::Account, Some("ann"), address("192.0.2.1")).await.unwrap();
        }
        let elsewhere = budgets.attempt(Try::Account, Some("ann"), address("192.0.2.2")).await;
        let Err(Error::Throttled { retry_after }) = elsewhere else { panic!("{elsewhere:?}") };
        assert!(retry_after > Duration::from_secs(3500) && retry_after <= Duration::from_hours(1));
        budgets.attempt(Try::Account, Some("bob"), address("192.0.2.1")).await.unwrap();
        budgets.attempt(Try::Account, None, address("192.0.2.1")).await.unwrap();
        let refused = budgets.attempt(Try::Account, Some("eve"), address("192.0.2.1")).await;
        assert!(matches!(refused, Err(Error::Throttled { .. })), "{refused:?}");
        budgets.attempt(Try::Refresh, Some("ann"), address("192.0.2.1")).await.unwrap();
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (millis, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
        }
    }
}
