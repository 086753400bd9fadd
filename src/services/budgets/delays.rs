//! Growing delays after wrong passwords, of an account and of an address.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use entity::time::Timestamp;

use super::{Budgets, Current, network};
use crate::infrastructure::throttle::{Forgive, Growth};
use crate::services::{Error, Result};

/// At an account: five wrong passwords cost nothing, and nobody waits for longer than a quarter of an hour.
const ACCOUNT: Growth = Growth { free: 5, most: Duration::from_mins(15) };
/// From an address, which many may share.
const ADDRESS: Growth = Growth { free: 20, most: Duration::from_mins(5) };

/// How a try at signing in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The password was right.
    Right,
    /// Nobody looked at the password.
    Unknown,
}

impl Budgets {
    /// Begins a try at signing in, which counts as a failure until it is [`ended`](Self::ended). `whose` stands for the
    /// account, and is the same whether there is one or not.
    ///
    /// # Errors
    /// `Throttled` where failures before it have to be waited for.
    pub async fn begin_sign_in(&self, whose: &str, from: IpAddr, now: Timestamp) -> Result<()> {
        let Some(current) = self.counting() else { return Ok(()) };
        let (account, address) = keys(whose, from);
        let now = now.0.div_euclid(1000);
        let throttled = |retry_after| Error::Throttled { retry_after };
        current.throttle.begin(&address, ADDRESS, now).await.map_err(throttled)?;
        if let Err(wait) = current.throttle.begin(&account, ACCOUNT, now).await {
            current.throttle.forgive(&address, Forgive::One).await;
            return Err(throttled(wait));
        }
        Ok(())
    }

    /// Takes back that a try was counted as a failure.
    pub async fn ended(&self, whose: &str, from: IpAddr, how: Ended) {
        let Some(current) = self.counting() else { return };
        let (account, address) = keys(whose, from);
        let of_account = if how == Ended::Right { Forgive::All } else { Forgive::One };
        current.throttle.forgive(&account, of_account).await;
        // Somebody with an account of their own must not make an address's failures at others forgotten.
        current.throttle.forgive(&address, Forgive::One).await;
    }

    /// Forgets the failures at an account, wherever they came from.
    pub async fn forgive_account(&self, whose: &str) {
        if let Some(current) = self.counting() {
            current.throttle.forgive(&format!("delay:{whose}"), Forgive::All).await;
        }
    }

    fn counting(&self) -> Option<Arc<Current>> {
        self.current.load_full().filter(|current| current.settings.are_on)
    }
}

fn keys(whose: &str, from: IpAddr) -> (String, String) {
    (format!("delay:{whose}"), format!("delay:a:{}", network(from)))
}
