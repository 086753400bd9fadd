//! Bringing the projections of touched products up to date, in the change that touched them.
//!
//! What should be there is derived from the tables of truth, compared with what is there, and the difference is
//! written: so it does not matter what the change was, and projecting twice changes nothing.

mod derive;
mod facets;
mod read;
mod terms;
mod write;

use entity::id::ProductId;
use futures_util::future::BoxFuture;

use crate::services::markets::Markets;
use crate::services::{Change, Result};

/// Projects products: the listing of each in every locale, its facets, and its text for search.
pub fn project<'a>(
    change: &'a Change<'a>,
    markets: &'a Markets,
    products: &'a [ProductId],
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for some in products.chunks(500) {
            let sources = read::sources(&change.tx, some).await?;
            let wanted = derive::listings(&sources, markets);
            let known = read::listings(&change.tx, some).await?;
            write::difference(change, known, wanted).await?;
        }
        Ok(())
    })
}
