//! Reading the shop and its markets.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::id::MarketId;

use super::types::{Market, Shop};
use crate::graphql::access::Anyone;
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::{Fresh, Paged, SETTLED};
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::services::markets;

/// Reading the shop and its markets.
#[derive(Default)]
pub struct ShopQuery;

#[Object]
impl ShopQuery {
    /// The shop itself.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SETTLED))]
    async fn shop(&self) -> Option<Shop> {
        Some(Shop)
    }

    /// A market by its id or handle; without either the market that this request is answered in.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SETTLED))]
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
            (None, None) => Some(&scope.locale.market).filter(|market| !market.handle.is_empty()),
        };
        market.map(Arc::clone).map(Market)
    }

    /// All markets, the default one first.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SETTLED), directive = Paged::apply())]
    async fn markets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<Market>> {
        nullable(async {
            let list = ListId::of("markets");
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let all = &ctx.scope().markets.markets;
            let page = batch::page_of(ctx.scope().markets.page(&window));
            let total = Total::Known(i64::try_from(all.len()).unwrap_or(i64::MAX));
            let places = Places::Keys(Box::new(|market: &Arc<markets::Market>| market.key()));
            Ok(Some(Connection::new(Some(&page), list, places, total)))
        })
        .await
    }
}
