//! Reading the ledger of stock.

use async_graphql::{Context, ID, Object};
use entity::id::{LocationId, VariantId};

use super::types::StockMovement;
use crate::graphql::access::Needs;
use crate::graphql::batch;
use crate::graphql::connection::{Connection, Places, Total};
use crate::graphql::context::ContextExt;
use crate::graphql::cursor::{Asked, ListId};
use crate::graphql::directives::Paged;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::id;
use crate::services::inventory::movements;
use crate::services::{Error, Permission};

/// Reading the ledger of stock.
#[derive(Default)]
pub struct InventoryQuery;

#[Object]
impl InventoryQuery {
    /// What moved of a variant, the newest first; null where there is no such variant or location.
    #[graphql(directive = Needs::apply(Permission::StockWrite), directive = Paged::apply())]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn stock_movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The variant.")] variant_id: ID,
        #[graphql(desc = "Only what moved at this location.")] location_id: Option<ID>,
        #[graphql(desc = "The first so many: 20 if not told, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only those after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Nullable<Connection<StockMovement>> {
        nullable(async {
            let Some(variant) = id::read::<VariantId>(&variant_id) else { return Ok(None) };
            let location = location_id.map(|id| id::read::<LocationId>(&id).ok_or(()));
            let Ok(location) = location.transpose() else { return Ok(None) };
            let list = ListId::of(("stock movements", variant, location));
            let window = list.window(Asked { first, last, after, before, ..Asked::default() })?;
            let db = ctx.scope().app.db.read()?;
            let page = batch::page_of(movements::of_variant(db, variant, location, &window).await?);
            let total = Total::Counted(Box::new(move |ctx| {
                Box::pin(async move {
                    let db = ctx.scope().app.db.read().map_err(Error::from)?;
                    movements::count(db, variant, location).await
                })
            }));
            Ok(Some(Connection::new(Some(&page), list, Places::Keys(Box::new(movements::key)), total)))
        })
        .await
    }
}
