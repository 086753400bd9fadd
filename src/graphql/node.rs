//! Anything by its id (<https://relay.dev/graphql/objectidentification.htm>).

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object};
use entity::id::{Id, LocationId, MarketId};

use super::access::Anyone;
use super::batch::{Key, Row};
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
use super::markets::{Location, Market};
use super::quick::Counted;
use crate::services::markets::Markets;
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
    ) -> Nullable<Counted<Node>> {
        nullable(async { Ok(find(ctx, &[id]).await?.pop().flatten()) }).await
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
    ) -> Nullable<Vec<Option<Counted<Node>>>> {
        nullable(async {
            if ids.len() > MAX_SIZE as usize {
                return Err(Error::BadRequest(format!("at most {MAX_SIZE} ids at a time")));
            }
            Ok(Some(find(ctx, &ids).await?))
        })
        .await
    }
}

/// What there is of each id, in their order: one statement for each kind, however many there are.
async fn find(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Counted<Node>>>> {
    let markets = &ctx.scope().markets;
    let mut found: Vec<Option<Node>> = ids.iter().map(|id| known(markets, id)).collect();
    for (index, row) in rows(ctx, ids, ProductById).await? {
        found[index] = Some(Node::Product(Product::of(row)));
    }
    for (index, row) in rows(ctx, ids, VariantById).await? {
        found[index] = Variant::visible(ctx, Some(row)).await?.map(Node::Variant);
    }
    for (index, row) in rows(ctx, ids, MediaById).await? {
        found[index] = Media::visible(ctx, Some(row)).await?.map(Node::Media);
    }
    for (index, row) in rows(ctx, ids, CategoryById).await? {
        found[index] = Some(Node::Category(Category::of(row)));
    }
    for (index, row) in rows(ctx, ids, CollectionById).await? {
        found[index] = Some(Node::Collection(Collection::of(row)));
    }
    for (index, row) in rows(ctx, ids, ReviewById).await? {
        found[index] = Review::visible(ctx, Some(row)).await?.map(Node::Review);
    }
    for (index, row) in rows(ctx, ids, ReviewerById).await? {
        found[index] = Some(Node::Reviewer(Reviewer(row)));
    }
    Ok(found.into_iter().map(|node| node.map(Counted)).collect())
}

/// The rows of one kind, each with the place of its id.
async fn rows<I: Id, K: Key<Value = Row<R>>, R>(
    ctx: &Context<'_>,
    ids: &[ID],
    key: impl Fn(I) -> K,
) -> Result<Vec<(usize, Row<R>)>> {
    let wanted = ids.iter().enumerate().filter_map(|(index, id)| Some((index, key(id::read(id)?))));
    let (places, keys): (Vec<usize>, Vec<K>) = wanted.unzip();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows = ctx.load_all(&keys).await?;
    Ok(places.into_iter().zip(rows).filter_map(|(index, row)| Some((index, row?))).collect())
}

/// What is kept in memory.
fn known(markets: &Markets, id: &ID) -> Option<Node> {
    let market = id::read::<MarketId>(id).and_then(|id| markets.markets.iter().find(|it| it.id == id));
    let location = || id::read::<LocationId>(id).and_then(|id| markets.location(id));
    match market {
        Some(market) => Some(Node::Market(Market(Arc::clone(market)))),
        None => location().cloned().map(|location| Node::Location(Location(location))),
    }
}
