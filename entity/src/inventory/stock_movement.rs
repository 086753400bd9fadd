//! One change of a stock level.

use sea_orm::entity::prelude::*;

use crate::id::{LocationId, StockMovementId, VariantId};
use crate::time::Timestamp;

/// Why stock moved.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum MovementReason {
    /// An import told how many there are.
    #[sea_orm(num_value = 0)]
    Import,
    /// Somebody counted.
    #[sea_orm(num_value = 1)]
    Correction,
    /// Goods came in.
    #[sea_orm(num_value = 2)]
    Received,
    /// A buyer sent goods back.
    #[sea_orm(num_value = 3)]
    Returned,
    /// Goods broke or spoiled.
    #[sea_orm(num_value = 4)]
    Damaged,
    /// Goods were lost or stolen.
    #[sea_orm(num_value = 5)]
    Lost,
    /// Goods went to another location, or came from one.
    #[sea_orm(num_value = 6)]
    Transferred,
    /// Anything else, which the note tells.
    #[sea_orm(num_value = 7)]
    Other,
}

/// One change of a stock level.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StockMovementId,
    pub variant_id: VariantId,
    pub location_id: LocationId,
    /// Pieces that came (above zero) or went.
    pub delta: i64,
    pub reason: MovementReason,
    /// What somebody wrote beside it.
    pub note: Option<String>,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
