//! Variants of products.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::id::VariantId;

use super::inputs::{MetafieldInput, VariantInventoryPolicy, WeightInput, drafts};
use super::{all_wanted, part, product, product_with, tell_product, variant, wanted};
use crate::graphql::access::Needs;
use crate::graphql::catalog::{Product, Variant};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change_version, or_empty, or_none, payload};
use crate::services::catalog::write::VariantFields;
use crate::services::catalog::write::variants::{self, VariantInput};
use crate::services::{Permission, Result};

/// Adding, changing, ordering and removing variants.
#[derive(Default)]
pub struct VariantMutation;

/// A variant that a product is to have. It has no price yet, so it is not sold.
#[derive(InputObject)]
pub struct ProductVariantCreateInput {
    /// The product; it has at most 2,048 variants.
    product_id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// Its value for each of the product's options, in their order; values that are new are added. `TAKEN` where another
    /// variant has the same.
    option_values: Vec<String>,
    /// Its stock keeping unit: at most 255 characters, and no other variant's (`TAKEN`).
    sku: Option<String>,
    /// Its barcode: at most 255 characters.
    barcode: Option<String>,
    /// What it weighs.
    weight: Option<WeightInput>,
    /// Whether its stock is counted: no where it is absent.
    tracked: Option<bool>,
    /// What happens when it is out of stock: `DENY` where it is absent.
    inventory_policy: Option<VariantInventoryPolicy>,
    /// Whether it has to be shipped: yes where it is absent.
    requires_shipping: Option<bool>,
    /// Whether tax is charged on it: yes where it is absent.
    taxable: Option<bool>,
    /// Its own image, one of the product's.
    media_id: Option<ID>,
    /// Its custom data: at most 250 pieces.
    metafields: Option<Vec<MetafieldInput>>,
}

/// What a variant is to be. What is absent stays as it is; null clears.
#[derive(InputObject)]
pub struct ProductVariantUpdateInput {
    /// The variant.
    id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// Its value for each of the product's options, in their order; values that are new are added.
    option_values: Option<Vec<String>>,
    /// Its stock keeping unit: at most 255 characters, and no other variant's (`TAKEN`).
    sku: MaybeUndefined<String>,
    /// Its barcode: at most 255 characters.
    barcode: MaybeUndefined<String>,
    /// What it weighs.
    weight: Option<WeightInput>,
    /// Whether its stock is counted.
    tracked: Option<bool>,
    /// What happens when it is out of stock.
    inventory_policy: Option<VariantInventoryPolicy>,
    /// Whether it has to be shipped.
    requires_shipping: Option<bool>,
    /// Whether tax is charged on it.
    taxable: Option<bool>,
    /// Its own image, one of the product's.
    media_id: MaybeUndefined<ID>,
    /// Custom data to set: at most 250 pieces. What is not named stays.
    metafields: Option<Vec<MetafieldInput>>,
}

/// A variant that is to go.
#[derive(InputObject)]
pub struct ProductVariantDeleteInput {
    /// The variant.
    id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
}

/// Variants in another order.
#[derive(InputObject)]
pub struct ProductVariantsReorderInput {
    /// The product.
    product_id: ID,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// All its variants in their new order.
    variant_ids: Vec<ID>,
}

