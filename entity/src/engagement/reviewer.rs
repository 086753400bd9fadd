//! The public face of somebody who writes reviews: nothing else is known here.

use sea_orm::entity::prelude::*;

use crate::id::ReviewerId;
use crate::time::Timestamp;

/// The public face of somebody who writes reviews: nothing else is known here.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reviewer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewerId,
    pub display_name: String,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
