//! Opening, changing and giving up places where stock lies.

use entity::id::LocationId;
use entity::inventory::location;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{manage, write};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check, order, text};

/// Locations that a shop may have.
const LOCATIONS: u64 = 1000;

/// A location as somebody wants it to be; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct LocationInput {
    /// Its slug.
    pub handle: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// ISO 3166-1 alpha-2 code; `Some(None)` clears.
    pub country: Option<Option<String>>,
    /// Its place among the locations, from 0.
    pub position: Option<u32>,
}

impl LocationInput {
    fn check(&mut self) -> Problems {
        let mut problems = Problems::default();
        if let Some(handle) = &self.handle {
            text::handle(&mut problems, &[&"handle"], handle);
        }
        if let Some(name) = &mut self.name {
            check::line(&mut problems, &[&"name"], name, check::TITLE);
        }
        if let Some(Some(country)) = &self.country {
            check::country(&mut problems, &[&"country"], country);
        }
        problems
    }
}

/// Adds a place where stock lies.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(app: &AppContext, _viewer: &Viewer, input: LocationInput) -> Result<LocationId> {
    let change = app.begin().await?;
    let id = create_in(&change, input).await?;
    change.commit().await?;
    app.refresh_markets().await?;
    Ok(id)
}

/// The same as part of a change.
pub async fn create_in(change: &Change<'_>, mut input: LocationInput) -> Result<LocationId> {
    let mut problems = input.check();
    for (field, is_missing) in [("handle", input.handle.is_none()), ("name", input.name.is_none())] {
        if is_missing {
            problems.add(Reason::Invalid, &[&field], "a new location needs it");
        }
    }
    manage::lock(change).await?;
    let handle = input.handle.unwrap_or_default();
    check_handle(change, None, &handle, &mut problems).await?;
    if location::Entity::find().count(&change.tx).await? >= LOCATIONS {
        problems.add(Reason::Invalid, &[], format!("a shop has at most {LOCATIONS} locations"));
    }
    problems.none()?;
    let (name, country) = (input.name.unwrap_or_default(), input.country.flatten());
    let id = write::add_location(change, &handle, &name, country.as_deref()).await?;
    if let Some(position) = input.position {
        put(change, id, position).await?;
    }
    Ok(id)
}

/// Changes a location.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn update(app: &AppContext, _viewer: &Viewer, id: LocationId, input: LocationInput) -> Result<()> {
    let change = app.begin().await?;
    update_in(&change, id, input).await?;
    change.commit().await?;
    app.refresh_markets().await
}

/// The same as part of a change.
pub async fn update_in(change: &Change<'_>, id: LocationId, mut input: LocationInput) -> Result<()> {
    manage::lock(change).await?;
    let mut row = find(change, id).await?;
    let before = Fields::of(&row);
    let mut problems = input.check();
    if let Some(handle) = &input.handle {
        check_handle(change, Some(id), handle, &mut problems).await?;
    }
    problems.none()?;
    row.handle = input.handle.unwrap_or(row.handle);
    row.name = input.name.unwrap_or(row.name);
    row.country = input.country.unwrap_or(row.country);
    row.into_active_model().reset_all().update(&change.tx).await?;
    if let Some(position) = input.position {
        put(change, id, position).await?;
    }
    change.changed(id, &before, &Fields::of(&find(change, id).await?));
    events::publish(change, Event::MarketsChanged, [id.0]).await
}

/// Gives a location up. The ledger still tells what moved there.
///
/// # Errors
/// Where there is no such location, or stock is left there.
pub async fn delete(app: &AppContext, _viewer: &Viewer, id: LocationId) -> Result<()> {
    let change = app.begin().await?;
    delete_in(&change, id).await?;
    change.commit().await?;
    app.refresh_markets().await
}

/// The same as part of a change.
pub async fn delete_in(change: &Change<'_>, id: LocationId) -> Result<()> {
    static LEFT: Sql =
        Sql::new("SELECT 1 FROM stock_level WHERE location_id = $1 AND available <> 0 LIMIT 1");
    static EMPTY: Sql = Sql::new("DELETE FROM stock_level WHERE location_id = $1");
    manage::lock(change).await?;
    let mut row = find(change, id).await?;
    if LEFT.one(&change.tx, [id.0.into()]).await?.is_some() {
        let message = "there is stock at the location; bring it elsewhere first";
        return Err(Problems::one(Reason::InUse, &[&"id"], message));
    }
    change.removed(id, &Fields::of(&row));
    EMPTY.run(&change.tx, [id.0.into()]).await?;
    row.closed = true;
    // The name is free for another location at once.
    row.handle = format!("~{}", id.0.simple());
    row.into_active_model().reset_all().update(&change.tx).await?;
    events::publish(change, Event::MarketsChanged, [id.0]).await
}

async fn find(change: &Change<'_>, id: LocationId) -> Result<location::Model> {
    // Whoever moves stock there right now is waited for.
    let row = location::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?;
    let row = row.filter(|row| !row.closed);
    row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such location"))
}

async fn check_handle(
    change: &Change<'_>,
    id: Option<LocationId>,
    handle: &str,
    problems: &mut Problems,
) -> Result<()> {
    let owner = location::Entity::find().filter(location::Column::Handle.eq(handle));
    if owner.one(&change.tx).await?.is_some_and(|owner| Some(owner.id) != id) {
        problems.add(Reason::Taken, &[&"handle"], "another location has this handle");
    }
    Ok(())
}

async fn put(change: &Change<'_>, id: LocationId, position: u32) -> Result<()> {
    static PLACES: Sql = Sql::new(
        "UPDATE location SET position = r.place FROM ( \
           {lateral}SELECT (value->>0)::uuid AS id, (value->>1)::integer AS place \
             FROM jsonb_array_elements($1::jsonb){window}SELECT unhex(value->>0) AS id, value->>1 AS place \
             FROM json_each($1){end}) r \
         WHERE location.id = r.id AND location.position <> r.place",
    );
    let mut all: Vec<LocationId> = location::Entity::find()
        .select_only()
        .column(location::Column::Id)
        .order_by_asc(location::Column::Position)
        .order_by_asc(location::Column::Id)
        .into_tuple()
        .all(&change.tx)
        .await?;
    order::put(&mut all, id, usize::try_from(position).unwrap_or(usize::MAX));
    PLACES.run(&change.tx, [order::places(all.into_iter().map(|id| id.0), 0)]).await?;
    Ok(())
}
