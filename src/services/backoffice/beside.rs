//! The prices and the stock of whole products.

use std::collections::HashMap;

use entity::id::VariantId;
use entity::inventory::stock_movement::MovementReason;
use entity::money;
use entity::pricing::price;

use super::tell::Told;
use super::variant::ToldPrice;
use crate::services::bulk::Together;
use crate::services::catalog::whole::Whole;
use crate::services::inventory::levels::{self, Counted, Level};
use crate::services::markets::Markets;
use crate::services::pricing::prices;
use crate::services::record::Fields;
use crate::services::{Change, Result};

/// Prices that auditors are told one by one; of more it is told how many there were.
const TOLD: usize = 20;

/// Prices and levels as they are, of those products whose inputs tell of them.
#[derive(Debug, Default)]
pub struct Beside {
    prices: HashMap<VariantId, Vec<price::Model>>,
    levels: HashMap<VariantId, Vec<Level>>,
    set: Vec<price::Model>,
    gone: Vec<(VariantId, entity::id::MarketId)>,
    counted: Vec<Counted>,
    told: Vec<(Option<price::Model>, Option<price::Model>)>,
}

impl Beside {
    /// Reads them: two statements, none where nothing is told.
    pub async fn load(change: &Change<'_>, told: &[(&Told<'_>, Option<&Whole>)]) -> Result<Self> {
        let of = |tells: fn(&Told<'_>) -> bool| {
            let products = told.iter().filter(|(told, _)| tells(told)).filter_map(|(_, whole)| *whole);
            products.flat_map(|whole| whole.variants.iter().map(|row| row.id)).collect::<Vec<_>>()
        };
        let priced = of(|told| told.variants.iter().flatten().any(|variant| variant.prices.is_some()));
        let stocked = of(|told| told.variants.iter().flatten().any(|variant| variant.stock.is_some()));
        let mut beside = Self::default();
        if !priced.is_empty() {
            beside.prices = prices::everywhere(&change.tx, priced).await?;
        }
        if !stocked.is_empty() {
            beside.levels = levels::locked(change, stocked).await?;
        }
        Ok(beside)
    }

    /// Takes over what an input tells of its variants; answers whether anything differs.
    pub fn tell(&mut self, told: &Told<'_>, variants: &[VariantId]) -> bool {
        let before = (self.set.len(), self.gone.len(), self.counted.len());
        for (variant, id) in told.variants.iter().flatten().zip(variants) {
            if let Some(wanted) = &variant.prices {
                self.price(*id, wanted);
            }
            for (location, pieces) in variant.stock.iter().flatten() {
                let known = self.levels.get(id).into_iter().flatten();
                let level = known.into_iter().find(|level| level.location == *location);
                let before = level.map(|level| level.available);
                if before != Some(*pieces) {
                    let (variant, location) = (*id, *location);
                    self.counted.push(Counted { variant, location, before, now: *pieces });
                }
            }
        }
        before != (self.set.len(), self.gone.len(), self.counted.len())
    }

    fn price(&mut self, variant_id: VariantId, wanted: &[ToldPrice]) {
        let mut known = self.prices.remove(&variant_id).unwrap_or_default();
        for price in wanted {
            let place = known.iter().position(|row| row.market_id == price.market);
            let before = place.map(|place| known.swap_remove(place));
            let after = price::Model {
                variant_id,
                market_id: price.market,
                amount: price.amount,
                compare_at: price.compare_at.unwrap_or(before.as_ref().and_then(|row| row.compare_at)),
                unit_cost: price.unit_cost.unwrap_or(before.as_ref().and_then(|row| row.unit_cost)),
            };
            if before.as_ref() != Some(&after) {
                self.told.push((before, Some(after.clone())));
                self.set.push(after);
            }
        }
        self.gone.extend(known.iter().map(|row| (variant_id, row.market_id)));
        self.told.extend(known.into_iter().map(|row| (Some(row), None)));
    }

    /// Tells auditors of the prices, one by one where they are few.
    pub fn record(&self, change: &Change<'_>, markets: &Markets) {
        if self.told.len() > TOLD {
            let told = Fields::default().with("pricesChanged", self.told.len());
            change.told("prices", "", None, Some(&told));
            return;
        }
        let told = |price: &price::Model| {
            let market = markets.markets.iter().find(|market| market.id == price.market_id);
            let (handle, digits) = market.map_or(("", 0), |market| (market.handle.as_str(), market.digits));
            let amount = |minor: i64| money::to_decimal(minor, digits);
            Fields::default()
                .with(&format!("price.{handle}"), amount(price.amount))
                .with(&format!("compareAtPrice.{handle}"), price.compare_at.map(amount))
                .with(&format!("unitCost.{handle}"), price.unit_cost.map(amount))
        };
        for (before, after) in &self.told {
            let Some(variant) = before.as_ref().or(after.as_ref()).map(|price| price.variant_id) else {
                continue;
            };
            let fields = |price: &Option<price::Model>| price.as_ref().map(told).unwrap_or_default();
            change.changed(variant, &fields(before), &fields(after));
        }
    }

    /// What is to be written.
    pub fn writes(&self, change: &Change<'_>) -> Together {
        let mut writes = Together::default();
        prices::write_with(&mut writes, &self.set, &self.gone);
        levels::write_with(&mut writes, change, &self.counted, MovementReason::Correction);
        writes
    }
}
