//! Lists of objects.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value};
use futures_util::future::try_join_all;

/// A list whose rows are of one level.
///
/// The first item goes ahead: what it loads, it loads for all of them. The others find it there and are done the first
/// time they are asked, instead of being asked again and again while they all wait for the same rows.
pub struct Many<T>(pub Vec<T>);

impl<T: OutputType> OutputType for Many<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        // What failed below the item tells the whole way to it already.
        let placed = |ctx: &ContextSelectionSet<'_>, error: ServerError| {
            if error.path.is_empty() { ctx.set_error_path(error) } else { error }
        };
        let one = |(index, item)| async move {
            let ctx = ctx.with_index(index);
            T::resolve(item, &ctx, field).await.map_err(|error| placed(&ctx, error))
        };
        let mut items = self.0.iter().enumerate();
        let Some(first) = items.next() else { return Ok(Value::List(Vec::new())) };
        let mut values = Vec::with_capacity(self.0.len());
        values.push(one(first).await?);
        values.extend(try_join_all(items.map(one)).await?);
        Ok(Value::List(values))
    }
}
