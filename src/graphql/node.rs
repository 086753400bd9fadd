//! Anything by its id (<https://relay.dev/graphql/objectidentification.htm>).

use async_graphql::{Context, ID, Interface, Object};
use entity::id::{LocationId, MarketId};

use super::access::Anyone;
use super::catalog::{Category, Collection, Media, Product, Variant};
use super::connection::Listed as _;
use super::context::ContextExt;
use super::directives::{Fresh, SHOWN, SlicedBy};
use super::engagement::{Review, Reviewer};
use super::error::{Nullable, nullable};
use super::id;
use super::loaders::{
    CategoryById, CollectionById, MediaById, ProductById, ReviewById, ReviewerById, VariantById,
};
use super::shop::{Location, Market};
use crate::services::page::MAX_SIZE;
use crate::services::{Error, Result};

/// Anything that has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id: opaque, and unique in the shop."))]
pub enum Node {
    Product(Product),
    Variant(Variant),
    Media(Media),
    Category(Category),
    Collection(Collection),
    Review(Review),
    Reviewer(Reviewer),
    Market(Market),
    Location(Location),
}

/// Looking things up by their ids.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null where there is no such thing for you.
    #[graphql(directive = Anyone::apply(), directive = Fresh::apply(SHOWN))]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, as an `id` field told it.")] id: ID,
    ) -> Nullable<Node> {
        nullable(async { find(ctx, &id).await }).await
    }

    /// Several things by their ids, in the order of the ids; null in the place of what is not there. At most 100.
    #[graphql(
        directive = Anyone::apply(),
        directive = Fresh::apply(SHOWN),
        directive = SlicedBy::apply("ids")
    )]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, at most 100.")] ids: Vec<ID>,
    ) -> Nullable<Vec<Option<Node>>> {
        nullable(async {
            if ids.len() > MAX_SIZE as usize {
                return Err(Error::BadRequest(format!("at most {MAX_SIZE} ids at a time")));
            }
            Ok(Some(futures_util::future::try_join_all(ids.iter().map(|id| find(ctx, id))).await?))
        })
        .await
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let scope = ctx.scope();
    Ok(match id.split_once('_').map(|(prefix, _)| prefix) {
        Some("prd") => match id::read(id) {
            Some(id) => ctx.load(ProductById(id)).await?.map(|row| Node::Product(Product::of(row))),
            None => None,
        },
        Some("var") => match id::read(id) {
            Some(id) => Variant::visible(ctx, ctx.load(VariantById(id)).await?).await?.map(Node::Variant),
            None => None,
        },
        Some("med") => match id::read(id) {
            Some(id) => Media::visible(ctx, ctx.load(MediaById(id)).await?).await?.map(Node::Media),
            None => None,
        },
        Some("cat") => match id::read(id) {
            Some(id) => ctx.load(CategoryById(id)).await?.map(|row| Node::Category(Category::of(row))),
            None => None,
        },
        Some("col") => match id::read(id) {
            Some(id) => ctx.load(CollectionById(id)).await?.map(|row| Node::Collection(Collection::of(row))),
            None => None,
        },
        Some("rev") => match id::read(id) {
            Some(id) => Review::visible(ctx, ctx.load(ReviewById(id)).await?).await?.map(Node::Review),
            None => None,
        },
        Some("rvr") => match id::read(id) {
            Some(id) => ctx.load(ReviewerById(id)).await?.map(|row| Node::Reviewer(Reviewer(row))),
            None => None,
        },
        Some("mkt") => {
            let id = id::read::<MarketId>(id);
            let known = scope.markets.markets.iter().find(|market| Some(market.id) == id);
            known.cloned().map(|market| Node::Market(Market(market)))
        }
        Some("loc") => {
            let id = id::read::<LocationId>(id);
            let known = id.and_then(|id| scope.markets.location(id));
            known.cloned().map(|location| Node::Location(Location(location)))
        }
        _ => None,
    })
}
