//! Options of products and their values.

use async_graphql::{Context, ID, InputObject, Object};

use super::{all_wanted, part, tell_product, wanted};
use crate::graphql::access::Needs;
use crate::graphql::catalog::Product;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::payload;
use crate::services::catalog::write::options::{self, OptionInput, ValueInput};
use crate::services::{Permission, Result};

/// Adding, changing, ordering and removing options.
#[derive(Default)]
pub struct OptionMutation;

/// An option that a product is to have.
#[derive(InputObject)]
pub struct ProductOptionCreateInput {
    /// The product; it has at most 3 options.
    product_id: ID,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// Its name: 1 to 255 characters.
    name: String,
    /// Its values in their order: 1 to 100, none twice. Variants that are there get the first.
    values: Vec<String>,
}

/// A value as it is to be.
#[derive(InputObject)]
pub struct ProductOptionValueInput {
    /// The value, as `valueId` told it; absent for a new one.
    id: Option<ID>,
    /// Its text: 1 to 255 characters.
    name: String,
}

/// What an option is to be. What is absent stays as it is.
#[derive(InputObject)]
pub struct ProductOptionUpdateInput {
    /// The option, as `optionId` told it.
    id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// Its name: 1 to 255 characters.
    name: Option<String>,
    /// All its values in their new order: 1 to 100. One that is not named goes, unless a variant has it (`IN_USE`).
    values: Option<Vec<ProductOptionValueInput>>,
}

/// An option that is to go.
#[derive(InputObject)]
pub struct ProductOptionDeleteInput {
    /// The option, as `optionId` told it.
    id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
}

/// Options in another order.
#[derive(InputObject)]
pub struct ProductOptionsReorderInput {
    /// The product.
    product_id: ID,
    /// The `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// All its options in their new order.
    option_ids: Vec<ID>,
}

payload! {
    /// What became of an option that was to be.
    ProductOptionCreatePayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of a change to an option.
    ProductOptionUpdatePayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of an option that was to go.
    ProductOptionDeletePayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of another order of options.
    ProductOptionsReorderPayload {
        /// The product as it is now; with `CONFLICT`, too.
        product: Product,
    }
}

#[Object]
impl OptionMutation {
    /// Adds an option to a product. One that offered no choice so far offers this one then.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_option_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The option.")] input: ProductOptionCreateInput,
    ) -> Nullable<ProductOptionCreatePayload> {
        tell_product!(ctx, ProductOptionCreatePayload, part(&input.product_id, "").ok(), {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let (app, viewer) = (ctx.app(), ctx.viewer());
            options::create(app, viewer, id, input.version, &input.name, &input.values).await?
        })
    }

    /// Renames an option; adds, renames, orders and removes its values.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_option_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProductOptionUpdateInput,
    ) -> Nullable<ProductOptionUpdatePayload> {
        tell_product!(ctx, ProductOptionUpdatePayload, part(&input.id, "").ok(), {
            let id = wanted(&input.id, &[&"id"])?;
            let value = |(index, value): (usize, &ProductOptionValueInput)| {
                let id = value.id.as_ref().map(|id| wanted(id, &[&"values", &index, &"id"])).transpose()?;
                Ok(ValueInput { id, name: value.name.clone() })
            };
            let all = |values: &Vec<_>| values.iter().enumerate().map(value).collect::<Result<Vec<_>>>();
            let values = input.values.as_ref().map(all);
            let told = OptionInput { name: input.name.clone(), values: values.transpose()? };
            options::update(ctx.app(), ctx.viewer(), id, input.version, &told).await?
        })
    }

    /// Removes an option with its values. `IN_USE` where two variants would be the same without it.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_option_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The option.")] input: ProductOptionDeleteInput,
    ) -> Nullable<ProductOptionDeletePayload> {
        tell_product!(ctx, ProductOptionDeletePayload, part(&input.id, "").ok(), {
            let id = wanted(&input.id, &[&"id"])?;
            options::delete(ctx.app(), ctx.viewer(), id, input.version).await?
        })
    }

    /// Puts a product's options into another order; titles of variants follow.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn product_options_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] input: ProductOptionsReorderInput,
    ) -> Nullable<ProductOptionsReorderPayload> {
        tell_product!(ctx, ProductOptionsReorderPayload, part(&input.product_id, "").ok(), {
            let id = wanted(&input.product_id, &[&"productId"])?;
            let order = all_wanted(&input.option_ids, "optionIds")?;
            options::reorder(ctx.app(), ctx.viewer(), id, input.version, &order).await?
        })
    }
}
