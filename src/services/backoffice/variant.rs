//! A variant of a whole product's input, looked at before anything is read.

use std::fmt::Display;

use entity::id::{LocationId, MarketId};
use entity::money;

use super::set::{PriceSet, VariantSet};
use crate::services::catalog::bounds::{PIECES, PRICE};
use crate::services::catalog::whole::MAX_OPTIONS;
use crate::services::catalog::write::fields::below;
use crate::services::catalog::write::variants::texts;
use crate::services::catalog::write::{VariantFields, metafield, named_once, rows};
use crate::services::markets::Markets;
use crate::services::problem::{Problems, Reason};

/// A variant of it.
#[derive(Debug)]
pub struct ToldVariant<'a> {
    pub input: &'a VariantSet,
    pub fields: VariantFields,
    pub values: Vec<String>,
    pub prices: Option<Vec<ToldPrice>>,
    pub stock: Option<Vec<(LocationId, i64)>>,
}

/// A price in minor units.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::option_option, reason = "left as it is, cleared, or set")]
pub struct ToldPrice {
    pub market: MarketId,
    pub amount: i64,
    pub compare_at: Option<Option<i64>>,
    pub unit_cost: Option<Option<i64>>,
}

impl<'a> ToldVariant<'a> {
    pub fn of(input: &'a VariantSet, index: usize, markets: &Markets, problems: &mut Problems) -> Self {
        let at = below(&[&"variants"], &[&index]);
        rows(problems, &below(&at, &[&"optionValues"]), input.option_values.len(), 1, MAX_OPTIONS);
        let values = texts(problems, &below(&at, &[&"optionValues"]), &input.option_values);
        let fields = input.fields.checked(problems, &at);
        if let Some(drafts) = &input.metafields {
            metafield(problems, &below(&at, &[&"metafields"]), drafts);
        }
        let prices = input.prices.as_ref().map(|prices| {
            named_once(problems, &below(&at, &[&"prices"]), prices.iter().map(|price| &price.market));
            let price =
                |(place, price)| told_price(price, &below(&at, &[&"prices", &place]), markets, problems);
            prices.iter().enumerate().filter_map(price).collect()
        });
        let stock = input.stock.as_ref().map(|levels| {
            named_once(problems, &below(&at, &[&"stock"]), levels.iter().map(|level| &level.location));
            let mut told = Vec::with_capacity(levels.len().min(markets.locations.len()));
            for (place, level) in levels.iter().enumerate() {
                let at = below(&at, &[&"stock", &place]);
                let location = markets.locations.iter().find(|known| known.handle == level.location);
                if let Some(location) = location {
                    told.push((location.id, level.available));
                } else {
                    let path = below(&at, &[&"location"]);
                    problems.add(Reason::NotFound, &path, "there is no location with this handle");
                }
                if !(0..=PIECES).contains(&level.available) {
                    let path = below(&at, &[&"available"]);
                    problems.add(Reason::Invalid, &path, "there are 0 to 1,000,000,000 pieces");
                }
            }
            told
        });
        Self { input, fields, values, prices, stock }
    }
}

fn told_price(
    price: &PriceSet,
    at: &[&dyn Display],
    markets: &Markets,
    problems: &mut Problems,
) -> Option<ToldPrice> {
    let Some(market) = markets.market(&price.market) else {
        problems.add(Reason::NotFound, &below(at, &[&"market"]), "there is no market with this handle");
        return None;
    };
    let mut minor = |name: &str, typed: &str| {
        let amount = money::from_decimal(typed, market.digits).filter(|amount| (0..=PRICE).contains(amount));
        if amount.is_none() {
            let message = format!(
                "an amount in {} such as {}",
                market.currency,
                money::to_decimal(1999, market.digits)
            );
            problems.add(Reason::Invalid, &below(at, &[&name]), message);
        }
        amount
    };
    let amount = minor("amount", &price.amount);
    let mut beside = |name: &str, typed: &Option<Option<String>>| match typed {
        None => None,
        Some(None) => Some(None),
        Some(Some(typed)) => Some(minor(name, typed)),
    };
    let compare_at = beside("compareAtPrice", &price.compare_at);
    let unit_cost = beside("unitCost", &price.unit_cost);
    Some(ToldPrice { market: market.id, amount: amount?, compare_at, unit_cost })
}
