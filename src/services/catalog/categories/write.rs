//! Creating and changing categories, as a back office does.

use entity::catalog::category;
use entity::id::CategoryId;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::place;
use super::tree::{self, NewCategory};
use crate::services::catalog::shelf::{Shelf, ShelfInput, ShelfTexts};
use crate::services::catalog::translated::{Before, Translated};
use crate::services::catalog::translations;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Result, Viewer};

/// Adds a category below another one, or at the top.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(
    app: &AppContext,
    _viewer: &Viewer,
    parent: Option<CategoryId>,
    input: ShelfInput,
) -> Result<CategoryId> {
    let change = app.begin().await?;
    let id = create_in(&change, parent, input).await?;
    change.commit().await?;
    Ok(id)
}

/// The same as part of a change.
pub async fn create_in(
    change: &Change<'_>,
    parent: Option<CategoryId>,
    mut input: ShelfInput,
) -> Result<CategoryId> {
    let mut problems = Shelf::Category.check_new(&mut input);
    tree::lock(change).await?;
    place::check_parent(change, parent, 1, &mut problems).await?;
    let handle = Shelf::Category.new_handle(change, &input, &mut problems).await?;
    problems.none()?;
    Shelf::Category.take_handle(change, &handle).await?;
    let new = NewCategory {
        parent,
        handle,
        title: input.title.unwrap_or_default(),
        description: input.description.unwrap_or_default(),
        seo_title: input.seo_title.flatten(),
        seo_description: input.seo_description.flatten(),
    };
    let id = tree::add(change, new).await?;
    if let Some(position) = input.position {
        place::put(change, parent, id, position).await?;
    }
    if let Some(row) = current(change, id).await? {
        change.made(id, &Fields::of(&row));
    }
    Ok(id)
}

/// Changes a category; `version` is the one that the change was made from, where the caller knows it.
///
/// # Errors
/// Everything that is wrong with the input, at once; a conflict where the version is not that one any more.
pub async fn update(
    app: &AppContext,
    _viewer: &Viewer,
    id: CategoryId,
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
    id: CategoryId,
    version: Option<i32>,
    mut input: ShelfInput,
) -> Result<()> {
    tree::lock(change).await?;
    let before = find(change, id, version).await?;
    let mut problems = Shelf::Category.check(&mut input);
    let mut after = before.clone();
    after.handle = input.handle.unwrap_or(after.handle);
    after.title = input.title.unwrap_or(after.title);
    after.description = input.description.unwrap_or(after.description);
    after.seo_title = input.seo_title.unwrap_or(after.seo_title);
    after.seo_description = input.seo_description.unwrap_or(after.seo_description);
    if after.handle != before.handle {
        Shelf::Category.check_free(change, &after.handle, &mut problems).await?;
    }
    problems.none()?;
    if let Some(position) = input.position {
        place::put(change, before.parent_id, id, position).await?;
        after.position = current(change, id).await?.map_or(after.position, |row| row.position);
    }
    if after == before {
        return Ok(());
    }
    Shelf::Category.rename(change, id.0, &before.handle, &after.handle).await?;
    after.version += 1;
    after.updated_at = change.now;
    change.changed(id, &Fields::of(&before), &Fields::of(&after));
    after.into_active_model().reset_all().update(&change.tx).await?;
    events::publish(change, Event::CategoryChanged, [id.0]).await
}

/// Translates a category; without any text the translation is removed.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn translate(
    app: &AppContext,
    _viewer: &Viewer,
    id: CategoryId,
    language: &str,
    mut texts: ShelfTexts,
) -> Result<()> {
    Shelf::Category.check_translation(app, language, &mut texts)?;
    let change = app.begin().await?;
    tree::lock(&change).await?;
    find(&change, id, None).await?;
    let before = Before::of(&change, Translated::Category(id), language).await?;
    if texts.is_empty() {
        translations::remove_category(&change, id, language).await?;
    } else {
        translations::category(&change, id, language, &texts).await?;
    }
    before.tell(&change).await?;
    events::publish(&change, Event::CategoryChanged, [id.0]).await?;
    change.commit().await
}

/// The category's row at the version that a change was made from.
///
/// # Errors
/// Where there is no such category, or it is at another version.
pub(super) async fn find(
    change: &Change<'_>,
    id: CategoryId,
    version: Option<i32>,
) -> Result<category::Model> {
    let row = current(change, id).await?;
    let row = row.ok_or_else(|| Shelf::Category.missing())?;
    Shelf::Category.check_version(version, row.version)?;
    Ok(row)
}

async fn current(change: &Change<'_>, id: CategoryId) -> Result<Option<category::Model>> {
    Ok(category::Entity::find_by_id(id).one(&change.tx).await?)
}
