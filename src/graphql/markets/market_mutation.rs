//! Changing markets and locations.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::{LocationId, MarketId};

use super::types::{Location, Market};
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, or_none, payload, place};
use crate::services::Permission;
use crate::services::markets::locations::{self, LocationInput};
use crate::services::markets::manage::{self, MarketInput};

/// Changing markets and locations.
#[derive(Default)]
pub struct MarketMutation;

/// A market that is to be.
#[derive(InputObject)]
pub struct MarketCreateInput {
    /// Its slug, which requests name.
    handle: String,
    /// Its name: 1 to 255 characters.
    name: String,
    /// The currency of all its prices (ISO 4217), such as `EUR`.
    currency: String,
    /// Its countries, as two capital letters each (ISO 3166-1). A country belongs to one market.
    #[graphql(default)]
    countries: Vec<String>,
    /// Its languages as BCP 47 tags, to the first of which missing translations fall back: 1 to 20.
    languages: Vec<String>,
    /// Whether its prices include tax.
    #[graphql(default)]
    tax_inclusive: bool,
    /// Whether requests that name no market get this one.
    #[graphql(default)]
    is_default: bool,
}

/// What a market is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct MarketUpdateInput {
    /// The market.
    id: ID,
    /// Its slug, which requests name. The former one names nothing from then on.
    handle: Option<String>,
    /// Its name: 1 to 255 characters.
    name: Option<String>,
    /// The currency of all its prices (ISO 4217); it can be changed only while there are no prices.
    currency: Option<String>,
    /// All its countries, as two capital letters each (ISO 3166-1). A country belongs to one market.
    countries: Option<Vec<String>>,
    /// All its languages as BCP 47 tags, to the first of which missing translations fall back: 1 to 20. A language that
    /// is new is answered in once its lists are written: at once where there are no more than 250 products.
    languages: Option<Vec<String>>,
    /// Whether its prices include tax.
    tax_inclusive: Option<bool>,
    /// True makes it the market of requests that name none; another one cannot be made it by false here.
    is_default: Option<bool>,
}

/// A market that is to go.
#[derive(InputObject)]
pub struct MarketDeleteInput {
    /// The market; not the default one.
    id: ID,
}

/// A location that is to be.
#[derive(InputObject)]
pub struct LocationCreateInput {
    /// Its slug.
    handle: String,
    /// Its name: 1 to 255 characters.
    name: String,
    /// Its country as two capital letters (ISO 3166-1).
    country: Option<String>,
    /// Its place among the locations, from 0; without one it is the last.
    position: Option<i32>,
}

/// What a location is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct LocationUpdateInput {
    /// The location.
    id: ID,
    /// Its slug.
    handle: Option<String>,
    /// Its name: 1 to 255 characters.
    name: Option<String>,
    /// Its country as two capital letters (ISO 3166-1); null for none.
    country: MaybeUndefined<String>,
    /// Its place among the locations, from 0.
    position: Option<i32>,
}

/// A location that is to be given up.
#[derive(InputObject)]
pub struct LocationDeleteInput {
    /// The location; no stock may be left there.
    id: ID,
}

payload! {
    /// What became of a new market.
    MarketCreatePayload {
        /// The market.
        market: Market,
    }

    /// What became of a change to a market.
    MarketUpdatePayload {
        /// The market as it is now. Languages whose lists are still being written are not told yet.
        market: Market,
    }

    /// What became of deleting a market.
    MarketDeletePayload {
        /// The id of the market that is gone.
        deleted_id: ID,
    }

    /// What became of a new location.
    LocationCreatePayload {
        /// The location.
        location: Location,
    }

    /// What became of a change to a location.
    LocationUpdatePayload {
        /// The location as it is now.
        location: Location,
    }

    /// What became of giving up a location.
    LocationDeletePayload {
        /// The id of the location that is gone.
        deleted_id: ID,
    }
}

#[Object]
impl MarketMutation {
    /// Opens a market. Nothing is published in it, and nothing has a price there yet.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn market_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: MarketCreateInput,
    ) -> Nullable<MarketCreatePayload> {
        change(ctx, async {
            let wish = MarketInput {
                handle: Some(input.handle),
                name: Some(input.name),
                currency: Some(input.currency),
                countries: Some(input.countries),
                languages: Some(input.languages),
                tax_inclusive: Some(input.tax_inclusive),
                is_default: input.is_default.then_some(true),
            };
            let id = manage::create(ctx.app(), ctx.viewer(), wish).await?;
            Ok(MarketCreatePayload { market: market(ctx, id), ..Default::default() })
        })
        .await
    }

    /// Changes a market.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn market_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: MarketUpdateInput,
    ) -> Nullable<MarketUpdatePayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            let wish = MarketInput {
                handle: input.handle,
                name: input.name,
                currency: input.currency,
                countries: input.countries,
                languages: input.languages,
                tax_inclusive: input.tax_inclusive,
                is_default: input.is_default,
            };
            manage::update(ctx.app(), ctx.viewer(), id, wish).await?;
            Ok(MarketUpdatePayload { market: market(ctx, id), ..Default::default() })
        })
        .await
    }

    /// Closes a market: nobody is answered in it from then on, and its prices and publications are removed.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn market_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to go.")] input: MarketDeleteInput,
    ) -> Nullable<MarketDeletePayload> {
        change(ctx, async {
            let id: MarketId = id::named(&input.id, &[&"id"])?;
            manage::delete(ctx.app(), ctx.viewer(), id).await?;
            Ok(MarketDeletePayload { deleted_id: Some(id::show(id)), ..Default::default() })
        })
        .await
    }

    /// Adds a place where stock lies.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn location_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: LocationCreateInput,
    ) -> Nullable<LocationCreatePayload> {
        change(ctx, async {
            let wish = LocationInput {
                handle: Some(input.handle),
                name: Some(input.name),
                country: Some(input.country),
                position: place(input.position, &[&"position"])?,
            };
            let id = locations::create(ctx.app(), ctx.viewer(), wish).await?;
            Ok(LocationCreatePayload { location: location(ctx, id), ..Default::default() })
        })
        .await
    }

    /// Changes a place where stock lies.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn location_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: LocationUpdateInput,
    ) -> Nullable<LocationUpdatePayload> {
        change(ctx, async {
            let id = id::named(&input.id, &[&"id"])?;
            let wish = LocationInput {
                handle: input.handle,
                name: input.name,
                country: or_none(input.country),
                position: place(input.position, &[&"position"])?,
            };
            locations::update(ctx.app(), ctx.viewer(), id, wish).await?;
            Ok(LocationUpdatePayload { location: location(ctx, id), ..Default::default() })
        })
        .await
    }

    /// Gives up a place where stock lay. The ledger still tells what moved there.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn location_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to go.")] input: LocationDeleteInput,
    ) -> Nullable<LocationDeletePayload> {
        change(ctx, async {
            let id: LocationId = id::named(&input.id, &[&"id"])?;
            locations::delete(ctx.app(), ctx.viewer(), id).await?;
            Ok(LocationDeletePayload { deleted_id: Some(id::show(id)), ..Default::default() })
        })
        .await
    }
}

fn market(ctx: &Context<'_>, id: MarketId) -> Option<Market> {
    ctx.scope().markets.markets.iter().find(|market| market.id == id).map(Arc::clone).map(Market)
}

fn location(ctx: &Context<'_>, id: LocationId) -> Option<Location> {
    ctx.scope().markets.location(id).cloned().map(Location)
}
