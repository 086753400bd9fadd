//! How many of a variant there are at a location: the sum of its movements.

use sea_orm::entity::prelude::*;

use crate::id::{LocationId, VariantId};
use crate::time::Timestamp;

/// How many of a variant there are at a location: the sum of its movements.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_level")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: VariantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: LocationId,
    /// Pieces; below zero where it was oversold.
    pub available: i64,
    pub updated_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
