//! Cursors: a place in a list, opaque to clients.
//!
//! A cursor names the list that it belongs to (what it shows, filtered and sorted how), so that it cannot be used with
//! another one. In a list sorted by a column it holds the row's key and so survives inserts and deletes; by relevance
//! it is a number of hits.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::services::keyset::{Key, SortValue};
use crate::services::page::{Extent, Window};
use crate::services::{Error, Result};

/// Longer texts are no cursors of ours.
const MAX_LENGTH: usize = 1024;

/// A window onto a list that is sorted by columns, as many rows ask through it.
pub type Frame = Arc<Window<Key>>;

/// The list that a cursor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListId {
    hash: u32,
    columns: &'static [Column],
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A whole number.
    Int,
    /// A text.
    Text,
}

impl ListId {
    /// The id of a list that is described by these values and sorted by one number.
    pub fn of(description: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        description.hash(&mut hasher);
        let hash = hasher.finish();
        Self { hash: u32::try_from(hash >> 32).unwrap_or_default(), columns: &[Column::Int] }
    }

    /// The same list, sorted by these columns.
    #[must_use]
    pub fn sorted_by(self, columns: &'static [Column]) -> Self {
        Self { columns, ..self }
    }

    /// The cursor of a row with this key.
    pub fn cursor(self, key: &Key) -> String {
        let mut parts = vec![json!(self.hash), json!(key.id.simple().to_string())];
        parts.extend(key.sort.iter().map(|value| match value {
            SortValue::Int(number) => json!(number),
            SortValue::Text(text) => json!(text),
        }));
        encode(parts)
    }

    /// The cursor of the hit in this place, from 0.
    pub fn offset_cursor(self, offset: u32) -> String {
        encode(vec![json!(self.hash), json!(offset)])
    }

    /// What a client asks of a list that is sorted by columns.
    ///
    /// # Errors
    /// `BadRequest` where the window is impossible or a cursor belongs elsewhere.
    pub fn window(self, asked: Asked) -> Result<Frame> {
        let key = |cursor: Option<String>| cursor.map(|text| self.key(&text)).transpose();
        let window = Window::new(asked.first, asked.last, key(asked.after)?, key(asked.before)?)?;
        let Shown { ends_unseen, extent } = asked.shown;
        Ok(Arc::new(Window { ends_unseen, extent, ..window }))
    }

    /// What a client asks of a list of hits, whose cursors are places.
    ///
    /// # Errors
    /// `BadRequest` where the window is impossible or a cursor belongs elsewhere.
    pub fn places(self, asked: Asked) -> Result<Window<u32>> {
        let place = |cursor: Option<String>| {
            let read = |text: String| match self.parts(&text)?.as_slice() {
                [place] => place.as_u64().and_then(|place| u32::try_from(place).ok()).ok_or_else(foreign),
                _ => Err(foreign()),
            };
            cursor.map(read).transpose()
        };
        Window::new(asked.first, asked.last, place(asked.after)?, place(asked.before)?)
    }

    fn key(self, text: &str) -> Result<Key> {
        let parts = self.parts(text)?;
        let (id, sort) = parts.split_first().ok_or_else(foreign)?;
        let id = id.as_str().and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(foreign)?;
        let value = |(column, value): (&Column, &Json)| match (column, value) {
            (Column::Int, Json::Number(number)) => number.as_i64().map(SortValue::Int),
            (Column::Text, Json::String(text)) if !text.contains('\0') => Some(SortValue::Text(text.clone())),
            _ => None,
        };
        if sort.len() != self.columns.len() {
            return Err(foreign());
        }
        let sort =
            self.columns.iter().zip(sort).map(value).collect::<Option<Vec<_>>>().ok_or_else(foreign)?;
        Ok(Key { sort, id })
    }

    fn parts(self, text: &str) -> Result<Vec<Json>> {
        let text = Some(text).filter(|text| text.len() <= MAX_LENGTH).ok_or_else(foreign)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| foreign())?;
        let mut parts: Vec<Json> = serde_json::from_slice(&bytes).map_err(|_| foreign())?;
        if parts.first() != Some(&json!(self.hash)) {
            return Err(foreign());
        }
        parts.remove(0);
        Ok(parts)
    }
}

/// Arguments of a connection, as a client gave them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The first so many rows.
    pub first: Option<i32>,
    /// The last so many rows.
    pub last: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// Before this cursor.
    pub before: Option<String>,
    /// What of the page the answer shows.
    pub shown: Shown,
}

/// What of a page is shown; what cannot be told counts as shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Whether nothing tells where the page ends.
    pub ends_unseen: bool,
    /// How much of its objects is asked for.
    pub extent: Extent,
}

fn encode(parts: Vec<Json>) -> String {
    URL_SAFE_NO_PAD.encode(Json::Array(parts).to_string())
}

fn foreign() -> Error {
    Error::BadRequest("this cursor does not belong to this list".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key { sort: vec![SortValue::Int(-5), SortValue::Text("été".to_owned())], id: Uuid::now_v7() }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let list = ListId::of("products").sorted_by(&[Column::Int, Column::Text]);
        let key = key();
        let asked = Asked { after: Some(list.cursor(&key)), ..Asked::default() };

        assert_eq!(list.window(asked).unwrap().after, Some(key));

        let asked = Asked { after: Some(list.offset_cursor(19)), first: Some(5), ..Asked::default() };
        assert_eq!(list.places(asked).unwrap().stretch(1000), (20, 5));
    }

    #[test]
    fn a_forged_cursor_is_refused_before_it_reaches_the_database() {
        let list = ListId::of("products").sorted_by(&[Column::Text]);
        let id = json!(Uuid::now_v7().simple().to_string());
        for sort in [json!([]), json!([1]), json!(["a", "b"]), json!(["a\0"]), json!([null]), json!([["a"]])]
        {
            let mut parts = vec![json!(list.hash), id.clone()];
            parts.extend(sort.as_array().unwrap().iter().cloned());
            let asked = Asked { after: Some(encode(parts)), ..Asked::default() };
            assert!(list.window(asked).is_err(), "{sort}");
        }
    }

    #[test]
    fn a_cursor_of_another_list_or_none_at_all_is_refused() {
        let list = ListId::of(("products", "NEWEST"));
        let elsewhere = ListId::of(("products", "PRICE")).cursor(&key());
        for cursor in [elsewhere, list.offset_cursor(3), String::new(), "e30".to_owned(), "x".repeat(5000)] {
            let asked = Asked { after: Some(cursor.clone()), ..Asked::default() };
            assert!(list.window(asked).is_err(), "{cursor}");
        }
    }
}
