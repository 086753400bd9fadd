//! Images of products.

use async_graphql::{Context, ID, InputObject, Object};
use entity::id::MediaId;

use super::{all_wanted, image, part, product, product_with, tell_product, wanted};
use crate::graphql::access::Needs;
use crate::graphql::catalog::{Media, Product};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change_version, payload};
use crate::services::catalog::write::media;
use crate::services::{Permission, Result};

/// Adding, describing, ordering and removing images.
#[derive(Default)]
pub struct MediaMutation;

/// An image that a product is to have.
#[derive(InputObject)]
pub struct ProductMediaCreateInput {
    /// The product; it has at most 250 images.
    product_id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// Its address: `https://...` or `http://...`, at most 2,048 bytes.
    url: String,
    /// What it shows, for those who cannot see it: at most 1,000 characters.
    alt: Option<String>,
}

/// What an image is said to show.
#[derive(InputObject)]
pub struct ProductMediaUpdateInput {
    /// The image.
    id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// What it shows, for those who cannot see it: at most 1,000 characters.
    alt: String,
}

/// An image that is to go.
#[derive(InputObject)]
pub struct ProductMediaDeleteInput {
    /// The image.
    id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
}

/// Images in another order.
#[derive(InputObject)]
pub struct ProductMediaReorderInput {
    /// The product.
    product_id: ID,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// All its images in their new order; the first is the one that lists show.
    media_ids: Vec<ID>,
}

payload! {
    /// What became of an image that was to be.
    ProductMediaCreatePayload {
        /// The image.
        media: Media,
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of a change to an image.
    ProductMediaUpdatePayload {
        /// The image as it is now; with `CONFLICT`, too.
        media: Media,
        /// Its product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of an image that was to go.
    ProductMediaDeletePayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of another order of images.
    ProductMediaReorderPayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
}

async fn as_it_is(ctx: &Context<'_>, id: Option<MediaId>) -> Result<ProductMediaUpdatePayload> {
    Ok(ProductMediaUpdatePayload {
        media: image(ctx, id).await?,
        product: product_with(ctx, id.map(Into::into)).await?,
        ..Default::default()
    })
}

#[Object]
impl MediaMutation {
    /// Adds an image to a product, after the others, by its address. The file stays where it is.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_media_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The image.")] input: ProductMediaCreateInput,
    ) -> Nullable<ProductMediaCreatePayload> {
        let named = part(&input.product_id, "").ok();
        let work = async {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let alt = input.alt.as_deref().unwrap_or_default();
            let (app, viewer) = (ctx.app(), ctx.viewer());
            let (id, new) = media::create(app, viewer, id, input.version, &input.url, alt).await?;
            Ok(ProductMediaCreatePayload {
                media: image(ctx, Some(new)).await?,
                product: product(ctx, Some(id)).await?,
                ..Default::default()
            })
        };
        let current = async {
            let product = product_with(ctx, named).await?;
            Ok(ProductMediaCreatePayload { product, ..Default::default() })
        };
        change_version(ctx, work, current).await
    }

    /// Changes what an image is said to show.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_media_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProductMediaUpdateInput,
    ) -> Nullable<ProductMediaUpdatePayload> {
        let named = id::read::<MediaId>(&input.id);
        let work = async {
            let id = wanted(&input.id, &[&"id"])?;
            media::update(ctx.app(), ctx.viewer(), id, input.version, &input.alt).await?;
            as_it_is(ctx, named).await
        };
        change_version(ctx, work, as_it_is(ctx, named)).await
    }

    /// Removes an image from its product; variants that showed it show the product's first one.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_media_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The image.")] input: ProductMediaDeleteInput,
    ) -> Nullable<ProductMediaDeletePayload> {
        tell_product!(ctx, ProductMediaDeletePayload, part(&input.id, "").ok(), {
            let id = wanted(&input.id, &[&"id"])?;
            media::delete(ctx.app(), ctx.viewer(), id, input.version).await?
        })
    }

    /// Puts a product's images into another order.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_media_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: ProductMediaReorderInput,
    ) -> Nullable<ProductMediaReorderPayload> {
        tell_product!(ctx, ProductMediaReorderPayload, part(&input.product_id, "").ok(), {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let order = all_wanted(&input.media_ids, "mediaIds")?;
            media::reorder(ctx.app(), ctx.viewer(), id, input.version, &order).await?
        })
    }
}
