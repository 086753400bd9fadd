//! Creating, changing and deleting collections, as a back office does.

use entity::catalog::handle_redirect::HandleKind;
use entity::catalog::{collection, collection_product};
use entity::id::{CollectionId, ProductId};
use entity::search::facet::FacetKind;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use crate::services::catalog::translated::{Before, Translated};
use crate::services::catalog::{html, redirects, translations};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check, order, text};

/// A collection as somebody wants it to be; absent texts stay what they are.
#[derive(Clone, Debug, Default)]
pub struct CollectionInput {
    /// Its slug; a new collection without one gets its title's.
    pub handle: Option<String>,
    /// Its title in the base language; a new one needs it.
    pub title: Option<String>,
    /// Its description in the base language as HTML, not yet sanitised.
    pub description_html: Option<String>,
    /// Title for search engines; `Some(None)` clears.
    pub seo_title: Option<Option<String>>,
    /// Description for search engines; `Some(None)` clears.
    pub seo_description: Option<Option<String>>,
    /// Its place among the collections, from 0.
    pub position: Option<u32>,
}

impl CollectionInput {
    fn check(&mut self) -> Problems {
        let mut problems = Problems::default();
        if let Some(handle) = &self.handle {
            text::handle(&mut problems, &[&"handle"], handle);
        }
        if let Some(title) = &mut self.title {
            check::line(&mut problems, &[&"title"], title, check::TITLE);
        }
        if let Some(described) = &self.description_html {
            text::lines(&mut problems, &[&"descriptionHtml"], described, check::DESCRIPTION);
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

/// Makes a collection without products.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(app: &AppContext, _viewer: &Viewer, input: CollectionInput) -> Result<CollectionId> {
    let change = app.begin().await?;
    let id = create_in(&change, input).await?;
    change.commit().await?;
    Ok(id)
}

/// The same as part of a change.
pub async fn create_in(change: &Change<'_>, mut input: CollectionInput) -> Result<CollectionId> {
    let mut problems = input.check();
    let title = input.title.clone().unwrap_or_default();
    if title.is_empty() && problems.is_empty() {
        problems.add(Reason::Invalid, &[&"title"], "a new collection needs a title");
    }
    lock(change).await?;
    let handle = match input.handle.clone() {
        Some(handle) => {
            if is_taken(change, &handle).await? {
                problems.add(Reason::Taken, &[&"handle"], "another collection has this handle");
            }
            handle
        }
        None => free_handle(change, &title).await?,
    };
    problems.none()?;
    redirects::free(change, HandleKind::Collection, &handle).await?;
    let described = input.description_html.clone().unwrap_or_default();
    let id = super::add(change, &handle, &title, &described).await?;
    let mut row = find(change, id, None).await?;
    row.seo_title = present(input.seo_title.flatten());
    row.seo_description = present(input.seo_description.flatten());
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
    input: CollectionInput,
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
    mut input: CollectionInput,
) -> Result<()> {
    lock(change).await?;
    let before = find(change, id, version).await?;
    let mut problems = input.check();
    let mut after = before.clone();
    after.handle = input.handle.unwrap_or(after.handle);
    after.title = input.title.unwrap_or(after.title);
    if let Some(described) = input.description_html {
        after.description_html = html::sanitise(&described);
        after.description_text = html::to_text(&after.description_html);
    }
    after.seo_title = input.seo_title.map_or(after.seo_title, present);
    after.seo_description = input.seo_description.map_or(after.seo_description, present);
    if after.handle != before.handle && is_taken(change, &after.handle).await? {
        problems.add(Reason::Taken, &[&"handle"], "another collection has this handle");
    }
    problems.none()?;
    if let Some(position) = input.position {
        put(change, id, position).await?;
        after.position = find(change, id, None).await?.position;
    }
    if after == before {
        return Ok(());
    }
    if after.handle != before.handle {
        redirects::leave(change, HandleKind::Collection, &before.handle, &after.handle, id.0).await?;
        change.rename(FacetKind::Collection, &before.handle, &after.handle);
    }
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
    mut title: Option<String>,
    description_html: Option<&str>,
) -> Result<()> {
    let mut problems = Problems::default();
    check::language(&mut problems, &[&"language"], language);
    if app.markets().shop.base_language == language {
        problems.add(Reason::Invalid, &[&"language"], "texts in the base language are the collection's own");
    }
    if let Some(title) = &mut title {
        check::line(&mut problems, &[&"title"], title, check::TITLE);
    }
    if let Some(described) = description_html {
        text::lines(&mut problems, &[&"descriptionHtml"], described, check::DESCRIPTION);
    }
    problems.none()?;
    let change = app.begin().await?;
    find(&change, id, None).await?;
    let before = Before::of(&change, Translated::Collection(id), language).await?;
    if title.is_none() && description_html.is_none() {
        translations::remove_collection(&change, id, language).await?;
    } else {
        translations::collection(&change, id, language, title.as_deref(), description_html).await?;
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
    let row = row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such collection"))?;
    if version.is_some_and(|version| version != row.version) {
        let message = format!("the collection is at version {} by now", row.version);
        return Err(Problems::one(Reason::Conflict, &[&"version"], message));
    }
    Ok(row)
}

/// Handles and the order are looked at before they are written, so only one change at a time may do so.
async fn lock(change: &Change<'_>) -> Result<()> {
    static LOCK: Sql =
        Sql::new("{lateral}SELECT 1 FROM pg_advisory_xact_lock(1447646293){window}SELECT 1{end}");
    LOCK.one(&change.tx, []).await?;
    Ok(())
}

async fn is_taken(change: &Change<'_>, handle: &str) -> Result<bool> {
    let others = collection::Entity::find().filter(collection::Column::Handle.eq(handle));
    Ok(others.count(&change.tx).await? > 0)
}

/// The title's slug, with a number where another collection has it.
async fn free_handle(change: &Change<'_>, title: &str) -> Result<String> {
    let wanted = Some(check::slug(title)).filter(|slug| !slug.is_empty()).unwrap_or("collection".to_owned());
    let mut handle = wanted.clone();
    let mut number = 1;
    while is_taken(change, &handle).await? {
        number += 1;
        handle = format!("{wanted}-{number}");
    }
    Ok(handle)
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

/// An empty text is none.
fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
