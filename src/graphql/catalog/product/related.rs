//! Products that somebody who looks at one may like: the best of its main category, then of the categories beside that.

use std::sync::Arc;

use async_graphql::Context;
use entity::id::CategoryId;
use uuid::Uuid;

use super::Product;
use crate::graphql::batch::Row;
use crate::graphql::connection::Listed;
use crate::graphql::context::ContextExt;
use crate::graphql::loaders::{BestBelow, BestIn};
use crate::graphql::quick::Ask;
use crate::services::search::listings::Listing;
use crate::services::{Result, page};

/// The most that can be asked for.
pub(super) const MOST: u32 = 20;

type Best = Option<Arc<Vec<Row<Listing>>>>;

/// One more than wanted, as the product itself may be among them.
fn in_category(wanted: u32) -> impl Fn(&Listing) -> BestIn {
    move |listing| BestIn(known(listing.category_id), wanted + 1)
}

/// As many again, as those of the main category are among them.
fn beside_category(wanted: u32) -> impl Fn(&Listing) -> BestBelow {
    move |listing| BestBelow(known(listing.branch_id), 2 * wanted + 1)
}

/// A category that does not exist stands for none.
fn known(category: Option<CategoryId>) -> CategoryId {
    category.unwrap_or(CategoryId(Uuid::nil()))
}

impl Product {
    /// The first so many, loaded for all rows of the level.
    pub(super) async fn related(&self, ctx: &Context<'_>, wanted: u32) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        self.add_others(&mut found, &ctx.along(&self.0, in_category(wanted)).await?, wanted);
        if found.len() < wanted as usize && self.0.branch_id.is_some() {
            self.add_others(&mut found, &ctx.along(&self.0, beside_category(wanted)).await?, wanted);
        }
        Ok(found)
    }

    /// The same where they have been loaded.
    pub(super) fn related_at_hand(&self, ask: &mut Ask<'_>) -> Option<Vec<Self>> {
        let wanted = page::count(ask.argument("first", Some(|| 4))?, 0..=MOST).ok()?;
        let mut found = Vec::new();
        self.add_others(&mut found, &ask.along(&self.0, in_category(wanted))?, wanted);
        if found.len() < wanted as usize && self.0.branch_id.is_some() {
            self.add_others(&mut found, &ask.along(&self.0, beside_category(wanted))?, wanted);
        }
        Some(found)
    }

    fn add_others(&self, found: &mut Vec<Self>, best: &Best, wanted: u32) {
        for row in best.iter().flat_map(|best| best.iter()) {
            let is_new = |row: &Row<Listing>| {
                let id = row.product_id;
                id != self.0.product_id && found.iter().all(|known| known.0.product_id != id)
            };
            if found.len() < wanted as usize && is_new(row) {
                found.push(Self::of(row.clone()));
            }
        }
    }
}
