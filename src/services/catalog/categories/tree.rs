//! Growing and changing the tree.

use std::collections::{BTreeSet, HashSet};

use entity::catalog::{category, category_closure};
use entity::id::{CategoryId, ProductId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set,
};
use serde_json::json;

use crate::infrastructure::database::RowSource;
use crate::services::bulk::{Kind, Rows, key};
use crate::services::events::{self, Event};
use crate::services::sql::{Sql, uuids};
use crate::services::{Change, Problems, Reason, Result};

/// A category that is to be.
#[derive(Clone, Debug, Default)]
pub struct NewCategory {
    /// The category above it; none makes it a root.
    pub parent: Option<CategoryId>,
    /// Its slug.
    pub handle: String,
    /// Its title in the base language.
    pub title: String,
    /// Its description in the base language, without markup.
    pub description: String,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
}

const CLOSURE: Rows = Rows {
    table: "category_closure",
    columns: &[("descendant_id", Kind::Uuid), ("ancestor_id", Kind::Uuid), ("depth", Kind::Int)],
    key: 2,
    keep: &[],
};

/// Only one change at a time may bend the tree: two moves side by side could close a circle.
pub async fn lock(change: &Change<'_>) -> Result<()> {
    static LOCK: Sql =
        Sql::new("{lateral}SELECT 1 FROM pg_advisory_xact_lock(1447646291){window}SELECT 1{end}");
    LOCK.one(&change.tx, []).await?;
    Ok(())
}

/// Adds a category as the last of its siblings.
pub async fn add(change: &Change<'_>, new: NewCategory) -> Result<CategoryId> {
    lock(change).await?;
    let id = CategoryId::generate();
    let siblings = category::Entity::find()
        .filter(match new.parent {
            Some(parent) => category::Column::ParentId.eq(parent),
            None => category::Column::ParentId.is_null(),
        })
        .count(&change.tx)
        .await?;
    let row = category::ActiveModel {
        id: Set(id),
        parent_id: Set(new.parent),
        handle: Set(new.handle),
        title: Set(new.title),
        description: Set(new.description),
        position: Set(i32::try_from(siblings).unwrap_or(i32::MAX)),
        seo_title: Set(new.seo_title),
        seo_description: Set(new.seo_description),
        version: Set(1),
        created_at: Set(change.now),
        updated_at: Set(change.now),
    };
    row.insert(&change.tx).await?;
    let mut rows = vec![json!([key(id.0), key(id.0), 0])];
    if let Some(parent) = new.parent {
        for above in above(&change.tx, parent).await? {
            rows.push(json!([key(id.0), key(above.ancestor_id.0), above.depth + 1]));
        }
    }
    CLOSURE.upsert(&change.tx, rows).await?;
    events::publish(change, Event::CategoryChanged, [id.0]).await?;
    Ok(id)
}

/// Moves a category with everything below it under another one, or to the top.
///
/// # Errors
/// At `parentId` where the new place lies in the branch itself.
pub async fn move_branch(change: &Change<'_>, id: CategoryId, parent: Option<CategoryId>) -> Result<()> {
    static UPDATE: Sql = Sql::new("UPDATE category SET parent_id = $2, updated_at = $3 WHERE id = $1");
    static CUT: Sql = Sql::new(
        "DELETE FROM category_closure \
         WHERE descendant_id IN (SELECT descendant_id FROM category_closure WHERE ancestor_id = $1) \
         AND ancestor_id NOT IN (SELECT descendant_id FROM category_closure WHERE ancestor_id = $1)",
    );
    static GRAFT: Sql = Sql::new(
        "INSERT INTO category_closure (descendant_id, ancestor_id, depth) \
         SELECT below.descendant_id, above.ancestor_id, below.depth + above.depth + 1 \
         FROM category_closure below CROSS JOIN category_closure above \
         WHERE below.ancestor_id = $1 AND above.descendant_id = $2",
    );
    lock(change).await?;
    let branch = below(&change.tx, id).await?;
    if parent.is_some_and(|parent| branch.contains(&parent)) {
        let message = "a category cannot be moved below itself";
        return Err(Problems::one(Reason::Invalid, &[&"parentId"], message));
    }
    let above = parent.map(|parent| parent.0);
    UPDATE.run(&change.tx, [id.0.into(), above.into(), change.now.0.into()]).await?;
    CUT.run(&change.tx, [id.0.into()]).await?;
    if let Some(parent) = above {
        GRAFT.run(&change.tx, [id.0.into(), parent.into()]).await?;
    }
    // Products in a moved branch have other categories above them now.
    change.touch_many(products(change, branch).await?).await?;
    events::publish(change, Event::CategoryChanged, [id.0]).await
}

/// The products that are in one of some categories.
pub async fn products(
    change: &Change<'_>,
    categories: impl IntoIterator<Item = CategoryId>,
) -> Result<BTreeSet<ProductId>> {
    static PRODUCTS: Sql = Sql::new(
        "SELECT DISTINCT pc.product_id FROM {uuids $1} k JOIN product_category pc ON pc.category_id = k.id",
    );
    let ids = uuids(change.engine(), categories.into_iter().map(|id| id.0));
    let rows = PRODUCTS.all(&change.tx, [ids]).await?;
    let products = rows.iter().map(|row| row.try_get_by_index(0));
    Ok(products.collect::<std::result::Result<_, DbErr>>()?)
}

/// The pairs of a category and those above it, itself included.
pub async fn above(db: &impl RowSource, id: CategoryId) -> Result<Vec<category_closure::Model>> {
    let rows = category_closure::Entity::find()
        .filter(category_closure::Column::DescendantId.eq(id))
        .all(db)
        .await?;
    Ok(rows)
}

/// A category and all below it.
pub async fn below(db: &impl RowSource, id: CategoryId) -> Result<HashSet<CategoryId>> {
    let rows = category_closure::Entity::find()
        .select_only()
        .column(category_closure::Column::DescendantId)
        .filter(category_closure::Column::AncestorId.eq(id))
        .into_tuple::<CategoryId>()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
