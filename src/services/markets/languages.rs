//! The languages of a market: how one comes in and goes out without a moment of empty lists.
//!
//! A new language is first projected and then shown, one that leaves is first hidden and then removed. Where a market
//! has few products all of it happens in one change; else a worker goes through its products, chunk by chunk.

use std::collections::{BTreeSet, HashMap};

use entity::id::{MarketId, ProductId};
use entity::markets::market_language::{self, LanguageState};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set};

use crate::services::sql::Sql;
use crate::services::{Change, Result};

/// Makes these the languages of a market, in this order.
pub async fn set(change: &Change<'_>, market: MarketId, wanted: &[String]) -> Result<()> {
    // Numbers are unique in a market, so all step aside before any takes its new one.
    static ASIDE: Sql = Sql::new("UPDATE market_language SET position = -1 - id WHERE market_id = $1");
    let rows = market_language::Entity::find().filter(market_language::Column::MarketId.eq(market));
    let rows = rows.all(&change.tx).await?;
    if same(&rows, wanted) {
        return Ok(());
    }
    ASIDE.run(&change.tx, [market.0.into()]).await?;
    let at_once = change.touch_many(products(change).await?).await?;
    let begin = if at_once { LanguageState::Open } else { LanguageState::Opening };
    let mut known: HashMap<&str, &market_language::Model> =
        rows.iter().map(|row| (row.language.as_str(), row)).collect();
    for (language, position) in wanted.iter().zip(0..) {
        if let Some(row) = known.remove(language.as_str()) {
            let mut row = row.clone().into_active_model();
            row.position = Set(position);
            if row.state.as_ref() == &LanguageState::Closing {
                row.state = Set(begin);
            }
            row.update(&change.tx).await?;
        } else {
            let row = market_language::ActiveModel {
                market_id: Set(market),
                language: Set(language.clone()),
                position: Set(position),
                state: Set(begin),
                ..Default::default()
            };
            row.insert(&change.tx).await?;
        }
    }
    for row in known.into_values() {
        let mut row = row.clone().into_active_model();
        row.state = Set(LanguageState::Closing);
        row.position = Set(-1 - i32::try_from(row.id.as_ref().to_owned()).unwrap_or(i32::MAX - 1));
        row.update(&change.tx).await?;
        change.ring();
    }
    Ok(())
}

fn same(rows: &[market_language::Model], wanted: &[String]) -> bool {
    let mut here: Vec<_> = rows.iter().filter(|row| row.state != LanguageState::Closing).collect();
    here.sort_by_key(|row| row.position);
    here.iter().map(|row| &row.language).eq(wanted)
}

/// All products: each is listed in each language of each market, even where only staff see it.
pub async fn products(change: &Change<'_>) -> Result<BTreeSet<ProductId>> {
    static ALL: Sql = Sql::new("SELECT id FROM product");
    let rows = ALL.all(&change.tx, []).await?;
    let products = rows.iter().map(|row| row.try_get_by_index(0));
    Ok(products.collect::<std::result::Result<_, DbErr>>()?)
}