payload! {
    /// What became of a variant that was to be.
    ProductVariantCreatePayload {
        /// The variant.
        variant: Variant,
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of a change to a variant.
    ProductVariantUpdatePayload {
        /// The variant as it is now; with `CONFLICT`, too.
        variant: Variant,
        /// Its product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of a variant that was to go.
    ProductVariantDeletePayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of another order of variants.
    ProductVariantsReorderPayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
}

impl ProductVariantCreateInput {
    fn told(&mut self) -> Result<VariantInput> {
        let image = self.media_id.as_ref().map(|id| wanted(id, &[&"mediaId"])).transpose()?;
        let weight = self.weight.as_ref().map(|weight| weight.unit.in_grams(weight.value));
        Ok(VariantInput {
            option_values: Some(std::mem::take(&mut self.option_values)),
            metafields: drafts(self.metafields.take().unwrap_or_default()),
            fields: VariantFields {
                sku: self.sku.take(),
                barcode: self.barcode.take(),
                weight_grams: weight.map(|(grams, _)| grams),
                weight_unit: weight.map(|(_, unit)| unit),
                tracked: self.tracked,
                policy: self.inventory_policy.map(Into::into),
                requires_shipping: self.requires_shipping,
                taxable: self.taxable,
                media: image.map(Some),
            },
        })
    }
}

impl ProductVariantUpdateInput {
    fn told(self) -> Result<(VariantId, VariantInput)> {
        let image = match or_none(self.media_id) {
            Some(Some(id)) => Some(Some(wanted(&id, &[&"mediaId"])?)),
            Some(None) => Some(None),
            None => None,
        };
        let weight = self.weight.as_ref().map(|weight| weight.unit.in_grams(weight.value));
        let input = VariantInput {
            option_values: self.option_values,
            metafields: drafts(self.metafields.unwrap_or_default()),
            fields: VariantFields {
                sku: or_empty(self.sku),
                barcode: or_empty(self.barcode),
                weight_grams: weight.map(|(grams, _)| grams),
                weight_unit: weight.map(|(_, unit)| unit),
                tracked: self.tracked,
                policy: self.inventory_policy.map(Into::into),
                requires_shipping: self.requires_shipping,
                taxable: self.taxable,
                media: image,
            },
        };
        Ok((wanted(&self.id, &[&"id"])?, input))
    }
}

async fn as_it_is(ctx: &Context<'_>, id: Option<VariantId>) -> Result<ProductVariantUpdatePayload> {
    Ok(ProductVariantUpdatePayload {
        variant: variant(ctx, id).await?,
        product: product_with(ctx, id.map(Into::into)).await?,
        ..Default::default()
    })
}

#[Object]
impl VariantMutation {
    /// Adds a variant to a product, after the others.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_variant_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The variant.")] mut input: ProductVariantCreateInput,
    ) -> Nullable<ProductVariantCreatePayload> {
        let named = part(&input.product_id, "").ok();
        let work = async {
            let told = input.told()?;
            let id = wanted(&input.product_id, &[&"productId"])?;
            let (id, new) = variants::create(ctx.app(), ctx.viewer(), id, input.version, &told).await?;
            Ok(ProductVariantCreatePayload {
                variant: variant(ctx, Some(new)).await?,
                product: product(ctx, Some(id)).await?,
                ..Default::default()
            })
        };
        let current = async {
            let product = product_with(ctx, named).await?;
            Ok(ProductVariantCreatePayload { product, ..Default::default() })
        };
        change_version(ctx, work, current).await
    }

    /// Changes a variant. What it costs and how many there are of it is changed elsewhere.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_variant_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProductVariantUpdateInput,
    ) -> Nullable<ProductVariantUpdatePayload> {
        let (named, version) = (id::read::<VariantId>(&input.id), input.version);
        let work = async {
            let (id, told) = input.told()?;
            variants::update(ctx.app(), ctx.viewer(), id, version, &told).await?;
            as_it_is(ctx, named).await
        };
        change_version(ctx, work, as_it_is(ctx, named)).await
    }

    /// Deletes a variant for good, with its prices, its stock and the ledger of it, its custom data, and option values
    /// that no other variant has. The last one stays (`IN_USE`).
    #[graphql(directive = Needs::apply(Permission::ProductsDelete))]
    async fn product_variant_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The variant.")] input: ProductVariantDeleteInput,
    ) -> Nullable<ProductVariantDeletePayload> {
        tell_product!(ctx, ProductVariantDeletePayload, part(&input.id, "").ok(), {
            let id = wanted(&input.id, &[&"id"])?;
            variants::delete(ctx.app(), ctx.viewer(), id, input.version).await?
        })
    }

    /// Puts a product's variants into another order.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_variants_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: ProductVariantsReorderInput,
    ) -> Nullable<ProductVariantsReorderPayload> {
        tell_product!(ctx, ProductVariantsReorderPayload, part(&input.product_id, "").ok(), {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let order = all_wanted(&input.variant_ids, "variantIds")?;
            variants::reorder(ctx.app(), ctx.viewer(), id, input.version, &order).await?
        })
    }
}
