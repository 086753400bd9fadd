//! Rows that were loaded together, and what is loaded for all of them.

use std::any::Any;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::loading::{Found, Key, Keys, Loaded, Wanted, find, load};
use crate::graphql::loaders::Loaders;
use crate::services::Result;
use crate::services::page::Page;

/// A row, and those that were loaded along with it.
pub struct Row<T> {
    level: Arc<Level<T>>,
    index: usize,
}

/// Rows that were loaded by one statement, with what has been loaded for all of them since.
struct Level<T> {
    rows: Vec<T>,
    along: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
}

/// What has been loaded, or is being loaded, for all rows of a level.
struct Along<K: Key> {
    sample: K,
    loaded: OnceCell<Load<K>>,
}

/// What was loaded for a level: the keys that were asked for, and what they have.
struct Load<K: Key> {
    keys: Arc<Keys<K>>,
    found: Found<K>,
}

impl<K: Key> Load<K> {
    /// What a key has; `None` where it was not asked for.
    fn get(&self, key: &K) -> Option<Loaded<K>> {
        match &self.found {
            Ok(found) => match found.get(key) {
                Some(value) => Some(Ok(Some(value.clone()))),
                None => self.keys.contains(key).then_some(Ok(None)),
            },
            Err(error) => Some(Err(error.clone())),
        }
    }
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        Self { level: Arc::clone(&self.level), index: self.index }
    }
}

impl<T> Deref for Row<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.level.rows[self.index]
    }
}

impl<T: Send + Sync + 'static> Row<T> {
    /// Loads something that belongs to the row, for all rows of its level.
    pub async fn along<K: Key>(&self, loaders: &Loaders, key: impl Fn(&T) -> K) -> Loaded<K> {
        let mine = key(self);
        let along = self.level.along(&mine);
        let load_level = || async {
            let keys: Arc<Keys<K>> = Arc::new(self.level.rows.iter().map(&key).collect());
            let found = find(loaders, Wanted::Level(Arc::clone(&keys))).await?;
            Result::Ok(Load { keys, found })
        };
        match along.loaded.get_or_try_init(load_level).await?.get(&mine) {
            Some(loaded) => loaded,
            None => load(loaders, mine).await,
        }
    }
}

/// What belongs to a row, as far as it has been loaded.
pub enum AtHand<V> {
    /// It has been loaded, or there is nothing.
    Yes(Option<V>),
    /// Nobody has loaded it for the row's level yet.
    NotYet,
    /// It could not be loaded, or was not loaded along with what is asked for.
    No,
}

impl<T> Row<T> {
    /// What belongs to the row, where it has been loaded for its level; never starts to load.
    pub fn at_hand<K: Key>(&self, key: impl Fn(&T) -> K) -> AtHand<K::Value> {
        let mine = key(self);
        let along = self.level.known(|along: &Along<K>| along.sample.is_like(&mine));
        let Some(load) = along.as_ref().and_then(|along| along.loaded.get()) else { return AtHand::NotYet };
        match load.get(&mine) {
            Some(Ok(value)) => AtHand::Yes(value),
            Some(Err(_)) | None => AtHand::No,
        }
    }

    /// Something that came with the row, as a row of its own among those that came with the others.
    pub fn beside<U: Send + Sync + 'static>(&self, part: impl Fn(&T) -> U) -> Row<U> {
        let make = || Level { rows: self.level.rows.iter().map(part).collect(), along: Mutex::default() };
        Row { level: self.level.known_or(|_: &Level<U>| true, make), index: self.index }
    }
}

impl<T> Level<T> {
    fn along<K: Key>(&self, key: &K) -> Arc<Along<K>> {
        let make = || Along { sample: key.clone(), loaded: OnceCell::new() };
        self.known_or(|along: &Along<K>| along.sample.is_like(key), make)
    }

    fn known<U: Any + Send + Sync>(&self, is_it: impl Fn(&U) -> bool) -> Option<Arc<U>> {
        known(&self.along.lock().unwrap_or_else(PoisonError::into_inner), is_it)
    }

    fn known_or<U: Any + Send + Sync>(&self, is_it: impl Fn(&U) -> bool, make: impl FnOnce() -> U) -> Arc<U> {
        let mut all = self.along.lock().unwrap_or_else(PoisonError::into_inner);
        known(&all, is_it).unwrap_or_else(|| {
            let made = Arc::new(make());
            all.push(Arc::<U>::clone(&made));
            made
        })
    }
}

fn known<U: Any + Send + Sync>(
    all: &[Arc<dyn Any + Send + Sync>],
    is_it: impl Fn(&U) -> bool,
) -> Option<Arc<U>> {
    let known = all.iter().find(|any| any.downcast_ref::<U>().is_some_and(&is_it))?;
    Arc::clone(known).downcast().ok()
}

/// Makes rows of one level.
pub fn level<T>(rows: Vec<T>) -> impl Iterator<Item = Row<T>> {
    let count = rows.len();
    let level = Arc::new(Level { rows, along: Mutex::default() });
    (0..count).map(move |index| Row { level: Arc::clone(&level), index })
}

/// A page whose rows are one level.
pub fn page_of<T>(page: Page<T>) -> Page<Row<T>> {
    let (has_next, has_previous) = (page.has_next, page.has_previous);
    Page { rows: level(page.rows).collect(), has_next, has_previous }
}

/// One row for each key: all of them one level.
pub fn rows<K, T>(found: HashMap<K, T>) -> impl Iterator<Item = (K, Row<T>)> {
    let (keys, found): (Vec<K>, Vec<T>) = found.into_iter().unzip();
    keys.into_iter().zip(level(found))
}

/// A list of rows for each key: all of them one level.
pub fn lists<K, T>(found: HashMap<K, Vec<T>>) -> impl Iterator<Item = (K, Arc<Vec<Row<T>>>)> {
    let pages =
        found.into_iter().map(|(key, rows)| (key, Page { rows, has_next: false, has_previous: false }));
    pages_of(pages).map(|(key, page)| (key, Arc::new(page.rows)))
}

/// A list of rows for each key, by their places among rows that several may have: all of them one level.
pub fn sharing<K, T>(
    found: Vec<T>,
    places: HashMap<K, Vec<usize>>,
) -> impl Iterator<Item = (K, Arc<Vec<Row<T>>>)> {
    let rows: Vec<Row<T>> = level(found).collect();
    let row = move |place: usize| rows.get(place).cloned();
    places
        .into_iter()
        .map(move |(key, places)| (key, Arc::new(places.into_iter().filter_map(&row).collect())))
}

/// A page of rows for each key: all of them one level.
pub fn pages<K, T>(found: HashMap<K, Page<T>>) -> impl Iterator<Item = (K, Arc<Page<Row<T>>>)> {
    pages_of(found).map(|(key, page)| (key, Arc::new(page)))
}

fn pages_of<K, T>(found: impl IntoIterator<Item = (K, Page<T>)>) -> impl Iterator<Item = (K, Page<Row<T>>)> {
    let mut all = Vec::new();
    let mut shapes = Vec::new();
    for (key, page) in found {
        shapes.push((key, page.rows.len(), page.has_next, page.has_previous));
        all.extend(page.rows);
    }
    let mut rows = level(all);
    shapes.into_iter().map(move |(key, count, has_next, has_previous)| {
        (key, Page { rows: rows.by_ref().take(count).collect(), has_next, has_previous })
    })
}
