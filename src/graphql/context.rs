//! What resolvers find in their context.

use std::sync::Arc;

use async_graphql::Context;
use entity::time::Timestamp;

use super::batch::{Key, Row};
use super::loaders::Loaders;
use crate::services::markets::{Locale, Markets};
use crate::services::{AppContext, Result, Viewer};

/// What is the same for a whole operation.
pub struct Scope {
    /// The outside world.
    pub app: Arc<AppContext>,
    /// Who asks.
    pub viewer: Viewer,
    /// The moment that the answer is about.
    pub now: Timestamp,
    /// The market and language that the answer is in.
    pub locale: Locale,
    /// The shop's markets and locations.
    pub markets: Arc<Markets>,
    /// What the addresses of files on this server begin with; empty leaves them as paths.
    pub public_url: Arc<str>,
}

/// What is put into each request's data.
pub struct RequestData {
    pub scope: Arc<Scope>,
    pub loaders: Loaders,
}

impl RequestData {
    /// A fresh set of loaders: nothing outlives the operation.
    pub fn new(scope: Scope) -> Self {
        let scope = Arc::new(scope);
        Self { loaders: Loaders::new(&scope), scope }
    }
}

/// Short words for what resolvers do all the time.
pub trait ContextExt {
    /// What is the same for the whole operation.
    fn scope(&self) -> &Scope;

    /// Loads one thing, together with everything else that is asked for at the same time.
    async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>>;

    /// Loads something that belongs to a row, for all rows that were loaded along with it.
    async fn along<T, K>(&self, row: &Row<T>, key: impl Fn(&T) -> K + Send) -> Result<Option<K::Value>>
    where
        T: Send + Sync + 'static,
        K: Key;
}

impl ContextExt for Context<'_> {
    fn scope(&self) -> &Scope {
        &self.data_unchecked::<RequestData>().scope
    }

    async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>> {
        super::batch::load(&self.data_unchecked::<RequestData>().loaders, key).await
    }

    async fn along<T, K>(&self, row: &Row<T>, key: impl Fn(&T) -> K + Send) -> Result<Option<K::Value>>
    where
        T: Send + Sync + 'static,
        K: Key,
    {
        row.along(&self.data_unchecked::<RequestData>().loaders, key).await
    }
}
