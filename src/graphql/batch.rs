//! Loading in batches, by the `dataloader` crate, wrapped once.
//!
//! Two ways lead to a batch. [`load`] gathers what resolvers ask for at the same time. [`Row::along`] knows more: a row
//! remembers which rows were loaded with it, so the first that needs something of its own fetches it for all of them
//! in one go, and the others find it there.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use dataloader::BatchFn;
use dataloader::cached::Loader;
use tokio::sync::OnceCell;

use super::context::Scope;
use super::loaders::Loaders;
use crate::services::page::Page;
use crate::services::{Error, Result};

/// More keys at once than any operation can ask for: batches are never cut.
const NO_LIMIT: usize = 1_000_000;

/// How often a key is asked for again when the one who was loading it went away.
const TRIES: usize = 3;

/// How often a loader lets others run before it loads. Rows fetch for their whole level at once, so what is left to
/// gather is asked for in the same round of polling; statement counts in the tests would show a batch that was cut.
const YIELDS: usize = 3;

/// What identifies something that is loaded in batches.
pub trait Key: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// What the keys are called where batches are counted.
    const NAME: &'static str;

    /// What is loaded; cheap to clone.
    type Value: Clone + Send + Sync + 'static;

    /// Loads for many keys at once; keys without an entry have nothing.
    fn fetch(scope: &Scope, keys: &[Self])
    -> impl Future<Output = Result<HashMap<Self, Self::Value>>> + Send;

    /// The loader of such keys.
    fn loader(loaders: &Loaders) -> &BatchLoader<Self>;

    /// Whether two keys differ in nothing but whose they are: same page, same order.
    fn is_like(&self, other: &Self) -> bool;
}

/// What a loader keeps of a key: the value, nothing, or the failure that all who asked share.
type Loaded<K> = Result<Option<<K as Key>::Value>>;

/// A loader of one kind of key, for one operation.
pub type BatchLoader<K> = Loader<K, Loaded<K>, Fetch<K>>;

/// The function that a loader calls.
pub struct Fetch<K> {
    scope: Arc<Scope>,
    key: PhantomData<fn() -> K>,
}

/// A loader for one operation.
pub fn loader<K: Key>(scope: &Arc<Scope>) -> BatchLoader<K> {
    Loader::new(Fetch { scope: Arc::clone(scope), key: PhantomData })
        .with_max_batch_size(NO_LIMIT)
        .with_yield_count(YIELDS)
}

impl<K: Key> BatchFn<K, Loaded<K>> for Fetch<K> {
    /// Every key gets an answer, so that a missing one can only mean that its loading was cut off.
    async fn load(&mut self, keys: &[K]) -> HashMap<K, Loaded<K>> {
        self.scope.app.metrics.batch(K::NAME, keys.len());
        match K::fetch(&self.scope, keys).await {
            Ok(mut found) => keys.iter().map(|key| (key.clone(), Ok(found.remove(key)))).collect(),
            Err(error) => keys.iter().map(|key| (key.clone(), Err(error.clone()))).collect(),
        }
    }
}

/// Loads one thing, together with everything else that is asked for at the same time.
pub async fn load<K: Key>(loaders: &Loaders, key: K) -> Loaded<K> {
    let loader = K::loader(loaders);
    for _ in 0..TRIES {
        if let Ok(loaded) = loader.try_load(key.clone()).await {
            return loaded;
        }
    }
    Err(Error::internal("a batch was cut off again and again"))
}

async fn load_all<K: Key>(loaders: &Loaders, keys: Vec<K>) -> Result<HashMap<K, Loaded<K>>> {
    let loader = K::loader(loaders);
    for _ in 0..TRIES {
        if let Ok(loaded) = loader.try_load_many(keys.clone()).await {
            return Ok(loaded);
        }
    }
    Err(Error::internal("a batch was cut off again and again"))
}

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
    loaded: OnceCell<HashMap<K, Loaded<K>>>,
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
        let load_level = || {
            let keys: HashSet<K> = self.level.rows.iter().map(&key).collect();
            load_all(loaders, keys.into_iter().collect())
        };
        match along.loaded.get_or_try_init(load_level).await?.get(&mine) {
            Some(loaded) => loaded.clone(),
            None => load(loaders, mine).await,
        }
    }
}

impl<T> Row<T> {
    /// What belongs to the row, where it has been loaded for its level; never starts to load.
    #[expect(clippy::option_option, reason = "not loaded yet, or loaded and nothing there")]
    pub fn at_hand<K: Key>(&self, key: impl Fn(&T) -> K) -> Option<Option<K::Value>> {
        let mine = key(self);
        let along = self.level.known(|along: &Along<K>| along.sample.is_like(&mine))?;
        along.loaded.get()?.get(&mine)?.clone().ok()
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
        find(&self.along.lock().unwrap_or_else(PoisonError::into_inner), is_it)
    }

    fn known_or<U: Any + Send + Sync>(&self, is_it: impl Fn(&U) -> bool, make: impl FnOnce() -> U) -> Arc<U> {
        let mut all = self.along.lock().unwrap_or_else(PoisonError::into_inner);
        find(&all, is_it).unwrap_or_else(|| {
            let made = Arc::new(make());
            all.push(Arc::<U>::clone(&made));
            made
        })
    }
}

fn find<U: Any + Send + Sync>(
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
pub fn rows<K: Eq + Hash, T>(found: HashMap<K, T>) -> HashMap<K, Row<T>> {
    let (keys, found): (Vec<K>, Vec<T>) = found.into_iter().unzip();
    keys.into_iter().zip(level(found)).collect()
}

/// A list of rows for each key: all of them one level.
pub fn lists<K: Eq + Hash, T>(found: HashMap<K, Vec<T>>) -> HashMap<K, Arc<Vec<Row<T>>>> {
    let pages =
        found.into_iter().map(|(key, rows)| (key, Page { rows, has_next: false, has_previous: false }));
    pages_of(pages).map(|(key, page)| (key, Arc::new(page.rows))).collect()
}

/// A page of rows for each key: all of them one level.
pub fn pages<K: Eq + Hash, T>(found: HashMap<K, Page<T>>) -> HashMap<K, Arc<Page<Row<T>>>> {
    pages_of(found).map(|(key, page)| (key, Arc::new(page))).collect()
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
