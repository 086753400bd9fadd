//! Loading many keys by one statement.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Debug};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dataloader::BatchFn;
use dataloader::cached::Loader;
use foldhash::fast::RandomState;
use tokio::task::unconstrained;

use crate::graphql::loaders::Loaders;
use crate::graphql::scope::Scope;
use crate::services::{Error, Result};

/// More keys at once than any operation can ask for: batches are never cut.
const NO_LIMIT: usize = 1_000_000;

/// How often a key is asked for again when the one who was loading it went away.
const TRIES: usize = 3;

/// How often a loader lets others run before it loads. Rows fetch for their whole level at once, so what is left to
/// gather is asked for in the same round of polling; statement counts in the tests would show a batch that was cut. Each
/// time, the whole operation is polled once more.
const YIELDS: usize = 1;

/// What identifies something that is loaded in batches.
pub trait Key: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    /// What the keys are called where batches are counted.
    const NAME: &'static str;

    /// What is loaded; cheap to clone.
    type Value: Clone + Send + Sync + 'static;

    /// Loads for many keys at once; keys without an entry have nothing.
    fn fetch(scope: &Scope, keys: &[Self]) -> impl Future<Output = Result<Map<Self, Self::Value>>> + Send;

    /// The loader of such keys.
    fn loader(loaders: &Loaders) -> &BatchLoader<Self>;

    /// Whether two keys differ in nothing but whose they are: same page, same order.
    fn is_like(&self, other: &Self) -> bool;
}

/// Values by their keys, which were read from the database or bound as parameters: few, and no outsider can choose
/// enough of them to make them collide. The hash is seeded anew in each process.
pub type Map<K, V> = HashMap<K, V, RandomState>;

/// Keys, each once.
pub(super) type Keys<K> = HashSet<K, RandomState>;

/// What a loader is asked for.
#[derive(Clone)]
pub enum Wanted<K> {
    /// What one key has.
    One(K),
    /// What the keys of a level have.
    Level(Arc<Keys<K>>),
}

/// A level is the same as itself only.
impl<K: Eq> PartialEq for Wanted<K> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(one), Self::One(other)) => one == other,
            (Self::Level(level), Self::Level(other)) => Arc::ptr_eq(level, other),
            _ => false,
        }
    }
}

impl<K: Eq> Eq for Wanted<K> {}

impl<K: Hash> Hash for Wanted<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::One(key) => key.hash(state),
            Self::Level(keys) => Arc::as_ptr(keys).hash(state),
        }
    }
}

/// The loader writes a message for everything that it looks up, before it knows whether it needs one.
impl<K: Key> Debug for Wanted<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(K::NAME)
    }
}

/// What a batch has loaded, or the failure, for all who asked.
pub(super) type Found<K> = Result<Arc<Map<K, <K as Key>::Value>>>;

/// What a key has: the value, nothing, or the failure that all who asked share.
pub(super) type Loaded<K> = Result<Option<<K as Key>::Value>>;

/// A loader of one kind of key, for one operation.
pub type BatchLoader<K> = Loader<Wanted<K>, Found<K>, Fetch<K>>;

/// The function that a loader calls, with what it has loaded so far.
pub struct Fetch<K: Key> {
    scope: Arc<Scope>,
    earlier: Vec<Batch<K>>,
}

/// Keys that were asked for together, and what they have.
struct Batch<K: Key> {
    keys: Arc<Keys<K>>,
    found: Arc<Map<K, K::Value>>,
}

/// A loader for one operation.
pub fn loader<K: Key>(scope: &Arc<Scope>) -> BatchLoader<K> {
    Loader::new(Fetch { scope: Arc::clone(scope), earlier: Vec::new() })
        .with_max_batch_size(NO_LIMIT)
        .with_yield_count(YIELDS)
}

impl<K: Key> BatchFn<Wanted<K>, Found<K>> for Fetch<K> {
    /// Whatever is wanted gets an answer, so that a missing one can only mean that its loading was cut off.
    async fn load(&mut self, wanted: &[Wanted<K>]) -> HashMap<Wanted<K>, Found<K>> {
        let keys = keys_of(wanted);
        let found = self.find(&keys).await.map(Arc::new);
        if let Ok(found) = &found {
            self.earlier.push(Batch { keys, found: Arc::clone(found) });
        }
        wanted.iter().map(|wanted| (wanted.clone(), found.clone())).collect()
    }
}

impl<K: Key> Fetch<K> {
    /// What keys have; those that were asked for before are not read again.
    async fn find(&self, keys: &Keys<K>) -> Result<Map<K, K::Value>> {
        let before = |key: &K| self.earlier.iter().find(|batch| batch.keys.contains(key));
        let new: Vec<K> = keys.iter().filter(|key| before(key).is_none()).cloned().collect();
        let mut found = Map::default();
        if !new.is_empty() {
            self.scope.app.metrics.batch(K::NAME, new.len());
            found = K::fetch(&self.scope, &new).await?;
        }
        if new.len() < keys.len() {
            let known =
                keys.iter().filter_map(|key| Some((key.clone(), before(key)?.found.get(key)?.clone())));
            found.extend(known);
        }
        Ok(found)
    }
}

/// Every key that is wanted, once.
fn keys_of<K: Key>(wanted: &[Wanted<K>]) -> Arc<Keys<K>> {
    if let [Wanted::Level(keys)] = wanted {
        return Arc::clone(keys);
    }
    let mut all = Keys::default();
    for wanted in wanted {
        match wanted {
            Wanted::One(key) => all.extend([key.clone()]),
            Wanted::Level(keys) => all.extend(keys.iter().cloned()),
        }
    }
    Arc::new(all)
}

/// Loads one thing, together with everything else that is asked for at the same time.
pub async fn load<K: Key>(loaders: &Loaders, key: K) -> Loaded<K> {
    let found = find(loaders, Wanted::One(key.clone())).await??;
    Ok(found.get(&key).cloned())
}

/// Loads several things at once, in the order of their keys: what is found is one level.
///
/// # Errors
/// Where they cannot be loaded.
pub async fn load_all<K: Key>(loaders: &Loaders, keys: &[K]) -> Result<Vec<Option<K::Value>>> {
    let found = find(loaders, Wanted::Level(Arc::new(keys.iter().cloned().collect()))).await??;
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

/// Asks a loader. Fails only where whoever was loading went away, again and again.
pub(super) async fn find<K: Key>(loaders: &Loaders, wanted: Wanted<K>) -> Result<Found<K>> {
    let loader = K::loader(loaders);
    for _ in 0..TRIES {
        // Whoever waits here does nothing, so it counts for nothing among what tokio lets an operation do at a time: where
        // that is spent, the rest would come too late for the batch.
        if let Ok(found) = unconstrained(loader.try_load(wanted.clone())).await {
            return Ok(found);
        }
    }
    Err(Error::internal("a batch was cut off again and again"))
}
