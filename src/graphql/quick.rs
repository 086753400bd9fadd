//! A short cut for fields that wait for nothing.
//!
//! The library makes a boxed future of every field, as it must for those that wait, and keeps every value until all are
//! there. Lists have thousands of fields that only read a value, or something that the first row of their level has loaded
//! for all of them; an object behind [`Quick`] writes these as JSON at once and leaves the rest to the library. What is
//! asked, checked and answered stays the same, which `tests/api/quick.rs` compares.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, ContextSelectionSet, InputType, Name, OutputType, Positioned, ServerError, ServerResult,
    Value,
};
use futures_util::future::try_join_all;
use serde::Serialize;

use super::context::{LONGEST_ANSWER, RequestData, Scope};
use super::cursor::Asked;
use super::json;

/// An object some of whose fields wait for nothing.
pub trait Plain: OutputType {
    /// Writes the value of a field as far as it is at hand; `None` leaves it to its resolver, which also tells what is
    /// wrong.
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()>;
}

impl<T: Plain> Plain for &T {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        T::plain(self, ask)
    }
}

/// A field that somebody asks for, and where its value is written.
pub struct Ask<'a> {
    field: &'a Positioned<Field>,
    within: &'a ContextSelectionSet<'a>,
    data: &'a RequestData,
    out: &'a mut Vec<u8>,
}

impl<'a> Ask<'a> {
    /// The field's name in the schema.
    pub fn name(&self) -> &'a str {
        self.field.node.name.node.as_str()
    }

    /// What is the same for the whole operation.
    pub fn scope(&self) -> &'a Scope {
        self.data.scope()
    }

    /// The value of an argument; `None` where it does not fit.
    pub fn argument<T: InputType>(&self, name: &str, default: Option<fn() -> T>) -> Option<T> {
        self.within.with_field(self.field).param_value(name, default).ok().map(|(_, value)| value)
    }

    /// The arguments of a connection.
    pub fn page(&self) -> Option<Asked> {
        Some(Asked {
            first: self.argument("first", None)?,
            last: self.argument("last", None)?,
            after: self.argument("after", None)?,
            before: self.argument("before", None)?,
            ends_unseen: !shows_page_info(&self.field.node),
        })
    }

    /// Answers a scalar, or a list of scalars.
    pub fn write(&mut self, value: &(impl Serialize + ?Sized)) -> Option<()> {
        serde_json::to_writer(&mut *self.out, value).ok()
    }

    /// Answers null.
    pub fn null(&mut self) -> Option<()> {
        self.write(&())
    }

    /// Answers an object with all of its selected fields; `None` where one of them is not at hand.
    pub fn object<T: Plain>(&mut self, object: &T) -> Option<()> {
        if self.out.len() > LONGEST_ANSWER {
            return None;
        }
        let mut start = b'{';
        for selection in &self.field.node.selection_set.node.items {
            let field = plain_field(&selection.node)?;
            self.out.push(start);
            start = b',';
            json::key(field.node.response_key().node.as_str(), self.out);
            let mut inner = Ask { field, within: self.within, data: self.data, out: self.out };
            inner.value(object)?;
        }
        self.out.push(b'}');
        Some(())
    }

    /// Answers an object that may be absent.
    pub fn maybe<T: Plain>(&mut self, object: Option<T>) -> Option<()> {
        match object {
            Some(object) => self.object(&object),
            None => self.null(),
        }
    }

    /// Answers a list of objects.
    pub fn list<T: Plain>(&mut self, objects: impl IntoIterator<Item = T>) -> Option<()> {
        self.out.push(b'[');
        for (index, object) in objects.into_iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.object(&object)?;
        }
        self.out.push(b']');
        Some(())
    }

    fn value<T: Plain>(&mut self, object: &T) -> Option<()> {
        if self.name() == "__typename" {
            return self.write(&object.introspection_type_name());
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

/// A field without directives.
fn plain_field(selection: &Selection) -> Option<&Positioned<Field>> {
    match selection {
        Selection::Field(field) if field.node.directives.is_empty() => Some(field),
        _ => None,
    }
}

/// The fields of a set that has nothing else.
fn plain_fields(set: &SelectionSet) -> Option<Vec<&Positioned<Field>>> {
    set.items.iter().map(|selection| plain_field(&selection.node)).collect()
}

/// An object whose plain fields take the short cut.
pub struct Quick<T>(pub T);

impl<T: ContainerType + Plain> Quick<T> {
    /// The value of a field where it is at hand.
    fn at_hand(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Value> {
        let mut out = Vec::new();
        let data = ctx.data_unchecked::<RequestData>();
        Ask { field, within: ctx, data, out: &mut out }.value(&self.0)?;
        Some(json::written(out))
    }

    /// The whole object where all of it is at hand; `field` is the one that it is the value of.
    fn whole(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Value> {
        let mut out = Vec::with_capacity(512);
        let data = ctx.data_unchecked::<RequestData>();
        Ask { field, within: ctx, data, out: &mut out }.object(&self.0)?;
        Some(json::written(out))
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
        if let Some(value) = self.whole(ctx, field) {
            return affordable(ctx, field, value);
        }
        let Some(fields) = plain_fields(&ctx.item.node) else {
            return self.0.resolve(ctx, field).await;
        };
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
            let value = self.0.resolve_field(&ctx.with_field(field)).await?.unwrap_or_default();
            ServerResult::Ok((key, affordable(ctx, field, value)?))
        }));
        for (key, value) in resolved.await? {
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

/// A value, unless it makes the answer too long; what objects and lists hold has been counted.
fn affordable(ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>, value: Value) -> ServerResult<Value> {
    let bytes = match &value {
        Value::Binary(text) => text.len(),
        Value::String(text) => text.len(),
        _ => 0,
    };
    if ctx.data_unchecked::<RequestData>().afford(bytes) {
        return Ok(value);
    }
    let problem = format!("the answer is longer than {LONGEST_ANSWER} bytes: ask for less at once");
    Err(ServerError::new(problem, Some(field.pos)))
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
