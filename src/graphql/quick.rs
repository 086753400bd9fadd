//! A short cut for fields that only read a value of their object.
//!
//! The library makes a boxed future of every field, as it must for those that wait for something. Lists have thousands
//! of fields that wait for nothing; an object behind [`Quick`] writes these straight into the answer and leaves the rest
//! to the library. What is asked, checked and answered stays the same.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{ContainerType, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value};
use futures_util::future::try_join_all;

use super::context::{RequestData, Scope};

/// An object some of whose fields only read a value.
pub trait Plain {
    /// The value of a field without arguments that waits for nothing; `None` leaves it to its resolver.
    fn plain(&self, field: &Field, scope: &Scope) -> Option<Value>;
}

impl<T: Plain> Plain for &T {
    fn plain(&self, field: &Field, scope: &Scope) -> Option<Value> {
        T::plain(self, field, scope)
    }
}

/// A text as a value.
pub fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

/// A text that may be absent.
pub fn maybe(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

/// A plain object that hangs on another: all of its selected fields, or `None` where one of them is not plain.
pub fn object(field: &Field, part: &impl Plain, scope: &Scope) -> Option<Value> {
    let set = &field.selection_set.node;
    let mut values = IndexMap::with_capacity(set.items.len());
    for field in plain_fields(set)? {
        let field = &field.node;
        values.insert(field.response_key().node.clone(), part.plain(field, scope)?);
    }
    Some(Value::Object(values))
}

/// The fields of a set that has nothing else and no directives.
fn plain_fields(set: &SelectionSet) -> Option<Vec<&Positioned<Field>>> {
    let mut fields = Vec::with_capacity(set.items.len());
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.directives.is_empty() => fields.push(field),
            _ => return None,
        }
    }
    Some(fields)
}

/// An object whose plain fields take the short cut.
pub struct Quick<T>(pub T);

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
        let Some(fields) = plain_fields(&ctx.item.node) else {
            return self.0.resolve(ctx, field).await;
        };
        let scope = &*ctx.data_unchecked::<RequestData>().scope;
        let mut values: IndexMap<Name, Value> = IndexMap::with_capacity(fields.len());
        let mut rest = Vec::new();
        for field in fields {
            let key = field.node.response_key().node.clone();
            let value = if field.node.name.node == "__typename" {
                Some(text(self.introspection_type_name()))
            } else {
                self.0.plain(&field.node, scope)
            };
            if value.is_none() {
                rest.push((field, key.clone()));
            }
            values.insert(key, value.unwrap_or_default());
        }
        let resolved = try_join_all(rest.into_iter().map(|(field, key)| async move {
            let ctx = ctx.with_field(field);
            let value = self.0.resolve_field(&ctx).await?.unwrap_or_default();
            ServerResult::Ok((key, value))
        }));
        for (key, value) in resolved.await? {
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

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
        let one = |(index, item)| async move {
            let ctx = ctx.with_index(index);
            T::resolve(item, &ctx, field).await.map_err(|error| ctx.set_error_path(error))
        };
        let mut items = self.0.iter().enumerate();
        let Some(first) = items.next() else { return Ok(Value::List(Vec::new())) };
        let mut values = Vec::with_capacity(self.0.len());
        values.push(one(first).await?);
        values.extend(try_join_all(items.map(one)).await?);
        Ok(Value::List(values))
    }
}
