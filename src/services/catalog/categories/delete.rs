//! Deleting categories; products that were in them stay.

use std::collections::HashSet;

use entity::catalog::handle_redirect::HandleKind;
use entity::id::CategoryId;

use super::{tree, write};
use crate::services::catalog::redirects;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer};

/// Deletes a category that has none below it, or with all below it where that is wanted.
///
/// # Errors
/// Where there is no such category, it is at another version, or there are others below it.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    id: CategoryId,
    version: Option<i32>,
    with_descendants: bool,
) -> Result<()> {
    let change = app.begin().await?;
    delete_in(&change, id, version, with_descendants).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn delete_in(
    change: &Change<'_>,
    id: CategoryId,
    version: Option<i32>,
    with_descendants: bool,
) -> Result<()> {
    tree::lock(change).await?;
    let row = write::find(change, id, version).await?;
    let branch = tree::below(&change.tx, id).await?;
    if branch.len() > 1 && !with_descendants {
        let message = "there are categories below it; delete them first, or together with it";
        return Err(Problems::one(Reason::InUse, &[&"id"], message));
    }
    remove(change, &branch).await?;
    change.removed(id, &Fields::of(&row));
    events::publish(change, Event::CategoryChanged, branch.iter().map(|id| id.0)).await
}

async fn remove(change: &Change<'_>, branch: &HashSet<CategoryId>) -> Result<()> {
    // Whoever puts a product into one of them right now is waited for, and nobody can any more.
    static HOLD: Sql = Sql::new(
        "SELECT c.id FROM category c WHERE c.id IN (SELECT id FROM {uuids $1} k) \
         ORDER BY c.id {lateral}FOR UPDATE{window}{end}",
    );
    static LEAVE: Sql =
        Sql::new("DELETE FROM product_category WHERE category_id IN (SELECT id FROM {uuids $1} k)");
    // The first of a product's categories is its main one, so the others move up.
    static MOVE_UP: Sql = Sql::new(
        "UPDATE product_category SET position = r.place FROM ( \
           SELECT pc.product_id, pc.category_id, \
             row_number() OVER (PARTITION BY pc.product_id ORDER BY pc.position, pc.category_id) - 1 AS place \
           FROM product_category pc WHERE pc.product_id IN (SELECT id FROM {uuids $1} k)) r \
         WHERE product_category.product_id = r.product_id \
         AND product_category.category_id = r.category_id AND product_category.position <> r.place",
    );
    static METAFIELDS: Sql =
        Sql::new("DELETE FROM metafield WHERE owner_id IN (SELECT id FROM {uuids $1} k)");
    static DELETE: Sql = Sql::new("DELETE FROM category WHERE id IN (SELECT id FROM {uuids $1} k)");
    let ids = uuids(change.engine(), branch.iter().map(|id| id.0));
    HOLD.all(&change.tx, [ids.clone()]).await?;
    let products = tree::products(change, branch.iter().copied()).await?;
    LEAVE.run(&change.tx, [ids.clone()]).await?;
    MOVE_UP.run(&change.tx, [uuids(change.engine(), products.iter().map(|id| id.0))]).await?;
    METAFIELDS.run(&change.tx, [ids.clone()]).await?;
    DELETE.run(&change.tx, [ids]).await?;
    redirects::forget(change, HandleKind::Category, branch.iter().map(|id| id.0)).await?;
    change.touch_many(products).await?;
    Ok(())
}
