//! A language of a market: together they are a locale, which lists are projected for.

use sea_orm::entity::prelude::*;

use crate::id::MarketId;

/// A language of a market: together they are a locale, which lists are projected for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "market_language")]
pub struct Model {
    /// The number of the locale in the projections.
    #[sea_orm(primary_key)]
    pub id: i64,
    pub market_id: MarketId,
    /// BCP 47 tag.
    pub language: String,
    /// Its place in the fallback chain, from 0.
    pub position: i32,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
