//! Money as clients see it.

use async_graphql::SimpleObject;
use entity::money::to_decimal;

use super::quick::{Ask, Plain};
use super::scalars::{CurrencyCode, Decimal};
use crate::services::markets::{Locale, Market};

/// An exact amount of money.
#[derive(SimpleObject)]
pub struct Money {
    /// The amount as a decimal string, with as many digits after the point as the currency has.
    amount: Decimal,
    /// The currency, which is that of the market.
    currency: CurrencyCode,
}

impl Money {
    /// An amount of minor units in a market's currency.
    pub fn new(minor: i64, locale: &Locale) -> Self {
        Self {
            amount: Decimal(to_decimal(minor, locale.market.digits)),
            currency: CurrencyCode(locale.market.currency.clone()),
        }
    }
}

impl Money {
    /// An amount of minor units in the currency of any market.
    pub fn of_market(minor: i64, market: &Market) -> Self {
        Self {
            amount: Decimal(to_decimal(minor, market.digits)),
            currency: CurrencyCode(market.currency.clone()),
        }
    }
}

impl Plain for Money {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "amount" => ask.write(&self.amount.0),
            "currency" => ask.write(&self.currency.0),
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
