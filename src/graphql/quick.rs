//! A short cut for fields that wait for nothing.
//!
//! The library makes a boxed future of every field, as it must for those that wait. Lists have thousands of fields that
//! only read a value, or something that the first row of their level has loaded for all of them; an object behind
//! [`Quick`] writes these straight into the answer and leaves the rest to the library. What is asked, checked and
//! answered stays the same, which `tests/api/quick.rs` compares.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, ContextSelectionSet, InputType, Name, OutputType, Positioned, ServerResult, Value,
};
use futures_util::future::try_join_all;

use super::batch::{Key, Row};
use super::context::{RequestData, Scope};
use super::cursor::Asked;

/// An object some of whose fields wait for nothing.
pub trait Plain: OutputType {
    /// The value of a field as far as it is at hand; `None` leaves it to its resolver, which also tells what is wrong.
    fn plain(&self, ask: Ask<'_>) -> Option<Value>;
}

impl<T: Plain> Plain for &T {
    fn plain(&self, ask: Ask<'_>) -> Option<Value> {
        T::plain(self, ask)
    }
}

/// A field that somebody asks for.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    field: &'a Positioned<Field>,
    within: &'a ContextSelectionSet<'a>,
    data: &'a RequestData,
}

impl<'a> Ask<'a> {
    /// The field's name in the schema.
    pub fn name(self) -> &'a str {
        self.field.node.name.node.as_str()
    }

    /// What is the same for the whole operation.
    pub fn scope(self) -> &'a Scope {
        &self.data.scope
    }

    /// The value of an argument; `None` where it does not fit.
    pub fn argument<T: InputType>(self, name: &str, default: Option<fn() -> T>) -> Option<T> {
        self.within.with_field(self.field).param_value(name, default).ok().map(|(_, value)| value)
    }

    /// The arguments of a connection.
    pub fn page(self) -> Option<Asked> {
        Some(Asked {
            first: self.argument("first", None)?,
            last: self.argument("last", None)?,
            after: self.argument("after", None)?,
            before: self.argument("before", None)?,
            ends_unseen: !shows_page_info(&self.field.node),
        })
    }

    /// What belongs to a row, where it has been loaded for its level; never starts to load.
    pub fn at_hand<T, K: Key>(self, row: &Row<T>, key: impl Fn(&T) -> K) -> Option<Option<K::Value>> {
        row.at_hand(key(row))
    }

    /// An object with all of its selected fields; `None` where one of them is not at hand.
    pub fn object<T: Plain>(self, object: &T) -> Option<Value> {
        let fields = plain_fields(&self.field.node.selection_set.node)?;
        let mut values = IndexMap::with_capacity(fields.len());
        for field in fields {
            let value = Ask { field, ..self }.value(object)?;
            values.insert(field.node.response_key().node.clone(), value);
        }
        Some(Value::Object(values))
    }

    /// An object that may be absent.
    pub fn maybe<T: Plain>(self, object: Option<T>) -> Option<Value> {
        object.map_or(Some(Value::Null), |object| self.object(&object))
    }

    /// A list of objects.
    pub fn list<T: Plain>(self, objects: impl IntoIterator<Item = T>) -> Option<Value> {
        let values = objects.into_iter().map(|object| self.object(&object));
        Some(Value::List(values.collect::<Option<_>>()?))
    }

    fn value<T: Plain>(self, object: &T) -> Option<Value> {
        if self.name() == "__typename" {
            return Some(text(object.introspection_type_name()));
        }
        object.plain(self)
    }
}

/// Whether the selection of a connection asks where the page ends, or may do so.
pub fn shows_page_info(field: &Field) -> bool {
    field.selection_set.node.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => field.node.name.node == "pageInfo",
        _ => true,
    })
}

/// A text as a value.
pub fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

/// A text that may be absent.
pub fn maybe(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
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
        let data = ctx.data_unchecked::<RequestData>();
        let mut values: IndexMap<Name, Value> = IndexMap::with_capacity(fields.len());
        let mut rest = Vec::new();
        for field in fields {
            let key = field.node.response_key().node.clone();
            let value = Ask { field, within: ctx, data }.value(&self.0);
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
