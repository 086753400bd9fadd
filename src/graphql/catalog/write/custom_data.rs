//! Custom data on products and variants.

use async_graphql::{Context, ID, InputObject, Object};

use super::inputs::{MetafieldInput, drafts};
use super::{part, tell_product};
use crate::graphql::access::Needs;
use crate::graphql::catalog::Product;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::payload;
use crate::services::catalog::write::metafields::{self, Owner};
use crate::services::catalog::write::{Part, not_found};
use crate::services::{Permission, Result};

/// Setting and removing custom data.
#[derive(Default)]
pub struct CustomDataMutation;

/// Custom data to set.
#[derive(InputObject)]
pub struct MetafieldsSetInput {
    /// The product or the variant that it is about.
    owner_id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// What to set: 1 to 250 pieces, each name once. What is there is overwritten, what is not named stays.
    metafields: Vec<MetafieldInput>,
}

/// The name of a piece of custom data.
#[derive(InputObject)]
pub struct MetafieldName {
    /// Who defines it.
    namespace: String,
    /// Its name there.
    key: String,
}

/// Custom data to remove.
#[derive(InputObject)]
pub struct MetafieldsDeleteInput {
    /// The product or the variant that it is about.
    owner_id: ID,
    /// The product's `version` that you read; where it is no longer the current one, you get `CONFLICT`.
    version: Option<i32>,
    /// What to remove: 1 to 250 names. What is not there is no problem.
    metafields: Vec<MetafieldName>,
}

payload! {
    /// What became of custom data that was to be set.
    MetafieldsSetPayload {
        /// The product, or that of the variant, as it is now; with `CONFLICT`, too.
        product: Product,
    }
    /// What became of custom data that was to go.
    MetafieldsDeletePayload {
        /// The product, or that of the variant, as it is now; with `CONFLICT`, too.
        product: Product,
    }
}

fn owner(id: &ID) -> Result<Owner> {
    match part(id, "ownerId")? {
        Part::Product(id) => Ok(Owner::Product(id)),
        Part::Variant(id) => Ok(Owner::Variant(id)),
        _ => Err(not_found(&[&"ownerId"])),
    }
}

#[Object]
impl CustomDataMutation {
    /// Sets custom data of a product or a variant.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn metafields_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to set.")] input: MetafieldsSetInput,
    ) -> Nullable<MetafieldsSetPayload> {
        tell_product!(ctx, MetafieldsSetPayload, part(&input.owner_id, "").ok(), {
            let owner = owner(&input.owner_id)?;
            let drafts = drafts(input.metafields);
            metafields::set(ctx.app(), ctx.viewer(), owner, input.version, &drafts).await?
        })
    }

    /// Removes custom data of a product or a variant.
    #[graphql(directive = Needs::apply(Permission::ProductsWrite))]
    async fn metafields_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to remove.")] input: MetafieldsDeleteInput,
    ) -> Nullable<MetafieldsDeletePayload> {
        tell_product!(ctx, MetafieldsDeletePayload, part(&input.owner_id, "").ok(), {
            let owner = owner(&input.owner_id)?;
            let names = input.metafields.into_iter().map(|name| (name.namespace, name.key));
            let names: Vec<_> = names.collect();
            metafields::delete(ctx.app(), ctx.viewer(), owner, input.version, &names).await?
        })
    }
}
