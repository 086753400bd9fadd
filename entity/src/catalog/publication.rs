//! From when on a product is on offer in a market.

use sea_orm::entity::prelude::*;

use crate::id::{MarketId, ProductId};
use crate::time::Timestamp;

/// From when on a product is on offer in a market.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub market_id: MarketId,
    /// May lie in the future.
    pub published_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
