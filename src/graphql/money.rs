//! Money as clients see it.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use entity::money::to_decimal;

use super::quick::{Ask, Plain};
use super::scalars::{CurrencyCode, Decimal};
use crate::services::markets::{Locale, Market};

/// An exact amount of money.
pub struct Money {
    minor: i64,
    market: Arc<Market>,
}

impl Money {
    /// An amount of minor units in the currency of the request's market.
    pub fn new(minor: i64, locale: &Locale) -> Self {
        Self::of_market(minor, &locale.market)
    }

    /// An amount of minor units in the currency of any market.
    pub fn of_market(minor: i64, market: &Arc<Market>) -> Self {
        Self { minor, market: Arc::clone(market) }
    }
}

/// An exact amount of money.
#[Object]
impl Money {
    /// The amount as a decimal string, with as many digits after the point as the currency has.
    async fn amount(&self) -> Decimal {
        Decimal(to_decimal(self.minor, self.market.digits))
    }

    /// The currency, which is that of the market.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.market.currency.clone())
    }
}

impl Plain for Money {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "amount" => ask.decimal(self.minor, self.market.digits),
            "currency" => ask.write(&self.market.currency),
            _ => None,
        }
    }
}

/// The lowest and the highest of several amounts.
#[derive(SimpleObject)]
pub struct MoneyRange {
    /// The lowest.
    min: Money,
    /// The highest.
    max: Money,
}

impl MoneyRange {
    /// A range of minor units in a market's currency.
    pub fn new((min, max): (i64, i64), locale: &Locale) -> Self {
        Self { min: Money::new(min, locale), max: Money::new(max, locale) }
    }
}

impl Plain for MoneyRange {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "min" => ask.object(&self.min),
            "max" => ask.object(&self.max),
            _ => None,
        }
    }
}
