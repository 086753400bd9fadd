//! A short cut for objects whose fields are at hand, or can be loaded in batches.
//!
//! The library makes a boxed future of every field, as it must for those that wait, and keeps every value until all are
//! there. Lists have thousands of fields that only read a value, or something that is loaded for all rows of a level. An
//! object behind [`Quick`] is walked instead: what is at hand is written as JSON at once. Where the walk comes across what
//! has not been loaded yet, it goes on to see what else is missing, all of that is loaded together, and the object is
//! walked again. What no walk can tell is left to the library, and so is whatever fails, as resolvers tell what is wrong.
//! What is asked, checked and answered stays the same, which `tests/api/quick.rs` compares.

mod bounds;
mod many;
mod walk;

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
};
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, try_join_all};
use futures_util::stream::FuturesUnordered;
use tokio::task::consume_budget;

pub use self::bounds::Counted;
pub use self::many::Many;
pub use self::walk::{Ask, Plain};

use self::bounds::affordable;
use self::walk::{Walk, plain_field};
use super::context::RequestData;
use super::error::or_null;
use super::json;

/// How often an object is walked: once for each level that has to be loaded, and where rows of a level have different
/// things to load. Limits on depth end sooner.
const MOST_WALKS: usize = 64;

/// Room for what a walk writes, in bytes: for the first one, and for those that come when something has been loaded.
const FIRST_BYTES: usize = 1024;
const LATER_BYTES: usize = 16 * 1024;

/// The fields of a set that has nothing else.
fn plain_fields(set: &SelectionSet) -> Option<Vec<&Positioned<Field>>> {
    set.items.iter().map(|selection| plain_field(&selection.node)).collect()
}

/// An object that takes the short cut.
pub struct Quick<T>(pub T);

impl<T: ContainerType + Plain> Quick<T> {
    /// The value of a field where it is at hand.
    fn at_hand(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Value> {
        let (mut walk, data) = (Walk::default(), ctx.data_unchecked::<RequestData>());
        Ask { field, within: ctx, data, walk: &mut walk }.value(&self.0)?;
        Some(json::written(walk.out))
    }

    /// The whole object, loaded as it is walked; `field` is the one that it is the value of. `None` where the library
    /// has to answer.
    async fn walked(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Value> {
        let data = ctx.data_unchecked::<RequestData>();
        let mut room = FIRST_BYTES;
        for _ in 0..MOST_WALKS {
            let mut walk = Walk { out: Vec::with_capacity(room), ..Walk::default() };
            if (Ask { field, within: ctx, data, walk: &mut walk }).object(&self.0).is_some() {
                return Some(json::written(walk.out));
            }
            if walk.is_foreign || walk.missing.is_empty() {
                return None;
            }
            // What has been loaded is mostly a list, of which the walk saw the first row.
            room = LATER_BYTES.max(2 * walk.out.len());
            // Each is woken by itself: a statement that is answered does not have the others looked at.
            let mut loads: FuturesUnordered<_> =
                walk.missing.into_iter().map(|load| load(data.loaders())).collect();
            while loads.next().await.is_some() {}
        }
        None
    }

    /// The object as the library resolves it, but for those of its fields that are at hand. Boxed: objects hold each other.
    fn by_library<'a>(
        &'a self,
        ctx: &'a ContextSelectionSet<'_>,
        field: &'a Positioned<Field>,
    ) -> BoxFuture<'a, ServerResult<Value>> {
        Box::pin(async move {
            // It may take long though nothing in it waits: others get their turn between two objects.
            consume_budget().await;
            match plain_fields(&ctx.item.node) {
                Some(fields) => self.some_by_library(ctx, fields).await,
                None => affordable(ctx, field, resolve_container(ctx, self).await?),
            }
        })
    }

    async fn some_by_library(
        &self,
        ctx: &ContextSelectionSet<'_>,
        fields: Vec<&Positioned<Field>>,
    ) -> ServerResult<Value> {
        let mut values: IndexMap<Name, Value> = IndexMap::with_capacity(fields.len());
        let mut rest = Vec::new();
        for field in fields {
            let key = field.node.response_key().node.clone();
            let value = self.at_hand(ctx, field).map(|value| affordable(ctx, field, value)).transpose()?;
            if value.is_none() {
                rest.push((field, key.clone()));
            }
            values.insert(key, value.unwrap_or_default());
        }
        let resolved = try_join_all(rest.into_iter().map(|(field, key)| async move {
            let value = self.resolve_field(&ctx.with_field(field)).await?.unwrap_or_default();
            ServerResult::Ok((key, affordable(ctx, field, value)?))
        }));
        for (key, value) in resolved.await? {
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

impl<T: ContainerType + Plain> OutputType for Quick<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self.walked(ctx, field).await {
            Some(value) => affordable(ctx, field, value),
            None => self.by_library(ctx, field).await,
        }
    }
}

/// For the library, which resolves what no walk can tell.
impl<T: ContainerType + Plain> ContainerType for Quick<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        or_null(ctx, &T::type_name(), self.0.resolve_field(ctx).await)
    }
}
