//! Setting up the shop, its markets and locations.

use entity::id::{LocationId, MarketId};
use entity::inventory::location;
use entity::markets::market_language::LanguageState;
use entity::markets::{market, market_country, market_language, shop};
use sea_orm::{ActiveModelTrait, EntityTrait, NotSet, PaginatorTrait, Set};
use uuid::Uuid;

use super::Shop;
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::{AppContext, Change, Problems, Reason, Result, text};

/// A market that is to be.
#[derive(Clone, Debug)]
pub struct NewMarket {
    /// Its slug.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Vec<String>,
    /// BCP 47 tags, in the order in which they fall back; at least one.
    pub languages: Vec<String>,
    /// Whether its prices include tax.
    pub tax_inclusive: bool,
}

impl NewMarket {
    /// As auditors are told of it.
    pub(super) fn told(&self) -> Fields {
        Fields::default()
            .with("handle", self.handle.as_str())
            .with("name", self.name.as_str())
            .with("currency", self.currency.as_str())
            .with("countries", self.countries.clone())
            .with("languages", self.languages.clone())
            .with("taxInclusive", self.tax_inclusive)
    }
}

/// Names the shop, or renames it.
pub async fn name_shop(change: &Change<'_>, named: Shop) -> Result<()> {
    let row = shop::ActiveModel {
        id: Set(1),
        name: Set(named.name),
        description: Set(named.description),
        base_language: Set(named.base_language),
        created_at: NotSet,
    };
    if shop::Entity::find().count(&change.tx).await? == 0 {
        shop::ActiveModel { created_at: Set(change.now), ..row }.insert(&change.tx).await?;
    } else {
        row.update(&change.tx).await?;
    }
    events::publish(change, Event::MarketsChanged, [Uuid::nil()]).await
}

/// Opens a market; the first one becomes the default.
pub async fn add_market(change: &Change<'_>, new: NewMarket) -> Result<MarketId> {
    let id = MarketId::generate();
    let others = market::Entity::find().count(&change.tx).await?;
    let row = market::ActiveModel {
        id: Set(id),
        handle: Set(new.handle),
        name: Set(new.name),
        currency: Set(new.currency),
        tax_inclusive: Set(new.tax_inclusive),
        is_default: Set(others == 0),
        position: Set(i32::try_from(others).unwrap_or(i32::MAX)),
        closing: Set(false),
        created_at: Set(change.now),
    };
    row.insert(&change.tx).await?;
    for country in new.countries {
        let row = market_country::ActiveModel { market_id: Set(id), country: Set(country) };
        row.insert(&change.tx).await?;
    }
    for (language, position) in new.languages.into_iter().zip(0..) {
        let row = market_language::ActiveModel {
            market_id: Set(id),
            language: Set(language),
            position: Set(position),
            state: Set(LanguageState::Open),
            ..Default::default()
        };
        row.insert(&change.tx).await?;
    }
    events::publish(change, Event::MarketsChanged, [id.0]).await?;
    Ok(id)
}

/// Adds a place where stock lies.
pub async fn add_location(
    change: &Change<'_>,
    handle: &str,
    name: &str,
    country: Option<&str>,
) -> Result<LocationId> {
    let id = LocationId::generate();
    let others = location::Entity::find().count(&change.tx).await?;
    let row = location::ActiveModel {
        id: Set(id),
        handle: Set(handle.to_owned()),
        name: Set(name.to_owned()),
        country: Set(country.map(ToOwned::to_owned)),
        position: Set(i32::try_from(others).unwrap_or(i32::MAX)),
        closed: Set(false),
        created_at: Set(change.now),
    };
    change.made(id, &Fields::of(&row.insert(&change.tx).await?));
    events::publish(change, Event::MarketsChanged, [id.0]).await?;
    Ok(id)
}

fn told_shop(row: &shop::Model) -> Fields {
    Fields::of(row).without(&["id", "createdAt"])
}

/// What the shop is to be called; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct ShopChange {
    /// Its name.
    pub name: Option<String>,
    /// What it is; empty for nothing.
    pub description: Option<String>,
}

/// Changes what the shop is called.
///
/// # Errors
/// [`Error::Problems`] for a name without 1 to 255 characters or a description of more than 5,000.
pub async fn update_shop(app: &AppContext, wish: ShopChange) -> Result<()> {
    let mut problems = Problems::default();
    let name = wish.name.as_deref().and_then(|name| text::line(&mut problems, &[&"name"], name, 1..=255));
    let description = wish.description.as_deref();
    let description = description.and_then(|it| text::lines(&mut problems, &[&"description"], it, 5_000));
    problems.none()?;
    let change = app.begin().await?;
    let Some(known) = shop::Entity::find().one(&change.tx).await? else {
        return Err(Problems::one(Reason::NotFound, &[], "the shop has not been set up yet"));
    };
    let before = told_shop(&known);
    let named = Shop {
        name: name.unwrap_or(known.name),
        description: description.unwrap_or(known.description),
        base_language: known.base_language,
    };
    name_shop(&change, named).await?;
    if let Some(after) = shop::Entity::find().one(&change.tx).await? {
        change.told("shop", "", Some(&before), Some(&told_shop(&after)));
    }
    change.commit().await?;
    app.refresh_markets().await
}
