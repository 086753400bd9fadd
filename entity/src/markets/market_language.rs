//! A language of a market: together they are a locale, which lists are projected for.

use sea_orm::entity::prelude::*;

use crate::id::MarketId;

/// How far a language is on its way into a market, or out of it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum LanguageState {
    /// Its lists are being written; nobody is answered in it yet.
    #[sea_orm(num_value = 0)]
    Opening,
    /// Requests are answered in it.
    #[sea_orm(num_value = 1)]
    Open,
    /// Nobody is answered in it any more; its lists are being removed.
    #[sea_orm(num_value = 2)]
    Closing,
}

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
    pub state: LanguageState,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
