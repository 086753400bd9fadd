//! What resolvers find in their context.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::Context;
use entity::time::{NEVER, Timestamp};
use futures_util::future::BoxFuture;

use super::batch::{Key, Row};
use super::cookies::Cookies;
use super::documents::Examiner;
use super::loaders::Loaders;
use crate::services::markets::{Locale, Markets};
use crate::services::{AppContext, Permission, Result, Viewer};

/// What is the same for a whole operation.
pub struct Scope {
    /// The outside world.
    pub app: Arc<AppContext>,
    /// Who asks.
    pub viewer: Viewer,
    /// From where.
    pub address: IpAddr,
    /// The cookies of a browser.
    pub cookies: Cookies,
    /// The moment that the answer is about.
    pub now: Timestamp,
    /// The market and language that the answer is in.
    pub locale: Locale,
    /// The shop's markets and locations.
    pub markets: Arc<Markets>,
    /// What the addresses of files on this server begin with; empty leaves them as paths.
    pub public_url: Arc<str>,
    /// Whether there is a folder that images can be sent to.
    pub uploads: bool,
    /// Looks at documents before they are registered.
    pub examiner: Examiner,
}

impl Scope {
    /// What has been published by then is there for the viewer: for staff who may see what is unpublished, everything.
    pub fn horizon(&self) -> Timestamp {
        if self.viewer.may(Permission::ProductsRead) { NEVER } else { self.now }
    }

    /// The same as it is after a change: a later moment, and the markets as they are then.
    fn renewed(&self) -> Self {
        let markets = self.app.markets();
        let market = Some(self.locale.market.handle.as_str()).filter(|handle| !handle.is_empty());
        let locale = markets.locale(market, &self.locale.language);
        Self {
            app: Arc::clone(&self.app),
            viewer: self.viewer,
            address: self.address,
            cookies: self.cookies.clone(),
            now: self.app.now(),
            locale: locale.unwrap_or_else(|| self.locale.clone()),
            markets,
            public_url: Arc::clone(&self.public_url),
            uploads: self.uploads,
            examiner: self.examiner.clone(),
        }
    }
}

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
