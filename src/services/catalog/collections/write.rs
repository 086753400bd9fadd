//! Creating, changing and deleting collections, as a back office does.

use entity::catalog::handle_redirect::HandleKind;
use entity::catalog::{collection, collection_product};
use entity::id::{CollectionId, ProductId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::services::catalog::shelf::{Shelf, ShelfInput, ShelfTexts};
use crate::services::catalog::translated::{Before, Translated};
use crate::services::catalog::{html, redirects, translations};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Result, Viewer, order};

/// Makes a collection without products.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(app: &AppContext, _viewer: &Viewer, input: ShelfInput) -> Result<CollectionId> {
    let change = app.begin().await?;
    let id = create_in(&change, input).await?;
    change.commit().await?;
    Ok(id)
}

/// The same as part of a change.
pub async fn create_in(change: &Change<'_>, mut input: ShelfInput) -> Result<CollectionId> {
    let mut problems = Shelf::Collection.check_new(&mut input);
    lock(change).await?;
    let handle = Shelf::Collection.new_handle(change, &input, &mut problems).await?;
    problems.none()?;
    Shelf::Collection.take_handle(change, &handle).await?;
    let described = input.description.unwrap_or_default();
    let id = super::add(change, &handle, &input.title.unwrap_or_default(), &described).await?;
    let mut row = find(change, id, None).await?;
    row.seo_title = input.seo_title.flatten();
    row.seo_description = input.seo_description.flatten();
    change.made(id, &Fields::of(&row));
    row.into_active_model().reset_all().update(&change.tx).await?;
    if let Some(position) = input.position {
        put(change, id, position).await?;
    }
    Ok(id)
}

/// Changes a collection; `version` is the one that the change was made from, where the caller knows it.
///
/// # Errors
/// Everything that is wrong with the input, at once; a conflict where the version is not that one any more.
pub async fn update(
    app: &AppContext,
    _viewer: &Viewer,
    id: CollectionId,
    version: Option<i32>,
    input: ShelfInput,
) -> Result<()> {
    let change = app.begin().await?;
    update_in(&change, id, version, input).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn update_in(
    change: &Change<'_>,
    id: CollectionId,
    version: Option<i32>,
    mut input: ShelfInput,
) -> Result<()> {
    lock(change).await?;
    let before = find(change, id, version).await?;
    let mut problems = Shelf::Collection.check(&mut input);
    let mut after = before.clone();
    after.handle = input.handle.unwrap_or(after.handle);
    after.title = input.title.unwrap_or(after.title);
    if let Some(described) = input.description {
        after.description_html = html::sanitise(&described);
        after.description_text = html::to_text(&after.description_html);
    }
    after.seo_title = input.seo_title.unwrap_or(after.seo_title);
    after.seo_description = input.seo_description.unwrap_or(after.seo_description);
    if after.handle != before.handle {
        Shelf::Collection.check_free(change, &after.handle, &mut problems).await?;
    }
    problems.none()?;
    if let Some(position) = input.position {
        put(change, id, position).await?;
        after.position = find(change, id, None).await?.position;
    }
    if after == before {
        return Ok(());
    }
    Shelf::Collection.rename(change, id.0, &before.handle, &after.handle).await?;
    after.version += 1;
    after.updated_at = change.now;
    change.changed(id, &Fields::of(&before), &Fields::of(&after));
    after.into_active_model().reset_all().update(&change.tx).await?;
    events::publish(change, Event::CollectionChanged, [id.0]).await
}

/// Deletes a collection; its products stay.
///
/// # Errors
/// Where there is no such collection, or it is at another version.
pub async fn delete(
    app: &AppContext,
    _viewer: &Viewer,
    id: CollectionId,
    version: Option<i32>,
) -> Result<()> {
    let change = app.begin().await?;
    delete_in(&change, id, version).await?;
    change.commit().await
}

/// The same as part of a change.
pub async fn delete_in(change: &Change<'_>, id: CollectionId, version: Option<i32>) -> Result<()> {
    static METAFIELDS: Sql = Sql::new("DELETE FROM metafield WHERE owner_id = $1");
    lock(change).await?;
    change.removed(id, &Fields::of(&find(change, id, version).await?));
    let members: Vec<ProductId> = collection_product::Entity::find()
        .select_only()
        .column(collection_product::Column::ProductId)
        .filter(collection_product::Column::CollectionId.eq(id))
        .into_tuple()
        .all(&change.tx)
        .await?;
    collection::Entity::delete_by_id(id).exec(&change.tx).await?;
    METAFIELDS.run(&change.tx, [id.0.into()]).await?;
    redirects::forget(change, HandleKind::Collection, [id.0]).await?;
    change.touch_many(members.into_iter().collect()).await?;
    events::publish(change, Event::CollectionChanged, [id.0]).await
}

/// Translates a collection; without any text the translation is removed.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn translate(
    app: &AppContext,
    _viewer: &Viewer,
    id: CollectionId,
    language: &str,
    mut texts: ShelfTexts,
) -> Result<()> {
    Shelf::Collection.check_translation(app, language, &mut texts)?;
    let change = app.begin().await?;
    find(&change, id, None).await?;
    let before = Before::of(&change, Translated::Collection(id), language).await?;
    if texts.is_empty() {
        translations::remove_collection(&change, id, language).await?;
    } else {
        translations::collection(&change, id, language, &texts).await?;
    }
    before.tell(&change).await?;
    events::publish(&change, Event::CollectionChanged, [id.0]).await?;
    change.commit().await
}

/// The collection's row, held until the change ends, at the version that the change was made from.
///
/// # Errors
/// Where there is no such collection, or it is at another version.
pub(super) async fn find(
    change: &Change<'_>,
    id: CollectionId,
    version: Option<i32>,
) -> Result<collection::Model> {
    let row = collection::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?;
    let row = row.ok_or_else(|| Shelf::Collection.missing())?;
    Shelf::Collection.check_version(version, row.version)?;
    Ok(row)
}

/// Handles and the order are looked at before they are written, so only one change at a time may do so.
async fn lock(change: &Change<'_>) -> Result<()> {
    static LOCK: Sql =
        Sql::new("{lateral}SELECT 1 FROM pg_advisory_xact_lock(1447646293){window}SELECT 1{end}");
    LOCK.one(&change.tx, []).await?;
    Ok(())
}

/// Puts a collection at a place among all; those that have their number already are not written.
async fn put(change: &Change<'_>, id: CollectionId, position: u32) -> Result<()> {
    static PLACES: Sql = Sql::new(
        "UPDATE collection SET position = r.place FROM ( \
           {lateral}SELECT (value->>0)::uuid AS id, (value->>1)::integer AS place \
             FROM jsonb_array_elements($1::jsonb){window}SELECT unhex(value->>0) AS id, value->>1 AS place \
             FROM json_each($1){end}) r \
         WHERE collection.id = r.id AND collection.position <> r.place",
    );
    let mut all: Vec<CollectionId> = collection::Entity::find()
        .select_only()
        .column(collection::Column::Id)
        .order_by_asc(collection::Column::Position)
        .order_by_asc(collection::Column::Id)
        .into_tuple()
        .all(&change.tx)
        .await?;
    order::put(&mut all, id, usize::try_from(position).unwrap_or(usize::MAX));
    let written = PLACES.run(&change.tx, [order::places(all.into_iter().map(|id| id.0), 0)]).await;
    written.map(|_| ()).map_err(|error: DbErr| error.into())
}
