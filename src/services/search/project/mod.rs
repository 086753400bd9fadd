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

use crate::services::markets::locales;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Result};

/// Products that are projected in one change when all are.
const AT_A_TIME: i64 = 100;

/// Projects all products again, chunk by chunk, and answers how many there are. What was written by an earlier version of
/// the program, or is no longer true of any product, goes.
pub async fn rebuild(app: &AppContext) -> Result<u64> {
    static NEXT: Sql = Sql::new("SELECT id FROM product WHERE id > $1 ORDER BY id LIMIT $2");
    let change = app.begin_upkeep().await?;
    facets::forget_labels(&change).await?;
    change.commit().await?;
    while terms::complete(app).await? {}
    let mut after = uuid::Uuid::nil();
    let mut count = 0;
    loop {
        let rows = NEXT.all(app.db.read()?, [after.into(), AT_A_TIME.into()]).await?;
        let ids = rows.iter().map(|row| row.try_get_by_index(0));
        let ids: Vec<ProductId> = ids.collect::<std::result::Result<_, sea_orm::DbErr>>()?;
        let Some(last) = ids.last() else { return Ok(count) };
        after = last.0;
        count += ids.len() as u64;
        let change = app.begin_upkeep().await?;
        change.touch(ids);
        change.commit().await?;
    }
}

/// Removes all that is derived from products which are about to be deleted.
pub async fn forget(change: &Change<'_>, products: &[ProductId]) -> Result<()> {
    let known = read::listings(&change.tx, products).await?;
    write::difference(change, known, Vec::new()).await?;
    Ok(change.write_now().await?)
}

/// Projects products: the listing of each in every locale, its facets, and its text for search.
pub fn project<'a>(change: &'a Change<'a>, products: &'a [ProductId]) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        facets::rename(change).await?;
        facets::unsay(change).await?;
        let locales = locales(&change.tx).await?;
        for some in products.chunks(500) {
            let sources = read::sources(&change.tx, some).await?;
            let wanted = derive::listings(&sources, &locales);
            let known = read::listings(&change.tx, some).await?;
            write::difference(change, known, wanted).await?;
        }
        Ok(())
    })
}
