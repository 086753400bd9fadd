//! Taking products away for good.

use entity::catalog::handle_redirect::HandleKind;
use entity::id::ProductId;
use sea_orm::ActiveEnum;

use crate::services::catalog::whole::{self, Lock};
use crate::services::catalog::write::{check_version, not_found};
use crate::services::events::{self, Event};
use crate::services::problem::{Problems, Reason};
use crate::services::sql::{Sql, uuids};
use crate::services::{AppContext, Change, Result, Viewer, search};

/// Deletes a product with everything that belongs to it: variants, prices, stock with its ledger, images, custom data,
/// translations, former handles.
///
/// One that has been reviewed is refused, because what customers wrote would go with it: archive it instead.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    id: ProductId,
    version: Option<i32>,
) -> Result<ProductId> {
    static REVIEWED: Sql = Sql::new("SELECT 1 FROM review WHERE product_id = $1 LIMIT 1");
    let change = app.begin().await?;
    let mut found = whole::by_ids(&change.tx, [id], Lock::Change).await?;
    let Some(product) = found.remove(&id) else { return Err(not_found(&[&"id"])) };
    check_version(&product, version, &[&"version"])?;
    if REVIEWED.one(&change.tx, [id.0.into()]).await?.is_some() {
        let message = "customers have reviewed the product: archive it instead";
        return Err(Problems::one(Reason::InUse, &[&"id"], message));
    }
    search::project::forget(&change, &[id]).await?;
    remove(&change, id).await?;
    events::publish(&change, Event::ProductChanged, [id.0]).await?;
    change.removed(id, &product.told());
    change.commit().await?;
    Ok(id)
}

async fn remove(change: &Change<'_>, id: ProductId) -> Result<()> {
    static METAFIELDS: Sql = Sql::new(
        "DELETE FROM metafield WHERE owner_id IN (SELECT id FROM {uuids $1} k) \
         OR owner_id IN (SELECT v.id FROM {uuids $1} k JOIN variant v ON v.product_id = k.id)",
    );
    static VARIANTS: Sql = Sql::new("DELETE FROM variant WHERE product_id IN (SELECT id FROM {uuids $1} k)");
    static PRODUCT: Sql = Sql::new("DELETE FROM product WHERE id IN (SELECT id FROM {uuids $1} k)");
    static REDIRECTS: Sql = Sql::new("DELETE FROM handle_redirect WHERE kind = $2 AND target_id = $1");
    let ids = uuids(change.engine(), [id.0]);
    for statement in [&METAFIELDS, &VARIANTS, &PRODUCT] {
        statement.run(&change.tx, [ids.clone()]).await?;
    }
    REDIRECTS.run(&change.tx, [id.0.into(), HandleKind::Product.to_value().into()]).await?;
    Ok(())
}
