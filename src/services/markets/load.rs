//! Reading the shop and its markets.

use std::collections::HashSet;
use std::sync::Arc;

use entity::id::MarketId;
use entity::inventory::location;
use entity::markets::market_language::LanguageState;
use entity::markets::{market, market_country, market_language, shop};
use entity::money;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::{Locale, Location, Market, MarketLanguage, Markets, Shop};
use crate::infrastructure::database::RowSource;
use crate::services::sql::Sql;

impl Markets {
    /// Reads everything that requests are answered in: five statements, whatever the size.
    pub async fn load(db: &impl RowSource) -> Result<Self, DbErr> {
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
            LanguageState::Opening => !open.contains(&language.market_id),
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
            locations: locations.into_iter().map(place).map(Arc::new).collect(),
        })
    }
}

/// Every locale of the shop, also those that are just being opened, with no more of its market than its id and languages: one statement.
pub async fn locales(db: &impl RowSource) -> Result<Vec<Locale>, DbErr> {
    static LOCALES: Sql = Sql::new(
        "SELECT m.id, l.id, l.language, (SELECT s.base_language FROM shop s LIMIT 1) \
         FROM market m JOIN market_language l ON l.market_id = m.id AND l.state <> 2 \
         WHERE m.closing = false \
         ORDER BY m.is_default DESC, m.position, m.id, l.position",
    );
    let mut known = Markets { shop: unnamed(), markets: Vec::new(), locations: Vec::new() };
    let mut markets: Vec<Market> = Vec::new();
    for row in LOCALES.all(db, []).await? {
        let id = row.try_get_by_index(0)?;
        if let Some(base) = row.try_get_by_index::<Option<String>>(3)? {
            known.shop.base_language = base;
        }
        if markets.last().is_none_or(|market| market.id != id) {
            markets.push(bare(id));
        }
        let language = MarketLanguage { locale_id: row.try_get_by_index(1)?, tag: row.try_get_by_index(2)? };
        markets.last_mut().into_iter().for_each(|market| market.languages.push(language.clone()));
    }
    known.markets = markets.into_iter().map(Arc::new).collect();
    Ok(known.locales().collect())
}

fn bare(id: MarketId) -> Market {
    Market {
        id,
        handle: String::new(),
        place: 0,
        name: String::new(),
        currency: String::new(),
        digits: 0,
        tax_inclusive: false,
        countries: Vec::new(),
        languages: Vec::new(),
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
