//! Reading the shop and its markets.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::id::MarketId;

use super::types::{Market, Shop};
use crate::graphql::context::ContextExt;
use crate::graphql::directives::About;
use crate::graphql::guard::Allow;
use crate::graphql::id;

/// Reading the shop and its markets.
#[derive(Default)]
pub struct ShopQuery;

#[Object(guard = "Allow::Nobody")]
impl ShopQuery {
    /// The shop itself.
    #[graphql(guard = "Allow::Anyone")]
    async fn shop(&self) -> Shop {
        Shop
    }

    /// A market by its id or handle; without either the market that this request is answered in.
    #[graphql(guard = "Allow::Anyone")]
    async fn market(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market's id.")] id: Option<ID>,
        #[graphql(desc = "The market's handle.")] handle: Option<String>,
    ) -> Option<Market> {
        let scope = ctx.scope();
        let market = match (id, handle) {
            (Some(id), _) => {
                let id = id::read::<MarketId>(&id)?;
                scope.markets.markets.iter().find(|market| market.id == id)
            }
            (None, Some(handle)) => scope.markets.market(&handle),
            (None, None) => Some(&scope.locale.market),
        };
        market.map(Arc::clone).map(Market)
    }

    /// All markets, the default one first.
    #[graphql(guard = "Allow::Anyone", directive = About::apply(20))]
    async fn markets(&self, ctx: &Context<'_>) -> Vec<Market> {
        ctx.scope().markets.markets.iter().map(Arc::clone).map(Market).collect()
    }
}
