//! Where categories are: below which, and in which order.

use entity::catalog::category;
use entity::id::CategoryId;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{tree, write};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, order};

/// The most categories on the way from the top to the lowest.
pub const DEEPEST: i32 = 10;

/// Moves a category with everything below it under another one or to the top, and there to a place among its
/// siblings; without a place it is the last one.
///
/// # Errors
/// Everything that is wrong with the input; above all a place below the category itself.
pub async fn relocate(
    app: &AppContext,
    _viewer: &Viewer,
    id: CategoryId,
    version: Option<i32>,
    parent: Option<CategoryId>,
    position: Option<u32>,
) -> Result<()> {
    let change = app.begin().await?;
    relocate_in(&change, id, version, parent, position).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn relocate_in(
    change: &Change<'_>,
    id: CategoryId,
    version: Option<i32>,
    parent: Option<CategoryId>,
    position: Option<u32>,
) -> Result<()> {
    static GROWN: Sql = Sql::new("UPDATE category SET version = version + 1 WHERE id = $1");
    tree::lock(change).await?;
    let before = write::find(change, id, version).await?;
    let mut problems = Problems::default();
    check_parent(change, parent, height(change, id).await?, &mut problems).await?;
    problems.none()?;
    if before.parent_id != parent {
        tree::move_branch(change, id, parent).await?;
    }
    put(change, parent, id, position.unwrap_or(u32::MAX)).await?;
    GROWN.run(&change.tx, [id.0.into()]).await?;
    let after = write::find(change, id, None).await?;
    change.changed(id, &Fields::of(&before), &Fields::of(&after));
    events::publish(change, Event::CategoryChanged, [id.0]).await
}

/// Puts siblings in order: those named come first, the others follow as they were.
///
/// # Errors
/// Where the parent is unknown, or one named is not below it.
pub async fn reorder(
    app: &AppContext,
    _viewer: &Viewer,
    parent: Option<CategoryId>,
    named: &[CategoryId],
) -> Result<()> {
    let change = app.begin().await?;
    tree::lock(&change).await?;
    let mut problems = Problems::default();
    check_parent(&change, parent, 0, &mut problems).await?;
    problems.none()?;
    let order = order::first(&siblings(&change, parent).await?, named, "ids")?;
    write_order(&change, &order).await?;
    events::publish(&change, Event::CategoryChanged, named.iter().map(|id| id.0)).await?;
    change.commit().await
}

/// Looks at a parent: whether it is there, and whether `levels` more fit below it.
pub(super) async fn check_parent(
    change: &Change<'_>,
    parent: Option<CategoryId>,
    levels: i32,
    problems: &mut Problems,
) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let above = i32::try_from(tree::above(&change.tx, parent).await?.len()).unwrap_or(i32::MAX);
    if above == 0 {
        problems.add(Reason::NotFound, &[&"parentId"], "there is no such category");
    } else if above.saturating_add(levels) > DEEPEST {
        let message = format!("the tree is at most {DEEPEST} categories deep");
        problems.add(Reason::Invalid, &[&"parentId"], message);
    }
    Ok(())
}

/// How many levels a branch has, the category itself counted.
async fn height(change: &Change<'_>, id: CategoryId) -> Result<i32> {
    static HEIGHT: Sql =
        Sql::new("SELECT coalesce(max(depth), 0) + 1 FROM category_closure WHERE ancestor_id = $1");
    let row = HEIGHT.one(&change.tx, [id.0.into()]).await?;
    Ok(row.map_or(Ok(1), |row| row.try_get_by_index(0))?)
}

/// Puts a category at a place among its siblings, which it has to be one of.
pub(super) async fn put(
    change: &Change<'_>,
    parent: Option<CategoryId>,
    id: CategoryId,
    position: u32,
) -> Result<()> {
    let mut siblings = siblings(change, parent).await?;
    order::put(&mut siblings, id, usize::try_from(position).unwrap_or(usize::MAX));
    Ok(write_order(change, &siblings).await?)
}

async fn siblings(change: &Change<'_>, parent: Option<CategoryId>) -> Result<Vec<CategoryId>> {
    let rows = category::Entity::find()
        .select_only()
        .column(category::Column::Id)
        .filter(match parent {
            Some(parent) => category::Column::ParentId.eq(parent),
            None => category::Column::ParentId.is_null(),
        })
        .order_by_asc(category::Column::Position)
        .order_by_asc(category::Column::Id)
        .into_tuple::<CategoryId>()
        .all(&change.tx)
        .await?;
    Ok(rows)
}

/// Numbers categories in this order; those that have their number already are not written.
async fn write_order(change: &Change<'_>, order: &[CategoryId]) -> std::result::Result<(), DbErr> {
    static PLACES: Sql = Sql::new(
        "UPDATE category SET position = r.place FROM ( \
           {lateral}SELECT (value->>0)::uuid AS id, (value->>1)::integer AS place \
             FROM jsonb_array_elements($1::jsonb){window}SELECT unhex(value->>0) AS id, value->>1 AS place \
             FROM json_each($1){end}) r \
         WHERE category.id = r.id AND category.position <> r.place",
    );
    PLACES.run(&change.tx, [order::places(order.iter().map(|id| id.0), 0)]).await?;
    Ok(())
}
