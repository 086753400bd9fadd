//! What reviews and wishlists tell of a person, and how they forget it.

use std::collections::{BTreeSet, HashSet};

use entity::id::{AccountId, ProductId, ReviewId, ReviewerId, WishlistId};
use entity::time::Timestamp;
use sea_orm::QueryResult;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::moderate::word;
use super::reviews::ReviewStatus;
use super::sealed::Content;
use super::wishlists::open_name;
use super::write;
use crate::services::events::{self, Event};
use crate::services::identity::vaults;
use crate::services::personal::Personal;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Result};

/// Reviews, and the public face that they were written under.
pub const REVIEWS: Personal = Personal {
    name: "reviews",
    export: |app, person| Box::pin(reviews(app, person)),
    keep: None,
    erase: |change, person| Box::pin(forget_reviews(change, person)),
};

/// Wishlists, those that a visitor kept and the person took over, too.
pub const WISHLISTS: Personal = Personal {
    name: "wishlists",
    export: |app, person| Box::pin(wishlists(app, person)),
    keep: None,
    erase: |change, person| Box::pin(forget_wishlists(change, person)),
};

/// Everything that the person wrote, the oldest first; the name that it is seen under also where nothing is left.
async fn reviews(app: &AppContext, person: AccountId) -> Result<Json> {
    static REVIEWS: Sql = Sql::new(
        "SELECT w.display_name, p.handle, r.rating, r.status, r.created_at, r.updated_at, r.id, r.title, r.body, r.note, \
         r.sealed FROM reviewer_account a JOIN reviewer w ON w.id = a.reviewer_id LEFT JOIN review r ON r.reviewer_id = w.id \
         LEFT JOIN product p ON p.id = r.product_id WHERE a.account_id = $1 ORDER BY r.created_at, r.id",
    );
    let db = app.db.read()?;
    let rows = REVIEWS.all(db, [person.0.into()]).await?;
    let vault = vaults(app, db, [person]).await?.remove(&person);
    let told = |row: &QueryResult| -> Result<Json> {
        let name: String = row.try_get_by_index(0)?;
        let Some(id) = row.try_get_by_index::<Option<ReviewId>>(6)? else {
            return Ok(json!({ "displayName": name }));
        };
        let Content { title, body, note } = Content::read(row, 7, id, vault.as_ref())?;
        Ok(json!({
            "displayName": name,
            "product": row.try_get_by_index::<String>(1)?,
            "rating": row.try_get_by_index::<i16>(2)?,
            "title": title,
            "body": body,
            "status": word(row.try_get_by_index::<ReviewStatus>(3)?),
            "note": note,
            "createdAt": row.try_get_by_index::<Timestamp>(4)?.to_string(),
            "updatedAt": row.try_get_by_index::<Timestamp>(5)?.to_string(),
        }))
    };
    Ok(rows.iter().map(told).collect::<Result<Vec<_>>>()?.into())
}

/// Every item with the name of the list that it is on; a list without items is told by its name alone.
async fn wishlists(app: &AppContext, person: AccountId) -> Result<Json> {
    static LISTS: Sql = Sql::new(
        "SELECT w.id, w.name, w.created_at, i.title, i.added_at FROM wishlist w \
         LEFT JOIN wishlist_item i ON i.wishlist_id = w.id WHERE w.account_id = $1 OR w.merged_by = $1 \
         ORDER BY w.created_at, w.id, i.position",
    );
    let db = app.db.read()?;
    let rows = LISTS.all(db, [person.0.into()]).await?;
    let vault = vaults(app, db, [person]).await?.remove(&person);
    let told = |row: &QueryResult| -> Result<Json> {
        let id: WishlistId = row.try_get_by_index(0)?;
        let name: String = row.try_get_by_index(1)?;
        let added_at: Option<Timestamp> = row.try_get_by_index(4)?;
        Ok(json!({
            "list": vault.as_ref().map_or(Ok(String::new()), |vault| open_name(vault, id, &name))?,
            "listCreatedAt": row.try_get_by_index::<Timestamp>(2)?.to_string(),
            "title": row.try_get_by_index::<Option<String>>(3)?,
            "addedAt": added_at.map(|at| at.to_string()),
        }))
    };
    Ok(rows.iter().map(told).collect::<Result<Vec<_>>>()?.into())
}

/// What nobody sees goes. What is published keeps its stars, which are part of a product's rating, and loses its words and its
/// name: both may tell who wrote it. Nothing leads from the public face to the account any more.
async fn forget_reviews(change: &Change<'_>, person: AccountId) -> Result<()> {
    static FACE: Sql = Sql::new("SELECT reviewer_id FROM reviewer_account WHERE account_id = $1");
    static UNLINK: Sql = Sql::new("DELETE FROM reviewer_account WHERE account_id = $1");
    static PRODUCTS: Sql = Sql::new("SELECT product_id FROM review WHERE reviewer_id = $1");
    static UNSEEN: Sql = Sql::new("DELETE FROM review WHERE reviewer_id = $1 AND status <> 1 RETURNING id");
    static SEEN: Sql = Sql::new(
        "UPDATE review SET title = '', body = '', note = '', version = version + 1, updated_at = $2 \
         WHERE reviewer_id = $1 RETURNING id",
    );
    static NAME: Sql = Sql::new("UPDATE reviewer SET display_name = '' WHERE id = $1");
    static FACELESS: Sql = Sql::new(
        "DELETE FROM reviewer WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM review r WHERE r.reviewer_id = $1)",
    );
    let Some(row) = FACE.one(&change.tx, [person.0.into()]).await? else { return Ok(()) };
    let face: ReviewerId = row.try_get_by_index(0)?;
    let products = PRODUCTS.all(&change.tx, [face.0.into()]).await?;
    let products = products.iter().map(|row| row.try_get_by_index(0));
    let products = products.collect::<std::result::Result<BTreeSet<ProductId>, _>>()?;
    change.hold(&products).await?;
    let mut changed = UNSEEN.all(&change.tx, [face.0.into()]).await?;
    changed.extend(SEEN.all(&change.tx, [face.0.into(), change.now.0.into()]).await?);
    UNLINK.run(&change.tx, [person.0.into()]).await?;
    NAME.run(&change.tx, [face.0.into()]).await?;
    FACELESS.run(&change.tx, [face.0.into()]).await?;
    let products: HashSet<ProductId> = products.into_iter().collect();
    if !products.is_empty() {
        write::rate(change, &products).await?;
    }
    let ids = changed.iter().map(|row| row.try_get_by_index(0));
    let ids = ids.collect::<std::result::Result<Vec<Uuid>, _>>()?;
    events::publish(change, Event::ReviewChanged, ids).await
}

async fn forget_wishlists(change: &Change<'_>, person: AccountId) -> Result<()> {
    static FORGET: Sql = Sql::new("DELETE FROM wishlist WHERE account_id = $1 OR merged_by = $1");
    FORGET.run(&change.tx, [person.0.into()]).await?;
    Ok(())
}
