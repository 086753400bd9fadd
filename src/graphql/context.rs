//! What resolvers find in their context.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::Context;
use futures_util::future::BoxFuture;

use super::batch::{Key, Row};
use super::loaders::Loaders;
use super::scope::Scope;
use crate::services::{AppContext, Result, Viewer};

/// What is read at one time: nothing that was loaded before a change is told after it.
struct Generation {
    scope: Arc<Scope>,
    loaders: Loaders,
}

impl Generation {
    fn new(scope: Scope) -> Self {
        let scope = Arc::new(scope);
        Self { loaders: Loaders::new(&scope), scope }
    }
}

/// What is put into each request's data.
pub struct RequestData {
    first: Generation,
    /// One for each change that the operation may make.
    later: Vec<OnceLock<Generation>>,
    current: AtomicUsize,
    written: AtomicUsize,
}

/// The longest answer, in bytes. Costs count objects; this bounds what fields that are asked for under many names make
/// of them.
pub const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

impl RequestData {
    /// A fresh set of loaders, for an operation that makes at most so many changes: nothing outlives the operation.
    pub fn new(scope: Scope, changes: usize) -> Self {
        Self {
            first: Generation::new(scope),
            later: (0..changes).map(|_| OnceLock::new()).collect(),
            current: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
        }
    }

    fn generation(&self) -> &Generation {
        let later = self.current.load(Ordering::Acquire).checked_sub(1).and_then(|it| self.later.get(it));
        later.map_or(&self.first, |later| later.get_or_init(|| Generation::new(self.first.scope.renewed())))
    }

    /// Forgets what was loaded: a change begins, and what is told after it is read after it. Changes of one operation
    /// run one after the other (GraphQL specification, section 6.2.2).
    pub fn renew(&self) {
        self.current.fetch_add(1, Ordering::AcqRel);
    }

    /// What is the same for the whole operation.
    pub fn scope(&self) -> &Scope {
        &self.generation().scope
    }

    /// What loads in batches.
    pub fn loaders(&self) -> &Loaders {
        &self.generation().loaders
    }

    /// Counts bytes of the answer; `false` where it becomes too long.
    pub fn afford(&self, bytes: usize) -> bool {
        self.written.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) <= LONGEST_ANSWER
    }
}

/// Short words for what resolvers do all the time.
pub trait ContextExt {
    /// What is the same for the whole operation.
    fn scope(&self) -> &Scope;

    /// The outside world, for a change to be made in.
    fn app(&self) -> &AppContext;

    /// Who asks.
    fn viewer(&self) -> &Viewer;

    /// Loads one thing, together with everything else that is asked for at the same time.
    ///
    /// The future is boxed, as that of [`along`](Self::along): every field of an object pays for the size of the
    /// largest of its resolvers, even those that only read a value.
    fn load<K: Key>(&self, key: K) -> BoxFuture<'_, Result<Option<K::Value>>>;

    /// Loads several things at once, in the order of their keys: what is found is one level.
    fn load_all<'a, K: Key>(&'a self, keys: &'a [K]) -> BoxFuture<'a, Result<Vec<Option<K::Value>>>>;

    /// Loads something that belongs to a row, for all rows that were loaded along with it.
    fn along<'a, T, K>(
        &'a self,
        row: &'a Row<T>,
        key: impl Fn(&T) -> K + Send + Sync + 'a,
    ) -> BoxFuture<'a, Result<Option<K::Value>>>
    where
        T: Send + Sync + 'static,
        K: Key;
}

impl ContextExt for Context<'_> {
    fn scope(&self) -> &Scope {
        self.data_unchecked::<RequestData>().scope()
    }

    fn app(&self) -> &AppContext {
        &self.data_unchecked::<RequestData>().first.scope.app
    }

    fn viewer(&self) -> &Viewer {
        &self.data_unchecked::<RequestData>().first.scope.viewer
    }

    fn load<K: Key>(&self, key: K) -> BoxFuture<'_, Result<Option<K::Value>>> {
        Box::pin(super::batch::load(self.data_unchecked::<RequestData>().loaders(), key))
    }

    fn load_all<'a, K: Key>(&'a self, keys: &'a [K]) -> BoxFuture<'a, Result<Vec<Option<K::Value>>>> {
        Box::pin(super::batch::load_all(self.data_unchecked::<RequestData>().loaders(), keys))
    }

    fn along<'a, T, K>(
        &'a self,
        row: &'a Row<T>,
        key: impl Fn(&T) -> K + Send + Sync + 'a,
    ) -> BoxFuture<'a, Result<Option<K::Value>>>
    where
        T: Send + Sync + 'static,
        K: Key,
    {
        Box::pin(row.along(self.data_unchecked::<RequestData>().loaders(), key))
    }
}
