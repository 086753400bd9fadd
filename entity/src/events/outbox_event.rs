//! Something that happened, written in the transaction that made it so.

use sea_orm::entity::prelude::*;

use crate::time::Timestamp;

/// Something that happened, written in the transaction that made it so.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_event")]
pub struct Model {
    /// Grows with the order of writing; readers go by the order of commits.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What happened, noun first: `product.changed`.
    pub kind: String,
    /// What it happened to.
    pub subject_id: Uuid,
    /// More about it, as JSON.
    pub payload: String,
    pub created_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
