//! In which markets products are on offer.

use async_graphql::{Context, ID, InputObject, Object};

use super::{all_wanted, part, tell_product, wanted};
use crate::graphql::access::Needs;
use crate::graphql::catalog::Product;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::payload;
use crate::graphql::scalars::DateTime;
use crate::services::catalog::write::publish;
use crate::services::{Permission, Result};

/// Publishing products and taking them back.
#[derive(Default)]
pub struct PublishingMutation;

/// A market in which a product is to be on offer.
#[derive(InputObject)]
pub struct ProductPublicationInput {
    /// The market.
    market_id: ID,
    /// From when on, in the past or in the future. Absent: the moment stays, and is now where there was none.
    published_at: Option<DateTime>,
}

/// Where a product is to be on offer.
#[derive(InputObject)]
pub struct ProductPublishInput {
    /// The product.
    product_id: ID,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// The markets, each once. What is not named stays as it is.
    markets: Vec<ProductPublicationInput>,
}

/// Where a product is to be on offer no longer.
#[derive(InputObject)]
pub struct ProductUnpublishInput {
    /// The product.
    product_id: ID,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// The markets, each once. One where it is not on offer is no problem.
    market_ids: Vec<ID>,
}

payload! {
    /// What became of a publication.
    ProductPublishPayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of a withdrawal.
    ProductUnpublishPayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
}

#[Object]
impl PublishingMutation {
    /// Puts a product on offer in markets. Shoppers see it there once it is active and has a price.
    #[graphql(directive = Needs::apply(Permission::ProductsPublish))]
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to publish it.")] input: ProductPublishInput,
    ) -> Nullable<ProductPublishPayload> {
        tell_product!(ctx, ProductPublishPayload, part(&input.product_id, "").ok(), {
            let market = |(index, wish): (usize, &ProductPublicationInput)| {
                let market = wanted(&wish.market_id, &[&"markets", &index, &"marketId"])?;
                Ok((market, wish.published_at.as_ref().map(|moment| moment.0)))
            };
            let markets = input.markets.iter().enumerate().map(market).collect::<Result<Vec<_>>>()?;
            let id = wanted(&input.product_id, &[&"productId"])?;
            publish::publish(ctx.app(), ctx.viewer(), id, input.version, &markets).await?
        })
    }

    /// Takes a product off the shelves of markets.
    #[graphql(directive = Needs::apply(Permission::ProductsPublish))]
    async fn product_unpublish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to take it back.")] input: ProductUnpublishInput,
    ) -> Nullable<ProductUnpublishPayload> {
        tell_product!(ctx, ProductUnpublishPayload, part(&input.product_id, "").ok(), {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let markets = all_wanted(&input.market_ids, "marketIds")?;
            publish::unpublish(ctx.app(), ctx.viewer(), id, input.version, &markets).await?
        })
    }
}
