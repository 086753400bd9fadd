//! Products that somebody who looks at one may like: the best of its main category, then of the categories beside that.

use std::sync::Arc;

use async_graphql::Context;

use super::Product;
use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::loaders::RelatedTo;
use crate::graphql::quick::Ask;
use crate::services::search::listings::Listing;
use crate::services::search::related::Subject;
use crate::services::{Result, page};

/// The most that can be asked for.
pub(super) const MOST: u32 = 20;

fn related_to(wanted: u32) -> impl Fn(&Listing) -> RelatedTo {
    move |listing| {
        let (category, branch) = (listing.category_id, listing.branch_id);
        RelatedTo(Subject { product: listing.product_id, category, branch }, wanted)
    }
}

impl Product {
    /// The first so many, loaded for all rows of the level.
    pub(super) async fn related(&self, ctx: &Context<'_>, wanted: u32) -> Result<Vec<Self>> {
        Ok(products(ctx.along(&self.0, related_to(wanted)).await?))
    }

    /// The same where they have been loaded.
    pub(super) fn related_at_hand(&self, ask: &mut Ask<'_>) -> Option<Vec<Self>> {
        let wanted = page::count(ask.argument("first", Some(|| 4))?, 0..=MOST).ok()?;
        Some(products(ask.along(&self.0, related_to(wanted))?))
    }
}

fn products(rows: Option<Arc<Vec<Row<Listing>>>>) -> Vec<Product> {
    rows.map(|rows| rows.iter().cloned().map(Product::of).collect()).unwrap_or_default()
}
