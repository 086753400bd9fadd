//! Creating and changing categories, as a back office does.

use entity::catalog::category;
use entity::catalog::handle_redirect::HandleKind;
use entity::id::CategoryId;
use entity::search::facet::FacetKind;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use super::place;
use super::tree::{self, NewCategory};
use crate::services::catalog::translated::{Before, Translated};
use crate::services::catalog::{redirects, translations};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check, text};

/// A category as somebody wants it to be; absent texts stay what they are.
#[derive(Clone, Debug, Default)]
pub struct CategoryInput {
    /// Its slug; a new category without one gets its title's.
    pub handle: Option<String>,
    /// Its title in the base language; a new one needs it.
    pub title: Option<String>,
    /// Its description in the base language, without markup.
    pub description: Option<String>,
    /// Title for search engines; `Some(None)` clears.
    pub seo_title: Option<Option<String>>,
    /// Description for search engines; `Some(None)` clears.
    pub seo_description: Option<Option<String>>,
    /// Its place among its siblings, from 0.
    pub position: Option<u32>,
}

impl CategoryInput {
    fn check(&mut self) -> Problems {
        let mut problems = Problems::default();
        if let Some(handle) = &self.handle {
            text::handle(&mut problems, &[&"handle"], handle);
        }
        if let Some(title) = &mut self.title {
            check::line(&mut problems, &[&"title"], title, check::TITLE);
        }
        if let Some(description) = &self.description {
            text::lines(&mut problems, &[&"description"], description, check::DESCRIPTION);
        }
        if let Some(Some(title)) = &mut self.seo_title {
            check::optional_line(&mut problems, &[&"seoTitle"], title, check::SEO);
        }
        if let Some(Some(description)) = &mut self.seo_description {
            check::optional_line(&mut problems, &[&"seoDescription"], description, check::SEO);
        }
        problems
    }
}

/// Adds a category below another one, or at the top.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(
    app: &AppContext,
    _viewer: &Viewer,
    parent: Option<CategoryId>,
    input: CategoryInput,
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
    mut input: CategoryInput,
) -> Result<CategoryId> {
    let mut problems = input.check();
    let title = input.title.unwrap_or_default();
    if title.is_empty() && problems.is_empty() {
        problems.add(Reason::Invalid, &[&"title"], "a new category needs a title");
    }
    tree::lock(change).await?;
    place::check_parent(change, parent, 1, &mut problems).await?;
    let handle = match input.handle {
        Some(handle) => {
            if is_taken(change, &handle).await? {
                problems.add(Reason::Taken, &[&"handle"], "another category has this handle");
            }
            handle
        }
        None => free_handle(change, &title).await?,
    };
    problems.none()?;
    redirects::free(change, HandleKind::Category, &handle).await?;
    let new = NewCategory {
        parent,
        handle,
        title,
        description: input.description.unwrap_or_default(),
        seo_title: present(input.seo_title.flatten()),
        seo_description: present(input.seo_description.flatten()),
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
    input: CategoryInput,
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
    mut input: CategoryInput,
) -> Result<()> {
    tree::lock(change).await?;
    let before = find(change, id, version).await?;
    let mut problems = input.check();
    let mut after = before.clone();
    after.handle = input.handle.unwrap_or(after.handle);
    after.title = input.title.unwrap_or(after.title);
    after.description = input.description.unwrap_or(after.description);
    after.seo_title = input.seo_title.map_or(after.seo_title, present);
    after.seo_description = input.seo_description.map_or(after.seo_description, present);
    if after.handle != before.handle && is_taken(change, &after.handle).await? {
        problems.add(Reason::Taken, &[&"handle"], "another category has this handle");
    }
    problems.none()?;
    if let Some(position) = input.position {
        place::put(change, before.parent_id, id, position).await?;
        after.position = current(change, id).await?.map_or(after.position, |row| row.position);
    }
    if after == before {
        return Ok(());
    }
    if after.handle != before.handle {
        redirects::leave(change, HandleKind::Category, &before.handle, &after.handle, id.0).await?;
        change.rename(FacetKind::Category, &before.handle, &after.handle);
    }
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
    mut title: Option<String>,
    description: Option<&str>,
) -> Result<()> {
    let mut problems = Problems::default();
    check::language(&mut problems, &[&"language"], language);
    if app.markets().shop.base_language == language {
        problems.add(Reason::Invalid, &[&"language"], "texts in the base language are the category's own");
    }
    if let Some(title) = &mut title {
        check::line(&mut problems, &[&"title"], title, check::TITLE);
    }
    if let Some(description) = description {
        text::lines(&mut problems, &[&"description"], description, check::DESCRIPTION);
    }
    problems.none()?;
    let change = app.begin().await?;
    tree::lock(&change).await?;
    find(&change, id, None).await?;
    let before = Before::of(&change, Translated::Category(id), language).await?;
    if title.is_none() && description.is_none() {
        translations::remove_category(&change, id, language).await?;
    } else {
        translations::category(&change, id, language, title.as_deref(), description).await?;
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
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such category"))?;
    if version.is_some_and(|version| version != row.version) {
        let message = format!("the category is at version {} by now", row.version);
        return Err(Problems::one(Reason::Conflict, &[&"version"], message));
    }
    Ok(row)
}

async fn current(change: &Change<'_>, id: CategoryId) -> Result<Option<category::Model>> {
    Ok(category::Entity::find_by_id(id).one(&change.tx).await?)
}

async fn is_taken(change: &Change<'_>, handle: &str) -> Result<bool> {
    let others = category::Entity::find().filter(category::Column::Handle.eq(handle));
    Ok(others.count(&change.tx).await? > 0)
}

/// The title's slug, with a number where another category has it.
async fn free_handle(change: &Change<'_>, title: &str) -> Result<String> {
    let wanted = Some(check::slug(title)).filter(|slug| !slug.is_empty()).unwrap_or("category".to_owned());
    let mut handle = wanted.clone();
    let mut number = 1;
    while is_taken(change, &handle).await? {
        number += 1;
        handle = format!("{wanted}-{number}");
    }
    Ok(handle)
}

/// An empty text is none.
pub(crate) fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
