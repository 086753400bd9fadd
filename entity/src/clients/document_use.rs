//! When a version of a client app last ran a document.

use sea_orm::entity::prelude::*;

use crate::id::DocumentId;
use crate::time::Timestamp;

/// When a version of a client app last ran a document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document_use")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub document_id: DocumentId,
    /// Empty where the app names no version that was published.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: String,
    /// To the minute.
    pub used_at: Timestamp,
}

/// Edges are followed by loaders, so none is declared here.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
