//! What is counted of a list that hangs on nothing: how many products it has, and by what they can be narrowed.

use std::sync::Arc;

use async_graphql::Context;
use tokio::sync::OnceCell;

use crate::graphql::connection::Total;
use crate::graphql::context::ContextExt;
use crate::graphql::lookahead;
use crate::services::Result;
use crate::services::search::facets::{self, Facets};
use crate::services::search::filter::Filter;
use crate::services::search::{listings, text};

/// What is counted of a list, once and only where it is asked for.
pub struct Counts {
    filter: Filter,
    wanted: Option<text::Query>,
    /// Whether the answer shows facets, which tell the total along: then nothing is read for it alone.
    shows_facets: bool,
    facets: OnceCell<Result<Arc<Facets>>>,
    total: OnceCell<Result<i64>>,
}

impl Counts {
    /// Counts of the list that is being resolved; `wanted` is what was searched for.
    pub fn new(ctx: &Context<'_>, filter: Filter, wanted: Option<text::Query>) -> Arc<Self> {
        Arc::new(Self {
            filter,
            wanted,
            shows_facets: lookahead::shows(ctx, "facets"),
            facets: OnceCell::new(),
            total: OnceCell::new(),
        })
    }

    /// Counts the facets where they are shown, beside what else is being read.
    pub async fn begin(&self, ctx: &Context<'_>) {
        if self.shows_facets {
            self.count_facets(ctx).await;
        }
    }

    /// By what the list can be narrowed.
    pub async fn facets(&self, ctx: &Context<'_>) -> Result<Arc<Facets>> {
        self.count_facets(ctx).await.clone()
    }

    /// How many products the list has. Where its facets, which take longer, could not be counted, it is counted alone.
    pub async fn total(&self, ctx: &Context<'_>) -> Result<i64> {
        if self.shows_facets
            && let Ok(facets) = self.count_facets(ctx).await
        {
            return Ok(facets.total);
        }
        let count = || async {
            let scope = ctx.scope();
            let db = scope.app.db.read()?;
            listings::count(db, &scope.locale, scope.horizon(), &self.filter, self.wanted.as_ref()).await
        };
        self.total.get_or_init(count).await.clone()
    }

    /// The total of a connection.
    pub fn as_total(self: &Arc<Self>) -> Total {
        let counts = Arc::clone(self);
        Total::Counted(Box::new(move |ctx| {
            let counts = Arc::clone(&counts);
            Box::pin(async move { counts.total(ctx).await })
        }))
    }

    async fn count_facets(&self, ctx: &Context<'_>) -> &Result<Arc<Facets>> {
        let count = || async {
            let scope = ctx.scope();
            let db = scope.app.db.read()?;
            let wanted = self.wanted.as_ref();
            Ok(Arc::new(facets::count(db, &scope.locale, scope.horizon(), &self.filter, wanted).await?))
        };
        self.facets.get_or_init(count).await
    }
}
