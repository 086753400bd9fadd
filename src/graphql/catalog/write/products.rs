//! Making, changing and deleting products.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::ProductId;

use super::inputs::{MetafieldInput, ProductStatus, drafts, or_no};
use super::{all_wanted, part, product, tell_product, wanted};
use crate::graphql::access::Needs;
use crate::graphql::catalog::Product;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, change_version, or_empty, payload};
use crate::services::backoffice::delete;
use crate::services::catalog::write::Fields;
use crate::services::catalog::write::products::{self, ProductInput};
use crate::services::{Permission, Result};

/// Making, changing and deleting products.
#[derive(Default)]
pub struct ProductMutation;

/// A product that is to be. It gets one variant, without a price; it is published nowhere yet.
#[derive(InputObject)]
pub struct ProductCreateInput {
    /// Its title: 1 to 255 characters.
    title: String,
    /// Its slug in addresses: 1 to 255 lower-case letters, digits and hyphens. Made of the title where it is absent.
    handle: Option<String>,
    /// Its description as HTML, at most 512 KiB. Scripts, styles, frames and forms are removed; of
    /// more than 5,000 tags only the words stay.
    description_html: Option<String>,
    /// Who makes it: at most 255 characters.
    vendor: Option<String>,
    /// What kind of thing it is, in the shop's own words: at most 255 characters.
    product_type: Option<String>,
    /// Its tags: at most 250, each with 1 to 255 characters, none twice.
    tags: Option<Vec<String>>,
    /// Whether it is on offer: `ACTIVE` where it is absent.
    status: Option<ProductStatus>,
    /// Its categories, the main one first: at most 50.
    category_ids: Option<Vec<ID>>,
    /// Title for search engines: at most 255 characters.
    seo_title: Option<String>,
    /// Description for search engines: at most 1,000 characters.
    seo_description: Option<String>,
    /// Whether it is a gift card.
    is_gift_card: Option<bool>,
    /// Its custom data: at most 250 pieces.
    metafields: Option<Vec<MetafieldInput>>,
}

/// What a product is to be. What is absent stays as it is; null clears.
#[derive(InputObject)]
pub struct ProductUpdateInput {
    /// The product.
    id: ID,
    /// The `version` that you read. Where it is no longer the current one, nothing is changed and you get `CONFLICT` with
    /// the product as it is now. Absent: your change wins over others.
    version: Option<i32>,
    /// Its title: 1 to 255 characters.
    title: Option<String>,
    /// Its slug in addresses: 1 to 255 lower-case letters, digits and hyphens. The former one still leads to the product.
    handle: Option<String>,
    /// Its description as HTML, at most 512 KiB. Scripts, styles, frames and forms are removed; of
    /// more than 5,000 tags only the words stay.
    description_html: MaybeUndefined<String>,
    /// Who makes it: at most 255 characters.
    vendor: MaybeUndefined<String>,
    /// What kind of thing it is, in the shop's own words: at most 255 characters.
    product_type: MaybeUndefined<String>,
    /// All its tags: at most 250, each with 1 to 255 characters, none twice.
    tags: MaybeUndefined<Vec<String>>,
    /// Whether it is on offer.
    status: Option<ProductStatus>,
    /// All its categories, the main one first: at most 50.
    category_ids: MaybeUndefined<Vec<ID>>,
    /// Title for search engines: at most 255 characters.
    seo_title: MaybeUndefined<String>,
    /// Description for search engines: at most 1,000 characters.
    seo_description: MaybeUndefined<String>,
    /// Whether it is a gift card.
    is_gift_card: Option<bool>,
    /// Custom data to set: at most 250 pieces. What is not named stays.
    metafields: Option<Vec<MetafieldInput>>,
}

/// A product that is to go.
#[derive(InputObject)]
pub struct ProductDeleteInput {
    /// The product.
    id: ID,
    /// The `version` that you read; absent: whatever it is by now.
    version: Option<i32>,
}

payload! {
    /// What became of a product that was to be.
    ProductCreatePayload {
        /// The product.
        product: Product,
    }
    /// What became of a change to a product.
    ProductUpdatePayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of a product that was to go.
    ProductDeletePayload {
        /// The id of the product that is gone.
        deleted_id: ID,
        /// The product as it is now, where it is still there because of a `CONFLICT`.
        product: Product,
    }
}

impl ProductCreateInput {
    fn told(self) -> Result<ProductInput> {
        Ok(ProductInput {
            categories: self.category_ids.map(|ids| all_wanted(&ids, "categoryIds")).transpose()?,
            metafields: drafts(self.metafields.unwrap_or_default()),
            fields: Fields {
                handle: self.handle,
                title: Some(self.title),
                description_html: self.description_html,
                vendor: self.vendor,
                product_type: self.product_type,
                tags: self.tags,
                status: self.status.map(Into::into),
                seo_title: self.seo_title,
                seo_description: self.seo_description,
                gift_card: self.is_gift_card,
            },
        })
    }
}

impl ProductUpdateInput {
    fn told(self) -> Result<(ProductId, Option<i32>, ProductInput)> {
        let input = ProductInput {
            categories: or_no(self.category_ids).map(|ids| all_wanted(&ids, "categoryIds")).transpose()?,
            metafields: drafts(self.metafields.unwrap_or_default()),
            fields: Fields {
                handle: self.handle,
                title: self.title,
                description_html: or_empty(self.description_html),
                vendor: or_empty(self.vendor),
                product_type: or_empty(self.product_type),
                tags: or_no(self.tags),
                status: self.status.map(Into::into),
                seo_title: or_empty(self.seo_title),
                seo_description: or_empty(self.seo_description),
                gift_card: self.is_gift_card,
            },
        };
        Ok((wanted(&self.id, &[&"id"])?, self.version, input))
    }
}

#[Object]
impl ProductMutation {
    /// Makes a product.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] input: ProductCreateInput,
    ) -> Nullable<ProductCreatePayload> {
        change(ctx, async {
            let id = products::create(ctx.app(), ctx.viewer(), &input.told()?).await?;
            Ok(ProductCreatePayload { product: product(ctx, Some(id)).await?, ..Default::default() })
        })
        .await
    }

    /// Changes a product's own fields, its tags, its categories and its custom data.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProductUpdateInput,
    ) -> Nullable<ProductUpdatePayload> {
        tell_product!(ctx, ProductUpdatePayload, part(&input.id, "").ok(), {
            let (id, version, told) = input.told()?;
            products::update(ctx.app(), ctx.viewer(), id, version, &told).await?
        })
    }

    /// Deletes a product for good, with its variants, prices, stock and its ledger, images, custom data and translations.
    /// One that customers have reviewed is `IN_USE`: archive it instead.
    #[graphql(directive = Needs::apply(Permission::ProductsDelete))]
    async fn product_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] input: ProductDeleteInput,
    ) -> Nullable<ProductDeletePayload> {
        let named = id::read(&input.id);
        let work = async {
            let id = wanted(&input.id, &[&"id"])?;
            let id = delete::delete(ctx.app(), ctx.viewer(), id, input.version).await?;
            Ok(ProductDeletePayload { deleted_id: Some(id::show(id)), ..Default::default() })
        };
        let current =
            async { Ok(ProductDeletePayload { product: product(ctx, named).await?, ..Default::default() }) };
        change_version(ctx, work, current).await
    }
}
