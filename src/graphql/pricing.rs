//! Prices of all markets: for staff.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::pricing::price;

use super::access::Needs;
use super::catalog::Variant;
use super::context::ContextExt;
use super::directives::About;
use super::error::Nullable;
use super::id;
use super::loaders::VariantById;
use super::markets::Market;
use super::money::Money;
use super::payload::{Payload, UserError, change, or_none};
use super::scalars::Decimal;
use super::scope::Scope;
use crate::services::pricing::manage::{self, PriceInput, PriceKey};
use crate::services::{Permission, Result};

/// Changing prices.
#[derive(Default)]
pub struct PriceMutation;

/// What a variant costs in a market: for staff.
#[derive(SimpleObject)]
pub struct MarketPrice {
    /// Where.
    market: Market,
    /// What it costs there.
    price: Money,
    /// The price before a reduction, as it is stored.
    compare_at_price: Option<Money>,
}

impl MarketPrice {
    /// A stored price; `None` where its market is not open any more.
    pub fn of(price: &price::Model, scope: &Scope) -> Option<Self> {
        let market = scope.markets.markets.iter().find(|market| market.id == price.market_id)?;
        Some(Self {
            price: Money::of_market(price.amount, market),
            compare_at_price: price.compare_at.map(|before| Money::of_market(before, market)),
            market: Market(market.clone()),
        })
    }
}

/// A price that is to be, in the market's currency.
#[derive(InputObject)]
pub struct PriceSetInput {
    /// The variant.
    variant_id: ID,
    /// The market.
    market_id: ID,
    /// The price: a decimal from 0, with no more digits after the point than the currency has.
    amount: Decimal,
    /// The price before a reduction, which has to be above the price; null removes it.
    compare_at_amount: MaybeUndefined<Decimal>,
}

/// Prices that are to be. All of them are set, or none.
#[derive(InputObject)]
pub struct PricesSetInput {
    /// The prices: 1 to 250, each variant in each market once.
    prices: Vec<PriceSetInput>,
}

/// A price that is to go.
#[derive(InputObject)]
pub struct PriceDeleteInput {
    /// The variant.
    variant_id: ID,
    /// The market.
    market_id: ID,
}

/// Prices that are to go: the variants are not sold in the markets from then on.
#[derive(InputObject)]
pub struct PricesDeleteInput {
    /// Which: 1 to 250, each variant in each market once.
    prices: Vec<PriceDeleteInput>,
}

/// What became of a change of prices.
#[derive(Default)]
pub struct PricesPayload {
    variants: Option<Vec<Variant>>,
    user_errors: Vec<UserError>,
}

/// What became of a change of prices.
#[Object]
impl PricesPayload {
    /// The variants, in the order of the input.
    #[graphql(directive = About::apply(5))]
    async fn variants(&self) -> Option<&[Variant]> {
        self.variants.as_deref()
    }

    /// What the input had wrong; empty where the change was made.
    #[graphql(directive = About::apply(5))]
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

impl Payload for PricesPayload {
    fn refused(mut self, errors: Vec<UserError>) -> Self {
        self.user_errors = errors;
        self
    }
}

#[Object]
impl PriceMutation {
    /// Sets prices, in as many markets as wanted.
    #[graphql(directive = Needs::apply(Permission::PricesWrite))]
    async fn prices_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and how much.")] input: PricesSetInput,
    ) -> Nullable<PricesPayload> {
        change(ctx, async {
            let price = |one: PriceSetInput| PriceInput {
                variant: id::read(&one.variant_id),
                market: id::read(&one.market_id),
                amount: one.amount.0,
                compare_at: or_none(one.compare_at_amount).map(|amount| amount.map(|amount| amount.0)),
            };
            let prices: Vec<_> = input.prices.into_iter().map(price).collect();
            manage::set(ctx.app(), ctx.viewer(), &prices).await?;
            told(ctx, prices.iter().filter_map(|price| price.variant)).await
        })
        .await
    }

    /// Deletes prices.
    #[graphql(directive = Needs::apply(Permission::PricesWrite))]
    async fn prices_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PricesDeleteInput,
    ) -> Nullable<PricesPayload> {
        change(ctx, async {
            let key = |one: &PriceDeleteInput| PriceKey {
                variant: id::read(&one.variant_id),
                market: id::read(&one.market_id),
            };
            let keys: Vec<_> = input.prices.iter().map(key).collect();
            manage::delete(ctx.app(), ctx.viewer(), &keys).await?;
            told(ctx, keys.iter().filter_map(|key| key.variant)).await
        })
        .await
    }
}

/// The variants that prices were about, each once.
async fn told(
    ctx: &Context<'_>,
    variants: impl Iterator<Item = entity::id::VariantId>,
) -> Result<PricesPayload> {
    let mut seen = std::collections::HashSet::new();
    let keys: Vec<_> = variants.filter(|id| seen.insert(*id)).map(VariantById).collect();
    let variants = ctx.load_all(&keys).await?.into_iter().flatten().map(Variant).collect();
    Ok(PricesPayload { variants: Some(variants), ..Default::default() })
}
