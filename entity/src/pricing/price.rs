//! What a variant costs in a market.

use sea_orm::entity::prelude::*;

use crate::id::{MarketId, VariantId};

/// What a variant costs in a market.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: VariantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub market_id: MarketId,
    /// Minor units of the market's currency.
    pub amount: i64,
    /// The price before a reduction, in minor units.
    pub compare_at: Option<i64>,
    /// What one costs the shop, in minor units; for staff only.
    pub unit_cost: Option<i64>,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
