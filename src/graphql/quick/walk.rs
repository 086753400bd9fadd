//! Walking an object: what of it is at hand is written as JSON at once, what is missing is noted.

use async_graphql::parser::types::{Field, Selection};
use async_graphql::{ContextSelectionSet, InputType, OutputType, Positioned};
use entity::id::Id;
use entity::money::write_decimal;
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::graphql::batch::{AtHand, Key, Row};
use crate::graphql::context::{LONGEST_ANSWER, RequestData};
use crate::graphql::loaders::Loaders;
use crate::graphql::scope::Scope;
use crate::graphql::{id, json};

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
    pub(super) field: &'a Positioned<Field>,
    pub(super) within: &'a ContextSelectionSet<'a>,
    pub(super) data: &'a RequestData,
    pub(super) walk: &'a mut Walk,
}

/// Loads what a walk came across.
pub(super) type Load = Box<dyn for<'l> FnOnce(&'l Loaders) -> BoxFuture<'l, ()> + Send>;

/// How far a walk has come.
#[derive(Default)]
pub(super) struct Walk {
    /// What is written.
    pub out: Vec<u8>,
    /// What has to be loaded before it can be written.
    pub missing: Vec<Load>,
    /// Whether there is something that only the library can answer.
    pub is_foreign: bool,
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

    /// The field with its arguments and selection.
    pub fn field(&self) -> &'a Field {
        &self.field.node
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

    /// Answers an amount of minor units as a decimal.
    #[expect(clippy::unnecessary_wraps, reason = "as the other answers, which may fail")]
    pub fn decimal(&mut self, minor: i64, digits: u32) -> Option<()> {
        self.walk.out.push(b'"');
        write_decimal(minor, digits, &mut self.walk.out);
        self.walk.out.push(b'"');
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
        let mut is_whole = true;
        self.walk.out.push(b'{');
        for (index, selection) in self.field.node.selection_set.node.items.iter().enumerate() {
            let field = plain_field(&selection.node)?;
            if index > 0 {
                self.walk.out.push(b',');
            }
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

    /// Answers the field of an object.
    pub(super) fn value<T: Plain>(&mut self, object: &T) -> Option<()> {
        if self.name() == "__typename" {
            return self.write(&object.introspection_type_name());
        }
        object.plain(self)
    }
}

/// A field without directives.
pub(super) fn plain_field(selection: &Selection) -> Option<&Positioned<Field>> {
    match selection {
        Selection::Field(field) if field.node.directives.is_empty() => Some(field),
        _ => None,
    }
}
