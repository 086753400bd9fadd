//! Changing the shop.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::types::Shop;
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::payload::{change, or_empty, payload};
use crate::services::Permission;
use crate::services::markets::write::{self, ShopChange};

/// Changing the shop.
#[derive(Default)]
pub struct ShopMutation;

/// What the shop is to be called. What is absent stays as it is.
#[derive(InputObject)]
pub struct ShopUpdateInput {
    /// Its name: 1 to 255 characters.
    name: Option<String>,
    /// What it is, without markup: at most 5,000 characters; null for nothing.
    description: MaybeUndefined<String>,
}

payload! {
    /// What became of a change to the shop.
    ShopUpdatePayload {
        /// The shop as it is now.
        shop: Shop,
    }
}

#[Object]
impl ShopMutation {
    /// Changes what the shop is called.
    #[graphql(directive = Needs::apply(Permission::MarketsWrite))]
    async fn shop_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ShopUpdateInput,
    ) -> Nullable<ShopUpdatePayload> {
        let wish = ShopChange { name: input.name, description: or_empty(input.description) };
        change(ctx, async {
            write::update_shop(ctx.app(), wish).await?;
            Ok(ShopUpdatePayload { shop: Some(Shop), ..ShopUpdatePayload::default() })
        })
        .await
    }
}
