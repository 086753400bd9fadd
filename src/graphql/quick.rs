//! A short cut for objects whose fields are at hand, or can be loaded in batches.
//!
//! The library makes a boxed future of every field, as it must for those that wait, and keeps every value until all are
//! there. Lists have thousands of fields that only read a value, or something that is loaded for all rows of a level. An
//! object behind [`Quick`] is walked instead: what is at hand is written as JSON at once. Where the walk comes across what
//! has not been loaded yet, it goes on to see what else is missing, all of that is loaded together, and the object is
//! walked again. What no walk can tell is left to the library, and so is whatever fails, as resolvers tell what is wrong.
//! What is asked, checked and answered stays the same, which `tests/api/quick.rs` compares.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, ContextSelectionSet, InputType, Name, OutputType, Positioned, ServerError, ServerResult,
    Value,
};
use entity::id::Id;
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, try_join_all};
use futures_util::stream::FuturesUnordered;
use serde::Serialize;

use super::batch::{AtHand, Key, Row};
use super::connection::Listed;
use super::context::{LONGEST_ANSWER, RequestData, Scope};
use super::cursor::Asked;
use super::loaders::Loaders;
use super::lookahead::Shown;
use super::{id, json};

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

/// A field that somebody asks for, in a walk.
pub struct Ask<'a> {
    field: &'a Positioned<Field>,
    within: &'a ContextSelectionSet<'a>,
    data: &'a RequestData,
    walk: &'a mut Walk,
}

/// Loads what a walk came across.
type Load = Box<dyn for<'l> FnOnce(&'l Loaders) -> BoxFuture<'l, ()> + Send>;

/// How far a walk has come.
#[derive(Default)]
struct Walk {
    /// What is written.
    out: Vec<u8>,
    /// What has to be loaded before it can be written.
    missing: Vec<Load>,
    /// Whether there is something that only the library can answer.
    is_foreign: bool,
}

/// How often an object is walked: once for each level that has to be loaded, and where rows of a level have different
/// things to load. Limits on depth end sooner.
const MOST_WALKS: usize = 64;

/// Room for what a walk writes, in bytes: for the first one, and for those that come when something has been loaded.
const FIRST_BYTES: usize = 1024;
const LATER_BYTES: usize = 16 * 1024;

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

    /// The arguments of a connection of such objects.
    pub fn page<T: Listed>(&self) -> Option<Asked> {
        Some(Asked {
            first: self.argument("first", None)?,
            last: self.argument("last", None)?,
            after: self.argument("after", None)?,
            before: self.argument("before", None)?,
            shown: Shown::of::<T>(&self.field.node),
        })
    }

    /// Answers a scalar, or a list of scalars.
    pub fn write(&mut self, value: &(impl Serialize + ?Sized)) -> Option<()> {
        serde_json::to_writer(&mut self.walk.out, value).ok()
    }

    /// Answers an id.
    #[expect(clippy::unnecessary_wraps, reason = "as the other answers, which may fail")]
    pub fn id(&mut self, id: impl Id) -> Option<()> {
        id::write(id, &mut self.walk.out);
        Some(())
    }

    /// What belongs to a row, where it has been loaded for the row's level; else it will be before the next walk.
    #[expect(clippy::option_option, reason = "not loaded yet, or loaded and nothing there")]
    pub fn along<T, K>(
        &mut self,
        row: &Row<T>,
        key: impl Fn(&T) -> K + Send + Sync + 'static,
    ) -> Option<Option<K::Value>>
    where
        T: Send + Sync + 'static,
        K: Key,
    {
        match row.at_hand(&key) {
            AtHand::Yes(value) => return Some(value),
            AtHand::No => return None,
            AtHand::NotYet => {}
        }
        let row = row.clone();
        self.walk.missing.push(Box::new(move |loaders| {
            Box::pin(async move {
                // A failure is kept with the level: the field's resolver comes across it and tells it.
                let _ = row.along(loaders, key).await;
            })
        }));
        None
    }

    /// Answers null.
    pub fn null(&mut self) -> Option<()> {
        self.write(&())
    }

    /// Whether nothing but some fields is asked of an object.
    pub fn shows_only(&self, names: &[&str]) -> bool {
        let mut selections = self.field.node.selection_set.node.items.iter();
        selections.all(|selection| {
            plain_field(&selection.node).is_some_and(|field| names.contains(&field.node.name.node.as_str()))
        })
    }

    /// Answers an object with all of its selected fields; `None` where one of them is not at hand.
    pub fn object<T: Plain>(&mut self, object: &T) -> Option<()> {
        self.fields(|ask| ask.value(object))
    }

    /// Answers an object whose selected fields are answered one by one.
    pub fn fields(&mut self, answer: impl Fn(&mut Ask<'_>) -> Option<()>) -> Option<()> {
        if self.walk.out.len() > LONGEST_ANSWER {
            return None;
        }
        let mut start = b'{';
        let mut is_whole = true;
        for selection in &self.field.node.selection_set.node.items {
            let field = plain_field(&selection.node)?;
            self.walk.out.push(start);
            start = b',';
            json::key(field.node.response_key().node.as_str(), &mut self.walk.out);
            let known = self.walk.missing.len();
            let mut inner = Ask { field, within: self.within, data: self.data, walk: self.walk };
            if answer(&mut inner).is_none() {
                is_whole = false;
                self.walk.is_foreign |= self.walk.missing.len() == known;
                if self.walk.is_foreign {
                    return None;
                }
            }
        }
        self.walk.out.push(b'}');
        is_whole.then_some(())
    }

    /// Answers an object that may be absent.
    pub fn maybe<T: Plain>(&mut self, object: Option<T>) -> Option<()> {
        match object {
            Some(object) => self.object(&object),
            None => self.null(),
        }
    }

    /// Answers a list of objects of one level: what the first lacks is loaded for all.
    pub fn list<T: Plain>(&mut self, objects: impl IntoIterator<Item = T>) -> Option<()> {
        self.walk.out.push(b'[');
        for (index, object) in objects.into_iter().enumerate() {
            if index > 0 {
                self.walk.out.push(b',');
            }
            self.object(&object)?;
        }
        self.walk.out.push(b']');
        Some(())
    }

    fn value<T: Plain>(&mut self, object: &T) -> Option<()> {
        if self.name() == "__typename" {
            return self.write(&object.introspection_type_name());
        }
        object.plain(self)
    }
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
        match plain_fields(&ctx.item.node) {
            Some(fields) => Box::pin(self.some_by_library(ctx, fields)),
            None => Box::pin(self.0.resolve(ctx, field)),
        }
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
            let value = self.0.resolve_field(&ctx.with_field(field)).await?.unwrap_or_default();
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
