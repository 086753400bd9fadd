//! Reading the shop and its markets.

use std::collections::HashSet;
use std::sync::Arc;

use entity::id::MarketId;
use entity::inventory::location;
use entity::markets::market_language::LanguageState;
use entity::markets::{market, market_country, market_language, shop};
use entity::money;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::{Location, Market, MarketLanguage, Markets, Shop};

impl Markets {
    /// Reads everything that requests are answered in: five statements, whatever the size.
    pub async fn load(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        Self::load_in(db, false).await
    }

    /// The same with the languages whose lists are still being written.
    pub async fn load_all(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        Self::load_in(db, true).await
    }

    async fn load_in(db: &impl ConnectionTrait, with_opening: bool) -> Result<Self, DbErr> {
        let shop = shop::Entity::find().one(db).await?;
        let markets = market::Entity::find()
            .filter(market::Column::Closing.eq(false))
            .order_by_desc(market::Column::IsDefault)
            .order_by_asc(market::Column::Position)
            .all(db)
            .await?;
        let countries =
            market_country::Entity::find().order_by_asc(market_country::Column::Country).all(db).await?;
        let mut languages =
            market_language::Entity::find().order_by_asc(market_language::Column::Position).all(db).await?;
        let open: HashSet<MarketId> = languages
            .iter()
            .filter(|language| language.state == LanguageState::Open)
            .map(|language| language.market_id)
            .collect();
        // Better lists that still fill than a market in which nothing can be answered.
        languages.retain(|language| match language.state {
            LanguageState::Opening => with_opening || !open.contains(&language.market_id),
            state => state == LanguageState::Open,
        });
        let locations = location::Entity::find()
            .filter(location::Column::Closed.eq(false))
            .order_by_asc(location::Column::Position)
            .all(db)
            .await?;
        Ok(Self {
            shop: shop.map_or_else(unnamed, named),
            markets: markets
                .into_iter()
                .zip(0..)
                .map(|(row, place)| Arc::new(put_together(row, place, &countries, &languages)))
                .collect(),
            locations: locations.into_iter().map(place).collect(),
        })
    }
}

fn named(row: shop::Model) -> Shop {
    Shop { name: row.name, description: row.description, base_language: row.base_language }
}

/// A shop that nobody has named yet.
fn unnamed() -> Shop {
    Shop { name: "Shop".to_owned(), description: String::new(), base_language: "en".to_owned() }
}

fn place(row: location::Model) -> Location {
    Location { id: row.id, handle: row.handle, name: row.name, country: row.country }
}

fn put_together(
    row: market::Model,
    place: i64,
    countries: &[market_country::Model],
    languages: &[market_language::Model],
) -> Market {
    Market {
        id: row.id,
        place,
        countries: countries
            .iter()
            .filter(|country| country.market_id == row.id)
            .map(|country| country.country.clone())
            .collect(),
        languages: languages
            .iter()
            .filter(|language| language.market_id == row.id)
            .map(|language| MarketLanguage { locale_id: language.id, tag: language.language.clone() })
            .collect(),
        digits: money::exponent(&row.currency),
        handle: row.handle,
        name: row.name,
        currency: row.currency,
        tax_inclusive: row.tax_inclusive,
    }
}
